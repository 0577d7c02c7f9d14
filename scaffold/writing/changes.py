"""A tree and the disk -> the files that are to change, and what is known to be refused before any is."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from scaffold.errors import UserError
from scaffold.record import record
from scaffold.render import Rendered
from scaffold.targets import Existing, existing
from scaffold.writing.files import digest, mark, missing_folders
from scaffold.writing.journal import FOLDER, PENDING, is_plain


@record
class Change:
    """One file that is to change: its name, the file itself, what stands there, its new content and mode."""

    path: str
    target: str
    status: os.stat_result | None
    before: bytes
    old: str
    after: bytes | None
    mode: int

    @property
    def old_mode(self) -> int:
        """The mode of what stands there; a link has none."""
        status = self.status
        return 0 if status is None or stat.S_ISLNK(status.st_mode) else stat.S_IMODE(status.st_mode)


def changes(top: str, tree: Mapping[str, Rendered | None]) -> list[Change]:
    """Look at every file; scaffold's own come last, they say what was done."""
    found: dict[str, Change] = {}
    for path in sorted(tree, key=lambda path: (path.startswith(f"{FOLDER}/"), path)):
        there = existing(Path(top), path) if is_plain(path) else Existing(None, f"{path} is no file")
        if there.blocked:
            raise refused(top, path, there.blocked.removeprefix(f"{path} "))
        change = _look(top, path, tree[path], there.content)
        twin = found.setdefault(change.target, change)
        if (twin.after, twin.mode) != (change.after, change.mode):
            raise refused(top, path, f"it is the same file as {twin.path}")
    return [change for change in found.values() if not _is_right(change)]


def _look(top: str, path: str, rendered: Rendered | None, before: bytes | None) -> Change:
    full = f"{top}/{path}"
    removed = rendered is None
    real = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
    target = real if removed else os.path.realpath(full)
    status = os.lstat(target) if os.path.lexists(target) else None
    mode = 0 if rendered is None else _mode(rendered, status)
    old = "" if before is None else digest(before)
    return Change(
        path=path,
        target=os.path.relpath(target, top).replace(os.sep, "/"),
        status=status,
        before=before or b"",
        old=mark(target)[0] if removed and os.path.islink(target) else old,
        after=None if rendered is None else rendered.content,
        mode=mode,
    )


def _mode(rendered: Rendered, status: os.stat_result | None) -> int:
    mode = stat.S_IMODE(status.st_mode) if status else 0o644
    if rendered.executable:
        mode |= 0 if mode & stat.S_IXUSR else 0o111
    return mode & 0o700 if rendered.private else mode


def _is_right(change: Change) -> bool:
    if change.after is None or change.status is None:
        return change.after is None and change.status is None
    return change.before == change.after and stat.S_IMODE(change.status.st_mode) == change.mode


def check_folders(top: str, wanted: list[Change]) -> None:
    """Find out before anything is touched where the disk would refuse. Raises OSError."""
    for path, target in ((FOLDER, f"{PENDING}/new"), *((each.path, each.target) for each in wanted)):
        folder = os.path.dirname(f"{top}/{target}")
        there = nearest(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            code = errno.EROFS if os.statvfs(there).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(code, os.strerror(code), path)


def device(top: str, target: str) -> int:
    """Return the device that a file is on, or will be."""
    return os.stat(nearest(os.path.dirname(f"{top}/{target}"))).st_dev


def nearest(folder: str) -> str:
    """Return the folder itself, or the first one above it that is there."""
    missing = missing_folders(folder)
    return os.path.dirname(missing[0]) if missing else folder


def refused(top: str, path: str, reason: str, why: str = "Nothing was changed.") -> UserError:
    """Return the error for a file that cannot be written."""
    return UserError(
        "write/refused",
        f"cannot write {path or top}: {reason}",
        why=why,
        remedy="Make the folder writable, or free some space, and run the command again.",
    )
