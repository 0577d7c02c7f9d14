"""What `update` works out before it writes: the proposals, the texts of today, what happens to each file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffold import cache, changes, conflicts, decided, edits, proposals, questions, regenerate
from scaffold import state as states
from scaffold import write as writing
from scaffold.changes import Change
from scaffold.cli import ask, out, settle
from scaffold.errors import UserError
from scaffold.facts import Todo
from scaffold.pipeline import Analysis, Request, analyse
from scaffold.proposals import Proposal
from scaffold.record import made, record, replace
from scaffold.regenerate import Settled, Today
from scaffold.render import Rendered
from scaffold.state import State
from scaffold.targets import existing


@record
class Wish:
    """What this run says: answers, what to be asked `again`, proposals it refuses, whether to prompt."""

    given: Mapping[str, str]
    again: frozenset[str]
    declined: frozenset[str]
    prompt: bool


@record
class Outcome:
    """What an update comes to. `state` is what is to be kept of it, `todos` what is left to the person."""

    top: Path
    today: Today
    state: State
    found: tuple[Change, ...]
    proposals: tuple[Proposal, ...]
    todos: tuple[Todo, ...]
    edited: Mapping[str, Change] = made(factory=dict)

    @property
    def drifts(self) -> tuple[Change, ...]:
        """Return the files that an update changes, or cannot bring up to date."""
        return tuple(c for c in (*self.found, *self.edited.values()) if c.drifts or c.kind == "blocked")


def work_out(analysis: Analysis, request: Request, state: State, wish: Wish) -> Outcome:
    """Settle the answers and the proposals, and compare today's texts with the disk. Raises UserError."""
    if not (wish.given or wish.again or wish.declined):
        known = settle.recorded(state, analysis, request)
        today = known and regenerate.look(known, state)
        if today and cache.is_known(regenerate.fingerprint(today)):
            return _compared(today, state.base_tree(), (), wish)
    _check_again(analysis, request, state, wish)
    said = ask.Said(
        given=wish.given,
        prompt=wish.prompt,
        extra=request.extra,
        asked=settle.to_ask(state, settle.plan_of(analysis), analysis, wish.again),
    )
    settled, offered = _proposed(settle.settle(analysis, request, state, said), state, wish)
    today = regenerate.look(settled, replace(state, ejected=state.ejected - wish.again))
    done = _compared(today, regenerate.texts(today), offered, wish)
    if not any(change.writes or change.conflicts for change in done.found) and done.state == state:
        cache.keep(regenerate.fingerprint(today))
    return done


def _check_again(analysis: Analysis, request: Request, state: State, wish: Wish) -> None:
    """Refuse a name of `--ask` that nothing goes by. Raises UserError."""
    from scaffold import render

    layer = render.layers(settle.plan_of(analysis).stack)[0]
    questions_ = render.question_names(layer, request.extra)
    known = {*questions_, *state.answers, *state.declined, *state.base, *state.ejected}
    for name in sorted(wish.again - known):
        raise UserError(
            "usage/ask",
            f"--ask {name}: there is no question, declined proposal or file of that name",
            remedy="Known are: " + ", ".join(sorted(known)),
        )


def _proposed(settled: Settled, state: State, wish: Wish) -> tuple[Settled, tuple[Proposal, ...]]:
    """Say what is new, let the person refuse some of it, and plan again without that."""
    offered = _compare(settled, state)
    refusals = _refused(offered, state, wish)
    if wish.prompt:
        refusals = (*refusals, *ask.refused([p for p in offered if p.can_decline and p not in refusals]))
    ids, answers = proposals.declined(refusals)
    if not ids and not answers:
        return settled, offered
    request = replace(
        settled.request,
        declined=settled.request.declined | ids,
        answers={**settled.request.answers, **answers},
    )
    again = settle.planned(analyse(request), request, {**settled.answers, **answers})
    return again, _compare(again, state)


def _compare(settled: Settled, state: State) -> tuple[Proposal, ...]:
    old = state.plan or decided.of_base(state.base)
    return proposals.compare(old, _decided(settled), settled.plan)


def _decided(settled: Settled) -> dict[str, object]:
    return decided.of_plan(settled.plan, settled.defaults, questions.label(settled.plan))


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


