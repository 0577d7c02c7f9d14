"""Merge config-vars.toml by variable and by key, three ways, on the lines of the person's file.

What they edited, added or took out stays so, with their comments, order and line ends; all else follows
scaffold's new text. A record that is not written as a [vars.NAME] table is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests import config_vars_toml
from scaffold.manifests.config_vars_toml import FIELDS
from scaffold.merge.merged import Merged
from scaffold.merge.tables import Edited, Table, Tables

_KEYS = (*FIELDS, "read_at")
_BOUND = ("secret", "value", "default", "generator")
"""Fields that can contradict each other."""


def three_way(base: str, yours: str, new: str, path: str) -> Merged:
    """Return the person's text with what changed from `base` to `new`: an edit of theirs is no conflict."""
    return Merged(merge(base, yours, new, path))


def grow(base: str, yours: str, new: str, path: str) -> str:
    """Return `yours` with the variables of `new` that neither `base` nor it has."""
    there, old, now = (Tables.of(text, path) for text in (yours, base, new))
    edited = Edited(there)
    for name in sorted(now.found.keys() - there.records().keys() - old.records().keys()):
        edited.add_table(name, now.lines_of(now.found[name]))
    return _checked(edited.text(), path)


def limited(new: str, base: str, full: str, path: str) -> str:
    """Return `new` without the variables that neither `base` nor `full` has."""
    now, *known = (Tables.of(text, path) for text in (new, base, full))
    edited = Edited(now)
    for name, table in now.found.items():
        if not any(name in tables.records() for tables in known):
            edited.remove_table(table)
    return edited.text()


def without(new: str, yours: str, path: str) -> str:
    """Return `new` without the variables that `yours` has, "" where none is left."""
    now, there = Tables.of(new, path), Tables.of(yours, path).records()
    if now.found.keys() <= there.keys():
        return ""
    edited = Edited(now)
    for name in now.found.keys() & there.keys():
        edited.remove_table(now.found[name])
    return edited.text()


def missing(yours: str, new: str, path: str) -> tuple[str, ...]:
    """Return the variables of `new` that `yours` lacks."""
    there = Tables.of(yours, path).records()
    return tuple(name for name in Tables.of(new, path).found if name not in there)


def merge(base: str, theirs: str, ours: str, path: str) -> str:
    """Return the person's text with what changed from `base` to `ours`; "" is no base.

    Raises ManifestError where their file is malformed, or so written that it cannot be brought up to date.
    """
    mark = "\ufeff" if theirs.startswith("\ufeff") else ""
    text = theirs.removeprefix(mark)
    newline = "\r\n" if "\r\n" in text else "\n"
    if text.replace("\r\n", "\n") in (base, ours):
        return mark + ours.replace("\n", newline)
    if base == ours:
        return theirs
    return mark + _checked(_merged(base, text, ours, path), path)


def _checked(merged: str, path: str) -> str:
    try:
        config_vars_toml.parse(merged, path)
    except ManifestError as error:
        raise ManifestError(
            path,
            error.line,
            "the variables that are new cannot be added to it",
            why=error.message,
            remedy="Write each variable as a table of its own, [vars.NAME], and run the command again.",
        ) from None
    return merged


def _merged(base: str, theirs: str, ours: str, path: str) -> str:
    old, now, new = (Tables.of(text, path) for text in (base, theirs, ours))
    edited = Edited(now)
    if now.preamble() == old.preamble() != new.preamble():
        edited.set_preamble(new.preamble())
    for name in sorted(now.records().keys() | new.records().keys()):
        before, there, wanted = (side.records().get(name) for side in (old, now, new))
        table = now.found.get(name)
        if there is None:
            if before is None:
                edited.add_table(name, new.lines_of(new.found[name]))
        elif table is None:
            continue
        elif wanted is None:
            if there == before and not now.has_comment(table) and not now.environments(name):
                edited.remove_table(table)
        else:
            changes = _changes(before or {}, there, wanted, now.environments(name))
            _update(edited, table, {key: new.written(name, key) for key in changes})
    return edited.text()


def _changes(
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    ours: Mapping[str, Any],
    environments: list[Mapping[str, Any]],
) -> list[str]:
    """Return the fields that the person left alone and that are to be something else now."""
    changed = [key for key in _KEYS if theirs.get(key) == base.get(key) and theirs.get(key) != ours.get(key)]
    after = {**theirs, **{key: ours.get(key) for key in changed}}
    if any(_contradicts({**after, **said}) for said in ({}, *environments)):
        return [key for key in changed if key not in _BOUND]
    return changed


def _contradicts(said: Mapping[str, Any]) -> bool:
    """Tell whether a record would be refused: a secret with a value, a value beside a generator."""
    value = said.get("value")
    held = bool(value or said.get("default"))
    return bool(said.get("secret") and held) or bool(value is not None and said.get("generator"))


def _update(edited: Edited, table: Table, changes: Mapping[str, str]) -> None:
    """Put new values into a table, "" for a key that goes; one with a comment beside it stays."""
    for key, written in changes.items():
        pair = table.pair(key)
        if pair is None and written:
            edited.add_pair(table, f"{key} = {written}", behind=_KEYS[: _KEYS.index(key)])
        elif pair is not None and written:
            edited.set_value(pair, written)
        elif pair is not None and not edited.tables.commented(pair):
            edited.remove_pair(pair)
