"""Imports of the app's own modules: constants that hold names of variables, modules that are not there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from scaffold.config_vars.python.index import Index
from scaffold.families.python.syntax import dotted_name, literal, tree_of
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of

_KEY = lazy(r"[\[({]\s*(_?[A-Z][A-Z0-9_]*)\s*[\]),}+]|\b(_?[A-Z][A-Z0-9_]*)\s+(?:\+|in\b|not in\b)")
"""Constants where a key may stand: alone in brackets, in an f-string, in a sum, before `in`."""


def constants(repo: Repo, root: str, path: str, index: Index) -> dict[str, str]:
    """Return the texts of constants that a module imports from the app's own modules."""
    found: dict[str, str] = {}
    imports = index.of(ast.ImportFrom)
    used = {name for pair in _KEY.findall(repo.text(path)) for name in pair} if imports else set()
    for node in imports:
        names = {a.name: a.asname or a.name for a in node.names if (a.asname or a.name) in used}
        if names and (source := find_module(repo, root, path, node)):
            found.update(_texts(repo, source, names))
    return found


def _texts(repo: Repo, path: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    tree = tree_of(repo, path) if any(name in repo.text(path) for name in names) else None
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.Assign) and (text := literal(node.value)) is not None:
            for target in node.targets:
                if (name := dotted_name(target)) in names:
                    yield names[name], text


def absent(repo: Repo, root: str, path: str, index: Index) -> frozenset[ast.AST]:
    """Return the imports, one branch of a condition, of own modules that are not in the repository."""
    return frozenset(
        node
        for node in index.of(ast.ImportFrom)
        if isinstance(index.parents.get(node), ast.If)
        and _is_own(repo, root, path, node)
        and not find_module(repo, root, path, node)
    )


def foreign(repo: Repo, root: str, path: str, index: Index) -> frozenset[str]:
    """Return the names that a module takes from modules which are not in the repository."""
    found = {
        alias.asname or alias.name
        for node in index.of(ast.ImportFrom)
        if not node.level and not find_module(repo, root, path, node) and not _is_own(repo, root, path, node)
        for alias in node.names
    }
    return frozenset(found)


def _is_own(repo: Repo, root: str, path: str, node: ast.ImportFrom) -> bool:
    """Tell whether an import names a module below a package of the app."""
    first, _, rest = (node.module or "").partition(".")
    if node.level:
        return bool(first)
    return bool(rest) and any(f"{base}{first}/__init__.py" in repo for base in _bases(root, path))


def find_module(repo: Repo, root: str, path: str, node: ast.ImportFrom) -> str:
    """Return the file of the module that an import takes names from, "" where it is not the app's own."""
    inside = (node.module or "").replace(".", "/")
    bases = [*_bases(root, path)]
    if node.level:
        folder = folder_of(path)
        for _ in range(node.level - 1):
            folder = folder_of(folder) if folder != "." else "."
        bases = ["" if folder == "." else folder + "/"]
    for base in bases:
        for name in (f"{base}{inside}.py", f"{base}{inside}/__init__.py"):
            if inside and name in repo:
                return name
    return ""


def _bases(root: str, path: str) -> Iterator[str]:
    """Yield the folders that absolute imports may start from: the app's, then those above the file."""
    top = "" if root == "." else root + "/"
    yield top
    yield top + "src/"
    folder = folder_of(path)
    while folder not in (".", root) and folder:
        yield folder + "/"
        folder = folder_of(folder)
