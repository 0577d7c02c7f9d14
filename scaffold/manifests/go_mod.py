"""go.mod: parse(text, path) -> GoMod, with Heroku's `// +heroku` comments, which are directives there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.errors import ManifestError
from scaffold.patterns import lazy
from scaffold.record import made, record


@record
class GoRequire:
    """A required module: version, line, and whether it is there only for another's sake."""

    version: str
    line: int
    indirect: bool


@record
class GoMod:
    """A module: its path, its Go version, what it requires, which requirements are replaced by folders."""

    path: str
    module: str
    line: int
    go: str = ""
    go_line: int = 0
    heroku_go: str = ""
    heroku_go_line: int = 0
    install: tuple[str, ...] = ()
    install_line: int = 0
    requires: Mapping[str, GoRequire] = made(factory=dict)
    local: tuple[tuple[str, int], ...] = ()

    @property
    def binary(self) -> str:
        """Return the name `go install` gives the program at the module's root."""
        return binary_name(self.module)


def binary_name(package: str) -> str:
    """Return the name of the program built from a package path: its last part that is no major version."""
    parts = [part for part in package.split("/") if part]
    if len(parts) > 1 and re.fullmatch(r"v[0-9]+", parts[-1]):
        parts.pop()
    return parts[-1] if parts else ""


_HEROKU = lazy(r"^\s*//\s*\+heroku\s+(goVersion|install)\s+(.+?)\s*$")
_REQUIRE = lazy(r"""^["']?([^\s"'()]+)["']?\s+(v\S+)""")


def parse(text: str, path: str) -> GoMod:
    """Parse a go.mod. Raises ManifestError where no module is named."""
    found: dict[str, tuple[str, int]] = {}
    requires: dict[str, GoRequire] = {}
    local: list[tuple[str, int]] = []
    block = ""
    for number, raw in enumerate(text.split("\n"), 1):
        heroku = _HEROKU.match(raw)
        if heroku:
            found.setdefault(heroku[1], (heroku[2], number))
        line, _, comment = raw.partition("//")
        words = line.strip()
        if not words:
            continue
        if words == ")":
            block = ""
            continue
        head = re.match(r"(\w+)\s*\(\s*$", words)
        if head:
            block = head[1]
            continue
        verb, rest = (block, words) if block else _split(words)
        if verb in ("module", "go", "toolchain"):
            found.setdefault(verb, (rest.strip("\"'"), number))
        elif verb == "require" and (match := _REQUIRE.match(rest)):
            requires[match[1]] = GoRequire(version=match[2], line=number, indirect="indirect" in comment)
        elif verb == "replace" and "=>" in rest:
            target = rest.partition("=>")[2].strip().split(" ")[0]
            if target.startswith((".", "/")):
                local.append((target, number))
    return _module(path, found, requires, tuple(local))


def _split(words: str) -> tuple[str, str]:
    verb, _, rest = words.partition(" ")
    return verb, rest.strip()


def _module(
    path: str,
    found: Mapping[str, tuple[str, int]],
    requires: Mapping[str, GoRequire],
    local: tuple[tuple[str, int], ...],
) -> GoMod:
    module, line = found.get("module", ("", 0))
    if not module:
        raise ManifestError(path, 1, "go.mod names no module (`module example.com/app`)")
    go, go_line = found.get("go", ("", 0))
    heroku_go, heroku_go_line = found.get("goVersion", ("", 0))
    install, install_line = found.get("install", ("", 0))
    return GoMod(
        path=path,
        module=module,
        line=line,
        go=go,
        go_line=go_line,
        heroku_go=heroku_go.removeprefix("go"),
        heroku_go_line=heroku_go_line,
        install=tuple(install.split()),
        install_line=install_line,
        requires=requires,
        local=local,
    )
