"""*.csproj, *.fsproj, *.vbproj and solutions: parse(text, path) -> what they build; no entity is expanded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scaffold.errors import ManifestError
from scaffold.record import made, record

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@record
class DotnetProject:
    """A project: SDK, target framework, what it is called and puts out, the packages with their lines."""

    path: str
    sdk: str = ""
    framework: str = ""
    framework_line: int = 0
    assembly: str = ""
    output: str = ""
    properties: Mapping[str, str] = made(factory=dict)
    packages: Mapping[str, int] = made(factory=dict)


def parse(text: str, path: str) -> DotnetProject:
    """Parse a project file. Raises ManifestError for what is no XML, holds entities or is no project."""
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ManifestError(path, 1, "a project file with a DOCTYPE is not read")
    try:
        top = ElementTree.fromstring(text.strip())
    except (ElementTree.ParseError, ValueError) as error:
        raise ManifestError(path, getattr(error, "position", (0, 0))[0], f"not valid XML: {error}") from None
    if _tag(top) != "Project":
        raise ManifestError(path, 1, "its top element is not <Project>")
    return _project(top, path, text.split("\n"))


def _project(top: Element, path: str, source: list[str]) -> DotnetProject:
    properties: dict[str, str] = {}
    packages: dict[str, int] = {}
    sdk = top.get("Sdk") or ""
    for item in top.iter():
        name = _tag(item)
        value = (item.text or "").strip()
        if name in ("PackageReference", "FrameworkReference"):
            package = item.get("Include") or ""
            if package:
                packages[package] = _line(source, rf'Include\s*=\s*"{re.escape(package)}"')
        elif name == "Sdk" and item.get("Name"):
            sdk = sdk or str(item.get("Name"))
        elif value and len(item) == 0:
            properties.setdefault(name, value)
    target = (
        properties.get("TargetFramework")
        or properties.get("TargetFrameworks")
        or properties.get("TargetFrameworkVersion")
        or ""
    )
    stem = path.rpartition("/")[2].rpartition(".")[0]
    assembly = properties.get("AssemblyName", "")
    return DotnetProject(
        path=path,
        sdk=sdk.partition("/")[0],
        framework=target,
        framework_line=_line(source, r"<TargetFramework"),
        assembly=stem if not assembly or "$(" in assembly else assembly,
        output=properties.get("OutputType", ""),
        properties=properties,
        packages=packages,
    )


def parse_solution(text: str, path: str) -> tuple[str, ...]:
    """Parse a .sln or .slnx: the project paths in it, as they are written. Never raises."""
    pattern = (
        r'Path\s*=\s*"([^"]+proj)"'
        if path.endswith(".slnx")
        else r'Project\("[^"]*"\)\s*=\s*"[^"]*",\s*"([^"]+proj)"'
    )
    return tuple(found.replace("\\", "/") for found in re.findall(pattern, text))


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _line(source: list[str], pattern: str) -> int:
    seek = re.compile(pattern)
    return next((number for number, line in enumerate(source, 1) if seek.search(line)), 0)
