"""The files of a commit, out of git's object store as they are: nothing that a template holds decides how."""

from __future__ import annotations

import os
from pathlib import Path

from scaffold.errors import UserError
from scaffold.layers import git
from scaffold.layers.files import LARGEST, MOST
from scaffold.layers.git import Remote
from scaffold.record import record


@record(kw_only=False)
class _Entry:
    path: str
    mode: str
    blob: str


def extract(remote: Remote, bare: Path, commit: str, tree: Path) -> None:
    """Write the files of a commit: plain files first, so that none is written through a link."""
    listed = git.call(
        remote, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, folder=bare, timeout=git.LOOK
    )
    entries, size = [], 0
    for line in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
        about, _, path = line.partition("\t")
        if path:
            mode, kind, blob, length = about.split()
            _check_entry(remote, path, kind)
            entries.append(_Entry(path, mode, blob))
            size += int(length)
    if listed.code or size > LARGEST or len(entries) > MOST:
        raise _odd(remote, "it holds more than a template does (20 MB or 5,000 files)")
    wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
    ended = git.call(remote, "cat-file", "--batch", folder=bare, timeout=git.FETCH, stdin=wanted)
    if ended.code:
        raise git.unreachable(remote, git.reason(ended, remote))
    tree.mkdir()
    for entry, content in sorted(_contents(entries, ended.stdout), key=lambda each: each[0].mode == "120000"):
        place = tree / entry.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == "120000":
            os.symlink(content, os.fsencode(place))
        else:
            place.write_bytes(content)
            place.chmod(0o755 if entry.mode == "100755" else 0o644)


def _check_entry(remote: Remote, path: str, kind: str) -> None:
    parts = path.split("/")
    if kind == "commit":
        raise _odd(remote, f"{path} is a submodule: put its files into the template")
    if {"", ".", ".."} & set(parts) or ".git" in path.lower().split("/") or not path.isprintable():
        raise _odd(remote, f"{path!r} is no name for a file")


def _contents(entries: list[_Entry], stream: bytes) -> list[tuple[_Entry, bytes]]:
    found, at = [], 0
    for entry in entries:
        end = stream.index(b"\n", at)
        size = int(stream[at:end].rsplit(b" ", 1)[1])
        found.append((entry, stream[end + 1 : end + 1 + size]))
        at = end + 2 + size
    return found


def _odd(remote: Remote, reason: str) -> UserError:
    return UserError("templates/contents", f"{remote.url} cannot be taken as a template: {reason}")
