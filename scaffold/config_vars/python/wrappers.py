"""Functions of the app's own that read the variable they are given: `need("NAME")`, `database("MAIN")`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.truth import default_node
from scaffold.families.python.syntax import dotted_name
from scaffold.record import record, replace

_COMMON = frozenset(
    "get pop items keys values update setdefault read load copy __getitem__ __init__ main".split()
)
"""Names that many classes share: such a method counts only on a value made by its own class."""

Passed = tuple[str, str, str, bool]
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@record
class Flag:
    """A parameter on which it depends whether a function fails: `required=False`, `optional=True`.

    `fails`: what it is where the function fails; `given`: what it is where a call does not say.
    """

    at: int
    name: str
    fails: bool
    given: bool


@record
class Wrapper:
    """Where a function's calls give the variable's name and its default.

    The name is `before` + what parameter `key` is given (in capitals if `upper`) + `after`.
    `strict`: it fails without the variable where the call gives no default; `default`: its own.
    `flag`: a parameter that decides whether it fails.
    """

    key: int
    key_name: str
    fallback: int
    fallback_name: str
    strict: bool
    before: str = ""
    after: str = ""
    upper: bool = False
    default: ast.expr | None = None
    flag: Flag | None = None


def find_wrappers(index: Index, scope: Scope) -> dict[str, tuple[Wrapper, ...]]:
    """Return the functions that pass a parameter on as (a part of) the name of a variable."""
    found: dict[str, dict[Passed, Wrapper]] = {}
    candidates: list[ast.Subscript | ast.Call] = [*index.of(ast.Subscript), *index.of(ast.Call)]
    for node in candidates:
        for passed in passed_names(node, scope):
            key, before, after, upper = passed
            for name, wrapper in _holders(node, key, index):
                own = default_node(node) if isinstance(node, ast.Call) else None
                made = replace(wrapper, before=before, after=after, upper=upper)
                if isinstance(own, ast.Constant) and own.value is not None:
                    made = replace(made, default=own, strict=False)
                elif before or after:
                    made = replace(made, strict=isinstance(node, ast.Subscript))
                found.setdefault(name, {}).setdefault(passed, made)
    return {name: tuple(wrappers.values()) for name, wrappers in found.items()}


def _holders(node: ast.AST, key: str, index: Index) -> Iterator[tuple[str, Wrapper]]:
    """Yield the functions around a node that have `key`, or what a loop takes it from, as a parameter."""
    function: ast.AST | None = node
    while function is not None:
        function = index.parents.get(function)
        if isinstance(function, ast.For) and dotted_name(function.target) == key:
            key = dotted_name(function.iter) or key
        if not isinstance(function, Function):
            continue
        parameters = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        names = [arg.arg for arg in parameters if arg.arg not in ("self", "cls")]
        owner = index.parents.get(function)
        if key not in names:
            continue
        if function.name not in _COMMON:
            yield function.name, _wrapper(function, names, key)
        elif isinstance(owner, ast.ClassDef):
            yield f"{owner.name}.{function.name}", _wrapper(function, names, key)


def passed_names(node: ast.Subscript | ast.Call, scope: Scope) -> Iterator[Passed]:
    """Yield what an expression makes a variable's name of: a parameter with literals around it."""
    inner: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        if isinstance(node.ctx, ast.Load) and scope.reader(node.value) == "os.environ":
            inner = node.slice
    elif node.args and _is_plain(node, scope):
        inner = node.args[0]
    if inner is None or scope.text(inner) is not None:
        return
    parts = _parts(inner)
    names = [at for at, part in enumerate(parts) if (name := _name(part)) and name not in scope.texts]
    if len(names) == 1:
        at = names[0]
        before = [scope.text(part) for part in parts[:at]]
        after = [scope.text(part) for part in parts[at + 1 :]]
        if None not in before and None not in after:
            upper = isinstance(part := parts[at], ast.Call) and dotted_name(part.func).endswith(".upper")
            yield _name(part), "".join(map(str, before)), "".join(map(str, after)), upper


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the pieces of an f-string or a sum."""
    if isinstance(node, ast.JoinedStr):
        return [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_parts(node.left), *_parts(node.right)]
    return [node]


def _name(node: ast.expr) -> str:
    """Return the name behind a node, also of `name.upper()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_plain(call: ast.Call, scope: Scope) -> bool:
    if scope.origin(call.func) == "os.getenv":
        return True
    return isinstance(call.func, ast.Attribute) and scope.reader(call.func.value) == "os.environ"


def _key_name(call: ast.Call) -> str:
    """Return the parameter that `os.getenv(key)` or `os.environ.get(key)` is given, "" for another call."""
    first = call.args[0] if call.args else None
    named = isinstance(first, ast.Name) and dotted_name(call.func).endswith(("getenv", ".get"))
    return first.id if named and isinstance(first, ast.Name) else ""


def _returns_any(node: ast.AST, key: str) -> bool:
    """Tell whether a statement returns whatever the environment has: `return os.getenv(key, default)`."""
    return isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and _key_name(node.value) == key


def _wrapper(node: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str], key: str) -> Wrapper:
    flag = _flag(node, names)
    rest = [name for name in names if name != key and (flag is None or name != flag.name)]
    wanted = [name for name in rest if "default" in name.lower() or "fallback" in name.lower()]
    fallback = (wanted or rest or [""])[0]
    copes = any(_returns_any(part, key) for part in ast.walk(node))
    raises = any(isinstance(part, ast.Raise) for part in ast.walk(node))
    soft = any(isinstance(part, ast.Call) and _key_name(part) for part in ast.walk(node))
    return Wrapper(
        key=names.index(key),
        key_name=key,
        fallback=names.index(fallback) if fallback else -1,
        fallback_name=fallback,
        strict=not copes and (raises or not soft),
        flag=flag,
    )


def _flag(node: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str]) -> Flag | None:
    """Return the switch among a function's parameters that one of its raising branches asks for."""
    arguments = node.args
    given = dict(
        zip(reversed([*arguments.posonlyargs, *arguments.args]), reversed(arguments.defaults), strict=False)
    )
    switches = {
        arg.arg: value
        for arg, value in (*given.items(), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    }
    for part in ast.walk(node):
        if not isinstance(part, ast.If) or not any(isinstance(item, ast.Raise) for item in part.body):
            continue
        tests = part.test.values if isinstance(part.test, ast.BoolOp) else [part.test]
        for test in (
            tests if not isinstance(part.test, ast.BoolOp) or isinstance(part.test.op, ast.And) else ()
        ):
            denied = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
            name = dotted_name(test.operand if isinstance(test, ast.UnaryOp) else test)
            usual = switches.get(name)
            if isinstance(usual, ast.Constant) and isinstance(usual.value, bool):
                return Flag(at=names.index(name), name=name, fails=not denied, given=usual.value)
    return None
