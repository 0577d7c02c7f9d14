""".NET's configuration keys -> the variables that set them (Auth__Key), with appsettings.json's values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import scope
from scaffold.config_vars.after import placed, verdicts
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.manifests import json_file
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of

_ASKS = lazy(
    r"(?P<on>(?:\w+\.)*_?[cC]onfig(?:uration)?)(?P<section>\.Get(?:Required)?Section\(\s*\"(?P<above>[\w:.-]+)\"\s*\))?"
    r"(?:\[\s*\"(?P<index>[\w:.-]+)\"\s*\]|\.GetValue(?:<[\w?.]+>)?\(\s*\"(?P<value>[\w:.-]+)\"\s*(?:,\s*(?P<given>[^()]*?))?\)"
    r"|\.GetConnectionString\(\s*\"(?P<connection>\w+)\"\s*\)|(?<=\))\.Value\b)"
)
_TUNING = lazy(
    r"(?:Logging|Serilog|Kestrel|AllowedHosts|Urls|ASPNETCORE|DOTNET|HealthChecks|NLog)(?:__.*|_.*)?",
    re.IGNORECASE,
)
_FILES = ("appsettings.json", "appsettings.Production.json")


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the configuration keys that the code asks for, as the variables that would set them."""
    settings = _settings(repo, root)
    for path in scope.files(repo, root, others, (".cs",)):
        text = repo.text(path)
        if "onfig" in text and scope.is_readable(text):
            yield from verdicts(text, _asked(path, text, settings))


def _asked(path: str, text: str, settings: dict[str, str]) -> Iterator[Read]:
    for found in _ASKS.finditer(text):
        key = _key(found)
        name = key.replace(":", "__")
        start = text.rfind("\n", 0, found.start()) + 1
        if not is_name(name) or _TUNING.fullmatch(name) or "//" in text[start : found.start()]:
            continue
        line = text.count("\n", 0, found.start()) + 1
        held = settings.get(key.lower(), "")
        read = Read(name=name, path=path, line=line, mode=Mode.FRAGILE if found["connection"] else Mode.PLAIN)
        if held or found["given"]:
            given = held or (found["given"] or "").strip("\"' ")
            yield Read(name=name, path=path, line=line, mode=Mode.DEFAULT, default=given)
        else:
            yield placed(read, text, found.start(), found.end())


def _key(found: re.Match[str]) -> str:
    if found["connection"]:
        return f"ConnectionStrings:{found['connection']}"
    parts = (found["above"], found["index"] or found["value"])
    return ":".join(part for part in parts if part)


def _settings(repo: Repo, root: str) -> dict[str, str]:
    """Return the values of the app's appsettings files by key path in lower case."""
    found: dict[str, str] = {}
    for name in _FILES:
        for path in repo.named(name):
            inside = root == "." or folder_of(path) == root or path.startswith(root + "/")
            document = (
                repo.try_parsed(path, json_file.parse) if inside and scope.is_production(path) else None
            )
            found |= {key: value for key, value in _leaves(document.value if document else None, "") if value}
    return found


def _leaves(value: Any, above: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{above}:{key}" if above else str(key))
    elif value is not None and not isinstance(value, list):
        yield above.lower(), str(value).lower() if isinstance(value, bool) else str(value)
