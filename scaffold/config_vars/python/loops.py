"""Loops over literal lists and tables of names: which names a variable of the loop runs through."""

from __future__ import annotations

import ast

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Scope
from scaffold.families.python.syntax import dotted_name, literal

_MOST = 80
_PASSING = ("sorted", "list", "set", "tuple", "frozenset", "reversed", "iter")

Row = dict[str, ast.expr]


class Loops:
    """The loops of a module that run over literals."""

    def __init__(self, index: Index, scope: Scope) -> None:
        self.parents = index.parents
        self.known = scope.texts.keys()
        self.names: set[str] = set()
        self.rounds: dict[ast.AST, list[Row]] = {}
        for loop in index.of(ast.For):
            self._add(loop, loop.target, loop.iter, scope)
            self._derive(loop, scope)
        for part in index.of(ast.comprehension):
            self._add(index.parents[part], part.target, part.iter, scope)

    def _add(self, holder: ast.AST, target: ast.expr, source: ast.expr, scope: Scope) -> None:
        found = [row for item in _items(source, scope) if (row := _bound(target, item))]
        if found:
            self.names.update(found[0])
            known = self.rounds.get(holder, [{}])
            self.rounds[holder] = [{**row, **more} for row in known for more in found][:_MOST]

    def _derive(self, loop: ast.For, scope: Scope) -> None:
        """Note the texts that a loop's body makes of its names: `prefix = name.upper()`."""
        rows = self.rounds.get(loop, [])
        for node in loop.body if rows else ():
            if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
                texts = [scope.with_names(row).text(node.value) for row in rows]
                if None not in texts and target.id not in rows[0]:
                    self.names.add(target.id)
                    for row, text in zip(rows, texts, strict=True):
                        row[target.id] = ast.Constant(value=text)

    def rows(self, node: ast.expr) -> list[Row]:
        """Return what the loops around a reading expression give its names, one row to a round.

        One empty row where no name of the expression comes from a loop over literals.
        """
        wanted = self._unknown(node)
        found: list[Row] = [{}]
        child: ast.AST = node
        while wanted and (parent := self.parents.get(child)) is not None:
            more = self.rounds.get(parent)
            if more and not wanted.isdisjoint(more[0]):
                found = [{**new, **row} for row in found for new in more][:_MOST]
                wanted -= more[0].keys()
            child = parent
        return found

    def _unknown(self, node: ast.expr) -> set[str]:
        """Return the names in the key of a read that come from a loop."""
        if not self.names:
            return set()
        keys: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            keys = [node.slice]
        elif isinstance(node, ast.Call):
            keys = [*node.args, *(part.value for part in node.keywords)]
        elif isinstance(node, ast.Compare):
            keys = [node.left]
        return {
            part.id
            for key in keys
            if not isinstance(key, ast.Constant)
            for part in ast.walk(key)
            if isinstance(part, ast.Name) and part.id in self.names
        }


def _bound(target: ast.expr, item: ast.expr) -> Row:
    if isinstance(target, ast.Name):
        return {target.id: item}
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(item, (ast.Tuple, ast.List)):
        found: Row = {}
        for part, value in zip(target.elts, item.elts, strict=False):
            found |= _bound(part, value)
        return found
    return {}


def _items(node: ast.expr, scope: Scope, depth: int = 0) -> list[ast.expr]:
    """Return the elements of a literal list, of a table's keys, or of a constant that holds one."""
    if depth > 4:
        return []
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_items(node.left, scope, depth + 1), *_items(node.right, scope, depth + 1)]
    if isinstance(node, ast.Call):
        return _called(node, scope, depth)
    value = scope.values.get(dotted_name(node).removeprefix("self."))
    return [] if value is None or value is node else _items(value, scope, depth + 1)


def _called(node: ast.Call, scope: Scope, depth: int) -> list[ast.expr]:
    func = node.func
    word = dotted_name(func)
    if word in _PASSING and len(node.args) == 1:
        return _items(node.args[0], scope, depth + 1)
    if word == "enumerate" and node.args:
        items = _items(node.args[0], scope, depth + 1)
        return [ast.Tuple(elts=[ast.Constant(value=at), item]) for at, item in enumerate(items)]
    if not isinstance(func, ast.Attribute):
        return []
    if func.attr == "split" and (text := literal(func.value)) is not None and not node.args:
        return [ast.Constant(value=part) for part in text.split()]
    table: ast.expr | None = func.value
    if not isinstance(table, ast.Dict):
        table = scope.values.get(dotted_name(table).removeprefix("self."))
    if not isinstance(table, ast.Dict) or None in table.keys:
        return []
    pairs = [(key, value) for key, value in zip(table.keys, table.values, strict=True) if key is not None]
    if func.attr == "items":
        return [ast.Tuple(elts=[key, value]) for key, value in pairs]
    if func.attr == "keys":
        return [key for key, _ in pairs]
    return [value for _, value in pairs] if func.attr == "values" else []
