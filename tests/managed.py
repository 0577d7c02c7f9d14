"""A small repository that scaffold has written to, for tests of what comes afterwards."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from tests import golden


@functools.cache
def _written(name: str) -> Path:
    top = Path(tempfile.mkdtemp(prefix="managed-")) / "app"
    shutil.copytree(golden.FIXTURES / name / "app", top, symlinks=True)
    code, _, said = golden.call("init", "-C", str(top), "--yes")
    assert code == 0, said
    return top


def repository(folder: Path, name: str = "django_shop") -> Path:
    """Put a copy of a fixture's app, with the files that `init --yes` writes, into a folder."""
    top = folder / "app"
    shutil.copytree(_written(name), top, symlinks=True)
    return top


def edit(top: Path, path: str, old: str, new: str) -> None:
    """Replace a text in a file; it must be there."""
    text = (top / path).read_bytes().decode()
    assert old in text, (path, old)
    (top / path).write_bytes(text.replace(old, new, 1).encode())
