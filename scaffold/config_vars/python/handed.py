"""What one module of an app does to the environment of the others: hands it over, puts variables into it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Scope
from scaffold.families.python.syntax import dotted_name
from scaffold.patterns import lazy

Places = frozenset[int | str]
"""Arguments of a call: by position, or by name."""

_FIRST = lazy(
    r"(?:.*/)?(?:__init__|(?:\w+_)?settings(?:_\w+)?|(?:settings|config)/\w+|wsgi|asgi|(?:pre)?config)\.py"
)
"""Modules that are imported before the rest of an app."""
_COMMON = frozenset("dict get run Popen call update copy print len sorted list set bool str __init__".split())


def handed(modules: Iterable[tuple[Index, Scope]]) -> dict[str, Places]:
    """Return the functions and classes that the app calls with the environment itself as an argument."""
    found: dict[str, Places] = {}
    for index, scope in modules:
        for call in index.of(ast.Call):
            at: list[int | str] = [n for n, arg in enumerate(call.args) if scope.reader(arg) == "os.environ"]
            at += [
                part.arg for part in call.keywords if part.arg and scope.reader(part.value) == "os.environ"
            ]
            name = dotted_name(call.func).rpartition(".")[2] if at else ""
            if name and name not in _COMMON:
                found[name] = found.get(name, frozenset()) | frozenset(at)
    return found


def takers(index: Index, given: Mapping[str, Places]) -> frozenset[str]:
    """Return the parameters of a module's functions that hold the environment, wherever they are named so."""
    found: set[str] = set()
    other: set[str] = set()
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = [
        *index.of(ast.FunctionDef),
        *index.of(ast.AsyncFunctionDef),
    ]
    for function in functions:
        arguments = function.args
        names = [
            arg.arg for arg in (*arguments.posonlyargs, *arguments.args) if arg.arg not in ("self", "cls")
        ]
        owner = index.parents.get(function)
        called = (
            owner.name if isinstance(owner, ast.ClassDef) and function.name == "__init__" else function.name
        )
        places = given.get(called, frozenset())
        taken = {name for at, name in enumerate(names) if at in places or name in places}
        taken |= {arg.arg for arg in arguments.kwonlyargs if arg.arg in places}
        found |= taken
        other |= {*names, *(arg.arg for arg in arguments.kwonlyargs)} - taken
    return frozenset(found - other)


def put(path: str, index: Index, scope: Scope) -> Iterator[str]:
    """Yield the variables that a module gives a value of its own before the rest of the app is imported."""
    if not _FIRST.fullmatch(path):
        return
    for node in index.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Subscript):
            continue
        name = scope.text(target.slice) if scope.reader(target.value) == "os.environ" else None
        if name and scope.text(node.value) is not None:
            yield name
