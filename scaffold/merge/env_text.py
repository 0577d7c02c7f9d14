"""Put assignments into the text of an env file, the rest of which stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from scaffold.manifests import env_file
from scaffold.patterns import lazy

_BARE = lazy(r"[A-Za-z0-9_@%+=:,./*-]*")
_EXPORT = lazy(r"[ \t]*export[ \t]+")
_STEERED = lazy(r"[\\\"`]|\$(?=[A-Za-z_{(])")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def can_hold(value: str) -> bool:
    """Tell whether an env file, and so the environment of a program, can have the value at all."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def quoted(value: str) -> str:
    """Write a value so that every loader reads back the same text, where one form will do for all.

    Single quotes, over several lines if need be, are literal to all of them. Only what single quotes
    cannot hold is escaped, which the loaders do differently.
    """
    if _BARE.fullmatch(value):
        return value
    if "'" not in value and "\r" not in value and not value.endswith("\\"):
        return f"'{value}'"
    escaped = _STEERED.sub(lambda match: "\\" + match[0], value)
    return '"' + "".join(_ESCAPES.get(char, char) for char in escaped) + '"'


def put(text: str, path: str, values: Mapping[str, str]) -> str:
    """Return `text` with each value (by its name) in the place of the old one, or at its end.

    Of several assignments of one name the last is taken, as loaders do. Newline style and `export` stay.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    rows = [row + "\n" for row in text.split("\n")]
    rows[-1] = rows[-1].removesuffix("\n")
    last = {line.name: line for line in env_file.parse(text, path) if not line.commented}
    places = sorted(((last[name], name) for name in values if name in last), key=lambda item: -item[0].line)
    for old, name in places:
        ending = newline if rows[old.end - 1].endswith("\n") else ""
        export = _EXPORT.match(rows[old.line - 1])
        assigned = f"{export[0] if export else ''}{name}={quoted(values[name])}"
        rows[old.line - 1 : old.end] = [assigned + ending]
    kept = "".join(rows)
    added = [f"{name}={quoted(value)}{newline}" for name, value in values.items() if name not in last]
    gap = newline if added and kept and not kept.endswith("\n") else ""
    return kept + gap + "".join(added)
