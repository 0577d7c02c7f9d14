"""Tree -> disk: every file is written or none, also when the run is killed, the disk full or read-only.

The new contents wait in `.scaffold/pending/` under a journal (see writing/journal.py) and are then moved
into place; the next run finishes or takes back what a killed one left. Nothing is ever written outside
the repository or into its `.git`: a link that leads there refuses the file.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.targets import Existing, existing
from scaffold.writing import apply
from scaffold.writing import journal as journals
from scaffold.writing.apply import Edited, Repair
from scaffold.writing.changes import Change, changes, check_folders, device, nearest, refused
from scaffold.writing.files import about, digest, put
from scaffold.writing.journal import FOLDER, PENDING, Entry, Journal, place
from scaffold.writing.lock import locked, undisturbed

__all__ = ["Existing", "Repair", "existing", "is_interrupted", "recover", "repair", "write"]

_WRITTEN = "interrupted; the files are written"


def write(
    top: Path, tree: Mapping[str, Rendered | None], *, seen: Mapping[str, bytes | None] | None = None
) -> None:
    """Write every file of the tree (None: remove it), or change nothing.

    `seen` is what the caller read of each path (None: it was not there) and made the tree from; where the
    disk differs by now nothing is written. A file that is right already is not touched. Raises UserError.
    """
    real = os.path.realpath(top)
    with _told(real), locked(real):
        if journals.is_left(real) and apply.recover(real).outcome:
            raise Edited("the files of an interrupted run")
        for path, content in (seen or {}).items():
            if existing(Path(real), path).content != content:
                raise Edited(path)
        wanted = changes(real, tree)
        if wanted:
            check_folders(real, wanted)
            _write(real, wanted)


def recover(top: Path) -> str:
    """Finish or undo what a killed run left: "" (nothing), "finished" or "undone". Raises UserError."""
    return repair(top).outcome


def repair(top: Path) -> Repair:
    """Do as `recover`, and tell which files a person changed meanwhile, and what to say."""
    real = os.path.realpath(top)
    if not journals.is_left(real):
        return Repair()
    with _told(real), locked(real), undisturbed():
        return apply.recover(real)


def is_interrupted(top: Path) -> bool:
    """Tell whether a killed run left files half written; changes nothing. Waits for a run that writes now."""
    real = os.path.realpath(top)
    if not journals.is_open(real):
        return False
    with locked(real):
        return journals.is_open(real)


def _write(top: str, wanted: list[Change]) -> None:
    """Stage and move into place; what is on another device is staged beside its target.

    Two mounts of one device look the same, and refuse it too: then all is staged so.
    """
    own = device(top, f"{PENDING}/new")
    beside = {each.path for each in wanted if device(top, each.target) != own}
    try:
        _attempt(top, wanted, beside)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _attempt(top, wanted, {each.path for each in wanted if not each.path.startswith(f"{FOLDER}/")})


def _attempt(top: str, wanted: list[Change], beside: set[str]) -> None:
    """Write once. Ctrl-C waits for the end, milliseconds later: half done is no state to stop in."""
    journal = _plan(top, wanted, beside)
    finished = False
    try:
        with undisturbed():
            _stage(top, journal, wanted)
            _move(top, journal)
            finished = True
            with contextlib.suppress(OSError):
                journals.clear(top)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_WRITTEN if finished or stop.args else "") from None


def _plan(top: str, wanted: list[Change], beside: set[str]) -> Journal:
    entries = []
    for at, change in enumerate(wanted):
        stage, backup = f"new/{at}", f"old/{at}"
        if change.path in beside:
            folder, name = os.path.split(f"{top}/{change.target}")
            slot = os.path.relpath(f"{nearest(folder)}/.{name}.{at}.scaffold-", top).replace(os.sep, "/")
            stage, backup = f"{slot}new", f"{slot}old"
        entry = Entry(
            path=change.path,
            target=change.target,
            stage=stage if change.after is not None else "",
            backup=backup if change.old else "",
            old=change.old,
            old_mode=change.old_mode,
            new="" if change.after is None else digest(change.after),
        )
        entries.append(entry)
    made = apply.folders_for(top, (change.target for change in wanted if change.after is not None))
    return Journal(entries=tuple(entries), folders=made)


def _stage(top: str, journal: Journal, wanted: list[Change]) -> None:
    """Let all contents wait, old and new, and write the journal; where that fails nothing is left of it."""
    journals.begin(top)
    try:
        journals.fill(top, journal)
        for entry, change in zip(journal.entries, wanted, strict=True):
            with about(entry.path):
                if change.after is not None:
                    put(place(top, entry.stage), change.after, change.mode, change.status)
                if change.after is not None and entry.backup:
                    put(place(top, entry.backup), change.before, change.old_mode, change.status)
        journals.save(top, journal)
    except BaseException as error:
        try:
            journals.clear(top)
        except OSError:
            if journals.is_open(top):
                raise apply.unfinished(error) from None
        raise


def _move(top: str, journal: Journal) -> None:
    """Move all contents into place; where that fails all are moved back."""
    try:
        apply.forward(top, journal)
        journals.end(top)
    except BaseException as error:
        if not journals.is_open(top):
            raise KeyboardInterrupt(_WRITTEN) from None
        try:
            apply.back(top, journal)
            journals.end(top)
        except OSError:
            raise apply.unfinished(error) from None
        with contextlib.suppress(OSError):
            journals.clear(top)
        raise


@contextlib.contextmanager
def _told(top: str) -> Iterator[None]:
    """Say to a person what the disk refused, or what was changed under the run."""
    try:
        yield
    except OSError as error:
        raise refused(top, _shown(top, error.filename), error.strerror or str(error)) from None
    except Edited as error:
        raise UserError(
            "write/changed-meanwhile",
            f"{error.path} was changed while this command ran",
            why="It would be overwritten, or the other files not fit it. Nothing was changed.",
            remedy="Run the command again: it starts from what is there now.",
        ) from None


def _shown(top: str, path: object) -> str:
    text = os.fsdecode(path) if isinstance(path, str | bytes) else ""
    return text.removeprefix(f"{top}/")
