"""What an expression in Ruby stands for: literals, constants, loops over lists, joined names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Any

from scaffold.config_vars import nodes
from scaffold.patterns import lazy

_MOST = 100
_SAME = ("to_s", "to_sym", "freeze", "dup", "strip", "itself", "to_a", "to_set", "sort", "uniq", "compact")
_LISTS = ("array", "string_array", "symbol_array", "argument_list", "parenthesized_statements")
_QUOTED = lazy(r"\\([\\'])")
_SPELLED = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b"}


def literal(node: Any | None) -> str | None:
    """Return the text of a literal without interpolation, of whatever spelling; None for any other node."""
    if node is None:
        return None
    kind = node.kind()
    if kind == "simple_symbol":
        return str(node.text())[1:]
    if kind in ("integer", "float", "true", "false"):
        return str(node.text())
    if kind == "call" and node.field("method") is not None and node.field("method").text() in _SAME:
        return literal(node.field("receiver"))
    if kind not in ("string", "bare_string", "bare_symbol", "delimited_symbol"):
        return None
    parts = [child for child in node.children() if child.is_named()]
    if any(part.kind() == "interpolation" for part in parts):
        return None
    text = "".join(_spelled(part) for part in parts)
    return _QUOTED.sub(r"\1", text) if node.text().startswith(("'", "%q")) else text


def _spelled(part: Any) -> str:
    text = str(part.text())
    if part.kind() != "escape_sequence" or not text.startswith("\\"):
        return text
    return _SPELLED.get(text[1:], text[1:])


class Names:
    """The names that the expressions of one script stand for."""

    def __init__(self, tree: nodes.Found) -> None:
        self.held: dict[str, Any] = {}
        for node in tree.every("assignment"):
            left, right = node.field("left"), node.field("right")
            if left is not None and right is not None and left.kind() in ("constant", "identifier"):
                self.held.setdefault(left.text(), right)

    def of(self, node: Any | None, given: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        """Return the texts a node stands for; `given` are the values of a method's parameters."""
        return self._of(node, given or {}, 0)[:_MOST]

    def _of(self, node: Any | None, given: Mapping[str, Sequence[str]], depth: int) -> list[str]:
        if node is None or depth > 8:
            return []
        if (text := literal(node)) is not None:
            return [text]
        kind = node.kind()
        if kind in _LISTS or kind == "splat_argument":
            return [text for item in nodes.named(node) for text in self._of(item, given, depth + 1)]
        if kind == "hash":
            return [self._key(pair) for pair in nodes.named(node) if pair.kind() == "pair"]
        if kind in ("constant", "scope_resolution"):
            held = self.held.get(str(node.text()).rpartition("::")[2])
            return self._of(held, given, depth + 1)
        made = {"call": self._called, "identifier": self._variable}.get(kind)
        made = self._joined if kind in ("string", "bare_string", "delimited_symbol") else made
        return made(node, given, depth) if made is not None else []

    def _key(self, pair: Any) -> str:
        parts = nodes.named(pair)
        return literal(parts[0]) or str(parts[0].text()).strip("'\":")

    def _joined(self, node: Any, given: Mapping[str, Sequence[str]], depth: int) -> list[str]:
        """Return the texts of a string whose interpolated parts are known."""
        parts = [
            [_spelled(part)]
            if part.kind() != "interpolation"
            else self._of(nodes.named(part)[0], given, depth + 1)
            if nodes.named(part)
            else []
            for part in node.children()
            if part.is_named()
        ]
        if any(len(part) > _MOST for part in parts):
            return []
        return ["".join(chosen) for chosen in islice(product(*parts), _MOST)]

    def _called(self, node: Any, given: Mapping[str, Sequence[str]], depth: int) -> list[str]:
        method, receiver = node.field("method"), node.field("receiver")
        word = method.text() if method is not None else ""
        if receiver is None:
            return []
        if word in ("upcase", "downcase"):
            texts = self._of(receiver, given, depth + 1)
            return [text.upper() if word == "upcase" else text.lower() for text in texts]
        return self._of(receiver, given, depth + 1) if word in (*_SAME, "keys", "each") else []

    def _variable(self, node: Any, given: Mapping[str, Sequence[str]], depth: int) -> list[str]:
        """Return what a variable stands for: the elements of the list its block goes over, or its value."""
        name = str(node.text())
        for _, parent in nodes.parents(node):
            if parent.kind() in ("block", "do_block") and _first_parameter(parent) == name:
                call = parent.parent()
                receiver = call.field("receiver") if call is not None else None
                if receiver is not None:
                    return self._of(receiver, given, depth + 1)
            if parent.kind() == "for" and parent.field("pattern").text() == name:
                values = nodes.named(parent.field("value"))
                return self._of(values[0] if values else None, given, depth + 1)
        if name in given:
            return list(given[name])
        held = self.held.get(name)
        return self._of(held, given, depth + 1) if held is not None and not nodes.inside(node, held) else []


def targets_of(node: Any) -> list[str]:
    """Return the names that the elements of a list go to (`a, B, @c = node`), none for other assignments."""
    parent = node.parent()
    left = parent.field("left") if parent is not None and parent.kind() == "assignment" else None
    if left is None or left.kind() != "left_assignment_list" or nodes.same(left, node):
        return []
    return [str(target.text()).lstrip("@$") for target in nodes.named(left)]


def _first_parameter(block: Any) -> str:
    parameters = next((child for child in nodes.named(block) if child.kind() == "block_parameters"), None)
    names = nodes.named(parameters)
    return str(names[0].text()) if names else ""
