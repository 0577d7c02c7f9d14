"""What surrounds a read in JavaScript: fallbacks, guards, tests, the name it gets; constants and loops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import conditions, nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.record import made, mutable, replace

_FAILS = lazy(r"\bthrow\b|process\.exit\(|\babort\(|\bPromise\.reject|\bfail\(|\binvariant\(|Deno\.exit")
_ENV_TEXT = lazy(r"(?:process|import\.meta|Bun)\??\.env(?:\.(\w+)|\[['\"](\w+)['\"]\])")
_FUNCTIONS = (
    "function_declaration",
    "arrow_function",
    "function_expression",
    "method_definition",
    "function",
)


@mutable
class _Place:
    mode: Mode = Mode.PLAIN
    default: str | None = None
    settled: bool = False
    guarded: bool = False
    bound: str = ""
    kind: str = ""
    used: bool = False
    instead: list[str] = made(factory=list)


class Places:
    """The surroundings of one script's reads."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.constants: dict[str, Any] = {}
        for node in nodes.every(tree, "variable_declarator"):
            name, value = node.field("name"), node.field("value")
            if name is not None and value is not None and name.kind() == "identifier":
                self.constants.setdefault(name.text(), value)

    def read(
        self, path: str, node: Any, name: str, *, mode: Mode = Mode.PLAIN, default: str | None = None
    ) -> Read | None:
        """Return the read at a node with what surrounds it; None for an assignment to the variable."""
        place = _Place(mode=mode, default=default, settled=mode is Mode.DEFAULT)
        for child, parent in nodes.parents(node):
            kind = parent.kind()
            if kind in ("assignment_expression", "augmented_assignment_expression") and nodes.same(
                parent.field("left"), node
            ):
                if kind == "assignment_expression":
                    return None
                place.mode, place.default = self.fallback(parent.field("right"))
            if kind == "unary_expression" and parent.text().startswith("delete"):
                return None
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
        )

    def _step(self, child: Any, parent: Any, kind: str, place: _Place) -> None:
        if kind == "binary_expression":
            self._binary(child, parent, place)
        elif kind in ("if_statement", "ternary_expression"):
            self._branch(child, parent, place)
        elif place.bound:
            return
        elif kind == "non_null_expression":
            if place.mode is Mode.PLAIN and not place.used:
                place.mode = Mode.FRAGILE
        elif kind == "member_expression" and nodes.same(parent.field("object"), child):
            self._member(parent, place)
        elif kind == "unary_expression" and parent.text().startswith("!!"):
            place.kind = "boolean"
            place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
        elif kind == "arguments":
            self._argument(parent, place)
        elif kind == "variable_declarator":
            name = parent.field("name")
            place.bound = name.text() if name is not None and name.kind() == "identifier" else "-"
        elif kind == "pair":
            place.bound = nodes.string(parent.field("key")) or parent.field("key").text()
        elif kind == "assignment_expression":
            place.bound = re.split(r"\W+", parent.field("left").text().rstrip("'\"]"))[-1]
        elif kind in ("public_field_definition", "field_definition"):
            place.bound = re.split(r"\W+", parent.text())[0]

    def _binary(self, child: Any, parent: Any, place: _Place) -> None:
        left, right = parent.field("left"), parent.field("right")
        word = next((c.text() for c in parent.children() if not c.is_named()), "")
        if word in ("||", "??"):
            if nodes.same(left, child) and not place.settled:
                chained = right.kind() in (
                    "member_expression",
                    "subscript_expression",
                    "parenthesized_expression",
                )
                others = [a or b for a, b in _ENV_TEXT.findall(right.text())] if chained else []
                place.instead += others
                if not others:
                    place.mode, place.default = self.fallback(right, place.mode)
                    place.settled = place.mode is Mode.DEFAULT
        elif word == "&&":
            if nodes.same(left, child):
                place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
            elif conditions.truth(left.text()) is False:
                place.guarded = True
        elif word in ("===", "==", "!==", "!=", "in", "<", ">") and not place.bound:
            place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
            other = right if nodes.same(left, child) else left
            if nodes.string(other) in ("true", "false", "1", "0", "on", "yes"):
                place.kind = "boolean"

    def _branch(self, child: Any, parent: Any, place: _Place) -> None:
        test, body, rest = parent.field("condition"), parent.field("consequence"), parent.field("alternative")
        if nodes.same(test, child):
            fails = body is not None and _FAILS.search(body.text()) is not None
            if place.mode in (Mode.PLAIN, Mode.TEST) and not place.bound:
                missing = re.search(r"!(?!=)|===?\s*(?:undefined|null|''|\"\")|typeof", test.text())
                place.mode = Mode.STRICT if fails and missing else Mode.TEST
            place.bound = place.bound or "-"
            return
        held = conditions.truth(self._unfold(test.text()))
        if (held is False and nodes.inside(child, body)) or (held is True and nodes.inside(child, rest)):
            place.guarded = True

    def _unfold(self, text: str) -> str:
        """Replace a lone name by the expression it stands for."""
        bare = text.strip("() ")
        value = self.constants.get(bare.lstrip("!"))
        if value is None or value.kind() in ("call_expression", "await_expression"):
            return text
        return f"!({value.text()})" if bare.startswith("!") else str(value.text())

    def _member(self, parent: Any, place: _Place) -> None:
        above = parent.parent()
        called = (
            above is not None
            and above.kind() == "call_expression"
            and nodes.same(above.field("function"), parent)
        )
        if called and "?." not in parent.text() and place.mode is Mode.PLAIN and not place.used:
            place.mode = Mode.FRAGILE
        if called and parent.field("property").text() == "split":
            place.kind = place.kind or "list"
        place.used = True

    def _argument(self, parent: Any, place: _Place) -> None:
        call = parent.parent()
        callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
        word = callee.text() if callee is not None else ""
        if word in ("parseInt", "Number", "parseFloat", "Number.parseInt"):
            place.kind = place.kind or "number"
        elif word in ("Boolean", "JSON.parse") or "bool" in word.lower():
            place.kind = place.kind or ("boolean" if word != "JSON.parse" else "")
            if place.mode is Mode.PLAIN:
                place.mode = Mode.STRICT if word == "JSON.parse" else Mode.TEST
        elif word in ("assert", "assert.ok", "invariant", "console.assert") and place.mode is Mode.PLAIN:
            place.mode = Mode.STRICT
        place.used = True

    def fallback(self, node: Any | None, mode: Mode = Mode.PLAIN) -> tuple[Mode, str | None]:
        """Return the mode and literal default that an expression after `||` gives."""
        if node is None:
            return mode, None
        text = nodes.string(node)
        if text is None and node.kind() == "template_string":
            return Mode.DEFAULT, None
        if text is None and node.kind() == "identifier" and node.text() in self.constants:
            text = nodes.string(self.constants[node.text()])
        if text == "" or node.kind() in ("null", "undefined") or node.text() == "undefined":
            return mode, "" if text == "" else None
        if text is None and node.kind() in ("number", "true", "false"):
            text = node.text()
        if text is None and _FAILS.search(node.text()):
            return Mode.STRICT, None
        if text is None and re.search(r"localhost|127\.0\.0\.1", node.text()):
            text = "localhost"
        return Mode.DEFAULT, text

    def texts(self, node: Any | None) -> list[str]:
        """Return the names an index stands for: a literal, a constant, a loop over a list of literals."""
        if node is None:
            return []
        text = nodes.string(node)
        if text is not None:
            return [text]
        if node.kind() != "identifier":
            return []
        value = self.constants.get(node.text())
        if value is not None and (text := nodes.string(value)) is not None:
            return [text]
        for _, parent in nodes.parents(node):
            if parent.kind() == "for_in_statement" and re.search(
                rf"\b{node.text()}\b", parent.field("left").text()
            ):
                return self._items(parent.field("right"))
            if parent.kind() == "arrow_function" and re.match(rf"\(?\s*{node.text()}\b", parent.text()):
                call = parent.parent().parent() if parent.parent() is not None else None
                callee = (
                    call.field("function") if call is not None and call.kind() == "call_expression" else None
                )
                if callee is not None and callee.kind() == "member_expression":
                    return self._items(callee.field("object"))
        return []

    def _items(self, node: Any | None) -> list[str]:
        if node is not None and node.kind() == "identifier":
            node = self.constants.get(node.text())
        if node is not None and node.kind() in ("as_expression", "satisfies_expression"):
            node = nodes.named(node)[0]
        if node is None or node.kind() != "array":
            return []
        return [text for item in nodes.named(node) if (text := nodes.string(item)) is not None]

    def function_around(self, node: Any, name: str) -> tuple[str, int, int, bool] | None:
        """Return (name, key, fallback, strict) of the function whose parameter `name` is."""
        for _, parent in nodes.parents(node):
            if parent.kind() not in _FUNCTIONS:
                continue
            parameters = nodes.named(parent.field("parameters")) or nodes.named(parent.field("parameter"))
            names = [re.split(r"\W+", item.text())[0] for item in parameters]
            if name not in names:
                continue
            called = parent.field("name")
            if (
                called is None
                and parent.parent() is not None
                and parent.parent().kind() == "variable_declarator"
            ):
                called = parent.parent().field("name")
            key = names.index(name)
            if called is None or key != 0 or called.text() in ("get", "constructor"):
                return None
            body = parent.text()
            return called.text(), key, 1 if len(names) > 1 else -1, _FAILS.search(body) is not None
        return None

    def settled(self, reads: Iterable[Read]) -> Iterator[Read]:
        """Yield the reads, their modes settled by tests of the bound names in the same script."""
        found = list(reads)
        names = {read.bound for read in found if read.bound not in ("", "-")}
        verdicts: dict[str, Mode] = {}
        if names:
            for node in nodes.every(self.tree, "if_statement"):
                test, body = node.field("condition"), node.field("consequence")
                fails = body is not None and _FAILS.search(body.text()) is not None
                for name in (
                    set(
                        re.findall(
                            r"(?<![\w'\"])!?([A-Za-z_$][\w$]*)(?!\s*(?:[=!]==?\s*['\"]\w|\(|\.\w))",
                            test.text(),
                        )
                    )
                    & names
                ):
                    if verdicts.get(name) is not Mode.STRICT:
                        verdicts[name] = Mode.STRICT if fails else Mode.TEST
        for read in found:
            verdict = verdicts.get(read.bound)
            yield replace(read, mode=verdict) if verdict is not None and read.mode is Mode.PLAIN else read
