"""A Gradle project -> the archive its build leaves: its exact name, and the task that makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.facts import Evidence
from scaffold.families.jvm.apps import Archive, mains
from scaffold.manifests.gradle import Gradle
from scaffold.patterns import lazy
from scaffold.record import made, record
from scaffold.repo import Repo, join, relative

_SHADOW = ("com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.github.goooler.shadow")
_RUNS = ("application", "io.ktor.plugin", "io.ratpack.ratpack-java", "org.beryx.runtime")
_UNVERSIONED = lazy(r"archiveVersion(?:\.set)?\s*(?:=|\()\s*(?:\"\"|''|null)")
_NO_CLASSIFIER = lazy(r"classifier\w*(?:\.set)?\s*(?:=|\()\s*(?:\"\"|''|null)", re.IGNORECASE)
_BY_HAND = lazy(
    r"configurations\.(?:runtimeClasspath|compileClasspath|compile|runtime)\b[\s\S]{0,80}?(?:zipTree|collect|map)"
)
_FAT_TASK = lazy(
    r"task\s*\(?\s*[\"']?(\w*[fF]at\w*|uberJar)|tasks\.register[^(]*\(\s*[\"'](\w*[fF]at\w*|uberJar)"
)
_STAGES = lazy(r"shadowJar|installDist|[fF]atJar|build|assemble|jar|copyTo")


@record(kw_only=False)
class Build:
    """A build: its top folder, settings, the top build file, the catalog's names."""

    root: str
    settings: Gradle | None
    top: Gradle | None
    plugins: Mapping[str, str] = made(factory=dict)
    libraries: Mapping[str, str] = made(factory=dict)


@record(kw_only=False)
class _Project:
    repo: Repo
    build: Build
    folder: str
    own: Gradle
    plugins: Mapping[str, Evidence]

    @property
    def inside(self) -> str:
        return relative(self.build.root, self.folder) if self.folder != self.build.root else ""

    @property
    def base(self) -> str:
        return f"{self.inside}/build" if self.inside else "build"

    @property
    def name(self) -> str:
        """Return what Gradle calls the project, "" where the folder at Heroku would decide."""
        if self.inside:
            return self.inside.rpartition("/")[2]
        return self.build.settings.value("rootname") if self.build.settings else ""

    @property
    def jar(self) -> str:
        """Return an archive's name without classifier and ending."""
        name = self.own.value("base") or self.name
        top = self.build.top
        version = (
            self.own.value("version") or (top.value("version") if top else "") or self._property("version")
        )
        if _UNVERSIONED.search(self.own.code):
            version = ""
        return f"{name or '*'}-{version}" if version else name or "*"

    def _property(self, name: str) -> str:
        path = join(self.build.root, "gradle.properties")
        pattern = rf"^{name}\s*=\s*([^\s$]+)\s*$"
        found = re.search(pattern, self.repo.text(path), re.MULTILINE) if path in self.repo else None
        return found[1] if found else ""

    @property
    def stage(self) -> str:
        """Return the text of the file that defines the task `stage`, which Heroku runs by itself."""
        return next((b.code for b in (self.own, self.build.top) if b and b.value("stage")), "")

    def task(self, goal: str) -> tuple[tuple[str, str], ...]:
        """Return the config var that makes Heroku run a task, nothing where `stage` does."""
        if self.stage and _STAGES.search(self.stage):
            return ()
        module = f":{self.inside.replace('/', ':')}:" if self.inside else ""
        return (("GRADLE_TASK", f"{module}{goal}"),)

    def plugin(self, names: tuple[str, ...]) -> str:
        return next((name for name in names if name in self.plugins), "")

    def main(self) -> str:
        found = mains(self.repo, self.folder)
        return self.own.value("main") or (found[0].name if found else "")

    def line(self, word: str) -> Evidence:
        lines = enumerate(self.own.code.split("\n"), 1)
        return self.repo.proof(self.own.path, next((number for number, text in lines if word in text), 0))


def archive_of(
    repo: Repo, build: Build, folder: str, own: Gradle, plugins: Mapping[str, Evidence]
) -> Archive:
    """Return what the build of a project leaves to be started."""
    project = _Project(repo, build, folder, own, plugins)
    libs = f"{project.base}/libs"
    if "spring-boot" in plugins:
        named = own.value("archive") if re.search(r"\bbootJar\b", own.code) else ""
        kind = "war" if "war" in plugins and "bootWar" in own.code else "jar"
        return Archive(
            kind="jar", path=f"{libs}/{named or f'{project.jar}.{kind}'}", evidence=(plugins["spring-boot"],)
        )
    if "io.quarkus" in plugins:
        path = f"{project.base}/quarkus-app/quarkus-run.jar"
        return Archive(kind="jar", path=path, evidence=(plugins["io.quarkus"],))
    return (
        _shadowed(project, libs) or _ktor_fat(project, libs) or _installed(project) or _loose(project, libs)
    )


def _shadowed(project: _Project, libs: str) -> Archive | None:
    shadow = project.plugin(_SHADOW)
    micronaut = any(name.startswith("io.micronaut.application") for name in project.plugins)
    if not (shadow or re.search(r"\bShadowJar\b", project.own.code)) or "installDist" in project.stage:
        return None
    told = project.own.value("classifier")
    tail = "" if _NO_CLASSIFIER.search(project.own.code) else f"-{told or 'all'}"
    named = project.own.value("archive") or f"{project.jar}{tail}.jar"
    return Archive(
        kind="jar",
        path=f"{libs}/{named}",
        main=project.main(),
        evidence=(project.plugins.get(shadow) or project.line("ShadowJar"),),
        build=() if micronaut else project.task("shadowJar"),
    )


def _ktor_fat(project: _Project, libs: str) -> Archive | None:
    if "io.ktor.plugin" not in project.plugins or "buildFatJar" not in project.own.code + project.stage:
        return None
    return Archive(
        kind="jar",
        path=f"{libs}/{project.own.value('archive') or f'{project.jar}-all.jar'}",
        main=project.main(),
        evidence=(project.plugins["io.ktor.plugin"],),
        build=project.task("buildFatJar"),
    )


def _installed(project: _Project) -> Archive | None:
    micronaut = next((name for name in project.plugins if name.startswith("io.micronaut.application")), "")
    runs = project.plugin(_RUNS) or micronaut
    if not runs:
        return None
    program = project.own.value("application") or project.name or "*"
    return Archive(
        kind="script",
        path=f"{project.base}/install/{program}/bin/{program}",
        main=project.main(),
        evidence=(project.plugins[runs],),
        build=project.task("installDist"),
    )


def _loose(project: _Project, libs: str) -> Archive:
    """Return the archive of a build that packs a jar by hand, or none that can run."""
    own = project.own
    fat = _BY_HAND.search(own.code)
    if fat and own.value("main"):
        called = _FAT_TASK.search(own.code)
        goal = next((g for g in called.groups() if g), "jar") if called else "jar"
        told = own.value("classifier")
        named = own.value("archive") or f"{project.jar}{'-' + told if told else ''}.jar"
        proof = project.repo.proof(own.path, own.code.count("\n", 0, fat.start()) + 1)
        return Archive(
            kind="jar",
            path=f"{libs}/{named}",
            main=own.value("main"),
            evidence=(proof,),
            build=project.task(goal),
        )
    if "war" in own.plugins:
        proof = project.repo.proof(own.path, own.plugins["war"])
        return Archive(
            kind="war", path=f"{libs}/{project.jar}.war", evidence=(proof,), build=project.task("war")
        )
    return Archive(kind="", evidence=())
