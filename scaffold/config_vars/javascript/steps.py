"""A read's surroundings, one step at a time: negations, comparisons, members, the name it is bound to."""

from __future__ import annotations

import re
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.reads import Mode
from scaffold.record import made, mutable

NOTHING = ("undefined", "null")
FUNCTIONS = ("arrow_function", "function_expression", "function_declaration", "method_definition")
_TESTS = ("some", "every", "filter", "find", "findIndex", "reject")


@mutable
class Place:
    """What is known of a read while its surroundings are gone through, from the inside out.

    `asked`: the expression is a truth about the variable; `missing`: it holds when the variable is not
    set. `stopped`: the value left the expression, only guards around it still count.
    """

    name: str = ""
    text: str = ""
    mode: Mode = Mode.PLAIN
    default: str | None = None
    settled: bool = False
    guarded: bool = False
    asked: bool = False
    missing: bool = False
    compared: bool = False
    stopped: bool = False
    bound: str = ""
    kind: str = ""
    used: bool = False
    counted: bool = False
    instead: list[str] = made(factory=list)

    def tested(self) -> None:
        """Note that the code asks for the variable."""
        self.mode = Mode.TEST if self.mode is Mode.PLAIN else self.mode


def negate(parent: Any, place: Place) -> None:
    text = parent.text()
    if text.startswith("!"):
        place.kind = place.kind or ("presence" if text.startswith("!!") else "")
        place.asked, place.missing = True, not place.missing
        place.tested()
    elif text.startswith("+"):
        place.kind = place.kind or "number"
        place.used = True


def member(parent: Any, place: Place) -> None:
    word = parent.field("property").text()
    if "?." not in parent.text() and place.mode is Mode.PLAIN and not place.used and not place.asked:
        place.mode = Mode.FRAGILE
    if word == "split":
        place.kind = place.kind or "list"
    place.used = True
    place.counted = word in ("length", "size")


def compare(word: str, other: Any, place: Place) -> None:
    """Take in a comparison: with nothing it asks for the variable, with a literal for a value."""
    text = nodes.string(other)
    if other.kind() in NOTHING or other.text() in NOTHING or text in ("", "undefined"):
        place.asked, place.missing = True, place.missing == (word[0] == "!")
    elif other.text() in ("0", "1") and place.counted:
        place.asked = True
        place.missing = place.missing == (word in (">", ">=") or word[0] == "!")
    elif word == "in" or text in ("string", "object"):
        place.asked = True
    else:
        place.compared = True
        if text in ("true", "false", "1", "0", "on", "yes"):
            place.kind = "boolean"
        if text == "false" and place.mode is Mode.TEST:
            place.mode, place.default = Mode.DEFAULT, "true"


def bind(parent: Any, kind: str, place: Place) -> None:
    """Note the name that the code gives the value."""
    if kind == "variable_declarator":
        name = parent.field("name")
        place.bound = name.text() if name is not None and name.kind() == "identifier" else "-"
    elif kind == "pair":
        place.bound = nodes.string(parent.field("key")) or parent.field("key").text()
    elif kind == "assignment_expression":
        place.bound = re.split(r"\W+", parent.field("left").text().rstrip("'\"]"))[-1]
    elif kind in ("public_field_definition", "field_definition"):
        place.bound = re.split(r"\W+", parent.text())[0]
    place.stopped = bool(place.bound)


def is_test(function: Any) -> bool:
    """Tell whether a function is what `some`, `every` or `filter` asks of each item."""
    call = function.parent().parent() if function.parent() is not None else None
    callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
    return callee is not None and callee.text().rpartition(".")[2] in _TESTS
