"""uv.lock, poetry.lock, pdm.lock -> locked packages and what each needs, by lines.

A TOML parser takes a second for the larger of these files; the few lines that matter have fixed forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scaffold.manifests.requirements import canonical
from scaffold.patterns import lazy
from scaffold.record import record

_NAME = lazy(r'name = "([^"]+)"')
_VERSION = lazy(r'version = "([^"]+)"')
_TABLE_KEY = lazy(r"""["']?([A-Za-z0-9][\w.-]*)["']?\s*=""")
_ITEM = lazy(r'\{ name = "([^"]+)"')
_PDM_ITEM = lazy(r'\s*"([A-Za-z0-9][\w.-]*)')


@record
class Locked:
    """A package of a lock file: its version, its line, and the names it needs."""

    name: str
    version: str
    line: int
    needs: tuple[str, ...]


@record
class Lock:
    """A lock file: its packages by canonical name, and the Python it was made for."""

    path: str
    packages: Mapping[str, Locked]
    python: str = ""
    python_line: int = 0

    def reached(self, names: Iterable[str]) -> dict[str, Locked]:
        """Return the packages that `names` lead to, themselves included."""
        found: dict[str, Locked] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            package = self.packages.get(name)
            if package is not None and name not in found:
                found[name] = package
                waiting += package.needs
        return found


def parse(text: str, path: str) -> Lock:
    """Parse a lock file of uv, Poetry or PDM; what is not understood is passed over."""
    packages: dict[str, Locked] = {}
    name, version, start, table = "", "", 0, ""
    needs: list[str] = []
    python, python_line = "", 0

    def close() -> None:
        if name:
            packages[name] = Locked(name=name, version=version, line=start, needs=tuple(needs))

    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("["):
            if line.startswith("[[package]]"):
                close()
                name, version, start, needs = "", "", 0, []
            table = line.strip("[] ")
        elif table == "package":
            if (found := _NAME.match(line)) and not name:
                name, start = canonical(found[1]), number
            elif (found := _VERSION.match(line)) and not version:
                version = found[1]
            elif (found := _ITEM.search(line)) or (found := _PDM_ITEM.match(line)):
                needs.append(canonical(found[1]))
        elif table == "package.dependencies" and (found := _TABLE_KEY.match(line)):
            needs.append(canonical(found[1]))
        elif line.startswith(("requires-python", "python-versions")) and not python and '"' in line:
            python, python_line = line.split('"')[1], number
    close()
    return Lock(path=path, packages=packages, python=python, python_line=python_line)
