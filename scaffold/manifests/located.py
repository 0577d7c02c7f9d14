"""What parsed documents share: their value, reached by keys, and the line of each key."""

from __future__ import annotations

from typing import Any

from scaffold.record import record


def value_at(value: Any, keys: tuple[str, ...]) -> Any:
    """Return the value at a key path through mappings, or None."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


@record(kw_only=False)
class Located:
    """A parsed document (`value`), its path, and where its keys and items stand."""

    value: Any
    path: str
    lines: dict[tuple[str | int, ...], int]

    def line(self, *keys: str | int) -> int:
        """Return the 1-based line of a key path ("scripts", "start"), 0 if it is not there."""
        return self.lines.get(keys, 0)

    def at(self, *keys: str) -> Any:
        """Return the value at a key path through mappings, or None."""
        return value_at(self.value, keys)
