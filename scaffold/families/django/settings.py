"""Django settings -> what they assign, through star imports and includes, without running any of it."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scaffold.facts import Evidence
from scaffold.families.python.imports import module_file
from scaffold.families.python.syntax import dotted_name, literal, statements, tree_of
from scaffold.families.python.texts import assigned_texts, folded
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join

if TYPE_CHECKING:
    import ast

_LONGEST_CHAIN = 20
_DEVELOPMENT = frozenset({"dev", "development", "local", "test", "tests", "testing", "ci", "debug", "docker"})
_MODULE_LINE = lazy(r"""DJANGO_SETTINGS_MODULE["']\s*[,\]]\s*=?\s*["']([\w.]+)["']""")


@record
class Named:
    """A settings module (or configuration) that a file names as the default, with the line."""

    value: str
    evidence: Evidence


@record(kw_only=False)
class Setting:
    """One assignment of a setting: the file, the value's node, and whether it is made in any case."""

    path: str
    node: ast.expr
    always: bool = True

    def text(self) -> str:
        """Return the value's source, for patterns; quotes are single."""
        import ast

        return ast.unparse(self.node)


@record
class Settings:
    """A settings module with all that it imports by star: `files` in reading order, assignments by name."""

    module: str
    path: str
    files: tuple[str, ...]
    values: Mapping[str, tuple[Setting, ...]]

    def last(self, name: str) -> Setting | None:
        """Return the assignment of a setting that is read last."""
        return next(reversed(self.values.get(name, ())), None)

    def everything(self) -> str:
        """Return the source of every assigned value, one a line: no comments, no docstrings."""
        return "\n".join(self.all_text(name) for name in self.values)

    def all_text(self, name: str) -> str:
        """Return the source of every assignment of a setting, one a line."""
        return "\n".join(found.text() for found in self.values.get(name, ()))


def settings_defaults(repo: Repo, path: str, variable: str = "DJANGO_SETTINGS_MODULE") -> tuple[Named, ...]:
    """Return the settings modules that a file (manage.py, wsgi.py) puts in the environment, in order."""
    if variable not in repo.text(path):
        return ()
    tree = tree_of(repo, path)
    if tree is None:
        found = [(line, _MODULE_LINE.search(text)) for line, text in enumerate(repo.lines(path), 1)]
        return tuple(Named(value=hit[1], evidence=repo.proof(path, line)) for line, hit in found if hit)
    names = assigned_texts(tree)
    values: dict[str, Named] = {}
    for node, line in _environment_writes(tree, variable, names):
        for value in folded(node, names):
            values.setdefault(value, Named(value=value, evidence=repo.proof(path, line)))
    return tuple(values.values())


def _environment_writes(
    tree: ast.Module, variable: str, names: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[ast.expr, int]]:
    import ast

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) == 2:
            method = dotted_name(node.func).rpartition(".")[2]
            if method in ("setdefault", "putenv") and folded(node.args[0], names) == (variable,):
                yield node.args[1], node.lineno
        elif (
            isinstance(node, ast.Assign)
            and isinstance(target := node.targets[0], ast.Subscript)
            and dotted_name(target.value).endswith("environ")
            and folded(target.slice, names) == (variable,)
        ):
            yield node.value, node.lineno


def settings_of(repo: Repo, module: str, folder: str) -> Settings | None:
    """Read a settings module ("proj.settings") with `folder` on the path, or None where it is not there."""
    return repo.once(("django-settings", module, folder), lambda: _settings(repo, module, folder))


def _settings(repo: Repo, module: str, folder: str) -> Settings | None:
    path = module_file(repo, folder, module)
    if not path:
        return None
    files: list[str] = []
    values: dict[str, list[Setting]] = {}
    _collect(repo, path, folder, files, values)
    frozen = {name: tuple(found) for name, found in values.items()}
    return Settings(module=module, path=path, files=tuple(files), values=frozen)


def _collect(repo: Repo, path: str, folder: str, files: list[str], values: dict[str, list[Setting]]) -> None:
    import ast

    if path in files or len(files) > _LONGEST_CHAIN:
        return
    files.append(path)
    tree = tree_of(repo, path)
    fixed = {id(node) for node, _ in statements(tree.body, branches=False)} if tree else set()
    for node, _ in _assignments(tree.body) if tree else ():
        if isinstance(node, ast.ImportFrom):
            if any(name.name == "*" for name in node.names):
                for inner in _imported(repo, path, folder, node):
                    _collect(repo, inner, folder, files, values)
        elif isinstance(node, ast.Expr):
            for inner in _included(repo, path, node.value):
                _collect(repo, inner, folder, files, values)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                name = dotted_name(_container(target))
                if name:
                    values.setdefault(name, []).append(Setting(path, node.value, id(node) in fixed))


def _container(target: ast.expr) -> ast.expr:
    """Return X of `X["a"]["b"]`."""
    import ast

    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of a module and of the classes in it, but those for a developer's machine.

    The classes are configurations of django-configurations.
    """
    import ast

    for node, guarded in statements(body):
        yield node, guarded
        if isinstance(node, ast.ClassDef) and node.name.lower() not in _DEVELOPMENT:
            yield from statements(node.body, guarded)


def _imported(repo: Repo, path: str, folder: str, node: ast.ImportFrom) -> Iterator[str]:
    base = folder
    if node.level:
        base = folder_of(path)
        for _ in range(node.level - 1):
            base = folder_of(base)
    found = module_file(repo, base, node.module) if node.module else join(base, "__init__.py")
    if found in repo:
        yield found


def _included(repo: Repo, path: str, node: ast.expr) -> Iterator[str]:
    """Yield the files that a call of django-split-settings' `include` names."""
    import ast

    if not isinstance(node, ast.Call) or dotted_name(node.func).rpartition(".")[2] != "include":
        return
    here = folder_of(path)
    for argument in node.args:
        inner = argument
        if isinstance(inner, ast.Call) and inner.args:
            inner = inner.args[0]
        pattern = literal(inner)
        if pattern:
            yield from fnmatch.filter(repo.suffixed(".py"), join(here, pattern))
