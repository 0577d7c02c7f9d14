"""Maven projects -> apps: parents and modules joined, the archive that the build leaves, the Java version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from scaffold.facts import Evidence
from scaffold.families.jvm import Archive, JvmApp, mains
from scaffold.manifests.maven import MavenPlugin, Pom, parse
from scaffold.repo import Repo, folder_of, join, relative

_SPRING, _QUARKUS, _SHADE, _ASSEMBLY = (
    "spring-boot-maven-plugin",
    "quarkus-maven-plugin",
    "maven-shade-plugin",
    "maven-assembly-plugin",
)


@dataclass(frozen=True, slots=True)
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
        archive=_archive(repo, root, folder, pom),
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
            value = _fill(known.properties.get(name, ""), pom)
            if re.fullmatch(r"(?:1\.)?\d+", value):
                return value.removeprefix("1."), known.line_of(rf"<{re.escape(name)}>"), known.path
        compiler = known.plugins.get("maven-compiler-plugin")
        for setting in ("release", "source", "target") if compiler else ():
            value = _fill(compiler.setting(setting), pom) if compiler else ""
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


def _fill(text: str, pom: Pom, depth: int = 0) -> str:
    """Put the values of a pom into `${...}`; what is unknown becomes `*`."""
    values = {
        "artifactId": pom.artifact,
        "version": pom.version,
        "groupId": pom.group,
        "packaging": pom.packaging,
        "parent.version": pom.parent_version,
        "build.finalName": pom.final_name or f"{pom.artifact}-{pom.version}",
    }
    known = dict(pom.properties)
    for name, value in values.items():
        known |= {f"project.{name}": value, f"pom.{name}": value, name: value}

    def put(match: re.Match[str]) -> str:
        value = known.get(match[1], "*") or "*"
        return _fill(value, pom, depth + 1) if depth < 5 else "*"

    return re.sub(r"\$\{([^}]*)\}", put, text)


def _archive(repo: Repo, root: str, folder: str, pom: Pom) -> Archive:
    target = _path(relative(root, folder) if folder != root else "", "target")
    name = _fill(pom.final_name, pom) or f"{pom.artifact}-{_fill(pom.version, pom) or '*'}"
    plugins = pom.plugins
    line = {key: repo.proof(join(folder, "pom.xml"), plugin.line) for key, plugin in plugins.items()}
    runner = _runner(pom)
    if runner:
        return Archive(
            kind="war",
            path=f"{target}/{name}.war",
            main=f"{target}/{runner}",
            evidence=(line["maven-dependency-plugin"],),
        )
    if _QUARKUS in plugins:
        return _quarkus(repo, folder, target, name, line[_QUARKUS], pom)
    if _SPRING in plugins:
        tail = plugins[_SPRING].setting("classifier")
        kind = "war" if pom.packaging == "war" else "jar"
        return Archive(
            kind="jar", path=f"{target}/{name}{'-' + tail if tail else ''}.{kind}", evidence=(line[_SPRING],)
        )
    if pom.packaging == "war":
        return Archive(
            kind="war",
            path=f"{target}/{name}.war",
            evidence=(repo.proof(join(folder, "pom.xml"), pom.line_of("<packaging>")),),
        )
    for plugin, make in ((_SHADE, _shaded), (_ASSEMBLY, _assembled)):
        if plugin in plugins and (path := make(plugins[plugin], target, name, pom)):
            return Archive(
                kind="jar",
                path=path,
                main=_fill(plugins[plugin].setting("mainClass"), pom),
                evidence=(line[plugin],),
            )
    return _loose(repo, folder, target, name, pom, line)


def _path(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _runner(pom: Pom) -> str:
    """Return the jar that a copied server (webapp-runner, jetty-runner) gets, below target."""
    plugin = pom.plugins.get("maven-dependency-plugin")
    for runner in ("webapp-runner", "jetty-runner"):
        if plugin and runner in plugin.settings.get("artifactId", ()):
            return f"dependency/{plugin.setting('destFileName') or runner + '.jar'}"
    return ""


def _quarkus(repo: Repo, folder: str, target: str, name: str, proof: Evidence, pom: Pom) -> Archive:
    path = join(folder, "src/main/resources/application.properties")
    uber = repo.line_of(path, r"^quarkus\.package\.(?:jar\.)?type\s*=\s*uber-jar") if path in repo else 0
    if uber or pom.properties.get("quarkus.package.type") == "uber-jar":
        return Archive(kind="jar", path=f"{target}/{name}-runner.jar", evidence=(proof,))
    return Archive(kind="jar", path=f"{target}/quarkus-app/quarkus-run.jar", evidence=(proof,))


def _shaded(plugin: MavenPlugin, target: str, name: str, pom: Pom) -> str:
    if "shade" not in plugin.goals:
        return ""
    told = _fill(plugin.setting("outputFile"), pom)
    if told and "target/" in told:
        return f"{target}/{told.partition('target/')[2]}"
    final = _fill(plugin.setting("finalName"), pom)
    if final:
        return f"{target}/{final}.jar"
    if plugin.setting("shadedArtifactAttached") == "true":
        return f"{target}/{name}-{plugin.setting('shadedClassifierName') or 'shaded'}.jar"
    return f"{target}/{name}.jar"


def _assembled(plugin: MavenPlugin, target: str, name: str, pom: Pom) -> str:
    if not plugin.goals & {"single", "assembly", "attached"}:
        return ""
    if "jar-with-dependencies" not in plugin.settings.get("descriptorRef", ()):
        return ""
    final = _fill(plugin.setting("finalName"), pom) or name
    tail = "" if plugin.setting("appendAssemblyId") == "false" else "-jar-with-dependencies"
    return f"{target}/{final}{tail}.jar"


def _loose(
    repo: Repo, folder: str, target: str, name: str, pom: Pom, line: Mapping[str, Evidence]
) -> Archive:
    """Return how to start an app that is packed without its dependencies."""
    script = pom.plugins.get("appassembler-maven-plugin")
    if script and script.setting("mainClass"):
        where = _fill(script.setting("assembleDirectory"), pom)
        base = (
            f"{target}/{where.partition('target/')[2]}"
            if "target/" in where
            else (f"{target}/appassembler" if not where else target)
        )
        program = script.setting("id") if "program" in script.settings else script.setting("name")
        program = (
            program if program and "/" not in program else next(iter(script.settings.get("name", ())), name)
        )
        return Archive(
            kind="script", path=f"{base}/bin/{program}", evidence=(line["appassembler-maven-plugin"],)
        )
    found = mains(repo, folder)
    told = next(
        (_fill(p.setting("mainClass"), pom) for p in pom.plugins.values() if p.setting("mainClass")), ""
    )
    told = told or _fill(
        pom.properties.get(
            "exec.mainClass", pom.properties.get("main.class", pom.properties.get("mainClass", ""))
        ),
        pom,
    )
    main = told if told and "*" not in told else found[0].name if found else ""
    copier = pom.plugins.get("maven-dependency-plugin")
    proof = tuple(item.evidence for item in found if item.name == main)
    if copier and "copy-dependencies" in copier.goals:
        out = _fill(copier.setting("outputDirectory"), pom)
        below = out.partition("target/")[2] or (out.rpartition("*/")[2] if "*/" in out else "")
        return Archive(
            kind="classpath",
            path=f"{target}/classes:{target}/{below or 'dependency'}/*",
            main=main,
            evidence=(line["maven-dependency-plugin"], *proof),
        )
    if not main:
        return Archive(kind="")
    goals = "clean dependency:copy-dependencies install"
    return Archive(
        kind="classpath",
        path=f"{target}/classes:{target}/dependency/*",
        main=main,
        evidence=proof or (repo.proof(join(folder, "pom.xml"), pom.line_of("<mainClass>|mainClass>")),),
        build=(("MAVEN_CUSTOM_GOALS", goals),) if pom.dependencies else (),
    )
