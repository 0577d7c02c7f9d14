"""Merge a file that says one thing, such as .python-version; comments and blank lines around it stay."""

from __future__ import annotations

from scaffold.merge.merged import Conflict, Merged, lines_of, text_of


def three_way(base: str, yours: str, new: str) -> Merged:
    """Return `yours` with the new value, unless theirs is an edit: it stays, the conflict is only told."""
    old, mine, wanted = map(_said, (base, yours, new))
    if mine == old and mine and len(mine) == len(wanted):
        values = iter(wanted)
        lines = [next(values) if _is_said(line) else line for line in lines_of(yours)]
        return Merged(text_of(lines))
    if mine == old:
        return Merged(new)
    if wanted in (old, mine) or not base:
        return Merged(yours)
    sides = ("\n".join(side) if side else None for side in (old, mine, wanted))
    line = next((at for at, text in enumerate(lines_of(yours), 1) if _is_said(text)), 1)
    return Merged(yours, (Conflict(f"line {line}", *sides),))


def _said(text: str) -> list[str]:
    return [line.strip() for line in lines_of(text) if _is_said(line)]


def _is_said(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
