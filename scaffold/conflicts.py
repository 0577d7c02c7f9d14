"""The conflicts that an update left, in `.scaffold/conflicts/` (git ignores it) until they are settled.

report.txt     what each side says, for people
open.json      the conflicts, what the update wrote (digests), the entries of git's index
before/PATH    every file as it was, for `update --abort`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scaffold import merge, state
from scaffold.errors import UserError
from scaffold.merge.merged import Conflict
from scaffold.record import record
from scaffold.render import Rendered
from scaffold.run import run
from scaffold.targets import existing

FOLDER = f"{state.FOLDER}/conflicts"
_OPEN = f"{FOLDER}/open.json"


@record
class Sides:
    """The three texts of a file in conflict."""

    path: str
    base: bytes
    yours: bytes
    new: bytes
    conflicts: tuple[Conflict, ...]


@record
class Open:
    """The conflicts of an earlier update: `conflicts` by path, `wrote` digest by path (None: removed)."""

    conflicts: Mapping[str, tuple[Conflict, ...]]
    wrote: Mapping[str, str | None]
    index: Mapping[str, str]


def find(top: Path) -> Open | None:
    """Read the conflicts that are open, None where there are none. Raises UserError if malformed."""
    there = existing(top, _OPEN)
    if there.content is None:
        return None
    try:
        document = json.loads(there.content)
        return Open(
            conflicts={
                path: tuple(Conflict(**conflict) for conflict in found)
                for path, found in document["conflicts"].items()
            },
            wrote=document["wrote"],
            index=document["index"],
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            "conflicts/malformed",
            f"{_OPEN} cannot be read: {error}",
            remedy=f"Remove {FOLDER} once no file has conflict markers left.",
        ) from None


def untouched(top: Path, found: Open) -> dict[str, tuple[Conflict, ...]]:
    """Return the conflicts in files that are as the update left them: nobody has looked at them yet."""
    return {
        path: conflicts
        for path, conflicts in found.conflicts.items()
        if _digest(existing(top, path).content) == found.wrote.get(path)
    }


def marked(top: Path, paths: Iterable[str]) -> dict[str, int]:
    """Return the files that hold conflict markers, with the line of the first."""
    found = {}
    for path in paths:
        content = existing(top, path).content
        if content is not None and b"<<<<<<<" in content:
            line = merge.has_markers(content.decode("utf-8", "replace"))
            if line:
                found[path] = line
    return found


def record_of(
    top: Path, sides: Iterable[Sides], tree: Mapping[str, Rendered | None]
) -> dict[str, Rendered | None]:
    """Return the files that keep the conflicts open, and what was there before, beside what is written."""
    found = {each.path: each for each in sides}
    document: dict[str, Any] = {
        "conflicts": {
            path: [
                {"where": one.where, "base": one.base, "yours": one.yours, "new": one.new}
                for one in each.conflicts
            ]
            for path, each in sorted(found.items())
        },
        "wrote": {path: _digest(new.content if new else None) for path, new in sorted(tree.items())},
        "index": _index(top, found),
    }
    kept: dict[str, Rendered | None] = {
        f"{FOLDER}/.gitignore": Rendered(b"*\n"),
        f"{FOLDER}/report.txt": Rendered(report(found.values()).encode()),
        _OPEN: Rendered(state.dump_json(document)),
    }
    for path in tree:
        there = existing(top, path)
        if there.content is not None:
            kept[f"{FOLDER}/before/{path}"] = Rendered(there.content, there.executable)
    return kept


def report(sides: Iterable[Sides]) -> str:
    """Say what each side of each conflict has."""
    lines = []
    for each in sides:
        for conflict in each.conflicts:
            lines.append(f"{each.path}: {conflict.where}")
            for title, value in (
                ("written by scaffold", conflict.base),
                ("yours", conflict.yours),
                ("scaffold now", conflict.new),
            ):
                shown = "(not there)" if value is None else value
                lines += [f"    {title}:", *(f"        {line}" for line in shown.splitlines() or [""])]
    return "\n".join(lines) + "\n"


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _git(top: Path, *words: str, stdin: bytes | None = None) -> bytes | None:
    ended = run(["git", "-C", str(top), *words], stdin=stdin)
    return ended.stdout if ended.code == 0 else None


def _index(top: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the index entries ("MODE OBJECT") of the files that git tracks and has no conflict in."""
    listed = _git(top, "ls-files", "-s", "-z", "--", *paths) if (top / ".git").exists() else None
    found = {}
    for entry in (listed or b"").split(b"\0"):
        facts, tab, name = entry.partition(b"\t")
        mode, _, rest = facts.decode("ascii", "replace").partition(" ")
        blob, _, stage = rest.partition(" ")
        if tab and stage == "0":
            found[name.decode("utf-8", "surrogateescape")] = f"{mode} {blob}"
    return found


def tell_git(top: Path, sides: Iterable[Sides], index: Mapping[str, str]) -> None:
    """Put the three sides into git's index, so that `git status` and `git mergetool` know the conflict.

    A file that git does not track, and a folder without git, are left alone.
    """
    lines = []
    for each in sides:
        if each.path not in index:
            continue
        mode = index[each.path].partition(" ")[0]
        write = ("hash-object", "-w", "--stdin", "--path", each.path)
        blobs = [_git(top, *write, stdin=text) for text in (each.base, each.yours, each.new)]
        names = [blob.decode().strip() for blob in blobs if blob]
        if len(names) == len(blobs):
            lines.append(f"0 {'0' * len(names[0])}\t{each.path}")
            lines += [f"{mode} {name} {stage}\t{each.path}" for stage, name in enumerate(names, 1)]
    _update_index(top, lines)


def _update_index(top: Path, lines: Iterable[str]) -> None:
    feed = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
    if feed:
        _git(top, "update-index", "-z", "--index-info", stdin=feed)


def restore_index(top: Path, found: Open) -> None:
    """Give git the entries back that it had before the conflicts, where they are still open there."""
    listed = _git(top, "ls-files", "-u", "-z") if found.index else None
    unmerged = {
        entry.partition(b"\t")[2].decode("utf-8", "surrogateescape") for entry in (listed or b"").split(b"\0")
    }
    entries = {path: entry for path, entry in found.index.items() if path in unmerged}
    gone = [f"0 {'0' * len(entry.partition(' ')[2])}\t{path}" for path, entry in entries.items()]
    _update_index(top, [*gone, *(f"{entry}\t{path}" for path, entry in entries.items())])


def closed(top: Path) -> dict[str, Rendered | None]:
    """Return the removal of everything that keeps conflicts open, nothing where there are none."""
    folder = top / FOLDER
    if existing(top, _OPEN).blocked or not folder.is_dir():
        return {}
    names = sorted(path.relative_to(top).as_posix() for path in folder.rglob("*") if path.is_file())
    return dict.fromkeys(names)


def undone(top: Path, found: Open) -> tuple[dict[str, Rendered | None], list[str]]:
    """Return what brings every file back to what it was before the update, and the files left alone.

    A file without a conflict that was edited since the update is left as it is.
    """
    tree: dict[str, Rendered | None] = {}
    left = []
    for path, wrote in found.wrote.items():
        now = existing(top, path)
        before = existing(top, f"{FOLDER}/before/{path}")
        if path not in found.conflicts and _digest(now.content) != wrote and now.content != before.content:
            left.append(path)
        else:
            tree[path] = None if before.content is None else Rendered(before.content, before.executable)
    return tree, left


def first_marker(content: bytes) -> int:
    """Return the line of the first conflict marker in a text, 0 where there is none."""
    return merge.has_markers(content.decode("utf-8", "replace"))
