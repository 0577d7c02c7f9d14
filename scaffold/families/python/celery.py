"""Celery in an app's code -> its worker and, where a schedule is kept, its beat, by the app's real module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Evidence, Process, Raw, Strength, command
from scaffold.families.django.project import django_projects
from scaffold.families.python.apps import PythonApp, needs
from scaffold.families.python.code import Module, module_of
from scaffold.families.python.imports import Importable, importable, module_file
from scaffold.families.python.objects import CodeObject, code_objects
from scaffold.families.python.signals import signals, sources
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join, relative

_CLASSES = ("celery.Celery", "celery.app.base.Celery", "celery.app.Celery", "flask_celery.Celery")
_ENTRY = lazy(r"(?:run_?)?celery[-_]?(?:worker|app|main|entry\w*)?|(?:make_celery|worker|celery_runner)")
_EXTENSION = lazy(
    r"^(\w+)\s*(?::[^=\n]+)?=\s*\w+\.(?:extensions\[[\"']celery[\"']\]|celery(?:_app)?[ \t]*(?:#.*)?$)",
    re.MULTILINE,
)
_MAKES = lazy(
    r"\bCelery\s*\(|^from celery\S* import .*\bCelery\b"
    r"|\b(?:make|create|init)_celery\w*\s*\(|extensions\[.celery.\]",
    re.MULTILINE,
)
_SETTINGS = lazy(r"""DJANGO_SETTINGS_MODULE["']\s*[,\]]\s*=?\s*["']([\w.]+)["']""")
_QUEUE = lazy(r"""["']?\bqueue["']?\s*[:=]\s*["']([\w.-]+)["']""")
_DECLARED_QUEUES = lazy(r"\b(?:task_queues|CELERY_(?:TASK_)?QUEUES)\b\s*=")
_DEFAULT_QUEUE = lazy(r"""(?:task_default_queue|CELERY_(?:TASK_)?DEFAULT_QUEUE)\s*=\s*["']([\w.-]+)["']""")


@record
class CeleryApp:
    """The Celery app to run: where it is, what `-A` names, and the folder to stand in."""

    target: str
    folder: str
    evidence: tuple[Evidence, ...]


def celery_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the worker of a Celery app that exists in the code, and its beat."""
    declared = app.has("celery", "django-celery", "flask-celery-helper", "flask-celeryext")
    extra = app.dev.get("celery")
    if declared is None and extra and extra.group.startswith("extra:"):
        declared = extra
    found = celery_app(repo, app) if declared else None
    if found is None or declared is None:
        return
    proofs = (*found.evidence, declared.evidence)
    queues = _queues(repo, app)
    base = ("celery", "-A", found.target)
    words = (*base, "worker", "--loglevel=info", *(("-Q", ",".join(queues)) if queues else ()))
    where = f"{found.evidence[0].path} defines the Celery app"
    yield _process(app, "worker", found, words, proofs, f"celery is declared and {where}")
    yield from _further(repo, app, found)
    if declared is extra:
        why = f"celery is declared only for {extra.group.replace(':', ' ')}, which Heroku does not install"
        yield from needs(app, "celery", stack="python", why=why)
    seen = signals(repo, app)
    scheduled = seen.get("beat")
    database = app.has("django-celery-beat") if seen.get("django_celery_beat") else None
    if not scheduled and database is None:
        return
    options: tuple[str, ...] = ()
    if database and not seen.get("beat_scheduler"):
        options = ("--scheduler", "django_celery_beat.schedulers:DatabaseScheduler")
    proofs = scheduled or seen.get("django_celery_beat")
    why = f"{proofs[0].path} keeps a schedule; exactly one beat must run"
    yield _process(app, "beat", found, (*base, "beat", "--loglevel=info", *options), proofs, why)


def _process(
    app: PythonApp,
    name: str,
    found: CeleryApp,
    words: tuple[str, ...],
    proofs: tuple[Evidence, ...],
    why: str,
) -> Process:
    stand = () if found.folder == "." else ("cd", found.folder, Raw("&&"))
    return Process(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=tuple(dict.fromkeys(proofs)),
        name=name,
        command=command(*stand, *words),
        tool="celerybeat" if name == "beat" else "celery",
        why=why,
    )


def _further(repo: Repo, app: PythonApp, first: CeleryApp) -> Iterator[Process]:
    """Yield a worker for each further Celery app with tasks of its own: the first one's never runs them."""
    own = [found for found in _objects(repo, app) if found.how == "made" and _has_tasks(repo, found)]
    if first.evidence[0].path not in {found.path for found in own}:
        return
    taken = {first.evidence[0].path}
    for found in own:
        made = None if found.path in taken else _made(repo, app, found.path, found.name, (found.proof(repo),))
        if made:
            taken.add(found.path)
            stem = re.sub(r"[^a-z0-9]", "", found.path.rpartition("/")[2].removesuffix(".py").lower())
            words = ("celery", "-A", made.target, "worker", "--loglevel=info")
            why = f"{found.path} defines another Celery app, with its own tasks"
            yield _process(app, f"{stem}worker", made, words, made.evidence, why)


def _has_tasks(repo: Repo, found: CodeObject) -> bool:
    """Tell whether tasks are hung on a Celery app in its own file."""
    return re.search(rf"^@{re.escape(found.name)}\.task\b", repo.text(found.path), re.MULTILINE) is not None


def celery_app(repo: Repo, app: PythonApp) -> CeleryApp | None:
    """Return the Celery app that a worker is to run, or None where the code has none."""
    return repo.once(("python-celery", app.root), lambda: _celery_app(repo, app))


