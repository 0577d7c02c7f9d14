"""JVM apps by Maven, Gradle, sbt or Leiningen: Spring Boot, Quarkus, Ktor, Spark ..., bots, war files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import (
    AnyFact,
    Buildpack,
    ConfigVar,
    Doubt,
    Evidence,
    File,
    Process,
    Runtime,
    Strength,
    Todo,
    Uses,
)
from scaffold.families.code_text import find
from scaffold.families.jvm.apps import (
    JvmApp,
    imported,
    listening,
    mains,
    sources,
)
from scaffold.families.jvm.command import start, wrapper
from scaffold.families.jvm.gradle import gradle_apps, mobile
from scaffold.families.jvm.libraries import BOTS, WEB
from scaffold.families.jvm.maven import maven_apps
from scaffold.families.jvm.others import other_apps
from scaffold.families.jvm.services import services
from scaffold.families.port_reading import fixed_port
from scaffold.repo import Repo, folder_of, is_secondary, join
from scaffold.stacks import Stack

_BUILDPACKS = {
    "maven": "heroku/java",
    "gradle": "heroku/gradle",
    "sbt": "heroku/scala",
    "lein": "heroku/clojure",
}


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the JVM apps; a hint for libraries and Android apps."""
    maven = maven_apps(repo)
    built = {app.root for app in maven}
    every = (
        *maven,
        *(app for app in gradle_apps(repo) if app.root not in built or not _served(app, maven)),
        *other_apps(repo),
    )
    chosen: dict[str, tuple[tuple[int, ...], JvmApp]] = {}
    for app in every:
        rank = _rank(repo, app)
        if app.root not in chosen or rank > chosen[app.root][0]:
            chosen[app.root] = (rank, app)
    for _, app in chosen.values():
        yield from _app(repo, app)
        yield from _beside(repo, app, every)
    for path in mobile(repo)[:1]:
        yield Uses(
            stack="java",
            root=folder_of(path),
            strength=Strength.HINT,
            serves=False,
            why="an Android or multiplatform project runs on phones, not on a server",
            evidence=(repo.proof(path),),
        )


def _beside(repo: Repo, app: JvmApp, every: tuple[JvmApp, ...]) -> Iterator[Process]:
    """Yield the workers that the same build makes in other modules."""
    for other in every:
        mine = other.root == app.root and other.tool == app.tool and other.folder != app.folder
        if not mine or is_secondary(join(other.folder, "x")) or _kind(repo, other) != "worker":
            continue
        if begun := start(repo, other, web=False):
            yield Process(
                stack="java",
                root=app.root,
                name="worker",
                tool=re.sub(r"[^a-z0-9]", "", other.name.lower()),
                command=begun.command,
                evidence=(*begun.evidence, other.proof),
                why=f"{other.manifest} builds a program that answers no HTTP",
            )


def _served(app: JvmApp, others: tuple[JvmApp, ...]) -> bool:
    """Tell whether the Maven build of the same folder runs already: Heroku's Java buildpack goes first."""
    return any(other.root == app.root and other.archive.kind for other in others)


def _kind(repo: Repo, app: JvmApp) -> str:
    """Say what an app is: web, worker (a bot or a program that runs on), or "" (a library)."""
    if app.archive.kind == "war" or "io.quarkus" in app.plugins or "quarkus-maven-plugin" in app.plugins:
        return "web"
    web, bot = app.library(WEB), app.library(BOTS)
    runs = bool(mains(repo, app.folder)) or bool(app.archive.main)
    if not runs and not (web and app.tool in ("sbt", "lein")):
        return ""
    heard = listening(repo, app.folder) is not None
    if web and (app.spring or heard or not bot):
        return "web"
    if heard and _reads_port(repo, app):
        return "web"
    if bot:
        return "worker"
    if app.library(("micronaut-http",)) or imported(repo, app.folder):
        return "web"
    return "worker" if app.spring else ""


def _reads_port(repo: Repo, app: JvmApp) -> bool:
    return bool(
        find(repo, sources(repo, app.folder)[:400], re.compile(r"""["']PORT["']|ServerSocket\(|HttpServer"""))
    )


def _rank(repo: Repo, app: JvmApp) -> tuple[int, ...]:
    kind = _kind(repo, app)
    aside = app.folder != app.root and is_secondary(join(app.folder, "x"))
    name = app.folder.rpartition("/")[2]
    return (
        int(not aside),
        int(kind == "web"),
        int(bool(kind)),
        int(bool(app.archive.kind)),
        int(bool(re.search(r"gateway|web|api|server|app|backend|boot", name))),
        -app.folder.count("/"),
    )


