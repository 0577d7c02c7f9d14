"""Gemfile.lock (gems.locked) -> the gems that are installed, the platforms, Ruby and Bundler, with lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.errors import ManifestError
from scaffold.patterns import lazy
from scaffold.record import made, record

_SPEC = lazy(r" {4}([A-Za-z0-9_.-]+)(?: \(([^)]*)\))?$")
_NEEDS = lazy(r" {6}([A-Za-z0-9_.-]+)")
_ENTRY = lazy(r" {2,3}(\S.*?)\s*$")
_RUBY = lazy(r"ruby (\d+\.\d+(?:\.\d+)?(?:\.(?:preview|rc|dev)\d*)?)(?:p-?\d+)?(?: \((\w+) ([\d.]+)\))?")
_CONFLICT = lazy(r"(?:<{7}|>{7}) |={7}$")


@record
class LockedGem:
    """A gem of the lock file, its version without the platform, and the gems it needs."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    line: int


@record
class GemfileLock:
    """A Gemfile.lock. `lines` names the line of each section's heading."""

    path: str
    specs: Mapping[str, LockedGem] = made(factory=dict)
    dependencies: frozenset[str] = frozenset()
    platforms: tuple[str, ...] = ()
    ruby: str = ""
    engine: str = ""
    bundled_with: str = ""
    lines: Mapping[str, int] = made(factory=dict)


def parse_gemfile_lock(text: str, path: str) -> GemfileLock:
    """Parse a lock file. Raises ManifestError for a merge conflict; unknown lines are left out."""
    specs: dict[str, LockedGem] = {}
    entries: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    section = last = ""
    for number, line in enumerate(text.split("\n"), 1):
        if _CONFLICT.match(line):
            raise ManifestError(path, number, "an unresolved merge conflict", remedy="Run `bundle lock`.")
        if line and not line.startswith(" "):
            section, last = line.strip(), ""
            lines.setdefault(section, number)
        elif section in ("GEM", "PATH", "GIT", "PLUGIN SOURCE"):
            last = _spec(specs, last, line, number)
        elif found := _ENTRY.match(line):
            entries.setdefault(section, []).append(found[1])
    ruby = _RUBY.match(next(iter(entries.get("RUBY VERSION", ())), ""))
    return GemfileLock(
        path=path,
        specs=specs,
        dependencies=frozenset(re.split(r"[ !(]", item)[0] for item in entries.get("DEPENDENCIES", ())),
        platforms=tuple(entries.get("PLATFORMS", ())),
        ruby=ruby[1] if ruby else "",
        engine=(ruby[2] or "") if ruby else "",
        bundled_with=next(iter(entries.get("BUNDLED WITH", ())), ""),
        lines=lines,
    )


def _spec(specs: dict[str, LockedGem], last: str, line: str, number: int) -> str:
    """Take one line of a section of gems; return the gem that following lines speak of."""
    if found := _SPEC.match(line):
        name = found[1]
        version = re.split(r"-(?=[a-z])", found[2] or "")[0]
        if name not in specs:
            specs[name] = LockedGem(name=name, version=version, line=number)
        return name
    if last and (found := _NEEDS.match(line)):
        known = specs[last]
        if found[1] not in known.needs:
            specs[last] = LockedGem(
                name=last, version=known.version, needs=(*known.needs, found[1]), line=known.line
            )
    return last
