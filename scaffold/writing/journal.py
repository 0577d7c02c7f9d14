"""What a run that writes leaves for the next one, should it be killed: `.scaffold/pending/`.

    .gitignore      `*`: nothing in here is ever committed
    beside          the files that wait beside their targets, where those are on another device
    new/N           the new content of a file, with its mode
    old/N           what stood there, with its mode; for a removal the file itself, once it is taken away
    journal.json    written last: from here on the files count as new, and a later run finishes them
    undo.json       the same file under another name: from here on they count as old again

A repository may come from anywhere, its `.scaffold/pending/` too: no path in it is taken on trust.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from typing import Any

from scaffold.errors import UserError
from scaffold.patterns import lazy
from scaffold.record import fields, record
from scaffold.writing.files import put, remove_tree, sync

FOLDER = ".scaffold"
PENDING = f"{FOLDER}/pending"
FORMAT = 1
_IN_PENDING = lazy(r"(?:new|old)/[0-9]+")
_BESIDE = lazy(r"(?:.+/)?\.[^/]+\.scaffold-(?:new|old)", re.DOTALL)


@record
class Entry:
    """One file of a write: its name for people, the file itself, and where its contents wait.

    `stage` is the place of the new content, `backup` of the old one, "" for none: `new/3` and `old/3` in
    the pending folder, else from the top. `old` and `new` are marks of the contents, "" for nothing there.
    """

    path: str
    target: str
    stage: str
    backup: str
    old: str
    old_mode: int
    new: str


@record
class Journal:
    """All files of a write, and the folders that it makes. `undo`: it is being taken back."""

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    undo: bool = False


def place(top: str, slot: str) -> str:
    """Return the path of a content that waits."""
    return f"{top}/{PENDING}/{slot}" if _IN_PENDING.fullmatch(slot) else f"{top}/{slot}"


def is_plain(path: object) -> bool:
    """Tell whether a path names a file below the top, and nothing of git or of the journal itself."""
    if not isinstance(path, str) or "\0" in path or os.path.isabs(path):
        return False
    low = path.lower()
    return {"", ".", "..", ".git"}.isdisjoint(low.split("/")) and not f"{low}/".startswith(f"{PENDING}/")


def is_left(top: str) -> bool:
    """Tell whether an earlier write left anything: its folder, or at the least an empty `.scaffold/`."""
    try:
        return not (names := os.listdir(f"{top}/{FOLDER}")) or "pending" in names
    except OSError:
        return False


def is_open(top: str) -> bool:
    """Tell whether a write was begun and neither finished nor taken back."""
    return any(os.path.lexists(f"{top}/{PENDING}/{name}") for name in ("journal.json", "undo.json"))


def begin(top: str) -> None:
    """Make the pending folder. Raises OSError, with nothing left of it."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(f"{top}/{FOLDER}")
    try:
        os.mkdir(f"{top}/{PENDING}", 0o700)
    except OSError:
        with contextlib.suppress(OSError):
            os.rmdir(f"{top}/{FOLDER}")
        raise


def fill(top: str, journal: Journal) -> None:
    """Make the places where contents wait; first write down those that are elsewhere."""
    folder = f"{top}/{PENDING}"
    put(f"{folder}/.gitignore", b"*\n", 0o600)
    os.mkdir(f"{folder}/new", 0o700)
    os.mkdir(f"{folder}/old", 0o700)
    slots = [slot for entry in journal.entries for slot in (entry.stage, entry.backup) if slot]
    if beside := [slot for slot in slots if not _IN_PENDING.fullmatch(slot)]:
        put(f"{folder}/beside", os.fsencode("\0".join(beside)), 0o600)
        sync(folder, f"{top}/{FOLDER}", top)


def save(top: str, journal: Journal) -> None:
    """Write the journal: from here on a killed run is finished by the next one."""
    import json

    rows = [{name: getattr(entry, name) for name in fields(entry)} for entry in journal.entries]
    document = {"format": FORMAT, "folders": journal.folders, "files": rows}
    folder = f"{top}/{PENDING}"
    put(f"{folder}/journal.tmp", (json.dumps(document, indent=1) + "\n").encode(), 0o600)
    sync(f"{folder}/new", f"{folder}/old", f"{top}/{FOLDER}", top)
    os.rename(f"{folder}/journal.tmp", f"{folder}/journal.json")
    sync(folder)


