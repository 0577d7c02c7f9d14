"""package.json -> what it declares: scripts, dependencies, engines, workspaces, each with its line.

Values of an unexpected type are left out: npm itself is as lenient, and a detector must not fall over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold.manifests.json_file import Json, parse_object
from scaffold.record import made, record

_GROUPS = ("optionalDependencies", "peerDependencies", "devDependencies", "dependencies")


@record
class Script:
    """An entry of `scripts`."""

    name: str
    text: str
    line: int


@record
class NodeDep:
    """A declared package: its version range and the group it stands in (`dev` is pruned on Heroku)."""

    name: str
    range: str
    group: str
    line: int

    @property
    def dev(self) -> bool:
        """Tell whether the package is pruned before the app boots."""
        return self.group in ("devDependencies", "peerDependencies")


@record
class PackageJson:
    """One package.json. `workspaces` are globs; `package_manager` is as written ("pnpm@9.1.0")."""

    path: str
    name: str = ""
    main: str = ""
    module: bool = False
    package_manager: str = ""
    scripts: Mapping[str, Script] = made(factory=dict)
    deps: Mapping[str, NodeDep] = made(factory=dict)
    engines: Mapping[str, str] = made(factory=dict)
    workspaces: tuple[str, ...] = ()
    bins: Mapping[str, str] = made(factory=dict)
    document: Json

    def line(self, *keys: str) -> int:
        """Return the line of a key path, 0 where it is not there."""
        return self.document.line(*keys)


def parse_package_json(text: str, path: str) -> PackageJson:
    """Parse a package.json. Raises ManifestError where it is no JSON object."""
    document = parse_object(text, path)
    return PackageJson(
        path=path,
        name=_text(document, "name"),
        main=_text(document, "main"),
        module=_text(document, "type") == "module",
        package_manager=_text(document, "packageManager"),
        scripts={
            name: Script(name=name, text=value, line=document.line("scripts", name))
            for name, value in _strings(document.at("scripts")).items()
        },
        deps=_deps(document),
        engines=_strings(document.at("engines")),
        workspaces=_workspaces(document),
        bins=_bins(document),
        document=document,
    )


def _text(document: Json, key: str) -> str:
    value = document.at(key)
    return value.strip() if isinstance(value, str) else ""


def _strings(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text.strip() for key, text in value.items() if isinstance(text, str) and text.strip()}


def _deps(document: Json) -> dict[str, NodeDep]:
    found: dict[str, NodeDep] = {}
    for group in _GROUPS:
        for name, spec in _strings(document.at(group)).items():
            found[name] = NodeDep(name=name, range=spec, group=group, line=document.line(group, name))
    return found


def _workspaces(document: Json) -> tuple[str, ...]:
    value = document.at("workspaces")
    if isinstance(value, dict):
        value = value.get("packages")
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _bins(document: Json) -> dict[str, str]:
    value = document.at("bin")
    if isinstance(value, str):
        return {_text(document, "name"): value}
    return _strings(value)
