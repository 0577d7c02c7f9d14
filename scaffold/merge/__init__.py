"""Bring scaffold's text and a person's file together by the structure of the format.

`add_missing(path, theirs, ours)` keeps every byte a person wrote and adds what is not there yet.
`three_way(path, base, theirs, ours)` also brings up to date what they left as scaffold wrote it.
"""

from __future__ import annotations

from scaffold.merge import json_tree, keyed, manifest

MERGEABLE = ("Procfile", "app.json", ".env.example", "config-vars.toml")
THREE_WAY = ("config-vars.toml",)


def is_mergeable(path: str) -> bool:
    """Tell whether a file has keys to merge by."""
    return path.rpartition("/")[2] in MERGEABLE


def is_three_way(path: str) -> bool:
    """Tell whether a file that a person edited is merged with scaffold's new text without being asked."""
    return path in THREE_WAY


def three_way(path: str, base: str, theirs: str, ours: str) -> str:
    """Return `theirs` with what changed from `base` to `ours`. Raises ManifestError where it cannot be."""
    return manifest.merge(base, theirs, ours, path)


def add_missing(path: str, theirs: str, ours: str) -> str:
    """Return `theirs` with the keys of `ours` that it lacks. Raises ManifestError for a malformed JSON."""
    name = path.rpartition("/")[2]
    if name in THREE_WAY:
        return three_way(name, "", theirs, ours)
    if name == "app.json":
        mark = "\ufeff" if theirs.startswith("\ufeff") else ""
        newline = "\r\n" if "\r\n" in theirs else "\n"
        grown = json_tree.grow("", theirs.removeprefix(mark).replace("\r\n", "\n"), ours, path)
        return mark + grown.replace("\n", newline)
    return keyed.add_missing(theirs, ours, separator="=" if name == ".env.example" else ":")
