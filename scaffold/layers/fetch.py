"""git repository -> folder of template files, kept by commit in the user's cache folder.

CACHE/templates/KEY/refs        what the repository offered when it was last asked
CACHE/templates/KEY/COMMIT/     the files of one commit; complete where it is there
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from scaffold import cache
from scaffold.errors import UserError
from scaffold.layers import git
from scaffold.layers.contents import extract
from scaffold.layers.git import Remote
from scaffold.record import made, record


@record
class Refs:
    """What a repository offers: the commit of each tag and branch, and its default branch.

    `stale` says why it could not be asked, where this is what it offered the last time.
    """

    tags: Mapping[str, str] = made(factory=dict)
    branches: Mapping[str, str] = made(factory=dict)
    default: str = ""
    stale: str = ""


def look_up(remote: Remote) -> Refs:
    """Ask a repository for its tags and branches; out of reach, recall them. Raises UserError."""
    kept = _kept(remote) / "refs"
    ended = git.call(remote, "ls-remote", "--symref", "--", remote.url, timeout=git.LOOK)
    if ended.code == 0:
        with _cached():
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=kept.parent)
            with open(handle, "wb") as file:
                file.write(ended.stdout)
            os.replace(name, kept)
        return _refs(ended.stdout.decode("utf-8", "replace"))
    reason = git.reason(ended, remote)
    if kept.is_file():
        with _cached():
            return _refs(kept.read_text(encoding="utf-8", errors="replace"), reason)
    raise git.unreachable(remote, reason)


def _refs(text: str, stale: str = "") -> Refs:
    tags: dict[str, str] = {}
    branches: dict[str, str] = {}
    default = ""
    for line in text.splitlines():
        left, _, name = line.partition("\t")
        if left.startswith("ref: refs/heads/") and name == "HEAD":
            default = left.removeprefix("ref: refs/heads/")
        elif name.startswith("refs/tags/"):
            tags[name.removeprefix("refs/tags/").removesuffix("^{}")] = left
        elif name.startswith("refs/heads/"):
            branches[name.removeprefix("refs/heads/")] = left
    return Refs(tags=tags, branches=branches, default=default, stale=stale)


def folder_of(remote: Remote, commit: str, ref: str = "") -> Path:
    """Return the folder with the files of a commit, fetched where the cache has it not. Raises UserError."""
    target = _kept(remote) / commit
    if target.is_dir():
        return target
    with _cached():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="new-", dir=target.parent) as scratch:
            bare, tree = Path(scratch) / "git", Path(scratch) / "tree"
            _fetch(remote, bare, commit, ref)
            extract(remote, bare, commit, tree)
            with contextlib.suppress(FileExistsError):
                _settle(tree, target)
    return target


def full_commit(remote: Remote, short: str) -> str:
    """Return the whole hash of an abbreviated commit, "" where the repository has no such commit."""
    with _cached(), tempfile.TemporaryDirectory(prefix="scaffold-") as scratch:
        bare = Path(scratch) / "git"
        _init(remote, bare)
        _fetch_all(remote, bare)
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{short}^{{commit}}")
        found = git.call(remote, *words, folder=bare, timeout=git.LOOK)
    return found.stdout.decode().strip() if found.code == 0 else ""


def _fetch(remote: Remote, bare: Path, commit: str, ref: str) -> None:
    """Fetch one commit and no history: by its name, else by its hash, else with all that there is."""
    _init(remote, bare)
    for wanted in filter(None, (ref, commit)):
        shallow = ("fetch", "-q", "--depth=1", "--no-tags", "--", remote.url, wanted)
        ended = git.call(remote, *shallow, folder=bare, timeout=git.FETCH)
        if _has(remote, bare, commit):
            return
        if ended.code == 124:
            raise git.unreachable(remote, git.reason(ended, remote))
    _fetch_all(remote, bare)
    if not _has(remote, bare, commit):
        raise UserError(
            "templates/commit-gone",
            f"{remote.url} has no commit {commit[:12]} any more",
            why="It is the version of the template that .scaffold/state.json records.",
            remedy="Choose another: scaffold update --template URL@TAG",
        )


def _init(remote: Remote, bare: Path) -> None:
    ended = git.call(remote, "init", "-q", "--bare", "--template=", "--", str(bare), timeout=git.LOOK)
    if ended.code:
        raise git.unreachable(remote, git.reason(ended, remote))


def _fetch_all(remote: Remote, bare: Path) -> None:
    every = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    words = ("fetch", "-q", "--no-tags", "--", remote.url, *every)
    ended = git.call(remote, *words, folder=bare, timeout=git.FETCH)
    if ended.code:
        raise git.unreachable(remote, git.reason(ended, remote))


def _has(remote: Remote, bare: Path, commit: str) -> bool:
    return git.call(remote, "cat-file", "-e", f"{commit}^{{tree}}", folder=bare, timeout=git.LOOK).code == 0


def _settle(tree: Path, target: Path) -> None:
    """Put a complete folder in its place; where another run was faster, its folder is as good."""
    try:
        os.rename(tree, target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(tree)


def _kept(remote: Remote) -> Path:
    """Return the folder that the cache has for a repository."""
    return cache.folder() / "templates" / hashlib.sha256(remote.url.encode()).hexdigest()[:16]


@contextlib.contextmanager
def _cached() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            "templates/cache",
            f"the template cannot be kept in the cache: {error.strerror or error}",
            remedy="Set XDG_CACHE_HOME to a folder that can be written and has room.",
        ) from None
