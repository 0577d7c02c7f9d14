"""Python web apps that are no Django, Flask or FastAPI -> their facts, under the stack of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import PORT, AnyFact, Doubt, Evidence, Process, Raw, Strength, Uses, command
from scaffold.families.django.project import django_projects
from scaffold.families.python.apps import PythonApp, python_apps
from scaffold.families.python.code import module_of
from scaffold.families.python.entries import Entry
from scaffold.families.python.imports import importable
from scaffold.families.python.roots import best_app, missing_facts
from scaffold.families.python.scripts import READS_PORT, Script, serving_scripts, tool_scripts
from scaffold.families.python.served import (
    FASTAPI,
    FLASK,
    Framework,
    app_for,
    framework_entries,
    is_worth_reading,
    keeps_a_bot_awake,
    smoke_of,
    use_of,
    web_of,
)
from scaffold.families.python.server import Server, Target, asgi_server, wsgi_server
from scaffold.repo import Repo, is_secondary, join


def _framework(package: str, title: str, classes: tuple[str, ...], needle: str) -> Framework:
    return Framework(stack="python", package=package, title=title, classes=classes, needles=(needle,))


ASGI = (
    _framework("quart", "Quart", ("quart.Quart", "quart_trio.QuartTrio"), "Quart"),
    _framework("sanic", "Sanic", ("sanic.Sanic",), "Sanic"),
    _framework("litestar", "Litestar", ("litestar.Litestar", "litestar.app.Litestar"), "Litestar"),
    _framework("starlite", "Starlite", ("starlite.Starlite",), "Starlite"),
    _framework("blacksheep", "BlackSheep", ("blacksheep.Application",), "blacksheep"),
    _framework("robyn", "Robyn", (), "Robyn"),
    _framework("starlette", "Starlette", ("starlette.applications.Starlette",), "Starlette"),
)
"""Frameworks whose object an ASGI server loads."""

WSGI = (
    _framework(
        "dash", "Dash", ("dash.Dash", "dash_extensions.enrich.DashProxy", "jupyter_dash.JupyterDash"), "Dash"
    ),
    _framework("falcon", "Falcon", ("falcon.App", "falcon.API", "falcon.asgi.App"), "falcon"),
    _framework("bottle", "Bottle", ("bottle.Bottle", "bottle.default_app", "bottle.app"), "bottle"),
    _framework("pyramid", "Pyramid", ("config.make_wsgi_app", "configurator.make_wsgi_app"), "make_wsgi_app"),
    _framework("web-py", "web.py", ("app.wsgifunc", "web.application.wsgifunc"), "wsgifunc"),
    _framework("cherrypy", "CherryPy", ("cherrypy.Application", "cherrypy.tree.mount"), "cherrypy"),
    _framework("aiohttp", "aiohttp", ("aiohttp.web.Application",), "Application"),
)
"""Frameworks whose object gunicorn or another WSGI server loads."""


def other_web(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the web facts of an app by the first of its tools, frameworks and scripts that is proven.

    Nothing where Django, Flask or FastAPI serve the same root: their own stacks speak for it.
    """
    if _served_elsewhere(repo, app):
        return
    for make in (_by_tool, _by_object, _by_file, _by_script):
        facts = tuple(make(repo, app))
        if any(isinstance(fact, Process) for fact in facts):
            yield from facts
            return


def _served_elsewhere(repo: Repo, app: PythonApp) -> bool:
    projects = django_projects(repo)
    if any(
        not one.is_secondary() and best_app(repo, one.folder, "django").root == app.root for one in projects
    ):
        return True
    apps = python_apps(repo)
    for framework in (FLASK, FASTAPI):
        if not is_worth_reading(repo, framework, apps):
            continue
        for entry in framework_entries(repo, framework).get(app.root, ()):
            aside = is_secondary(entry.found.path) or keeps_a_bot_awake(repo, app, entry)
            if not aside and not entry.found.guarded:
                return True
    return False


