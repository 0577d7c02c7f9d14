"""TOML with lines: parse(text, path) -> Toml. The only import of the TOML library."""

from __future__ import annotations

import re
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests.located import value_at
from scaffold.patterns import lazy
from scaffold.record import record


@record(kw_only=False)
class Toml:
    """A parsed document, its path, and its lines for proof."""

    value: dict[str, Any]
    path: str
    source: tuple[str, ...]

    def at(self, *keys: str) -> Any:
        """Return the value at a key path through tables, or None."""
        return value_at(self.value, keys)

    def line(self, table: str, pattern: str) -> int:
        """Return the 1-based line in `[table]` ("" for the top) whose text matches `pattern`, or 0.

        Sub-tables (`[table.x]`) count as part of the table.
        """
        inside, seek = not table, re.compile(pattern)
        for number, line in enumerate(self.source, 1):
            head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
            if head:
                name = head[1].replace('"', "").replace("'", "").replace(" ", "")
                inside = bool(table) and (name == table or name.startswith(table + "."))
            if inside and seek.search(line):
                return number
        return 0


def parse(text: str, path: str) -> Toml:
    """Parse a TOML document. Raises ManifestError with the line of the fault."""
    import tomli

    try:
        value = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ManifestError(path, getattr(error, "lineno", 0), f"not valid TOML: {error}") from None
    except RecursionError:
        raise ManifestError(path, 0, "TOML nested too deeply") from None
    except ValueError as error:
        raise ManifestError(path, 0, f"not valid TOML: {error}") from None
    return Toml(value, path, tuple(text.split("\n")))


_HEADER = lazy(r"""\s*\[\[?((?:[^]"']|"[^"]*"|'[^']*')*)\]\]?\s*(?:#.*)?""")
_KEY = lazy(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_PAIR = lazy(r"""\s*((?:[A-Za-z0-9_.\s-]|"[^"]*"|'[^']*')+?)\s*=""")
_TOKEN = lazy(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[][{}]""")
_END = {'"""': lazy(r'(?:[^"\\]|\\.|"(?!""))*"""'), "'''": lazy(r"(?:[^']|'(?!''))*'''")}


def key_lines(document: Toml) -> dict[tuple[str, ...], int]:
    """Map each table and key path to the line where it first stands, by one pass over the lines.

    Keys inside inline tables and arrays have none of their own.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    mark, depth = "", 0
    for number, line in enumerate(document.source, 1):
        start = 0
        if not mark and not depth:
            if head := _HEADER.fullmatch(line.rstrip("\r")):
                table = _path(head[1])
                _mark(found, (), table, number)
                continue
            pair = _PAIR.match(line)
            if pair is None:
                continue
            start = pair.end()
            _mark(found, table, _path(pair[1]), number)
        mark, depth = _left_open(line, start, mark, depth)
    return found


def _mark(
    found: dict[tuple[str, ...], int], table: tuple[str, ...], keys: tuple[str, ...], line: int
) -> None:
    for end in range(1, len(keys) + 1):
        found.setdefault((*table, *keys[:end]), line)


def _path(text: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in _KEY.findall(text))


def _left_open(line: str, at: int, mark: str, depth: int) -> tuple[str, int]:
    """Return the mark of the multi-line string and the number of brackets that a line leaves open."""
    while True:
        if mark:
            end = _END[mark].match(line, at)
            if end is None:
                return mark, depth
            at, mark = end.end(), ""
        for token in _TOKEN.finditer(line, at):
            if token[0] in _END:
                at, mark = token.end(), token[0]
                break
            depth += (token[0] in "[{") - (token[0] in "]}")
        else:
            return "", depth
