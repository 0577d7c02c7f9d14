"""What is new since the last run, what the person refuses of it, and the plan without that."""

from __future__ import annotations

from collections.abc import Mapping

from scaffold import policy, regenerate
from scaffold.cli import ask, out, settle
from scaffold.errors import UserError
from scaffold.pipeline import analyse
from scaffold.proposals import compare, decided, model
from scaffold.proposals.model import Proposal
from scaffold.record import record, replace
from scaffold.regenerate import Settled
from scaffold.state import State

HEAD = "Changed since the last run:"


@record
class Wish:
    """What this run says: answers, what to be asked `again`, proposals it refuses, whether to prompt."""

    given: Mapping[str, str]
    again: frozenset[str]
    declined: frozenset[str]
    prompt: bool


def proposed(settled: Settled, state: State, wish: Wish) -> tuple[Settled, tuple[Proposal, ...]]:
    """Say what is new, let the person refuse some of it, and plan again where that makes a difference."""
    newer = _newer(settled, state, wish)
    offered = (*_compare(settled, state, wish), *newer)
    refusals = _refused(offered, state, wish)
    open_ = [p for p in offered if p.can_decline and p not in refusals] if wish.prompt else []
    if open_:
        _say_before_asking(offered)
        refusals = (*refusals, *ask.refused(open_))
    ids, answers = model.declined(refusals)
    answers |= model.accepted(proposal for proposal in newer if proposal not in refusals)
    if not ids and not answers:
        return settled, offered
    request = replace(
        settled.request,
        declined=settled.request.declined | ids,
        answers={**settled.request.answers, **answers},
    )
    again = settle.planned(analyse(request), request, {**settled.answers, **answers})
    accepted = tuple(proposal for proposal in newer if proposal not in refusals)
    return again, (*(p for p in _compare(again, state, wish) if p.id not in {n.id for n in newer}), *accepted)


def say(what: str, reason: str) -> None:
    """Print a piece of news and its reason."""
    out.data(f"  {what}")
    if reason:
        out.data(f"      because {reason}")


def _say_before_asking(offered: tuple[Proposal, ...]) -> None:
    out.data(out.paint(HEAD, "bold"))
    for proposal in offered:
        say(proposal.what, proposal.reason)
    out.data()


def _newer(settled: Settled, state: State, wish: Wish) -> tuple[Proposal, ...]:
    """Return what is deprecated, for a person to decide, or where the platform data is newer than then."""
    known = state.versions.get("platform_data") == policy.checked()
    if "runtime_file" in wish.given or (known and not wish.prompt and not wish.declined):
        return ()
    return compare.deprecated(settled.plan, settled.answers, settled.request.declined)


def _compare(settled: Settled, state: State, wish: Wish) -> tuple[Proposal, ...]:
    old = state.plan or decided.of_base(state.base)
    return (
        *compare.answers(state.answers, settled.answers, wish.given),
        *compare.compare(old, regenerate.decided_of(settled), settled.plan),
    )


def _refused(offered: tuple[Proposal, ...], state: State, wish: Wish) -> tuple[Proposal, ...]:
    known = {proposal.id: proposal for proposal in offered if proposal.can_decline}
    for name in sorted(wish.declined - known.keys() - state.declined):
        raise UserError(
            "usage/decline",
            f"--decline {name}: there is no such proposal",
            why="Only what an update proposes can be declined, and only where what was can stay.",
            remedy="These can be: " + ", ".join(sorted(known)) if known else "None can be at the moment.",
        )
    return tuple(known[name] for name in sorted(wish.declined & known.keys()))
