"""The Dart packages of a repository that could serve: their manifests, SDK, entry points, build facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Buildpack, ConfigVar, Doubt, Evidence, Runtime, Shim
from scaffold.families.dart.code import blank
from scaffold.families.dart.sdk import (
    dart_data,
    has_dart_pub,
    has_pub_program,
    runs_old_conduit,
    sdk_release,
    sdk_url,
)
from scaffold.manifests.pubspec import Lock, Pubspec, parse, parse_lock
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join

FRAMEWORKS = [
    "conduit",
    "conduit_core",
    "aqueduct",
    "dart_frog",
    "serverpod",
    "shelf",
    "shelf_router",
    "shelf_plus",
    "alfred",
    "angel3_framework",
    "angel_framework",
    "redstone",
    "jaguar",
    "start",
    "vania",
    "get_server",
    "grpc",
    "relic",
    "mojito",
    "rpc",
]
"""Packages whose use says that something is served over the network."""


@record
class DartApp:
    """A package that runs on a server: `root` is its folder, `release` the SDK it can be built with."""

    root: str
    spec: Pubspec
    lock: Lock
    framework: str = ""
    release: str = ""
    others: tuple[str, ...] = ()

    def locked(self, package: str) -> str:
        """Return a package's version by the lock file, "" without one."""
        return self.lock.packages.get(package, ("", 0))[0]


