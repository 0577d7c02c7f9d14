"""Writing is all or nothing, never leaves the repository, and keeps what a person changed meanwhile."""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.write import existing, is_interrupted, recover, repair, write
from scaffold.writing import lock

PENDING = ".scaffold/pending"
FORK = multiprocessing.get_context("fork")


def snapshot(top: Path) -> dict[str, object]:
    """Everything below a folder: content and mode of files, links, folders."""
    found: dict[str, object] = {}
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    return found


def refusal(top: Path, tree: Mapping[str, Rendered | None], **more: object) -> UserError:
    """Write what must be refused, with nothing changed by it."""
    before = snapshot(top)
    with pytest.raises(UserError) as caught:
        write(top, tree, **more)  # type: ignore[arg-type]
    assert snapshot(top) == before
    return caught.value


def test_files_are_written_with_their_mode_and_nothing_is_left_beside_them(tmp_path: Path) -> None:
    write(tmp_path, {"Procfile": Rendered(b"web: x\n"), "bin/deploy": Rendered(b"#!\n", executable=True)})
    assert snapshot(tmp_path) == {
        "Procfile": (b"web: x\n", 0o644),
        "bin": "folder",
        "bin/deploy": (b"#!\n", 0o755),
    }


def test_a_removal_takes_the_file_and_the_folders_of_scaffolds_own_base(tmp_path: Path) -> None:
    tree = {
        name: Rendered(b"x\n")
        for name in ("heroku.yml", "bin/deploy", ".scaffold/base/bin/deploy", ".scaffold/base/Procfile")
    }
    write(tmp_path, tree)
    write(tmp_path, {"heroku.yml": None, "bin/deploy": None, ".scaffold/base/bin/deploy": None, "none": None})
    assert snapshot(tmp_path) == {
        "bin": "folder",
        ".scaffold": "folder",
        ".scaffold/base": "folder",
        ".scaffold/base/Procfile": (b"x\n", 0o644),
    }


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444, 0o755])
def test_the_persons_mode_stays(tmp_path: Path, mode: int) -> None:
    for name in ("plain", "script", "secret"):
        (tmp_path / name).write_bytes(b"old\n")
        (tmp_path / name).chmod(mode)
    tree = {
        "plain": Rendered(b"new\n"),
        "script": Rendered(b"new\n", executable=True),
        "secret": Rendered(b"new\n", private=True),
    }
    write(tmp_path, tree)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in tree}
    assert modes == {"plain": mode, "script": mode | 0o111, "secret": mode & 0o700}


def test_what_is_right_already_is_not_touched(tmp_path: Path) -> None:
    tree: dict[str, Rendered | None] = {"same": Rendered(b"same\n"), "run": Rendered(b"x\n"), "gone": None}
    write(tmp_path, tree)
    for name in ("same", "run", "."):
        os.utime(tmp_path / name, (1, 1))
    write(tmp_path, tree)
    assert [(tmp_path / name).stat().st_mtime for name in ("same", "run", ".")] == [1, 1, 1]
    write(tmp_path, {**tree, "run": Rendered(b"x\n", executable=True)})
    assert (tmp_path / "same").stat().st_mtime == 1
    assert os.access(tmp_path / "run", os.X_OK)


def test_a_link_inside_is_kept_and_written_through(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "Procfile").write_text("old\n")
    (tmp_path / "Procfile").symlink_to("deploy/Procfile")
    (tmp_path / "app.json").symlink_to("deploy/app.json")
    write(tmp_path, {"Procfile": Rendered(b"new\n"), "app.json": Rendered(b"{}\n")})
    assert (tmp_path / "Procfile").is_symlink()
    assert (tmp_path / "deploy" / "Procfile").read_bytes() == b"new\n"
    assert (tmp_path / "deploy" / "app.json").read_bytes() == b"{}\n"


def test_a_link_that_is_to_go_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_text("build:\n")
    (tmp_path / "heroku.yml").symlink_to("real.yml")
    (tmp_path / "dangling").symlink_to("nothing")
    write(tmp_path, {"heroku.yml": None, "dangling": None})
    assert snapshot(tmp_path) == {"real.yml": (b"build:\n", 0o644)}


def test_state_behind_a_link_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / ".scaffold").symlink_to("conf")
    write(tmp_path, {".scaffold/state.json": Rendered(b"{}\n"), "Procfile": Rendered(b"web: x\n")})
    assert (tmp_path / "conf" / "state.json").read_bytes() == b"{}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".scaffold", "Procfile", "conf"]
    assert [path.name for path in (tmp_path / "conf").iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "../x",
        "a/../../x",
        "/etc/x",
        "a//b",
        ".git/config",
        "a/.GIT/x",
        f"{PENDING}/journal.json",
        "a\0b",
    ],
)
def test_no_path_leaves_the_repository(tmp_path: Path, path: str) -> None:
    top = tmp_path / "top"
    top.mkdir()
    for tree in ({path: Rendered(b"x")}, {path: None, "Procfile": Rendered(b"x")}):
        assert refusal(top, tree).error_id == "write/refused"
    assert list(tmp_path.iterdir()) == [top]


