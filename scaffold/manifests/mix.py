"""mix.exs and mix.lock: parse(text, path) -> Mix, by their literal forms; mix.exs is never run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.patterns import lazy
from scaffold.record import made, record

_STRINGS = lazy(r'"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|(#[^\n]*)')
_DEP = lazy(r"""\{\s*:(\w+)\s*,\s*((?:[^{}]|\{[^{}]*\})*)\}""")
_LOCKED = lazy(r"""^\s*"([\w]+)":\s*\{:\w+,\s*[:"][\w.:/@-]+"?,\s*"([^"]+)\"""", re.MULTILINE)
_ALIAS = lazy(r"""["']?([\w.]+)["']?:\s*\[""")


@record
class MixDep:
    """A dependency: its requirement ("~> 1.7") and line; `runs` is false for development and test ones."""

    requirement: str
    line: int
    runs: bool


@record
class Mix:
    """A Mix project: app name, Elixir requirement, application module, umbrella folder, dependencies."""

    path: str
    app: str = ""
    line: int = 0
    elixir: str = ""
    elixir_line: int = 0
    module: str = ""
    module_line: int = 0
    apps_path: str = ""
    dependencies: Mapping[str, MixDep] = made(factory=dict)
    aliases: frozenset[str] = frozenset()


def parse(text: str, path: str) -> Mix:
    """Parse a mix.exs. Never raises: what is not literal is not there."""
    code = _STRINGS.sub(lambda match: "" if match[1] else match[0], text)
    found = {
        name: re.search(pattern, code)
        for name, pattern in {
            "app": r"^\s*\[?\s*app:\s*:(\w+)|[\s\[]app:\s*:(\w+)",
            "elixir": r"\belixir:\s*\"([^\"]+)\"",
            "module": r"\bmod:\s*\{\s*([\w.]+)",
            "apps": r"\bapps_path:\s*\"([^\"]+)\"",
        }.items()
    }

    def value(name: str) -> str:
        match = found[name]
        return next((group for group in match.groups() if group), "") if match else ""

    def line(name: str) -> int:
        match = found[name]
        return _line(code, match.end()) if match else 0

    return Mix(
        path=path,
        app=value("app"),
        line=line("app"),
        elixir=value("elixir"),
        elixir_line=line("elixir"),
        module=value("module"),
        module_line=line("module"),
        apps_path=value("apps"),
        dependencies=_dependencies(code),
        aliases=_aliases(code),
    )


def _dependencies(code: str) -> dict[str, MixDep]:
    found: dict[str, MixDep] = {}
    for match in _DEP.finditer(code):
        rest = match[2]
        told = re.search(r"\bonly:\s*(\[[^\]]*\]|:\w+)", rest)
        requirement = re.match(r'\s*"([^"]*)"', rest)
        if requirement or re.search(r"\b(?:git|github|path|in_umbrella|hex|only|override)\b", rest):
            found.setdefault(
                match[1],
                MixDep(
                    requirement=requirement[1] if requirement else "",
                    line=_line(code, match.start()),
                    runs=not told or ":prod" in told[1],
                ),
            )
    return found


def _aliases(code: str) -> frozenset[str]:
    part = re.search(r"defp?\s+aliases\b[\s\S]*?\n\s*end\b", code)
    return frozenset(_ALIAS.findall(part[0])) if part else frozenset()


def _line(code: str, position: int) -> int:
    return code.count("\n", 0, position) + 1


def parse_lock(text: str, path: str) -> Mapping[str, str]:
    """Parse a mix.lock: package -> locked version. Never raises."""
    del path
    return {match[1]: match[2] for match in _LOCKED.finditer(text)}
