"""Maven projects -> apps: parents and modules joined, the archive that the build leaves, the Java version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scaffold.families.jvm.apps import JvmApp
from scaffold.families.jvm.maven_archive import archive_of, fill
from scaffold.manifests.maven import Pom, parse
from scaffold.record import record, replace
from scaffold.repo import Repo, folder_of, join

_SPRING = "spring-boot-maven-plugin"


@record(kw_only=False)
class _Tree:
    poms: Mapping[str, Pom]
    above: Mapping[str, str]

    def root(self, folder: str) -> str:
        """Return the topmost folder whose build includes this one."""
        seen = {folder}
        while folder in self.above and self.above[folder] not in seen:
            folder = self.above[folder]
            seen.add(folder)
        return folder


def maven_apps(repo: Repo) -> tuple[JvmApp, ...]:
    """Return the Maven modules that make a jar or war, shallow ones first."""
    return repo.once(("jvm", "maven"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[JvmApp]:
    tree = _tree(repo)
    for folder, pom in tree.poms.items():
        if pom.packaging in ("pom", "aar", "apk", "maven-plugin", "eclipse-plugin", "jenkins-module", "hpi"):
            continue
        if any(name.startswith("android-maven") for name in pom.plugins):
            continue
        yield _app(repo, tree, folder, _effective(tree, folder, pom))


def _tree(repo: Repo) -> _Tree:
    poms: dict[str, Pom] = {}
    for path in repo.named("pom.xml")[:200]:
        if "/target/" not in path and "/archetype-resources/" not in path:
            pom = repo.try_parsed(path, parse)
            if pom is not None:
                poms[folder_of(path)] = pom
    above = {
        join(folder, module.removesuffix("/pom.xml")): folder
        for folder, pom in poms.items()
        for module in pom.modules
    }
    return _Tree(poms, {child: parent for child, parent in above.items() if child != parent})


def _effective(tree: _Tree, folder: str, pom: Pom) -> Pom:
    """Return a pom completed by its parents that are in the repository."""
    seen, here, result = {folder}, folder, pom
    while result.parent:
        up = tree.above.get(here) or join(here, "..")
        parent = tree.poms.get(up)
        if parent is None or parent.artifact != result.parent or up in seen:
            break
        seen.add(up)
        here = up
        result = replace(
            result,
            properties={**parent.properties, **result.properties},
            dependencies={**parent.dependencies, **result.dependencies},
            plugins={**parent.plugins, **result.plugins},
            version=result.version or parent.version,
            parent=parent.parent,
            parent_version=parent.parent_version,
        )
    return result


def _app(repo: Repo, tree: _Tree, folder: str, pom: Pom) -> JvmApp:
    own = tree.poms[folder]
    root = tree.root(folder)
    java, line, where = _java(tree, folder, pom)
    libraries = {
        name: repo.proof(own.path, own.line_of(rf"<artifactId>\s*{re.escape(name)}\s*<"))
        for name, dep in pom.dependencies.items()
        if dep.scope not in ("test", "system") and name
    }
    plugins = {
        name: repo.proof(own.path, own.plugins[name].line if name in own.plugins else 0)
        for name in pom.plugins
    }
    if _SPRING in pom.plugins:
        plugins["spring-boot"] = plugins[_SPRING]
    return JvmApp(
        root=root,
        folder=folder,
        manifest=own.path,
        tool="maven",
        name=own.artifact,
        libraries=libraries,
        plugins=plugins,
        archive=archive_of(repo, root, folder, pom),
        java=java,
        java_evidence=repo.proof(where, line) if where else None,
        proof=repo.proof(own.path, own.line),
    )


def _java(tree: _Tree, folder: str, pom: Pom) -> tuple[str, int, str]:
    """Return the Java version a pom asks for, with line and file."""
    names = (
        "java.version",
        "maven.compiler.release",
        "maven.compiler.source",
        "maven.compiler.target",
        "jdk.version",
        "java-version",
        "javaVersion",
    )
    here = folder
    for _ in range(5):
        known = tree.poms.get(here)
        if known is None:
            break
        for name in names:
            value = fill(known.properties.get(name, ""), pom)
            if re.fullmatch(r"(?:1\.)?\d+", value):
                return value.removeprefix("1."), known.line_of(rf"<{re.escape(name)}>"), known.path
        compiler = known.plugins.get("maven-compiler-plugin")
        for setting in ("release", "source", "target") if compiler else ():
            value = fill(compiler.setting(setting), pom) if compiler else ""
            if re.fullmatch(r"(?:1\.)?\d+", value):
                return (
                    value.removeprefix("1."),
                    known.line_of(
                        rf"<{setting}>\s*{re.escape(compiler.setting(setting) if compiler else '')}\s*<"
                    ),
                    known.path,
                )
        if here == ".":
            break
        here = tree.above.get(here) or join(here, "..")
    if pom.parent == "spring-boot-starter-parent":
        boot = re.match(r"\d+", pom.parent_version)
        if boot:
            version = "8" if int(boot[0]) < 3 else "17"
            return version, tree.poms[folder].parent_line, tree.poms[folder].path
    return "", 0, ""
