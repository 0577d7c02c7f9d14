"""What was decided last and the plan of today -> what changed in the repository, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from scaffold import policy, reasons
from scaffold.decided import Decided
from scaffold.facts import ConfigVar, Evidence
from scaffold.plan.model import Plan, PlannedAddon
from scaffold.record import record

Step = Literal["new", "changed", "gone"]


@record
class Proposal:
    """A change that the repository or the platform asks for.

    `id` names it ("process/worker") for `--decline` and `--ask`. How a refusal is kept: `answer` is
    the (question, answer) that holds on to what was, else the id is remembered where `declinable`.
    `accept` is the (question, answer) that brings the change, "" where the plan of today has it.
    """

    id: str
    what: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    declinable: bool = False
    answer: tuple[str, str] = ("", "")
    accept: tuple[str, str] = ("", "")
    step: Step = "changed"

    @property
    def reason(self) -> str:
        """Return the reason in one line, with the first place that shows it."""
        proof = str(self.evidence[0]) if self.evidence else ""
        return ": ".join(part for part in (self.why.rstrip("."), proof) if part)

    @property
    def can_decline(self) -> bool:
        """Tell whether it is for the person to refuse."""
        return self.declinable or bool(self.answer[0])


def compare(old: Decided, new: Decided, plan: Plan) -> tuple[Proposal, ...]:
    """Return what is new or gone since `old`, nothing where nothing is known of then."""
    if not old:
        return ()
    found = (
        *_app(old, new, plan),
        *_runtime(old, new, plan),
        *_stack_image(old, new, plan),
        *_processes(old, new, plan),
        *_addons(old, new, plan),
        *_buildpacks(old, new, plan),
        *_config_vars(old, new, plan),
    )
    return tuple(found)


def deprecated(plan: Plan, answers: Mapping[str, str], declined_ids: frozenset[str]) -> tuple[Proposal, ...]:
    """Return what the platform has something newer for: it was right when it was answered."""
    evidence = plan.runtime.evidence if plan.runtime else ()
    old = evidence and evidence[0].path.rpartition("/")[2] == "runtime.txt"
    if not old or answers.get("runtime_file") != "runtime.txt" or "runtime_file" in declined_ids:
        return ()
    return (
        Proposal(
            id="runtime_file",
            what="runtime.txt -> .python-version",
            why="runtime.txt is deprecated",
            evidence=evidence[:1],
            declinable=True,
            accept=("runtime_file", ".python-version"),
        ),
    )


def _app(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = old.get("app", ""), new.get("app", "")
    if before and before != now:
        there = any(lost.what == "app" and lost.value == before for lost in plan.considered)
        reason = reasons.of_app(plan)
        yield Proposal(
            id="app",
            what=f"the app: {before} -> {now}",
            why=reason.why,
            evidence=reason.evidence,
            answer=("app", before) if there else ("", ""),
        )


def _runtime(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = _table(old, "runtime"), _table(new, "runtime")
    for language in sorted(before.keys() & now.keys()):
        if before[language] != now[language]:
            known = policy.runtime(language)
            title = known.title if known else language
            reason = reasons.of_runtime(language, before[language], now[language], plan)
            yield Proposal(
                id="runtime",
                what=f"{title} {before[language]} -> {now[language]}",
                why=reason.why,
                evidence=reason.evidence,
                answer=("", "") if reason.declared else ("runtime_version", before[language]),
            )
    old_file, new_file = old.get("runtime_file", ""), new.get("runtime_file", "")
    if old_file and new_file and old_file != new_file:
        yield Proposal(
            id="runtime_file",
            what=f"{old_file} -> {new_file}",
            why="runtime.txt is deprecated"
            if old_file == "runtime.txt"
            else "another file names the version",
            answer=("runtime_file", old_file),
        )


def _stack_image(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = old.get("stack_image", ""), new.get("stack_image", "")
    if before and before != now:
        reason = reasons.of_stack_image(before, now, plan)
        yield Proposal(
            id="stack_image",
            what=f"stack image {before} -> {now}",
            why=reason.why,
            evidence=reason.evidence,
        )


def _processes(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = _table(old, "processes"), _table(new, "processes")
    for name in sorted(now.keys() - before.keys()):
        process = plan.process(name)
        yield Proposal(
            id=f"process/{name}",
            what=f"process type {name}: {now[name]}",
            why=process.why if process else "",
            evidence=process.evidence if process else (),
            declinable=not (process and process.declared),
        )
    for name in sorted(before.keys() & now.keys()):
        process = plan.process(name)
        if before[name] != now[name] and process and not process.declared:
            reason = reasons.of_command(before[name], process, plan)
            yield Proposal(
                id=f"process/{name}",
                what=f"process type {name}: {before[name]} -> {now[name]}",
                why=reason.why,
                evidence=reason.evidence,
                answer=(f"process_{name}", before[name]),
            )
    for name in sorted(before.keys() - now.keys()):
        yield Proposal(
            id=f"process/{name}",
            what=f"process type {name} goes: {before[name]}",
            why=_withdrawn(plan, f"process {name}") or "nothing in the repository runs it any more",
            answer=("", "") if _withdrawn(plan, f"process {name}") else (f"process_{name}", before[name]),
        )


def _withdrawn(plan: Plan, what: str) -> str:
    """Return why the person does not want it, "" where they said nothing."""
    return next(
        (lost.why for lost in plan.considered if lost.what == what and lost.why.startswith("you ")), ""
    )


def _addons(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    from scaffold.decided import addon_key

    before, now = _table(old, "addons"), _table(new, "addons")
    planned = {addon_key(addon): addon for addon in plan.addons}
    for key in sorted(now.keys() - before.keys()):
        addon = planned.get(key)
        reason = reasons.of_addon(addon, plan) if addon else reasons.Reason(why="")
        yield Proposal(
            id=f"addon/{key}",
            what=f"add-on {now[key]}",
            why=reason.why,
            evidence=reason.evidence,
            declinable=not reason.declared,
            step="new",
        )
    for key in sorted(before.keys() & now.keys()):
        if before[key] != now[key]:
            yield _plan_change(key, before[key], now[key], planned.get(key))
    for key in sorted(before.keys() - now.keys()):
        yield Proposal(
            id=f"addon/{key}",
            what=f"add-on {before[key]} goes",
            why=_withdrawn(plan, f"add-on {key}") or "nothing in the repository needs it any more",
            step="gone",
        )


def _plan_change(key: str, before: str, now: str, addon: PlannedAddon | None) -> Proposal:
    retired = policy.retired_plan(before)
    return Proposal(
        id=f"addon/{key}",
        what=f"add-on {before} -> {now}",
        why=f"{before} was retired" if retired else (addon.why if addon else ""),
        evidence=() if retired or not addon else addon.evidence,
    )


def _buildpacks(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = list(old.get("buildpacks", [])), list(new.get("buildpacks", []))
    if not before or before == now:
        return
    for name in (name for name in now if name not in before):
        reason = reasons.of_buildpack(name, plan)
        order = f" (in order: {', '.join(now)})" if len(now) > 1 else ""
        yield Proposal(
            id=f"buildpack/{name}",
            what=f"buildpack {name}{order}",
            why=reason.why,
            evidence=reason.evidence,
            declinable=name != now[-1] and not reason.declared,
        )
    gone = [name for name in before if name not in now]
    for name in gone:
        instead = policy.retired_buildpack(name)
        yield Proposal(
            id=f"buildpack/{name}",
            what=f"buildpack {name} goes",
            why=f"it is retired: {instead}" if instead else "nothing in the repository needs it any more",
        )
    if sorted(before) == sorted(now):
        yield Proposal(
            id="buildpacks", what=f"buildpacks in another order: {', '.join(now)}", why=_last(plan)
        )


def _last(plan: Plan) -> str:
    return f"the buildpack of {plan.title} comes last, its process types count"


def _config_vars(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    """Compare the config vars; of an older format only those are known that it wrote down."""
    known_all = "app" in old
    if not known_all and "config_vars" not in old:
        return
    before, now = _table(old, "config_vars"), _table(new, "config_vars")
    known = {var.name: var for var in plan.config_vars}
    for name in sorted(now.keys() - before.keys()):
        if known_all or not known[name].provided_by:
            yield _new_var(known[name])
    for name in sorted(before.keys() & now.keys()):
        if before[name] and before[name] != now[name]:
            reason = reasons.of_config_var(known[name])
            yield Proposal(
                id=f"config_var/{name}",
                what=f"config var {name}: {before[name]} -> {now[name]}",
                why=reason.why if reason.declared else known[name].why,
                evidence=reason.evidence,
            )
    for name in sorted(before.keys() - now.keys()):
        yield Proposal(
            id=f"config_var/{name}",
            what=f"config var {name} goes",
            why="nothing reads it any more",
            step="gone",
        )


def _new_var(var: ConfigVar) -> Proposal:
    from scaffold.decided import var_state

    reason = reasons.of_config_var(var)
    return Proposal(
        id=f"config_var/{var.name}",
        what=f"config var {var.name} ({var_state(var)})",
        why=reason.why,
        evidence=reason.evidence,
        declinable=not reason.declared,
    )


def _table(decided: Decided, key: str) -> Mapping[str, Any]:
    found = decided.get(key)
    return found if isinstance(found, dict) else {}


_TOLD_OTHERWISE = ("app", "runtime_version", "runtime_file")


def answers(
    before: Mapping[str, str], now: Mapping[str, str], given: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """Return the answers that are others than in the last run; what decides the plan is told by that."""
    return tuple(
        Proposal(
            id=f"answer/{name}",
            what=f"{name}: {before[name]} -> {now[name]}",
            why="you say so" if name in given else "it follows what was found",
        )
        for name in sorted(before.keys() & now.keys())
        if before[name] != now[name] and name not in _TOLD_OTHERWISE and not name.startswith("process_")
    )


def declined(proposals: Iterable[Proposal]) -> tuple[frozenset[str], dict[str, str]]:
    """Return how the refusal of these is kept: ids to remember, and answers that hold on to what was."""
    refused = tuple(proposals)
    ids = frozenset(proposal.id for proposal in refused if proposal.declinable)
    return ids, dict(proposal.answer for proposal in refused if proposal.answer[0])


def accepted(proposals: Iterable[Proposal]) -> dict[str, str]:
    """Return the answers that bring these proposals."""
    return dict(proposal.accept for proposal in proposals if proposal.accept[0])
