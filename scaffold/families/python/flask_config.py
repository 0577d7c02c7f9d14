"""A Flask app that picks its configuration by a variable -> that variable, set to the one for production."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, ConfigVar, Doubt
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.entries import Entry
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_READ = r"os\.(?:getenv\(|environ\.get\(|environ\[)\s*[\"'](\w+)[\"']"
_BY_NAME = lazy(rf"{_READ}")
_BY_OBJECT = lazy(rf"from_object\(\s*{_READ}")
_PICKS = lazy(r"CONFIG|SETTINGS|_ENV$|^ENV$|^ENVIRONMENT$")
_KEYS = ("heroku", "production", "prod")
_CLASSES = ("HerokuConfig", "ProductionConfig", "ProdConfig", "Production", "Prod")
_FILES = ("config.py", "settings.py", "configuration.py")


def configuration(repo: Repo, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    """Yield the variable that picks the configuration, where one of its values is meant for production."""
    for path in dict.fromkeys((entry.found.path, entry.found.source)):
        text = repo.text(path) if path else ""
        for found in (*_BY_OBJECT.finditer(text), *_BY_NAME.finditer(text)):
            classes = found.re is _BY_OBJECT
            value = _value(repo, app, classes=classes) if classes or _PICKS.search(found[1]) else ""
            if value:
                line = text.count("\n", 0, found.start(1)) + 1
                yield ConfigVar(
                    stack="flask",
                    root=app.root,
                    name=found[1],
                    required=True,
                    value=value,
                    description="Which of the app's configurations to run with",
                    evidence=(repo.proof(path, line),),
                    why="without it the app runs with its configuration for development.",
                )
                return


def with_argument(repo: Repo, app: PythonApp, entry: Entry) -> Entry:
    """Return an entry whose factory is given the configuration for production that it asks for."""
    found = entry.found
    if not found.factory or len(found.args) != 1:
        return entry
    text, name = repo.text(found.path), re.escape(found.args[0])
    value = ""
    if re.search(rf"\[\s*{name}\s*\]|\.get\(\s*{name}\b", text):
        value = _value(repo, app, classes=False)
    elif re.search(rf"from_object\(\s*{name}\s*\)", text):
        value = _value(repo, app, classes=True)
    return replace(entry, target=replace(entry.target, argument=value)) if value else entry


def needs_argument(repo: Repo, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    """Yield a doubt about a factory that asks for what no server gives it."""
    found = entry.found
    if found.factory and found.args and not entry.target.argument:
        yield Doubt(
            stack="flask",
            root=app.root,
            evidence=(found.proof(repo),),
            id="flask/factory-arguments",
            message=f"{found.name} cannot be called without {', '.join(found.args)}: the web process fails.",
            remedy=f"Give the argument a default for production, or call {found.name} in a wsgi.py.",
        )


def _value(repo: Repo, app: PythonApp, *, classes: bool) -> str:
    """Return the name of the production configuration, as a key of a table or as a class to import."""
    paths = [
        *repo.named(*_FILES),
        *(p for p in repo.named("__init__.py") if p.endswith("config/__init__.py")),
    ]
    for path in paths:
        if app.root != "." and not path.startswith(app.root + "/"):
            continue
        text = repo.text(path)
        if classes:
            module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            names = (name for name in _CLASSES if re.search(rf"^class {name}\b", text, re.MULTILINE))
            if name := next(names, ""):
                return f"{module}.{name}"
        else:
            keys = (
                key for key in _KEYS if re.search(rf"[\"']{key}[\"']\s*:|^\s+{key}\s*=", text, re.MULTILINE)
            )
            if key := next(keys, ""):
                return key
    return ""