def _compared(
    today: Today, tree: Mapping[str, Rendered], offered: tuple[Proposal, ...], wish: Wish
) -> Outcome:
    found = changes.plan_changes(today.settled.request.top, tree, today.state, again=wish.again)
    found, todos = _edited(today, found)
    return outcome(today, found, offered, todos)


def outcome(
    today: Today,
    found: tuple[Change, ...],
    offered: tuple[Proposal, ...],
    todos: tuple[Todo, ...],
    *,
    whole: bool = True,
    edited: Mapping[str, Change] | None = None,
) -> Outcome:
    """Return what a run comes to, with the state that is to be kept of it."""
    settled, before = today.settled, today.state
    after = replace(
        changes.kept_state(found, before, whole=whole),
        format=states.FORMAT,
        answers=settled.answers,
        plan=_decided(settled),
        versions=regenerate.versions(settled.plan, settled.request),
        declined=settled.request.declined,
    )
    return Outcome(
        top=settled.request.top,
        today=today,
        state=after,
        found=found,
        proposals=offered,
        todos=todos,
        edited=edited or {},
    )


def _edited(today: Today, found: tuple[Change, ...]) -> tuple[tuple[Change, ...], tuple[Todo, ...]]:
    """Make the edits that files of scaffold's need beside the merge: retired names that a person wrote."""
    top, base = today.settled.request.top, changes.kept_state(found, today.state, whole=True).base
    by_path = {change.path: change for change in found}
    left = []
    for todo in today.plan.todos:
        change = by_path.get(todo.edit_path)
        if change is None or todo.edit_path not in base or change.kind in ("blocked", "deleted"):
            left.append(todo)
            continue
        edit = edits.propose(top, todo, {change.path: change} if change.after else {})
        if edit is None:
            left.append(todo)
            continue
        kind = change.kind if change.kind != "same" else "merge"
        by_path[change.path] = replace(change, kind=kind, after=edit.after, reason=todo.why)
    return tuple(by_path[change.path] for change in found), tuple(left)


def write_out(outcome: Outcome) -> None:
    """Write the files and the state, all or nothing, and tell git of the conflicts. Raises UserError."""
    top, written = outcome.top, (*outcome.found, *outcome.edited.values())
    tree: dict[str, Rendered | None] = {c.path: c.after for c in written if c.writes}
    seen = {change.path: change.before for change in written if change.kind != "blocked"}
    for path, content in states.files(outcome.state).items():
        there = existing(top, path).content
        if there != content:
            script = path.removeprefix(f"{states.FOLDER}/base/") in _scripts(outcome.found)
            tree[path], seen[path] = Rendered(content, script), there
    tree |= dict.fromkeys(states.stale(top, outcome.state))
    sides = _sides(outcome.found)
    kept = conflicts.record_of(top, sides, tree) if sides else conflicts.closed(top)
    writing.write(top, {**tree, **kept}, seen=seen)
    after = replace(outcome.today, state=outcome.state)
    cache.keep(regenerate.fingerprint(after))
    if sides and (opened := conflicts.find(top)):
        conflicts.tell_git(top, sides, opened.index)


def _scripts(found: tuple[Change, ...]) -> frozenset[str]:
    return frozenset(change.path for change in found if change.ours and change.ours.executable)


def _sides(found: tuple[Change, ...]) -> list[conflicts.Sides]:
    return [
        conflicts.Sides(
            path=change.path,
            base=change.base or b"",
            yours=change.before or b"",
            new=change.ours.content if change.ours else b"",
            conflicts=change.conflicts,
        )
        for change in found
        if change.kind == "conflict"
    ]


def recover(top: Path, *, looking: bool) -> None:
    """Finish or undo what a killed run left. Raises UserError where nothing may be written."""
    if looking:
        if writing.is_interrupted(top):
            raise UserError(
                "write/interrupted",
                "an earlier run was killed while it wrote",
                why="Its files are half old and half new until a run that writes brings them in order.",
                remedy="Run the command without --check, --dry-run and --diff.",
            )
        return
    message = writing.repair(top).message()
    if message:
        out.warn(message)
