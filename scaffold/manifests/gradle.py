"""build.gradle(.kts) and settings.gradle(.kts): parse(text, path) -> what they declare, by text.

A Gradle file is a program: only the common literal forms are read, everything else is left unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.patterns import lazy
from scaffold.record import made, record

_STRINGS = lazy(
    r"""\"\"\"[\s\S]*?\"\"\"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))"""
)
_PLUGIN = lazy(
    r"""\bid\s*\(?\s*["']([\w.-]+)["']|apply\s+plugin\s*:\s*["']([\w.-]+)["']|apply\(plugin\s*=\s*["']([\w.-]+)["']\)"""
    r"""|^\s*(application|java|war)\s*$|alias\s*\(?\s*libs\.plugins\.([\w.]+)|\bkotlin\(\s*"(jvm|multiplatform|android)"\s*\)""",
    re.MULTILINE,
)
_DEP = lazy(
    r"""^\s*(implementation|api|compile|runtimeOnly|runtime|developmentOnly|providedRuntime|compileOnly|testImplementation|"""
    r"""testCompile|testRuntimeOnly)\s*\(?\s*(?:(?:enforcedP|p)latform\s*\(\s*)?(?:["']([\w.-]+):([\w.-]+)(?::([^"'@]+))?[^"']*["']"""
    r"""|libs\.([\w.]+)|group\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["'])""",
    re.MULTILINE,
)
_VALUES = {
    "group": re.compile(r"""^\s*group\s*=?\s*["']([^"'$]+)["']""", re.MULTILINE),
    "version": re.compile(r"""^\s*version\s*=?\s*["']([^"'$]+)["']""", re.MULTILINE),
    "main": re.compile(
        r"""\b(?:mainClass(?:Name)?)(?:\.set)?\s*(?:=|\()\s*["']([\w.$]+)["']|["']Main-Class["']\s*(?:to|:|,)\s*["']([\w.$]+)["']"""
    ),
    "archive": re.compile(r"""\b(?:archiveFileName|archiveName)(?:\.set)?\s*(?:=|\()\s*["']([^"'$]+)["']"""),
    "base": re.compile(
        r"""\b(?:archivesBaseName|archiveBaseName)(?:\.set)?\s*(?:=|\()\s*["']([^"'$]+)["']"""
    ),
    "classifier": re.compile(
        r"""\b(?:archiveClassifier|classifier)(?:\.set)?\s*(?:=|\()\s*["']([^"'$]*)["']"""
    ),
    "application": re.compile(r"""\bapplicationName\s*=\s*["']([\w.-]+)["']"""),
    "java": re.compile(
        r"""JavaLanguageVersion\.of\(\s*["']?(\d+)|jvmToolchain\s*\(?\s*(\d+)|sourceCompatibility\s*=\s*["']?(?:JavaVersion\.VERSION_)?(?:1[._])?(\d+)"""
    ),
    "stage": re.compile(
        r"""\btask\s*\(?\s*["']?(stage)\b|\btasks\.(?:register|create)\(?\s*["'](stage)["']"""
        r"""|\bstage\s*\{|\bval (stage) by"""
    ),
    "rootname": re.compile(r"""\brootProject\.name\s*=\s*["']([^"'$]+)["']"""),
}
_INCLUDE = lazy(r"""\binclude\s*\(?\s*((?:["'][\w:./-]+["']\s*,?\s*)+)""")


@record
class GradleDep:
    """A dependency by artifact name: its configuration and line."""

    artifact: str
    group: str
    configuration: str
    line: int


@record
class Gradle:
    """A build or settings file: plugins with lines, dependencies, the literal values that were found."""

    path: str
    plugins: Mapping[str, int] = made(factory=dict)
    dependencies: Mapping[str, GradleDep] = made(factory=dict)
    values: Mapping[str, tuple[str, int]] = made(factory=dict)
    includes: tuple[str, ...] = ()
    code: str = ""

    def value(self, name: str) -> str:
        """Return a value ("main", "version", ...), "" where it was not found."""
        return self.values.get(name, ("", 0))[0]

    def line(self, name: str) -> int:
        """Return the line of a value, 0 where it was not found."""
        return self.values.get(name, ("", 0))[1]


def parse(text: str, path: str) -> Gradle:
    """Parse a Gradle script. Never raises: what is not understood is not there."""
    code = _STRINGS.sub(lambda m: "\n" * m[1].count("\n") if m[1] else m[0], text)
    plugins: dict[str, int] = {}
    for match in _PLUGIN.finditer(code):
        if re.match(r"[^\n]*\bapply\s*\(?\s*false", code[match.end() :]):
            continue
        name = next(group for group in match.groups() if group)
        if match[5]:
            name = "libs." + match[5]
        plugins.setdefault(f"kotlin-{name}" if match[6] else name, _line(code, match.start(0)))
    return Gradle(
        path=path,
        plugins=plugins,
        dependencies=_dependencies(code),
        values=_found(code),
        includes=tuple(
            name.strip(":").replace(":", "/")
            for match in _INCLUDE.finditer(code)
            for name in re.findall(r"""["']([\w:./-]+)["']""", match[1])
        ),
        code=code,
    )


def _found(code: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for name, pattern in _VALUES.items():
        match = pattern.search(code)
        if match:
            value = next((group for group in match.groups() if group), "stage" if name == "stage" else "")
            found[name] = (value, _line(code, match.start()))
    return found


def _dependencies(code: str) -> dict[str, GradleDep]:
    found: dict[str, GradleDep] = {}
    for match in _DEP.finditer(code):
        artifact = match[3] or match[7] or "libs." + (match[5] or "")
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        dep = GradleDep(
            artifact=artifact,
            group=match[2] or match[6] or "",
            configuration=match[1],
            line=_line(code, start),
        )
        found.setdefault(artifact, dep)
    return found


def _line(code: str, position: int) -> int:
    while position < len(code) and code[position] in " \t\n":
        position += 1
    return code.count("\n", 0, position) + 1
