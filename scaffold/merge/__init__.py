"""Bring scaffold's new text and a person's file together, by the structure of the format.

`three_way` merges what scaffold wrote last, the file and the new text; `grow` only adds what is new.
The format is known by the file's name. The person's newlines, byte order mark and end of file stay.
"""

from __future__ import annotations

from typing import Literal, Protocol

from scaffold.errors import ManifestError
from scaffold.merge import newlines
from scaffold.merge.markers import has_markers, left_in, sides
from scaffold.merge.merged import Conflict, Merged, Unmergeable

__all__ = [
    "Conflict",
    "Merged",
    "format_of",
    "grow",
    "has_markers",
    "is_keyed",
    "limited",
    "missing",
    "sides",
    "three_way",
    "without",
]

FormatName = Literal["procfile", "env", "config-vars", "json", "yaml", "sequence", "set", "value", "text"]

_KEYED = ("procfile", "env", "config-vars", "json", "yaml")
_NAMES: dict[str, FormatName] = {
    "Procfile": "procfile",
    ".env": "env",
    "config-vars.toml": "config-vars",
    ".buildpacks": "sequence",
    ".slugignore": "set",
    **dict.fromkeys(
        (".python-version", ".ruby-version", ".node-version", ".nvmrc", ".go-version", "runtime.txt"), "value"
    ),
}
_ENDS: dict[str, FormatName] = {"json": "json", "yml": "yaml", "yaml": "yaml"}


def format_of(path: str) -> FormatName:
    """Return the format by which a file is merged."""
    name = path.rpartition("/")[2]
    stem = name.partition(".")[0]
    if name.startswith(".env."):
        return "env"
    if stem == "Procfile":
        return "procfile"
    return _NAMES.get(name) or _ENDS.get(name.rpartition(".")[2]) or "text"


def is_keyed(path: str) -> bool:
    """Tell whether a file has keys, so that one of a person's can be adopted and grow.

    A GitHub workflow is a whole: jobs of another one added to it would run when that one does.
    """
    return format_of(path) in _KEYED and not path.startswith(".github/workflows/")


def three_way(path: str, base: str, yours: str, new: str) -> Merged:
    """Return `yours` with what changed from `base` ("": unknown) to `new`, and what both sides changed.

    A file with conflict markers of an earlier merge stays as it is. Raises ManifestError for a malformed file
    of a format that cannot hold markers.
    """
    if yours == base:
        return Merged(new)
    if new in (yours, base):
        return Merged(yours)
    if has_markers(yours) and not has_markers(new):
        return Merged(yours, left_in(yours))
    old, there, now = map(newlines.plain, (base, yours, new))
    if there == old:
        return Merged(newlines.restored(now, yours))
    if now in (old, there):
        return Merged(yours)
    merged = _three_way(path, old, there, now)
    return Merged(newlines.restored(merged.text, yours), merged.conflicts)


def grow(path: str, base: str, yours: str, new: str) -> str:
    """Return `yours` with the keys of `new` that neither `base` nor it has. Raises ManifestError.

    A YAML file with anchors, tags or several documents stays as it is, and so does one with conflict markers.
    """
    if not is_keyed(path) or (has_markers(yours) and not has_markers(new)):
        return yours
    old, there, now = map(newlines.plain, (base, yours, new))
    try:
        grown = _by_key(path).grow(old, there, now, path)
    except Unmergeable:
        return yours
    return yours if grown == there else newlines.restored(grown, yours)


def limited(path: str, new: str, base: str, full: str) -> str:
    """Return `new` without the keys that neither `base` nor `full` has."""
    if not is_keyed(path) or new in (base, full):
        return new
    now, old, every = map(newlines.plain, (new, base, full))
    try:
        kept = _by_key(path).limited(now, old, every, path)
    except Unmergeable:
        return new
    return new if kept == now else newlines.restored(kept, new)


def without(path: str, new: str, yours: str) -> str:
    """Return `new` without the keys that `yours` has, "" where none is left or the file has no keys."""
    if not is_keyed(path) or not new.strip():
        return ""
    if not yours.strip():
        return new
    return _by_key(path).without(newlines.plain(new), newlines.plain(yours), path)


def missing(path: str, yours: str, new: str) -> tuple[str, ...]:
    """Return the keys of `new` that `yours` lacks, for a message; none of a file without keys."""
    if not is_keyed(path):
        return ()
    try:
        return _by_key(path).missing(newlines.plain(yours), newlines.plain(new), path)
    except Unmergeable:
        return ()


class Keyed(Protocol):
    """What merges the files of a format with keys, in plain texts."""

    def three_way(self, base: str, yours: str, new: str, path: str) -> Merged: ...
    def grow(self, base: str, yours: str, new: str, path: str) -> str: ...
    def limited(self, new: str, base: str, full: str, path: str) -> str: ...
    def without(self, new: str, yours: str, path: str) -> str: ...
    def missing(self, yours: str, new: str, path: str) -> tuple[str, ...]: ...


def _three_way(path: str, base: str, yours: str, new: str) -> Merged:
    from scaffold.merge import sequence, text, values

    kind = format_of(path)
    if kind in _KEYED:
        try:
            return _by_key(path).three_way(base, yours, new, path)
        except ManifestError:
            if kind != "yaml":
                raise
        except Unmergeable:
            pass
    if kind == "set":
        from scaffold.merge.line_files import SET

        return SET.three_way(base, yours, new, path)
    by_lines = {"sequence": sequence.three_way, "value": values.three_way}.get(kind, text.three_way)
    return by_lines(base, yours, new)


def _by_key(path: str) -> Keyed:
    kind = format_of(path)
    if kind == "config-vars":
        from scaffold.merge import manifest

        return manifest
    if kind in ("procfile", "env"):
        from scaffold.merge import line_files

        return line_files.PROCFILE if kind == "procfile" else line_files.ENV
    from scaffold.merge import json_tree, yaml_tree

    return yaml_tree if kind == "yaml" else json_tree
