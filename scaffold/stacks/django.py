"""Django: the project that manage.py runs, its settings for production, its server and its migrations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, ConfigVar, Evidence, Migration, Process, Strength, Uses, command
from scaffold.families.django.cache import django_cache
from scaffold.families.django.checks import django_doubts
from scaffold.families.django.project import Project, configuration, django_projects, server_target
from scaffold.families.django.seeds import django_seed
from scaffold.families.django.urls import smoke_path
from scaffold.families.python.apps import PythonApp, python_apps
from scaffold.families.python.procfile import procfile_doubts
from scaffold.families.python.roots import best_app, from_root, missing_facts
from scaffold.families.python.server import Server, Target, asgi_server, wsgi_server
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, relative
from scaffold.stacks import Stack

_STAR = lazy(r"^\s*from\s+(\w[\w.]*)\s+import\s+\*", re.MULTILINE)
_WSGI_SERVERS = ("gunicorn", "waitress", "uwsgi", "pyuwsgi", "mod-wsgi", "granian")
_ASGI_SERVERS = ("daphne", "uvicorn", "hypercorn", "uvicorn-worker")


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Django project: real ones fully, a library's test project as a hint."""
    seen: dict[str, Project] = {}
    for project in django_projects(repo):
        app = best_app(repo, project.folder, "django")
        if app.root in seen and not _ties(seen[app.root], project):
            continue
        seen.setdefault(app.root, project)
        yield from _facts(repo, project, app)
    if not seen:
        yield from _declared(python_apps(repo))


def _ties(first: Project, other: Project) -> bool:
    """Tell whether another project of the same root is as good a choice as the first one."""
    return (
        not first.is_secondary()
        and not other.is_secondary()
        and bool(first.manage) == bool(other.manage)
        and bool(first.wsgi) == bool(other.wsgi)
        and first.manage.count("/") == other.manage.count("/")
    )


def _declared(apps: tuple[PythonApp, ...]) -> Iterator[AnyFact]:
    for app in apps:
        if found := app.get("django"):
            yield Uses(
                stack="django",
                root=app.root,
                evidence=(found.evidence,),
                strength=Strength.HINT,
                why="Django is declared, but there is no manage.py and no wsgi.py to serve it by.",
            )


def _facts(repo: Repo, project: Project, app: PythonApp) -> Iterator[AnyFact]:
    declared = app.get("django")
    aside = project.is_secondary(app.root)
    proof = project.default.evidence if project.default else repo.proof(project.place, 1)
    strength = Strength.GENERIC if is_secondary(project.place) else Strength.FRAMEWORK
    yield Uses(
        stack="django",
        root=app.root,
        evidence=(declared.evidence, proof) if declared else (proof,),
        strength=Strength.HINT if aside else strength,
        weight=5 if declared else 4,
        why=f"{project.place} runs a Django project{' of tests or examples' if aside else ''}.",
    )
    if aside:
        return
    yield from _web(repo, project, app)
    yield from _migration(repo, project, app.root)
    yield from django_seed(repo, project, app)
    yield from django_cache(repo, project, app)
    yield from _settings_vars(repo, project, app.root)
    yield from smoke_path(repo, project, app)
    yield from django_doubts(repo, project, app)


def _web(repo: Repo, project: Project, app: PythonApp) -> Iterator[AnyFact]:
    server, proofs, why = _server(repo, project, app)
    yield Process(
        stack="django",
        root=app.root,
        name="web",
        command=server.command,
        tool=server.package,
        evidence=(*proofs, *server.evidence),
        why=why,
    )
    yield from procfile_doubts(repo, app, "django", server.command)
    missing = ("django", *server.missing)
    yield from missing_facts("django", app, missing, proofs, why="the web process cannot start without it")


def _server(repo: Repo, project: Project, app: PythonApp) -> tuple[Server, tuple[Evidence, ...], str]:
    wsgi, asgi = (server_target(repo, project, kind, app.root) for kind in ("wsgi", "asgi"))
    if asgi and (wsgi is None or _wants_asgi(repo, project, app)):
        prefer = "daphne" if app.has("daphne") else ""
        server = asgi_server(repo, app, asgi, app.root, prefer=prefer)
        why = f"{project.asgi} is the ASGI application, and the project needs more than WSGI."
        return server, _proofs(repo, project, project.asgi, "ASGI_APPLICATION"), why
    if wsgi is None:
        wsgi = Target(
            module="django.core.wsgi",
            name="get_wsgi_application",
            factory=True,
            folder=from_root(app, project.folder),
        )
        server = wsgi_server(repo, app, wsgi, app.root)
        return (
            server,
            (repo.proof(project.manage, 1),),
            "there is no wsgi.py: Django's own application serves.",
        )
    server = wsgi_server(repo, app, wsgi, app.root)
    fate = "is to be added" if server.missing else "is declared"
    why = f"{project.wsgi} is the WSGI application and {server.package} {fate}."
    return server, _proofs(repo, project, project.wsgi, "WSGI_APPLICATION"), why


