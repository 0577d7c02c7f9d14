"""A WSGI or ASGI target and the declared servers -> the web command, bound to $PORT on every interface.

The number of workers is never written: Heroku's WEB_CONCURRENCY rules it.
"""

from __future__ import annotations

import re

from scaffold.facts import PORT, Evidence, Raw, command
from scaffold.families.python.apps import PythonApp
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_PINNED = lazy(r"^bind\s*=\s*(.*)$", re.MULTILINE)
_PORT = lazy(r":\d+|unix:|127\.0\.0\.1|localhost")
_UNFIT = lazy(r"^(?:daemon|chdir|user|group|certfile|keyfile|pidfile)\s*=", re.MULTILINE)
_ALL = "0.0.0.0"


@record
class Target:
    """What to serve: `module`, the object's `name`, a `factory` or not, and where to stand (`folder`).

    `path` is a folder that must be on Python's path besides, "" for none. `argument` is what a factory is
    to be given.
    """

    module: str
    name: str
    factory: bool = False
    folder: str = "."
    path: str = ""
    argument: str = ""

    @property
    def spec(self) -> str:
        """Return the target as servers take it."""
        return f"{self.module}:{self.name}"

    @property
    def called(self) -> str:
        """Return the target as gunicorn takes it: a factory is called in the name itself."""
        given = f'"{self.argument}"' if self.argument else ""
        return f"{self.spec}({given})" if self.factory else self.spec


@record
class Server:
    """The command that serves, the package that brings it, and what must be declared for it first."""

    command: str
    package: str
    missing: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def wsgi_server(repo: Repo, app: PythonApp, target: Target, root: str, *options: str) -> Server:
    """Return how to serve a WSGI app: gunicorn unless only another server is declared."""
    if app.has("gunicorn"):
        return _gunicorn(repo, app, target, root, *options)
    if app.has("waitress"):
        call = ("--call",) if target.factory else ()
        line = _placed(target, "waitress-serve", Raw("--port=$PORT"), *call, target.spec)
        return Server(command=line, package="waitress")
    if app.has("granian"):
        return Server(command=_granian(target, "wsgi"), package="granian")
    if app.has("uwsgi", "pyuwsgi"):
        options = ("--http-socket", Raw(":$PORT"), "--master", "--die-on-term", "--module")
        return Server(command=_placed(target, "uwsgi", *options, target.called), package="uwsgi")
    return _gunicorn(repo, app, target, root, *options)


def asgi_server(repo: Repo, app: PythonApp, target: Target, root: str, *, prefer: str = "") -> Server:
    """Return how to serve an ASGI app with what is declared; uvicorn where nothing is."""
    if app.has("daphne") and (prefer == "daphne" or not app.has("uvicorn", "hypercorn", "granian")):
        line = _placed(target, "daphne", "-b", _ALL, "-p", PORT, target.spec)
        return Server(command=line, package="daphne")
    if app.has("gunicorn") and app.has("uvicorn", "uvicorn-worker"):
        module = "uvicorn_worker" if app.has("uvicorn-worker") else "uvicorn.workers"
        return _gunicorn(repo, app, target, root, "-k", f"{module}.UvicornWorker")
    if not app.has("uvicorn"):
        if app.has("hypercorn"):
            line = _placed(target, "hypercorn", "--bind", Raw("0.0.0.0:$PORT"), target.called)
            return Server(command=line, package="hypercorn")
        if app.has("granian"):
            return Server(command=_granian(target, "asgi"), package="granian")
    line = _placed(target, "uvicorn", *_factory(target), target.spec, "--host", _ALL, "--port", PORT)
    brings = app.has("uvicorn", "fastapi-cli", "uvicorn-worker")
    return Server(command=line, package="uvicorn", missing=() if brings else ("uvicorn",))


def _granian(target: Target, interface: str) -> str:
    words = ("--interface", interface, "--host", _ALL, "--port", PORT, *_factory(target))
    return _placed(target, "granian", *words, target.spec)


def _factory(target: Target) -> tuple[str, ...]:
    return ("--factory",) if target.factory else ()


def _placed(target: Target, *words: str) -> str:
    """Join a command that runs in the target's folder, with its extra path."""
    before: list[str] = []
    if target.folder != ".":
        before += ["cd", target.folder, Raw("&&")]
    if target.path:
        before.append(Raw(f"PYTHONPATH={command(target.path)}"))
    return command(*before, *words)


def _gunicorn(repo: Repo, app: PythonApp, target: Target, root: str, *options: str) -> Server:
    """Return the gunicorn command; it binds $PORT and reads ./gunicorn.conf.py by itself."""
    words: list[str] = ["gunicorn"]
    inside = join(join(root, target.folder), "gunicorn.conf.py")
    entered = target.folder != "." and inside in repo
    if entered:
        words[:0] = ["cd", target.folder, Raw("&&")]
    elif target.folder != ".":
        words += ["--chdir", target.folder]
    if target.path:
        words += ["--pythonpath", target.path]
    loaded = inside if entered else join(root, "gunicorn.conf.py")
    evidence: tuple[Evidence, ...] = ()
    if loaded in repo:
        evidence = (repo.proof(loaded, 1),)
        if _is_pinned(repo.text(loaded)):
            words += ["--bind", Raw("0.0.0.0:$PORT")]
    elif other := _other_config(repo, root):
        words += ["--config", other]
        evidence = (repo.proof(join(root, other), 1),)
    django = target.module.endswith(".wsgi") and not target.factory
    words += [*options, target.called.removesuffix(":application") if django else target.called]
    missing = tuple(name for name in ("gunicorn",) if not app.has(name))
    return Server(command=command(*words), package="gunicorn", missing=missing, evidence=evidence)


def _is_pinned(text: str) -> bool:
    """Tell whether a gunicorn configuration binds a fixed port or only the local interface."""
    found = _PINNED.search(text)
    return found is not None and "PORT" not in found[1] and bool(_PORT.search(found[1]))


def _other_config(repo: Repo, root: str) -> str:
    """Return a gunicorn configuration that gunicorn does not find by itself and that fits a dyno."""
    for name in ("gunicorn_config.py", "gunicorn_conf.py", "gunicorn.config.py", "config/gunicorn.py"):
        path = join(root, name)
        text = repo.text(path) if path in repo else ""
        if text and not _PINNED.search(text) and not _UNFIT.search(text) and "wsgi_app" not in text:
            return name
    return ""
