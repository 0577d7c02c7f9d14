"""A journal -> the disk: forward to the new files, or back to the old ones; and which of them after a kill.

Each step is one renaming, and where a content waits tells whether its step was done, so that both ways can
be stopped at any point and gone again. A file that a person changed meanwhile is left as it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from scaffold.errors import UserError
from scaffold.record import record
from scaffold.targets import existing
from scaffold.writing import journal as journals
from scaffold.writing.files import about, mark, missing_folders, sync
from scaffold.writing.journal import FOLDER, PENDING, Entry, Journal, place


class Edited(Exception):
    """Somebody changed a file since it was looked at."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@record
class Repair:
    """What became of a killed run: `outcome` is "" (nothing to do), "finished" or "undone".

    `kept` are the files that a person changed since: they are as the person left them.
    """

    outcome: str = ""
    kept: tuple[str, ...] = ()

    def message(self) -> str:
        """Return what a person is to know, "" for nothing."""
        if not self.outcome:
            return ""
        told = f"an earlier run was interrupted while it wrote; what it began was {self.outcome}"
        return told + (f", but your changes stay in {', '.join(self.kept)}" if self.kept else "")


def forward(top: str, journal: Journal) -> None:
    """Move every new content into place that is not there yet. Raises Edited, OSError."""
    for entry in journal.entries:
        with about(entry.path):
            _do(top, entry)
    _prune(top, journal)
    _sync(top, journal)


def _do(top: str, entry: Entry) -> None:
    target = f"{top}/{entry.target}"
    if _is_done(top, entry):
        return
    if not _is_untouched(top, entry):
        raise Edited(entry.path)
    if entry.new:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.replace(place(top, entry.stage), target)
    elif os.path.lexists(target):
        os.rename(target, place(top, entry.backup))


def _is_done(top: str, entry: Entry) -> bool:
    if entry.new:
        return not os.path.lexists(place(top, entry.stage))
    return os.path.lexists(place(top, entry.backup))


def _is_untouched(top: str, entry: Entry) -> bool:
    """Tell whether a file that is still to be written is as it was looked at, or gone if it is to go."""
    now = mark(f"{top}/{entry.target}")
    return now == (entry.old, entry.old_mode) or (not entry.new and not now[0])


def _prune(top: str, journal: Journal) -> None:
    """Remove the folders that removals left empty among scaffold's own."""
    for entry in journal.entries:
        folder = os.path.dirname(entry.path)
        while not entry.new and folder.startswith(f"{FOLDER}/"):
            try:
                os.rmdir(f"{top}/{folder}")
            except FileNotFoundError:
                pass
            except OSError:
                break
            folder = os.path.dirname(folder)


def back(top: str, journal: Journal) -> tuple[str, ...]:
    """Put every old content back; return the files that a person changed, which stay. Raises OSError."""
    for entry in journal.entries:
        _check_backup(top, entry)
    if not journal.undo:
        journals.turn(top)
    kept = [entry.path for entry in reversed(journal.entries) if not _undo(top, entry)]
    for folder in reversed(journal.folders):
        with contextlib.suppress(OSError):
            os.rmdir(f"{top}/{folder}")
    _sync(top, journal)
    return tuple(sorted(kept))


def _undo(top: str, entry: Entry) -> bool:
    """Put one file back; tell whether it is as it was."""
    target = f"{top}/{entry.target}"
    now = mark(target)
    if not _is_done(top, entry) or now[0] != entry.new:
        return now == (entry.old, entry.old_mode)
    backup = place(top, entry.backup)
    with about(entry.path):
        if not entry.old:
            os.unlink(target)
        elif os.path.lexists(backup):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(backup, target)
    return True


def _check_backup(top: str, entry: Entry) -> None:
    kept = mark(place(top, entry.backup))[0] if entry.backup else ""
    if kept and kept != entry.old:
        raise journals.damaged(top, f"{entry.backup} is not what stood in {entry.path}")


def _sync(top: str, journal: Journal) -> None:
    targets = {os.path.dirname(f"{top}/{entry.target}") for entry in journal.entries}
    made = {os.path.dirname(f"{top}/{folder}") for folder in journal.folders}
    sync(*sorted(targets | made))


def folders_for(top: str, targets: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that will be made for these files, the outer ones first."""
    found: dict[str, None] = {}
    for target in targets:
        for folder in missing_folders(os.path.dirname(f"{top}/{target}")):
            found[os.path.relpath(folder, top)] = None
    return tuple(sorted(found))


def recover(top: str) -> Repair:
    """Finish what a killed run began; take it back where a person changed a file since. Raises UserError."""
    if fault := _fault(top):
        raise UserError(
            "write/in-the-way", f"cannot write: {fault}", remedy=f"Remove {PENDING}, or what leads there."
        )
    journal = journals.load(top)
    if journal is None:
        journals.clear(top)
        return Repair()
    try:
        done = _settle(top, journal)
        journals.end(top)
    except OSError as error:
        raise unfinished(error) from None
    with contextlib.suppress(OSError):
        journals.clear(top)
    return done


def unfinished(error: BaseException) -> UserError:
    """Return the error for files that could be neither written nor put back."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return UserError(
        "write/unfinished",
        f"the files could be neither written nor put back: {reason}",
        why=f"Some may be new and some old; {PENDING} holds all of both.",
        remedy="Make the disk writable and run the command again: it finishes this first, or takes it back.",
    )


def _settle(top: str, journal: Journal) -> Repair:
    if not journal.undo and _can_finish(top, journal):
        with contextlib.suppress(Edited, OSError):
            forward(top, journal)
            return Repair(outcome="finished")
    return Repair(outcome="undone", kept=back(top, journal))


def _can_finish(top: str, journal: Journal) -> bool:
    """Tell whether each file that is still to be written is as it was, and its new content whole."""
    left = [entry for entry in journal.entries if not _is_done(top, entry)]
    return all(
        _is_untouched(top, entry) and (not entry.new or mark(place(top, entry.stage))[0] == entry.new)
        for entry in left
    )


def _fault(top: str) -> str:
    """Say what keeps the pending folder from being one of the repository."""
    inside = f"{PENDING}/journal.json"
    fault = existing(Path(top), inside).blocked
    if os.path.islink(f"{top}/{PENDING}"):
        return f"{PENDING} is a link"
    return "" if fault.startswith(inside) else fault
