"""Python: what every Python app shares, and apps that are no web framework's (bots, workers, scripts)."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, Process, Strength, Uses
from scaffold.families.python.apps import PythonApp, common_facts, python_apps
from scaffold.families.python.celery import celery_facts
from scaffold.families.python.doubts import doubt_facts, system_facts
from scaffold.families.python.layout import layout_facts
from scaffold.families.python.libraries import WEB_FRAMEWORKS
from scaffold.families.python.migrations import migration_facts
from scaffold.families.python.programs import Program, programs
from scaffold.families.python.runtime import runtime_facts
from scaffold.families.python.services import service_facts
from scaffold.families.python.web import other_web
from scaffold.families.python.workers import worker_facts
from scaffold.repo import Repo
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Python app; those of its web framework are another stack's."""
    for app in python_apps(repo):
        yield from common_facts(app, "python")
        yield from runtime_facts(repo, app)
        yield from layout_facts(repo, app)
        workers = (*celery_facts(repo, app), *worker_facts(repo, app))
        yield from workers
        yield from migration_facts(repo, app)
        yield from service_facts(repo, app)
        yield from system_facts(repo, app)
        yield from doubt_facts(repo, app)
        web = tuple(other_web(repo, app))
        yield from web
        yield from _program_facts(repo, app, bool(workers), any(isinstance(fact, Uses) for fact in web))


def _program_facts(repo: Repo, app: PythonApp, has_workers: bool, serves: bool) -> Iterator[AnyFact]:
    """Yield the app itself where it is a bot, a script or a worker, and its process."""
    web = serves or app.uses(*WEB_FRAMEWORKS) is not None
    for found in programs(repo, app):
        bot = found.library is not None and found.stays
        clock = found.clock and found.stays
        if web and not (bot or clock):
            continue
        if has_workers and not (bot or clock):
            continue
        if not serves:
            weight = 4 if bot else 2 if found.stays else 1
            strength = Strength.GENERIC if found.stays or app.root == "." else Strength.HINT
            yield _uses(app, found.evidence, strength, weight, serves=found.serves)
        yield from _process(app, found, clock=found.clock and (web or has_workers))
        return
    if serves:
        return
    if has_workers and not web:
        yield _uses(app, (app.evidence,), Strength.GENERIC, 2)
    elif app.manifest:
        yield _uses(app, (app.evidence,), Strength.HINT, 0)


def _uses(
    app: PythonApp, proofs: tuple[Evidence, ...], strength: Strength, weight: int, *, serves: bool = False
) -> Uses:
    why = (
        "a Python program"
        if strength > Strength.HINT
        else "Python packages are declared, nothing to run was found"
    )
    return Uses(
        stack="python",
        root=app.root,
        strength=strength,
        evidence=proofs,
        weight=weight,
        serves=serves,
        why=why,
    )


def _process(app: PythonApp, found: Program, *, clock: bool) -> Iterator[AnyFact]:
    name = "web" if found.serves else "clock" if clock or found.named_clock else "worker"
    proofs = (*found.evidence, *((found.library.evidence,) if found.library else ()))
    why = f"{found.path} is the program to run"
    if found.library:
        why = f"{found.library.name} is declared and {found.path} runs on it"
    yield Process(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK if found.library else Strength.GENERIC,
        evidence=proofs,
        name=name,
        command=found.command,
        tool="" if found.serves else "bot" if found.library else "script",
        why=why,
    )
    if not found.stays:
        yield Doubt(
            stack="python",
            root=app.root,
            strength=Strength.GENERIC,
            evidence=found.evidence,
            id="python/ends-by-itself",
            message=f"{found.path} seems to end by itself; Heroku starts a worker again when it ends.",
            remedy="To run it at times, add Heroku Scheduler with this command, and scale worker to 0.",
        )


MARKS = (
    "*.py",
    "*.txt",
    "*.in",
    "*.toml",
    "Pipfile*",
    "*.cfg",
    "environment.y*ml",
    "*.lock",
    ".python-version*",
)
STACK = Stack(name="python", title="Python", language="python", detect=detect)
