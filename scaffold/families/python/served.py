"""The entries of a Python web framework -> the facts that all of them share: use, web process, smoke path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scaffold.facts import AnyFact, Doubt, Evidence, Process, Smoke, Strength, Uses, command
from scaffold.families.django.project import django_projects
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.code import module_of
from scaffold.families.python.entries import Entry, Sought, best_entries, web_entries
from scaffold.families.python.libraries import BOTS
from scaffold.families.python.procfile import procfile_doubts
from scaffold.families.python.roots import best_app, missing_facts
from scaffold.families.python.server import Server
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

_HEALTH = ("/health", "/healthz", "/healthcheck", "/health-check", "/api/health", "/status", "/ping", "/up")
_THREAD = lazy(r"\bThread\(\s*target\s*=")
_ROUTE = lazy(r"""@[\w.]+\.(?:route|get|api_route)\(\s*["'](/[\w./-]*)["']""")


@record
class Framework:
    """A Python web framework: its package, the classes whose objects are served, and texts in their files.

    `stems` are the files in which its own command looks for an app.
    """

    stack: str
    package: str
    title: str
    classes: tuple[str, ...]
    needles: tuple[str, ...]
    packages: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every package whose presence declares the framework."""
        return (self.package, *self.packages)


FLASK = Framework(
    stack="flask",
    package="flask",
    title="Flask",
    classes=(
        "flask.Flask",
        "flask.app.Flask",
        "apiflask.APIFlask",
        "flask_openapi3.OpenAPI",
        "connexion.App",
        "connexion.FlaskApp",
        "eve.Eve",
        "flask_api.FlaskAPI",
        "flask_appbuilder.Flask",
    ),
    needles=("Flask", "connexion", "flask_openapi3", "from eve", "import eve"),
    packages=("apiflask", "connexion", "flask-openapi3", "eve", "flask-restx", "flask-restful", "flask-api"),
    stems=("app", "wsgi"),
)

FASTAPI = Framework(
    stack="fastapi",
    package="fastapi",
    title="FastAPI",
    classes=("fastapi.FastAPI", "fastapi.applications.FastAPI"),
    needles=("FastAPI",),
    packages=("fastapi-slim", "fastapi-offline"),
    stems=("main",),
)


def is_worth_reading(repo: Repo, framework: Framework, apps: tuple[PythonApp, ...]) -> bool:
    """Tell whether the framework is declared, or an entry point at hand imports it."""
    if any(app.has(*framework.names) or any(n in app.dev for n in framework.names) for app in apps):
        return True
    names = ("app.py", "main.py", "wsgi.py", "server.py", "application.py", "run.py", "api.py", "index.py")
    likely = [path for path in repo.named(*names) if path.count("/") <= 2 and not is_secondary(path)]
    return any(needle in repo.text(path) for path in likely[:20] for needle in framework.needles)


def framework_entries(repo: Repo, framework: Framework) -> Mapping[str, tuple[Entry, ...]]:
    """Return the best entries of a framework by build root."""
    key = ("python-entries", framework.stack, framework.package)
    sought = Sought(
        classes=framework.classes,
        needles=framework.needles,
        packages=framework.names,
        stems=framework.stems,
    )
    return repo.once(key, lambda: best_entries(web_entries(repo, sought)))


def is_aside(entry: Entry, app: PythonApp) -> bool:
    """Tell whether an entry lies in a tests or examples folder of its app."""
    return is_secondary(relative(app.root, entry.found.path))


def keeps_a_bot_awake(repo: Repo, app: PythonApp, entry: Entry) -> bool:
    """Tell whether an app is only run in a thread beside a bot, so that a host does not put it to sleep."""
    return bool(_THREAD.search(repo.text(entry.found.path))) and app.has(*BOTS) is not None


def use_of(repo: Repo, framework: Framework, app: PythonApp, entry: Entry, *, weight: int = 4) -> Uses:
    """Return the fact that the framework's app lives at this root, as strong as its proof.

    Beside a Django project of the same root it is a tool or a mock of that project, and ranks below it.
    """
    declared = app.has(*framework.names)
    plain = declared and not is_secondary(entry.found.path) and not _beside_django(repo, app)
    strength = Strength.FRAMEWORK if plain else Strength.GENERIC
    if is_aside(entry, app) or entry.found.guarded:
        strength = Strength.HINT
    proofs = (declared.evidence, *entry.evidence) if declared else entry.evidence
    kind = "factory" if entry.found.factory else "object"
    return Uses(
        stack=framework.stack,
        root=app.root,
        evidence=proofs,
        strength=strength,
        weight=weight + (entry.score > 5),
        why=f"{entry.found.path} holds the {framework.title} {kind} {entry.found.name}.",
    )


def _beside_django(repo: Repo, app: PythonApp) -> bool:
    """Tell whether a Django project is built from the same root."""
    return any(
        project.manage and best_app(repo, project.folder, "django").root == app.root
        for project in django_projects(repo)
        if app.has("django") and not project.is_secondary(app.root)
    )


def web_of(
    repo: Repo, framework: Framework, app: PythonApp, entry: Entry, server: Server
) -> Iterator[AnyFact]:
    """Yield the web process of an entry and what it needs to be declared."""
    how = "a factory to call" if entry.found.factory else f"the {framework.title} app"
    named = " and is named where the app is run" if entry.named else ""
    strength = Strength.FRAMEWORK if app.has(*framework.names) else Strength.GENERIC
    yield Process(
        stack=framework.stack,
        root=app.root,
        name="web",
        command=server.command,
        tool=server.package,
        strength=strength,
        evidence=(*entry.evidence, *server.evidence),
        why=f"{entry.found.path} line {entry.found.line} is {how}{named}.",
    )
    yield from procfile_doubts(repo, app, framework.stack, server.command)
    declared = () if app.has(*framework.names) else (framework.package,)
    why = "the web process cannot start without it"
    yield from missing_facts(framework.stack, app, (*declared, *server.missing), entry.evidence, why=why)


def smoke_of(repo: Repo, framework: Framework, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    """Yield a path that answers: a health route, the home page, or FastAPI's own documentation."""
    routes: dict[str, Evidence] = {}
    paths = dict.fromkeys((entry.found.path, entry.found.source, *_near(repo, entry)))
    for path in paths:
        if path and "(" in (text := repo.text(path)):
            for found in _ROUTE.finditer(text):
                if "{" not in found[1] and "<" not in found[1]:
                    line = text.count("\n", 0, found.start()) + 1
                    routes.setdefault(found[1], repo.proof(path, line))
    for route in (*_HEALTH, "/"):
        if route in routes:
            yield Smoke(stack=framework.stack, root=app.root, path=route, evidence=(routes[route],))
            return


def _near(repo: Repo, entry: Entry) -> tuple[str, ...]:
    """Return the route modules beside the entry that declare their paths in full."""
    folder = folder_of(entry.found.source or entry.found.path)
    names = ("routes.py", "views.py", "health.py", "main/routes.py", "main/views.py", "routes/__init__.py")
    return tuple(path for name in names if (path := join(folder, name)) in repo)


def guarded_facts(repo: Repo, framework: Framework, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    """Yield what to do about an app that exists only when its file is run as a script."""
    path = entry.found.path
    yield Doubt(
        stack=framework.stack,
        root=app.root,
        evidence=entry.evidence,
        id=f"{framework.stack}/app-under-main-guard",
        message=f'{entry.found.name} exists only under `if __name__ == "__main__"`: no server can load it.',
        remedy=f"Move the line that makes {entry.found.name} in {path} above the guard.",
    )
    if "PORT" in repo.text(path):
        inside = path if app.root == "." else path[len(app.root) + 1 :]
        yield Process(
            stack=framework.stack,
            root=app.root,
            name="web",
            command=command("python", inside),
            tool="python",
            strength=Strength.GENERIC,
            evidence=entry.evidence,
            why=f"{path} makes its app only when it is run itself, and reads PORT.",
        )


def does_not_parse(repo: Repo, framework: Framework, app: PythonApp, entry: Entry) -> Iterator[AnyFact]:
    """Yield a doubt where the app's file is no Python 3."""
    if not module_of(repo, entry.found.path).parsed:
        yield Doubt(
            stack=framework.stack,
            root=app.root,
            evidence=(repo.proof(entry.found.path, entry.found.line),),
            id="python/syntax",
            message=f"{entry.found.path} is not valid Python 3: it will not start.",
            remedy="Convert it to Python 3: Heroku has no Python 2.",
        )


def app_for(repo: Repo, framework: Framework, entry: Entry) -> PythonApp:
    """Return the app that declares what an entry needs."""
    return best_app(repo, folder_of(entry.found.path), *framework.names)


def unserved(repo: Repo, framework: Framework, apps: tuple[PythonApp, ...]) -> Iterator[AnyFact]:
    """Yield a hint for each app that declares the framework though nothing below it makes an app of it."""
    made = [e for entries in framework_entries(repo, framework).values() for e in entries]
    for app in apps:
        declared = app.uses(*framework.names)
        holds = any(app.root == "." or e.found.path.startswith(app.root + "/") for e in made)
        if declared and not holds:
            yield Uses(
                stack=framework.stack,
                root=app.root,
                evidence=(declared.evidence,),
                strength=Strength.HINT,
                why=f"{framework.title} is declared, but no module makes an app of it.",
            )


def several(framework: Framework, app: PythonApp, entries: Sequence[Entry]) -> Iterator[AnyFact]:
    """Yield a doubt where nothing tells which of several apps is the one to serve."""
    if len(entries) > 1:
        names = ", ".join(entry.target.spec for entry in entries)
        yield Doubt(
            stack=framework.stack,
            root=app.root,
            evidence=tuple(entry.evidence[0] for entry in entries),
            id=f"{framework.stack}/several-apps",
            message=f"Nothing tells which of these is the app to serve: {names}. The first is taken.",
            remedy="If it is another one, change the web process.",
        )
