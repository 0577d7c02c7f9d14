"""What surrounds a read in JavaScript: fallbacks, guards, tests, the name it gets and what tests that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import classify, nodes
from scaffold.config_vars.javascript import steps
from scaffold.config_vars.javascript.asks import Asks
from scaffold.config_vars.javascript.steps import Place
from scaffold.config_vars.javascript.truth import Truth, operator
from scaffold.config_vars.javascript.values import Values
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.record import replace

_NUMBERS = frozenset("parseInt Number parseFloat Number.parseInt Number.parseFloat BigInt".split())
_ASSERTS = lazy(r"(?:assert|invariant|ok|tiny_?[iI]nvariant)(?:\.(?:ok|strict|exists|isDefined|notEqual))*")
_THROWS = frozenset("JSON.parse URL Buffer.from readFileSync fs.readFileSync readFile".split())
"""Calls that throw on undefined."""
_SURE = lazy(r"\benv(?:\.|\[['\"])(?:PORT|NODE_ENV|DYNO|HOME|PATH)\b")
"""What is set on every dyno: its fallback never runs."""
_INSISTS = lazy(r"(?i)\b(?:missing|required?|must)\b")
"""What a warning says of a variable that the app is no use without."""
_SHOWS = lazy(r"(?s).*\b(?:json|render)|(?:.*\.)?(?:res|resp|response|reply|rep)\b.*\.send")
"""Calls that answer a request: what they show may be missing."""
_CONDITIONS = ("if_statement", "ternary_expression")
_ARMS = ("switch_case", "switch_default")


class Places:
    """The surroundings of one script's reads."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.values = Values(tree)
        self.asks = Asks(tree)
        self.truth = Truth(self.values)
        self.sets: set[str] = set()

    def read(
        self, path: str, node: Any, name: str, *, mode: Mode = Mode.PLAIN, default: str | None = None
    ) -> Read | None:
        """Return the read at a node with what surrounds it; None for an assignment to the variable."""
        place = Place(name=name, text=node.text(), mode=mode, default=default, settled=mode is Mode.DEFAULT)
        if not self._climb(node, place):
            return None
        return Read(
            name=name,
            path=path,
            line=nodes.line(node),
            mode=place.mode,
            default=place.default,
            guarded=place.guarded,
            bound="!" + place.bound if place.missing and place.bound else place.bound,
            kind=place.kind if place.kind != "presence" else "" if classify.is_needed(name) else "boolean",
            instead=tuple(dict.fromkeys(other for other in place.instead if other != name)),
        )

    def _climb(self, node: Any, place: Place) -> bool:
        for child, parent in nodes.parents(node):
            kind = parent.kind()
            if kind in ("assignment_expression", "augmented_assignment_expression") and nodes.same(
                parent.field("left"), node
            ):
                if kind == "assignment_expression":
                    self._note_set(parent, place.name)
                    return False
                place.mode, place.default = self.fallback(parent.field("right"))
                place.stopped = True
            if kind == "unary_expression" and parent.text().startswith("delete"):
                return False
            self._step(child, parent, kind, place)
            if kind == "arguments" and place.mode is Mode.PLAIN and place.bound and _is_answer(parent):
                place.guarded = True
        return True

    def _note_set(self, assignment: Any, name: str) -> None:
        """Note a variable that the app sets itself in production."""
        around = [pair for pair in nodes.parents(assignment) if pair[1].kind() in _CONDITIONS]
        if all(self._holds(inside, branch) for inside, branch in around):
            self.sets.add(name)

    def _holds(self, inside: Any, branch: Any) -> bool:
        """Tell whether production surely runs this side of a condition."""
        held = self.truth.of(branch.field("condition"))
        return held is not None and held == nodes.inside(inside, branch.field("consequence"))

    def _step(self, child: Any, parent: Any, kind: str, place: Place) -> None:
        if kind == "binary_expression":
            self._binary(child, parent, place)
        elif kind in _CONDITIONS:
            self._branch(child, parent, place)
        elif kind.startswith("switch_"):
            self._switch(child, parent, kind, place)
        elif place.stopped:
            return
        elif kind == "non_null_expression":
            if place.mode is Mode.PLAIN and not place.used:
                place.mode = Mode.FRAGILE
        elif kind == "unary_expression":
            steps.negate(parent, place)
        elif kind == "member_expression" and nodes.same(parent.field("object"), child):
            steps.member(parent, place)
        elif kind == "arguments":
            self._argument(child, parent, place)
        elif kind in steps.FUNCTIONS:
            place.stopped = not steps.is_test(parent)
            place.asked = place.asked or not place.stopped
        elif kind in ("expression_statement", "template_string", "jsx_expression"):
            place.stopped = True
        else:
            steps.bind(parent, kind, place)

    def _binary(self, child: Any, parent: Any, place: Place) -> None:
        left, right = parent.field("left"), parent.field("right")
        word = operator(parent)
        first = nodes.same(left, child)
        other = right if first else left
        if word in ("||", "??") and first and not place.stopped:
            if not place.asked and not place.settled:
                self._otherwise(right, place)
        elif word in ("||", "??"):
            place.guarded = place.guarded or (not first and _SURE.search(left.text()) is not None)
        elif word == "&&":
            if place.asked and place.missing and not place.stopped:
                place.instead += self.truth.names_in(other) if first else []
            elif first and not place.stopped:
                place.tested()
            if not first and self.truth.of(left) is False:
                place.guarded = True
        elif word in ("===", "==", "!==", "!=", "in", "<", ">", ">=", "<=") and not place.stopped:
            place.tested()
            steps.compare(word, other, place)

    def _otherwise(self, right: Any, place: Place) -> None:
        """Take in what serves after `||`: other variables, a default, a failure."""
        chained = right.kind() in ("member_expression", "subscript_expression", "parenthesized_expression")
        others = self.truth.names_in(right) if chained or right.kind() == "call_expression" else []
        place.instead += others
        if not others:
            place.mode, place.default = self.fallback(right, place.mode)
            place.settled = place.mode is Mode.DEFAULT

    def _switch(self, child: Any, parent: Any, kind: str, place: Place) -> None:
        """Take in a switch: over the variable it fails where no arm serves without it; arms may not run."""
        if kind in _ARMS:
            own = not nodes.same(parent.field("value"), child)
            place.guarded = place.guarded or (own and self.truth.runs(parent) is False)
        elif kind == "switch_statement" and not place.stopped:
            arms = nodes.named(parent.field("body"))
            default = next((arm for arm in arms if arm.kind() == "switch_default"), None)
            if place.mode is Mode.PLAIN and default is not None and self.asks.fails(default):
                place.mode = Mode.STRICT
            place.tested()
        place.stopped = True

    def _branch(self, child: Any, parent: Any, place: Place) -> None:
        test, body, rest = parent.field("condition"), parent.field("consequence"), parent.field("alternative")
        if nodes.same(test, child):
            if not place.stopped:
                served, serving = (rest, body) if place.missing else (body, rest)
                if place.mode in (Mode.PLAIN, Mode.TEST):
                    place.mode, place.default = self._served(place, parent.kind(), served, serving)
                place.stopped = place.mode is not Mode.DEFAULT or parent.kind() == "if_statement"
                place.settled = place.mode is Mode.DEFAULT
                place.asked = False
            return
        held = self.truth.of(test)
        if (held is False and nodes.inside(child, body)) or (held is True and nodes.inside(child, rest)):
            place.guarded = True

    def _served(
        self, place: Place, kind: str, served: Any | None, serving: Any | None
    ) -> tuple[Mode, str | None]:
        """Return what a condition makes of a missing variable: `serving` runs without it, `served` with."""
        if serving is None or (place.compared and kind == "if_statement"):
            return Mode.TEST, None
        if not place.compared and self.asks.fails(serving):
            return Mode.STRICT, None
        if kind == "if_statement":
            if said := self.asks.warns(serving):
                return (Mode.FRAGILE if _INSISTS.search(said) else Mode.PLAIN), None
            given = self.asks.assigned(serving, place.text)
            text = self.values.literal(given) if given is not None else None
            return (Mode.DEFAULT, text) if given is not None and text != "" else (Mode.TEST, text)
        whole = served is not None and place.text in served.text()
        return self.fallback(serving, Mode.TEST) if whole and not place.compared else (Mode.TEST, None)

    def _argument(self, child: Any, parent: Any, place: Place) -> None:
        call = parent.parent()
        callee = (call.field("function") or call.field("constructor")) if call is not None else None
        word = str(callee.text()) if callee is not None else ""
        last = word.rpartition(".")[2]
        if child.kind() in steps.FUNCTIONS:
            return
        if word in _NUMBERS:
            place.kind = place.kind or "number"
        elif _ASSERTS.fullmatch(word):
            if not place.missing and place.mode in (Mode.PLAIN, Mode.TEST) and not place.compared:
                place.mode = Mode.STRICT
        elif last in ("isNil", "isEmpty", "isUndefined", "isNull"):
            place.asked, place.missing = True, not place.missing
        elif last in ("hasOwnProperty", "hasOwn", "has"):
            place.tested()
            place.asked = True
        elif word in _THROWS and place.mode is Mode.PLAIN:
            place.mode = Mode.STRICT if word == "JSON.parse" else Mode.FRAGILE
            place.kind = place.kind or ("url" if word == "URL" else "")
        elif word == "Boolean" or "bool" in word.lower():
            place.kind = place.kind or ("presence" if word == "Boolean" else "boolean")
            place.asked = word == "Boolean"
            place.tested()
        elif word and place.mode is Mode.PLAIN and self.asks.refuses(last, call, child):
            place.mode = Mode.STRICT
        place.used = True

    def fallback(self, node: Any | None, mode: Mode = Mode.PLAIN) -> tuple[Mode, str | None]:
        """Return the mode and literal default that an expression after `||` gives."""
        if node is None:
            return mode, None
        text = self.values.literal(node)
        if text is None and node.kind() == "template_string":
            return Mode.DEFAULT, None
        if text == "":
            return mode, ""
        if node.kind() in steps.NOTHING or node.text() in steps.NOTHING:
            return (Mode.DEFAULT if mode is Mode.PLAIN else mode), None
        if text is None and self.asks.fails(node):
            return Mode.STRICT, None
        if text is None and re.search(r"localhost|127\.0\.0\.1", node.text()):
            text = "localhost"
        return Mode.DEFAULT, text

    def settled(self, reads: Iterable[Read]) -> Iterator[Read]:
        """Yield the reads, their modes settled by tests of the bound names in the same script."""
        found = list(reads)
        names = {read.bound for read in found if read.bound not in ("", "-")}
        verdicts = {name: verdict for name in sorted(names) if (verdict := self._verdict(name))}
        for read in found:
            yield _under(read, verdicts.get(read.bound))

    def _verdict(self, bound: str) -> tuple[Mode, str | None] | None:
        """Return what the tests of a name make of it, the strictest; None where nothing tests it."""
        name, found = bound.lstrip("!"), None
        for node in self.asks.uses(name):
            place = Place(text=node.text(), missing=bound.startswith("!"), asked=bound.startswith("!"))
            if not self._asked(node, place):
                continue
            if place.mode is Mode.STRICT:
                return Mode.STRICT, None
            if place.mode in (Mode.TEST, Mode.DEFAULT) and (found is None or place.default):
                found = (place.mode, place.default)
        return found

    def _asked(self, node: Any, place: Place) -> bool:
        """Tell whether a use of a name stands as a condition or is asserted; note what it makes of it."""
        for child, parent in nodes.parents(node):
            kind = parent.kind()
            if kind in _CONDITIONS:
                self._step(child, parent, kind, place)
                return place.stopped or place.settled
            if kind == "binary_expression" and place.text and _falls_back(parent):
                continue
            if kind in ("binary_expression", "unary_expression", "parenthesized_expression"):
                self._step(child, parent, kind, place)
                if place.compared or (place.mode is Mode.DEFAULT and not place.asked):
                    return False
            elif kind == "arguments":
                self._step(child, parent, kind, place)
                return place.mode is Mode.STRICT
            elif kind == "member_expression" and parent.field("property").text() in ("length", "size"):
                place.counted = True
            else:
                return place.mode is Mode.TEST and not place.used
        return False


def _falls_back(node: Any) -> bool:
    return any(not child.is_named() and child.text() in ("||", "??") for child in node.children())


def _is_answer(arguments: Any) -> bool:
    call = arguments.parent()
    callee = call.field("function") if call is not None else None
    return callee is not None and _SHOWS.fullmatch(callee.text()) is not None


def _under(read: Read, verdict: tuple[Mode, str | None] | None) -> Read:
    """Return a read under what the tests of its name say."""
    mode, default = read.mode, read.default
    if verdict is not None and (mode is Mode.PLAIN or (mode is Mode.TEST and verdict[0] is Mode.STRICT)):
        mode, default = verdict[0], verdict[1] or default
    return replace(read, mode=mode, default=default, bound=read.bound.lstrip("!"))
