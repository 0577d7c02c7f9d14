"""Dockerfiles, scripts, READMEs and FLASK_APP -> the `module:object` pairs that people serve the app by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_SERVED = lazy(
    r"\b(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|uwsgi)\b.*?"
    r"(?<![\w./:-])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?![\w./:-])"
)
_BARE = lazy(r"\bgunicorn\b(?:[\s\"',]+-{1,2}[\w-]+(?:[= ]\S+)?)*[\s\"',]+([A-Za-z_][\w.]*\.wsgi)\b")
_FLASK_APP = lazy(r"^\s*(?:export\s+|ENV\s+|-\s*|set\s+)?FLASK_APP\s*[=: ]\s*[\"']?([\w./-]+)(?::(\w+))?")
_RUN = lazy(r"""uvicorn\.run\(\s*(?:app\s*=\s*)?f?["']([A-Za-z_][\w.]*):(\w+)["']""")
_RUNNERS = ("main.py", "run.py", "server.py", "start.py", "app.py", "__main__.py", "asgi.py", "run_server.py")
_FILES = lazy(
    r"(?:Dockerfile(?:[.-][\w.-]+)?|[\w.-]+\.Dockerfile|(?:docker-)?compose[\w.-]*\.ya?ml|README(?:\.\w+)?|"
    r"Makefile|[\w.-]+\.sh|\.flaskenv|\.env[\w.-]*|render\.ya?ml|fly\.toml|app\.ya?ml|nixpacks\.toml|"
    r"railway\.(?:json|toml)|ecosystem\.config\.js|supervisord?\.conf|package\.json|pyproject\.toml)",
    re.IGNORECASE,
)
_MOST = 40
_DEEPEST = 2


@record
class Mention:
    """A target that a line names: dotted `module`, `name` ("" where only the module is named)."""

    module: str
    name: str
    evidence: Evidence


def mentions(repo: Repo) -> tuple[Mention, ...]:
    """Return the targets named anywhere near the top of the repository."""
    return repo.once(("python-mentions",), lambda: tuple(_mentions(repo)))


def _mentions(repo: Repo) -> Iterator[Mention]:
    paths = [
        path
        for path in repo.where(lambda path: _FILES.fullmatch(path.rpartition("/")[2]))
        if path.count("/") <= _DEEPEST
    ]
    for path in repo.named(*_RUNNERS):
        text = repo.text(path) if path.count("/") <= _DEEPEST else ""
        if found := _RUN.search(text):
            proof = repo.proof(path, text.count("\n", 0, found.start()) + 1)
            yield Mention(module=found[1], name=found[2], evidence=proof)
    paths.sort(key=lambda path: (path.count("/"), path))
    for path in paths[:_MOST]:
        text = repo.text(path)
        if "FLASK_APP" not in text and "corn" not in text and "uwsgi" not in text and "waitress" not in text:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            yield from _in_line(repo, path, number, line)


def served(line: str) -> tuple[str, str] | None:
    """Return the module and the object that a server's command names."""
    plain = re.sub(r"[\"',\[\]`]+", " ", line)[:500]
    if found := _SERVED.search(plain):
        return found[1], found[2]
    bare = _BARE.search(plain)
    return (bare[1], "application") if bare else None


def _in_line(repo: Repo, path: str, number: int, line: str) -> Iterator[Mention]:
    if target := served(line):
        yield Mention(module=target[0], name=target[1], evidence=repo.proof(path, number))
    elif found := _FLASK_APP.match(line):
        module = found[1].removeprefix("./").removesuffix(".py").replace("/", ".").strip(".")
        yield Mention(module=module, name=found[2] or "", evidence=repo.proof(path, number))
