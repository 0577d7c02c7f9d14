"""What a Ruby script does later with the name that a variable's value got: asks for it, raises, sets it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.config_vars.ruby.names import literal
from scaffold.patterns import lazy
from scaffold.record import replace

_FAILS = lazy(r"^\s*(?:raise|abort|exit|fail|exit!)\b", re.MULTILINE)
_EVERYWHERE = (0, 10**9)
_BRANCHES = ("if", "unless", "if_modifier", "unless_modifier", "conditional")
_ASKED = lazy(
    r"(?<![\w.:'\"])@?([A-Za-z_]\w*)(?=\s*(?:$|&&|\|\||\)|\?|\.(?:present|blank|nil|empty|any|none|all)\?|\.(?:size|length|count)\b|&\.|\band\b|\bor\b))"
)

_LISTED = lazy(
    r"(?:^|[^\w)\]])\[([@\w,\s]+)\]\.(?:any\?|all\?|none\?|include\?|compact|find|detect|reject|select|filter)"
)
"""A list of names whose elements are asked for together: `[ID, TOKEN].any?(&:nil?)`."""


class Later:
    """The verdicts of one script on the names it gives to values."""

    def __init__(self, tree: nodes.Found, names: Collection[str]) -> None:
        self.verdicts: dict[tuple[str, tuple[int, int]], tuple[Mode, str | None]] = {}
        self.known_as: dict[str, str] = {}
        self.names = names
        self.local = {
            target.text()
            for node in (tree.every("assignment") if names else ())
            if (left := node.field("left")) is not None
            for target in (nodes.named(left) if left.kind() == "left_assignment_list" else (left,))
            if target.kind() == "identifier"
        }
        if names:
            self._branches(tree)
            self._assignments(tree)

    def settled(self, read: Read) -> Read:
        """Return a read with the mode that its bound name's later use gives it."""
        given = self._verdict(read)
        read = replace(read, bound=self.known_as.get(read.bound, read.bound))
        if given is None:
            return read
        mode, default = given
        if mode is Mode.STRICT and read.mode in (Mode.PLAIN, Mode.TEST) and not read.default:
            return replace(read, mode=mode)
        if mode is Mode.DEFAULT and read.mode in (Mode.PLAIN, Mode.TEST) and read.default is None:
            return replace(read, mode=mode if default else read.mode, default=default)
        return replace(read, mode=mode) if mode is Mode.TEST and read.mode is Mode.PLAIN else read

    def _verdict(self, read: Read) -> tuple[Mode, str | None] | None:
        for (name, (first, last)), verdict in self.verdicts.items():
            if name == read.bound and first <= read.line <= last:
                return verdict
        return None

    def _note(self, name: str, node: Any, mode: Mode, default: str | None = None) -> None:
        key = (name, _scope(node) if name in self.local else _EVERYWHERE)
        if self.verdicts.get(key, (Mode.PLAIN, None))[0] is not Mode.STRICT:
            self.verdicts[key] = (mode, default)

    def _branches(self, tree: nodes.Found) -> None:
        for node in tree.every(*_BRANCHES):
            test, body = node.field("condition"), node.field("consequence") or node.field("body")
            if test is None or body is None or not any(name in test.text() for name in self.names):
                continue
            fails = _FAILS.search(body.text()) is not None
            given = body if body.kind() == "assignment" else None
            for name in _asked(test.text()).intersection(self.names):
                if given is not None and given.field("left").text().lstrip("@") == name:
                    self._note(name, node, Mode.DEFAULT, literal(given.field("right")))
                else:
                    self._note(name, node, Mode.STRICT if fails else Mode.TEST)

    def _assignments(self, tree: nodes.Found) -> None:
        for node in tree.every("operator_assignment"):
            name = node.field("left").text().lstrip("@")
            if "ENV" in node.field("right").text():
                continue
            if name in self.names and node.text()[len(node.field("left").text()) :].lstrip().startswith("||"):
                self._note(name, node, Mode.DEFAULT, literal(node.field("right")))
        for node in tree.every("assignment"):
            left, right = node.field("left"), node.field("right")
            if (
                left is None
                or right is None
                or right.kind() != "identifier"
                or right.text() not in self.names
            ):
                continue
            if left.kind() in ("call", "element_reference"):
                self.known_as.setdefault(right.text(), re.split(r"\W+", left.text().rstrip("'\"]"))[-1])


def _asked(test: str) -> set[str]:
    """Return the names that a condition asks for, one by one or as elements of a list."""
    return {*_ASKED.findall(test), *re.findall(r"\w+", " ".join(_LISTED.findall(test)))}


def _scope(node: Any) -> tuple[int, int]:
    """Return the lines in which a local name means the same: those of the method, or all of the text."""
    for _, parent in nodes.parents(node):
        if parent.kind() in ("method", "singleton_method"):
            place = parent.range()
            return int(place.start.line) + 1, int(place.end.line) + 1
    return _EVERYWHERE
