"""What a three-way merge comes to: the text, and the places where both sides changed the same thing."""

from __future__ import annotations

from scaffold.record import record


@record
class Conflict:
    """A key ("web", "env.FOO.value") or place ("line 12") that both sides changed; None: it is not there."""

    where: str
    base: str | None
    yours: str | None
    new: str | None


@record
class Merged:
    """The merged text. Where it can hold them, the conflicts are in it, in git's diff3 markers."""

    text: str
    conflicts: tuple[Conflict, ...] = ()


YOURS, BASE, SPLIT, NEW = (
    "<<<<<<< yours",
    "||||||| written by scaffold",
    "=======",
    ">>>>>>> scaffold now",
)
"""The lines around the sides of a conflict, as `git merge-file --diff3` writes them."""
