"""A YAML document as a tree: parse(text, path) -> Document. Block members are whole lines from their key on.

What cannot be edited safely is Unmergeable: anchors, aliases, tags, directives, several documents, keys that
are no plain words, equal keys.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.merge.merged import Unmergeable
from scaffold.merge.nodes import Member, Node, list_canon, object_canon
from scaffold.patterns import lazy
from scaffold.record import record

_DEEP = 80
_HASH = lazy(r"(?<![^ \t\n])#")
_STRANGE = lazy("[\r\x85\u2028\u2029\ufeff]")


@record(kw_only=False)
class Document:
    """A text that ends in a line end, its tree, and what stands above each block member but the first.

    `comments` has the comments by their places.
    """

    text: str
    root: Node
    leads: Mapping[int, str]
    comments: Mapping[int, str]

    def column(self, member: Member) -> int:
        """Return how many characters stand before a member in its line."""
        return member.start - line_start(self.text, member.start)

    def begins_line(self, member: Member) -> bool:
        """Tell whether only blanks stand before a member in its line."""
        return not self.text[line_start(self.text, member.start) : member.start].strip()

    def is_block(self, member: Member) -> bool:
        """Tell whether a member has lines of its own."""
        return self.text[member.end - 1 : member.end] == "\n"

    def notes(self, member: Member) -> set[str]:
        """Return the comments in a member, beside it and right above it."""
        above = split_lead(self.leads.get(member.start, ""))[1]
        return self.notes_in(line_start(self.text, member.start) - len(above), member.end)

    def notes_in(self, start: int, end: int) -> set[str]:
        """Return the comments between two places."""
        return {comment for at, comment in self.comments.items() if start <= at < end}


def line_start(text: str, at: int) -> int:
    """Return where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def split_lead(lead: str) -> tuple[str, str]:
    """Part the lines above a member in those that stand free and the comment right above it."""
    lines = lead.splitlines(keepends=True)
    at = len(lines)
    while at and lines[at - 1].strip():
        at -= 1
    return "".join(lines[:at]), "".join(lines[at:])


def parse(text: str, path: str) -> Document:
    """Lay out a text. Raises ManifestError where it is malformed, Unmergeable where it is not plain."""
    if text and not text.endswith("\n"):
        text += "\n"
    builder = _Builder(text, path)
    root = builder.document()
    return Document(text, root, builder.leads, dict(builder.comments()))


