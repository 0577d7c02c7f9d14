"""RQ in an app's code -> its worker with the queues that are used, and its scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold.facts import AnyFact, Evidence, Process, Raw, Strength, command
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.code import module_of
from scaffold.families.python.signals import signals, sources
from scaffold.families.python.syntax import dotted_name, literal, tree_of
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary, relative

if TYPE_CHECKING:
    import ast

_QUEUE = lazy(r"""\b(?:Queue|get_queue|django_rq\.enqueue_in)\s*\(\s*(?:name\s*=\s*)?["']([\w.-]+)["']""")
_JOB = lazy(r"""@(?:\w+\.)?job\s*\(\s*["']([\w.-]+)["']""")
_DJANGO_QUEUES = lazy(r"^RQ_QUEUES\s*(?::[^=]+)?=", re.MULTILINE)
_ORDER = ("critical", "urgent", "high", "important", "default", "medium", "normal", "low")
_IMPORT = lazy(r"^\s*(?:from|import)\s+(?:rq|django_rq|flask_rq2?|rq_scheduler)\b", re.MULTILINE)


def rq_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield RQ's worker, and the scheduler where one is used."""
    declared = app.has("rq", "django-rq", "flask-rq2", "flask-rq")
    if declared is None:
        return
    using = [path for path in sources(repo, app) if _IMPORT.search(repo.text(path))]
    manage = _django_manage(repo, app)
    settings = _settings(repo, app) if app.has("django-rq") and manage else None
    if not using and settings is None:
        return
    proof = settings or repo.proof(using[0], repo.line_of(using[0], _IMPORT))
    own = _own_worker(repo, app, using)
    words = own[0] if own else None
    if own:
        proof = own[1]
    elif settings:
        words = ("python", manage, "rqworker", *(_setting_keys(repo, settings) or ("default",)))
    else:
        queues = _queues(repo, using)
        if app.has("flask-rq2"):
            words = ("flask", "rq", "worker", *queues)
        elif queues or any(_makes_queue(repo, path) for path in using):
            words = ("rq", "worker", "--url", _url(repo, app), *queues)
    if words is None:
        return
    proofs = (proof, declared.evidence)
    yield _process(app, "worker", "rq", words, proofs, f"{proof.path} puts jobs on RQ's queues")
    yield from _scheduler(repo, app, manage if settings else "")


def _process(
    app: PythonApp, name: str, tool: str, words: tuple[str, ...], proofs: tuple[Evidence, ...], why: str
) -> Process:
    return Process(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=proofs,
        name=name,
        command=command(*words),
        tool=tool,
        why=why,
    )


def _django_manage(repo: Repo, app: PythonApp) -> str:
    for path in repo.named("manage.py"):
        inside = app.root == "." or path.startswith(app.root + "/")
        if inside and not is_secondary(relative(app.root, path)) and "django" in repo.text(path):
            return relative(app.root, path)
    return ""


def _url(repo: Repo, app: PythonApp) -> str:
    """Return the reference to the config var with Redis's URL: the one that the code reads."""
    name = signals(repo, app).variable("redis_var", "REDIS_URL")
    return Raw(f"${name}") if name.endswith(("_URL", "_URI")) else Raw("$REDIS_URL")


def _settings(repo: Repo, app: PythonApp) -> Evidence | None:
    for path in sources(repo, app):
        found = _DJANGO_QUEUES.search(repo.text(path)) if "RQ_QUEUES" in repo.text(path) else None
        if found:
            return repo.proof(path, repo.text(path).count("\n", 0, found.start()) + 1)
    return None


def _setting_keys(repo: Repo, settings: Evidence) -> tuple[str, ...]:
    """Return the queue names that RQ_QUEUES declares."""
    import ast

    tree = tree_of(repo, settings.path)
    for node in ast.walk(tree) if tree else ():
        targets = node.targets if isinstance(node, ast.Assign) else []
        named = any(isinstance(target, ast.Name) and target.id == "RQ_QUEUES" for target in targets)
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            return _ordered(key for key in map(literal, node.value.keys) if key)
    return ()


def _queues(repo: Repo, paths: list[str]) -> tuple[str, ...]:
    """Return the names of the queues that the code makes or asks for, urgent ones first."""
    names: set[str] = set()
    for path in paths:
        text = repo.text(path)
        names |= {found[1] for seek in (_QUEUE, _JOB) for found in seek.finditer(text)}
    return _ordered(names)


def _ordered(names: Iterator[str] | set[str]) -> tuple[str, ...]:
    return tuple(
        sorted(set(names), key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    )


def _makes_queue(repo: Repo, path: str) -> bool:
    return bool(re.search(r"\bQueue\s*\(|@(?:\w+\.)?job\b|\.enqueue\s*\(", repo.text(path)))


def _own_worker(repo: Repo, app: PythonApp, paths: list[str]) -> tuple[tuple[str, ...], Evidence] | None:
    """Return how to run the worker that the app itself writes: a script, or a command of its CLI."""
    import ast

    for path in paths:
        tree = tree_of(repo, path) if ".work(" in repo.text(path) else None
        if tree is None:
            continue
        script = relative(app.root, path)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _works(node):
                for decorator in node.decorator_list:
                    if words := _cli_command(decorator, node.name, script):
                        return words, repo.proof(path, node.lineno)
        line = repo.line_of(path, r"\.work\(")
        if module_of(repo, path).run_guard or any(_works(node) for node in tree.body if not _defines(node)):
            return ("python", script), repo.proof(path, line)
    return None


def _defines(node: ast.stmt) -> bool:
    import ast

    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _works(node: ast.AST) -> bool:
    """Tell whether a worker's `.work()` is called somewhere inside."""
    import ast

    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "work"
        for inner in ast.walk(node)
    )


def _cli_command(decorator: ast.expr, function: str, script: str) -> tuple[str, ...] | None:
    """Return how to run a command of Flask-Script (`@manager.command`) or Flask (`@app.cli.command()`)."""
    import ast

    call = decorator if isinstance(decorator, ast.Call) else None
    name = dotted_name(call.func if call else decorator)
    if not name.endswith(".command"):
        return None
    if call is None:
        return ("python", script, function)
    given = next((text for text in map(literal, call.args) if text), None)
    if name.endswith(".cli.command"):
        return ("flask", given or function.replace("_", "-"))
    return ("python", script, given or function)


def _scheduler(repo: Repo, app: PythonApp, manage: str) -> Iterator[Process]:
    declared = app.has("rq-scheduler")
    used = next((p for p in sources(repo, app) if "rq_scheduler" in repo.text(p)), "") if declared else ""
    if declared is None or not (used or manage):
        return
    words: tuple[str, ...] = ("rqscheduler", "--url", _url(repo, app))
    if manage:
        words = ("python", manage, "rqscheduler")
    elif not used:
        return
    yield _process(app, "clock", "rqscheduler", words, (declared.evidence,), "jobs are scheduled with RQ")
