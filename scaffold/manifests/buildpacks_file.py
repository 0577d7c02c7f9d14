""".buildpacks: parse(text, path) -> the URLs in order, each with its 1-based line."""

from __future__ import annotations


def parse(text: str, path: str) -> tuple[tuple[str, int], ...]:  # noqa: ARG001  (parsers share one signature)
    """Parse a list of buildpacks; comments are left out."""
    return tuple(
        (word, number)
        for number, line in enumerate(text.split("\n"), 1)
        for word in f" {line}".partition(" #")[0].split()
    )
