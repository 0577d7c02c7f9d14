"""Cargo.toml: parse(text, path) -> Cargo, the package, its programs, dependencies and workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scaffold.manifests import toml_file


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoDep:
    """A dependency: the features asked for, and its line."""

    features: tuple[str, ...]
    line: int
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
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
    dependencies: Mapping[str, CargoDep] = field(default_factory=dict)
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
                    line=_line(document, str(key)),
                    optional=told.get("optional") is True,
                )
    return found


def _line(document: toml_file.Toml, key: str) -> int:
    if not key.replace("-", "_").isidentifier():
        return 0
    own = document.line(f"dependencies.{key}", r"^\s*\[")
    return own or document.line("dependencies", rf"""^\s*["']?{key}["']?\s*[.=]""")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
