"""Texts of today, state and disk -> what happens to each file, and the diff that shows it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from scaffold import merge
from scaffold.errors import ManifestError
from scaffold.merge.merged import Conflict
from scaffold.record import record, replace
from scaffold.render import Rendered
from scaffold.state import State, says_nothing
from scaffold.targets import Existing
from scaffold.write import existing

Kind = Literal[
    "new",
    "same",
    "update",
    "merge",
    "kept",
    "conflict",
    "own",
    "adopted",
    "deleted",
    "gone",
    "left",
    "blocked",
]
OnExisting = Literal["keep", "merge", "replace"]


@record
class Change:
    """One file: what it is to scaffold (`kind`), and what is to be written (`after`; None: nothing).

    new: not there. same: as it should be. update: scaffold's own unedited text, which is another now.
    merge: edited by the person, merged with what changed; kept: not merged, as they said. conflict:
    both changed the same place. own: a person's, kept or replaced as decided. adopted: a person's that
    scaffold adds keys to. deleted: by the person, stays so. gone: scaffold's own unedited text that is
    not wanted any more, to be removed. left: not wanted any more, but edited: it is the person's now.
    blocked: cannot be written, see `reason`.
    `base` is what scaffold wrote last, `ours` what it would write today, `added` what of an adopted file
    is scaffold's.
    """

    path: str
    kind: Kind
    before: bytes | None
    ours: Rendered | None
    after: Rendered | None = None
    base: bytes | None = None
    added: bytes | None = None
    reason: str = ""
    conflicts: tuple[Conflict, ...] = ()

    @property
    def writes(self) -> bool:
        """Tell whether the file on disk changes."""
        return self.after is not None or self.kind == "gone"

    @property
    def drifts(self) -> bool:
        """Tell whether it is in conflict, or changes in more than the lines where variables are read."""
        if self.kind == "conflict":
            return True
        if not self.writes or self.kind == "gone" or self.before is None or self.after is None:
            return self.writes
        return _without_places(self.path, self.before) != _without_places(self.path, self.after.content)


def plan_changes(
    top: Path,
    tree: Mapping[str, Rendered],
    state: State,
    *,
    on_existing: OnExisting | None = None,
    again: Collection[str] = (),
    whole: bool = True,
) -> tuple[Change, ...]:
    """Compare the files of today with the disk and with what was written last.

    `on_existing` is what becomes of a file of the person's that scaffold never wrote (None: it is kept,
    and adopted where it has keys). `again` names deleted files to write all the same; `whole` tells that
    the tree is complete, so that a file which is not in it is not wanted any more.
    """
    paths = set(tree) | (state.base.keys() if whole else set())
    found = (_change(top, path, tree.get(path), state, again) for path in sorted(paths - state.ejected))
    return tuple(decide(change, on_existing, state) for change in found if change is not None)


def _change(
    top: Path, path: str, ours: Rendered | None, state: State, again: Collection[str]
) -> Change | None:
    there = existing(top, path)
    base = state.base.get(path)
    if there.blocked:
        if ours is None:
            return None
        return Change(path=path, kind="blocked", before=None, ours=ours, reason=there.blocked)
    if ours is None:
        return _unwanted(path, there, state)
    if there.content is None:
        if base is not None and path not in again:
            return Change(
                path=path, kind="deleted", before=None, ours=ours, base=base, reason="you deleted it"
            )
        return Change(path=path, kind="new", before=None, ours=ours, after=ours, base=base)
    if base is None or path in state.adopted:
        return Change(path=path, kind="own", before=there.content, ours=ours, base=base)
    return _three_way(path, there, ours, state)


def _unwanted(path: str, there: Existing, state: State) -> Change | None:
    if there.content is None or path in state.adopted:
        return None
    if state.wrote(path, there.content):
        return Change(
            path=path,
            kind="gone",
            before=there.content,
            ours=None,
            base=state.base[path],
            reason="not needed",
        )
    reason = "not needed any more; you edited it, so it stays and is yours"
    return Change(path=path, kind="left", before=there.content, ours=None, reason=reason)


def _three_way(path: str, there: Existing, ours: Rendered, state: State) -> Change:
    """Merge what changed since the last run into the file on disk."""
    before, base = there.content or b"", state.base[path]
    change = Change(path=path, kind="same", before=before, ours=ours, base=base)
    try:
        merged = _merged(path, base, state.theirs.get(path), before, ours.content)
    except (UnicodeDecodeError, ManifestError) as error:
        return replace(change, kind="blocked", reason=f"cannot be merged: {error}")
    after = Rendered(merged.text.encode(), there.executable or ours.executable, ours.private)
    if merged.conflicts:
        return replace(change, kind="conflict", after=after, conflicts=merged.conflicts)
    if after.content == before:
        return change
    return replace(change, kind="update" if state.wrote(path, before) else "merge", after=after)


def _merged(path: str, base: bytes, theirs: bytes | None, before: bytes, ours: bytes) -> merge.Merged:
    """Merge three ways; where git merged two branches that both ran scaffold, over both base texts."""
    yours, old = _text(before), base.decode("utf-8")
    if theirs is not None:
        other = theirs.decode("utf-8")
        step = merge.three_way(path, old, yours, other)
        if not step.conflicts:
            yours, old = step.text, other
    return merge.three_way(path, old, yours, ours.decode("utf-8"))


def _text(content: bytes) -> str:
    return content.decode("utf-8")


def decide(change: Change, on_existing: OnExisting | None, state: State) -> Change:
    """Settle a file that the person had before scaffold: keep it, add what it lacks, or replace it."""
    if (
        on_existing == "replace"
        and change.kind in ("own", "merge", "kept", "conflict", "same")
        and change.ours
    ):
        same = change.before == change.ours.content
        kind: Kind = "same" if same else "own"
        return replace(
            change, kind=kind, after=None if same else change.ours, conflicts=(), reason="replaced"
        )
    if on_existing == "keep" and change.kind in ("merge", "conflict"):
        return replace(change, kind="kept", after=None, conflicts=())
    if change.kind != "own" or change.ours is None or not merge.is_keyed(change.path):
        return change
    known = change.path in state.adopted
    if on_existing != "merge" and not known:
        return change if says_nothing(change.path) else replace(change, kind="adopted", after=None)
    try:
        if not known and merge.format_of(change.path) == "config-vars":
            return _completed(change, change.ours)
        return _grown(change, change.ours, state)
    except (UnicodeDecodeError, ManifestError) as error:
        return replace(change, kind="blocked", reason=f"cannot be merged: {error}")


def _grown(change: Change, ours: Rendered, state: State) -> Change:
    """Add the keys that were never offered before, and bring up to date what scaffold added earlier."""
    path, yours, new = change.path, _text(change.before or b""), ours.content.decode()
    known = path in state.adopted
    offered = _text(state.base[path]) if known else ""
    had = _text(state.added.get(path, b"")) if known else ""
    grown = merge.grow(path, offered, yours, new)
    fresh = "" if grown == yours else merge.without(path, merge.limited(path, new, "", grown), yours)
    own = merge.limited(path, new, had, fresh) if had or fresh else ""
    own = _without_edits(path, own, grown, had, fresh) if had else own
    merged = merge.three_way(path, had, grown, own) if had else merge.Merged(text=grown)
    after = Rendered(merged.text.encode(), ours.executable)
    change = replace(change, kind="adopted", added=own.encode())
    if merged.conflicts:
        return replace(change, kind="conflict", after=after, conflicts=merged.conflicts)
    if merged.text == yours:
        return replace(change, reason="nothing is missing in it")
    return replace(change, after=after)


def _without_edits(path: str, own: str, grown: str, had: str, fresh: str) -> str:
    """Return what is scaffold's of an adopted file as it was where the person edited it and the plan obeys.

    Recorded as scaffold's own, their edit would be taken back by the next run.
    """
    before = merge.grow(path, "", had, fresh) if fresh else had
    undone = merge.three_way(path, grown, own, before)
    return own if undone.conflicts else undone.text


def _completed(change: Change, ours: Rendered) -> Change:
    """Return a manifest of the person's with all that it lacks: from now on it follows the code."""
    yours = _text(change.before or b"")
    after = Rendered(merge.three_way(change.path, "", yours, ours.content.decode()).text.encode())
    return replace(change, kind="merge", after=None if after.content == change.before else after)