def _by_tool(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    for script in tool_scripts(repo, app):
        yield from _script_facts(app, script, weight=4)
        return


def _script_facts(app: PythonApp, script: Script, *, weight: int) -> Iterator[AnyFact]:
    strength = Strength.FRAMEWORK if script.tool != "python" and script.reads_port else Strength.GENERIC
    why = f"{script.path} is served by {script.title}."
    yield Uses(
        stack="python", root=app.root, evidence=script.evidence, strength=strength, weight=weight, why=why
    )
    yield Process(
        stack="python",
        root=app.root,
        name="web",
        command=script.command,
        tool=script.tool,
        strength=strength,
        evidence=script.evidence,
        why=why,
    )
    if not script.reads_port:
        yield Doubt(
            stack="python",
            root=app.root,
            evidence=script.evidence,
            id="python/port-not-read",
            message=f"{script.path} starts a server but never reads PORT: Heroku routes to that port alone.",
            remedy='Listen on host "0.0.0.0" and port int(os.environ.get("PORT", 8000)).',
        )


def _by_object(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    for framework in (*ASGI, *WSGI):
        if not app.uses(*framework.names):
            continue
        for entry in framework_entries(repo, framework).get(app.root, ()):
            uncallable = entry.found.factory and entry.found.args
            if entry.found.guarded or uncallable or app_for(repo, framework, entry).root != app.root:
                continue
            server = _server(repo, framework, app, entry)
            if server is None:
                continue
            yield use_of(repo, framework, app, entry, weight=3)
            yield from web_of(repo, framework, app, entry, server)
            yield from smoke_of(repo, framework, app, entry)
            return


def _server(repo: Repo, framework: Framework, app: PythonApp, entry: Entry) -> Server | None:
    """Return how to serve an object of one of these frameworks, None where only its script can."""
    target = entry.target
    if framework.package == "sanic":
        factory = ("--factory",) if target.factory else ()
        enter = ("cd", target.folder, Raw("&&")) if target.folder != "." else ()
        words = ("sanic", *factory, target.spec, "--host", "0.0.0.0", "--port", PORT)
        return Server(command=command(*enter, *words), package="sanic")
    if framework.package == "dash":
        return _dash(repo, app, entry)
    if framework.package == "aiohttp":
        if not app.has("gunicorn") and READS_PORT.search(repo.text(entry.found.path)):
            return None
        return wsgi_server(repo, app, target, app.root, "-k", "aiohttp.GunicornWebWorker")
    if framework in ASGI or entry.found.cls == "falcon.asgi.App":
        return asgi_server(
            repo, app, target, app.root, prefer="hypercorn" if framework.package == "quart" else ""
        )
    return wsgi_server(repo, app, target, app.root)


def _dash(repo: Repo, app: PythonApp, entry: Entry) -> Server | None:
    """Return the server of a Dash app: its Flask object under a name of its own, or the script itself."""
    path, target = entry.found.path, entry.target
    for alias in module_of(repo, path).aliases:
        if alias.target == f"{entry.found.name}.server" and not alias.guarded:
            found = Target(module=target.module, name=alias.name, folder=target.folder)
            return wsgi_server(repo, app, found, app.root)
    for call in module_of(repo, path).calls:
        if call.callee.rpartition(".")[2] in ("Flask",) and call.name in repo.text(path):
            found = Target(module=target.module, name=call.name, folder=target.folder)
            return wsgi_server(repo, app, found, app.root)
    if entry.found.name == "server" or not re.search(r"\.run(?:_server)?\(", repo.text(path)):
        return None
    script = path if app.root == "." else path[len(app.root) + 1 :]
    return Server(command=command(Raw("HOST=0.0.0.0"), "python", script), package="dash")


def _by_file(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield a WSGI or ASGI callable in a file made for it, whatever framework is behind."""
    for path in repo.named("wsgi.py", "asgi.py", "passenger_wsgi.py"):
        inside = app.root == "." or path.startswith(app.root + "/")
        django = "get_wsgi_application" in repo.text(path) or "get_asgi_application" in repo.text(path)
        found = _callable(repo, path) if inside and not django and not is_secondary(path) else None
        place = importable(repo, path, app.root) if found else None
        if not found or not place:
            continue
        target = Target(module=place.module, name=found[0], folder=place.folder)
        kind = "asgi" if path.endswith("asgi.py") and "wsgi" not in path else "wsgi"
        server = (asgi_server if kind == "asgi" else wsgi_server)(repo, app, target, app.root)
        yield from _file_facts(app, path, found[1], server)
        return


def _file_facts(app: PythonApp, path: str, proof: Evidence, server: Server) -> Iterator[AnyFact]:
    why = f"{path} binds the object that a server loads."
    yield Uses(stack="python", root=app.root, evidence=(proof,), strength=Strength.GENERIC, weight=3, why=why)
    yield Process(
        stack="python",
        root=app.root,
        name="web",
        command=server.command,
        tool=server.package,
        strength=Strength.GENERIC,
        evidence=(proof,),
        why=why,
    )
    yield from missing_facts(
        "python", app, server.missing, (proof,), why="the web process cannot start without it"
    )


def _callable(repo: Repo, path: str) -> tuple[str, Evidence] | None:
    """Return the name that a wsgi.py binds for servers, and the line."""
    module = module_of(repo, path)
    bound = [(found.name, found.line) for found in module.calls if not found.guarded]
    bound += [(found.name, found.line) for found in module.aliases if not found.guarded]
    bound += [(found.bound, found.line) for found in module.imports if found.top and found.name]
    bound += [(found.name, found.line) for found in module.functions if len(found.args) in (2, 3)]
    for name in ("application", "app"):
        for known, line in bound:
            if known == name:
                return name, repo.proof(path, line)
    return None


def _by_script(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    ini = join(app.root, "production.ini")
    if app.uses("pyramid") and ini in repo:
        line = repo.line_of(ini, r"^\s*(?:listen|port)\s*=")
        proofs = (repo.proof(ini, line),)
        if "http_port" in repo.text(ini) or "%(" in repo.text(ini):
            script = Script(
                command=command("pserve", "production.ini", Raw("http_port=$PORT")),
                tool="pyramid",
                title="Pyramid",
                path=ini,
                evidence=proofs,
            )
            yield from _script_facts(app, script, weight=3)
            return
    for script in serving_scripts(repo, app):
        yield from _script_facts(app, script, weight=3 if script.reads_port else 1)
        return
