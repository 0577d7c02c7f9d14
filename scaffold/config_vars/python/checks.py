"""Conditions and bodies in Python: what a test asks for, and whether a branch ends the program."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from scaffold.families.python.syntax import dotted_name, literal
from scaffold.patterns import lazy

_STOPS = frozenset(("exit", "_exit", "abort", "quit", "fatal", "critical"))


_DEVELOPMENT = lazy(
    r"\w*(?:Dev|Development|Test|Testing|Tests|Local|CI)(?:ing)?(?:Config|Configuration|Settings)?"
    r"|(?:Dev|Development|Test|Testing|Local|CI)(?:App|Base|Server)(?:Config|Configuration|Settings)"
)


_PRODUCTION = lazy(r"\w*(?:Prod|Production|Live|Heroku)(?:Config|Configuration|Settings)?")


def is_development_class(name: str) -> bool:
    """Tell whether a class of settings is named for development or tests."""
    return _DEVELOPMENT.fullmatch(name) is not None


def development_lines(classes: Sequence[ast.ClassDef]) -> list[range]:
    """Return the lines of classes for development, where production has a class of its own beside them.

    A class that another one is built on is read in production too.
    """
    if not any(_PRODUCTION.fullmatch(node.name) for node in classes):
        return []
    bases = {
        dotted_name(base).rpartition(".")[2]
        for node in classes
        if not is_development_class(node.name)
        for base in node.bases
    }
    return [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in classes
        if is_development_class(node.name) and node.name not in bases
    ]


def tested(test: ast.expr) -> set[str]:
    """Return the names whose being set a condition asks for; those it only compares are not among them."""
    parts: list[ast.expr] = [test]
    found: set[str] = set()
    while parts:
        node = parts.pop()
        if isinstance(node, ast.BoolOp):
            parts += node.values
        elif isinstance(node, ast.UnaryOp):
            parts.append(node.operand)
        elif isinstance(node, ast.Compare):
            right = node.comparators[0]
            if isinstance(right, ast.Constant) and right.value in (None, ""):
                parts.append(node.left)
        elif isinstance(node, ast.Call):
            parts += [arg for arg in node.args if dotted_name(node.func) in ("all", "any", "bool", "len")]
        elif isinstance(node, (ast.List, ast.Tuple)):
            parts += node.elts
        elif name := dotted_name(node).rpartition(".")[2] or subscripted(node):
            found.add(name)
    return found


def subscripted(node: ast.expr) -> str:
    """Return the literal key of `x["key"]`, "" for any other expression."""
    return (literal(node.slice) or "") if isinstance(node, ast.Subscript) else ""


def is_missing(test: ast.AST) -> bool:
    """Tell whether a condition holds when something is missing."""
    return any(
        (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
        or (isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Is, ast.NotIn, ast.Eq)))
        for node in ast.walk(test)
    )


def fails(body: list[ast.stmt], absent: Collection[ast.AST] = ()) -> bool:
    """Tell whether statements end the program or raise; `absent` are imports of what is not there."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Raise) or node in absent:
                return True
            if isinstance(node, ast.Call) and dotted_name(node.func).rpartition(".")[2] in _STOPS:
                return True
    return False


def softens(node: ast.Try | ast.With) -> bool:
    """Tell whether a try statement, or `with suppress(...)`, copes with a missing variable."""
    if isinstance(node, ast.With):
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        return any(dotted_name(call.func).rpartition(".")[2] == "suppress" for call in calls)
    return bool(node.handlers) and not any(fails(handler.body) for handler in node.handlers)


def compared_kind(node: ast.Compare) -> str:
    """Return "boolean" where a value is compared with a word for true or false."""
    words = [
        literal(part) for side in node.comparators for part in ast.walk(side) if isinstance(part, ast.expr)
    ]
    return (
        "boolean"
        if any(word and word.lower() in ("true", "1", "yes", "on", "false") for word in words)
        else ""
    )
