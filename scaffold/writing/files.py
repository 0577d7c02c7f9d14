"""Single files and folders on the disk: what stands there, making one, waiting until it is stored."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator

_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})
"""What a file system says that cannot sync a folder (network and FUSE mounts): then there is no need to."""


def mark(path: str) -> tuple[str, int]:
    """Return what tells the content of a file, and its mode; "" where nothing is. A link is not followed."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return f"link to {os.readlink(path)}", 0
        if not stat.S_ISREG(status.st_mode):
            return "no plain file", 0
        with open(path, "rb") as file:
            return digest(file.read()), stat.S_IMODE(status.st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return "", 0


def digest(content: bytes) -> str:
    """Return the mark of a file with this content."""
    import hashlib

    return hashlib.sha256(content).hexdigest()


def put(path: str, content: bytes, mode: int, owner: os.stat_result | None = None) -> None:
    """Make a new file, never one that is there, closed to others until it is whole; wait for the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        if owner is not None and hasattr(os, "chown") and owner.st_uid != os.geteuid():
            with contextlib.suppress(OSError):
                os.chown(path, owner.st_uid, owner.st_gid)
        os.chmod(path, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync(*folders: str) -> None:
    """Wait until the names in these folders are stored; where a folder cannot be synced, go on."""
    for folder in folders:
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(handle)


def remove_tree(folder: str, last: str = "") -> None:
    """Remove a folder with all that is in it, the file named `last` at the end; links are not followed."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: (entry.name == last, entry.name))
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            remove_tree(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(folder)


def missing_folders(folder: str) -> list[str]:
    """Return the folders that are to be made for this one to be there, the outermost first."""
    missing: list[str] = []
    while not os.path.lexists(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    return missing


@contextlib.contextmanager
def about(path: str) -> Iterator[None]:
    """Let an error of the disk name the file that a person knows, not the copy that it struck."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise
