"""FastAPI behind an ASGI server: the object or factory wherever it sits."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact
from scaffold.families.python.apps import python_apps
from scaffold.families.python.scheme import old_postgres_scheme
from scaffold.families.python.served import (
    FASTAPI,
    app_for,
    does_not_parse,
    framework_entries,
    guarded_facts,
    is_aside,
    is_worth_reading,
    several,
    smoke_of,
    unserved,
    use_of,
    web_of,
)
from scaffold.families.python.server import asgi_server
from scaffold.repo import Repo
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the FastAPI apps of a repository, one per build root."""
    apps = python_apps(repo)
    if not is_worth_reading(repo, FASTAPI, apps):
        return
    found = framework_entries(repo, FASTAPI)
    for entries in found.values():
        app = app_for(repo, FASTAPI, entries[0])
        yield use_of(repo, FASTAPI, app, entries[0])
        if is_aside(entries[0], app):
            continue
        for entry in entries:
            if entry.found.guarded:
                yield from guarded_facts(repo, FASTAPI, app, entry)
                continue
            server = asgi_server(repo, app, entry.target, app.root)
            yield from web_of(repo, FASTAPI, app, entry, server)
            yield from does_not_parse(repo, FASTAPI, app, entry)
        yield from several(FASTAPI, app, entries)
        yield from smoke_of(repo, FASTAPI, app, entries[0])
        yield from old_postgres_scheme(repo, app, "fastapi")
    yield from unserved(repo, FASTAPI, apps)


MARKS = ("*.py", "requirements.txt", "pyproject.toml", "Pipfile")
STACK = Stack(name="fastapi", title="FastAPI", language="python", detect=detect)