def _app(repo: Repo, app: JvmApp) -> Iterator[AnyFact]:
    kind = _kind(repo, app)
    library = app.library(WEB) if kind == "web" else app.library(BOTS)
    proof = tuple(
        dict.fromkeys(
            e
            for e in (
                app.plugins.get("spring-boot")
                or app.plugins.get("io.quarkus")
                or app.plugins.get("quarkus-maven-plugin"),
                app.libraries.get(library),
                *(m.evidence for m in mains(repo, app.folder)[:1]),
                app.proof,
            )
            if e
        )
    )
    declared = bool(library or app.spring) and kind
    yield Uses(
        stack="java",
        root=app.root,
        strength=Strength.FRAMEWORK if declared else Strength.GENERIC if kind else Strength.HINT,
        weight=(5 if app.spring else 4) if kind == "web" else 2 if kind else 0,
        serves=kind == "web",
        why=_why(app, kind, library),
        evidence=proof,
    )
    if not kind:
        return
    yield from _process(repo, app, kind, proof)
    yield from _build(repo, app)
    yield from services(repo, app)


def _why(app: JvmApp, kind: str, library: str) -> str:
    if not kind:
        return f"{app.manifest} makes a library or a command line, nothing that runs on"
    if app.spring:
        return f"{app.manifest} builds a Spring Boot app"
    return (
        f"{app.manifest} declares {library}" if library else f"{app.manifest} builds a program that listens"
    )


def _process(repo: Repo, app: JvmApp, kind: str, proof: tuple[Evidence, ...]) -> Iterator[AnyFact]:
    begun = start(repo, app, web=kind == "web")
    if begun is None:
        yield Doubt(
            stack="java",
            root=app.root,
            id="java/nothing-to-run",
            message=f"{app.manifest} packs the app without its dependencies: nothing Heroku could start.",
            remedy="Add the application (Gradle), shade (Maven) or sbt-native-packager plugin.",
            evidence=(app.proof,),
        )
        return
    main = tuple(m.evidence for m in mains(repo, app.folder) if m.name == app.archive.main)[:1]
    yield Process(
        stack="java",
        root=app.root,
        name=kind,
        command=begun.command,
        evidence=(*begun.evidence, *main) or proof,
        why=f"the build leaves {app.archive.path}",
    )
    heard = listening(repo, app.folder)
    if kind == "web" and not begun.port_known and heard:
        yield fixed_port("java", app.root, heard.evidence, 'Use Integer.parseInt(System.getenv("PORT")).')
    if app.archive.kind == "war" and not app.archive.main:
        yield Todo(
            stack="java",
            root=app.root,
            command="",
            why=f"{app.manifest} makes a war file and brings no server: let maven-dependency-plugin copy "
            "com.heroku:webapp-runner to target/dependency/webapp-runner.jar",
            evidence=app.archive.evidence,
        )
    for name, value in app.archive.build:
        yield ConfigVar(
            stack="java",
            root=app.root,
            name=name,
            value=value,
            stage="build",
            evidence=begun.evidence or proof,
            description="What Heroku's build runs",
            why="the build's default leaves nothing that can be started",
        )


def _build(repo: Repo, app: JvmApp) -> Iterator[AnyFact]:
    proof = app.java_evidence or app.proof
    told = join(app.root, "system.properties")
    line = repo.line_of(told, r"^\s*java\.runtime\.version\s*=") if told in repo else 0
    asked = repo.lines(told)[line - 1].partition("=")[2].strip() if line else app.java
    yield Runtime(
        stack="java",
        root=app.root,
        language="java",
        asked=asked,
        evidence=(repo.proof(told, line) if line else proof,),
    )
    yield Buildpack(
        stack="java",
        root=app.root,
        name=_BUILDPACKS[app.tool],
        why=f"it builds with {app.tool}",
        evidence=(app.proof,),
    )
    version = _supported(app.java)
    if not line and told not in repo and version:
        yield File(
            stack="java",
            root=app.root,
            path=told,
            text=f"java.runtime.version={version}\n",
            why=f"Heroku takes its newest Java unless told; {app.manifest} asks for {app.java}",
            evidence=(proof,),
        )
    if app.tool == "gradle" and not wrapper(repo, app):
        yield Todo(
            stack="java",
            root=app.root,
            command="gradle wrapper && git add gradlew gradle/wrapper",
            why="Heroku builds with the project's own Gradle wrapper, which is not committed",
            evidence=(app.proof,),
        )


def _supported(asked: str) -> str:
    """Return the version to ask Heroku for: the asked one, or the next that is there."""
    known = policy.runtime("java")
    if known is None or not re.fullmatch(r"\d{1,2}", asked):
        return ""
    return next((item for item in known.supported if int(item) >= int(asked)), "")


MARKS = (
    "pom.*",
    "*.gradle",
    "*.gradle.kts",
    "build.sbt",
    "project.clj",
    "*.java",
    "*.kt",
    "*.scala",
    "*.clj",
)
STACK = Stack(name="java", title="Java", language="java", detect=detect)
