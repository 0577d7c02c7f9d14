"""Gradle projects -> apps: plugins and libraries (version catalogs too), the archive the build leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scaffold.facts import Evidence
from scaffold.families.jvm import Archive, JvmApp, mains
from scaffold.manifests import toml_file
from scaffold.manifests.gradle import Gradle, parse
from scaffold.repo import Repo, folder_of, join, relative

_BUILDS = ("build.gradle", "build.gradle.kts")
_SETTINGS = ("settings.gradle", "settings.gradle.kts")
_RUNTIME = ("implementation", "api", "compile", "runtimeOnly", "runtime", "providedRuntime")
_MOBILE = (
    "com.android.application",
    "com.android.library",
    "kotlin-multiplatform",
    "kotlin-android",
    "com.android.dynamic-feature",
)


@dataclass(frozen=True, slots=True)
class _Build:
    """A build: its top folder, settings, the top build file, the catalog's names."""

    root: str
    settings: Gradle | None
    top: Gradle | None
    plugins: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)


def gradle_apps(repo: Repo) -> tuple[JvmApp, ...]:
    """Return the Gradle projects that could run on a server, shallow ones first."""
    return repo.once(("jvm", "gradle"), lambda: tuple(_apps(repo)))


def mobile(repo: Repo) -> tuple[str, ...]:
    """Return the Gradle build files of Android and multiplatform projects."""
    return tuple(path for path in repo.named(*_BUILDS)[:100] if _is_mobile(repo, path))


def _is_mobile(repo: Repo, path: str) -> bool:
    known = repo.parsed(path, parse)
    names = set(known.plugins)
    return bool(names & set(_MOBILE)) or any(name.startswith("libs.") and "android" in name for name in names)


def _apps(repo: Repo) -> Iterator[JvmApp]:
    builds: dict[str, _Build] = {}
    for path in repo.named(*_BUILDS)[:100]:
        folder = folder_of(path)
        if "node_modules" in path or folder.endswith("buildSrc") or "/buildSrc/" in path:
            continue
        root = _root(repo, folder)
        if root not in builds:
            builds[root] = _build(repo, root)
        own = repo.parsed(path, parse)
        if _is_mobile(repo, path):
            continue
        if folder == root and builds[root].settings and _parts(builds[root]) and not mains(repo, folder):
            continue
        yield _app(repo, builds[root], folder, own)


def _parts(build: _Build) -> tuple[str, ...]:
    return build.settings.includes if build.settings else ()


def _root(repo: Repo, folder: str) -> str:
    """Return the folder of the build: the nearest above that has settings, the folder itself without."""
    here = folder
    for _ in range(6):
        if any(join(here, name) in repo for name in _SETTINGS):
            return here
        if here == ".":
            break
        here = folder_of(here)
    return folder


def _build(repo: Repo, root: str) -> _Build:
    settings = next((repo.parsed(join(root, n), parse) for n in _SETTINGS if join(root, n) in repo), None)
    top = next((repo.parsed(join(root, n), parse) for n in _BUILDS if join(root, n) in repo), None)
    path = join(root, "gradle/libs.versions.toml")
    catalog = repo.try_parsed(path, toml_file.parse) if path in repo else None
    plugins, libraries = (
        catalog.at("plugins") if catalog else None,
        catalog.at("libraries") if catalog else None,
    )
    return _Build(root, settings, top, _names(plugins, "id"), _names(libraries, "module"))


def _names(table: Any, key: str) -> dict[str, str]:
    """Map the accessors of a catalog table (dots for dashes) to plugin ids or artifact names."""
    found: dict[str, str] = {}
    for alias, value in table.items() if isinstance(table, dict) else ():
        told = value
        if isinstance(value, dict):
            told = value.get(key) or value.get("name") or ""
        if isinstance(told, str):
            parts = told.split(":")
            name = parts[0] if key == "id" else (parts[1] if len(parts) > 1 else parts[0])
            found[re.sub(r"[-_]", ".", str(alias))] = name
    return found


def _app(repo: Repo, build: _Build, folder: str, own: Gradle) -> JvmApp:
    shared = (
        build.top.plugins if build.top and build.top is not own and "allprojects" in build.top.code else {}
    )
    plugins = {_plugin(build, name): repo.proof(own.path, line) for name, line in own.plugins.items()}
    for name, line in shared.items():
        plugins.setdefault(_plugin(build, name), repo.proof(build.top.path if build.top else own.path, line))
    if "org.springframework.boot" in plugins:
        plugins["spring-boot"] = plugins["org.springframework.boot"]
    libraries = {
        _library(build, dep.artifact): repo.proof(own.path, dep.line)
        for dep in own.dependencies.values()
        if dep.configuration in _RUNTIME
    }
    if "io.ktor.plugin" in plugins:
        libraries.setdefault("io.ktor.plugin", plugins["io.ktor.plugin"])
    told = next((b for b in (own, build.top) if b and b.value("java")), None)
    name = build.settings.value("rootname") if build.settings and folder == build.root else ""
    return JvmApp(
        root=build.root,
        folder=folder,
        manifest=own.path,
        tool="gradle",
        name=name or (folder.rpartition("/")[2] if folder != build.root else ""),
        libraries=libraries,
        plugins=plugins,
        archive=_archive(repo, build, folder, own, plugins, name),
        java=told.value("java") if told else "",
        java_evidence=repo.proof(told.path, told.line("java")) if told else None,
        proof=repo.proof(own.path),
    )


