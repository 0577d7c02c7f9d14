"""The only place that prints. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from scaffold.errors import UserError

_COLORS = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def prepare() -> None:
    """Make both streams able to print any file name, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def data(text: str = "") -> None:
    """Print a line of the command's result."""
    sys.stdout.write(text + "\n")


def say(text: str = "") -> None:
    """Print a line of talk."""
    sys.stderr.write(text + "\n")


def error(fault: UserError) -> None:
    """Print a user error: summary, evidence, why, what to do."""
    say(paint(f"error: {fault.summary}", "red", sys.stderr))
    for line in fault.evidence:
        say(f"  {line}")
    if fault.why:
        say(f"  {fault.why}")
    if fault.remedy:
        say(f"  -> {fault.remedy}")


def warn(message: str, remedy: str = "", evidence: Iterable[object] = ()) -> None:
    """Print a warning with its proof and what to do."""
    say(paint("warning: ", "yellow", sys.stderr) + message)
    for proof in evidence:
        say(f"  {proof}")
    if remedy:
        say(f"  -> {remedy}")


def paint(text: str, color: str, stream: TextIO | None = None) -> str:
    """Color text for a terminal; NO_COLOR and TERM=dumb are obeyed, FORCE_COLOR too."""
    target = stream or sys.stdout
    wanted = bool(os.environ.get("FORCE_COLOR")) or (
        target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if wanted else text
