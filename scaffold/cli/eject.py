"""`scaffold eject`: stop managing files; they stay as they are, and no later run writes them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from scaffold import state as states
from scaffold.cli import out, updating
from scaffold.errors import OK, UserError
from scaffold.pipeline import place
from scaffold.record import replace
from scaffold.render import Rendered
from scaffold.state import State
from scaffold.targets import existing

EXAMPLES = """\
examples:
  scaffold eject bin/deploy           bin/deploy is yours from now on
  scaffold init --only bin/deploy     scaffold takes it back
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.epilog = EXAMPLES
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file that scaffold wrote or adopted")
    parser.add_argument(
        "-C", "--directory", default=".", metavar="DIR", help="the repository (default: this folder)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Returns 0, or raises UserError for a file that is not managed."""
    from scaffold import write

    top, _ = place(arguments.directory)
    updating.recover(top, looking=False)
    state = states.load(top)
    if not state.format:
        raise UserError(
            "state/none",
            "scaffold has written nothing here yet, so there is nothing to eject",
            remedy="Run `scaffold init` first; `optional_files` says which files it writes.",
        )
    paths = [_path(said, arguments.directory, top, state) for said in arguments.files]
    after = replace(
        state,
        format=states.FORMAT,
        base={path: text for path, text in state.base.items() if path not in paths},
        theirs={path: text for path, text in state.theirs.items() if path not in paths},
        adopted=state.adopted - set(paths),
        ejected=state.ejected | set(paths),
    )
    own: dict[str, Rendered | None] = dict.fromkeys(states.stale(top, after))
    for path, content in states.files(after).items():
        if existing(top, path).content != content:
            script = path.startswith(f"{states.FOLDER}/base/") and existing(top, path).executable
            own[path] = Rendered(content, script)
    write.write(top, own)
    for path in dict.fromkeys(paths):
        if path in state.ejected:
            out.data(f"{path} is yours already.")
        else:
            out.data(f"{path} is yours now: scaffold writes it no more.")
    return OK


def _path(said: str, directory: str, top: Path, state: State) -> str:
    """Return the path of a file from the top; it may be named from there or from DIR. Raises UserError."""
    known = {*state.base, *state.ejected}
    here = os.path.relpath(os.path.join(os.path.realpath(directory), said), os.path.realpath(top))
    found = next((path for path in (here.replace(os.sep, "/"), os.path.normpath(said)) if path in known), "")
    if found:
        return found
    if here.split(os.sep)[0] == "..":
        raise UserError("eject/outside", f"{said} lies outside the repository")
    raise UserError(
        "eject/not-managed",
        f"{said} is none of the files that scaffold manages, so there is nothing to eject",
        remedy="They are: " + ", ".join(sorted(state.base)) + ".",
    )
