"""Python source -> reads of the environment: os.environ and the libraries that wrap it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from scaffold.config_vars import scope
from scaffold.config_vars.python import handed
from scaffold.config_vars.python import imports as python_imports
from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Family, Scope
from scaffold.config_vars.python.walk import Walk
from scaffold.config_vars.python.wrappers import Wrapper, find_wrappers
from scaffold.config_vars.reads import Read
from scaffold.families.python.syntax import tree_of
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
    "from_prefixed_env",
    "env import",
    "envs import",
    "env_utils import",
    "env_vars import",
    "envvars import",
)
_FILLED = (
    "BaseSettings",
    "__annotations__",
    "get_type_hints",
    "__dataclass_fields__",
    "fields(",
    "get_annotations",
)
"""What a module holds that fills a class from the environment by the names of its fields."""


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
    scopes = {path: Scope(index) for path, index in marked.items()}
    for path, here in scopes.items():
        shared |= {name: kind for name, kind in here.readers.items() if kind != "os.environ"}
        wrappers |= find_wrappers(marked[path], here)
    settings = _settings(repo, scopes)
    given = handed.handed((marked[path], here) for path, here in scopes.items())
    held = {name for path, here in scopes.items() for name in handed.put(path, marked[path], here)}
    yield from _of_frameworks(repo, texts, marked)
    names = sorted({*shared, *settings, *(name for name in wrappers if "." not in name)})
    wanted = _callers(names, given)
    for path, text in texts:
        found = marked.get(path)
        if (
            found is None
            and wanted
            and any(name in text for name in (*names, *given))
            and wanted.search(text)
        ):
            tree = tree_of(repo, path)
            found = None if tree is None else Index(tree)
        if found is not None:
            taken = handed.takers(found, given) if given else ()
            inner = Scope(found, shared, settings, python_imports.constants(repo, root, path, found), taken)
            inner.absent = python_imports.absent(repo, root, path, found)
            inner.foreign = python_imports.foreign(repo, root, path, found)
            by_hand = scope.is_task(path) and not _is_run(path, runs)
            for read in Walk(path, found, inner, wrappers, by_hand=by_hand).reads():
                if read.name not in held or read.sets:
                    yield read


def _settings(repo: Repo, scopes: Mapping[str, Scope]) -> dict[str, Family]:
    """Return the classes of the app that are filled from the environment, field by field."""
    settings: dict[str, Family] = {}
    if any(mark in repo.text(path) for path in scopes for mark in _FILLED):
        from scaffold.config_vars.python import pydantic

        for path, here in scopes.items():
            if any(mark in repo.text(path) for mark in pydantic.BY_FIELD):
                settings |= dict(pydantic.own_classes(here))
            here.known_settings = settings
            settings = pydantic.settings_classes(here)
    return settings


def _of_frameworks(repo: Repo, texts: list[tuple[str, str]], marked: Collection[str]) -> Iterator[Read]:
    """Yield what settings objects read that take any variable with their prefix."""
    if any("dynaconf" in repo.text(path) for path in marked):
        from scaffold.config_vars.python.dynaconf import dynaconf_reads

        yield from dynaconf_reads(repo, texts)
    if any("from_prefixed_env" in repo.text(path) for path in marked):
        from scaffold.config_vars.python.flask import flask_reads

        yield from flask_reads(repo, texts)


def _is_run(path: str, runs: Collection[str]) -> bool:
    """Tell whether the words of a command name a file: as a path, or as a management command."""
    name = path.rpartition("/")[2]
    return name.removesuffix(".py") in runs or any(path.endswith(word) for word in runs if name in word)


def _callers(names: Collection[str], given: Collection[str]) -> re.Pattern[str] | None:
    """Return what a file must contain that imports one of the app's own readers, or defines a `given` one."""
    ways = []
    if names:
        ways.append(rf"import\b(?:[^\n(]|\([^)]*)*?\b(?:{'|'.join(map(re.escape, names))})\b")
    if given:
        ways.append(rf"\b(?:class|def)\s+(?:{'|'.join(map(re.escape, given))})\b")
    return re.compile("|".join(ways)) if ways else None
