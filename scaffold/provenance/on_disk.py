"""The lines of a file on disk -> what each is (scaffold's, edited, added), and the line of today it meets."""

from __future__ import annotations

import difflib
from typing import Literal

from scaffold.merge.markers import conflicts_in
from scaffold.provenance.keyed_lines import Key, line_keys, rows_of, unit
from scaffold.record import record, replace

Status = Literal["same", "edited", "added", "outdated", "withdrawn", "own", "grown", "conflict"]


@record
class DiskLine:
    """One line on disk. `meets` is the 1-based line of today's text that stands for it, 0 for none.

    same: as scaffold writes it. edited, added: by the person. outdated: as scaffold wrote it last, which
    is another now; withdrawn: that is not written any more. own: in a file that scaffold never wrote.
    grown: added by scaffold to such a file. conflict: within the markers of an open conflict.
    """

    number: int
    text: str
    key: Key
    status: Status
    meets: int


def disk_lines(path: str, yours: str, base: str | None, new: str) -> tuple[DiskLine, ...]:
    """Tell of each line what it is; `base` is None for a file that scaffold never wrote."""
    rows, keys = rows_of(yours), line_keys(path, yours)
    meets = _meeting(path, yours, new)
    written = _written(path, base or "")
    known = {unit(path, key) for _, key in written}
    today = rows_of(new)
    found = []
    marked = {at for each in conflicts_in(yours) for at in range(each.start + 1, each.end + 2)}
    for number, (row, key) in enumerate(zip(rows, keys, strict=False), 1):
        if number in marked:
            found.append(DiskLine(number=number, text=row, key=(), status="conflict", meets=0))
            continue
        met = meets.get(number, 0)
        same = bool(met) and today[met - 1] == row
        status: Status = "same"
        if base is None:
            status = "own"
        elif not same and (row.strip(), key) in written:
            status = "outdated" if met else "withdrawn"
        elif not same:
            status = "edited" if met or (key and unit(path, key) in known) else "added"
        found.append(DiskLine(number=number, text=row, key=key, status=status, meets=met))
    return tuple(found)


def with_grown(path: str, lines: tuple[DiskLine, ...], added: str) -> tuple[DiskLine, ...]:
    """Tell apart, in a file that a person had before, the lines that scaffold added to it."""
    written = {(row.rstrip(","), key) for row, key in _written(path, added) if key}
    return tuple(
        replace(line, status="grown")
        if line.status == "own" and (line.text.strip().rstrip(","), line.key) in written
        else line
        for line in lines
    )


def _written(path: str, base: str) -> set[tuple[str, Key]]:
    return {(row.strip(), key) for row, key in zip(rows_of(base), line_keys(path, base), strict=False)}


def _meeting(path: str, yours: str, new: str) -> dict[int, int]:
    """Map the lines of one text to those of the other: equal ones in order, then by key."""
    rows, others = rows_of(yours), rows_of(new)
    matcher = difflib.SequenceMatcher(None, rows, others, autojunk=False)
    mine, theirs = line_keys(path, yours), line_keys(path, new)
    found = {
        at + offset + 1: to + offset + 1
        for at, to, size in matcher.get_matching_blocks()
        for offset in range(size)
        if mine[at + offset] == theirs[to + offset]
    }
    places: dict[Key, list[int]] = {}
    taken = set(found.values())
    for number, key in enumerate(theirs, 1):
        if key and number not in taken:
            places.setdefault(key, []).append(number)
    for number, key in enumerate(mine, 1):
        if number not in found and places.get(key):
            found[number] = _nearest(rows[number - 1], places[key], others)
            places[key].remove(found[number])
    return found


def _nearest(row: str, places: list[int], others: list[str]) -> int:
    """Return the place of the line that is most like a row; of equal ones the first."""
    likeness = {at: difflib.SequenceMatcher(None, row, others[at - 1]).ratio() for at in places}
    return max(places, key=lambda at: (likeness[at], -at))


def aligned(old: str, new: str) -> dict[int, int]:
    """Map the equal lines of two texts, 1-based, in order."""
    matcher = difflib.SequenceMatcher(None, rows_of(old), rows_of(new), autojunk=False)
    return {
        to + offset + 1: at + offset + 1
        for at, to, size in matcher.get_matching_blocks()
        for offset in range(size)
    }