class _Builder:
    """The events of a parser as nodes."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        events = yaml_file.events(text, path)
        if _STRANGE.search(text):
            raise Unmergeable("unusual characters")
        self.events: Iterator[tuple[str, Any]] = iter(events)
        self.leads: dict[int, str] = {}
        self.scalars: list[tuple[int, int]] = []

    def document(self) -> Node:
        """Return the root of the only document; an empty one has no keys."""
        empty = Node("object", len(self.text), len(self.text), object_canon(()), flow=False)
        next(self.events)
        name, event = next(self.events)
        if name == "StreamEnd":
            return empty
        if event.version or event.tags:
            raise Unmergeable("directives")
        root = self._node(0)
        _, ended = next(self.events)
        if ended.explicit or next(self.events)[0] != "StreamEnd":
            raise Unmergeable("several documents")
        return empty if root.kind == "scalar" and root.start == root.end else root

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the comments with their places: from a # that is in no scalar to the end of its line."""
        behind = 0
        for match in _HASH.finditer(self.text):
            at = match.start()
            index = bisect.bisect_right(self.scalars, (at, len(self.text))) - 1
            inside = index >= 0 and at < self.scalars[index][1]
            if at >= behind and not inside:
                behind = self._line_end(at)
                yield at, self.text[at:behind].rstrip()

    def _node(self, depth: int) -> Node:
        name, event = next(self.events)
        return self._value(name, event, depth)

    def _value(self, name: str, event: Any, depth: int) -> Node:
        if name == "Alias" or event.anchor or event.tag:
            raise Unmergeable("anchors, aliases or tags")
        if depth > _DEEP:
            raise ManifestError(self.path, event.start_mark.line + 1, "YAML nested too deeply")
        if name == "Scalar":
            return self._scalar(event)
        kind = "object" if name == "MappingStart" else "list"
        if event.flow_style:
            return self._flow(kind, event.start_mark.index, depth)
        return self._block(kind, event.start_mark.index, depth)

    def _scalar(self, event: Any) -> Node:
        value = yaml_file.scalar(event, self.path)
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):
            end = self._block_scalar_end(start, end)
            self.scalars.append((self._line_end(start), end))
        else:
            self.scalars.append((start, end))
        return Node("scalar", start, end, f"{type(value).__name__} {value!r}", value)

    def _block_scalar_end(self, start: int, end: int) -> int:
        """Return the end of the last line of a block scalar."""
        begin = line_start(self.text, end)
        end = self._line_end(end) if self.text[begin:end].strip() else begin
        header = self._line_end(start)
        if "+" in self.text[start:header].partition("#")[0]:
            return max(end, header)
        while end > header and not self.text[line_start(self.text, end - 1) : end].strip():
            end = line_start(self.text, end - 1)
        return max(end, header)

    def _line_end(self, at: int) -> int:
        return self.text.index("\n", at) + 1 if "\n" in self.text[at:] else len(self.text)

    def _flow(self, kind: str, start: int, depth: int) -> Node:
        members: list[Member] = []
        while True:
            name, event = next(self.events)
            if name.endswith("End"):
                break
            self._want(kind == "list" or name == "Scalar")
            first = self._value(name, event, depth + 1)
            node = self._node(depth + 1) if kind == "object" else first
            key, key_end = (event.value, first.end) if kind == "object" else ("", first.start)
            members.append(Member(key, first.start, key_end, max(node.end, key_end), node))
        end = event.end_mark.index
        self._want(self.text[start] in "{[" and self.text[end - 1] in "}]")
        return self._made(kind, start, end, members, flow=True)

    def _block(self, kind: str, start: int, depth: int) -> Node:
        members: list[Member] = []
        column = start - line_start(self.text, start)
        while True:
            name, event = next(self.events)
            if name.endswith("End"):
                break
            at, key_end, key = self._dash(start, column, members), 0, ""
            if kind == "object":
                self._want(name == "Scalar" and event.style not in ("|", ">"))
                key_node = self._value(name, event, depth + 1)
                at, key_end, key = key_node.start, key_node.end, event.value
                node = self._node(depth + 1)
            else:
                key_end = at + 1
                self._want(self.text[at : at + 1] == "-")
                node = self._value(name, event, depth + 1)
            members.append(Member(key, at, key_end, self._body_end(node), node))
            self._lead(members, start)
        return self._made(kind, members[0].start, members[-1].end, members, flow=False)

    def _dash(self, start: int, column: int, members: list[Member]) -> int:
        """Return the place of the next item: in the first line that is neither blank nor a comment."""
        if not members:
            return start
        at = members[-1].end
        while at < len(self.text) and self.text[at : self._line_end(at)].lstrip()[:1] in ("", "#"):
            at = self._line_end(at)
        return at + column

    def _lead(self, members: list[Member], start: int) -> None:
        """Keep what stands between the last member and the one before it."""
        at = members[-1].start
        if len(members) == 1:
            self._want(at == start)
            return
        begin = line_start(self.text, at)
        self._want(not self.text[begin:at].strip())
        self.leads[at] = self.text[members[-2].end : begin]

    def _body_end(self, node: Node) -> int:
        own = not node.flow or (
            node.kind == "scalar" and self.text[node.start : node.start + 1] in ("|", ">")
        )
        return node.end if own else self._line_end(node.end)

    def _made(self, kind: str, start: int, end: int, found: list[Member], *, flow: bool) -> Node:
        members = tuple(found)
        if kind == "list":
            return Node("list", start, end, list_canon(members), None, members, flow)
        self._want(len({member.key for member in members}) == len(members))
        self._want(all("\n" not in self.text[member.start : member.key_end] for member in members))
        self._want("<<" not in {member.key for member in members})
        return Node("object", start, end, object_canon(members), None, members, flow)

    def _want(self, holds: bool) -> None:
        if not holds:
            raise Unmergeable("keys that are no plain words, or twice the same")
