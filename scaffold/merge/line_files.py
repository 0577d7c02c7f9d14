"""The formats of keyed lines: Procfile, env files, and lists that are sets (.slugignore)."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.manifests import env_file
from scaffold.merge.blocks import Block, Entry
from scaffold.merge.keyed import Format
from scaffold.merge.merged import lines_of
from scaffold.patterns import lazy

_PROCESS = lazy(r"(\s*([-\w]+)\s*:\s*)(.*?)\s*")
_ASSIGNED = lazy(r"(#?)[#\s]*([^=]*?)\s*=\s*")


def _processes(text: str) -> Iterator[Entry]:
    for at, line in enumerate(lines_of(text)):
        match = None if line.lstrip().startswith("#") else _PROCESS.fullmatch(line)
        if match:
            yield Entry(key=match[2], value=" ".join(match[3].split()), start=at, end=at + 1)


def _process_line(yours: Block, new: Block) -> tuple[str, ...]:
    """Return the new command behind their name and colon."""
    mine, scaffolds = _PROCESS.fullmatch(yours.lines[0]), _PROCESS.fullmatch(new.lines[0])
    if mine is None or scaffolds is None or not mine[3]:
        return new.lines
    return (mine[1] + scaffolds[3],)


def _variables(text: str) -> Iterator[Entry]:
    lines = lines_of(text)
    for found in env_file.parse(text.replace("\r", " "), ""):
        start, end = found.line - 1, min(found.end, len(lines))
        written = " ".join("\n".join(lines[start:end]).split())
        value = _ASSIGNED.sub(r"\1\2=", written, count=1)
        yield Entry(key=found.name, value=value, start=start, end=end)


def _members(text: str) -> Iterator[Entry]:
    for at, line in enumerate(lines_of(text)):
        member = line.strip()
        if member and not member.startswith("#"):
            yield Entry(key=member, value=member, start=at, end=at + 1)


PROCFILE = Format(reader=_processes, rewrite=_process_line)
ENV = Format(reader=_variables, lenient=True, commented=True, headed=True)
SET = Format(reader=_members, lenient=True)