def dart_apps(repo: Repo) -> tuple[DartApp, ...]:
    """Return the packages of a repository that are no Flutter apps, shallow ones first."""
    return repo.once(("dart", "apps"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[DartApp]:
    manifests = repo.named("pubspec.yaml")
    for path in manifests:
        if is_secondary(path) and len(manifests) > 1 and any(not is_secondary(p) for p in manifests):
            continue
        spec = repo.try_parsed(path, parse)
        if spec is None or spec.flutter:
            continue
        root = folder_of(path)
        lock_path = _lock_of(repo, root)
        lock = repo.parsed(lock_path, parse_lock) if lock_path in repo else Lock(path=lock_path)
        framework = next((name for name in FRAMEWORKS if name in spec.dependencies), "")
        newest = str(dart_data()["aqueduct"]["newest_sdk"]) if framework == "aqueduct" else ""
        yield DartApp(
            root=root,
            spec=spec,
            lock=lock,
            framework=framework,
            release=sdk_release(spec.sdk or ("" if lock.sdk else "<2.0.0"), lock.sdk, newest=newest),
            others=tuple(other for other in manifests if other != path),
        )


def _lock_of(repo: Repo, root: str) -> str:
    """Return the path of the lock file of a package: its own, or that of the workspace above it."""
    own = join(root, "pubspec.lock")
    if own not in repo and "pubspec.yaml" in repo and "pubspec.lock" in repo:
        top = repo.try_parsed("pubspec.yaml", parse)
        if top and top.workspace:
            return "pubspec.lock"
    return own


def flutter_specs(repo: Repo) -> tuple[Pubspec, ...]:
    """Return the manifests of Flutter apps."""
    found = (repo.try_parsed(path, parse) for path in repo.named("pubspec.yaml"))
    return tuple(spec for spec in found if spec and spec.flutter)


def sources(repo: Repo, app: DartApp, *folders: str) -> tuple[str, ...]:
    """Return the Dart files of some folders of a package ("" is its top folder alone)."""
    found: list[str] = []
    for folder in folders:
        under = join(app.root, folder)
        for path in repo.suffixed(".dart", under=under):
            if folder or folder_of(path) == under:
                found.append(path)
    return tuple(dict.fromkeys(found))


def blanked(repo: Repo, path: str) -> str:
    """Return a source file with comments and strings blanked, computed once."""
    return repo.once(("dart", "blank", path), lambda: blank(repo.text(path)))


def dependency_proof(repo: Repo, app: DartApp, name: str) -> Evidence:
    """Return the line that asks for a package, the manifest itself where none does."""
    asked = app.spec.dependencies.get(name)
    return repo.proof(app.spec.path, asked.line if asked else 0)


def sdk_proof(repo: Repo, app: DartApp) -> Evidence:
    """Return the line that says which Dart the package needs."""
    if app.spec.sdk:
        return repo.proof(app.spec.path, app.spec.sdk_line)
    if app.lock.sdk:
        return repo.proof(app.lock.path, app.lock.sdk_line)
    return repo.proof(app.spec.path)


def pub_global_run(app: DartApp) -> tuple[str, ...]:
    """Return the words that run a globally activated program by the SDK's own means."""
    if app.framework == "aqueduct" or not has_dart_pub(app.release):
        return ("/app/dart-sdk/bin/pub", "global", "run")
    return ("dart", "pub", "global", "run")


def build_facts(repo: Repo, app: DartApp, *, packages: str = "", conduit: str = "any") -> Iterator[AnyFact]:
    """Yield how Heroku builds a Dart package: runtime, buildpack and the config vars it reads.

    `packages` are the programs to activate ("conduit@4.1.6"); `conduit` is the version of Conduit that
    the buildpack activates in any case ("any" lets pub choose one that runs on the SDK).
    """
    proof = (sdk_proof(repo, app),)
    data = dart_data()
    kind = _buildpack(app)
    yield Runtime(
        stack="dart", root=app.root, language="dart", asked=app.spec.sdk or app.lock.sdk, evidence=proof
    )
    yield Buildpack(
        stack="dart",
        root=app.root,
        name=str(data["buildpacks"][kind]["url"]),
        why="Heroku has no Dart buildpack of its own; this one installs the SDK of DART_SDK_URL",
        evidence=proof,
    )
    values = {
        "DART_SDK_URL": (sdk_url(app.release), f"Archive of the Dart SDK ({app.release})"),
        "PATH": (str(data["paths"]["path"]), "Where programs are found: with the Dart SDK's and pub's"),
        "PUB_CACHE": (str(data["paths"]["pub_cache"]), "Where the buildpack keeps packages"),
    }
    if packages:
        values["DART_GLOBAL_PACKAGES"] = (packages, "Programs that the buildpack activates")
    if kind == "conduit" and not runs_old_conduit(app.release):
        values["CONDUIT_VERSION"] = (conduit, "Version of Conduit that the buildpack activates")
    if app.others:
        values["PUBSPEC_PATH"] = (app.spec.path, "The only package the buildpack gets and builds")
    for name, (value, description) in values.items():
        yield ConfigVar(
            stack="dart",
            root=app.root,
            name=name,
            value=value,
            description=description,
            stage="run" if name == "PATH" else "build",
            why="the Dart buildpack reads it",
            evidence=proof,
        )
    if not app.spec.sdk:
        yield Doubt(
            stack="dart",
            root=app.root,
            id="dart/no-sdk-constraint",
            message=f"{app.spec.path} does not say which Dart it needs: pub takes it for Dart 1.",
            remedy="Add to it: environment: {sdk: ^3.0.0}",
            evidence=(repo.proof(app.spec.path),),
        )
    if app.root != ".":
        yield Shim(
            stack="dart",
            root=app.root,
            path="",
            text="",
            evidence=proof,
            why="the Dart buildpack builds the package of PUBSPEC_PATH wherever it is",
        )
        if not app.others:
            yield ConfigVar(
                stack="dart",
                root=app.root,
                name="PUBSPEC_PATH",
                value=app.spec.path,
                description="The package the buildpack gets and builds",
                stage="build",
                evidence=proof,
            )


def _buildpack(app: DartApp) -> str:
    if app.framework == "aqueduct" or not has_dart_pub(app.release):
        return "old"
    if app.framework.startswith("conduit") or not has_pub_program(app.release):
        return "conduit"
    return "pub"


_PORT_READ = lazy(r"""\[\s*["']PORT["']\s*\]|envvar\w*\(\s*["']PORT["']""", re.IGNORECASE)
_PORT_OPTION = lazy(r"""addOption\(\s*["']port["']""")


def port_of(repo: Repo, paths: tuple[str, ...]) -> str:
    """Say how a server learns its port: "env" (PORT is read), "option" (--port), or "" (neither)."""
    texts = [repo.text(path) for path in paths]
    if any(_PORT_READ.search(text) for text in texts):
        return "env"
    return "option" if any(_PORT_OPTION.search(text) for text in texts) else ""
