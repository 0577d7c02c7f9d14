"""Dart on a server: Conduit and Aqueduct, dart_frog, shelf and its like, plain HttpServer programs."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import (
    PORT,
    AnyFact,
    ConfigVar,
    Doubt,
    Evidence,
    File,
    Process,
    Strength,
    Todo,
    Uses,
    command,
)
from scaffold.families.dart.apps import (
    DartApp,
    build_facts,
    dart_apps,
    dependency_proof,
    flutter_specs,
    port_of,
)
from scaffold.families.dart.conduit import service_of
from scaffold.families.dart.release import conduit_facts
from scaffold.families.dart.server import Entry, entry_of, programs_of
from scaffold.families.dart.services import services
from scaffold.repo import Repo, folder_of, join, relative
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the Dart packages that serve, and a hint for Flutter apps and libraries."""
    for app in dart_apps(repo):
        if app.framework in ("conduit", "conduit_core", "aqueduct") and (service := service_of(repo, app)):
            yield _uses(repo, app, Strength.FRAMEWORK, 5, service.channel)
            yield from conduit_facts(repo, app, service)
        elif app.framework == "dart_frog" and any(
            path.startswith(join(app.root, "routes") + "/") for path in repo.suffixed(".dart")
        ):
            yield from _frog(repo, app)
            yield from services(repo, app)
        elif entry := entry_of(repo, app):
            yield from _plain(repo, app, entry)
            yield from services(repo, app)
        else:
            yield from _unserved(repo, app)
    for spec in flutter_specs(repo):
        yield Uses(
            stack="dart",
            root=folder_of(spec.path),
            strength=Strength.HINT,
            serves=False,
            why="a Flutter app runs on phones and in browsers, not on a server",
            evidence=(repo.proof(spec.path, getattr(spec.dependencies.get("flutter"), "line", 0)),),
        )


def _uses(repo: Repo, app: DartApp, strength: Strength, weight: int, *proof: Evidence) -> Uses:
    evidence = (dependency_proof(repo, app, app.framework), *proof)
    what = f"uses {app.framework}" if app.framework else "is a Dart package"
    return Uses(
        stack="dart",
        root=app.root,
        strength=strength,
        weight=weight,
        serves=strength > Strength.HINT,
        why=f"the package of {app.spec.path} {what}",
        evidence=evidence,
    )


def _plain(repo: Repo, app: DartApp, entry: Entry) -> Iterator[AnyFact]:
    strength = Strength.FRAMEWORK if app.framework else Strength.GENERIC
    yield _uses(repo, app, strength, 3 if app.framework else 4, entry.call)
    port = port_of(repo, entry.files)
    words = ["dart", relative(app.root, entry.path)]
    if port == "option":
        words += ["--port", PORT]
    yield Process(
        stack="dart",
        root=app.root,
        name="web",
        command=command(*words),
        why=f"{entry.path} starts the server",
        evidence=(entry.call,),
    )
    if not port:
        yield Doubt(
            stack="dart",
            root=app.root,
            id="dart/port",
            message=f"{entry.call.path} binds a port without reading PORT; Heroku stops an app that does so.",
            remedy="Bind int.parse(Platform.environment['PORT'] ?? '8080').",
            evidence=(entry.call,),
        )
    if entry.loopback:
        yield Doubt(
            stack="dart",
            root=app.root,
            id="dart/loopback",
            message="The server listens on this machine only; Heroku's router does not reach it.",
            remedy="Bind InternetAddress.anyIPv4.",
            evidence=(entry.call,),
        )
    yield from build_facts(repo, app)


def _frog(repo: Repo, app: DartApp) -> Iterator[AnyFact]:
    routes = next(path for path in repo.suffixed(".dart") if path.startswith(join(app.root, "routes") + "/"))
    proof = dependency_proof(repo, app, "dart_frog")
    yield _uses(repo, app, Strength.FRAMEWORK, 5, repo.proof(routes))
    yield Process(
        stack="dart",
        root=app.root,
        name="web",
        command="dart build/bin/server.dart",
        why="dart_frog build writes the server that reads PORT there",
        evidence=(proof, repo.proof(routes)),
    )
    yield from build_facts(repo, app)
    yield from _frog_build(repo, app)


def _frog_build(repo: Repo, app: DartApp) -> Iterator[AnyFact]:
    proof = (dependency_proof(repo, app, "dart_frog"),)
    yield ConfigVar(
        stack="dart",
        root=app.root,
        name="DART_BUILD_CMD",
        value="dart pub global activate dart_frog_cli && dart pub global run dart_frog_cli:dart_frog build",
        description="What the Dart buildpack runs in a package that has a web folder",
        stage="build",
        evidence=proof,
        why="routes become a server by `dart_frog build`",
    )
    if not repo.has_folder(join(app.root, "web")):
        yield File(
            stack="dart",
            root=app.root,
            path=join(app.root, "web/README.md"),
            text="The Dart buildpack runs DART_BUILD_CMD only in a package that has this folder.\n",
            evidence=proof,
            why="the buildpack builds only a package that has a web folder",
        )


def _unserved(repo: Repo, app: DartApp) -> Iterator[AnyFact]:
    programs = programs_of(repo, app)
    if app.framework and programs:
        yield _uses(repo, app, Strength.GENERIC, 3, repo.proof(programs[0]))
        yield Process(
            stack="dart",
            root=app.root,
            name="web",
            strength=Strength.GENERIC,
            command=command("dart", relative(app.root, programs[0])),
            why=f"{programs[0]} is the program of a package that uses {app.framework}",
            evidence=(repo.proof(programs[0]),),
        )
        yield from build_facts(repo, app)
        yield from services(repo, app)
        yield Todo(
            stack="dart",
            root=app.root,
            command="",
            strength=Strength.GENERIC,
            why=f"No call that binds a port was found: check that {programs[0]} serves on PORT",
            evidence=(repo.proof(programs[0]),),
        )
        return
    yield _uses(repo, app, Strength.HINT, 1)


MARKS = ("pubspec.yaml", "*.dart")
STACK = Stack(name="dart", title="Dart", language="dart", detect=detect)
