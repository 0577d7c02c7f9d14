"""Merge any text by lines, as `git merge-file` does: what only one side changed is taken.

Edits of lines that touch each other are a conflict; lines that both sides of it begin or end with stand
outside of its markers (git's zdiff3 style).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scaffold.merge.line_diff import Hunk, hunks, matches
from scaffold.merge.merged import Conflict, Merged, lines_of, marked, text_of
from scaffold.record import record


@record
class Region:
    """Lines of base that a side changed, [start, end), and what stands there on either side."""

    start: int
    end: int
    yours: tuple[str, ...]
    new: tuple[str, ...]
    by: frozenset[str]


def three_way(base: str, yours: str, new: str) -> Merged:
    """Return `yours` with what changed from `base` to `new`, and both sides in markers where they meet.

    Without a base, the lines that both have are taken for it: nothing of either side is lost.
    """
    old, there, wanted = map(lines_of, (base, yours, new))
    if not base:
        old = [there[at] for at, _ in matches(there, wanted)]
    lines: list[str] = []
    conflicts: list[Conflict] = []
    at = 0
    for region in regions(old, there, wanted):
        lines += old[at : region.start]
        at = region.end
        if len(region.by) == 1 or region.yours == region.new:
            lines += region.yours if "yours" in region.by else region.new
            continue
        before, mine, theirs, after = _trimmed(region.yours, region.new)
        lines += before
        where = f"line {len(lines) + 1}"
        sides = (old[region.start : region.end], mine, theirs)
        conflicts.append(Conflict(where, *("\n".join(side) if side else None for side in sides)))
        lines += [*marked(*sides), *after]
    return Merged(text_of([*lines, *old[at:]]), tuple(conflicts))


def regions(
    base: Sequence[str], yours: Sequence[str], new: Sequence[str], *, apart: int = 1
) -> Iterator[Region]:
    """Return what changed, in order. Hunks with fewer than `apart` lines between them are one region.

    With 0, only those are one that change the same lines or add at the same place.
    """
    sides = {"yours": (yours, hunks(base, yours)), "new": (new, hunks(base, new))}
    found = sorted(
        ((hunk, by) for by, (_, each) in sides.items() for hunk in each),
        key=lambda item: (item[0].start, item[0].end),
    )
    group: list[tuple[Hunk, str]] = []
    for hunk, by in found:
        if group and not _meets(group, hunk, apart):
            yield _region(group, base, sides)
            group = []
        group.append((hunk, by))
    if group:
        yield _region(group, base, sides)


def _meets(group: Sequence[tuple[Hunk, str]], hunk: Hunk, apart: int) -> bool:
    start, end = group[0][0].start, max(other.end for other, _ in group)
    if apart:
        return hunk.start < end + apart
    return hunk.start < end or (hunk.start == hunk.end == end == start)


def _region(
    group: list[tuple[Hunk, str]],
    base: Sequence[str],
    sides: dict[str, tuple[Sequence[str], list[Hunk]]],
) -> Region:
    start, end = group[0][0].start, max(hunk.end for hunk, _ in group)
    text = {}
    for side, (lines, _) in sides.items():
        own = [hunk for hunk, by in group if by == side]
        if own:
            first, last = own[0], own[-1]
            text[side] = tuple(lines[first.new_start - first.start + start : last.new_end - last.end + end])
        else:
            text[side] = tuple(base[start:end])
    by = frozenset(side for _, side in group)
    return Region(start=start, end=end, yours=text["yours"], new=text["new"], by=by)


def _trimmed(
    yours: Sequence[str], new: Sequence[str]
) -> tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]:
    """Return the lines that both begin with, what is left of either, and the lines that both end with."""
    least = min(len(yours), len(new))
    head = next((at for at in range(least) if yours[at] != new[at]), least)
    tail = next((at for at in range(least - head) if yours[-1 - at] != new[-1 - at]), least - head)
    mine, theirs = yours[head : len(yours) - tail], new[head : len(new) - tail]
    return yours[:head], mine, theirs, yours[len(yours) - tail :]
