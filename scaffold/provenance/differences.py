"""A file on disk, what scaffold wrote last, what it would write today -> whose a difference is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence

from scaffold.patterns import lazy
from scaffold.provenance.keyed_lines import Key, label, line_keys, rows_of, shown, unit
from scaffold.provenance.sides import Hunk, Reason, Sides, Told, grouped
from scaffold.record import made, record
from scaffold.repo import redact

CONTEXT = 2
_MARKERS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")
_INDEX = lazy(r"line (\d+)")


def hunks(sides: Sides, tell: Callable[[Key], Told]) -> tuple[Hunk, ...]:
    """Return the differences from the disk to the text of today; `tell` knows the facts behind a key."""
    view = _View.of(sides)
    # Equal lines of different things are not the same line.
    yours = list(zip(view.yours_keys, _laid_out(sides.path, view.yours), strict=True))
    new = list(zip(view.new_keys, _laid_out(sides.path, view.new), strict=True))
    matcher = difflib.SequenceMatcher(None, yours, new, autojunk=False)
    return tuple(_hunk(view, group, tell) for group in matcher.get_grouped_opcodes(CONTEXT))


Opcode = tuple[str, int, int, int, int]


def _hunk(view: _View, group: Sequence[Opcode], tell: Callable[[Key], Told]) -> Hunk:
    first, last = group[0], group[-1]
    rows = []
    for tag, start, end, new_start, new_end in group:
        if tag == "equal":
            rows += [f" {redact(row)}" for row in view.yours[start:end]]
        else:
            rows += [f"-{redact(row)}" for row in view.yours[start:end]]
            rows += [f"+{redact(row)}" for row in view.new[new_start:new_end]]
    return Hunk(
        start=first[1] + 1,
        count=last[2] - first[1],
        new_start=first[3] + 1,
        new_count=last[4] - first[3],
        rows=tuple(rows),
        reasons=tuple(_reasons(view, [each for each in group if each[0] != "equal"], tell)),
    )


@record
class _View:
    """The texts as lines and as values by key."""

    sides: Sides
    yours: list[str]
    new: list[str]
    yours_keys: tuple[Key, ...]
    new_keys: tuple[Key, ...]
    values: Mapping[str, Mapping[Key, tuple[str, ...]]] = made(factory=dict)
    moves: tuple[Opcode, ...] = ()

    @classmethod
    def of(cls, sides: Sides) -> _View:
        texts = {"yours": sides.yours, "base": sides.base, "new": sides.new, "merged": sides.merged}
        yours = rows_of(sides.yours)
        matcher = difflib.SequenceMatcher(None, yours, rows_of(sides.merged), autojunk=False)
        return cls(
            sides=sides,
            yours=yours,
            new=rows_of(sides.new),
            yours_keys=_units(sides.path, sides.yours),
            new_keys=_units(sides.path, sides.new),
            values={name: _values(sides.path, text) for name, text in texts.items()},
            moves=tuple(each for each in matcher.get_opcodes() if each[0] != "equal"),
        )

    def is_updated(self, start: int, end: int) -> bool:
        """Tell whether an update would change these lines of the person's."""
        return any(at <= end and start <= stop for _, at, stop, _, _ in self.moves)


def _laid_out(path: str, rows: Sequence[str]) -> list[str]:
    """Return lines by what they say: in JSON neither indentation nor a comma is a difference."""
    return [row.strip().rstrip(",") for row in rows] if path.endswith(".json") else list(rows)


def _units(path: str, text: str) -> tuple[Key, ...]:
    return tuple(unit(path, key) for key in line_keys(path, text))


def _values(path: str, text: str) -> dict[Key, tuple[str, ...]]:
    """Return the lines of each key, whatever their indentation and the commas behind them."""
    rows = [row.strip() for row in _laid_out(path, rows_of(text))]
    found: dict[Key, tuple[str, ...]] = {}
    for row, key in zip(rows, _units(path, text), strict=True):
        found[key] = (*found.get(key, ()), row)
    return found


