"""The command line on a pseudo-terminal, as a person runs it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


def run(
    words: Sequence[str], keys: list[bytes], *, end: int | None = None, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run scaffold, pressing the next keys each time it has been quiet for a while; exit code and screen.

    `end` is a signal to send when the keys are used up.
    """
    master, slave = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffold", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**environment, **(env or {})},
        start_new_session=True,
        # a run in the background would pass on that an interrupt is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        cwd=TOP,
    )
    os.close(slave)
    seen, deadline = b"", time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([master], [], [], 0.25 if keys and _is_asking(master) else 1.5)[0]:
            try:
                seen += os.read(master, 65536)
            except OSError:
                break
        elif seen and keys:
            os.write(master, keys.pop(0))
        elif seen and end is not None:
            os.killpg(process.pid, end)
    code = process.wait(20)
    os.close(master)
    return code, seen.decode("utf-8", "replace")


def _is_asking(master: int) -> bool:
    """Tell whether the program reads single keys, as prompts do: nothing else goes on meanwhile."""
    local_modes = termios.tcgetattr(master)[3]
    return not local_modes & termios.ICANON
