"""`update --continue` and `--abort`: the conflicts that an update left, settled or taken back."""

from __future__ import annotations

import argparse
from pathlib import Path

from scaffold import conflicts, write
from scaffold import state as states
from scaffold.cli import out, updating
from scaffold.cli.update_report import print_unsettled
from scaffold.conflicts import Open
from scaffold.errors import FINDINGS, OK, ManifestError, UserError
from scaffold.facts import command
from scaffold.manifests import json_file
from scaffold.targets import existing


def settle(top: Path, arguments: argparse.Namespace) -> int:
    """Take the conflicts for settled. Returns 1 while markers are left or a JSON file is broken."""
    found = _found(top)
    managed = states.load(top).base
    marked = conflicts.marked(top, sorted({*found.conflicts, *managed}))
    if marked:
        return print_unsettled(
            top, {path: f"{path}:{line}: conflict markers" for path, line in marked.items()}
        )
    for path in found.conflicts:
        _check_json(top, path)
    write.write(top, conflicts.closed(top))
    out.data("The conflicts are settled.")
    others = _reached(arguments)
    if others:
        out.data(f"What you chose reaches {', '.join(others)}, too:")
        out.data("     scaffold update")
    if found.index or (top / ".git").exists():
        paths = [path for path in found.wrote if not path.startswith(f"{states.FOLDER}/")]
        add = command("git", "add", "-A", *paths, states.FOLDER)
        if others:
            out.data("Then commit:")
        out.data(f"     {add} && git commit -m 'Update Heroku files'")
    return OK


def _reached(arguments: argparse.Namespace) -> list[str]:
    """Return the files that are no longer up to date, now that it is settled what the others say."""
    from scaffold.cli import looking

    try:
        outcome = looking.look(arguments)
    except UserError:
        return []
    return [change.path for change in outcome.drifts] if outcome else []


def abort(top: Path) -> int:
    """Bring every file back to what it was before the update, but those edited since that had no conflict."""
    found = _found(top)
    tree, left = conflicts.undone(top, found)
    seen = {path: existing(top, path).content for path in tree}
    write.write(top, {**tree, **conflicts.closed(top)}, seen=seen)
    conflicts.restore_index(top, found)
    out.data(f"Brought back {len(tree)} files: everything is as it was before the update.")
    for path in left:
        out.warn(f"{path} was edited since the update and is left as it is")
    return FINDINGS if left else OK


def _found(top: Path) -> Open:
    updating.recover(top, looking=False)
    found = conflicts.find(top)
    if found is None:
        raise UserError(
            "conflicts/none",
            "no update has left a conflict here",
            remedy="`scaffold update` looks for what is new.",
        )
    return found


def _check_json(top: Path, path: str) -> None:
    there = existing(top, path)
    if there.content is None or not path.endswith(".json"):
        return
    try:
        json_file.parse(there.content.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        raise ManifestError(path, 0, f"no UTF-8 text: {error}") from None
