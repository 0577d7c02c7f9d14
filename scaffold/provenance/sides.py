"""How a file on disk differs from the text of today, as values: hunks of lines, each with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from scaffold.facts import Evidence
from scaffold.provenance.keyed_lines import Key
from scaffold.record import record, replace

Whose = Literal["yours", "scaffold", "conflict"]


@record
class Sides:
    """The texts of one file: `yours` on disk, `base` as scaffold wrote it last, `new` as of today.

    `merged` is what an update would leave. `adopted` tells that the file was there before scaffold.
    `conflicts` are the keys that both sides changed.
    """

    path: str
    yours: str
    base: str
    new: str
    merged: str
    adopted: bool = False
    conflicts: tuple[str, ...] = ()


@record
class Told:
    """What there is to say of a key: its first proof, or why; whether that is new; how to refuse it."""

    proof: Evidence | None = None
    why: str = ""
    is_new: bool = False
    refuse: str = ""

    @property
    def cause(self) -> str:
        """Return what the difference comes from, in a few words."""
        if self.proof is None or not self.is_new:
            return str(self.proof or self.why).rstrip(".")
        place = f"{self.proof.path}:{self.proof.line}" if self.proof.line else self.proof.path
        return f"{place} is new" + (f" ({self.proof.text})" if self.proof.text else "")


@record
class Reason:
    """Why some lines differ (`why`), of which things, whose difference it is, and how to refuse it."""

    keys: tuple[Key, ...]
    whose: Whose
    why: str
    named: tuple[str, ...] = ()
    refuse: str = ""

    @property
    def text(self) -> str:
        """Return the reason in one line."""
        return f"{_joined(self.named)}: {self.why}" if self.named else self.why


def _joined(named: Sequence[str]) -> str:
    """Join labels, the kind said once: "config vars A, B"."""
    kinds = {name.rpartition(" ")[0] for name in named}
    kind = kinds.pop()
    if len(named) == 1 or kinds or not kind:
        return ", ".join(named)
    plural = kind if kind.endswith("of") else f"{kind}s"
    return f"{plural} {', '.join(name.rpartition(' ')[2] for name in named)}"


@record
class Hunk:
    """Lines that differ, with some around them, as a unified diff has them; `start`s are 1-based."""

    start: int
    count: int
    new_start: int
    new_count: int
    rows: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def head(self) -> str:
        """Return the line that a unified diff has above it."""
        return f"@@ -{_range(self.start, self.count)} +{_range(self.new_start, self.new_count)} @@"


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start if count else start - 1},{count}"


def grouped(reasons: Sequence[Reason]) -> list[Reason]:
    """Say once what is true of several things."""
    found: dict[tuple[str, str, bool], Reason] = {}
    for each in reasons:
        kind = (each.whose, each.why, bool(each.named))
        known = found.get(kind)
        joined = (
            replace(known, keys=known.keys + each.keys, named=known.named + each.named) if known else each
        )
        found[kind] = joined
    return list(found.values())
