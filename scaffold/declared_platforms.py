"""render.yaml, fly.toml, railway files, nixpacks.toml -> what runs the app elsewhere, as weak facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from scaffold.facts import AnyFact, Migration, Process, Strength
from scaffold.families.docker.ports import with_port
from scaffold.manifests import json_file, toml_file, yaml_file
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, join

_DEVELOPMENT = lazy(
    r"\brunserver\b|\bnodemon\b|\bflask run\b|\bnext dev\b|\bvite\b(?! preview)|\brun dev\b|--reload|"
    r"artisan serve|react-scripts start|^\s*(\./)?\S*start\S*\.sh\b"
)
_TYPES = {"web": "web", "pserv": "web", "worker": "worker"}


def platform_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the commands other platforms are told to run; detection's own commands outrank them."""
    readers: dict[str, Callable[[Repo, str], Iterator[AnyFact]]] = {
        "render.yaml": _render,
        "render.yml": _render,
        "fly.toml": _fly,
        "railway.json": _railway_json,
        "railway.toml": _railway_toml,
        "nixpacks.toml": _nixpacks,
    }
    for path in repo.named(*readers):
        if not is_secondary(path):
            yield from readers[path.rpartition("/")[2]](repo, path)


def _process(repo: Repo, path: str, line: int, name: str, text: Any, root: str) -> Iterator[AnyFact]:
    if not isinstance(text, str) or not text.strip() or _DEVELOPMENT.search(text):
        return
    yield Process(
        stack="declared",
        root=root,
        name=name,
        command=with_port(" ".join(text.split())) if name == "web" else " ".join(text.split()),
        strength=Strength.GENERIC,
        why=f"{path} runs it on another platform",
        evidence=(repo.proof(path, line),),
    )


def _migration(repo: Repo, path: str, line: int, text: Any, root: str) -> Iterator[AnyFact]:
    if isinstance(text, list):
        text = " && ".join(item for item in text if isinstance(item, str))
    if isinstance(text, str) and text.strip():
        yield Migration(
            stack="declared",
            root=root,
            command=" ".join(text.split()),
            strength=Strength.GENERIC,
            why=f"{path} runs it before each deploy on another platform",
            evidence=(repo.proof(path, line),),
        )


def _render(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, yaml_file.parse)
    services = document.at("services") if document else None
    for at, service in enumerate(services if isinstance(services, list) else []):
        if not isinstance(service, dict) or document is None:
            continue
        name = _TYPES.get(str(service.get("type")), "")
        folder = service.get("rootDir")
        root = join(folder_of(path), folder) if isinstance(folder, str) else folder_of(path)
        line = document.line("services", at, "startCommand")
        if name:
            yield from _process(repo, path, line, name, service.get("startCommand"), root)
        line = document.line("services", at, "preDeployCommand")
        yield from _migration(repo, path, line, service.get("preDeployCommand"), root)


def _fly(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, toml_file.parse)
    if document is None:
        return
    root = folder_of(path)
    processes = document.at("processes")
    for name, text in (processes if isinstance(processes, dict) else {}).items():
        line = document.line("processes", rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=")
        yield from _process(repo, path, line, "web" if name == "app" else name, text, root)
    line = document.line("deploy", r"^\s*release_command\s*=")
    yield from _migration(repo, path, line, document.at("deploy", "release_command"), root)


def _railway_json(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, json_file.parse)
    if document is None:
        return
    root = folder_of(path)
    line = document.line("deploy", "startCommand")
    yield from _process(repo, path, line, "web", document.at("deploy", "startCommand"), root)
    line = document.line("deploy", "preDeployCommand")
    yield from _migration(repo, path, line, document.at("deploy", "preDeployCommand"), root)


def _railway_toml(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, toml_file.parse)
    if document is None:
        return
    root = folder_of(path)
    for table, key in (("deploy", "startCommand"), ("start", "command")):
        line = document.line(table, rf"^\s*{key}\s*=")
        yield from _process(repo, path, line, "web", document.at(table, key), root)
    line = document.line("deploy", r"^\s*preDeployCommand\s*=")
    yield from _migration(repo, path, line, document.at("deploy", "preDeployCommand"), root)


def _nixpacks(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, toml_file.parse)
    if document is not None:
        line = document.line("start", r"^\s*cmd\s*=")
        yield from _process(repo, path, line, "web", document.at("start", "cmd"), folder_of(path))
