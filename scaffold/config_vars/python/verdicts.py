"""What a module's own conditions say of the names that hold values: needed, or done without."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from scaffold.config_vars.python.checks import fails, is_missing, tested
from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.truth import DEV, FALSE, truth
from scaffold.config_vars.reads import Mode, Read
from scaffold.families.python.syntax import dotted_name
from scaffold.record import record, replace


@record
class Verdicts:
    """Modes by name, and the names of which one is enough: `if not (A or B): raise`."""

    modes: dict[str, Mode]
    either: dict[str, frozenset[str]]

    def settle(self, reads: list[Read]) -> Iterator[Read]:
        """Yield the reads with what the conditions say of their bound names."""
        for read in reads:
            mode = self.modes.get(read.bound)
            if mode is None or read.mode not in (Mode.PLAIN, Mode.TEST):
                yield read
            elif read.mode is Mode.PLAIN or (
                mode is Mode.STRICT
                and (read.default or "").lower() in FALSE
                and not DEV.fullmatch(read.name.upper())
            ):
                others = self.either.get(read.bound, frozenset())
                found = {other.name for other in reads if other.bound in others} - {read.name}
                yield replace(read, mode=mode, instead=tuple(sorted({*read.instead, *found})))
            else:
                yield read


def find_verdicts(index: Index, scope: Scope, names: Collection[str], missing: Collection[str]) -> Verdicts:
    """Judge the names by the module's conditions; `missing` are lists that hold what is not set."""
    found = Verdicts(modes={}, either={})
    wanted = frozenset(names)
    if not wanted:
        return found
    conditions: list[ast.If | ast.IfExp] = [*index.of(ast.If), *index.of(ast.IfExp)]
    for node in conditions:
        for part, others in _parts(node.test):
            if asked := tested(part) & wanted:
                _note(found, node, (part, others, asked), scope, missing)
    asked_of: set[str] = set()
    for call in index.of(ast.Call):
        if dotted_name(call.func) == "bool":
            asked_of.update(*(tested(arg) for arg in call.args))
    for name in asked_of & wanted:
        found.modes.setdefault(name, Mode.TEST)
    for sure in index.of(ast.Assert):
        found.modes.update(dict.fromkeys(tested(sure.test) & wanted, Mode.STRICT))
    return found


def _parts(test: ast.expr) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """Yield the parts of a condition, each with those that must hold beside it."""
    if not isinstance(test, ast.BoolOp):
        yield test, []
        return
    for part in test.values:
        yield part, [other for other in test.values if other is not part and isinstance(test.op, ast.And)]


def _note(
    found: Verdicts,
    node: ast.If | ast.IfExp,
    asking: tuple[ast.expr, list[ast.expr], set[str]],
    scope: Scope,
    missing: Collection[str],
) -> None:
    part, others, asked = asking
    absent = is_missing(part)
    for name in asked:
        failing = False
        if isinstance(node, ast.If):
            lacks = absent != (name in missing)
            failing = fails(node.body if lacks else node.orelse, scope.absent)
        group = frozenset(asked) if _is_any(part) else frozenset((name,))
        if failing and others:
            failing, more = beside(others, scope)
            group |= more
        if found.modes.get(name) is not Mode.STRICT:
            found.modes[name] = Mode.STRICT if failing else Mode.TEST
        if failing and len(group) > 1:
            found.either[name] = group


def _is_any(part: ast.expr) -> bool:
    """Tell whether a condition is `not (A or B)`."""
    inner = part.operand if isinstance(part, ast.UnaryOp) else None
    return isinstance(inner, ast.BoolOp) and isinstance(inner.op, ast.Or)


def beside(others: list[ast.expr], scope: Scope) -> tuple[bool, frozenset[str]]:
    """Tell whether the other parts of a condition hold in production, and which names they miss too."""
    names: set[str] = set()
    for other in others:
        if is_missing(other) and (asked := tested(other)):
            names |= asked
        elif truth(other, scope) is not True:
            return False, frozenset()
    return True, frozenset(names)
