"""composer.json and composer.lock: parse(text, path) -> Composer, the packages with their lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests.json_file import Json, parse_object
from scaffold.record import made, record


@record
class Composer:
    """A PHP project: what it requires (name -> constraint), its scripts, type, `extra`, and the lines."""

    path: str
    name: str = ""
    kind: str = ""
    requires: Mapping[str, str] = made(factory=dict)
    dev: Mapping[str, str] = made(factory=dict)
    scripts: frozenset[str] = frozenset()
    extra: Mapping[str, Any] = made(factory=dict)
    document: Json

    def line(self, package: str) -> int:
        """Return the line that requires a package, 0 where none does."""
        return self.document.line("require", package) or self.document.line("require-dev", package)

    @property
    def packages(self) -> tuple[str, ...]:
        """Return what must be installed: no platform packages (php, ext-*)."""
        return tuple(name for name in self.requires if "/" in name)


def parse(text: str, path: str) -> Composer:
    """Parse a composer.json. Raises ManifestError for anything but an object."""
    document = parse_object(text, path)
    value = document.value
    extra = value.get("extra")
    scripts = value.get("scripts")
    return Composer(
        path=path,
        name=_text(value.get("name")),
        kind=_text(value.get("type")),
        requires=_strings(value.get("require")),
        dev=_strings(value.get("require-dev")),
        scripts=frozenset(map(str, scripts)) if isinstance(scripts, dict) else frozenset(),
        extra=extra if isinstance(extra, dict) else {},
        document=document,
    )


def parse_lock(text: str, path: str) -> Mapping[str, str]:
    """Parse a composer.lock: package -> locked version, those for development left out."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ManifestError(path, getattr(error, "lineno", 0), f"not valid JSON: {error}") from None
    packages = value.get("packages") if isinstance(value, dict) else None
    found: dict[str, str] = {}
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("name"), str):
            found[package["name"].lower()] = _text(package.get("version")).removeprefix("v")
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(key).lower(): item for key, item in value.items() if isinstance(item, str)}
