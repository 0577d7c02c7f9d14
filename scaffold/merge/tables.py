"""The lines of a config-vars.toml as tables of variables, and edits of them that touch nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from scaffold.manifests import toml_file
from scaffold.manifests.toml_file import Statement, Toml
from scaffold.record import record


@record(kw_only=False)
class Table:
    """A [vars.NAME] table: its lines [start, end) with the comments right above, its header and pairs."""

    start: int
    end: int
    header: Statement
    pairs: tuple[Statement, ...]

    @property
    def last(self) -> int:
        """Return the line behind the last statement."""
        return (self.pairs[-1] if self.pairs else self.header).last

    def pair(self, key: str) -> Statement | None:
        """Return the `key = value` of a field."""
        return next((pair for pair in self.pairs if pair.keys[2:] == (key,)), None)


@record(kw_only=False)
class Tables:
    """A document, its tables by variable, and the line where the first header of any kind begins."""

    document: Toml
    found: Mapping[str, Table]
    first: int

    @classmethod
    def of(cls, text: str, path: str) -> Tables:
        """Lay out a text. Raises ManifestError where it is no TOML."""
        document = toml_file.parse(text, path)
        statements = toml_file.statements(document)
        headers = [at for at, statement in enumerate(statements) if statement.is_header]
        starts = [_above(document.source, statements[at].first - 1) for at in headers]
        bounds = zip(headers, [*headers[1:], len(statements)], starts, [*starts[1:], None], strict=False)
        tables = {
            statements[at].keys[1]: Table(
                start,
                _end(document.source) if end is None else end,
                statements[at],
                statements[at + 1 : after],
            )
            for at, after, start, end in bounds
            if len(statements[at].keys) == 2 and statements[at].keys[0] == "vars"
        }
        return cls(document, tables, starts[0] if starts else _end(document.source))

    def records(self) -> Mapping[str, Any]:
        """Return what is said of each variable, in whatever form it is written."""
        found = self.document.at("vars")
        return found if isinstance(found, dict) else {}

    def environments(self, name: str) -> list[Mapping[str, Any]]:
        """Return what environments say of a variable."""
        env = self.document.at("env")
        return [said[name] for said in env.values() if name in said] if isinstance(env, dict) else []

    def preamble(self) -> list[str]:
        """Return the lines before the first header."""
        lines = [line.rstrip("\r") for line in self.document.source[: self.first]]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def lines_of(self, table: Table) -> list[str]:
        """Return the lines of a table without the blank ones behind it."""
        return list(self.document.source[table.start : table.last])

    def written(self, name: str, key: str) -> str:
        """Return the text of a value that stands in one line, "" where there is none."""
        pair = self.found[name].pair(key)
        if pair is None:
            return ""
        return self.document.source[pair.last - 1][pair.start : pair.end].strip()

    def commented(self, statement: Statement) -> bool:
        """Tell whether a comment stands beside or inside a statement."""
        *above, last = self.document.source[statement.first - 1 : statement.last]
        return "#" in last[statement.end :] or any("#" in line for line in above)

    def has_comment(self, table: Table) -> bool:
        """Tell whether a comment belongs to a table: above its header, inside it, or beside a value."""
        statements = (table.header, *table.pairs)
        own = {number for each in statements for number in range(each.first - 1, each.last)}
        between = [self.document.source[at] for at in range(table.start, table.last) if at not in own]
        return any(line.strip() for line in between) or any(map(self.commented, statements))


def _above(lines: Sequence[str], at: int) -> int:
    """Return where the comments directly above a line begin."""
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _end(lines: Sequence[str]) -> int:
    """Return the number of lines, less the empty rest behind the last line end."""
    return len(lines) - (not lines[-1])


class Edited:
    """Tables with edits that were asked for; `text` makes them."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._lines = list(tables.document.source)
        self._ending = "\r" if any(line.endswith("\r") for line in self._lines) else ""
        self._gone: set[int] = set()
        self._after: dict[int, list[str]] = {}
        self._blocks: dict[int, list[list[str]]] = {}
        self._preamble: list[str] = []

    def set_preamble(self, lines: list[str]) -> None:
        """Put other lines before the first header."""
        self._preamble = lines
        self._gone |= set(range(len(self.tables.preamble())))

    def set_value(self, pair: Statement, written: str) -> None:
        """Give a key another value; the comment beside it stays. One with comments inside is left alone."""
        first, last = self._lines[pair.first - 1], self._lines[pair.last - 1]
        if pair.first != pair.last and self.tables.commented(pair):
            return
        rest = last[len(last[: pair.end].rstrip()) :]
        self._lines[pair.first - 1] = first[: pair.start] + written + rest
        self._gone |= set(range(pair.first, pair.last))

    def remove_pair(self, pair: Statement) -> None:
        """Take a key out."""
        self._gone |= set(range(pair.first - 1, pair.last))

    def add_pair(self, table: Table, line: str, *, behind: Collection[str]) -> None:
        """Add a line to a table, behind the last of the keys that come before it."""
        above = [pair for pair in table.pairs if pair.keys[2] in behind]
        at = (above[-1] if above else table.header).last - 1
        self._after.setdefault(at, []).append(line)

    def remove_table(self, table: Table) -> None:
        """Take a table out with the blank lines behind it; what stands free behind these stays."""
        end = table.last
        while end < table.end and not self._lines[end].strip():
            end += 1
        self._gone |= set(range(table.start, end))

    def add_table(self, name: str, lines: list[str]) -> None:
        """Add a table in its sorted place."""
        found = self.tables.found
        smaller = [other for other in found if other < name]
        at = found[min(found)].start if found else self.tables.first
        if smaller:
            at = found[max(smaller)].end
        self._blocks.setdefault(at, []).append(lines)

    def text(self) -> str:
        """Return the text with all edits made, and as it was where there are none."""
        if not (self._gone or self._after or self._blocks):
            return "\n".join(self._lines)
        out = self._new(self._preamble)
        apart = False
        end = _end(self._lines)
        for at, line in enumerate([*self._lines[:end], ""]):
            for block in self._blocks.get(at, ()):
                out += [*self._gap(out), *self._new(block)]
                apart = True
            if at < end and at not in self._gone:
                out += [*(self._gap(out) if apart and line.strip() else ()), line]
                apart = False
            out += self._new(self._after.get(at, ()))
        if end and self._lines[end - 1].strip():
            while not out[-1].strip():
                out.pop()
            out[-1] = out[-1].removesuffix("\r") + self._ending
        return "\n".join([*out, ""])

    def _new(self, lines: Iterable[str]) -> list[str]:
        return [line + self._ending for line in lines]

    def _gap(self, out: Sequence[str]) -> list[str]:
        return [self._ending] if out and out[-1].strip() else []
