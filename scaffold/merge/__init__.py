"""Bring scaffold's text and a person's file together by the structure of the format.

`add_missing(path, theirs, ours)` keeps every byte a person wrote and adds what is not there yet.
"""

from __future__ import annotations

from scaffold.merge import keyed, tree

MERGEABLE = ("Procfile", "app.json", ".env.example")


def is_mergeable(path: str) -> bool:
    """Tell whether a file has keys to merge by."""
    return path.rpartition("/")[2] in MERGEABLE


def add_missing(path: str, theirs: str, ours: str) -> str:
    """Return `theirs` with the keys of `ours` that it lacks. Raises ManifestError for a malformed JSON."""
    name = path.rpartition("/")[2]
    if name == "app.json":
        return tree.add_missing(theirs, ours, path)
    return keyed.add_missing(theirs, ours, separator="=" if name == ".env.example" else ":")