def test_one_file_of_two_names_cannot_have_two_contents(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old\n")
    (tmp_path / "name").symlink_to("real")
    refusal(tmp_path, {"name": Rendered(b"a\n"), "real": Rendered(b"b\n")})
    refusal(tmp_path, {"name": Rendered(b"a\n"), "real": None})
    write(tmp_path, {"name": Rendered(b"a\n"), "real": Rendered(b"a\n")})
    assert (tmp_path / "real").read_bytes() == b"a\n"


def test_a_file_cannot_be_a_folder_too(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"a": Rendered(b"x"), "a/b": Rendered(b"x")}).error_id == "write/refused"
    (tmp_path / "bin").write_text("x")
    refusal(tmp_path, {"bin/deploy": Rendered(b"x"), "Procfile": Rendered(b"x")})
    (tmp_path / "Procfile").mkdir()
    refusal(tmp_path, {"Procfile": None, "new": Rendered(b"x")})


def test_secrets_never_lie_open_or_where_git_would_take_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text(".env\n")
    (tmp_path / ".env").write_text("KEY=old\n")
    (tmp_path / ".env").chmod(0o600)
    seen = []
    plain = os.replace

    def looked(source: str, target: str) -> None:
        shown = subprocess.run(
            ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"], check=True, capture_output=True
        )
        closed = [stat.S_IMODE(path.lstat().st_mode) & 0o077 for path in (tmp_path / PENDING).rglob("*")]
        seen.append((shown.stdout, set(closed), stat.S_IMODE((tmp_path / PENDING).stat().st_mode)))
        plain(source, target)

    monkeypatch.setattr(os, "replace", looked)
    write(tmp_path, {".env": Rendered(b"KEY=new\n", private=True)})
    assert seen == [(b"?? .gitignore\n", {0}, 0o700)]
    assert (tmp_path / ".env").read_bytes() == b"KEY=new\n"
    assert not (tmp_path / ".scaffold").exists()


# What the caller saw, and two at once


@pytest.mark.parametrize(
    ("seen", "fits"),
    [
        ({"Procfile": b"old\n"}, True),
        ({"Procfile": b"older\n"}, False),
        ({"Procfile": None}, False),
        ({"new": None, "Procfile": b"old\n"}, True),
        ({"new": b"", "Procfile": b"old\n"}, False),
        ({"read-only-input": None}, True),
    ],
)
def test_what_was_changed_since_it_was_seen_is_not_overwritten(
    tmp_path: Path, seen: dict[str, bytes | None], fits: bool
) -> None:
    (tmp_path / "Procfile").write_bytes(b"old\n")
    tree = {"Procfile": Rendered(b"new\n"), "new": Rendered(b"x\n")}
    if fits:
        write(tmp_path, tree, seen=seen)
        assert (tmp_path / "Procfile").read_bytes() == b"new\n"
    else:
        fault = refusal(tmp_path, tree, seen=seen)
        assert fault.error_id == "write/changed-meanwhile"
        assert fault.why and fault.remedy


def test_an_edit_in_the_middle_of_the_write_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.json").write_bytes(b"{}\n")
    (tmp_path / "heroku.yml").write_bytes(b"old\n")
    plain = os.replace

    def edited(source: str, target: str) -> None:
        plain(source, target)
        if target.endswith("app.json"):
            (tmp_path / "heroku.yml").write_bytes(b"mine\n")

    monkeypatch.setattr(os, "replace", edited)
    with pytest.raises(UserError, match=r"heroku\.yml was changed"):
        write(tmp_path, {"app.json": Rendered(b"[]\n"), "b/new": Rendered(b"x\n"), "heroku.yml": None})
    assert snapshot(tmp_path) == {"app.json": (b"{}\n", 0o644), "heroku.yml": (b"mine\n", 0o644)}


def _race(top: Path, me: int, gate: object, told: object, seen: dict[str, bytes | None] | None) -> None:
    tree = {
        name: Rendered(f"{me} {name}\n".encode())
        for name in ("Procfile", "app.json", "bin/deploy", f"own-{me}")
    }
    gate.wait()  # type: ignore[attr-defined]
    try:
        write(top, tree, seen=seen)
        told.put((me, "written"))  # type: ignore[attr-defined]
    except UserError as fault:
        told.put((me, fault.error_id))  # type: ignore[attr-defined]


