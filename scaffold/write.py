"""Tree -> disk: all files are staged beside their targets and then renamed, or nothing is changed.

Nothing is ever written outside the repository or into its `.git`: a link that leads there refuses the file.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.targets import Existing, existing

__all__ = ["Existing", "existing", "write"]


def write(top: Path, tree: Mapping[str, Rendered]) -> None:
    """Write every file of the tree, or none. Raises UserError where the disk refuses."""
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for path, rendered in sorted(tree.items()):
            target = Path(os.path.realpath(top / path)) if (top / path).is_symlink() else top / path
            _make_folders(target.parent, made)
            _stage(target, rendered, staged)
        _rename(staged)
    except OSError as error:
        _undo(staged, made)
        raise UserError(
            "write/refused",
            f"cannot write {error.filename or top}: {error.strerror}",
            why="Nothing was changed.",
            remedy="Make the folder writable, or free some space, and run the command again.",
        ) from None
    except BaseException:
        _undo(staged, made)
        raise


def _rename(staged: list[tuple[Path, Path]]) -> None:
    """Put every staged file in its place; where one cannot be, all are as they were before."""
    before = {target: _now(target) for _, target in staged}
    done: list[Path] = []
    try:
        for source, target in staged:
            done.append(target)
            os.replace(source, target)
    except BaseException:
        for target in done:
            _put_back(target, before[target])
        raise


def _now(target: Path) -> Rendered | None:
    if not target.exists():
        return None
    return Rendered(target.read_bytes(), bool(target.stat().st_mode & stat.S_IXUSR))


def _put_back(target: Path, content: Rendered | None) -> None:
    if content == _now(target):
        return
    if content is None:
        target.unlink()
    else:
        target.write_bytes(content.content)


def _stage(target: Path, rendered: Rendered, staged: list[tuple[Path, Path]]) -> None:
    """Make a new file beside the target, never one that is there (it may be a link), and fill it."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".scaffold-new", dir=target.parent)
    os.close(handle)
    staged.append((Path(name), target))
    _fill(Path(name), target, rendered)


def _fill(stage: Path, target: Path, rendered: Rendered) -> None:
    """Write the new content to a file beside the target, with the mode it is to have."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
    if rendered.private:
        mode &= 0o700
    if rendered.executable:
        mode |= 0o111
    with open(stage, "wb") as file:
        file.write(rendered.content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(stage, mode)


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _undo(staged: list[tuple[Path, Path]], made: list[Path]) -> None:
    for stage, _ in staged:
        stage.unlink(missing_ok=True)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()
