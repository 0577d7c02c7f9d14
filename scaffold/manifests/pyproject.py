"""pyproject.toml -> what it asks for (PEP 621, Poetry, PDM, dependency groups), its Python, its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.manifests import toml_file
from scaffold.manifests.requirements import Requirement, canonical, parse_requirement
from scaffold.record import record


@record
class Pyproject:
    """A project file. `requirements` of group "" are installed in production, "extra:x" are an extra's.

    `flavour` is the tool it is written for (poetry, pdm, uv, hatch, ""), `locals` the folders it builds on.
    """

    path: str
    name: str
    name_line: int
    flavour: str
    requirements: tuple[Requirement, ...]
    python: str
    python_line: int
    scripts: tuple[tuple[str, str, int], ...]
    is_project: bool
    package_mode: bool


def parse(text: str, path: str) -> Pyproject:
    """Parse a pyproject.toml. Raises ManifestError where it is no TOML."""
    document = toml_file.parse(text, path)
    project, poetry = _table(document.at("project")), _table(document.at("tool", "poetry"))
    name = _text(project.get("name")) or _text(poetry.get("name"))
    python = _text(project.get("requires-python"))
    python_line = document.line("project", r"^\s*requires-python\s*=") if python else 0
    if not python:
        python, python_line = _poetry_python(document)
    return Pyproject(
        path=path,
        name=name,
        name_line=document.line("project" if project else "tool.poetry", r"^\s*name\s*=") if name else 0,
        flavour=_flavour(document),
        requirements=tuple(_requirements(document)),
        python=python,
        python_line=python_line,
        scripts=tuple(_scripts(document)),
        is_project=bool(project or poetry),
        package_mode=bool(document.at("build-system")) and poetry.get("package-mode") is not False,
    )


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _flavour(document: toml_file.Toml) -> str:
    tools = _table(document.at("tool"))
    poetry = _table(tools.get("poetry"))
    backend = _text(document.at("build-system", "build-backend"))
    if poetry or backend.startswith("poetry"):
        return "poetry"
    for name in ("uv", "pdm", "hatch"):
        if name in tools or backend.startswith((name, f"{name}_", f"{name}ling")):
            return name
    return ""


def _requirements(document: toml_file.Toml) -> Iterator[Requirement]:
    """Yield what every table of the file asks for, production first."""
    yield from _listed(document, document.at("project", "dependencies"), "project", "")
    for extra, items in _table(document.at("project", "optional-dependencies")).items():
        yield from _listed(document, items, "project.optional-dependencies", f"extra:{canonical(extra)}")
    for group in _table(document.at("dependency-groups")):
        items = _group(_table(document.at("dependency-groups")), group, 0)
        yield from _listed(document, items, "dependency-groups", group)
    yield from _listed(document, document.at("tool", "uv", "dev-dependencies"), "tool.uv", "dev")
    for group, items in _table(document.at("tool", "pdm", "dev-dependencies")).items():
        yield from _listed(document, items, "tool.pdm.dev-dependencies", group)
    yield from _poetry(document)


def _group(groups: Mapping[str, Any], name: str, depth: int) -> list[str]:
    """Return the items of a dependency group with the groups it includes."""
    found: list[str] = []
    items = groups.get(name)
    for item in items if isinstance(items, list) and depth < 8 else ():
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
            found += _group(groups, item["include-group"], depth + 1)
    return found


def _listed(document: toml_file.Toml, items: Any, table: str, group: str) -> Iterator[Requirement]:
    for item in _texts(items):
        asked = parse_requirement(item, 0, group)
        if asked:
            word = re.escape(re.split(r"[\s\[<>=!~;@(]", item.strip())[0])
            line = document.line(table, rf"""["']\s*{word}(?![\w.-])""")
            yield parse_requirement(item, line, group) or asked


def _poetry(document: toml_file.Toml) -> Iterator[Requirement]:
    poetry = _table(document.at("tool", "poetry"))
    yield from _poetry_table(document, poetry.get("dependencies"), "tool.poetry.dependencies", "")
    yield from _poetry_table(document, poetry.get("dev-dependencies"), "tool.poetry.dev-dependencies", "dev")
    for group, table in _table(poetry.get("group")).items():
        where = f"tool.poetry.group.{group}.dependencies"
        main = "" if group == "main" else group
        yield from _poetry_table(document, _table(table).get("dependencies"), where, main)


def _poetry_table(document: toml_file.Toml, table: Any, where: str, group: str) -> Iterator[Requirement]:
    extras = _extra_names(_table(document.at("tool", "poetry", "extras")))
    for key, value in _table(table).items():
        name = canonical(key)
        if name == "python":
            continue
        options = _table(value[0]) if isinstance(value, list) and value else _table(value)
        spec = _text(value) or _text(options.get("version"))
        url = next((_text(options.get(k)) for k in ("git", "url", "path") if options.get(k)), "")
        optional = options.get("optional") is True
        place = f"extra:{extras.get(name, 'optional')}" if optional and not group else group
        line = document.line(where, rf"""^\s*["']?{re.escape(key)}["']?\s*=""")
        yield Requirement(
            name=name,
            spec="" if spec == "*" else spec,
            extras=tuple(sorted(canonical(extra) for extra in _texts(options.get("extras")))),
            url=url,
            line=line or document.line("tool.poetry", rf"""\b{re.escape(key)}\b"""),
            linux=_text(options.get("platform")) not in ("win32", "darwin"),
            group=place,
        )


def _extra_names(extras: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for extra, items in extras.items():
        for item in _texts(items):
            found.setdefault(canonical(item), canonical(extra))
    return found


def _poetry_python(document: toml_file.Toml) -> tuple[str, int]:
    value = document.at("tool", "poetry", "dependencies", "python")
    text = _text(value) or _text(_table(value).get("version"))
    return text, document.line("tool.poetry.dependencies", r"^\s*python\s*=") if text else 0


def _scripts(document: toml_file.Toml) -> Iterator[tuple[str, str, int]]:
    for where in (("project", "scripts"), ("tool", "poetry", "scripts")):
        for name, value in _table(document.at(*where)).items():
            target = _text(value) or _text(_table(value).get("callable"))
            if target:
                line = document.line(".".join(where), rf"""^\s*["']?{re.escape(name)}["']?\s*=""")
                yield name, target, line
