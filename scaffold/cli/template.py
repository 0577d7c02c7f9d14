"""`--template SOURCE` and the recorded one -> the organisation's template of this run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.cli import out
from scaffold.record import replace
from scaffold.state import State

if TYPE_CHECKING:
    from scaffold.layers.source import Layer

NAME = "template"
"""The answer that records the source, and the version that records what was taken of it."""


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--template`."""
    parser.add_argument(
        "--template",
        metavar="SOURCE",
        help="a copier template over the shipped ones: a folder or a git URL, with @TAG if you like; "
        "none: without",
    )


def chosen(
    said: str | None, given: dict[str, str], state: State, top: Path, *, look: bool
) -> tuple[Layer | None, State]:
    """Return the template of this run, and the state with its source. Raises UserError.

    What is said here starts at the current folder, what an answers file says at the top of the repository.
    `look` tells whether a newer version of a recorded one may be looked for.
    """
    listed = given.pop(NAME, None)
    source, base, version = state.answers.get(NAME, ""), top, state.versions.get(NAME, "")
    if said is not None:
        source, base, version = said, Path.cwd(), ""
    elif listed is not None and listed != source:
        source, version = listed, ""
    rest = {name: value for name, value in state.answers.items() if name != NAME}
    if source.strip() in ("", "none"):
        return None, replace(state, answers=rest)
    from scaffold.layers.source import resolve

    layer = resolve(source, top, base=base, recorded=version, look=look)
    for note in layer.notes:
        out.warn(note)
    return layer, replace(state, answers={**rest, NAME: layer.source})


def news(before: State, after: State) -> str:
    """Say what became of the template since the last run, "" where nothing did."""
    old, new = before.versions.get(NAME, ""), after.versions.get(NAME, "")
    if old == new:
        return ""
    if not new:
        return "template: none any more"
    return f"template {after.answers.get(NAME, '')}: {f'{_short(old)} -> ' if old else ''}{_short(new)}"


def _short(version: str) -> str:
    name, _, commit = version.rpartition(" ")
    return name if name and not name.startswith("branch ") else f"{name} {commit[:12]}".strip()
