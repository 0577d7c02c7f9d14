"""What stands where a file is to be read or written: nothing, a plain file, or something in the way.

Nothing is ever read or written outside the repository or in its `.git`: a link that leads there blocks.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scaffold.record import record


@record(kw_only=False)
class Existing:
    """What stands where a file is to be written: its bytes (None: nothing), or why it cannot be written."""

    content: bytes | None
    blocked: str = ""
    executable: bool = False


def existing(top: Path, path: str) -> Existing:
    """Look at a target before anything is written; what is no plain file is never opened."""
    parent = top
    for part in path.split("/")[:-1]:
        parent = parent / part
        if fault := _link_fault(top, parent):
            return Existing(None, fault)
        if os.path.lexists(parent) and not os.path.isdir(parent):
            return Existing(None, f"{parent.relative_to(top)} is a file, not a folder")
    full = top / path
    if fault := _link_fault(top, full):
        return Existing(None, fault)
    try:
        mode = os.stat(full).st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "no plain file"
            return Existing(None, f"{path} is {kind}")
        return Existing(full.read_bytes(), executable=bool(mode & stat.S_IXUSR))
    except FileNotFoundError:
        return Existing(None)
    except OSError as error:
        return Existing(None, f"{path} cannot be read ({error.strerror})")


def _link_fault(top: Path, path: Path) -> str:
    """Say why nothing may go through a link: it leaves the repository, or leads into `.git`."""
    if not path.is_symlink():
        return ""
    name, base, target = path.relative_to(top), os.path.realpath(top) + os.sep, os.path.realpath(path)
    if not target.startswith(base):
        return f"{name} is a link that leaves the repository"
    if ".git" in target[len(base) :].split(os.sep):
        return f"{name} is a link into .git"
    return ""
