"""Merge line files by key: process types of a Procfile, variables of an env file."""

from __future__ import annotations

import re


def add_missing(theirs: str, ours: str, *, separator: str) -> str:
    r"""Return `theirs` with the lines of `ours` whose key it lacks appended, in their newline style.

    A comment directly above a line travels with it; a missing final newline is mended.
    """
    newline = "\r\n" if "\r\n" in theirs else "\n"
    known = set(keys(theirs, separator))
    added: list[str] = []
    comments: list[str] = []
    for line in ours.splitlines():
        key = _key(line, separator)
        if key is None:
            comments = [*comments, line] if line.startswith("#") else []
            continue
        if key not in known:
            added += [*comments, line]
        comments = []
    if not added:
        return theirs
    start = theirs if not theirs or theirs.endswith("\n") else theirs + newline
    return start + newline.join(added) + newline


def keys(text: str, separator: str) -> tuple[str, ...]:
    """Return the keys of a line file in order."""
    found = (_key(line, separator) for line in text.splitlines())
    return tuple(key for key in found if key is not None)


def _key(line: str, separator: str) -> str | None:
    match = re.match(rf"\s*(?:export\s+)?([A-Za-z_][-\w]*)\s*{separator}", line)
    return match[1] if match and not line.lstrip().startswith("#") else None
