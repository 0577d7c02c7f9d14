"""The script in a terminal: a person who answers its questions, or presses Ctrl-C."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Sequence

from tests.deploy.harness import LIMIT, Deployment

CTRL_C, CTRL_D = "\x03", "\x04"
OWN_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run in the background would pass on that it is ignored
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def typed(
    deployment: Deployment, words: Sequence[str], answers: Sequence[tuple[str, str]], **env: str
) -> tuple[int, str, bool]:
    """Run the script and answer each question once its words are on the screen.

    Returns the exit status, all that was on the screen, and whether the terminal shows again what is typed.
    """
    person, terminal = pty.openpty()
    command = [str(deployment.repo / "bin" / "deploy"), *words]
    running = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *command],
        cwd=deployment.scratch,
        env=deployment.env(**env),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    screen, seen = "", 0
    deadline = time.monotonic() + LIMIT
    os.set_blocking(person, False)
    for question, answer in [*answers, ("", "")]:
        while not (question and question in screen[seen:]):
            ended = running.poll() is not None
            try:
                screen += os.read(person, 65536).decode(errors="replace")
            except (BlockingIOError, OSError):
                if ended:
                    break
                assert time.monotonic() < deadline, screen
                time.sleep(0.05)
        seen = len(screen)
        if running.poll() is None and answer:
            time.sleep(0.2)
            os.write(person, answer.encode())
    shown = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
    os.close(person)
    os.close(terminal)
    return running.returncode, screen, shown
