"""Process, Migration and Image facts -> the process types of the Procfile (or heroku.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scaffold.facts import AnyFact, Migration, Process, Raw, Scale, Strength, Withdrawn, command
from scaffold.plan.model import Choice, Loser, PlannedProcess
from scaffold.plan.withdrawn import gone, holds
from scaffold.record import replace

_RESERVED = ("web", "release")


def plan_processes(
    facts: Iterable[AnyFact], choice: Choice, *, prefix: str
) -> tuple[tuple[PlannedProcess, ...], tuple[Loser, ...], dict[str, tuple[str, ...]]]:
    """Return the process types in Procfile order, the commands that lost, and the ties by process name."""
    found = [fact for fact in facts if isinstance(fact, Process) and fact.strength > Strength.HINT]
    release = _release(facts)
    if release and not any(fact.name == "release" for fact in found):
        found.append(release)
    kept: dict[str, Process] = {}
    lost: list[Loser] = []
    declared = {fact.tool for fact in found if fact.strength is Strength.DECLARED and fact.tool}
    beside = {name for fact in found for name in fact.beside}
    ties: dict[str, tuple[str, ...]] = {}
    for fact in sorted(found, key=_strongest_first):
        name = _type_of(fact)
        answer = choice.answers.get(f"process_{name}")
        holder = kept.get(name)
        stands_for = fact.tool in declared and name not in beside
        if stands_for and fact.strength is not Strength.DECLARED and not answer:
            lost.append(_loser(name, fact))
        elif holder is None or (answer and fact.command == answer and holder.command != answer):
            if holder is not None:
                lost.append(_loser(name, holder))
            kept[name] = fact
        elif _same(holder, fact):
            continue
        elif name not in _RESERVED and _distinct(holder, fact, kept):
            kept[safe_name(fact.tool)] = fact
        else:
            if fact.strength == holder.strength and not answer:
                ties[name] = (*ties.get(name, (holder.command,)), fact.command)
            lost.append(_loser(name, fact))
    for key, answer in choice.answers.items():
        name = key.removeprefix("process_")
        if key.startswith("process_") and answer and name not in kept:
            kept[safe_name(name)] = _answered(choice, name, answer)
        elif key.startswith("process_") and answer and kept[name].command != answer:
            lost.append(_loser(name, kept[name]))
            kept[name] = _answered(choice, name, answer)
    lost += _take_out(kept, facts, choice)
    ordered = sorted(kept, key=lambda name: (name != "web", name != "release", name))
    planned = (_planned(name, kept[name], prefix) for name in ordered)
    scaled = tuple(_scaled(process, facts) for process in planned)
    return scaled, tuple(lost), {name: tied for name, tied in ties.items() if name in kept}


def _take_out(kept: dict[str, Process], facts: Iterable[AnyFact], choice: Choice) -> Iterator[Loser]:
    """Drop the process types that a person took out, declined, or answered with nothing."""
    for name, why in withdrawn_processes(facts, choice).items():
        fact = kept.get(name)
        answered = choice.answers.get(f"process_{name}")
        if fact is None or (answered != "" and holds(fact)) or (answered and not why.evidence):
            continue
        del kept[name]
        yield Loser(what=f"process {name}", value=fact.command, why=why.why, evidence=why.evidence)


def withdrawn_processes(facts: Iterable[AnyFact], choice: Choice) -> dict[str, Withdrawn]:
    """Return the process types that are not to be, by name; an empty answer speaks last."""
    found = dict(gone(facts, "process"))
    for key, answer in choice.answers.items():
        name = key.removeprefix("process_")
        if key.startswith("process_") and not answer:
            why = f"answered (--set process_{name}=)"
            found[name] = Withdrawn(
                stack=choice.uses.stack,
                root=choice.uses.root,
                kind="process",
                name=name,
                why=why,
                evidence=(),
            )
    return found


def scales(facts: Iterable[AnyFact]) -> dict[str, Scale]:
    """Return what a person says of dynos, by process type."""
    found = sorted((fact for fact in facts if isinstance(fact, Scale)), key=repr)
    return {fact.process: fact for fact in found}


def _scaled(process: PlannedProcess, facts: Iterable[AnyFact]) -> PlannedProcess:
    said = scales(facts).get(process.name)
    if said is None or said.quantity is None or process.name == "release":
        return process
    return replace(process, quantity=said.quantity)


def safe_name(name: str) -> str:
    """Return a process type every Heroku tool accepts: `[a-z0-9]+`. A declared web or worker stays itself."""
    return re.sub(r"[^a-z0-9]", "", name.lower()) or "worker"


def _type_of(fact: Process) -> str:
    """Return the process type to write: a person's own where Heroku takes it, else a safe one."""
    declared = fact.strength is Strength.DECLARED and re.fullmatch(r"[-\w]{1,128}", fact.name, re.ASCII)
    return fact.name if declared else safe_name(fact.name)


def _release(facts: Iterable[AnyFact]) -> Process | None:
    found = [fact for fact in facts if isinstance(fact, Migration) and fact.in_release]
    if not found:
        return None
    best = max(found, key=lambda fact: (int(fact.strength), repr(fact)))
    return Process(
        name="release",
        command=best.command,
        quantity=0,
        stack=best.stack,
        root=best.root,
        strength=best.strength,
        why=best.why or "migrates the database before the new code runs",
        evidence=best.evidence,
    )


def _strongest_first(fact: Process) -> tuple[int, str, str]:
    return (-int(fact.strength), fact.name, repr(fact))


def _same(one: Process, other: Process) -> bool:
    return one.command == other.command or (one.tool != "" and one.tool == other.tool)


def _distinct(holder: Process, fact: Process, kept: dict[str, Process]) -> bool:
    if not fact.tool or fact.tool == holder.tool or fact.strength < Strength.FRAMEWORK:
        return False
    if holder.strength is Strength.DECLARED and not holder.tool:
        return False
    return safe_name(fact.tool) not in kept


def _loser(name: str, fact: Process) -> Loser:
    why = "another command for the same process type is better proven"
    return Loser(what=f"process {name}", value=fact.command, why=why, evidence=fact.evidence)


def _answered(choice: Choice, name: str, text: str) -> Process:
    return Process(
        name=name,
        command=text,
        stack=choice.uses.stack,
        root=choice.uses.root,
        strength=Strength.DECLARED,
        why=f"answered (--set process_{name}=...)",
        evidence=(),
    )


def _planned(name: str, fact: Process, prefix: str) -> PlannedProcess:
    declared = fact.strength is Strength.DECLARED
    text = fact.command if fact.root == "." else f"{prefix}{fact.command}"
    return PlannedProcess(
        name=name,
        command=" ".join(text.splitlines()),
        why=fact.why,
        quantity=0 if name == "release" else fact.quantity,
        declared=declared,
        evidence=fact.evidence,
        image=fact.image,
    )


def cd_prefix(root: str) -> str:
    """Return "cd SUB && " for an app below the top whose build root is the top, "" for the top."""
    folder = f"./{root}" if root.startswith("-") else root
    return "" if root == "." else command("cd", folder, Raw("&&")) + " "
