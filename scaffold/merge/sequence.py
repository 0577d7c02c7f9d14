"""Merge lists of lines whose order counts (.buildpacks): which, in what order, and each in which version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaffold.merge.merged import Conflict, Merged, lines_of, marked, text_of
from scaffold.merge.text import regions
from scaffold.patterns import lazy
from scaffold.record import record

_OFFICIAL = lazy(r"(?:urn:buildpack:|https?://github\.com/)?heroku/(?:heroku-buildpack-)?([-\w]+)")


@record
class List:
    """The members by what they name, each with its line and the other lines right above it."""

    lines: dict[str, str]
    above: dict[str, tuple[str, ...]]
    rest: tuple[str, ...]


def three_way(base: str, yours: str, new: str) -> Merged:
    """Return `yours` with what changed from `base` to `new`; an order that both changed is a conflict.

    A member that they took out stays out, one that both added stays where they put it.
    """
    old, there, now = map(_laid_out, (base, yours, new))
    before = [key for key in old.lines if key in there.lines]
    wanted = [key for key in now.lines if key not in old.lines or key in there.lines]
    if base:
        wanted = [key for key in wanted if key in old.lines or key not in there.lines]
    else:
        before = [key for key in there.lines if key in now.lines]
        wanted = [*before, *(key for key in wanted if key not in there.lines)]
    out = _Out(old, there, now)
    at = 0
    for region in regions(before, list(there.lines), wanted, apart=0):
        out.keys(before[at : region.start])
        at = region.end
        if len(region.by) == 1 or region.yours == region.new:
            kept = region.yours if "yours" in region.by else region.new
            out.dropped(key for key in before[region.start : region.end] if key not in kept)
            out.keys(kept)
        else:
            out.conflict(before[region.start : region.end], region.yours, region.new)
    out.keys(before[at:])
    if len(out.seen) != len(set(out.seen)):
        sides = tuple(tuple(lines_of(text)) for text in (base, yours, new))
        conflict = Conflict(
            "line 1", base.removesuffix("\n"), yours.removesuffix("\n"), new.removesuffix("\n")
        )
        return Merged(text_of(marked(*sides)), (conflict,))
    return Merged(text_of([*out.lines, *there.rest]), tuple(out.conflicts))


class _Out:
    """The merged lines, the conflicts among them, and the members that stand outside of these."""

    def __init__(self, old: List, there: List, now: List) -> None:
        self.old, self.there, self.now = old, there, now
        self.lines: list[str] = []
        self.conflicts: list[Conflict] = []
        self.seen: list[str] = []

    def keys(self, keys: Iterable[str]) -> None:
        """Add members, each in the version that only one side changed."""
        for key in keys:
            self.seen.append(key)
            self.lines += self.there.above.get(key, self.now.above.get(key, ()))
            old, mine, new = (side.lines.get(key) for side in (self.old, self.there, self.now))
            if mine is None or (old is not None and new is not None and mine.strip() == old.strip()):
                self.lines.append(str(mine if new is None or new == old else new))
            elif old is None or new is None or new.strip() in (old.strip(), mine.strip()):
                self.lines.append(mine)
            else:
                self._mark((old,), (mine,), (new,))

    def dropped(self, keys: Iterable[str]) -> None:
        """Take members out; the comments of a person stay, and a member that they edited is a conflict."""
        for key in keys:
            above = self.there.above.get(key, ())
            self.lines += (line for line in above if line not in self.old.above.get(key, ()))
            old, mine = self.old.lines[key], self.there.lines[key]
            if old.strip() != mine.strip():
                self._mark((old,), (mine,), ())

    def conflict(self, old: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> None:
        """Add both sides of an order, in markers."""
        before = tuple(self.old.lines.get(key, key) for key in old)
        there = (
            line for key in mine for line in (*self.there.above.get(key, ()), self.there.lines.get(key, key))
        )
        now = (line for key in new for line in (*self.now.above.get(key, ()), self.now.lines.get(key, key)))
        self._mark(before, tuple(there), tuple(now))

    def _mark(self, *sides: tuple[str, ...]) -> None:
        where = f"line {len(self.lines) + 1}"
        self.conflicts.append(Conflict(where, *("\n".join(side) if side else None for side in sides)))
        self.lines += marked(*sides)


def _laid_out(text: str) -> List:
    lines: dict[str, str] = {}
    above: dict[str, tuple[str, ...]] = {}
    waiting: list[str] = []
    for line in lines_of(text):
        key = _key(line)
        if key and key not in lines:
            lines[key], above[key] = line, tuple(waiting)
            waiting = []
        else:
            waiting.append(line)
    return List(lines=lines, above=above, rest=tuple(waiting))


def _key(line: str) -> str:
    """Return what a line names, whatever its version and form; nothing for a comment."""
    name = line.strip().partition("#")[0].strip().removesuffix("/").removesuffix(".git").lower()
    match = _OFFICIAL.fullmatch(name)
    return f"heroku/{match[1]}" if match else name
