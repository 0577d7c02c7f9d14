"""Gradle projects -> apps: plugins and libraries (version catalogs too), the archive the build leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.families.jvm.apps import JvmApp, mains
from scaffold.families.jvm.gradle_archive import Build, archive_of
from scaffold.manifests import toml_file
from scaffold.manifests.gradle import Gradle, parse
from scaffold.repo import Repo, folder_of, join

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
    builds: dict[str, Build] = {}
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


def _parts(build: Build) -> tuple[str, ...]:
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


def _build(repo: Repo, root: str) -> Build:
    settings = next((repo.parsed(join(root, n), parse) for n in _SETTINGS if join(root, n) in repo), None)
    top = next((repo.parsed(join(root, n), parse) for n in _BUILDS if join(root, n) in repo), None)
    path = join(root, "gradle/libs.versions.toml")
    catalog = repo.try_parsed(path, toml_file.parse) if path in repo else None
    plugins, libraries = (
        catalog.at("plugins") if catalog else None,
        catalog.at("libraries") if catalog else None,
    )
    return Build(root, settings, top, _names(plugins, "id"), _names(libraries, "module"))


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


def _app(repo: Repo, build: Build, folder: str, own: Gradle) -> JvmApp:
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
        archive=archive_of(repo, build, folder, own, plugins),
        java=told.value("java") if told else "",
        java_evidence=repo.proof(told.path, told.line("java")) if told else None,
        proof=repo.proof(own.path),
    )


def _plugin(build: Build, name: str) -> str:
    return build.plugins.get(name[5:], name[5:].replace(".", "-")) if name.startswith("libs.") else name


def _library(build: Build, name: str) -> str:
    return build.libraries.get(name[5:], name[5:].replace(".", "-")) if name.startswith("libs.") else name
