"""What a script's expressions are worth without running it: literals, constants, names held in lists."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from scaffold.config_vars import nodes

_WRAPPED = ("as_expression", "satisfies_expression", "parenthesized_expression", "non_null_expression")
_CASTS = ("String", "Number", "Boolean", "parseInt", "parseFloat", "BigInt")


class Values:
    """The constants of one script."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    @cached_property
    def constants(self) -> dict[str, Any]:
        """What the names of the script stand for, sought at the first question: many scripts need none."""
        found: dict[str, Any] = {}
        for node in nodes.every(self.tree, "variable_declarator"):
            name, value = node.field("name"), node.field("value")
            if name is not None and value is not None and name.kind() == "identifier":
                found.setdefault(name.text(), value)
        return found

    def literal(self, node: Any | None, depth: int = 0) -> str | None:
        """Return the text of a literal, also behind a constant or a cast; None for anything computed."""
        if node is None or depth > 4:
            return None
        kind = node.kind()
        text = nodes.string(node)
        if text is not None:
            return text
        if kind in ("number", "true", "false"):
            return str(node.text())
        if kind == "unary_expression" and re.fullmatch(r"-\s*[\d.]+", node.text()):
            return str(node.text()).replace(" ", "")
        if kind in _WRAPPED:
            return self.literal(nodes.named(node)[0], depth + 1)
        if kind == "call_expression" and node.field("function").text() in _CASTS:
            given = nodes.named(node.field("arguments"))
            return self.literal(given[0], depth + 1) if given else None
        held = self.held(node)
        return self.literal(held, depth + 1) if held is not None else None

    def held(self, node: Any) -> Any | None:
        """Return the expression that a constant, or a key of a constant object, stands for."""
        if node.kind() == "identifier":
            return self.constants.get(node.text())
        if node.kind() != "member_expression":
            return None
        table = self.constants.get(node.field("object").text())
        while table is not None and table.kind() in _WRAPPED:
            table = nodes.named(table)[0]
        if table is None or table.kind() != "object":
            return None
        return fields(table).get(node.field("property").text())

    def texts(self, node: Any | None) -> list[str]:
        """Return the names an index stands for: a literal, a constant, a loop over a list of literals."""
        if node is None:
            return []
        text = self.literal(node)
        if text is not None:
            return [text]
        if node.kind() != "identifier":
            return []
        return self.items(loop_over(node, node.text()))

    def items(self, node: Any | None) -> list[str]:
        """Return the texts of a list of literals, also of a Set or of an object's keys."""
        if node is not None and node.kind() == "identifier":
            node = self.constants.get(node.text())
        while node is not None and node.kind() in _WRAPPED:
            node = nodes.named(node)[0]
        if node is not None and node.kind() in ("call_expression", "new_expression"):
            given = nodes.named(node.field("arguments"))
            callee = node.field("function") or node.field("constructor")
            if given and callee.text() in ("Object.freeze", "Set", "Array.from"):
                return self.items(given[0])
            if given and callee.text() == "Object.keys":
                table = self.constants.get(given[0].text(), given[0])
                return list(fields(table)) if table.kind() == "object" else []
        if node is None or node.kind() != "array":
            return []
        return [text for item in nodes.named(node) if (text := self.literal(item)) is not None]


def loop_over(node: Any, name: str) -> Any | None:
    """Return what a loop around a node goes through when the name is that of its item."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for _, parent in nodes.parents(node):
        if parent.kind() == "for_in_statement" and word.search(parent.field("left").text()):
            return parent.field("right")
        if parent.kind() == "arrow_function" or parent.kind().startswith("function"):
            given = parent.field("parameter") or parent.field("parameters")
            if given is None or not word.search(given.text()):
                continue
            call = parent.parent().parent() if parent.parent() is not None else None
            callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
            if callee is not None and callee.kind() == "member_expression":
                return callee.field("object")
    return None


def fields(table: Any) -> dict[str, Any]:
    """Return the pairs of an object literal."""
    return {
        nodes.string(item.field("key")) or item.field("key").text(): item.field("value")
        for item in nodes.named(table)
        if item.kind() == "pair"
    }
