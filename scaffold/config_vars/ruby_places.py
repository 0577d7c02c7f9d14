"""What surrounds a read in Ruby: fallbacks, guards, tests, the name it gets; constants and loops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import conditions, nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.record import made, mutable, replace

_FAILS = lazy(r"^\s*(?:raise|abort|exit|fail|exit!)\b", re.MULTILINE)
_READS = lazy(r"\bENV(?:\.fetch\(|\[)\s*['\"](\w+)['\"]")
_COPES = frozenset(
    "to_i to_s to_f to_a to_sym present? blank? nil? inspect is_a? hash ! == != =~ try then tap eql? frozen? "
    "class".split()
)
_BRANCHES = ("if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional")


@mutable
class _Place:
    mode: Mode
    default: str | None
    guarded: bool = False
    bound: str = ""
    kind: str = ""
    used: bool = False
    sets: bool = False
    instead: list[str] = made(factory=list)


class Places:
    """The surroundings of one script's reads."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.constants: dict[str, Any] = {}
        for node in nodes.every(tree, "assignment"):
            left, right = node.field("left"), node.field("right")
            if left is not None and right is not None and left.kind() in ("constant", "identifier"):
                self.constants.setdefault(left.text(), right)

    def read(self, path: str, node: Any, name: str, mode: Mode, default: str | None) -> Read | None:
        """Return the read at a node with what surrounds it; None where the variable is only set."""
        place = _Place(mode, default)
        for child, parent in nodes.parents(node):
            kind = parent.kind()
            if kind == "assignment" and nodes.same(parent.field("left"), node):
                return None
            if kind == "operator_assignment" and nodes.same(parent.field("left"), node):
                place.mode, place.default = self.fallback(parent.field("right"))
                place.sets = True
            self._step(child, parent, kind, place)
        return Read(
            name=name,
            path=path,
            line=nodes.line(node),
            mode=place.mode,
            default=place.default,
            guarded=place.guarded,
            bound=place.bound,
            kind=place.kind,
            instead=tuple(other for other in place.instead if other != name),
            sets=place.sets,
        )

    def _step(self, child: Any, parent: Any, kind: str, place: _Place) -> None:
        if kind in _BRANCHES:
            self._branch(child, parent, kind, place)
        elif kind == "binary":
            self._binary(child, parent, place)
        elif kind == "begin" and place.mode is Mode.STRICT:
            rescue = [item for item in nodes.named(parent) if item.kind() == "rescue"]
            if any(not _FAILS.search(item.text()) for item in rescue) and not nodes.inside(child, rescue[0]):
                place.mode = Mode.TEST
        elif place.bound:
            return
        elif kind == "call":
            self._call(child, parent, place)
        elif kind in ("assignment", "operator_assignment"):
            place.bound = re.split(r"\W+", parent.field("left").text().rstrip("'\"]"))[-1]
        elif kind == "pair":
            place.bound = re.sub(r"\W", "", nodes.named(parent)[0].text())
        elif kind == "unary" and place.mode is Mode.PLAIN:
            place.mode = Mode.TEST

    def _call(self, child: Any, parent: Any, place: _Place) -> None:
        method = parent.field("method")
        word = method.text() if method is not None else ""
        if not nodes.same(parent.field("receiver"), child):
            place.used = True
            return
        if word in ("to_i", "to_f"):
            place.kind = "number"
        elif (
            word in ("present?", "blank?", "nil?", "empty?", "casecmp?", "in?") and place.mode is Mode.PLAIN
        ) or (word == "presence" and place.mode is Mode.PLAIN):
            place.mode = Mode.TEST
        elif word not in _COPES and "&." not in parent.text() and place.mode is Mode.PLAIN and not place.used:
            place.mode = Mode.FRAGILE
        if word == "split":
            place.kind = "list"
        place.used = True

    def _binary(self, child: Any, parent: Any, place: _Place) -> None:
        left, right = parent.field("left"), parent.field("right")
        word = next((c.text() for c in parent.children() if not c.is_named()), "")
        if word in ("||", "or"):
            if nodes.same(left, child):
                others = _READS.findall(right.text())
                place.instead += others
                if not others and place.mode is not Mode.DEFAULT:
                    place.mode, place.default = self.fallback(right)
        elif word in ("&&", "and"):
            if nodes.same(left, child):
                place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
            elif conditions.truth(left.text()) is False:
                place.guarded = True
        elif word in ("==", "!=", "=~", "===") and not place.bound:
            place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
            if nodes.string(right) in ("true", "false", "1", "0"):
                place.kind = "boolean"

    def _branch(self, child: Any, parent: Any, kind: str, place: _Place) -> None:
        negative = kind.startswith("unless")
        test, body = parent.field("condition"), parent.field("consequence") or parent.field("body")
        rest = parent.field("alternative")
        if test is None:
            return
        if nodes.same(test, child) or nodes.inside(child, test):
            fails = body is not None and _FAILS.search(body.text()) is not None
            if place.mode in (Mode.PLAIN, Mode.TEST) and not place.bound:
                place.mode = Mode.STRICT if fails else Mode.TEST
            place.bound = place.bound or "-"
            return
        held = conditions.truth(self._unfold(test.text()))
        held = held if held is None or not negative else not held
        if (held is False and nodes.inside(child, body)) or (held is True and nodes.inside(child, rest)):
            place.guarded = True

    def _unfold(self, text: str) -> str:
        value = self.constants.get(text.strip("() "))
        return str(value.text()) if value is not None else text

    def fallback(self, node: Any | None) -> tuple[Mode, str | None]:
        """Return the mode and literal default that an expression after `||` or in `fetch` gives."""
        if node is None or node.kind() == "nil":
            return Mode.PLAIN, None
        text = nodes.string(node)
        if text is None and node.kind() == "constant" and node.text() in self.constants:
            text = nodes.string(self.constants[node.text()])
        if text is None and node.kind() in ("integer", "float", "true", "false"):
            text = node.text()
        if text == "":
            return Mode.PLAIN, ""
        if text is None and _FAILS.search(node.text().strip("() \n{}")):
            return Mode.STRICT, None
        if text is None and re.search(r"localhost|127\.0\.0\.1", node.text()):
            text = "localhost"
        return Mode.DEFAULT, text

    def texts(self, node: Any | None) -> list[str]:
        """Return the names an argument stands for: a literal, a constant, a loop over a list of literals."""
        if node is None:
            return []
        if (text := nodes.string(node)) is not None:
            return [text]
        if node.kind() == "splat_argument":
            return self._items(nodes.named(node)[0])
        value = self.constants.get(node.text())
        if value is not None:
            text = nodes.string(value)
            return [text] if text is not None else self._items(value)
        for _, parent in nodes.parents(node):
            if parent.kind() in ("block", "do_block") and re.match(
                rf"(?:\{{|do)\s*\|\s*{re.escape(node.text())}\b", parent.text()
            ):
                call = parent.parent()
                return self._items(call.field("receiver")) if call is not None else []
        return []

    def _items(self, node: Any | None) -> list[str]:
        if node is not None and node.kind() == "call" and node.field("method").text() == "freeze":
            node = node.field("receiver")
        if node is not None and node.kind() in ("constant", "identifier"):
            return self._items(self.constants.get(node.text()))
        if node is None or node.kind() not in ("array", "string_array"):
            return []
        found = [
            item.text() if item.kind() == "bare_string" else nodes.string(item) for item in nodes.named(node)
        ]
        return [text for text in found if text]

    def settled(self, reads: Iterable[Read]) -> Iterator[Read]:
        """Yield the reads, their modes settled by tests of the bound names in the same script."""
        found = list(reads)
        names = {read.bound for read in found if read.bound not in ("", "-")}
        verdicts: dict[str, Mode] = {}
        if names:
            for node in nodes.every(self.tree, *_BRANCHES[:2], *_BRANCHES[3:]):
                test, body = node.field("condition"), node.field("consequence") or node.field("body")
                if test is None:
                    continue
                fails = body is not None and _FAILS.search(body.text()) is not None
                asked = re.findall(
                    r"(?<![\w.:'\"])@?([A-Za-z_]\w*)(?=\s*(?:$|&&|\|\||\)|\.(?:present|blank|nil|empty)\?|&\.|\band\b|\bor\b))",
                    test.text(),
                )
                for name in set(asked) & names:
                    if verdicts.get(name) is not Mode.STRICT:
                        verdicts[name] = Mode.STRICT if fails else Mode.TEST
        for read in found:
            verdict = verdicts.get(read.bound)
            yield replace(read, mode=verdict) if verdict is not None and read.mode is Mode.PLAIN else read
