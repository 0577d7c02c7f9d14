"""Merge JSON documents by key and by the identity of list items; every byte that does not change stays.

Texts have "\n" line ends and no byte order mark. Conflicts are reported, the text keeps the person's value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from scaffold.errors import ManifestError
from scaffold.manifests import json_file
from scaffold.merge import structure
from scaffold.merge.json_text import Written
from scaffold.merge.merged import Merged
from scaffold.merge.nodes import Member, Node, clashes, list_canon, object_canon
from scaffold.merge.structure import Rules
from scaffold.patterns import lazy

_TOKEN = lazy(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')
_DEEP = 200


def three_way(base: str, yours: str, new: str, path: str) -> Merged:
    """Return `yours` with what changed from `base` to `new`; "" is no base. Raises ManifestError."""
    tree = parse(yours, path)
    if yours in (base, new):
        return Merged(text=new)
    old, wanted = _known(base, path), parse(new, path)
    result = structure.merged(old, tree, wanted, Rules(known=old is not None))
    sides = zip(("base", "yours", "new"), (base, yours, new), strict=True)
    shown = {side: lambda node, text=text: _on_one_line(node, text) for side, text in sides}
    return Merged(text=Written(tree, yours, new).document(result), conflicts=clashes(result, shown))


def grow(base: str, yours: str, new: str, path: str) -> str:
    """Return `yours` with what `new` has and neither of the others has. Raises ManifestError."""
    tree, old = parse(yours, path), _known(base, path)
    result = structure.merged(old, tree, parse(new, path), Rules(known=old is not None, grows=True))
    return Written(tree, yours, new).document(result)


def limited(new: str, base: str, full: str, path: str) -> str:
    """Return `new` without what neither `base` nor `full` has."""
    tree = parse(new, path)
    return Written(tree, new, new).document(structure.limited(tree, _known(base, path), _known(full, path)))


def without(new: str, yours: str, path: str) -> str:
    """Return `new` without what `yours` has, "" where nothing is left. Raises ManifestError."""
    tree = parse(new, path)
    kept = structure.without(tree, parse(yours, path))
    return Written(tree, new, new).document(kept) if kept else ""


def missing(yours: str, new: str, path: str) -> tuple[str, ...]:
    """Return the dotted names of what `new` has and `yours` lacks. Raises ManifestError."""
    return tuple(structure.missing(parse(yours, path), parse(new, path)))


def parse(text: str, path: str) -> Node:
    """Return the tree of a JSON object. Raises ManifestError where it is none."""
    json_file.parse_object(text, path)
    return _Scanner(text, path).value(0)


def _known(text: str, path: str) -> Node | None:
    """Return the tree of what was written before; one that is spoilt is not known."""
    try:
        return parse(text, path) if text.strip() else None
    except ManifestError:
        return None


def _on_one_line(node: Node, text: str) -> str:
    """Write a value as JSON on one line."""
    if node.kind == "scalar":
        return text[node.start : node.end]
    keys = [
        text[member.start : member.key_end] + ": " if member.key_end > member.start else ""
        for member in node.members
    ]
    inner = ", ".join(
        key + _on_one_line(member.node, text) for key, member in zip(keys, node.members, strict=True)
    )
    return f"{{{inner}}}" if node.kind == "object" else f"[{inner}]"


class _Scanner:
    """The tokens of a valid document as a tree."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.tokens: Sequence[tuple[int, int]] = [match.span() for match in _TOKEN.finditer(text)]
        self.at = 0

    def value(self, depth: int) -> Node:
        """Return the node that begins at the current token, and step behind it."""
        start, end = self._next()
        first = self.text[start]
        if first not in "{[":
            value = json.loads(self.text[start:end])
            return Node("scalar", start, end, json.dumps(value), value)
        if depth > _DEEP:
            raise ManifestError(self.path, 0, "JSON nested too deeply")
        members = tuple(self._members(first, depth))
        end = self.tokens[self.at - 1][1]
        if first == "{":
            return Node("object", start, end, object_canon(members), None, members)
        return Node("list", start, end, list_canon(members), None, members)

    def _next(self) -> tuple[int, int]:
        self.at += 1
        return self.tokens[self.at - 1]

    def _members(self, opened: str, depth: int) -> list[Member]:
        found: list[Member] = []
        if self._skip("}]"):
            return found
        while True:
            start = key_end = self.tokens[self.at][0]
            key = ""
            if opened == "{":
                _, key_end = self._next()
                key = json.loads(self.text[start:key_end])
                self._skip(":")
            node = self.value(depth + 1)
            found.append(Member(key, start, key_end, node.end, node))
            if self.text[self._next()[0]] != ",":
                return found

    def _skip(self, chars: str) -> bool:
        found = self.text[self.tokens[self.at][0]] in chars
        self.at += found
        return found
