"""Procfile: parse(text, path) -> tuple of lines. Not YAML: all after the first colon is the command."""

from __future__ import annotations

from scaffold.patterns import lazy
from scaffold.record import record

_LINE = lazy(r"^\s*([-\w]{1,128})\s*:\s*(\S.*?)\s*$")


@record(kw_only=False)
class ProcfileLine:
    """A process type, its command, and its 1-based line."""

    name: str
    command: str
    line: int


def parse(text: str, path: str) -> tuple[ProcfileLine, ...]:  # noqa: ARG001  (parsers share one signature)
    """Parse a Procfile; comments and lines that Heroku drops are left out, the last of a name wins."""
    found: dict[str, ProcfileLine] = {}
    for number, line in enumerate(text.split("\n"), 1):
        match = None if line.lstrip().startswith("#") else _LINE.match(line)
        if match:
            found[match[1]] = ProcfileLine(match[1], match[2], number)
    return tuple(found.values())
