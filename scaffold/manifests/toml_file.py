"""TOML with lines: parse(text, path) -> Toml. The only import of the TOML library."""

from __future__ import annotations

import re
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests.located import value_at
from scaffold.patterns import lazy
from scaffold.record import record, replace


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
_PAIR = lazy(r"""\s*((?:[A-Za-z0-9_.\s-]|"[^"]*"|'[^']*')+?)\s*=[ \t]*""")
_TOKEN = lazy(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[][{}]""")
_END = {'"""': lazy(r'(?:[^"\\]|\\.|"(?!""))*"""'), "'''": lazy(r"(?:[^']|'(?!''))*'''")}


@record(kw_only=False)
class Statement:
    """A header (`[a.b]`) or a `key = value`: its whole key path, its first and last line, 1-based.

    `start` is the column of the value in the first line, `end` that of the comment or the end in the last.
    """

    keys: tuple[str, ...]
    is_header: bool
    first: int
    last: int
    start: int
    end: int


def statements(document: Toml) -> tuple[Statement, ...]:
    """Return the headers and pairs of a document in order, by one pass over its lines."""
    found: list[Statement] = []
    table: tuple[str, ...] = ()
    mark, depth = "", 0
    for number, line in enumerate(document.source, 1):
        start = 0
        if not mark and not depth:
            head = _HEADER.fullmatch(line.rstrip("\r"))
            pair = None if head else _PAIR.match(line)
            if head:
                table = _path(head[1])
                found.append(Statement(table, True, number, number, 0, head.end(1) + 1))
            elif pair:
                start = pair.end()
                found.append(Statement((*table, *_path(pair[1])), False, number, number, start, start))
            if not pair:
                continue
        mark, depth, end = _scan(line, start, mark, depth)
        found[-1] = replace(found[-1], last=number, end=end)
    return tuple(found)


def key_lines(document: Toml) -> dict[tuple[str, ...], int]:
    """Map each table and key path to the line where it first stands.

    Keys inside inline tables and arrays have none of their own.
    """
    found: dict[tuple[str, ...], int] = {}
    for statement in statements(document):
        for end in range(1, len(statement.keys) + 1):
            found.setdefault(statement.keys[:end], statement.first)
    return found


def _path(text: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in _KEY.findall(text))


def _scan(line: str, at: int, mark: str, depth: int) -> tuple[str, int, int]:
    """Return the multi-line string and the brackets that a line leaves open, and where its comment begins."""
    while True:
        if mark:
            end = _END[mark].match(line, at)
            if end is None:
                return mark, depth, len(line)
            at, mark = end.end(), ""
        for token in _TOKEN.finditer(line, at):
            if token[0] in _END:
                at, mark = token.end(), token[0]
                break
            if token[0].startswith("#"):
                return "", depth, token.start()
            depth += (token[0] in "[{") - (token[0] in "]}")
        else:
            return "", depth, len(line)
