"""A Conduit or Aqueduct app as facts: web, release, heroku.yaml, database, what is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    PORT,
    Addon,
    AnyFact,
    ConfigVar,
    Doubt,
    Evidence,
    File,
    Migration,
    Process,
    Raw,
    Todo,
    command,
)
from scaffold.families.dart.apps import (
    DartApp,
    blanked,
    build_facts,
    dependency_proof,
    pub_global_run,
    sources,
)
from scaffold.families.dart.code import line_at
from scaffold.families.dart.conduit import Rendered, Service, render
from scaffold.families.dart.sdk import bounds, dart_data, version
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_DATABASE_URL = Raw("$DATABASE_URL")
_TLS = lazy(r"useSSL|sslMode", re.IGNORECASE)
_STORE = lazy(r"\bPostgreSQLPersistentStore\s*(?:\.\w+\s*)?\(")
_READ = lazy(r"""Platform\s*\.\s*environment\s*\[\s*["'](\w+)["']\s*\]""")
_CONNECTION = lazy(r"host|user|pass|database|db_?name|(^|_)db($|_)|name", re.IGNORECASE)


def conduit_facts(repo: Repo, app: DartApp, service: Service) -> Iterator[AnyFact]:
    """Yield everything about a Conduit app but that it is one."""
    tool = "aqueduct" if app.framework == "aqueduct" else "conduit"
    rendered = render(repo, app, service)
    uses_database = bool(service.database) or rendered.database
    yield _web(repo, app, service, tool)
    yield from _configuration(repo, app, service, rendered)
    if uses_database:
        yield from _database(repo, app, service, tool)
    wanted = app.locked(tool) or _asked(app, tool)
    yield from build_facts(
        repo, app, packages=f"{tool}@{wanted}" if wanted else tool, conduit=wanted or "any"
    )
    yield from _managed_auth(repo, app, tool)


def _asked(app: DartApp, tool: str) -> str:
    """Return the constraint on the framework where no lock pins it; only one word survives the buildpack."""
    asked = app.spec.dependencies.get(tool)
    text = asked.constraint if asked else ""
    return text if re.fullmatch(r"\^?\d[\w.+-]*", text) else ""


def _has_file(repo: Repo, app: DartApp) -> bool:
    return join(app.root, "heroku.yaml") in repo


def _web(repo: Repo, app: DartApp, service: Service, tool: str) -> Process:
    words = [*pub_global_run(app), f"{tool}:{tool}", "serve", "--port", PORT]
    if service.configuration is not None or _has_file(repo, app):
        words += ["--config-path", "heroku.yaml"]
    return Process(
        stack="dart",
        root=app.root,
        name="web",
        command=command(*words),
        why=f"{tool} serves the application channel of the package",
        evidence=(dependency_proof(repo, app, app.framework), service.channel),
    )


def _configuration(repo: Repo, app: DartApp, service: Service, rendered: Rendered) -> Iterator[AnyFact]:
    item = service.configuration
    if item is None:
        return
    yield from rendered.variables
    proof = repo.proof(service.configuration_path, item.line)
    if not _has_file(repo, app):
        yield File(
            stack="dart",
            root=app.root,
            path=join(app.root, "heroku.yaml"),
            text=rendered.text,
            why=f"its keys are the fields of {item.name}, its values come from config vars",
            evidence=(proof,),
        )
    if rendered.unset:
        yield Doubt(
            stack="dart",
            root=app.root,
            id="conduit/no-variable",
            message="heroku.yaml leaves a list or map of the configuration empty: no config var can hold it.",
            remedy="Write its values into heroku.yaml.",
            evidence=rendered.unset,
        )


def _database(repo: Repo, app: DartApp, service: Service, tool: str) -> Iterator[AnyFact]:
    migrations = [
        path
        for path in repo.suffixed(".dart", under=join(app.root, "migrations"))
        if path.endswith(".migration.dart")
    ]
    lock_line = app.lock.packages.get(tool, ("", 0))[1]
    pinned = repo.proof(app.lock.path, lock_line) if lock_line else dependency_proof(repo, app, app.framework)
    words = [*pub_global_run(app), f"{tool}:{tool}", "db", "upgrade", "--connect", _DATABASE_URL]
    yield Migration(
        stack="dart",
        root=app.root,
        command=command(*words, *_tls_words(app, tool)),
        paths=(join(app.root, "migrations"),),
        why="brings the database up to date before the new code runs",
        evidence=(*service.database[:2], *([repo.proof(migrations[0])] if migrations else []), pinned),
    )
    yield Addon(
        stack="dart",
        root=app.root,
        service="postgres",
        why=f"{tool} keeps its managed objects in PostgreSQL",
        evidence=service.database[:2] or (service.channel,),
    )
    if not migrations:
        yield Todo(
            stack="dart",
            root=app.root,
            command=f"{tool} db generate",
            why="There are no migration files yet: generate and commit them",
            evidence=service.database[:1] or (service.channel,),
        )
    yield from _stores(repo, app)


def _tls_words(app: DartApp, tool: str) -> tuple[str, ...]:
    """Return the flag for TLS to the database that the framework's version knows."""
    since = version(str(dart_data()["conduit"]["ssl_mode_from"]))
    locked = app.locked(tool)
    newest = version(locked) if locked else bounds(_asked(app, tool))[1]
    has_mode = tool == "conduit" and (newest >= since if locked else newest > since)
    return ("--ssl-mode", "require") if has_mode else ("--use-ssl",)


def _stores(repo: Repo, app: DartApp) -> Iterator[AnyFact]:
    """Look at how the code connects: by separate variables, and whether with TLS."""
    for path in sources(repo, app, "lib", "bin"):
        if "PostgreSQLPersistentStore" not in repo.text(path):
            continue
        code = blanked(repo, path)
        found = _STORE.search(code)
        if found is None:
            continue
        proof = repo.proof(path, line_at(code, found.start()))
        if not _TLS.search(code):
            yield Doubt(
                stack="dart",
                root=app.root,
                id="conduit/database-tls",
                message="The database is opened without TLS; Heroku Postgres refuses such connections.",
                remedy="Pass sslMode: SslMode.require to the store (useSSL: true before Conduit 5.1).",
                evidence=(proof,),
            )
        yield from _separate_variables(repo, app, path, proof)


def _separate_variables(repo: Repo, app: DartApp, path: str, store: Evidence) -> Iterator[AnyFact]:
    reads = [
        (found[1], number)
        for number, line in enumerate(repo.lines(path), 1)
        for found in _READ.finditer(line)
        if not line.lstrip().startswith("//")
    ]
    named = [(name, number) for name, number in reads if _CONNECTION.search(name) and name != "DATABASE_URL"]
    for name, number in named:
        yield ConfigVar(
            stack="dart",
            root=app.root,
            name=name,
            required="PORT" not in name.upper(),
            secret="PASS" in name.upper(),
            description="Part of the database's address: see DATABASE_URL",
            why="the database is opened with it; what the code falls back to is a developer's machine",
            evidence=(repo.proof(path, number),),
        )
    if named:
        yield Doubt(
            stack="dart",
            root=app.root,
            id="conduit/database-parts",
            message="The app opens its database by "
            + ", ".join(name for name, _ in named)
            + "; the add-on sets DATABASE_URL only, and changes it now and then.",
            remedy="Take the parts from Uri.parse of DATABASE_URL, or set them by hand.",
            evidence=(store,),
        )


def _managed_auth(repo: Repo, app: DartApp, tool: str) -> Iterator[AnyFact]:
    for path in sources(repo, app, "lib"):
        text = repo.text(path)
        at = text.find(f"package:{tool}/managed_auth.dart")
        if at < 0 and "ManagedAuthDelegate" in text:
            at = text.find("ManagedAuthDelegate")
        if at < 0:
            continue
        words = [*pub_global_run(app), f"{tool}:{tool}", "auth", "add-client", "--id", "com.app.standard"]
        words += ["--connect", Raw("\\$DATABASE_URL"), *_tls_words(app, tool)]
        yield Todo(
            stack="dart",
            root=app.root,
            command="heroku run '" + command(*words).replace("\\$", "$") + "'",
            after=True,
            why="managed_auth lets in registered clients only: add each one",
            evidence=(repo.proof(path, text.count("\n", 0, at) + 1),),
        )
        return