def _plugin(build: _Build, name: str) -> str:
    return build.plugins.get(name[5:], name[5:].replace(".", "-")) if name.startswith("libs.") else name


def _library(build: _Build, name: str) -> str:
    return build.libraries.get(name[5:], name[5:].replace(".", "-")) if name.startswith("libs.") else name


def _archive(
    repo: Repo, build: _Build, folder: str, own: Gradle, plugins: Mapping[str, Evidence], rootname: str
) -> Archive:
    inside = relative(build.root, folder) if folder != build.root else ""
    base = f"{inside}/build" if inside else "build"
    module = f":{inside.replace('/', ':')}:" if inside else ""
    name = own.value("base") or rootname or (folder.rpartition("/")[2] if inside else "")
    version = (
        own.value("version")
        or (build.top.value("version") if build.top else "")
        or _property(repo, build.root, "version")
    )
    jar = f"{name or '*'}{'-' + version if version else ''}"
    if not name and not version:
        jar = "*"
    stage = next((b for b in (own, build.top) if b and b.value("stage")), None)
    if "spring-boot" in plugins:
        named = own.value("archive") if re.search(r"\bbootJar\b", own.code) else ""
        kind = "war" if "war" in plugins and "bootWar" in own.code else "jar"
        return Archive(
            kind="jar", path=f"{base}/libs/{named or f'{jar}.{kind}'}", evidence=(plugins["spring-boot"],)
        )
    if "io.quarkus" in plugins:
        return Archive(
            kind="jar", path=f"{base}/quarkus-app/quarkus-run.jar", evidence=(plugins["io.quarkus"],)
        )
    shadow = next(
        (
            p
            for p in ("com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.github.goooler.shadow")
            if p in plugins
        ),
        "",
    )
    micronaut = next((p for p in plugins if p.startswith("io.micronaut.application")), "")
    found = mains(repo, folder)
    main = own.value("main") or (found[0].name if found else "")
    tasked = bool(stage) and bool(
        re.search(
            r"shadowJar|installDist|fatJar|buildFatJar|build|assemble|jar|copyTo", stage.code if stage else ""
        )
    )

    def task(goal: str) -> tuple[tuple[str, str], ...]:
        return () if tasked else (("GRADLE_TASK", f"{module}{goal}"),)

    if shadow and not (stage and "installDist" in stage.code):
        tail = (
            "-all"
            if not re.search(r"classifier\w*\W+(?:set\W+)?(?:null|['\"]{2})", own.code, re.IGNORECASE)
            else ""
        )
        told = own.value("classifier")
        named = own.value("archive") or f"{jar}{'-' + told if told and tail else tail}.jar"
        needs = () if micronaut else task("shadowJar")
        return Archive(
            kind="jar", path=f"{base}/libs/{named}", main=main, evidence=(plugins[shadow],), build=needs
        )
    if "io.ktor.plugin" in plugins and "buildFatJar" in own.code + (stage.code if stage else ""):
        named = own.value("archive") or f"{jar}-all.jar"
        return Archive(
            kind="jar",
            path=f"{base}/libs/{named}",
            main=main,
            evidence=(plugins["io.ktor.plugin"],),
            build=task("buildFatJar"),
        )
    runs = next(
        (
            p
            for p in (
                "application",
                "io.ktor.plugin",
                micronaut,
                "org.beryx.runtime",
                "io.ratpack.ratpack-java",
            )
            if p and p in plugins
        ),
        "",
    )
    if runs:
        program = own.value("application") or rootname or (folder.rpartition("/")[2] if inside else "*")
        return Archive(
            kind="script",
            path=f"{base}/install/{program}/bin/{program}",
            main=main,
            evidence=(plugins[runs],),
            build=task("installDist"),
        )
    return _loose(repo, own, base, jar, task, found and found[0].evidence)


def _loose(repo: Repo, own: Gradle, base: str, jar: str, task: Any, main: Any) -> Archive:
    """Return the archive of a build that packs a jar by hand, or none that can run."""
    fat = re.search(
        r"configurations\.(?:runtimeClasspath|compileClasspath|compile|runtime)\b[\s\S]{0,80}?(?:zipTree|collect|map)",
        own.code,
    )
    if fat and own.value("main"):
        called = re.search(
            r"task\s*\(?\s*[\"']?(\w*[fF]at\w*|uberJar)|tasks\.register[^(]*\(\s*[\"'](\w*[fF]at\w*|uberJar)",
            own.code,
        )
        goal = next((g for g in called.groups() if g), "jar") if called else "jar"
        told = own.value("classifier")
        named = own.value("archive") or f"{jar}{'-' + told if told else ''}.jar"
        line = own.code.count("\n", 0, fat.start()) + 1
        return Archive(
            kind="jar",
            path=f"{base}/libs/{named}",
            main=own.value("main"),
            evidence=(repo.proof(own.path, line),),
            build=task(goal),
        )
    if "war" in own.plugins:
        return Archive(
            kind="war",
            path=f"{base}/libs/{jar}.war",
            evidence=(repo.proof(own.path, own.plugins["war"]),),
            build=task("war"),
        )
    return Archive(kind="", evidence=(main,) if main else ())


def _property(repo: Repo, root: str, name: str) -> str:
    path = join(root, "gradle.properties")
    found = (
        re.search(rf"^{name}\s*=\s*([^\s$]+)\s*$", repo.text(path), re.MULTILINE) if path in repo else None
    )
    return found[1] if found else ""
