"""Folders of template files: what is in them, a digest over it, and one folder made of several.

A template may hold links to its own files; one that leads elsewhere, or to a folder, is refused: what
it names on this machine is no part of the template.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scaffold.errors import UserError
from scaffold.record import record

LARGEST, MOST = 20_000_000, 5_000
"""Bytes and files of one template: templates are text; more is a folder that was named by mistake."""


@record(kw_only=False)
class TemplateFile:
    """One file of a template folder: its path in it, where its bytes are, whether it is executable."""

    path: str
    source: str
    executable: bool


def files(folder: Path) -> tuple[TemplateFile, ...]:
    """Return the files of a template folder, sorted. Raises UserError for what may not be there."""
    found = []
    size = 0
    real = os.path.realpath(folder)
    for path, full in _walk(real):
        source, about = _source(path, full, real)
        size += about.st_size
        found.append(TemplateFile(path, source, bool(about.st_mode & stat.S_IXUSR)))
        if size > LARGEST or len(found) > MOST:
            raise _refused(folder.name, "it holds more than a template does (20 MB or 5,000 files)")
    return tuple(sorted(found, key=lambda file: file.path))


def _walk(real: str) -> Iterator[tuple[str, str]]:
    for folder, folders, names in os.walk(real):
        folders[:] = sorted(name for name in folders if name not in (".git", "__pycache__"))
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted([*names, *links]):
            full = os.path.join(folder, name)
            if name != ".git":
                yield os.path.relpath(full, real).replace(os.sep, "/"), full


def _source(path: str, full: str, real: str) -> tuple[str, os.stat_result]:
    """Return where the bytes of a file are; only links are followed."""
    about = os.lstat(full)
    if stat.S_ISREG(about.st_mode):
        return full, about
    target = os.path.realpath(full)
    if not target.startswith(real + os.sep) or ".git" in target[len(real) :].split(os.sep):
        raise _refused(path, "it is a link that leaves the template")
    try:
        found = os.stat(target)
    except OSError as error:
        raise _refused(path, f"it cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        kind = "a link to a folder" if stat.S_ISDIR(found.st_mode) else "no plain file"
        raise _refused(path, f"it is {kind}")
    return target, found


def _refused(path: str, reason: str) -> UserError:
    return UserError(
        "templates/file",
        f"{path} cannot be part of a template: {reason}",
        remedy="Put plain files into the template; a link may lead to another file of it.",
    )


def version(folders: Sequence[Path]) -> str:
    """Return a digest over the files of template folders: their names, modes and bytes."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in files(folder):
            with open(file.source, "rb") as stream:
                content = stream.read()
            digest.update(f"{file.path}\0{file.executable:d}\0{len(content)}\0".encode() + content)
        digest.update(b"\0\0")
    return digest.hexdigest()[:12]


def copy(chosen: Iterable[TemplateFile], target: Path, below: str = "") -> None:
    """Copy files into a folder, over those that are there."""
    import shutil

    for file in chosen:
        place = target / below / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.source, place)
        place.chmod(0o755 if file.executable else 0o644)
