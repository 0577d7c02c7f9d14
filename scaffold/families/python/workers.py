"""Task queues other than Celery in an app's code -> their worker and clock processes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Evidence, Process, Raw, Strength, command
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.code import module_of
from scaffold.families.python.imports import importable
from scaffold.families.python.objects import code_objects
from scaffold.families.python.rq import rq_facts
from scaffold.families.python.signals import signals, sources
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, is_secondary, relative


@record
class DjangoWorker:
    """A worker that is a management command: the packages that bring it, what settings show it, its words."""

    packages: tuple[str, ...]
    shown_by: str
    words: tuple[str, ...]
    tool: str
    name: str = "worker"


_DJANGO = (
    DjangoWorker(
        packages=("django-q2", "django-q"), shown_by="django_q", words=("qcluster",), tool="djangoq"
    ),
    DjangoWorker(packages=("huey",), shown_by="huey.contrib.djhuey", words=("run_huey",), tool="huey"),
    DjangoWorker(packages=("bx-django-utils", "huey"), shown_by="bx_huey", words=("run_huey",), tool="huey"),
    DjangoWorker(
        packages=("django-dramatiq",), shown_by="django_dramatiq", words=("rundramatiq",), tool="dramatiq"
    ),
    DjangoWorker(
        packages=("django-background-tasks", "django-background-tasks-updated", "django4-background-tasks"),
        shown_by="background_task",
        words=("process_tasks",),
        tool="backgroundtasks",
    ),
    DjangoWorker(
        packages=("django-tasks", "django-tasks-db"),
        shown_by="django_tasks(?:_db|.backends.database)",
        words=("db_worker",),
        tool="djangotasks",
    ),
    DjangoWorker(
        packages=("procrastinate",),
        shown_by="procrastinate.contrib.django",
        words=("procrastinate", "worker"),
        tool="procrastinate",
    ),
    DjangoWorker(
        packages=("django-apscheduler",),
        shown_by="django_apscheduler",
        words=("runapscheduler",),
        tool="apscheduler",
        name="clock",
    ),
)
_POLLS = lazy(r"\.(?:run_polling|start_polling|infinity_polling|run_until_disconnected|start_consuming)\s*\(")
_HUEY = tuple(f"huey.{kind}Huey" for kind in ("", "Redis", "PriorityRedis", "RedisExpire", "Sqlite", "File"))
_ROUTER_KEYS = lazy(r"ChannelNameRouter\s*\(\s*\{(.*?)\}", re.DOTALL)
_ACTOR = lazy(r"^\s*@(?:dramatiq\.)?actor\b", re.MULTILINE)
_ARQ = lazy(
    r"^class (\w+)\b[^\n]*:[^\n]*\n(?=(?:(?:[ \t][^\n]*)?\n)*?[ \t]+(?:functions|cron_jobs)\b[^\n=]*=)"
    r"|^class (\w*Worker\w*)\b.*:",
    re.MULTILINE,
)


def worker_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the workers of the task queues that the app declares and its code uses."""
    yield from _django_workers(repo, app)
    yield from rq_facts(repo, app)
    if app.has("huey"):
        yield from _objects(repo, app, _HUEY, "huey", ("huey_consumer.py", "{module}.{name}"))
    if app.has("dramatiq"):
        yield from _dramatiq(repo, app)
    if app.has("arq"):
        yield from _arq(repo, app)
    if app.has("faust", "faust-streaming"):
        said = ("faust", "-A", "{module}:{name}", "worker", "-l", "info")
        yield from _objects(repo, app, ("faust.App",), "faust", said)
    if app.has("procrastinate"):
        yield from _objects(
            repo,
            app,
            ("procrastinate.App",),
            "procrastinate",
            ("procrastinate", "--app={module}.{name}", "worker"),
        )
    if app.has("taskiq"):
        yield from _taskiq(repo, app)


def manage_py(repo: Repo, app: PythonApp) -> str:
    """Return the path of Django's manage.py as seen from the app's root, "" where there is none."""
    for path in repo.named("manage.py"):
        inside = app.root == "." or path.startswith(app.root + "/")
        if inside and not is_secondary(relative(app.root, path)) and "django" in repo.text(path):
            return relative(app.root, path)
    return ""


def process(
    app: PythonApp, name: str, tool: str, words: tuple[str, ...], proofs: tuple[Evidence, ...], why: str
) -> Process:
    """Return a process of the app."""
    return Process(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=tuple(dict.fromkeys(proofs)),
        name=name,
        command=command(*words),
        tool=tool,
        why=why,
    )


def shown(repo: Repo, app: PythonApp, pattern: str) -> Evidence | None:
    """Return the first line of the app's source, not commented out, that matches a pattern."""
    seek = re.compile(pattern)
    for path in sources(repo, app):
        for found in seek.finditer(repo.text(path)):
            line = repo.text(path).count("\n", 0, found.start()) + 1
            if not repo.lines(path)[line - 1].lstrip().startswith("#"):
                return repo.proof(path, line)
    return None


