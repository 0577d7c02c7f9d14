"""Pinned dependencies -> the newest Python they run on: an old pin must not meet a new interpreter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from scaffold import policy
from scaffold.facts import Evidence
from scaffold.record import record


class Pinned(Protocol):
    """What is needed of a dependency: canonical name, version specifier, proof."""

    @property
    def name(self) -> str:
        """The canonical name."""

    @property
    def spec(self) -> str:
        """The version specifier ("==3.2.1", ">=4,<5", "")."""

    @property
    def evidence(self) -> Evidence:
        """Where it is declared."""


@record
class Ceiling:
    """The newest Python ("3.11") that a dependency allows, and which one it is."""

    python: str
    package: str
    evidence: Evidence


def python_ceiling(deps: Iterable[Pinned]) -> Ceiling | None:
    """Return the lowest ceiling that pinned dependencies set, None where the newest Python will do."""
    floors = policy.python_floors()
    supported = _supported()
    lowest: Ceiling | None = None
    for dep in deps:
        known = floors.get(dep.name)
        if not known or not re.search(r"==|<|~=", dep.spec):
            continue
        newest = _newest(dep.spec, known, supported)
        if newest != supported[-1] and (lowest is None or _key(newest) < _key(lowest.python)):
            lowest = Ceiling(python=newest, package=f"{dep.name}{dep.spec}", evidence=dep.evidence)
    return lowest


def _supported() -> tuple[str, ...]:
    known = policy.runtime("python")
    return known.supported if known else ()


def _newest(spec: str, floors: Mapping[str, str], supported: tuple[str, ...]) -> str:
    """Return the newest supported Python whose floor the specifier can reach; the oldest where none is."""
    for python in reversed(supported):
        if _reaches(spec, _floor(floors, python)):
            return python
    return supported[0]


def _floor(floors: Mapping[str, str], python: str) -> str:
    """Return the floor for a Python: its own, else that of the next older one."""
    older = [known for known in floors if _key(known) <= _key(python)]
    return floors[max(older, key=_key)] if older else "0"


def _reaches(spec: str, floor: str) -> bool:
    """Tell whether a specifier allows `floor` or any later version."""
    upper: list[tuple[int, ...]] = []
    for operator, text in re.findall(r"(===?|<=?|~=)\s*v?(\d[\d.]*)", spec):
        version = _key(text)
        if operator == "~=":
            upper.append((*version[:-2], version[-2] + 1) if len(version) > 1 else (9999,))
        elif operator == "<":
            upper.append((*version[:-1], version[-1] - 1, 9999))
        else:
            upper.append((*version, 9999) if ".*" in spec else version)
    return all(_at_least(limit, _key(floor)) for limit in upper)


def _at_least(limit: tuple[int, ...], floor: tuple[int, ...]) -> bool:
    width = max(len(limit), len(floor))
    return limit + (0,) * (width - len(limit)) >= floor + (0,) * (width - len(floor))


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
