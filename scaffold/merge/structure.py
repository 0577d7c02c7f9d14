"""The three-way merge of trees: objects by key, lists by the identity of their items, others as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from scaffold.merge import identity
from scaffold.merge.nodes import Clash, Keep, Member, Mix, Node, Part, Result, Take
from scaffold.record import record, replace

Where = tuple[str, ...]
Members = Mapping[str, Member]


@record
class Rules:
    """How to merge. Without a known base lists stay the person's; what only grows never changes or goes.

    `can_mark` tells whether the text can hold a conflict around this member alone; where not, the value
    around it is the conflict. `has_notes` tells whether a value holds comments that its base does not.
    """

    known: bool = True
    grows: bool = False
    can_mark: Callable[[Node, Member], bool] = lambda _container, _member: True
    has_notes: Callable[[Member | None, Member], bool] = lambda _base, _yours: False


def merged(base: Node | None, yours: Node, new: Node, rules: Rules) -> Result:
    """Merge three documents; `base` is None where nothing is known of it."""
    return _Merge(rules).value((), base, yours, new)


class _Merge:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def value(self, where: Where, base: Node | None, yours: Node, new: Node) -> Result:
        """Merge a value that both sides have."""
        if yours.canon == new.canon or (self.rules.grows and identity.is_variable(where)):
            return Keep(yours)
        if base is not None and base.canon == new.canon and not self.rules.grows:
            return Keep(yours)
        if yours.kind == new.kind != "scalar" and (
            base is None or base.kind == yours.kind or self.rules.grows
        ):
            mix = (self._object if yours.kind == "object" else self._list)(where, base, yours, new)
            if mix is not None:
                return self._settled(mix, base, yours, new)
        return self._whole(base, yours, new)

    def _whole(self, base: Node | None, yours: Node, new: Node) -> Result:
        if base is None or self.rules.grows or base.canon == new.canon:
            return Keep(yours)
        return Take(new) if base.canon == yours.canon else Clash(base, yours, new)

    def _settled(self, result: Result, base: Node | None, yours: Node, new: Node) -> Result:
        """Make a conflict that the text cannot hold by itself one of the value around it."""
        if not isinstance(result, Mix):
            return result
        clashing = [part for part in result.parts if isinstance(part.result, Clash)]
        if all(part.yours is not None and self.rules.can_mark(yours, part.yours) for part in clashing):
            return result
        return Clash(base, yours, new)

    def _object(self, where: Where, base: Node | None, yours: Node, new: Node) -> Result:
        was = base.named() if base is not None and base.kind == "object" else {}
        now, wanted = yours.named(), new.named()
        held = self._held(where, was, now, wanted)
        parts: list[Part] = []
        for member in yours.members:
            last = now[member.key]
            sides = (was.get(member.key), last, wanted.get(member.key))
            part = self._part((*where, member.key), *sides, held=member.key in held)
            if part is not None:
                parts.append(
                    part if member is last else replace(part, yours=member, result=Keep(member.node))
                )
        added = {key for key in wanted if key not in now and key not in was and key not in held}
        return Mix(yours, _with_added(where, parts, wanted, added))

    def _part(
        self, where: Where, base: Member | None, yours: Member, new: Member | None, *, held: bool = False
    ) -> Part | None:
        """Merge a member that the person has; None where it goes."""
        result: Result = Keep(yours.node)
        if new is not None:
            result = self.value(where, base.node if base else None, yours.node, new.node)
            if isinstance(result, Take) and base is not None and self._is_noted(base, yours, new):
                result = Clash(base.node, yours.node, new.node)
        elif base is not None and not self.rules.grows:
            edited = base.node.canon != yours.node.canon or self.rules.has_notes(base, yours)
            if not edited and not held:
                return None
            result = Clash(base.node, yours.node, None) if edited else result
        if held and not isinstance(result, Clash):
            result = Keep(yours.node)
        return Part(where, base, yours, new, result)

    def _is_noted(self, base: Member, yours: Member, new: Member) -> bool:
        """Tell whether a value cannot be replaced without losing a comment of the person."""
        scalars = yours.node.kind == new.node.kind == "scalar"
        return not scalars and self.rules.has_notes(base, yours)

    def _held(self, where: Where, base: Members, yours: Members, new: Members) -> frozenset[str]:
        """Return the bound keys of a variable that stay the person's: the sides disagree about its source."""
        if not identity.is_variable(where):
            return frozenset()
        was, now, wanted = (
            {key: side[key].node.canon for key in identity.BOUND & side.keys()} for side in (base, yours, new)
        )
        sources, others = (identity.SOURCES & side.keys() for side in (now, wanted))
        both = now not in (was, wanted) and was != wanted
        grown = self.rules.grows and bool(sources)
        return identity.BOUND if sources != others and (both or grown) else frozenset()

    def _list(self, where: Where, base: Node | None, yours: Node, new: Node) -> Result | None:
        sides = [node for node in (base, yours, new) if node is not None and node.kind == "list"]
        named = [identity.names(where, node) for node in sides]
        if None in named or not (self.rules.known or identity.is_referred_to(where)):
            return None
        was, now, wanted = identity.aligned(where, *(_by_name(where, node) for node in (base, yours, new)))
        order = _order(list(was), list(now), list(wanted))
        if (
            order is None
            and not self.rules.grows
            and identity.is_ordered(where, [m.node for m in new.members])
        ):
            return Clash(base, yours, new)
        names = list(now) if order is None or self.rules.grows else order
        found = (self._part((*where, name), was.get(name), now[name], wanted.get(name)) for name in names)
        added = {name for name in wanted if name not in now and name not in was}
        parts = [part for part in found if part]
        if not added and names == list(now) and _is_same(yours, parts):
            return Keep(yours)
        return Mix(yours, _with_added(where, parts, wanted, added))


