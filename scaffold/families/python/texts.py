"""An expression -> the texts it may be when nothing is set in the environment, without running it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

Names = Mapping[str, tuple[str, ...]]


def folded(node: ast.expr | None, names: Names) -> tuple[str, ...]:
    """Return the texts an expression may be, likeliest first; () where unknown."""
    import ast

    found: tuple[str, ...] = ()
    if isinstance(node, ast.Constant):
        found = (node.value,) if isinstance(node.value, str) else ()
    elif isinstance(node, ast.Name):
        found = names.get(node.id, ())
    elif isinstance(node, ast.IfExp):
        found = folded(node.orelse, names) + folded(node.body, names)
    elif isinstance(node, ast.BoolOp):
        found = tuple(text for value in node.values for text in folded(value, names))
    elif isinstance(node, ast.FormattedValue):
        found = folded(node.value, names)
    elif isinstance(node, ast.JoinedStr):
        found = _joined([folded(value, names) for value in node.values])
    elif isinstance(node, ast.BinOp):
        found = _operated(node, names)
    elif isinstance(node, ast.Call):
        found = _called(node, names)
    return found[:8]


def assigned_texts(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return the texts that each name of a file may be, wherever in the file it is assigned."""
    import ast

    names: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and (texts := folded(node.value, names)):
                    names[target.id] = (*names.get(target.id, ()), *texts)
    return names


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple("".join(choice) for choice in itertools.islice(itertools.product(*parts), 8))


def _operated(node: ast.BinOp, names: Names) -> tuple[str, ...]:
    import ast

    left, right = folded(node.left, names), folded(node.right, names)
    if isinstance(node.op, ast.Add):
        return _joined([left, right])
    if isinstance(node.op, ast.Mod):
        return tuple(pattern.replace("%s", text, 1) for pattern in left for text in right)
    return ()


def _called(node: ast.Call, names: Names) -> tuple[str, ...]:
    """Fold a call: the default of a look-up in the environment, or a text's own method."""
    import ast

    if isinstance(node.func, ast.Attribute):
        method, base = node.func.attr, node.func.value
        if method in ("lower", "upper", "strip"):
            return tuple(getattr(text, method)() for text in folded(base, names))
        if method == "format" and node.args:
            return tuple(
                pattern.replace("{0}", "{}").replace("{}", text, 1)
                for pattern in folded(base, names)
                for text in folded(node.args[0], names)
            )
    default = next((word.value for word in node.keywords if word.arg == "default"), None)
    if default is None and len(node.args) > 1:
        default = node.args[1]
    return folded(default, names)
