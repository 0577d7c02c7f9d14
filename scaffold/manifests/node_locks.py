"""Lock files of Node's package managers -> which manager and version wrote them, and the ranges they hold.

Only the head of a lock file is interpreted: enough to tell that it is out of step with package.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from scaffold.patterns import lazy
from scaffold.record import record

_ROOT = lazy(r'"packages"\s*:\s*\{\s*""\s*:\s*(?=\{)')
_VERSION = lazy(r'"lockfileVersion"\s*:\s*(\d+)')
_BERRY = lazy(r"^__metadata:", re.MULTILINE)


@record
class NodeLock:
    """A lock file: `manager` is npm, yarn, berry, pnpm or bun; `ranges` is None where it does not tell."""

    path: str
    manager: str
    version: int = 0
    ranges: Mapping[str, str] | None = None

    def knows(self, name: str, spec: str) -> bool:
        """Tell whether the lock holds a dependency with this range; true where it cannot be told."""
        return self.ranges is None or self.ranges.get(name) == spec


def parse_node_lock(text: str, path: str) -> NodeLock:
    """Read a package-lock.json, npm-shrinkwrap.json, yarn.lock, pnpm-lock.yaml or bun.lock(b)."""
    name = path.rpartition("/")[2]
    if name in ("package-lock.json", "npm-shrinkwrap.json"):
        return _npm(text, path)
    if name == "yarn.lock":
        return NodeLock(path=path, manager="berry" if _BERRY.search(text) else "yarn")
    return NodeLock(path=path, manager="pnpm" if name == "pnpm-lock.yaml" else "bun")


def _npm(text: str, path: str) -> NodeLock:
    found = _VERSION.search(text, 0, 2000)
    version = int(found[1][:4]) if found else 0
    root = _ROOT.search(text, 0, 5000)
    if root is None:
        return NodeLock(path=path, manager="npm", version=version)
    try:
        entry, _ = json.JSONDecoder().raw_decode(text, root.end())
    except (ValueError, RecursionError):
        return NodeLock(path=path, manager="npm", version=version)
    ranges: dict[str, str] = {}
    for group in ("optionalDependencies", "devDependencies", "dependencies"):
        held = entry.get(group) if isinstance(entry, dict) else None
        if isinstance(held, dict):
            ranges |= {key: value.strip() for key, value in held.items() if isinstance(value, str)}
    return NodeLock(path=path, manager="npm", version=version, ranges=ranges)
