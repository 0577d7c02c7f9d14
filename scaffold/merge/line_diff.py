"""Two lists of lines -> the runs of lines that differ, few and where a reader would put them.

A longest common subsequence over the lines that both sides have (Hunt and Szymanski: fast where most lines
are unique). Then each run that could as well stand some lines higher or lower is moved down as far as it
goes, or to a run of the other side, as `git diff` does: so two edits of one place meet in one place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from scaffold.record import record

_MANY = 200_000
"""So many pairs of equal lines are looked at; of a text with more, lines that stand everywhere come last."""


@record(kw_only=False)
class Hunk:
    """Lines [start, end) of the first side became [new_start, new_end) of the second."""

    start: int
    end: int
    new_start: int
    new_end: int


def hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Return what differs, in order; between two hunks stands at least one line that both have."""
    removed, added = _gaps(matches(old, new), len(old), len(new))
    _slide(old, removed, added)
    _slide(new, added, removed)
    found = []
    at = new_at = 0
    for gone, come in zip(removed, added, strict=True):
        if gone or come:
            found.append(Hunk(at, at + gone, new_at, new_at + come))
        at, new_at = at + gone + 1, new_at + come + 1
    return found


def matches(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of indexes of a longest common subsequence."""
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        at, end, new_at, new_end = todo.pop()
        while at < end and new_at < new_end and old[at] == new[new_at]:
            pairs.append((at, new_at))
            at, new_at = at + 1, new_at + 1
        while at < end and new_at < new_end and old[end - 1] == new[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            pairs.append((end, new_end))
        found, complete = _common(old, new, (at, end, new_at, new_end))
        pairs += found
        if found and not complete:
            corners = [(at - 1, new_at - 1), *found, (end, new_end)]
            todo += [(a + 1, c, b + 1, d) for (a, b), (c, d) in pairwise(corners)]
    return sorted(pairs)


def _common(
    old: Sequence[str], new: Sequence[str], within: tuple[int, int, int, int]
) -> tuple[list[tuple[int, int]], bool]:
    """Return the longest common subsequence, and whether all lines took part in it."""
    at, end, new_at, new_end = within
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index in range(new_end - 1, new_at - 1, -1):
        places[new[index]].append(index)
    counts: defaultdict[str, int] = defaultdict(int)
    for line in old[at:end]:
        counts[line] += len(places.get(line, ()))
    complete = True
    while sum(counts.values()) > _MANY:
        complete = False
        commonest = max(counts, key=counts.__getitem__)
        del counts[commonest], places[commonest]
    tails: list[int] = []
    links: list[tuple[int, int, int]] = []
    ends: list[int] = []
    for index in range(at, end):
        for place in places.get(old[index], ()):
            length = bisect_left(tails, place)
            links.append((index, place, ends[length - 1] if length else -1))
            if length == len(tails):
                tails.append(place)
                ends.append(len(links) - 1)
            else:
                tails[length] = place
                ends[length] = len(links) - 1
    found = []
    link = ends[-1] if ends else -1
    while link >= 0:
        index, place, link = links[link]
        found.append((index, place))
    return found[::-1], complete


def _gaps(pairs: list[tuple[int, int]], size: int, new_size: int) -> tuple[list[int], list[int]]:
    """Return how many lines of either side stand before each pair, and behind the last."""
    corners = [(-1, -1), *pairs, (size, new_size)]
    steps = list(pairwise(corners))
    return [c - a - 1 for (a, _), (c, _) in steps], [d - b - 1 for (_, b), (_, d) in steps]


def _slide(lines: Sequence[str], gaps: list[int], other: Sequence[int]) -> None:
    """Move each run of lines in a gap to the lowest gap that makes the same text, or to one of the other's.

    A run stands lower by one where its first line is the same as the line behind it.
    """
    gap = start = 0
    while gap < len(gaps):
        if gaps[gap]:
            gap, start = _settled(lines, gaps, other, gap, start)
        start += gaps[gap] + 1
        gap += 1


def _settled(
    lines: Sequence[str], gaps: list[int], other: Sequence[int], gap: int, start: int
) -> tuple[int, int]:
    size = 0
    best = -1
    while size != gaps[gap]:
        size = gaps[gap]
        while gap and lines[start - 1] == lines[start + gaps[gap] - 1]:
            start -= 1 + gaps[gap - 1]
            gap -= 1
            gaps[gap], gaps[gap + 1] = gaps[gap] + gaps[gap + 1], 0
        best = gap if other[gap] else -1
        while gap < len(gaps) - 1 and lines[start] == lines[start + gaps[gap]]:
            start += 1
            gap += 1
            gaps[gap], gaps[gap - 1] = gaps[gap] + gaps[gap - 1], 0
            best = gap if other[gap] else best
    while gap > best >= 0:
        start -= 1
        gap -= 1
        gaps[gap], gaps[gap + 1] = gaps[gap + 1], 0
    return gap, start
