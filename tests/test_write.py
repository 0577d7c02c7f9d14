"""Writing is all or nothing, and never leaves the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold import write as writing
from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.write import existing, write


def listing(top: Path) -> dict[str, bytes]:
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_files_are_written_with_their_mode(tmp_path: Path) -> None:
    write(tmp_path, {"Procfile": Rendered(b"web: x\n"), "bin/deploy": Rendered(b"#!\n", executable=True)})
    assert listing(tmp_path) == {"Procfile": b"web: x\n", "bin/deploy": b"#!\n"}
    assert os.access(tmp_path / "bin/deploy", os.X_OK)
    assert not os.access(tmp_path / "Procfile", os.X_OK)


def test_a_link_inside_is_kept_and_written_through(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "Procfile").write_text("old\n")
    (tmp_path / "Procfile").symlink_to("deploy/Procfile")
    write(tmp_path, {"Procfile": Rendered(b"new\n")})
    assert (tmp_path / "Procfile").is_symlink()
    assert (tmp_path / "deploy" / "Procfile").read_bytes() == b"new\n"


@pytest.mark.parametrize("broken", ["stage", "rename"])
def test_when_the_disk_refuses_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    (tmp_path / "Procfile").write_bytes(b"old\n")
    before = listing(tmp_path)
    calls = []

    def refuse(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(tmp_path))
        plain(*arguments)

    name = "_fill" if broken == "stage" else "replace"
    plain = getattr(writing if broken == "stage" else writing.os, name)
    monkeypatch.setattr(writing if broken == "stage" else writing.os, name, refuse)
    with pytest.raises(UserError, match="No space left"):
        write(
            tmp_path,
            {"Procfile": Rendered(b"new\n"), "a/b/c": Rendered(b"x\n"), "app.json": Rendered(b"{}\n")},
        )
    monkeypatch.undo()
    assert listing(tmp_path) == before
    assert not (tmp_path / "a").exists()


def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "folder").mkdir(parents=True)
    (top / "file").write_text("x")
    (tmp_path / "outside").mkdir()
    (top / "out").symlink_to("../outside")
    (top / "leak").symlink_to("../outside/secret")
    (top / "loop").symlink_to("loop")
    assert "is a folder" in existing(top, "folder").blocked
    assert "is a file" in existing(top, "file/x").blocked
    assert "leaves the repository" in existing(top, "out/x").blocked
    assert "leaves the repository" in existing(top, "leak").blocked
    assert existing(top, "loop").blocked or existing(top, "loop").content is None
    assert existing(top, "nothing").content is None
    assert not existing(top, "nothing").blocked
