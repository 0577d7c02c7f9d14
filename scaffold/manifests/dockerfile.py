"""Dockerfile -> its stages and their instructions. It never fails: what is no instruction is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scaffold.patterns import lazy
from scaffold.record import record


@record
class Instruction:
    """An instruction with its argument as written (continuations joined) and its first line."""

    name: str
    value: str
    line: int

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of the exec form (a JSON array), nothing for the shell form."""
        if not self.value.startswith("["):
            return ()
        try:
            parsed = json.loads(self.value)
        except ValueError:
            return ()
        return tuple(str(item) for item in parsed) if isinstance(parsed, list) else ()


@record
class Stage:
    """A build stage: its base image, its name ("" for none), its instructions."""

    base: str
    name: str
    line: int
    platform: str = ""
    instructions: tuple[Instruction, ...] = ()

    def last(self, name: str) -> Instruction | None:
        """Return the last instruction of this name, the one that counts."""
        return next((item for item in reversed(self.instructions) if item.name == name), None)

    def all(self, name: str) -> tuple[Instruction, ...]:
        """Return the instructions of this name, in order."""
        return tuple(item for item in self.instructions if item.name == name)


@record
class Dockerfile:
    """A Dockerfile: its stages in order."""

    path: str
    stages: tuple[Stage, ...] = ()

    def chain(self, target: str = "") -> tuple[Stage, ...]:
        """Return the stage that is run (the last, or `target`) and those it builds on, nearest first."""
        if not self.stages:
            return ()
        named = [stage for stage in self.stages if target and stage.name.lower() == target.lower()]
        found = [named[-1] if named else self.stages[-1]]
        while True:
            base = found[-1].base.lower()
            below = [s for s in self.stages if s.name and s.name.lower() == base and s.line < found[-1].line]
            if not below:
                return tuple(found)
            found.append(below[-1])

    def effective(self, name: str, target: str = "") -> Instruction | None:
        """Return the instruction of this name that counts for the image that is run."""
        for stage in self.chain(target):
            if instruction := stage.last(name):
                return instruction
        return None


_FROM = lazy(
    r"(?:--platform=(?P<platform>\S+)\s+)?(?P<base>\S+)(?:\s+as\s+(?P<name>\S+))?\s*$", re.IGNORECASE
)
_WORD = lazy(r"\s*(?P<name>[A-Za-z]+)\s+(?P<value>\S.*)$", re.DOTALL)
_HEREDOC = lazy(r"<<-?[\"']?(\w+)[\"']?")


def parse(text: str, path: str) -> Dockerfile:
    """Parse a Dockerfile."""
    stages: list[Stage] = []
    inside: list[Instruction] = []
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            if stages:
                stages[-1] = _with(stages[-1], inside)
            inside = []
            if found := _FROM.match(instruction.value):
                stages.append(
                    Stage(
                        base=found["base"],
                        name=found["name"] or "",
                        line=instruction.line,
                        platform=found["platform"] or "",
                    )
                )
        elif stages:
            inside.append(instruction)
    if stages:
        stages[-1] = _with(stages[-1], inside)
    return Dockerfile(path=path, stages=tuple(stages))


def _with(stage: Stage, instructions: list[Instruction]) -> Stage:
    return Stage(
        base=stage.base,
        name=stage.name,
        line=stage.line,
        platform=stage.platform,
        instructions=tuple(instructions),
    )


def _instructions(text: str) -> Iterator[Instruction]:
    """Yield each instruction with continued lines joined; comments and here-documents are left out."""
    joined, start, until = "", 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if until:
            until = "" if line.strip() == until else until
            continue
        if line.lstrip().startswith("#") or (joined and not line.strip()):
            continue
        start = start or number
        bare = line.rstrip()
        if bare.endswith(("\\", "`")):
            joined += bare[:-1].strip() + " "
            continue
        joined += bare.strip()
        if (heredoc := _HEREDOC.search(joined)) and joined.upper().startswith(("RUN", "COPY", "ADD")):
            until = heredoc[1]
        if found := _WORD.match(joined):
            yield Instruction(name=found["name"].upper(), value=found["value"].strip(), line=start)
        joined, start = "", 0
    if found := _WORD.match(joined):
        yield Instruction(name=found["name"].upper(), value=found["value"].strip(), line=start)