def _wants_asgi(repo: Repo, project: Project, app: PythonApp) -> bool:
    """Tell whether the project needs ASGI: websockets, or only ASGI servers are declared."""
    text = repo.text(project.asgi)
    if "ProtocolTypeRouter" in text or "websocket" in text.lower():
        return app.has("channels", *_ASGI_SERVERS) is not None
    setting = project.settings.last("ASGI_APPLICATION") if project.settings else None
    if app.has("channels") and setting:
        return True
    return bool(app.has(*_ASGI_SERVERS)) and not app.has(*_WSGI_SERVERS)


def _proofs(repo: Repo, project: Project, path: str, setting: str) -> tuple[Evidence, ...]:
    found = []
    named = project.settings.last(setting) if project.settings else None
    if named:
        found.append(repo.proof(named.path, named.node.lineno))
    found.append(repo.proof(path, repo.line_of(path, r"^(?:application|app)\s*[:=]") or 1))
    return tuple(found)


def _migration(repo: Repo, project: Project, root: str) -> Iterator[AnyFact]:
    folders = [
        folder_of(path)
        for path in repo.named("__init__.py")
        if path.endswith("/migrations/__init__.py")
        and (project.folder == "." or path.startswith(project.folder + "/"))
        and not is_secondary(path)
    ]
    if not _has_database(repo, project):
        return
    manage = relative(root, project.manage) if project.manage else ""
    words = ("python", manage) if manage else ("django-admin",)
    yield Migration(
        stack="django",
        root=root,
        command=command(*words, "migrate", "--noinput"),
        paths=tuple(sorted(folders)),
        evidence=(repo.proof(project.manage or project.wsgi, 1),),
        why="Django's tables are brought up to date before the new code serves.",
    )


def _has_database(repo: Repo, project: Project) -> bool:
    """Tell whether `migrate` has anything to talk to: without DATABASES it fails, and the release with it.

    Settings that are not found, or that a package completes (django-heroku), get the benefit of the doubt.
    """
    settings = project.settings
    if settings is None or not settings.values:
        return True
    found = settings.last("DATABASES")
    if found is None:
        texts = [repo.text(path) for path in settings.files]
        return any("DATABASES" in text or "django_" in text or _takes_over(repo, text) for text in texts)
    return settings.all_text("DATABASES").strip() not in ("{}", "dict()")


def _takes_over(repo: Repo, text: str) -> bool:
    """Tell whether settings import everything from a package that is not in the repository."""
    tops = {name.partition(".")[0] for name in _STAR.findall(text)}
    return any(not repo.named(f"{top}.py") and not _is_package(repo, top) for top in tops)


def _is_package(repo: Repo, name: str) -> bool:
    return any(
        folder_of(path).rpartition("/")[2] == name for path in repo.named("__init__.py", "settings.py")
    )


def _settings_vars(repo: Repo, project: Project, root: str) -> Iterator[AnyFact]:
    names = {named.value for named in (project.default, project.served) if named}
    unserved = not (project.wsgi or project.asgi)
    if project.production and (unserved or names != {project.production}):
        known = [named.evidence for named in (project.default, project.served) if named]
        yield ConfigVar(
            stack="django",
            root=root,
            name="DJANGO_SETTINGS_MODULE",
            required=True,
            value=project.production,
            description="Python path of the settings module to run with",
            evidence=tuple(known) or (repo.proof(project.manage or project.wsgi, 1),),
            why="Django's own application needs it."
            if unserved
            else "without it manage.py would migrate and collect static files with other settings.",
        )
    if found := configuration(repo, project):
        yield ConfigVar(
            stack="django",
            root=root,
            name="DJANGO_CONFIGURATION",
            required=True,
            value=found[0],
            description="Class of the settings to run with",
            evidence=(found[1],),
            why="django-configurations reads the settings from this class.",
        )


MARKS = ("*.py", "requirements.txt", "pyproject.toml", "Pipfile")
STACK = Stack(name="django", title="Django", language="python", detect=detect)
