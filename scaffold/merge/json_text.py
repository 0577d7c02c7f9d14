"""Write the result of a merge as JSON into the person's text, in their style."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.merge.nodes import Clash, Keep, Member, Mix, Node, Part, Result, Take


class Written:
    """The texts of both sides, and how the person indents, parts keys from values and writes lists."""

    def __init__(self, tree: Node, yours: str, new: str) -> None:
        self.tree, self.yours, self.new = tree, yours, new
        self.one_line = "\n" not in yours.strip() and bool(tree.members)
        self.colon = self._colon(tree) or ": "
        self.gap = "" if self.one_line and self.colon.endswith(":") else " "
        self.unit = self._lead(tree).rpartition("\n")[2] if "\n" in self._lead(tree) else "  "
        lists = next((node for node in _lists(tree)), None)
        self.inline_lists = lists is not None and "\n" not in yours[lists.start : lists.end]

    def document(self, result: Result) -> str:
        """Return the person's text with the result in the place of its value."""
        return (
            self.yours[: self.tree.start]
            + self._value(result, None if self.one_line else "")
            + self.yours[self.tree.end :]
        )

    def _value(self, result: Result, at: str | None) -> str:
        """Return the text of a value on a line that is indented by `at`, None where all is on one line."""
        if isinstance(result, Mix):
            return self._mixed(result, at)
        if isinstance(result, Take):
            return self._rendered(result.node, at)
        node = result.yours if isinstance(result, Clash) else result.node
        return self.yours[node.start : node.end]

    def _mixed(self, mix: Mix, at: str | None) -> str:
        node, (opened, closed) = mix.node, _brackets(mix.node)
        if not mix.parts:
            return opened + closed
        first, between, closing = self._layout(mix, at)
        inner = first.rpartition("\n")[2] if "\n" in first else None
        tails = {member.start: self._tail(member) for member in node.members[:-1]}
        leads = self._leads(node)
        out = []
        for number, part in enumerate(mix.parts):
            own = leads.get(part.yours.start) if part.yours else None
            lead = first if number == 0 else between if own is None else own
            tail = tails.get(part.yours.start, "") if part.yours and part is not mix.parts[-1] else ""
            out.append(lead + self._part(part, inner, node) + tail)
        return opened + ",".join(out) + closing + closed

    def _layout(self, mix: Mix, at: str | None) -> tuple[str, str, str]:
        """Return what stands before the first member, before another one, and behind the last."""
        members = mix.node.members
        if members:
            first = self._lead(mix.node)
            behind = self.yours[members[-1].end : mix.node.end - 1]
            if "\n" in first:
                return first, "\n" + first.rpartition("\n")[2], behind
            return first, next(iter(self._leads(mix.node).values()), self.gap), behind
        flat = mix.node.kind == "list" and self.inline_lists and all(_is_scalar(part) for part in mix.parts)
        if at is None or flat:
            return "", self.gap, ""
        return "\n" + at + self.unit, "\n" + at + self.unit, "\n" + at

    def _part(self, part: Part, at: str | None, container: Node) -> str:
        own, added = part.yours, part.new
        if own is not None:
            changed = part.result
            if isinstance(changed, Keep | Clash):
                return self.yours[own.start : own.end]
            return self.yours[own.start : own.node.start] + self._value(changed, at)
        assert added is not None
        colon = (self._colon(container) or self.colon) if container.kind == "object" else ""
        return self.new[added.start : added.key_end] + colon + self._value(part.result, at)

    def _rendered(self, node: Node, at: str | None) -> str:
        """Return a value of the new text in the person's style."""
        opened, closed = _brackets(node)
        if node.kind == "scalar":
            return self.new[node.start : node.end]
        if not node.members:
            return opened + closed
        flat = node.kind == "list" and all(member.node.kind == "scalar" for member in node.members)
        if at is None or (flat and self.inline_lists):
            parts = [self._member(member, None, node.kind) for member in node.members]
            return opened + f",{self.gap}".join(parts) + closed
        inner = at + self.unit
        parts = [f"\n{inner}" + self._member(member, inner, node.kind) for member in node.members]
        return opened + ",".join(parts) + f"\n{at}" + closed

    def _member(self, member: Member, at: str | None, kind: str) -> str:
        colon = self.colon if kind == "object" else ""
        return self.new[member.start : member.key_end] + colon + self._rendered(member.node, at)

    def _colon(self, node: Node) -> str:
        """Return what parts the key from the value in the first member of an object."""
        if node.kind != "object" or not node.members:
            return ""
        found = self.yours[node.members[0].key_end : node.members[0].node.start]
        return "" if "\n" in found else found

    def _lead(self, node: Node) -> str:
        return self.yours[node.start + 1 : node.members[0].start] if node.members else ""

    def _tail(self, member: Member) -> str:
        return self.yours[member.end : self.yours.index(",", member.end)]

    def _leads(self, node: Node) -> dict[int, str]:
        """Return the blanks before each member but the first, by its place."""
        pairs = zip(node.members, node.members[1:], strict=False)
        return {
            after.start: self.yours[self.yours.index(",", member.end) + 1 : after.start]
            for member, after in pairs
        }


def _brackets(node: Node) -> tuple[str, str]:
    return ("{", "}") if node.kind == "object" else ("[", "]")


def _is_scalar(part: Part) -> bool:
    return isinstance(part.result, Keep | Take) and part.result.node.kind == "scalar"


def _lists(node: Node) -> Iterator[Node]:
    """Yield the lists of scalars that have any."""
    if node.kind == "list" and node.members and all(item.node.kind == "scalar" for item in node.members):
        yield node
    for member in node.members:
        yield from _lists(member.node)
