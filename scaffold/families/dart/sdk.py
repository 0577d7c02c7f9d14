"""The Dart SDK an app can be built with: constraint -> release, and what Heroku needs to install it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from scaffold import policy
from scaffold.patterns import lazy

Version = tuple[int, int, int]

_PART = lazy(r"(?P<op>\^|>=|<=|>|<|)\s*(?P<version>\d+\.\d+(?:\.\d+)?)(?P<pre>-[\w.]+)?(?:\+[\w.]+)?")
_NEVER: Version = (9999, 0, 0)


@cache
def dart_data() -> dict[str, Any]:
    """Return the dated facts of data/dart.toml."""
    return policy.table("dart")


def version(text: str) -> Version:
    """Read "2.18.6" (or a longer form of it) as a tuple; (0, 0, 0) where it is none."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else (0, 0, 0)


def bounds(constraint: str) -> tuple[Version, Version]:
    """Return the lowest version a constraint allows, and the first it does not."""
    low, high = (0, 0, 0), _NEVER
    for part in _PART.finditer(constraint):
        at = version(part["version"])
        if part["op"] in (">=", ">"):
            low = max(low, at)
        elif part["op"] == "<":
            high = min(high, at)
        elif part["op"] == "<=":
            high = min(high, (at[0], at[1], at[2] + 1))
        elif part["op"] == "^":
            low = max(low, at)
            high = min(high, (at[0] + 1, 0, 0) if at[0] else (0, at[1] + 1, 0))
        else:
            low, high = max(low, at), min(high, (at[0], at[1], at[2] + 1))
    return low, high


def sdk_release(*constraints: str, newest: str = "") -> str:
    """Return the newest known release that every constraint allows, the lowest allowed where none is known.

    `newest` caps it for a framework that later SDKs break.
    """
    both = [bounds(text) for text in constraints if text]
    low = max((pair[0] for pair in both), default=(0, 0, 0))
    high = min((pair[1] for pair in both), default=_NEVER)
    known = [text for text in dart_data()["sdk"]["releases"] if low <= version(text) < high]
    if newest:
        known = [text for text in known if version(text) <= version(newest)] or known[:1]
    if known:
        return str(known[-1])
    if low > (0, 0, 0):
        return ".".join(str(part) for part in low)
    return str(dart_data()["sdk"]["releases"][-1])


def sdk_url(release: str) -> str:
    """Return the address of a release's archive for Linux."""
    return str(dart_data()["sdk"]["url"]).format(version=release)


def has_pub_program(release: str) -> bool:
    """Tell whether a release still has the separate `pub` program."""
    return version(release) < version(str(dart_data()["sdk"]["no_pub_program"]))


def has_dart_pub(release: str) -> bool:
    """Tell whether a release knows `dart pub`."""
    return version(release) >= version(str(dart_data()["sdk"]["dart_pub"]))


def runs_old_conduit(release: str) -> bool:
    """Tell whether a release runs the Conduit that the buildpack activates when nobody says which."""
    return version(release) < version(str(dart_data()["conduit"]["buildpack_default_until"]))
