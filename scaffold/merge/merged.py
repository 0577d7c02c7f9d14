"""What a three-way merge comes to: the text, and the places where both sides changed the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaffold.record import record


@record(kw_only=False)
class Conflict:
    """A key ("web", "env.FOO.value") or place ("line 12") that both sides changed; None: it is not there."""

    where: str
    base: str | None
    yours: str | None
    new: str | None


@record(kw_only=False)
class Merged:
    """The merged text. Where it can hold them, the conflicts are in it, in git's diff3 markers."""

    text: str
    conflicts: tuple[Conflict, ...] = ()


class Unmergeable(Exception):
    """A text whose structure cannot be edited safely; the caller merges it by lines."""


YOURS, BASE, SPLIT, NEW = (
    "<<<<<<< yours",
    "||||||| written by scaffold",
    "=======",
    ">>>>>>> scaffold now",
)
"""The lines around the sides of a conflict, as `git merge-file --diff3` writes them."""


def marked(base: Sequence[str], yours: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the lines of a conflict with its markers."""
    return [YOURS, *yours, BASE, *base, SPLIT, *new, NEW]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, the last of which need not be ended."""
    return text.removesuffix("\n").split("\n") if text else []


def text_of(lines: Iterable[str]) -> str:
    """Return the text of some lines, each of them ended."""
    return "".join(f"{line}\n" for line in lines)
