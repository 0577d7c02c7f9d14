"""A Python syntax tree, walked once: its nodes by class, and the parent of each."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

N = TypeVar("N", bound=ast.AST)


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
            kinds.setdefault(type(node), []).append(node)
            children: list[ast.AST] = []
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    children += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                    children.append(value)
            for child in children:
                parents[child] = node
            stack += reversed(children)

    def of(self, *kinds: type[N]) -> list[N]:
        """Return the nodes of these classes."""
        return [node for kind in kinds for node in self.kinds.get(kind, ())]