def _is_same(yours: Node, parts: Sequence[Part]) -> bool:
    return len(parts) == len(yours.members) and all(isinstance(part.result, Keep) for part in parts)


def _by_name(where: Where, node: Node | None) -> dict[str, Member]:
    if node is None or node.kind != "list":
        return {}
    return dict(zip(identity.names(where, node) or (), node.members, strict=True))


def _order(base: Sequence[str], yours: Sequence[str], new: Sequence[str]) -> list[str] | None:
    """Return the person's items in the order that they are to have, None where the sides disagree.

    Only what every side has can tell who moved something: what goes takes its place in the order along.
    """
    everywhere = set(base).intersection(yours, new)
    was, here, there = (_only(side, everywhere) for side in (base, yours, new))
    if there == was:
        return list(yours)
    if here == was:
        followed = iter(_only(new, yours))
        return [next(followed) if name in new else name for name in yours]
    return list(yours) if here == there else None


def _only(names: Sequence[str], among: Collection[str]) -> list[str]:
    return [name for name in names if name in among]


def _with_added(where: Where, parts: list[Part], wanted: Members, added: set[str]) -> tuple[Part, ...]:
    """Put the added members beside the neighbours that they have in the new text."""
    names, out = list(wanted), list(parts)
    for at, name in enumerate(names):
        if name in added:
            part = Part((*where, name), None, None, wanted[name], Take(wanted[name].node))
            out.insert(_place([part.where[-1] for part in out], names[:at], names[at + 1 :]), part)
    return tuple(out)


def _place(there: Sequence[str], before: Sequence[str], after: Sequence[str]) -> int:
    for name in reversed(before):
        if name in there:
            return len(there) - there[::-1].index(name)
    return next((there.index(name) for name in after if name in there), len(there))


def limited(new: Node, base: Node | None, full: Node | None, where: Where = ()) -> Result:
    """Return `new` without the members that neither `base` nor `full` has."""
    sides = [side for side in (base, full) if side is not None and side.kind == new.kind]
    if where and not sides:
        return Keep(new)
    if new.kind == "scalar" or (new.kind == "list" and not _is_named(where, [*sides, new])):
        return Keep(new)
    known = [_members(where, side) for side in (base, full)]
    parts = []
    for name, member in zip(_names(where, new), new.members, strict=True):
        others = [side[name].node if name in side else None for side in known]
        if any(others):
            result = limited(member.node, others[0], others[1], (*where, name))
            parts.append(Part((*where, name), None, member, None, result))
    whole = len(parts) == len(new.members) and all(isinstance(part.result, Keep) for part in parts)
    return Keep(new) if whole else Mix(new, tuple(parts))


def without(new: Node, yours: Node, where: Where = ()) -> Result | None:
    """Return `new` without the members that `yours` has, None where none is left."""
    both = new.kind == yours.kind and new.kind != "scalar" and not identity.is_variable(where)
    if not both or (new.kind == "list" and not _is_named(where, [yours, new])):
        return None
    there = _members(where, yours)
    parts = []
    for name, member in zip(_names(where, new), new.members, strict=True):
        kept = without(member.node, there[name].node, (*where, name)) if name in there else Keep(member.node)
        if kept is not None:
            parts.append(Part((*where, name), None, member, None, kept))
    return Mix(new, tuple(parts)) if parts else None


def missing(yours: Node, new: Node, where: Where = ()) -> Iterator[str]:
    """Yield the dotted names of what `new` has and `yours` lacks."""
    if (
        yours.kind != new.kind
        or new.kind == "scalar"
        or (new.kind == "list" and not _is_named(where, [yours, new]))
    ):
        return
    there = _members(where, yours)
    for name, member in _members(where, new).items():
        if name not in there:
            if not (
                identity.is_variable(where) and name in identity.SOURCES and identity.SOURCES & there.keys()
            ):
                yield ".".join((*where, name))
        else:
            yield from missing(there[name].node, member.node, (*where, name))


def _is_named(where: Where, sides: Sequence[Node]) -> bool:
    return all(identity.names(where, side) is not None for side in sides)


def _names(where: Where, node: Node) -> list[str]:
    if node.kind == "object":
        return [member.key for member in node.members]
    return identity.names(where, node) or []


def _members(where: Where, node: Node | None) -> dict[str, Member]:
    if node is None or node.kind == "scalar":
        return {}
    return node.named() if node.kind == "object" else _by_name(where, node)
