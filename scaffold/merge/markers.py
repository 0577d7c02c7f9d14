"""Find conflict markers that are left in a text, and take the sides of such a text apart."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.merge.merged import BASE, Conflict
from scaffold.record import record

_START, _BASE, _SPLIT, _END = "<<<<<<<", "|||||||", "=======", ">>>>>>>"


@record
class Marked:
    """A conflict: the indexes of its marker lines (`base` is that of the split where there is no base)."""

    start: int
    base: int
    split: int
    end: int


def has_markers(text: str) -> int:
    """Return the line of the first conflict marker, 0 where there is none.

    A line of `=======` alone is an underline, and no marker; one half of a conflict is enough of it.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if _is(line, _START) or _is(line, _END) or line.rstrip("\r") == BASE:
            return number
    return 0


def sides(text: str) -> tuple[str, str] | None:
    """Return the texts of the two sides of all conflicts; None where there is none, or a broken one."""
    rows = text.split("\n")
    found = list(conflicts_in(text))
    if not found or len(found) != sum(_is(row, _START) for row in rows):
        return None
    if len(found) != sum(_is(row, _END) for row in rows):
        return None
    yours: list[str] = []
    new: list[str] = []
    at = 0
    for each in found:
        yours += [*rows[at : each.start], *rows[each.start + 1 : each.base]]
        new += [*rows[at : each.start], *rows[each.split + 1 : each.end]]
        at = each.end + 1
    return "\n".join([*yours, *rows[at:]]), "\n".join([*new, *rows[at:]])


def left_in(text: str) -> tuple[Conflict, ...]:
    """Return the conflicts that an earlier merge left in a text."""
    rows = text.replace("\r\n", "\n").split("\n")
    found = []
    for each in conflicts_in(text):
        parts = (
            rows[each.base + 1 : each.split],
            rows[each.start + 1 : each.base],
            rows[each.split + 1 : each.end],
        )
        found.append(
            Conflict(f"line {each.start + 1}", *("\n".join(part) if part else None for part in parts))
        )
    first = has_markers(text)
    return tuple(found) or ((Conflict(f"line {first}", None, None, None),) if first else ())


def conflicts_in(text: str) -> Iterator[Marked]:
    """Return the whole conflicts of a text, in order."""
    start = base = split = -1
    for at, row in enumerate(text.split("\n")):
        if _is(row, _START):
            start, base, split = at, -1, -1
        elif _is(row, _BASE) and start >= 0 > base and split < 0:
            base = at
        elif row.rstrip("\r") == _SPLIT and start >= 0 > split:
            split = at
        elif _is(row, _END) and split >= 0:
            yield Marked(start=start, base=base if base >= 0 else split, split=split, end=at)
            start = base = split = -1


def _is(line: str, marker: str) -> bool:
    """Tell whether a line is a marker: seven signs and a name behind a blank, or nothing."""
    return line.startswith(marker) and line[7:8] in ("", " ", "\r")
