"""Pipfile and Pipfile.lock -> what they ask for, their Python, their scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.manifests import json_file, toml_file
from scaffold.manifests.requirements import Requirement, canonical
from scaffold.record import record


@record
class Pipfile:
    """A Pipfile or its lock: requirements by group ("" is production), the Python asked for, scripts."""

    path: str
    requirements: tuple[Requirement, ...]
    python: str = ""
    python_line: int = 0
    scripts: tuple[tuple[str, str, int], ...] = ()


def parse(text: str, path: str) -> Pipfile:
    """Parse a Pipfile. Raises ManifestError where it is no TOML."""
    document = toml_file.parse(text, path)
    found: list[Requirement] = []
    for section, group in (("packages", ""), ("dev-packages", "dev")):
        found += _section(document, section, group)
    asked = document.at("requires", "python_full_version") or document.at("requires", "python_version")
    scripts = document.at("scripts")
    return Pipfile(
        path=path,
        requirements=tuple(found),
        python=asked if isinstance(asked, str) else "",
        python_line=document.line("requires", r"^\s*python_(full_)?version\s*=") if asked else 0,
        scripts=tuple(
            (name, value, document.line("scripts", rf"""^\s*["']?{re.escape(name)}["']?\s*="""))
            for name, value in (scripts.items() if isinstance(scripts, dict) else ())
            if isinstance(value, str)
        ),
    )


def _section(document: toml_file.Toml, section: str, group: str) -> Iterator[Requirement]:
    table = document.at(section)
    for key, value in table.items() if isinstance(table, dict) else ():
        options = value if isinstance(value, dict) else {}
        spec = value if isinstance(value, str) else options.get("version", "")
        extras = options.get("extras")
        url = next((options[k] for k in ("git", "file", "path") if isinstance(options.get(k), str)), "")
        yield Requirement(
            name=canonical(key),
            spec=spec if isinstance(spec, str) and spec != "*" else "",
            extras=_names(extras),
            url=url,
            line=document.line(section, rf"""^\s*["']?{re.escape(key)}["']?\s*="""),
            linux=not _elsewhere(options),
            group=group,
        )


def _names(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(sorted(canonical(item) for item in items if isinstance(item, str)))


def _elsewhere(options: dict[str, Any]) -> bool:
    """Tell whether a package is for another system than Linux."""
    marks = f"{options.get('sys_platform', '')} {options.get('os_name', '')} {options.get('markers', '')}"
    return bool(re.search(r"==\s*['\"](win32|nt|darwin)['\"]", marks))


def parse_lock(text: str, path: str) -> Pipfile:
    """Parse a Pipfile.lock. Raises ManifestError where it is no JSON object."""
    document = json_file.parse_object(text, path)
    found: list[Requirement] = []
    for section, group in (("default", ""), ("develop", "dev")):
        table = document.at(section)
        for key, value in table.items() if isinstance(table, dict) else ():
            version = value.get("version") if isinstance(value, dict) else ""
            found.append(
                Requirement(
                    name=canonical(key),
                    spec=version if isinstance(version, str) else "",
                    line=document.line(section, key),
                    group=group,
                )
            )
    for name in ("python_full_version", "python_version"):
        asked = document.at("_meta", "requires", name)
        if isinstance(asked, str) and asked:
            line = document.line("_meta", "requires", name)
            return Pipfile(path=path, requirements=tuple(found), python=asked, python_line=line)
    return Pipfile(path=path, requirements=tuple(found))