def turn(top: str) -> None:
    """Decide that all is to be as it was: by renaming, which works on a full disk."""
    os.rename(f"{top}/{PENDING}/journal.json", f"{top}/{PENDING}/undo.json")
    sync(f"{top}/{PENDING}")


def end(top: str) -> None:
    """Remove the journal: all is as it is to be."""
    for name in ("undo.json", "journal.json"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{top}/{PENDING}/{name}")


def clear(top: str) -> None:
    """Remove what is left of a write that has no journal any more, or none yet."""
    end(top)
    with contextlib.suppress(OSError):
        sync(f"{top}/{PENDING}")
    for slot in _noted(top):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{top}/{slot}")
    with contextlib.suppress(FileNotFoundError):
        remove_tree(f"{top}/{PENDING}", last=".gitignore")
    with contextlib.suppress(OSError):
        os.rmdir(f"{top}/{FOLDER}")


def load(top: str) -> Journal | None:
    """Read the journal, None where there is none. Raises UserError where it cannot be trusted."""
    import json

    undo = os.path.lexists(f"{top}/{PENDING}/undo.json")
    path = f"{top}/{PENDING}/{'undo' if undo else 'journal'}.json"
    if not os.path.lexists(path):
        return None
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise ValueError("it is no plain file")
        with open(path, "rb") as file:
            return _checked(top, json.loads(file.read()), undo=undo)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise damaged(top, f"{type(error).__name__}: {error}") from None


def damaged(top: str, reason: str) -> UserError:
    """Return the error for a journal that cannot be followed."""
    return UserError(
        "write/damaged",
        f"{PENDING} cannot be followed: {reason}",
        why="A run was interrupted while it wrote, and its journal says which files are new. "
        "Nothing was changed now.",
        remedy=f"What stood there before is in {top}/{PENDING}/old; see that your files are right, then "
        f"remove {PENDING}.",
    )


def _checked(top: str, document: Any, *, undo: bool) -> Journal:
    if document["format"] != FORMAT:
        raise ValueError(f"its format {document['format']} is not known")
    entries = tuple(Entry(**row) for row in document["files"])
    folders = tuple(document["folders"])
    for entry in entries:
        _check_fields(entry)
        for slot in filter(None, (entry.stage, entry.backup)):
            _check_slot(top, slot)
    for path in (*folders, *(entry.target for entry in entries)):
        if not is_plain(path) or not _is_inside(top, path):
            raise ValueError(f"{path!r} is no file of this repository")
    return Journal(entries=entries, folders=folders, undo=undo)


def _check_fields(entry: Entry) -> None:
    for name in fields(entry):
        if not isinstance(getattr(entry, name), int if name == "old_mode" else str):
            raise TypeError(f"{name} of {entry.path!r}")
    if bool(entry.stage) != bool(entry.new) or bool(entry.backup) != bool(entry.old):
        raise ValueError(f"the contents of {entry.path!r} are not named")


def _check_slot(top: str, slot: str) -> None:
    """Refuse a place that is neither in the pending folder nor a file that only scaffold names so."""
    if _IN_PENDING.fullmatch(slot):
        fault = os.path.islink(os.path.dirname(place(top, slot)))
    else:
        fault = not _BESIDE.fullmatch(slot) or not is_plain(slot) or not _is_inside(top, slot)
    if fault:
        raise ValueError(f"{slot!r} is no place where a file waits")


def _is_inside(top: str, path: str) -> bool:
    """Tell whether a path leads where it says, not through a link that was put there since."""
    folder = os.path.dirname(f"{top}/{path}")
    return os.path.realpath(folder) == os.path.normpath(folder)


def _noted(top: str) -> Iterator[str]:
    """Yield the files that wait beside their targets; only such names as scaffold gives."""
    path = f"{top}/{PENDING}/beside"
    if not os.path.isfile(path) or os.path.islink(path):
        return
    with open(path, "rb") as file:
        slots = os.fsdecode(file.read()).split("\0")
    for slot in slots:
        with contextlib.suppress(ValueError):
            if not _IN_PENDING.fullmatch(slot):
                _check_slot(top, slot)
                yield slot
