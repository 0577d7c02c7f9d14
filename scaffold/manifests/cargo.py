"""Cargo.toml: parse(text, path) -> Cargo, the package, its programs, dependencies and workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold.manifests import toml_file
from scaffold.patterns import lazy
from scaffold.record import made, record


@record
class CargoDep:
    """A dependency: the features asked for, and its line."""

    features: tuple[str, ...]
    line: int
    optional: bool = False


@record
class Cargo:
    """A manifest: `package` is "" for a virtual workspace; `binaries` are [[bin]] (name, path, line)."""

    path: str
    package: str = ""
    line: int = 0
    rust: str = ""
    rust_line: int = 0
    default_run: str = ""
    library_only: bool = False
    binaries: tuple[tuple[str, str, int], ...] = ()
    dependencies: Mapping[str, CargoDep] = made(factory=dict)
    members: tuple[str, ...] = ()
    workspace: bool = False


def parse(text: str, path: str) -> Cargo:
    """Parse a Cargo.toml. Raises ManifestError for what is no TOML."""
    document = toml_file.parse(text, path)
    package = _table(document.at("package") or document.at("project"))
    name = _text(package.get("name"))
    rust = _text(package.get("rust-version"))
    workspace = document.at("workspace")
    members = workspace.get("members") if isinstance(workspace, dict) else None
    library = _table(document.at("lib"))
    return Cargo(
        path=path,
        package=name,
        line=document.line("package", r"^\s*name\s*=") or document.line("project", r"^\s*name\s*="),
        rust=rust,
        rust_line=document.line("package", r"^\s*rust-version\s*="),
        default_run=_text(package.get("default-run")),
        library_only=bool(library.get("proc-macro"))
        or library.get("crate-type") in (["cdylib"], ["staticlib"]),
        binaries=tuple(_binaries(document, path)),
        dependencies=_dependencies(document),
        members=tuple(item for item in members if isinstance(item, str)) if isinstance(members, list) else (),
        workspace=isinstance(workspace, dict),
    )


def _binaries(document: toml_file.Toml, path: str) -> list[tuple[str, str, int]]:
    del path
    found: list[tuple[str, str, int]] = []
    tables = document.at("bin")
    for item in tables if isinstance(tables, list) else ():
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            line = (
                document.line("bin", rf"""name\s*=\s*["']{item["name"]}["']""")
                if item["name"].isidentifier()
                else 0
            )
            found.append((item["name"], _text(item.get("path")), line))
    return found


def _dependencies(document: toml_file.Toml) -> dict[str, CargoDep]:
    found: dict[str, CargoDep] = {}
    lines = _lines(document)
    for table in ("dependencies", "workspace.dependencies"):
        for key, value in _table(document.at(*table.split("."))).items():
            told = _table(value)
            name = _text(told.get("package")) or str(key)
            features = told.get("features")
            if table == "workspace.dependencies" and name in found:
                known = found[name]
                more = tuple(str(item) for item in features) if isinstance(features, list) else ()
                found[name] = CargoDep(
                    features=(*known.features, *more), line=known.line, optional=known.optional
                )
            elif table == "dependencies":
                found[name] = CargoDep(
                    features=tuple(str(item) for item in features) if isinstance(features, list) else (),
                    line=lines.get(str(key), 0),
                    optional=told.get("optional") is True,
                )
    return found


_HEAD = lazy(r"""^\s*\[\s*dependencies\s*(?:\.\s*["']?([\w-]+)["']?\s*)?\]""")
_KEY = lazy(r"""^\s*["']?([\w-]+)["']?\s*[.=]""")


def _lines(document: toml_file.Toml) -> dict[str, int]:
    """Map each key of [dependencies] to its line, by one pass."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(document.source, 1):
        head = _HEAD.match(line)
        if head and head[1]:
            found.setdefault(head[1], number)
        if line.lstrip().startswith("["):
            inside = head is not None and not head[1]
        elif inside and (key := _KEY.match(line)):
            found.setdefault(key[1], number)
    return found


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