def _reasons(view: _View, changed: Sequence[Opcode], tell: Callable[[Key], Told]) -> Iterator[Reason]:
    if any(row.startswith(_MARKERS) for _, at, end, _, _ in changed for row in view.yours[at:end]):
        said = "an open conflict of an earlier update: settle it, then `scaffold update --continue`"
        yield Reason(keys=(), whose="conflict", why=said)
        return
    keys: dict[Key, None] = {}
    for _, start, end, new_start, new_end in changed:
        rows = (
            *zip(view.yours_keys[start:end], view.yours[start:end], strict=False),
            *zip(view.new_keys[new_start:new_end], view.new[new_start:new_end], strict=False),
        )
        keys |= dict.fromkeys(key for key, row in rows if key or row.strip(" {}[],"))
    inner = [key for key in keys if not any(other[: len(key)] == key != other for other in keys if key)]
    found = [reason for key in inner if (reason := _reason(view, key, changed, tell)) is not None]
    if not found:
        updated = any(view.is_updated(start, end) for _, start, end, _, _ in changed)
        text = "update would lay it out anew" if updated else "you laid it out in your way (kept by update)"
        found = [Reason(keys=(), whose="scaffold" if updated else "yours", why=text)]
    yield from grouped(found)


def _reason(view: _View, key: Key, changed: Sequence[Opcode], tell: Callable[[Key], Told]) -> Reason | None:
    if not key:
        return _by_lines(view, changed)
    yours, base, new, merged = (view.values[name].get(key) for name in ("yours", "base", "new", "merged"))
    if yours == new:
        return None
    named = label(view.sides.path, key)
    if any(_meets(key, where) for where in view.sides.conflicts):
        said = "you and scaffold both changed it; update leaves that to you as a conflict"
        return Reason(keys=(key,), whose="conflict", why=said, named=(named,))
    if merged != yours:
        told = tell(key)
        return Reason(keys=(key,), whose="scaffold", why=_updated(named, told, base, new), refuse=told.refuse)
    return Reason(keys=(key,), whose="yours", why=_kept(view.sides, yours, base, new), named=(named,))


def _meets(key: Key, where: str) -> bool:
    name = shown(key)
    return where == name or where.startswith(f"{name}.") or name.startswith(f"{where}.")


def _updated(named: str, told: Told, base: tuple[str, ...] | None, new: tuple[str, ...] | None) -> str:
    if new is None:
        why = told.why if told.is_new else "the code no longer shows it"
        return f"{why} -> {named} (update would take it out)"
    verb = "change" if base is not None else "add"
    return f"{told.cause} -> {named} (update would {verb} it)"


def _kept(
    sides: Sides,
    yours: tuple[str, ...] | None,
    base: tuple[str, ...] | None,
    new: tuple[str, ...] | None,
) -> str:
    if yours is None:
        if sides.adopted and base is not None:
            return "not in this file of yours; scaffold adds nothing that you left out"
        return "you took it out; it stays out"
    if sides.adopted:
        return "yours from before scaffold (kept by update)"
    if base is None:
        return "you added this (kept by update)"
    return (
        "you edited this (kept by update)" if new is not None else "you edited this; it stays, and is yours"
    )


def _by_lines(view: _View, changed: Sequence[Opcode]) -> Reason:
    """Tell by the merged text whose lines without a key are."""
    touched = [(start, end) for _, start, end, _, _ in changed]
    if any(view.is_updated(start, end) for start, end in touched):
        at = [int(match[1]) for where in view.sides.conflicts if (match := _INDEX.match(where))]
        if at and any(start - 1 <= number <= end + 1 for number in at for start, end in touched):
            return Reason(
                keys=(), whose="conflict", why="you and scaffold both changed this; update leaves a conflict"
            )
        return Reason(keys=(), whose="scaffold", why="scaffold's text changed (update would change it)")
    if view.sides.adopted:
        return Reason(keys=(), whose="yours", why="yours from before scaffold (kept by update)")
    return Reason(keys=(), whose="yours", why="you edited this (kept by update)")
