"""pom.xml: parse(text, path) -> Pom. No entity is ever expanded; lines are found in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scaffold.errors import ManifestError
from scaffold.record import made, record

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@record
class MavenDep:
    """A dependency: its scope ("" is compile) and its line."""

    artifact: str
    group: str
    scope: str
    line: int


@record
class MavenPlugin:
    """A plugin: the goals of its executions, its settings by tag name (every value, in order), its line."""

    artifact: str
    goals: frozenset[str]
    settings: Mapping[str, tuple[str, ...]]
    line: int

    def setting(self, name: str) -> str:
        """Return the first value of a setting, "" for none."""
        return next(iter(self.settings.get(name, ())), "")


@record
class Pom:
    """A Maven project as it is written: `parent` is the parent's artifact, no value is interpolated."""

    path: str
    group: str = ""
    artifact: str = ""
    version: str = ""
    packaging: str = "jar"
    final_name: str = ""
    parent: str = ""
    parent_version: str = ""
    parent_line: int = 0
    modules: tuple[str, ...] = ()
    properties: Mapping[str, str] = made(factory=dict)
    dependencies: Mapping[str, MavenDep] = made(factory=dict)
    plugins: Mapping[str, MavenPlugin] = made(factory=dict)
    line: int = 0
    source: tuple[str, ...] = ()

    def line_of(self, pattern: str) -> int:
        """Return the first line that matches, or 0."""
        seek = re.compile(pattern)
        return next((number for number, text in enumerate(self.source, 1) if seek.search(text)), 0)


def parse(text: str, path: str) -> Pom:
    """Parse a pom.xml. Raises ManifestError for what is no XML, holds entities or is no project."""
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ManifestError(path, 1, "a pom.xml with a DOCTYPE is not read")
    try:
        top = ElementTree.fromstring(text.strip())
    except (ElementTree.ParseError, ValueError) as error:
        position = getattr(error, "position", (0, 0))
        raise ManifestError(path, position[0], f"not valid XML: {error}") from None
    if _tag(top) != "project":
        raise ManifestError(path, 1, "its top element is not <project>")
    return _pom(top, path, tuple(text.split("\n")))


def _pom(top: Element, path: str, source: tuple[str, ...]) -> Pom:
    parent = _child(top, "parent")
    build = _child(top, "build")
    properties = _child(top, "properties")
    dependencies = _child(top, "dependencies")
    modules = _child(top, "modules")
    artifact = _text(top, "artifactId")
    return Pom(
        path=path,
        group=_text(top, "groupId") or _text(parent, "groupId"),
        artifact=artifact,
        version=_text(top, "version") or _text(parent, "version"),
        packaging=_text(top, "packaging") or "jar",
        final_name=_text(build, "finalName"),
        parent=_text(parent, "artifactId"),
        parent_version=_text(parent, "version"),
        parent_line=_artifact_line(source, _text(parent, "artifactId")),
        modules=tuple((item.text or "").strip() for item in modules) if modules is not None else (),
        properties={_tag(item): (item.text or "").strip() for item in properties}
        if properties is not None
        else {},
        dependencies={dep.artifact: dep for dep in _dependencies(dependencies, source)},
        plugins=_plugins(build, source),
        line=_artifact_line(source, artifact),
        source=source,
    )


def _dependencies(element: Element | None, source: tuple[str, ...]) -> Iterator[MavenDep]:
    for item in element if element is not None else ():
        artifact = _text(item, "artifactId")
        if _tag(item) == "dependency" and artifact:
            yield MavenDep(
                artifact=artifact,
                group=_text(item, "groupId"),
                scope=_text(item, "scope"),
                line=_artifact_line(source, artifact),
            )


def _plugins(build: Element | None, source: tuple[str, ...]) -> dict[str, MavenPlugin]:
    managed = _child(_child(build, "pluginManagement"), "plugins")
    found: dict[str, MavenPlugin] = {}
    settings = {
        _text(item, "artifactId"): _settings(item) for item in (managed if managed is not None else ())
    }
    plugins = _child(build, "plugins")
    for item in plugins if plugins is not None else ():
        artifact = _text(item, "artifactId")
        if not artifact:
            continue
        known = found.get(artifact)
        goals = {(goal.text or "").strip() for goal in item.iter() if _tag(goal) == "goal"}
        own = {**settings.get(artifact, {}), **(known.settings if known else {}), **_settings(item)}
        found[artifact] = MavenPlugin(
            artifact=artifact,
            goals=frozenset(goals) | (known.goals if known else frozenset()),
            settings=own,
            line=_artifact_line(source, artifact),
        )
    return found


def _settings(plugin: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item in plugin.iter():
        text = (item.text or "").strip()
        found.setdefault(_tag(item), [])
        if text or len(item) == 0:
            found[_tag(item)].append(text)
        for key, value in item.attrib.items():
            found.setdefault(f"{_tag(item)}@{key}", []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _artifact_line(source: tuple[str, ...], artifact: str) -> int:
    if not artifact:
        return 0
    needle = re.compile(rf"<artifactId>\s*{re.escape(artifact)}\s*</artifactId>")
    return next((number for number, line in enumerate(source, 1) if needle.search(line)), 0)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next((item for item in element if _tag(item) == name), None)


def _text(element: Element | None, name: str) -> str:
    found = _child(element, name)
    return (found.text or "").strip() if found is not None else ""
