"""pubspec.yaml and pubspec.lock -> the package: its name, dependencies, SDK constraint, locked versions."""

from __future__ import annotations

import re
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.patterns import lazy
from scaffold.record import made, record


@record
class Dependency:
    """A package asked for: its constraint ("any" or "" for a path or git one) and its line."""

    name: str
    constraint: str
    line: int


@record
class Pubspec:
    """A package: `sdk` is the constraint on Dart as written ("" without one), `flutter` an app of Flutter."""

    path: str
    name: str = ""
    description: str = ""
    sdk: str = ""
    sdk_line: int = 0
    flutter: bool = False
    dependencies: dict[str, Dependency] = made(factory=dict)
    dev_dependencies: dict[str, Dependency] = made(factory=dict)
    workspace: bool = False


def parse(text: str, path: str) -> Pubspec:
    """Parse a pubspec.yaml. Raises ManifestError for what is not YAML or no mapping."""
    document = yaml_file.parse(text, path)
    if document.value is None:
        return Pubspec(path=path)
    if not isinstance(document.value, dict):
        raise ManifestError(path, 1, "a mapping is expected")
    name, said = document.at("name"), document.at("description")
    sdk = document.at("environment", "sdk")
    dependencies = _dependencies(document, "dependencies")
    return Pubspec(
        path=path,
        name=name if isinstance(name, str) and re.fullmatch(r"\w+", name) else "",
        description=said.strip() if isinstance(said, str) else "",
        sdk=sdk.strip() if isinstance(sdk, str) else "",
        sdk_line=document.line("environment", "sdk"),
        flutter="flutter" in dependencies or isinstance(document.at("flutter"), dict),
        dependencies=dependencies,
        dev_dependencies=_dependencies(document, "dev_dependencies"),
        workspace=isinstance(document.at("workspace"), list),
    )


def _dependencies(document: yaml_file.Yaml, table: str) -> dict[str, Dependency]:
    found = document.at(table)
    if not isinstance(found, dict):
        return {}
    return {
        name: Dependency(name=name, constraint=_constraint(value), line=document.line(table, name))
        for name, value in found.items()
    }


def _constraint(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("version")
    return value.strip() if isinstance(value, str) else ""


@record
class Lock:
    """What a pubspec.lock pins: (version, line) by package, and the constraint on Dart with its line."""

    path: str
    packages: dict[str, tuple[str, int]] = made(factory=dict)
    sdk: str = ""
    sdk_line: int = 0


_PACKAGE = lazy(r"^  (\w+):\s*$")
_VERSION = lazy(r"^    version:\s*[\"']?([^\"'\s]+)")
_SDK = lazy(r"^  dart:\s*[\"']?([^\"'#]+)")


def parse_lock(text: str, path: str) -> Lock:
    """Parse a pubspec.lock line by line: pub writes it in one form only, and it is long."""
    packages: dict[str, tuple[str, int]] = {}
    name, sdk, sdk_line, section = "", "", 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line[0].isspace() and not line.startswith("#"):
            section, name = line.partition(":")[0].strip(), ""
        elif section == "packages" and (found := _PACKAGE.match(line)):
            name = found[1]
        elif section == "packages" and name and (found := _VERSION.match(line)):
            packages.setdefault(name, (found[1], number))
        elif section in ("sdks", "sdk") and (found := _SDK.match(line)):
            sdk, sdk_line = found[1].strip(), number
    return Lock(path=path, packages=packages, sdk=sdk, sdk_line=sdk_line)