def _celery_app(repo: Repo, app: PythonApp) -> CeleryApp | None:
    paths = [path for path in sources(repo, app) if _is_near(repo, path)]
    for path in paths:
        bound = _EXTENSION.search(repo.text(path))
        if bound and ("extensions" in bound[0] or _is_entry(path)):
            line = repo.text(path).count("\n", 0, bound.start()) + 1
            return _made(repo, app, path, bound[1], (repo.proof(path, line),))
    objects = _objects(repo, app)
    for found in objects:
        made = _made(repo, app, found.path, found.name, _proofs(repo, found, objects))
        if made:
            return made
    return None


def _objects(repo: Repo, app: PythonApp) -> list[CodeObject]:
    """Return the Celery apps of the code, the one a worker is to run first."""

    def make() -> list[CodeObject]:
        paths = [path for path in sources(repo, app) if _is_near(repo, path)]
        folders = tuple(dict.fromkeys((app.root, ".")))
        found = code_objects(repo, _CLASSES, paths, folders=folders)
        plain = [one for one in found if not one.factory and not one.guarded]
        return sorted(plain, key=lambda one: _rank(repo, one))

    return repo.once(("python-celery-objects", app.root), make)


def _is_near(repo: Repo, path: str) -> bool:
    """Tell whether a file can hold the Celery app: it names the class, or is named as its entry point."""
    text = repo.text(path)
    if "elery" not in text:
        return False
    return _is_entry(path) or bool(_MAKES.search(text))


def _is_entry(path: str) -> bool:
    """Tell whether a file is named as the entry point of a Celery worker."""
    return bool(_ENTRY.fullmatch(path.rpartition("/")[2].removesuffix(".py")))


def _proofs(repo: Repo, found: CodeObject, objects: list[CodeObject]) -> tuple[Evidence, ...]:
    made = [one for one in objects if one.path == found.source and one.how != "imported"]
    return (found.proof(repo), *(one.proof(repo) for one in made[:1] if one.path != found.path))


def _rank(repo: Repo, found: CodeObject) -> tuple[int, int, int, int, str]:
    """Rank Celery objects: a worker module that makes the web app first, then where the object is made."""
    text = repo.text(found.path)
    entry = _is_entry(found.path)
    pushes = "app_context()" in text or "create_app(" in text
    imported = found.how in ("imported", "aliased")
    if imported and not (entry and pushes):
        kind = 3
    elif entry and pushes:
        kind = 0
    else:
        kind = 1 if entry else 2
    named = 0 if found.name in ("app", "celery", "celery_app") else 1
    return (kind, found.path.count("/"), named, found.line, found.path)


def _made(repo: Repo, app: PythonApp, path: str, name: str, proofs: tuple[Evidence, ...]) -> CeleryApp | None:
    place = _django_place(repo, app, path) or importable(repo, path, app.root)
    if place is None:
        return None
    return CeleryApp(target=_target(repo, path, place.module, name), folder=place.folder, evidence=proofs)


def _django_place(repo: Repo, app: PythonApp, path: str) -> Importable | None:
    """Return how to import a file of a Django project: from where the project's settings are found."""
    text = repo.text(path)
    if "django" not in text.lower():
        return None
    settings = _SETTINGS.search(text)
    bases = {project.base for project in django_projects(repo)}
    folder = folder_of(path)
    while folder not in (".", app.root) and (app.root == "." or folder.startswith(f"{app.root}/")):
        inside = relative(folder, path).removesuffix(".py").replace("/", ".")
        if (settings and module_file(repo, folder, settings[1])) or folder in bases:
            return Importable(folder=relative(app.root, folder), module=inside)
        folder = folder_of(folder)
    return None


def _target(repo: Repo, path: str, module: str, name: str) -> str:
    """Return what `-A` must say so that Celery's own search ends at this object.

    Celery takes a module's `app`, then its `celery`, whatever these are.
    """
    here = module_of(repo, path)
    package, _, last = module.rpartition(".")
    init = join(folder_of(path), "__init__.py")
    if last == "celery" and package and init in repo and name in ("app", "celery"):
        above = module_of(repo, init)
        if not _binds(above, "app") and (name == "app" or not _binds(here, "app")):
            return package
    taken = {"app", "celery"} - {name}
    if name == "celery":
        taken = {"app"}
    elif name == "app":
        taken = set()
    return f"{module}.{name}" if any(_binds(here, other) for other in taken) else module


def _binds(module: Module, name: str) -> bool:
    bound = {one.bound for one in module.imports if one.top and one.name}
    bound |= {one.name for one in module.calls} | {one.name for one in module.aliases}
    return name in bound or any(one.name == name for one in module.functions)


def _queues(repo: Repo, app: PythonApp) -> tuple[str, ...]:
    """Return the queues to consume, where tasks are routed to queues that no setting declares."""
    names: set[str] = set()
    default = "celery"
    for path in sources(repo, app):
        text = repo.text(path)
        if "queue" not in text and "QUEUE" not in text:
            continue
        if _DECLARED_QUEUES.search(text):
            return ()
        if found := _DEFAULT_QUEUE.search(text):
            default = found[1]
        if "task_routes" in text or "TASK_ROUTES" in text or "CELERY_ROUTES" in text:
            names |= set(_QUEUE.findall(text))
        elif "shared_task" in text or "apply_async" in text or ".task(" in text:
            names |= {match[1] for match in _QUEUE.finditer(text) if "task" in _line(text, match.start())}
    names.discard(default)
    return (default, *sorted(names)) if names else ()


def _line(text: str, at: int) -> str:
    """Return the line around a place in a text, and the one before it."""
    start = text.rfind("\n", 0, max(text.rfind("\n", 0, at), 0)) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)]
