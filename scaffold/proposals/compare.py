"""What was decided last and the plan of today -> what changed in the repository, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scaffold import policy
from scaffold.plan.model import Plan
from scaffold.proposals import needs, reasons
from scaffold.proposals.decided import Decided
from scaffold.proposals.model import Proposal
from scaffold.proposals.needs import table, withdrawn


def compare(old: Decided, new: Decided, plan: Plan) -> tuple[Proposal, ...]:
    """Return what is new or gone since `old`, nothing where nothing is known of then."""
    if not old:
        return ()
    found = (
        *_app(old, new, plan),
        *_runtime(old, new, plan),
        *_stack_image(old, new, plan),
        *_processes(old, new, plan),
        *needs.addons(old, new, plan),
        *needs.buildpacks(old, new, plan),
        *needs.config_vars(old, new, plan),
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
    before, now = table(old, "runtime"), table(new, "runtime")
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
    before, now = table(old, "processes"), table(new, "processes")
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
            why=withdrawn(plan, f"process {name}") or "nothing in the repository runs it any more",
            answer=("", "") if withdrawn(plan, f"process {name}") else (f"process_{name}", before[name]),
        )


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
