"""A Maven project -> the archive its build leaves: its exact name, or the class path to start it by."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.facts import Evidence
from scaffold.families.jvm.apps import Archive, mains
from scaffold.manifests.maven import MavenPlugin, Pom
from scaffold.repo import Repo, join, relative

_SPRING, _QUARKUS, _SHADE, _ASSEMBLY = (
    "spring-boot-maven-plugin",
    "quarkus-maven-plugin",
    "maven-shade-plugin",
    "maven-assembly-plugin",
)


def fill(text: str, pom: Pom, depth: int = 0) -> str:
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
        return fill(value, pom, depth + 1) if depth < 5 else "*"

    return re.sub(r"\$\{([^}]*)\}", put, text)


def archive_of(repo: Repo, root: str, folder: str, pom: Pom) -> Archive:
    """Return what the build of a module leaves in its target folder."""
    target = _path(relative(root, folder) if folder != root else "", "target")
    name = fill(pom.final_name, pom) or f"{pom.artifact}-{fill(pom.version, pom) or '*'}"
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
                main=fill(plugins[plugin].setting("mainClass"), pom),
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
    told = fill(plugin.setting("outputFile"), pom)
    if told and "target/" in told:
        return f"{target}/{told.partition('target/')[2]}"
    final = fill(plugin.setting("finalName"), pom)
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
    final = fill(plugin.setting("finalName"), pom) or name
    tail = "" if plugin.setting("appendAssemblyId") == "false" else "-jar-with-dependencies"
    return f"{target}/{final}{tail}.jar"


def _loose(
    repo: Repo, folder: str, target: str, name: str, pom: Pom, line: Mapping[str, Evidence]
) -> Archive:
    """Return how to start an app that is packed without its dependencies."""
    if scripted := _scripted(target, name, pom, line):
        return scripted
    main, proof = _main_class(repo, folder, pom)
    copier = pom.plugins.get("maven-dependency-plugin")
    if copier and "copy-dependencies" in copier.goals:
        out = fill(copier.setting("outputDirectory"), pom)
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


def _scripted(target: str, name: str, pom: Pom, line: Mapping[str, Evidence]) -> Archive | None:
    script = pom.plugins.get("appassembler-maven-plugin")
    if script and script.setting("mainClass"):
        where = fill(script.setting("assembleDirectory"), pom)
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
    return None


def _main_class(repo: Repo, folder: str, pom: Pom) -> tuple[str, tuple[Evidence, ...]]:
    """Return the main class that the pom names, or else the code has."""
    found = mains(repo, folder)
    told = next(
        (fill(p.setting("mainClass"), pom) for p in pom.plugins.values() if p.setting("mainClass")), ""
    )
    told = told or fill(
        pom.properties.get(
            "exec.mainClass", pom.properties.get("main.class", pom.properties.get("mainClass", ""))
        ),
        pom,
    )
    main = told if told and "*" not in told else found[0].name if found else ""
    return main, tuple(item.evidence for item in found if item.name == main)
