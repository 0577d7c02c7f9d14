"""Flask behind a WSGI server: the object or factory wherever it sits, and Flask-Migrate in the release."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Migration, Raw, Strength, command
from scaffold.families.python.apps import PythonApp, python_apps
from scaffold.families.python.entries import Entry
from scaffold.families.python.flask_config import configuration, needs_argument, with_argument
from scaffold.families.python.scheme import old_postgres_scheme
from scaffold.families.python.served import (
    FLASK,
    app_for,
    does_not_parse,
    framework_entries,
    guarded_facts,
    is_worth_reading,
    keeps_a_bot_awake,
    several,
    smoke_of,
    unserved,
    use_of,
    web_of,
)
from scaffold.families.python.server import Server, wsgi_server
from scaffold.record import replace
from scaffold.repo import Repo, folder_of, is_secondary, join, relative
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the Flask apps of a repository, one per build root."""
    apps = python_apps(repo)
    if not is_worth_reading(repo, FLASK, apps):
        return
    found = framework_entries(repo, FLASK)
    for entries in found.values():
        app = app_for(repo, FLASK, entries[0])
        use = use_of(repo, FLASK, app, entries[0])
        if keeps_a_bot_awake(repo, app, entries[0]):
            why = f"{entries[0].found.path} serves Flask from a thread, only to keep a bot awake."
            use = replace(use, strength=Strength.HINT, why=why)
        yield use
        if use.strength == Strength.HINT and not entries[0].found.guarded:
            continue
        for entry in (with_argument(repo, app, one) for one in entries):
            if entry.found.guarded:
                yield from guarded_facts(repo, FLASK, app, entry)
                continue
            yield from web_of(repo, FLASK, app, entry, _server(repo, app, entry))
            yield from _blocking(repo, app, entry)
            yield from needs_argument(repo, app, entry)
            yield from does_not_parse(repo, FLASK, app, entry)
        yield from several(FLASK, app, entries)
        yield from smoke_of(repo, FLASK, app, entries[0])
        yield from _migration(repo, app, entries[0])
        yield from configuration(repo, app, entries[0])
        yield from old_postgres_scheme(repo, app, "flask")
    yield from unserved(repo, FLASK, apps)


def _server(repo: Repo, app: PythonApp, entry: Entry) -> Server:
    options: tuple[str, ...] = ()
    if app.has("flask-socketio") and app.has("gunicorn"):
        if app.has("eventlet"):
            options = ("-k", "eventlet", "-w", "1")
        elif app.has("gevent-websocket"):
            options = ("-k", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker", "-w", "1")
        elif app.has("gevent"):
            options = ("-k", "gevent", "-w", "1")
        else:
            options = ("-w", "1", "--threads", "100")
    server = wsgi_server(repo, app, entry.target, app.root, *options)
    if not entry.blocks:
        return server
    return Server(
        command=f"FLASK_RUN_FROM_CLI=true {server.command}",
        package=server.package,
        missing=server.missing,
        evidence=server.evidence,
    )


def _blocking(repo: Repo, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    if entry.blocks:
        path = entry.found.path
        line = repo.line_of(path, rf"^\s*(?:{re.escape(entry.found.name)}|socketio)\.run\(")
        yield Doubt(
            stack="flask",
            root=app.root,
            evidence=(repo.proof(path, line),),
            id="flask/run-without-guard",
            message="Importing this module starts the development server; Flask skips that call only because "
            "the web command sets FLASK_RUN_FROM_CLI.",
            remedy='Put the call under `if __name__ == "__main__":`.',
        )


def _migration(repo: Repo, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    scripts = [path for path in repo.named("env.py") if _is_migrations(repo, path, app)]
    if not scripts:
        return
    folder = folder_of(scripts[0])
    manage = join(app.root, "manage.py")
    if "MigrateCommand" in repo.text(manage) and app.has("flask-script"):
        line = command("python", "manage.py", "db", "upgrade")
        proof = repo.proof(manage, repo.line_of(manage, "MigrateCommand"))
    elif app.has("flask-migrate"):
        target = entry.target
        value = target.module if target.name in ("app", "application", "create_app") else target.spec
        enter = ("cd", target.folder, Raw("&&")) if target.folder != "." else ()
        here = join(app.root, target.folder)
        other = ("-d", relative(here, folder)) if folder != join(here, "migrations") else ()
        line = command(*enter, Raw(f"FLASK_APP={command(value)}"), "flask", "db", "upgrade", *other)
        declared = app.get("flask-migrate")
        proof = declared.evidence if declared else repo.proof(scripts[0], 1)
    else:
        return
    yield Migration(
        stack="flask",
        root=app.root,
        command=line,
        paths=(folder,),
        evidence=(proof, repo.proof(scripts[0], 1)),
        why=f"Flask-Migrate keeps the schema in {folder}.",
    )


def _is_migrations(repo: Repo, path: str, app: PythonApp) -> bool:
    inside = app.root == "." or path.startswith(app.root + "/")
    alembic = "alembic" in repo.text(path) or join(folder_of(path), "alembic.ini") in repo
    return inside and not is_secondary(path) and alembic and "flask" in repo.text(path)


MARKS = ("*.py", "requirements.txt", "pyproject.toml", "Pipfile")
STACK = Stack(name="flask", title="Flask", language="python", detect=detect)
