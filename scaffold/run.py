"""The only place that starts another program."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scaffold.record import record


@record(kw_only=False)
class Ended:
    """How a program ended: exit code (127 where it is not installed), standard output and error."""

    code: int
    stdout: bytes
    stderr: bytes


def run(
    words: Sequence[str],
    *,
    cwd: Path | None = None,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> Ended:
    """Run a program to its end without a shell and without a terminal."""
    feed: dict[str, object] = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            list(words), cwd=cwd, env=env, timeout=timeout, capture_output=True, check=False, **feed
        )
    except (FileNotFoundError, PermissionError) as error:
        return Ended(127, b"", str(error).encode())
    except subprocess.TimeoutExpired as error:
        return Ended(124, error.stdout or b"", error.stderr or b"")
    return Ended(done.returncode, done.stdout, done.stderr)
