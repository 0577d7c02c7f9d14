"""Python source -> reads of the environment: os.environ and the libraries that wrap it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scaffold.config_vars import python_imports, scope
from scaffold.config_vars.python_dynaconf import dynaconf_reads
from scaffold.config_vars.python_flask import MARK, flask_reads
from scaffold.config_vars.python_index import Index
from scaffold.config_vars.python_pydantic import BY_FIELD, own_classes, settings_classes
from scaffold.config_vars.python_scope import Family, Scope
from scaffold.config_vars.python_walk import Walk
from scaffold.config_vars.python_wrappers import Wrapper, find_wrappers
from scaffold.config_vars.reads import Read
from scaffold.families.python_syntax import tree_of
from scaffold.repo import Repo

MARKS = (
    "environ",
    "getenv",
    "decouple",
    "prettyconf",
    "starlette.config",
    "BaseSettings",
    "dj_database_url",
    "django_heroku",
    "configurations",
    "envvar",
    "everett",
    "envparse",
    "dynaconf",
    MARK,
)


def read(repo: Repo, root: str, others: tuple[str, ...], runs: Collection[str] = ()) -> Iterator[Read]:
    """Yield every read of the environment in the app's Python files; `runs` are words of its commands."""
    texts = [
        (path, text)
        for path in scope.files(repo, root, others, (".py",))
        if scope.is_readable(text := repo.text(path))
    ]
    marked: dict[str, Index] = {}
    for path, text in texts:
        if any(mark in text for mark in MARKS) and (tree := tree_of(repo, path)) is not None:
            marked[path] = Index(tree)
    shared: dict[str, str] = {}
    wrappers: dict[str, tuple[Wrapper, ...]] = {}
    settings: dict[str, Family] = {}
    for path, index in marked.items():
        here = Scope(index)
        shared |= {name: kind for name, kind in here.readers.items() if kind != "os.environ"}
        wrappers |= find_wrappers(index, here)
        if any(mark in repo.text(path) for mark in BY_FIELD):
            settings |= dict(own_classes(here))
        here.known_settings = settings
        settings = settings_classes(here)
    if any("dynaconf" in repo.text(path) for path in marked):
        yield from dynaconf_reads(repo, texts)
    if any(MARK in repo.text(path) for path in marked):
        yield from flask_reads(repo, texts)
    names = sorted({*shared, *settings, *(name for name in wrappers if "." not in name)})
    wanted = _callers(names)
    for path, text in texts:
        found = marked.get(path)
        if found is None and any(name in text for name in names) and wanted.search(text):
            tree = tree_of(repo, path)
            found = None if tree is None else Index(tree)
        if found is not None:
            inner = Scope(found, shared, settings, python_imports.constants(repo, root, path, found))
            inner.absent = python_imports.absent(repo, root, path, found)
            by_hand = scope.is_task(path) and not _is_run(path, runs)
            yield from Walk(path, found, inner, wrappers, by_hand=by_hand).reads()


def _is_run(path: str, runs: Collection[str]) -> bool:
    """Tell whether the words of a command name a file: as a path, or as a management command."""
    name = path.rpartition("/")[2]
    return name.removesuffix(".py") in runs or any(path.endswith(word) for word in runs if name in word)


def _callers(names: list[str]) -> re.Pattern[str]:
    """Return what a file that imports a reader or a wrapper of the app's own must contain."""
    return re.compile(rf"import\b(?:[^\n(]|\([^)]*)*?\b(?:{'|'.join(map(re.escape, names))})\b")
