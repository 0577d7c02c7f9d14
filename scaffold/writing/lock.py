"""One writer at a time in a repository: a lock on its folder leaves no file and dies with its holder."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator

from scaffold.errors import UserError

WAIT = 15.0
"""Seconds to wait for another writer, which needs a fraction of one."""


@contextlib.contextmanager
def locked(top: str) -> Iterator[None]:
    """Hold the lock of the repository. Where the file system or the platform has none, go on without."""
    try:
        import fcntl

        handle = os.open(top, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        _wait(fcntl.flock, handle, fcntl.LOCK_EX | fcntl.LOCK_NB, top)
        yield
    finally:
        os.close(handle)


def _wait(flock: object, handle: int, operation: int, top: str) -> None:
    assert callable(flock)
    end = time.monotonic() + WAIT
    while True:
        try:
            flock(handle, operation)
        except BlockingIOError:
            if time.monotonic() > end:
                raise UserError(
                    "write/busy",
                    f"another run of scaffold has been writing in {top} for {WAIT:.0f} seconds",
                    why="Nothing was changed. Two runs at once would overwrite each other's files.",
                    remedy="Wait for it to end, or stop it, and run the command again.",
                ) from None
            time.sleep(0.02)
        except OSError:
            return
        else:
            return


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Ctrl-C waiting until the block is left, where the platform can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
