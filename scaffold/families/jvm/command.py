"""A JVM app -> the command that starts it: the archive, and the option that hands it Heroku's port."""

from __future__ import annotations

import re

from scaffold.facts import Evidence, Raw, command
from scaffold.families.code_text import find
from scaffold.families.jvm.apps import JvmApp, settings_files, sources
from scaffold.families.port_reading import Port, port_of
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_ENGINE = lazy(r"\bEngineMain\b")
_VERTX = lazy(r"getProperty\(\s*\"http\.port\"|Integer\.getInteger\(\s*\"http\.port\"")
_GLOB = lazy(r"[\w@%+=:,./*-]+")


@record
class Start:
    """The command of an app, the lines that it rests on, whether it can learn the port."""

    command: str
    evidence: tuple[Evidence, ...]
    port_known: bool


def start(repo: Repo, app: JvmApp, *, web: bool) -> Start | None:
    """Return how to start an app, None where the build makes nothing that runs."""
    archive = app.archive
    if not archive.kind:
        return None
    before, options, after, port = _port(repo, app) if web else ((), (), (), Port(known=True))
    java = (*before, "java", *options, Raw("$JAVA_OPTS"))
    if archive.kind == "jar":
        words = (*java, "-jar", _path(archive.path), *after)
    elif archive.kind == "classpath":
        words = (*java, "-cp", _path(archive.path), archive.main, *after)
    elif archive.kind == "clojure":
        words = (
            *before,
            "java",
            Raw("$JVM_OPTS"),
            "-cp",
            _path(archive.path),
            "clojure.main",
            "-m",
            archive.main,
        )
    elif archive.kind == "war":
        runner = archive.main or "target/dependency/webapp-runner.jar"
        words = (*java, "-jar", runner, "--port", Raw("$PORT"), _path(archive.path))
    else:
        given = ("-Dhttp.port=$PORT",) if app.tool == "sbt" and web and "play" in app.libraries else ()
        words = (*before, *(_path(archive.path),), *(Raw(item) for item in given), *after)
        if options:
            words = (Raw(f'JAVA_OPTS="$JAVA_OPTS {" ".join(options)}"'), *words)
    proof = tuple(dict.fromkeys((*archive.evidence, *port.evidence)))
    return Start(command=command(*words), evidence=proof, port_known=port.known or archive.kind == "war")


def _path(path: str) -> str:
    """Return a path whose `*` the shell (or java) shall expand; anything odd in it is quoted."""
    return Raw(path) if _GLOB.fullmatch(path) else path


_Words = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], Port]

_OPTIONS = (
    (("quarkus", "io.quarkus"), "-Dquarkus.http.port=$PORT"),
    (("micronaut", "io.micronaut"), "-Dmicronaut.server.port=$PORT"),
    (("wildfly-swarm", "thorntail"), "-Dswarm.http.port=$PORT"),
    (("helidon",), "-Dserver.port=$PORT"),
)
"""Beginnings of plugin or library names -> the property that sets the port."""


def _port(repo: Repo, app: JvmApp) -> _Words:
    """Return the words before the command, java's options, the words after it, and what is known."""
    if app.spring:
        return (), (Raw("-Dserver.port=$PORT"),), (), Port(known=True)
    for names, option in _OPTIONS:
        if app.library(names) or any(plugin.startswith(names) for plugin in app.plugins):
            return (), (Raw(option),), (), Port(known=True)
    if app.library(("dropwizard-core",)):
        return _dropwizard(repo, app)
    if app.library(("play",)):
        return (), (), (), Port(known=True)
    files = (*sources(repo, app.folder)[:400], *settings_files(repo, app.folder))
    port = port_of(repo, files)
    if not port.known and app.library(("ktor-server", "io.ktor")) and find(repo, files, _ENGINE):
        return (), (), (Raw("-port=$PORT"),), Port(known=True)
    vertx = find(repo, files, _VERTX) if not port.known and app.library(("vertx",)) else None
    if vertx:
        return (), (Raw("-Dhttp.port=$PORT"),), (), Port(known=True, evidence=(vertx.evidence,))
    return port.words, (), (), port


def _dropwizard(repo: Repo, app: JvmApp) -> _Words:
    places = [
        path
        for path in (*repo.suffixed(".yml", under=app.folder), *repo.suffixed(".yaml", under=app.folder))
        if path.rpartition("/")[2].startswith(("config", "server", "app", "dev", "prod", app.name))
        and "/test/" not in path
    ]
    files = tuple(
        path
        for path in places
        if re.search(r"^\s*(?:server|logging|database):", repo.text(path), re.MULTILINE)
    )[:1]
    simple = any(re.search(r"type:\s*simple", repo.text(path)) for path in files)
    option = (
        "-Ddw.server.connector.port=$PORT" if simple else "-Ddw.server.applicationConnectors[0].port=$PORT"
    )
    config = [path if app.root == "." else path[len(app.root) + 1 :] for path in files]
    proof = tuple(repo.proof(path) for path in files)
    return (), (Raw(option),), ("server", *config), Port(known=True, evidence=proof)


def wrapper(repo: Repo, app: JvmApp) -> bool:
    """Tell whether the build brings the Gradle that Heroku needs it to bring."""
    return join(app.root, "gradlew") in repo
