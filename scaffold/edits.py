"""To-dos that are edits of a person's file -> the files with those edits made, for the person to accept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffold.changes import Change
from scaffold.facts import Todo
from scaffold.render import Rendered
from scaffold.write import existing


def propose(top: Path, todo: Todo, accepted: Mapping[str, Change]) -> Change | None:
    """Return the edit that would settle a to-do, None where it has none or it does not apply.

    `accepted` holds the edits of other to-dos by path: this one goes on top of them. The file's
    newline style, its mode and its other text stay as they are.
    """
    there = existing(top, todo.edit_path) if todo.edit_path else None
    if there is None or there.content is None or there.blocked:
        return None
    earlier = accepted.get(todo.edit_path)
    before = earlier.after.content if earlier and earlier.after else there.content
    try:
        edited = _edited(before.decode("utf-8"), todo)
    except UnicodeDecodeError:
        return None
    if edited is None or edited.encode() == before:
        return None
    after = Rendered(edited.encode(), there.executable)
    return Change(path=todo.edit_path, kind="own", before=before, ours=after, after=after)


def _edited(text: str, todo: Todo) -> str | None:
    newline = "\r\n" if "\r\n" in text else "\n"
    new = todo.edit_new.replace("\n", newline)
    if not todo.edit_old:
        start = text if not text or text.endswith("\n") else text + newline
        return start + new + newline
    old = todo.edit_old.replace("\n", newline)
    return text.replace(old, new, 1) if old in text else None
