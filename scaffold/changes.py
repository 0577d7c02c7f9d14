"""Tree and disk -> what would happen to each file, and the diff that shows it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from scaffold import merge
from scaffold.errors import ManifestError
from scaffold.record import record, replace
from scaffold.render import Rendered
from scaffold.state import State
from scaffold.write import existing

Kind = Literal["new", "same", "update", "differs", "blocked"]
OnExisting = Literal["keep", "merge", "replace"]


@record
class Change:
    """One file: `kind` says how the disk stands to it, `after` what is to be written (None: nothing).

    new: not there. same: there, byte for byte. update: scaffold's own unedited text of an earlier
    run. differs: a person's file, or one they edited. blocked: cannot be written, see `reason`.
    `base` is what scaffold wrote of a file that was edited since; `decision` is keep, merge or replace.
    """

    path: str
    kind: Kind
    before: bytes | None
    ours: Rendered
    after: Rendered | None
    reason: str = ""
    decision: str = ""
    base: bytes | None = None


def plan_changes(
    top: Path, tree: Mapping[str, Rendered], state: State, on_existing: OnExisting | None
) -> tuple[Change, ...]:
    """Compare every file of the tree with the disk; a person's file is kept, merged or replaced as said.

    Where nothing is said, files that merge three ways are merged with what scaffold wrote last, others kept.
    """
    found = (_change(top, path, ours, state) for path, ours in sorted(tree.items()))
    return tuple(decide(change, on_existing) for change in found)


def _change(top: Path, path: str, ours: Rendered, state: State) -> Change:
    there = existing(top, path)
    if there.blocked:
        return Change(path=path, kind="blocked", before=None, ours=ours, after=None, reason=there.blocked)
    if there.content is None:
        return Change(path=path, kind="new", before=None, ours=ours, after=ours)
    right_mode = there.executable or not ours.executable
    if there.content == ours.content and right_mode:
        return Change(path=path, kind="same", before=there.content, ours=ours, after=None)
    unedited = state.base.get(path) == there.content.replace(b"\r\n", b"\n") or there.content == ours.content
    if unedited and path in state.base:
        return Change(path=path, kind="update", before=there.content, ours=ours, after=ours)
    return Change(
        path=path,
        kind="differs",
        before=there.content,
        ours=ours,
        after=None,
        decision="keep",
        base=state.base.get(path),
    )


def decide(change: Change, on_existing: OnExisting | None) -> Change:
    """Settle a file that differs: keep it (nothing is written), merge it, or replace it."""
    if change.kind != "differs":
        return change
    if on_existing == "replace":
        return replace(change, after=change.ours, decision="replace")
    own_way = on_existing is None and change.base is not None and merge.is_three_way(change.path)
    if own_way or (on_existing == "merge" and merge.is_mergeable(change.path)):
        return _merged(change)
    return replace(change, after=None, decision="keep")


def _merged(change: Change) -> Change:
    """Merge a person's file with scaffold's; one that has all is not written, but counts as merged."""
    try:
        theirs, ours = (change.before or b"").decode("utf-8"), change.ours.content.decode("utf-8")
        if change.base is not None and merge.is_three_way(change.path):
            merged = merge.three_way(change.path, change.base.decode("utf-8"), theirs, ours).text
            decision = "merge"
        else:
            merged, decision = merge.add_missing(change.path, theirs, ours), "keep"
    except (UnicodeDecodeError, ManifestError) as error:
        return replace(change, after=None, decision="keep", reason=f"cannot be merged: {error}")
    if merged == theirs:
        return replace(change, after=None, decision=decision, reason="nothing is missing in it")
    return replace(change, after=replace(change.ours, content=merged.encode()), decision="merge")


def missing_keys(change: Change) -> tuple[str, ...]:
    """Return the lines that a kept Procfile lacks of scaffold's, for the person to add."""
    if change.path.rpartition("/")[2] != "Procfile" or change.before is None or change.after is not None:
        return ()
    theirs = change.before.decode("utf-8", "replace")
    ours = change.ours.content.decode()
    lacking = merge.missing(change.path, theirs, ours)
    return tuple(line for line in ours.splitlines() if line.partition(":")[0] in lacking)


def diff(change: Change) -> str:
    """Return the unified diff from the disk to what would be written; for a kept file, to scaffold's text."""
    target = change.after or change.ours
    before = (change.before or b"").decode("utf-8", "replace").splitlines(keepends=True)
    after = target.content.decode("utf-8", "replace").splitlines(keepends=True)
    source = change.path if change.before is not None else "/dev/null"
    lines = difflib.unified_diff(before, after, source, change.path)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )
