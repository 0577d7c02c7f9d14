"""The lines of a file on disk and the origins of today's text -> blocks that are told of together."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scaffold.provenance import Origin
from scaffold.provenance.keyed_lines import Key, line_keys, rows_of, unit
from scaffold.provenance.on_disk import DiskLine
from scaffold.record import record


@record
class Block:
    """Lines that belong together: as they are on disk, their origin, and what scaffold would write there."""

    path: str
    lines: tuple[DiskLine, ...]
    origin: Origin | None
    instead: str = ""

    @property
    def key(self) -> Key:
        """Return the key of the lines, () where they are of several things."""
        units = {unit(self.path, line.key) for line in self.lines}
        return self.lines[0].key if len(units) == 1 else ()


def _together(path: str, one: DiskLine, other: DiskLine, found: Sequence[Origin]) -> bool:
    """Tell whether two lines are told of together: of one thing, or of the fixed text of a template."""
    first, second = unit(path, one.key), unit(path, other.key)
    if (one.status in ("same", "own")) != (other.status in ("same", "own")):
        return bool(first) and first == second and one.status == other.status
    if first == second:
        return True
    told = [found[line.meets - 1].what if line.meets else "" for line in (one, other)]
    return path == "bin/deploy" and bool(told[0]) and told[0] == told[1]


def is_container(key: Key, keys: Collection[Key]) -> bool:
    """Tell whether a key only holds others of these."""
    return bool(key) and any(other[: len(key)] == key != other for other in keys)


def blocks(lines: Sequence[DiskLine], found: Sequence[Origin], path: str, today: str) -> list[Block]:
    """Return the lines of a file in blocks, without braces and without keys that only hold others."""
    groups: list[list[DiskLine]] = []
    for each in lines:
        if groups and _together(path, groups[-1][-1], each, found):
            groups[-1].append(each)
        else:
            groups.append([each])
    inner = {unit(path, each.key) for each in lines}
    return [
        block(path, tuple(group), found, today)
        for group in groups
        if any(each.text.strip(" {}[],") for each in group)
        and not is_container(unit(path, group[0].key), inner)
    ]


def block(path: str, lines: tuple[DiskLine, ...], found: Sequence[Origin], today: str) -> Block:
    """Return what there is to say of lines that belong together."""
    met = next((line.meets for line in lines if line.meets), 0)
    instead = rows_of(today)[met - 1] if met else ""
    return Block(
        path=path,
        lines=lines,
        origin=found[met - 1] if met else None,
        instead=instead if instead.strip(" ,") != lines[0].text.strip(" ,") else "",
    )


def missing(path: str, yours: str, base: str, today: str) -> list[tuple[Key, str, bool]]:
    """Return what only today's text has: key, first line, whether scaffold wrote it before."""
    there = {unit(path, key) for key in line_keys(path, yours)}
    before = {unit(path, key) for key in line_keys(path, base)}
    found: dict[Key, str] = {}
    for key, row in zip(line_keys(path, today), rows_of(today), strict=True):
        found.setdefault(unit(path, key), row)
    return [
        (key, row, key in before)
        for key, row in found.items()
        if key and key not in there and not is_container(key, found)
    ]