def _django_workers(repo: Repo, app: PythonApp) -> Iterator[Process]:
    manage = manage_py(repo, app)
    if not manage:
        return
    for known in _DJANGO:
        declared = app.has(*known.packages)
        if declared is None or (known.words == ("runapscheduler",) and not repo.named("runapscheduler.py")):
            continue
        proof = shown(repo, app, rf"""["']{known.shown_by}["'.]""")
        if proof:
            words = ("python", manage, *known.words)
            why = f"{declared.name} is declared and {proof.path} sets it up"
            yield process(app, known.name, known.tool, words, (declared.evidence, proof), why)
    yield from _commands(repo, app, manage)
    router = signals(repo, app).get("channel_names")
    if router and app.has("channels"):
        keys = _ROUTER_KEYS.search(repo.text(router[0].path))
        names = re.findall(r"""["']([\w.-]+)["']\s*:""", keys[1]) if keys else []
        if names:
            words = ("python", manage, "runworker", *names)
            yield process(app, "worker", "channels", words, router, "consumers listen on named channels")


def _commands(repo: Repo, app: PythonApp, manage: str) -> Iterator[Process]:
    """Yield the management commands that poll for messages as long as they run: a bot, a consumer."""
    for path in sources(repo, app):
        folder, _, name = path.rpartition("/")
        found = _POLLS.search(repo.text(path)) if folder.endswith("management/commands") else None
        if found and not name.startswith("_"):
            stem = name.removesuffix(".py")
            proof = repo.proof(path, repo.text(path).count("\n", 0, found.start()) + 1)
            why = f"the management command {stem} stays, and waits for messages"
            yield process(
                app, "worker", re.sub(r"[^a-z0-9]", "", stem), ("python", manage, stem), (proof,), why
            )


def _objects(
    repo: Repo, app: PythonApp, classes: tuple[str, ...], package: str, words: tuple[str, ...]
) -> Iterator[Process]:
    """Yield the worker of the object that a task queue's package makes, `words` naming it."""
    paths = [path for path in sources(repo, app) if package in repo.text(path)]
    found = [one for one in code_objects(repo, classes, paths) if one.how == "made" and not one.guarded]
    for one in found:
        place = importable(repo, one.path, app.root)
        if place is None or one.factory:
            continue
        stand = () if place.folder == "." else ("cd", place.folder, Raw("&&"))
        said = tuple(word.format(module=place.module, name=one.name) for word in words)
        why = f"{one.path} makes the {package} app"
        yield process(app, "worker", package, (*stand, *said), (one.proof(repo),), why)
        return


def _dramatiq(repo: Repo, app: PythonApp) -> Iterator[Process]:
    if app.has("django-dramatiq"):
        return
    modules: list[str] = []
    proofs: list[Evidence] = []
    folders: set[str] = set()
    for path in sources(repo, app):
        text = repo.text(path)
        broker = "dramatiq.set_broker(" in text or ("set_broker(" in text and "dramatiq" in text)
        actor = _ACTOR.search(text) if "dramatiq" in text else None
        place = importable(repo, path, app.root) if actor or broker else None
        if place is None:
            continue
        modules.insert(0 if broker else len(modules), place.module)
        folders.add(place.folder)
        if actor:
            proofs.append(repo.proof(path, text.count("\n", 0, actor.start()) + 1))
    if proofs and len(folders) == 1:
        folder = folders.pop()
        stand = () if folder == "." else ("cd", folder, Raw("&&"))
        words = (*stand, "dramatiq", *modules)
        yield process(app, "worker", "dramatiq", words, tuple(proofs[:3]), "its actors are in the code")


def _arq(repo: Repo, app: PythonApp) -> Iterator[Process]:
    for path in sources(repo, app):
        text = repo.text(path)
        found = _ARQ.search(text) if "arq" in text and "redis_settings" in text else None
        place = importable(repo, path, app.root) if found else None
        if found and place:
            stand = () if place.folder == "." else ("cd", place.folder, Raw("&&"))
            words = (*stand, "arq", f"{place.module}.{found[1] or found[2]}")
            proof = repo.proof(path, text.count("\n", 0, found.start()) + 1)
            yield process(app, "worker", "arq", words, (proof,), f"{path} holds arq's worker settings")
            return


def _taskiq(repo: Repo, app: PythonApp) -> Iterator[Process]:
    for path in sources(repo, app):
        if "taskiq" not in repo.text(path):
            continue
        calls = [call for call in module_of(repo, path).calls if call.callee.endswith("Broker")]
        place = importable(repo, path, app.root) if calls else None
        if place and not calls[0].guarded:
            stand = () if place.folder == "." else ("cd", place.folder, Raw("&&"))
            words = (*stand, "taskiq", "worker", f"{place.module}:{calls[0].name}", "--fs-discover")
            proof = repo.proof(path, calls[0].line)
            yield process(app, "worker", "taskiq", words, (proof,), f"{path} makes taskiq's broker")
            return
