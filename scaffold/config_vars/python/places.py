"""What stands around a reading expression in Python: guards, fallbacks, tests, the name of its value."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from scaffold.config_vars import classify
from scaffold.config_vars.python.calls import Wrappers, find_read
from scaffold.config_vars.python.checks import (
    compared_kind,
    fails,
    is_development_class,
    is_missing,
    softens,
    subscripted,
)
from scaffold.config_vars.python.libraries import Found
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.tables import value_text
from scaffold.config_vars.python.truth import truth
from scaffold.config_vars.reads import Mode
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.record import made, mutable


@mutable
class Place:
    """What the way up from a reading expression shows.

    `missing`: it stands in a list of what is not set. `conditional`: other conditions must hold, too.
    `text`: the default as a literal.
    """

    name: str
    mode: Mode
    default: ast.expr | None
    kind: str = ""
    guarded: bool = False
    bound: str = ""
    instead: list[str] = made(factory=list)
    used: bool = False
    missing: bool = False
    conditional: bool = False
    text: str | None = None


def _is_blank(node: ast.expr | None, *values: object) -> bool:
    """Tell whether a fallback is None or an empty text (or one of `values` only)."""
    return isinstance(node, ast.Constant) and node.value in (values or (None, ""))


class Places:
    """The places of one module; `missing` collects the names of lists that hold what is not set."""

    def __init__(self, parents: Mapping[ast.AST, ast.AST], scope: Scope, wrappers: Wrappers) -> None:
        self.parents = parents
        self.scope = scope
        self.wrappers = wrappers
        self.missing: set[str] = set()

    def within(self, scope: Scope) -> Places:
        """Return the same places where the names of the scope hold: in one round of a loop."""
        inner = copy.copy(self)
        inner.scope = scope
        return inner

    def find(self, node: ast.AST, place: Place) -> Place:
        """Return the place completed by what stands around the expression."""
        if place.mode is Mode.STRICT and _is_blank(place.default, ""):
            place.mode = Mode.PLAIN
        self._climb(node, place)
        place.mode, place.text = self._fallback(place.name, place)
        return place

    def asks(self, test: ast.expr, name: str) -> bool:
        """Tell whether a condition reads the variable."""
        parts = (find_read(node, self.scope, self.wrappers) for node in ast.walk(test))
        return any(part is not None and name in part.names for part in parts)

    def _fallback(self, name: str, place: Place) -> tuple[Mode, str | None]:
        """Return the mode and the literal default; None and empty texts are no fallback."""
        if place.default is None:
            return place.mode, None
        if isinstance(place.default, ast.Constant) and place.default.value in (None, False):
            said = place.mode in (Mode.TEST, Mode.STRICT) or not classify.is_secret(name)
            return (Mode.TEST if said else Mode.PLAIN), None if place.default.value is None else "False"
        text = value_text(place.default, self.scope)
        if text == "":
            return (Mode.PLAIN if place.mode is not Mode.TEST else Mode.TEST), ""
        other = self.behind(place.default)
        if other is not None:
            place.instead += other.names
            return Mode.PLAIN, None
        return Mode.DEFAULT, text

    def behind(self, node: ast.expr) -> Found | None:
        """Return the read that a fallback is, also through a name and calls such as `.strip()`."""
        for _ in range(4):
            if (found := find_read(node, self.scope, self.wrappers)) is not None:
                return found
            inner: ast.expr | None = None
            if isinstance(node, (ast.Name, ast.Attribute)):
                inner = self.scope.values.get(dotted_name(node).removeprefix("self."))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                inner = node.func.value
            if inner is None or inner is node:
                return None
            node = inner
        return None

    def _climb(self, node: ast.AST, place: Place) -> None:
        child: ast.AST = node
        while (parent := self.parents.get(child)) is not None:
            if isinstance(parent, (ast.If, ast.IfExp, ast.While)):
                self._branch(parent, child, place)
            elif isinstance(parent, (ast.Try, ast.With)):
                self._caught(parent, child, place)
            elif isinstance(parent, ast.comprehension):
                place.missing = place.missing or (child in parent.ifs and is_missing(child))
            elif isinstance(parent, ast.BoolOp):
                self._chain(parent, child, place)
            elif isinstance(parent, ast.ClassDef) and is_development_class(parent.name):
                place.guarded = True
            elif not place.bound:
                self._use(parent, child, place)
            child = parent
        if place.missing and place.bound:
            self.missing.add(place.bound)

    def _caught(self, parent: ast.Try | ast.With, child: ast.AST, place: Place) -> None:
        """Note that a failure is caught, and what the name is given then."""
        if place.mode in (Mode.TEST, Mode.DEFAULT) or child not in parent.body or not softens(parent):
            return
        copes = place.mode in (Mode.STRICT, Mode.FRAGILE)
        for handler in parent.handlers if isinstance(parent, ast.Try) else ():
            for node in handler.body:
                if isinstance(node, ast.Assign) and dotted_name(node.targets[0]).endswith(place.bound or "."):
                    place.default, copes = node.value, True
                copes = copes or (isinstance(node, ast.Return) and _is_blank(node.value))
        place.mode = Mode.TEST if copes else place.mode

    def _branch(self, parent: ast.If | ast.IfExp | ast.While, child: ast.AST, place: Place) -> None:
        if child is parent.test:
            if place.mode is Mode.PLAIN and (place.default is None or _is_blank(place.default)):
                place.mode = Mode.TEST
            if isinstance(parent, ast.If) and not place.conditional:
                absent = is_missing(parent.test)
                failing = fails(parent.body if absent else parent.orelse, self.scope.absent)
                place.mode = Mode.STRICT if failing else place.mode
            return
        if isinstance(parent, ast.IfExp) and child is parent.body and self.asks(parent.test, place.name):
            place.default = place.default or parent.orelse
            return
        held = truth(parent.test, self.scope)
        inside = parent.body if isinstance(parent.body, list) else [parent.body]
        other = parent.orelse if child in inside else parent.body
        if isinstance(other, list) and fails(other, self.scope.absent):
            return
        if held is (child not in inside) or (child not in inside and self._serves(parent, child)):
            place.guarded = True

    def _serves(self, parent: ast.AST, child: ast.AST) -> bool:
        """Tell whether `if Y is set: X = Y else: X = <child>` needs only Y, which production has."""
        if not isinstance(parent, ast.If) or not isinstance(child, ast.Assign) or is_missing(parent.test):
            return False
        target = dotted_name(child.targets[0])
        reads = [
            found for node in ast.walk(parent.test) if (found := find_read(node, self.scope, self.wrappers))
        ]
        needed = any(classify.is_needed(name) for found in reads for name in found.names)
        return needed and any(
            isinstance(node, ast.Assign) and dotted_name(node.targets[0]) == target for node in parent.body
        )

    def _misses(self, test: ast.expr, place: Place) -> bool:
        """Tell whether a condition asks if another variable is missing, and note that one."""
        if not is_missing(test):
            return False
        reads = [found for node in ast.walk(test) if (found := find_read(node, self.scope, self.wrappers))]
        place.instead += [name for found in reads for name in found.names]
        return bool(reads)

    def _chain(self, parent: ast.BoolOp, child: ast.AST, place: Place) -> None:
        """`read or fallback`, `read and use`."""
        at = next((at for at, value in enumerate(parent.values) if value is child), 0)
        rest = parent.values[at + 1 :]
        if isinstance(parent.op, ast.And):
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
            place.guarded = place.guarded or any(
                truth(value, self.scope) is False for value in parent.values[:at]
            )
            others = [value for value in parent.values if value is not child]
            certain = [value for value in others if not self._misses(value, place)]
            place.conditional = any(truth(value, self.scope) is not True for value in certain)
            return
        for value in rest:
            other = find_read(value, self.scope, self.wrappers)
            if other is not None:
                place.instead += other.names
            elif place.default is None or value_text(place.default, self.scope) == "":
                place.default = value
        place.used = True

    def _use(self, parent: ast.AST, child: ast.AST, place: Place) -> None:
        """Note what is done with the value: a call on nothing fails, a comparison copes."""
        if isinstance(parent, ast.Attribute) and not place.used:
            called = isinstance(self.parents.get(parent), ast.Call)
            if called and place.mode is Mode.PLAIN and place.default is None:
                place.mode = Mode.FRAGILE
            place.kind = place.kind or ("list" if parent.attr == "split" else "")
            place.used = True
        elif isinstance(parent, ast.Call) and child in parent.args:
            self._argument(parent, place)
        elif isinstance(parent, ast.Compare):
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
            place.kind = place.kind or compared_kind(parent)
        elif isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            place.used = True
        elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            place.bound = dotted_name(target).rpartition(".")[2] or subscripted(target)
        elif isinstance(parent, ast.keyword):
            place.bound = parent.arg or ""
            if parent.arg == "dsn" and place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
        elif isinstance(parent, ast.Dict):
            at = next((at for at, value in enumerate(parent.values) if value is child), -1)
            place.bound = (literal(parent.keys[at]) or "") if at >= 0 else ""

    def _argument(self, call: ast.Call, place: Place) -> None:
        word = dotted_name(call.func).rpartition(".")[2]
        if word in ("int", "float", "Decimal"):
            place.kind = place.kind or "number"
            blank = place.default is None or _is_blank(place.default)
            if place.mode is Mode.PLAIN and not place.used and blank:
                place.mode, place.default = Mode.STRICT, None
        elif "bool" in word.lower() or word in ("literal_eval", "env_flag"):
            place.kind = place.kind or "boolean"
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
        place.used = True