def kept_state(found: Collection[Change], state: State, *, whole: bool) -> State:
    """Return the state with the base texts after these changes, and which of the files are adopted.

    A file that has no keys, and was there before, stays the person's even where it is the same by chance.
    One that is left to the person keeps its base text where it says something of the app: what in it is
    scaffold's declares no more than before.
    """
    base = {} if whole else dict(state.base)
    added, adopted = dict(state.added), set(state.adopted)
    for change in found:
        left = change.kind == "left" and merge.format_of(change.path) not in ("text", "set")
        keeps = change.kind in ("blocked", "kept") or left
        if keeps and change.path in state.base:
            base[change.path] = state.base[change.path]
        if keeps or change.ours is None or (change.kind == "own" and change.after is None):
            continue
        base[change.path] = change.ours.content
        if change.added is not None or change.kind == "adopted":
            adopted.add(change.path)
            added[change.path] = change.added or b""
        elif change.kind != "deleted":
            adopted.discard(change.path)
    for path in state.base.keys() - {change.path for change in found} - state.ejected:
        base[path] = state.base[path]
    adopted &= base.keys()
    kept = {path: text for path, text in added.items() if path in adopted and text}
    return replace(state, base=base, added=kept, adopted=frozenset(adopted), theirs={})


def missing_keys(change: Change) -> tuple[str, ...]:
    """Return the lines that a kept Procfile lacks of scaffold's, for the person to add."""
    if change.path.rpartition("/")[2] != "Procfile" or change.kind not in ("own", "adopted"):
        return ()
    if change.before is None or change.after is not None or change.ours is None:
        return ()
    ours = change.ours.content.decode()
    lacks = merge.missing(change.path, change.before.decode("utf-8", "replace"), ours)
    return tuple(line for line in ours.splitlines() if line.partition(":")[0] in lacks)


def diff(change: Change) -> str:
    """Return the unified diff from the disk to what would be written; for a kept file, to scaffold's text."""
    target = None if change.kind == "gone" else change.after or change.ours
    before = (change.before or b"").decode("utf-8", "replace").splitlines(keepends=True)
    after = target.content.decode("utf-8", "replace").splitlines(keepends=True) if target else []
    source = change.path if change.before is not None else "/dev/null"
    lines = difflib.unified_diff(before, after, source, change.path if target else "/dev/null")
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def _without_places(path: str, content: bytes) -> list[str]:
    lines = content.decode("utf-8", "replace").splitlines()
    if path.rpartition("/")[2] != "config-vars.toml":
        return [content.decode("utf-8", "replace")]
    return [line for line in lines if not line.startswith("read_at = ")]
