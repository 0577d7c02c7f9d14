"""A Python syntax tree, walked once: the nodes that readers ask for by class, and all parents."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

N = TypeVar("N", bound=ast.AST)
_ASKED = frozenset(
    (
        ast.Import,
        ast.ImportFrom,
        ast.ClassDef,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.Assign,
        ast.AnnAssign,
        ast.If,
        ast.For,
        ast.IfExp,
        ast.Assert,
        ast.Subscript,
        ast.Call,
        ast.Compare,
        ast.comprehension,
    )
)
_LEAVES = frozenset((ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue))


class Index:
    """The nodes of a module in the order of the text."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.kinds: dict[type[ast.AST], list[Any]] = {}
        stack: list[ast.AST] = [tree]
        parents, kinds = self.parents, self.kinds
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind in _ASKED:
                kinds.setdefault(kind, []).append(node)
            children: list[ast.AST] = []
            for name in node._fields:
                value = getattr(node, name, None)
                if type(value) is list:
                    children += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.expr) or type(value) is ast.arguments:
                    children.append(value)
            for child in children:
                parents[child] = node
            stack += [child for child in reversed(children) if type(child) not in _LEAVES]

    def of(self, *kinds: type[N]) -> list[N]:
        """Return the nodes of these classes."""
        return [node for kind in kinds for node in self.kinds.get(kind, ())]
