"""What all JVM apps share: how an app is packed, its main classes, sources and settings files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from scaffold.facts import Evidence
from scaffold.families.code_text import Found, code, find
from scaffold.patterns import lazy
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, join


@record
class Archive:
    """What the build makes: `kind` is jar, classpath, script, clojure, war or "" (nothing that runs).

    `path` is seen from the build root. `build` are config vars (name, value) that the build needs.
    """

    kind: str
    path: str = ""
    main: str = ""
    evidence: tuple[Evidence, ...] = ()
    build: tuple[tuple[str, str], ...] = ()


@record
class JvmApp:
    """A program of a build: `root` is what Heroku builds, `folder` the module, `tool` the builder."""

    root: str
    folder: str
    manifest: str
    tool: str
    name: str
    libraries: Mapping[str, Evidence] = made(factory=dict)
    plugins: Mapping[str, Evidence] = made(factory=dict)
    archive: Archive = made(factory=lambda: Archive(kind=""))
    java: str = ""
    java_evidence: Evidence | None = None
    proof: Evidence = made(factory=lambda: Evidence(path=""))

    def library(self, beginnings: Iterable[str]) -> str:
        """Return the first library whose name begins so, "" for none."""
        starts = tuple(beginnings)
        return next((name for name in self.libraries if name.startswith(starts)), "")

    @property
    def spring(self) -> bool:
        """Tell whether it is a Spring Boot app."""
        return "spring-boot" in self.plugins or bool(self.library(("spring-boot",)))


def sources(repo: Repo, folder: str) -> tuple[str, ...]:
    """Return the JVM sources of a module, tests left out."""
    return repo.once(("jvm", "sources", folder), lambda: tuple(_sources(repo, folder)))


def _sources(repo: Repo, folder: str) -> Iterator[str]:
    parts = tuple(
        f"{inner}/"
        for path in repo.named("pom.xml", "build.gradle", "build.gradle.kts")
        if (inner := folder_of(path)) != folder and (folder == "." or inner.startswith(folder + "/"))
    )
    for path in repo.suffixed(".java", ".kt", ".scala", ".groovy", ".clj", under=folder):
        if path.startswith(parts):
            continue
        inside = path[len(folder) + 1 :] if folder != "." else path
        if not re.search(
            r"(?:^|/)(?:test|androidTest|integrationTest|jvmTest|commonTest|build|target|it)/", inside
        ):
            yield path


_MAIN = lazy(
    r"\b(?:public\s+static|static\s+public)\s+(?:final\s+)?void\s+main\s*\(|^(?:suspend\s+)?fun\s+main\s*\(|@JvmStatic\s+fun\s+main\s*\("
    r"|\bextends\s+(?:IO)?App\b|\bdef\s+main\s*\(|\bvoid\s+main\s*\(\s*(?:String|\))",
    re.MULTILINE,
)
_LIKELY = lazy(
    r"(?:Main|App|Application|Server|Launcher|Bot|Boot|Run|Runner|Start|Starter|Program|Service|Kt)$",
    re.IGNORECASE,
)


@record
class MainClass:
    """A class that can be started: its full name, the file, the line of its main method."""

    name: str
    path: str
    evidence: Evidence


def mains(repo: Repo, folder: str) -> tuple[MainClass, ...]:
    """Return the main classes of a module, those with a telling name or Spring's annotation first."""
    return repo.once(("jvm", "mains", folder), lambda: tuple(_mains(repo, folder)))


def _mains(repo: Repo, folder: str) -> Iterator[MainClass]:
    paths = sources(repo, folder)
    likely = [path for path in paths if _LIKELY.search(path.rpartition("/")[2].rpartition(".")[0])]
    found = [item for path in likely[:200] if (item := main_of(repo, path))]
    if not found:
        found = [item for path in paths[:500] if path not in likely and (item := main_of(repo, path))]
    yield from sorted(found, key=lambda item: _rank(repo, item))


def _rank(repo: Repo, item: MainClass) -> tuple[bool, bool, int, str]:
    short = item.name.rpartition(".")[2]
    return (
        "@SpringBootApplication" not in repo.text(item.path),
        not re.fullmatch(r"(?:Main|App|Application|Server|Launcher)(?:Kt)?", short),
        item.path.count("/"),
        item.name,
    )


def main_of(repo: Repo, path: str) -> MainClass | None:
    """Return the main class of a source file, None for none."""
    if "main" not in repo.text(path) and "App" not in repo.text(path):
        return None
    found = find(repo, [path], _MAIN)
    if found is None:
        return None
    text = code(repo, path)
    package = re.search(r"^\s*package\s+([\w.]+)", text, re.MULTILINE)
    short = path.rpartition("/")[2].rpartition(".")[0]
    if path.endswith(".kt") and not re.search(
        rf"\b(?:object|class)\s+{re.escape(short)}\b[\s\S]*@JvmStatic", text
    ):
        named = re.search(r"@file:JvmName\(\s*\"(\w+)\"", text)
        short = named[1] if named else short[:1].upper() + short[1:] + "Kt"
    name = f"{package[1]}.{short}" if package else short
    return MainClass(name=name, path=path, evidence=found.evidence)


def settings_files(repo: Repo, folder: str) -> tuple[str, ...]:
    """Return the configuration files that a module packs."""
    base = join(folder, "src/main/resources")
    names = (
        "application.properties",
        "application.yml",
        "application.yaml",
        "application.conf",
        "application-prod.properties",
        "application-prod.yml",
        "application-production.properties",
        "application-production.yml",
        "application-heroku.properties",
        "META-INF/microprofile-config.properties",
    )
    return tuple(path for name in names if (path := join(base, name)) in repo)


_IMPORTS = lazy(
    r"^import\s+(?:static\s+)?(io\.ktor\.server|io\.javalin|spark\.Spark|io\.vertx\.ext\.web|org\.http4k\.server"
    r"|org\.eclipse\.jetty\.server|io\.undertow|org\.springframework\.web\.bind)\b",
    re.MULTILINE,
)


def imported(repo: Repo, folder: str) -> Found | None:
    """Return the import of a web framework in a module: for builds whose dependencies cannot be read."""
    return find(repo, sources(repo, folder)[:400], _IMPORTS)


_CALLS = lazy(
    r"\b(?:port|setPort|ipAddress)\(|\bembeddedServer\(|\bHttpServer\.create\(|\bServerSocket\(|\bnew\s+Server\(|\.start\(\s*\d+|\.listen\(|"
    r"\bServerBuilder|\bUndertow\.builder\(|\basServer\(|SpringApplication\.run\(|runApplication<|\bEngineMain\b|\brun-jetty\b|\brun-server\b"
)


def listening(repo: Repo, folder: str) -> Found | None:
    """Return the call in a module's code that opens a port."""
    return find(repo, sources(repo, folder)[:400], _CALLS)
