"""The only use of the ast-grep library: text -> syntax tree, and what readers ask of its nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.patterns import lazy

_PLAIN_STRING = lazy(r"""[rbuf]?(["'`])((?:(?!\1)[^\\]|\\.)*)\1""", re.DOTALL)


def parse(text: str, language: str) -> Any:
    """Return the root node of a text in a language by its ast-grep name."""
    from ast_grep_py import SgRoot

    return SgRoot(text, language).root()


def every(node: Any, *kinds: str) -> list[Any]:
    """Return all nodes of these kinds below a node, in the order of the text."""
    if len(kinds) == 1:
        return list(node.find_all(kind=kinds[0]))
    return list(node.find_all({"rule": {"any": [{"kind": kind} for kind in kinds]}}))


class Found:
    """The nodes of some kinds in one tree: one walk finds what many questions are about."""

    def __init__(self, root: Any, kinds: tuple[str, ...]) -> None:
        self.root = root
        self._found = [(str(node.kind()), node) for node in every(root, *kinds)]

    def every(self, *kinds: str) -> list[Any]:
        """Return all nodes of these kinds, in the order of the text."""
        return [node for kind, node in self._found if kind in kinds]


_WORD = lazy(r"[A-Za-z_$][\w$]*")


def is_word(text: str) -> bool:
    """Tell whether a text can be a name in code."""
    return _WORD.fullmatch(text) is not None


def words(node: Any, name: str, *kinds: str) -> list[Any]:
    """Return all nodes of these kinds below a node whose text is a name."""
    any_of = [{"kind": kind} for kind in kinds]
    return list(node.find_all({"rule": {"any": any_of, "regex": f"^{re.escape(name)}$"}}))


def line(node: Any) -> int:
    """Return the 1-based line of a node."""
    return int(node.range().start.line) + 1


def string(node: Any | None) -> str | None:
    """Return the text of a string literal without interpolation, None for any other node."""
    if node is None or (
        "string" not in str(node.kind()) and node.kind() not in ("character_literal", "simple_symbol")
    ):
        return None
    text = str(node.text())
    if node.kind() == "simple_symbol":
        return text[1:]
    if "${" in text or "#{" in text:
        return None
    found = _PLAIN_STRING.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", found[2]) if found else None


def same(one: Any | None, other: Any | None) -> bool:
    """Tell whether two nodes are the same place."""
    if one is None or other is None:
        return False
    return (one.range().start.index, one.range().end.index, one.kind()) == (
        other.range().start.index,
        other.range().end.index,
        other.kind(),
    )


def inside(node: Any | None, outer: Any | None) -> bool:
    """Tell whether a node lies within another."""
    if node is None or outer is None:
        return False
    a, b = node.range(), outer.range()
    return bool(b.start.index <= a.start.index and a.end.index <= b.end.index)


def named(node: Any | None) -> list[Any]:
    """Return the named children of a node, without comments."""
    return [] if node is None else [c for c in node.children() if c.is_named() and c.kind() != "comment"]


def parents(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (child, parent) on the way up."""
    child = node
    while (parent := child.parent()) is not None:
        yield child, parent
        child = parent


def is_called(node: Any) -> bool:
    """Tell whether a JavaScript expression is the function of a call."""
    parent = node.parent()
    return parent is not None and parent.kind() == "call_expression" and same(parent.field("function"), node)