@pytest.mark.parametrize("checked", [True, False])
def test_two_writers_at_once(tmp_path: Path, checked: bool) -> None:
    for turn in range(25):
        top = tmp_path / str(turn)
        top.mkdir()
        (top / "Procfile").write_bytes(b"old\n")
        seen: dict[str, bytes | None] | None = {"Procfile": b"old\n", "app.json": None} if checked else None
        gate, told = FORK.Barrier(2), FORK.SimpleQueue()
        both = [FORK.Process(target=_race, args=(top, me, gate, told, seen)) for me in (1, 2)]
        for one in both:
            one.start()
        said = dict(told.get() for _ in both)
        for one in both:
            one.join()
        texts = {name: (top / name).read_text() for name in ("Procfile", "app.json", "bin/deploy")}
        winner = texts["Procfile"][0]
        assert texts == {name: f"{winner} {name}\n" for name in texts}
        assert not (top / ".scaffold").exists()
        if checked:
            assert sorted(said.values()) == ["write/changed-meanwhile", "written"]
            assert said[int(winner)] == "written"
            assert [path.name for path in top.glob("own-*")] == [f"own-{winner}"]
        else:
            assert set(said.values()) == {"written"}


@contextlib.contextmanager
def holder(top: Path) -> Iterator[int]:
    """Hold the lock of a repository in another process."""
    out, ready = os.pipe()
    child = os.fork()
    if child == 0:
        with lock.locked(os.path.realpath(top)):
            os.write(ready, b"x")
            time.sleep(60)
        os._exit(0)
    try:
        os.read(out, 1)
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
        os.close(ready)


def test_a_writer_that_does_not_end_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT", 0.2)
    with holder(tmp_path) as child:
        assert refusal(tmp_path, {"Procfile": Rendered(b"x")}).error_id == "write/busy"
        os.kill(child, signal.SIGKILL)
        monkeypatch.undo()
        write(tmp_path, {"Procfile": Rendered(b"x")})
    assert (tmp_path / "Procfile").exists()


def test_where_a_file_system_has_no_locks_it_is_written_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    write(tmp_path, {"Procfile": Rendered(b"x")})
    assert snapshot(tmp_path) == {"Procfile": (b"x", 0o644)}


# A journal that is not to be trusted


ROW = {"path": "x", "target": "x", "stage": "new/0", "backup": "", "old": "", "old_mode": 0, "new": "0" * 64}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 2, "folders": [], "files": []}',
        '{"format": 1, "folders": []}',
        *(
            json.dumps({"format": 1, "folders": folders, "files": [{**ROW, **row}]})
            for folders, row in [
                ([], {"target": "../x"}),
                ([], {"target": "/etc/x"}),
                ([], {"target": ".git/hooks/x"}),
                ([], {"target": "out/x"}),
                ([], {"stage": "../x"}),
                ([], {"stage": "new/../../../x"}),
                ([], {"stage": "secret"}),
                ([], {"stage": "out/.x.scaffold-new"}),
                ([], {"stage": ""}),
                ([], {"backup": "old/0"}),
                ([], {"old_mode": "x"}),
                ([], {"path": 1}),
                ([], {"more": 1}),
                (["../y"], {}),
                (["out/y"], {}),
            ]
        ),
    ],
)
def test_a_journal_that_cannot_be_trusted_is_not_followed(tmp_path: Path, text: str) -> None:
    top = tmp_path / "top"
    (top / PENDING / "new").mkdir(parents=True)
    (top / PENDING / "new" / "0").write_text("planted\n")
    (top / PENDING / "journal.json").write_text(text)
    (top / "secret").write_text("s\n")
    (tmp_path / "outside").mkdir()
    (top / "out").symlink_to("../outside")
    for run in (recover, lambda top: write(top, {"Procfile": Rendered(b"x")})):
        before = snapshot(tmp_path)
        with pytest.raises(UserError) as caught:
            run(top)
        assert caught.value.error_id == "write/damaged"
        assert PENDING in caught.value.summary and PENDING in caught.value.remedy
        assert snapshot(tmp_path) == before
    assert is_interrupted(top)


@pytest.mark.parametrize(
    ("link", "to"), [(".scaffold", "out"), (PENDING, "../out"), (f"{PENDING}/new", "../../out")]
)
def test_pending_that_leads_elsewhere_is_not_cleared(tmp_path: Path, link: str, to: str) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    (top / link).parent.mkdir(parents=True)
    (outside / "pending" / "new").mkdir(parents=True)
    (outside / "0").write_text("kept\n")
    (outside / "pending" / "new" / "0").write_text("kept\n")
    (top / "out").symlink_to("../outside")
    (top / link).symlink_to(outside)
    (outside / "pending" / "beside").write_text("../outside/.x.scaffold-new")
    before = snapshot(outside)
    with contextlib.suppress(UserError):
        recover(top)
    with contextlib.suppress(UserError):
        write(top, {"Procfile": Rendered(b"x")})
    assert snapshot(outside) == before


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


def test_without_a_killed_run_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert recover(tmp_path) == ""
    assert repair(tmp_path).message() == ""
    assert not is_interrupted(tmp_path)
    assert recover(tmp_path / "nowhere") == ""
