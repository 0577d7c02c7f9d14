"""Tree -> disk: all files are staged beside their targets and then renamed, or nothing is changed.

Nothing is ever written outside the repository: a parent folder that is a link out of it refuses the file.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import UserError
from scaffold.render import Rendered


@dataclass(frozen=True, slots=True)
class Existing:
    """What stands where a file is to be written: its bytes (None: nothing), or why it cannot be written."""

    content: bytes | None
    blocked: str = ""
    executable: bool = False


def existing(top: Path, path: str) -> Existing:
    """Look at a target before anything is written."""
    parent = top
    for part in path.split("/")[:-1]:
        parent = parent / part
        if parent.is_symlink() and not _inside(top, parent):
            return Existing(None, f"{parent.relative_to(top)} is a link that leaves the repository")
        if os.path.lexists(parent) and not parent.is_dir():
            return Existing(None, f"{parent.relative_to(top)} is a file, not a folder")
    full = top / path
    if full.is_symlink() and not _inside(top, full):
        return Existing(None, f"{path} is a link that leaves the repository")
    if full.is_dir():
        return Existing(None, f"{path} is a folder")
    try:
        return Existing(full.read_bytes(), executable=bool(full.stat().st_mode & stat.S_IXUSR))
    except FileNotFoundError:
        return Existing(None)
    except OSError as error:
        return Existing(None, f"{path} cannot be read ({error.strerror})")


def write(top: Path, tree: Mapping[str, Rendered]) -> None:
    """Write every file of the tree, or none. Raises UserError where the disk refuses."""
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for path, rendered in sorted(tree.items()):
            target = Path(os.path.realpath(top / path)) if (top / path).is_symlink() else top / path
            made += _make_folders(target.parent)
            stage = target.with_name(f".{target.name}.scaffold-new")
            staged.append((stage, target))
            _fill(stage, target, rendered)
    except OSError as error:
        _undo(staged, made)
        raise UserError(
            "write/refused",
            f"cannot write {error.filename or top}: {error.strerror}",
            why="Nothing was changed.",
            remedy="Make the folder writable, or free some space, and run the command again.",
        ) from None
    _rename(staged, made)


def _rename(staged: list[tuple[Path, Path]], made: list[Path]) -> None:
    before = {target: target.read_bytes() if target.exists() else None for _, target in staged}
    done: list[Path] = []
    try:
        for source, target in staged:
            os.replace(source, target)
            done.append(target)
    except OSError as error:
        for target in done:
            content = before[target]
            if content is None:
                target.unlink()
            else:
                target.write_bytes(content)
        _undo(staged, made)
        raise UserError(
            "write/refused", f"cannot replace {error.filename}: {error.strerror}", why="All was put back."
        ) from None


def _fill(stage: Path, target: Path, rendered: Rendered) -> None:
    """Write the new content to a file beside the target, with the mode it is to have."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
    if rendered.executable:
        mode |= 0o111
    with open(stage, "wb") as file:
        file.write(rendered.content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(stage, mode)


def _make_folders(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
    return missing[::-1]


def _undo(staged: list[tuple[Path, Path]], made: list[Path]) -> None:
    for stage, _ in staged:
        stage.unlink(missing_ok=True)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _inside(top: Path, path: Path) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(top) + os.sep)
