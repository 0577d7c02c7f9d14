"""Python text -> syntax tree, and the few questions every reader of a tree asks. Nothing is ever run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold.repo import Repo

if TYPE_CHECKING:
    import ast


def tree_of(repo: Repo, path: str) -> ast.Module | None:
    """Return the syntax tree of a Python file, parsed once, or None where it is no Python 3."""
    return repo.once(("python-tree", path), lambda: _tree(repo, path))


def dotted_name(node: ast.expr | None) -> str:
    """Return `a.b.c` for a name or an attribute chain, "" for anything else."""
    import ast

    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def literal(node: ast.expr | None) -> str | None:
    """Return the text of a string literal, None for anything else."""
    import ast

    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def statements(
    body: list[ast.stmt], guarded: bool = False, *, branches: bool = True
) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements that run when a module is imported, and whether only a main guard runs them.

    Without `branches`, only those that always run.
    """
    import ast

    for node in body:
        yield node, guarded
        if isinstance(node, ast.If) and branches:
            yield from statements(node.body, guarded or is_main_guard(node.test))
            yield from statements(node.orelse, guarded)
        elif isinstance(node, ast.Try) and branches:
            for part in (
                node.body,
                *(handler.body for handler in node.handlers),
                node.orelse,
                node.finalbody,
            ):
                yield from statements(part, guarded)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            yield from statements(node.body, guarded, branches=branches)


def is_main_guard(test: ast.expr) -> bool:
    """Tell whether a test is `__name__ == "__main__"`."""
    import ast

    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = (test.left, test.comparators[0])
    return any(dotted_name(side) == "__name__" for side in sides) and any(
        literal(side) == "__main__" for side in sides
    )


def _tree(repo: Repo, path: str) -> ast.Module | None:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(repo.text(path))
        except SyntaxError as error:
            repo.unparsed[path] = (error.lineno or 0, error.msg)
        except (ValueError, RecursionError, MemoryError) as error:
            repo.unparsed[path] = (0, str(error))
        return None
