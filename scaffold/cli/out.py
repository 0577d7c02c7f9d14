"""The only place that prints. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from scaffold.errors import UserError
from scaffold.patterns import lazy

_COLORS = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STEERING = lazy(
    "(\x1b\\[(?:0|1|3[1236])m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def prepare() -> None:
    """Make both streams able to print any file name, whatever the terminal's encoding."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  (for the whole run)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def data(text: str = "") -> None:
    """Print a line of the command's result."""
    _print(sys.stdout, text)


def say(text: str = "") -> None:
    """Print a line of talk."""
    _print(sys.stderr, text)


def flush() -> None:
    """Hand all that was printed to whoever reads it."""
    for stream in (sys.stdout, sys.stderr):
        _handed(stream, stream.flush)


def _print(stream: TextIO, text: str) -> None:
    """Print text with what would steer a terminal made visible, but for our own colors."""
    colored = _is_colored(stream)
    shown = _STEERING.sub(lambda match: match[0] if colored and match[1] else _visible(match[0]), text)
    _handed(stream, lambda: stream.write(shown + "\n"))


def _visible(text: str) -> str:
    """Return the text with each steering character as in JSON, so that a JSON document stays one."""
    return "".join(f"\\u{ord(char):04x}" if _STEERING.match(char) else char for char in text)


def _handed(stream: TextIO, act: Callable[[], object]) -> None:
    """Do `act`; where nobody reads any more (`| head -1`), the work goes on in silence."""
    try:
        act()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
    return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if _is_colored(stream or sys.stdout) else text


def _is_colored(stream: TextIO) -> bool:
    return bool(os.environ.get("FORCE_COLOR")) or (
        stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
