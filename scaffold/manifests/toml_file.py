"""TOML with lines: parse(text, path) -> Toml. The only import of the TOML library."""

from __future__ import annotations

import re
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests.located import value_at
from scaffold.record import record


@record(kw_only=False)
class Toml:
    """A parsed document, its path, and its lines for proof."""

    value: dict[str, Any]
    path: str
    source: tuple[str, ...]

    def at(self, *keys: str) -> Any:
        """Return the value at a key path through tables, or None."""
        return value_at(self.value, keys)

    def line(self, table: str, pattern: str) -> int:
        """Return the 1-based line in `[table]` ("" for the top) whose text matches `pattern`, or 0.

        Sub-tables (`[table.x]`) count as part of the table.
        """
        inside, seek = not table, re.compile(pattern)
        for number, line in enumerate(self.source, 1):
            head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
            if head:
                name = head[1].replace('"', "").replace("'", "").replace(" ", "")
                inside = bool(table) and (name == table or name.startswith(table + "."))
            if inside and seek.search(line):
                return number
        return 0


def parse(text: str, path: str) -> Toml:
    """Parse a TOML document. Raises ManifestError with the line of the fault."""
    import tomli

    try:
        value = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ManifestError(path, getattr(error, "lineno", 0), f"not valid TOML: {error}") from None
    except RecursionError:
        raise ManifestError(path, 0, "TOML nested too deeply") from None
    except ValueError as error:
        raise ManifestError(path, 0, f"not valid TOML: {error}") from None
    return Toml(value, path, tuple(text.split("\n")))
