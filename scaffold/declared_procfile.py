"""Procfiles -> the processes a person declared, and what Heroku would not take of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Process, Strength, command
from scaffold.families.docker.ports import literal_port
from scaffold.manifests import procfile
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, join

_MISNAMED = lazy(
    r"(^|/)(procfile([._-]?(txt|yml|yaml|prod|production|heroku))?|prcofile|profcile)$",
    re.IGNORECASE,
)
_LOOPBACK = lazy(r"(?:--(?:bind|host|hostname|address)[= ]|-b |-h |-H )(?:127\.0\.0\.1|localhost)\b")
_DEVELOPMENT = lazy(
    r"\brunserver\b|\bnodemon\b|\bflask run\b|\bnext dev\b|\bvite(?! preview)\b|react-scripts start|"
    r"--reload\b"
)


_TOOLS = {
    "celerybeat": r"celery\b.*\sbeat\b|celerybeat",
    "celery": r"\bcelery\b",
    "rq": r"\brq\b|\brqworker\b|rq\.worker",
    "huey": r"huey",
    "dramatiq": r"dramatiq",
    "djangoq": r"\bqcluster\b",
    "procrastinate": r"procrastinate",
    "sidekiq": r"sidekiq",
    "good_job": r"good_job",
    "solid_queue": r"solid_queue|\bbin/jobs\b",
    "delayed_job": r"jobs:work|delayed_job",
    "resque-scheduler": r"resque:scheduler",
    "resque": r"resque",
    "clockwork": r"clockwork",
    "queue": r"queue:work",
    "horizon": r"artisan horizon",
    "messenger": r"messenger:consume",
}
"""Job runners by the words that start them: detection's own command for the same one is not wanted then."""


def tool_of(text: str) -> str:
    """Return the job runner that a command starts, "" where it is none that is known."""
    return next((tool for tool, pattern in _TOOLS.items() if re.search(pattern, text)), "")


def procfile_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the process types of each Procfile, and of a misnamed one where there is none."""
    folders = set()
    for path in repo.named("Procfile"):
        if folder_of(path) == "." or not is_secondary(path):
            folders.add(folder_of(path))
            yield from _processes(repo, path)
            yield from _doubts(repo, path)
    for path in repo.files:
        if not path.lower().endswith(("file", "file.txt", "file.yml", "file.prod", "file.production")):
            continue
        if not _MISNAMED.search(path) or path.rpartition("/")[2] == "Procfile" or is_secondary(path):
            continue
        root = folder_of(path)
        yield Doubt(
            stack="declared",
            root=root,
            id="procfile/misnamed",
            message=f"Heroku reads a file named Procfile only; {path} is ignored.",
            remedy=_remedy(path, join(root, "Procfile"), taken=join(root, "Procfile") in repo),
            evidence=(repo.proof(path),),
        )
        if root not in folders:
            folders.add(root)
            yield from _processes(repo, path)


def _remedy(path: str, right: str, *, taken: bool) -> str:
    """Say what to do with a misnamed Procfile: init writes what it says to the right one, if that is free."""
    kept = path.lower() == right.lower()
    gone = command("git", "rm", *(["--cached"] if kept else []), path)
    return gone if taken else f"`scaffold init` writes {right} from it; then {gone}"


def _unedited(repo: Repo, path: str) -> tuple[str, ...]:
    """Return the process types that stand in a Procfile of scaffold's as it wrote them."""
    if path not in repo.pristine:
        return ()
    had = {(item.name, item.command) for item in procfile.parse(repo.pristine[path], path)}
    has = procfile.parse(repo.whole(path), path)
    return tuple(sorted({item.name for item in has if (item.name, item.command) in had}))


def _processes(repo: Repo, path: str) -> Iterator[AnyFact]:
    beside = _unedited(repo, path)
    for line in repo.parsed(path, procfile.parse):
        yield Process(
            stack="declared",
            root=folder_of(path),
            name=line.name,
            command=line.command,
            strength=Strength.DECLARED,
            quantity=0 if line.name == "release" else 1,
            tool="" if line.name in ("web", "release") else tool_of(line.command),
            beside=beside,
            why=f"{path} declares it",
            evidence=(repo.proof(path, line.line),),
        )


def _doubts(repo: Repo, path: str) -> Iterator[AnyFact]:
    seen: dict[str, int] = {}
    for number, line in enumerate(repo.whole(path).split("\n"), 1):
        name, colon, _ = line.strip().partition(":")
        if not colon or name.startswith("#") or not re.fullmatch(r"[-\w]+", name):
            continue
        if name in seen:
            yield _doubt(
                repo,
                path,
                number,
                "procfile/duplicate",
                f"The process type {name} is there twice; which of the two runs is not defined.",
                f"Keep one of lines {seen[name]} and {number}.",
            )
        seen[name] = number
        if name != name.lower():
            yield _doubt(
                repo,
                path,
                number,
                "procfile/upper-case",
                f"{name} is not {name.lower()} to Heroku: process types are lower case.",
                f"Write {name.lower()}.",
            )
    for item in repo.parsed(path, procfile.parse):
        if item.name == "web":
            yield from _web_doubts(repo, path, item)


def _web_doubts(repo: Repo, path: str, item: procfile.ProcfileLine) -> Iterator[AnyFact]:
    if port := literal_port(item.command):
        yield _doubt(
            repo,
            path,
            item.line,
            "procfile/port",
            f"web listens on {port}; Heroku routes to $PORT only and stops the app after 60 seconds.",
            f"Write $PORT for {port}.",
        )
    if _LOOPBACK.search(item.command):
        yield _doubt(
            repo,
            path,
            item.line,
            "procfile/loopback",
            "web listens on its own machine only: Heroku's router cannot reach it.",
            "Listen on 0.0.0.0.",
        )
    if _DEVELOPMENT.search(item.command):
        yield _doubt(
            repo,
            path,
            item.line,
            "procfile/development-server",
            "web starts a server for development: slow, and it may fail under load.",
            "Start the production server.",
        )


def _doubt(repo: Repo, path: str, line: int, name: str, message: str, remedy: str) -> Doubt:
    return Doubt(
        stack="declared",
        root=folder_of(path),
        id=name,
        message=message,
        remedy=remedy,
        evidence=(repo.proof(path, line),),
    )
