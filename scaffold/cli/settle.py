"""Repository, recorded and given answers -> the plan and the answers that a run works with."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scaffold import questions, regenerate, render
from scaffold.cli import ask, out
from scaffold.errors import UserError
from scaffold.output import OPTIONAL
from scaffold.pipeline import Analysis, Request, analyse, analyse_recorded
from scaffold.plan.model import Plan
from scaffold.proposals import decided, unparsed
from scaffold.record import replace
from scaffold.regenerate import Settled
from scaffold.state import State

_DECIDING = ("app", "runtime_version", "runtime_file")
"""Answers that change the plan itself rather than the text of a file; so do process_TYPE."""


def detect(request: Request, state: State, given: Mapping[str, str]) -> tuple[Analysis, Request]:
    """Analyse with what was answered by people; an answer that only took the default binds nobody."""
    answers = {**questions.chosen(state.answers, _defaults_then(state)), **given}
    versions = (state.plan or decided.of_base(state.base)).get("runtime", {})
    home = str(state.plan.get("app", ""))
    request = replace(request, answers=answers, versions=versions, home=home)
    analysis, request = analyse_recorded(request, given)
    if analysis.plan is None and (fault := unparsed.refusal(analysis.repo, state.plan, {})):
        raise fault
    return analysis, request


def settle(analysis: Analysis, request: Request, state: State, said: ask.Said) -> Settled:
    """Get the answers, and plan again where they change the plan. Raises UserError."""
    plan = plan_of(analysis)
    ask.check_known(said.given, render.layers(plan.stack)[0], said.extra)
    recorded = _following(state, plan, analysis)
    for name in ask.no_longer_offered(plan, analysis, {**recorded, **said.given}):
        if name in said.given:
            continue
        out.warn(f"{name}: the recorded answer {recorded[name]!r} is no longer among the choices")
    answers = ask.answers_for(plan, analysis, recorded, said)
    if request.stack or request.root:
        answers["app"] = questions.label(plan)
    done = planned(analysis, request, answers)
    fault = unparsed.refusal(done.analysis.repo, state.plan, regenerate.decided_of(done))
    if fault and not said.prompt:
        raise fault
    if fault:
        out.warn(fault.summary, fault.remedy, fault.evidence)
    return _with_ci(done, state)


def _with_ci(done: Settled, state: State) -> Settled:
    """Add to the plan what there is to know of the CI files, and what is left to do for them."""
    asked = questions.typed_answers(done.answers).get("ci") or ()
    if not asked:
        return done
    from scaffold.ci import SERVICES, telling

    asked = [name for name in asked if SERVICES[name] not in state.ejected]
    own = state.base.keys() - state.adopted
    deploys = "bin/deploy" in done.answers.get("optional_files", OPTIONAL).split(",")
    plan = replace(
        done.plan,
        notes=(*done.plan.notes, *telling.notes(done.plan, asked, done.analysis.repo, own, deploys=deploys)),
        todos=(*done.plan.todos, *telling.todos(asked if deploys else (), state.base)),
    )
    return replace(done, plan=plan, analysis=replace(done.analysis, plan=plan))


def planned(analysis: Analysis, request: Request, answers: Mapping[str, str]) -> Settled:
    """Return the plan for these answers: a new one where they decide something else than the request's."""
    plan = plan_of(analysis)
    defaults = questions.defaults(plan, analysis)
    chosen = questions.chosen(answers, defaults)
    if _deciding(chosen) != _deciding(request.answers):
        request = replace(request, answers=chosen)
        analysis = analyse(request)
        plan = plan_of(analysis)
    return Settled(request=request, analysis=analysis, plan=plan, answers=answers, defaults=defaults)


def recorded(state: State, analysis: Analysis, request: Request) -> Settled | None:
    """Return what the recorded answers lead to, None where a question has none yet."""
    plan = plan_of(analysis)
    followed = _following(state, plan, analysis)
    if ask.no_longer_offered(plan, analysis, followed):
        return None
    return planned(analysis, request, followed) if followed == state.answers else None


def _following(state: State, plan: Plan, analysis: Analysis) -> dict[str, str]:
    """Return the recorded answers, those that only took the default with the default of today."""
    before, now = _defaults_then(state), questions.defaults(plan, analysis)
    return {
        name: now[name]
        if name in questions.FOLLOWING and value == before.get(name) and now.get(name)
        else value
        for name, value in state.answers.items()
    }


def to_ask(state: State, plan: Plan, analysis: Analysis, again: Collection[str]) -> frozenset[str]:
    """Return the recorded questions to ask once more: their default changed, or the person wishes it."""
    before, now = _defaults_then(state), questions.defaults(plan, analysis)
    changed = {name for name in now if name in before and before[name] != now[name]}
    gone = ask.no_longer_offered(plan, analysis, state.answers)
    return frozenset({*changed, *gone, *again})


def _defaults_then(state: State) -> Mapping[str, str]:
    """Return what detection would have answered last time.

    An older format did not keep it: the version file was the default, files that were left out were not.
    """
    if state.plan:
        return dict(state.plan.get("defaults", {}))
    return {"runtime_file": state.answers.get("runtime_file", ""), "optional_files": OPTIONAL}


def _deciding(answers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in answers.items() if name in _DECIDING or name.startswith("process_")
    }


def plan_of(analysis: Analysis) -> Plan:
    """Return the plan of an analysis that must have one. Raises UserError."""
    if analysis.plan is None:
        raise UserError("app/none", "no plan could be made with these answers")
    return analysis.plan


__all__ = ["Plan", "Settled", "detect", "plan_of", "planned", "recorded", "settle", "to_ask"]
