"""What earlier runs were made from, by digest, in the user's cache folder: the same again is not rendered.

It is a shortcut only: without it, or where it cannot be written, everything is rendered anew.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MOST = 500
"""As many digests as are kept; the oldest go."""


def folder() -> Path:
    """Return the cache folder of this user (XDG_CACHE_HOME, or what the system has for it)."""
    if os.name == "nt" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "heroku-scaffold"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~/.cache"))) / "heroku-scaffold"


def is_known(fingerprint: str) -> bool:
    """Tell whether a run was made from the same, and left the files that these inputs give."""
    return os.path.isfile(folder() / "made-from" / fingerprint)


def keep(fingerprint: str) -> None:
    """Remember what a run was made from, if the disk lets us."""
    here = folder() / "made-from"
    with contextlib.suppress(OSError):
        here.mkdir(parents=True, exist_ok=True)
        (here / fingerprint).touch()
        known = sorted(here.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in known[:-_MOST]:
            path.unlink(missing_ok=True)
