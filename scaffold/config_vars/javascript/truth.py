"""A script's conditions and switches -> what production runs when none of the app's own variables is set."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scaffold.config_vars import classify, conditions, nodes
from scaffold.config_vars.javascript.values import Values
from scaffold.config_vars.reads import Mode
from scaffold.patterns import lazy
from scaffold.record import record

_WRAPPED = ("as_expression", "satisfies_expression", "parenthesized_expression", "non_null_expression")
_MODE_NAME = lazy(r"(?:.*_)?(?:ENV|ENVIRONMENT|MODE|STAGE|PROD|PRODUCTION|HEROKU|DYNO)(?:_.*)?")
_MODE_VALUE = lazy(r"(?i)|dev\w*|local|test\w*|stag\w*|prod\w*|live")
"""What a variable for the kind of environment falls back to; somebody sets it in production."""
_CASES: dict[str, Callable[[str], str]] = {
    "toLowerCase": str.lower, "toUpperCase": str.upper, "trim": str.strip, "toString": str,
}  # fmt: skip
_LEAVES = lazy(r"\b(?:break|return|throw|continue)\b")
_DEPTH = 6


@record(kw_only=False)
class Known:
    """A read of a variable, by its place in the text, with what stands there when it is not set."""

    start: int
    end: int
    name: str
    mode: Mode = Mode.PLAIN
    default: str | None = None

    def unset(self) -> str | None:
        """Return the text that production sees with nothing set ("" for nothing), None where that is open."""
        if self.name == "NODE_ENV":
            return "production"
        if classify.provider(self.name) or self.mode in (Mode.STRICT, Mode.FRAGILE):
            return None
        if self.default is None and self.mode is Mode.DEFAULT:
            return None
        given = self.default or ""
        return None if is_mode(self.name, given) else given


def is_mode(name: str, given: str) -> bool:
    """Tell whether a variable says which kind of environment this is, so that production sets it."""
    return bool(_MODE_NAME.fullmatch(name.upper()) and _MODE_VALUE.fullmatch(given))


class Truth:
    """The conditions of one script; `known` are its reads, `bound` names that hold them with their values."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.known: list[Known] = []
        self.bound: dict[str, str | None] = {}

    def of(self, node: Any, depth: int = 0) -> bool | None:
        """Return whether a condition holds, None where nothing tells."""
        while node.kind() == "parenthesized_expression" and nodes.named(node):
            node = nodes.named(node)[0]
        if node.kind() == "binary_expression" and depth < _DEPTH:
            left, right = node.field("left"), node.field("right")
            word = operator(node)
            if word in ("&&", "||"):
                sides = {self.of(left, depth + 1), self.of(right, depth + 1)}
                deciding = word == "||"
                return deciding if deciding in sides else None if None in sides else not deciding
            if word in ("===", "==", "!==", "!="):
                one, other = self.chosen(left), self.chosen(right)
                if one is not None and other is not None and not _is_nothing(left, right):
                    return (one == other) == (word[0] == "=")
        return conditions.truth(self.unfold(node.text()))

    def runs(self, arm: Any) -> bool | None:
        """Return whether production runs an arm of a switch."""
        arms = nodes.named(arm.parent())
        subject = self.chosen(arm.parent().parent().field("value"))
        texts = [self.values.literal(item.field("value")) for item in arms]
        default = next((at for at, item in enumerate(arms) if item.kind() == "switch_default"), -1)
        if subject is None or any(text is None for at, text in enumerate(texts) if at != default):
            return None
        first = texts.index(subject) if subject in texts else default
        at = next(at for at, item in enumerate(arms) if nodes.same(item, arm))
        return 0 <= first <= at and not any(_LEAVES.search(item.text()) for item in arms[first:at])

    def chosen(self, node: Any | None, depth: int = 0) -> str | None:
        """Return the text an expression has with nothing set, "" for nothing, None where it is open."""
        if node is None or depth > _DEPTH:
            return None
        start, end, kind = node.range().start.index, node.range().end.index, node.kind()
        read = next((item for item in self.known if (item.start, item.end) == (start, end)), None)
        if read is not None:
            return read.unset()
        text = self.values.literal(node)
        if text is not None:
            return text
        if kind in _WRAPPED:
            return self.chosen(nodes.named(node)[0], depth + 1)
        if kind == "binary_expression" and operator(node) in ("||", "??"):
            left = self.chosen(node.field("left"), depth + 1)
            return self.chosen(node.field("right"), depth + 1) if left == "" else left
        if kind == "call_expression":
            return self._cased(node.field("function"), depth)
        if kind == "identifier" and node.text() in self.bound:
            return self.bound[node.text()]
        return self.chosen(self.values.held(node), depth + 1)

    def _cased(self, callee: Any, depth: int) -> str | None:
        if callee.kind() != "member_expression" or callee.field("property").text() not in _CASES:
            return None
        text = self.chosen(callee.field("object"), depth + 1)
        return None if text is None else _CASES[callee.field("property").text()](text)

    def names_in(self, node: Any) -> list[str]:
        """Return the variables that an expression reads."""
        start, end = node.range().start.index, node.range().end.index
        return [item.name for item in self.known if start <= item.start and item.end <= end]

    def unfold(self, text: str) -> str:
        """Replace a lone name by the expression it stands for."""
        bare = text.strip("() ")
        value = self.values.constants.get(bare.lstrip("!"))
        if value is None or value.kind() == "await_expression":
            return text
        read = self._as_read(value)
        return f"!({read})" if bare.startswith("!") else read

    def _as_read(self, node: Any) -> str:
        """Return the text of an expression, a helper's call in it written as the read that it is."""
        start, end = node.range().start.index, node.range().end.index
        text = str(node.text())
        for item in self.known:
            if start <= item.start and item.end <= end:
                text = text.replace(text[item.start - start : item.end - start], f"process.env.{item.name}")
        return text


def operator(node: Any) -> str:
    """Return the operator of a binary expression."""
    return next((str(child.text()) for child in node.children() if not child.is_named()), "")


def _is_nothing(*sides: Any) -> bool:
    return any(re.fullmatch(r"undefined|null|''|\"\"", side.text()) for side in sides)
