"""A folder on disk -> its Repo: the files that git lists, or those of a walk without git."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from scaffold.errors import UserError
from scaffold.git_folder import GitFolder, read
from scaffold.repo import SKIPPED_FOLDERS, Repo
from scaffold.run import run


def git_top(folder: Path) -> Path | None:
    """Return the top of the git work tree that holds `folder`, or None without git or outside one."""
    for parent in (folder, *folder.parents):
        if os.path.exists(parent / ".git"):
            return parent
    return None


def git_files(top: Path) -> list[str] | None:
    """List git's tracked and untracked-not-ignored files, or None where git cannot say."""
    words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    ended = run(["git", "-C", str(top), "-c", "core.fsmonitor=false", *words])
    if ended.code != 0:
        return None
    return [os.fsdecode(name) for name in ended.stdout.split(b"\0") if name]


def walk_files(top: Path) -> list[str]:
    """List the files below `top` without git: sorted, links to folders not followed, caches skipped."""
    found = []
    for folder, folders, names in os.walk(top):
        here = os.path.relpath(folder, top).replace(os.sep, "/")
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        )
        found += [name if here == "." else f"{here}/{name}" for name in names]
    return found


def open_repo(top: Path, *, hidden: Collection[str] = (), pristine: Mapping[str, str] | None = None) -> Repo:
    """Index the repository at `top`. Raises UserError where it is no readable folder."""
    if not top.is_dir():
        raise UserError(
            "repo/no-folder",
            f"{top} is not a folder",
            remedy="Name the folder of your app with -C DIR.",
        )
    listed = git_files(top) if (top / ".git").exists() else None
    names = walk_files(top) if listed is None else listed
    linked = _linked_folders(top, names) if listed is not None else ()
    own = [name for name in set(names) if not name.startswith(linked) and _is_readable_file(top, name)]
    git = read(str(top)) if listed is not None else GitFolder()
    return Repo(top, own, hidden=hidden, pristine=pristine, git=git)


def _linked_folders(top: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of listed files that are links by now: what lies there may be anyone's."""
    folders: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return tuple(f"{folder}/" for folder in sorted(folders) if os.path.islink(os.path.join(top, folder)))


def _is_readable_file(top: Path, name: str) -> bool:
    """Tell whether a listed name is a plain file inside the repository: no loop, no link that leaves it."""
    full = os.path.join(top, name)
    try:
        mode = os.lstat(full).st_mode
        if stat.S_ISREG(mode):
            return True
        if not stat.S_ISLNK(mode):
            return False
        target = os.path.realpath(full, strict=True)
        return os.path.isfile(target) and target.startswith(os.path.realpath(top) + os.sep)
    except OSError:
        return False
