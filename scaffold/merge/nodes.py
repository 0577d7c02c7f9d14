"""A document of any format as a tree of values that know their place in the text; results of merging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from scaffold.merge.merged import Conflict
from scaffold.record import made, record


@record(kw_only=False)
class Node:
    """A value and its place [start, end) in the text; equal values of any layout have the same `canon`."""

    kind: Literal["object", "list", "scalar"]
    start: int
    end: int
    canon: str
    scalar: Any = None
    members: tuple[Member, ...] = ()
    flow: bool = True

    def named(self) -> dict[str, Member]:
        """Return the members of an object by key; of equal keys the last counts."""
        return {member.key: member for member in self.members}

    def plain(self) -> Any:
        """Return the value as plain data."""
        if self.kind == "object":
            return {key: member.node.plain() for key, member in self.named().items()}
        if self.kind == "list":
            return [member.node.plain() for member in self.members]
        return self.scalar


@record(kw_only=False)
class Member:
    """An entry of an object or an item of a list (key ""): its place, the end of its key, its value."""

    key: str
    start: int
    key_end: int
    end: int
    node: Node


def object_canon(members: tuple[Member, ...]) -> str:
    """Return the canon of an object: the order of keys tells nothing, of equal keys the last counts."""
    last = {member.key: member.node.canon for member in members}
    return "{" + ",".join(f"{key!r}:{last[key]}" for key in sorted(last)) + "}"


def list_canon(members: tuple[Member, ...]) -> str:
    """Return the canon of a list."""
    return "[" + ",".join(member.node.canon for member in members) + "]"


@record(kw_only=False)
class Keep:
    """The person's value as it stands."""

    node: Node


@record(kw_only=False)
class Take:
    """The value of the new text."""

    node: Node


@record(kw_only=False)
class Clash:
    """Both sides changed the value: the person's stays; it is None where a side has none."""

    base: Node | None
    yours: Node
    new: Node | None


@record(kw_only=False)
class Part:
    """A member of the result: its name in messages, the member of each side that has it, its value."""

    where: tuple[str, ...]
    base: Member | None
    yours: Member | None
    new: Member | None
    result: Result


@record(kw_only=False)
class Mix:
    """The person's container with other members."""

    node: Node
    parts: tuple[Part, ...] = made(factory=tuple)


Result = Keep | Take | Clash | Mix


def data(result: Result) -> str:
    """Return the canon of what a result comes to; clashes are the person's value."""
    if isinstance(result, Clash):
        return result.yours.canon
    if not isinstance(result, Mix):
        return result.node.canon
    parts = [data(part.result) for part in result.parts]
    if result.node.kind == "list":
        return "[" + ",".join(parts) + "]"
    last = {_key(part): canon for part, canon in zip(result.parts, parts, strict=True)}
    return "{" + ",".join(f"{key!r}:{last[key]}" for key in sorted(last)) + "}"


def _key(part: Part) -> str:
    member = part.yours or part.new
    return member.key if member else ""


def clashes(result: Result, written: Mapping[str, Any]) -> tuple[Conflict, ...]:
    """Return the conflicts in a result; `written` has a function from node to text for each side."""
    if not isinstance(result, Mix):
        return ()
    found: list[Conflict] = []
    for part in result.parts:
        clash = part.result
        if isinstance(clash, Clash):
            sides = {"base": clash.base, "yours": clash.yours, "new": clash.new}
            texts = {side: None if node is None else written[side](node) for side, node in sides.items()}
            found.append(Conflict(where=".".join(part.where), **texts))
        found += clashes(clash, written)
    return tuple(found)
