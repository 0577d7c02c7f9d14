"""A run that is killed while it writes: after the next one the files are wholly old or wholly new."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.errors import UserError
from scaffold.write import is_interrupted, recover, repair, write
from tests.write_faults import (
    NEW,
    OLD,
    PENDING,
    TREE,
    Faults,
    State,
    closure,
    in_child,
    killed,
    restore,
    seen_states,
    snapshot,
    states_of,
    two_devices,
    write_all,
    write_small,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def write_over_two_devices(top: Path) -> None:
    with two_devices():
        write(top, TREE)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: a kill loses nothing that was handed to the system."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return tmp_path / "top"


def test_the_write_that_is_stopped_here_is_right_when_it_is_not(top: Path) -> None:
    for job in (write_all, write_over_two_devices):
        restore(top, OLD)
        job(top)
        assert snapshot(top) == dict(sorted(NEW.items()))


@pytest.mark.parametrize("how", ["before", "half", "after"])
def test_killed_at_every_step(top: Path, how: str) -> None:
    at, ends = 0, []
    while True:
        at += 1
        restore(top, OLD)
        if not killed(top, write_all, at, how):
            break
        began = is_interrupted(top)
        said = recover(top)
        assert said == ("finished" if began else "")
        now = snapshot(top)
        assert now in (OLD, NEW), at
        ends.append(now == NEW)
        assert not is_interrupted(top)
        assert recover(top) == ""
    assert at > 100
    assert ends == sorted(ends)
    assert {*ends} == {True, False}


def test_killed_at_every_step_where_files_wait_on_two_devices(top: Path) -> None:
    ends = set()
    states = seen_states(top, OLD, write_over_two_devices)
    for state in states:
        restore(top, state)
        with two_devices():
            recover(top)
        now = snapshot(top)
        assert now in (OLD, NEW)
        ends.add(now == NEW)
    assert ends == {True, False}
    assert any("deploy/.config.4.scaffold-old" in state for state in states)


@pytest.mark.parametrize("step", [0, 9])
def test_a_recovery_that_is_killed_at_every_step(top: Path, half_done: list[State], step: int) -> None:
    at = 0
    while True:
        at += 1
        restore(top, half_done[step])
        if not killed(top, recover, at, "after"):
            break
        recover(top)
        assert snapshot(top) == NEW
    assert at > 20


def test_the_next_write_starts_from_whole_files_too(top: Path) -> None:
    for state in seen_states(top, OLD, write_all):
        restore(top, state)
        try:
            write(top, TREE)
        except UserError as fault:
            assert fault.error_id == "write/changed-meanwhile"
            assert snapshot(top) == NEW
        write(top, TREE)
        assert snapshot(top) == NEW


def test_a_kill_leaves_what_is_seen_at_that_step(top: Path) -> None:
    assert states_of(top, OLD, write_all, ("before",)) == seen_states(top, OLD, write_all)


def test_a_recovery_that_is_killed_any_number_of_times(top: Path) -> None:
    restore(top, OLD)
    write_small(top)
    ends = [dict(sorted(OLD.items())), snapshot(top)]
    known = closure(top, seen_states(top, OLD, write_small), recover)
    for state in known:
        restore(top, state)
        recover(top)
        assert snapshot(top) in ends
    assert len(known) > 40


def edit(top: Path, path: str, how: str) -> bool:
    """Do to a file what a person may do; tell whether there was anything to do."""
    file = top / path
    if how == "written":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine\n")
    elif not file.exists():
        return False
    elif how == "removed":
        file.unlink()
    elif how == "closed":
        file.chmod(0o400)
    elif how == "link":
        file.unlink()
        file.symlink_to("same.txt")
    return True


def without(state: State, path: str) -> dict[str, object]:
    """All but one file and the folders that it is in."""
    real = "deploy/config" if path == "config" else path
    return {
        name: what
        for name, what in state.items()
        if name not in (path, real) and not (what == "folder" and f"{path}/".startswith(f"{name}/"))
    }


def is_whole_but_for(top: Path, path: str) -> bool:
    return without(snapshot(top), path) in (without(OLD, path), without(NEW, path))


@pytest.fixture(scope="module")
def half_done(tmp_path_factory: pytest.TempPathFactory) -> list[State]:
    """Every state in which a killed write leaves the disk with its journal."""
    found = seen_states(tmp_path_factory.mktemp("half") / "top", OLD, write_all)
    return [state for state in found if f"{PENDING}/journal.json" in state]


@pytest.mark.parametrize("how", ["written", "removed", "closed", "link"])
def test_an_edit_between_the_kill_and_the_next_run_is_not_lost(
    top: Path, half_done: list[State], how: str
) -> None:
    seen = set()
    for state in half_done:
        for path in ("Procfile", "heroku.yml", "config", "bin/mode", "more/deep/new", ".scaffold/state.json"):
            restore(top, state)
            if not edit(top, path, how):
                continue
            mine = snapshot(top).get(path)
            done = repair(top)
            seen.add(done.outcome)
            if done.outcome == "undone" and (how, path) != ("removed", "heroku.yml"):
                assert done.kept == (path,)
                assert path in done.message()
            if how != "closed" or path in done.kept:
                assert snapshot(top).get(path) == mine, (path, done)
            assert is_whole_but_for(top, path), (path, done)
            assert recover(top) == ""
    assert seen == {"finished", "undone"}


@pytest.mark.parametrize("path", ["Procfile", "heroku.yml", "more/deep/new"])
def test_nor_is_it_when_the_next_run_is_killed_too(top: Path, path: str) -> None:
    restore(top, OLD)
    write_small(top)
    ends = [without(OLD, path), without(snapshot(top), path)]
    starts = []
    for state in seen_states(top, OLD, write_small):
        restore(top, state)
        if is_interrupted(top):
            edit(top, path, "written")
            starts.append(snapshot(top))
    known = closure(top, starts, recover)
    assert any(f"{PENDING}/undo.json" in state for state in known)
    for state in known:
        restore(top, state)
        recover(top)
        assert (top / path).read_text() == "mine\n"
        assert without(snapshot(top), path) in ends


def test_a_repository_that_is_moved_after_the_kill(top: Path, half_done: list[State]) -> None:
    for state in half_done[::5]:
        restore(top, state)
        moved = top.with_name("moved")
        top.rename(moved)
        assert recover(moved) == "finished"
        assert snapshot(moved) == NEW
        moved.rename(top)


def test_new_content_that_was_lost_is_not_put_in_place(top: Path, half_done: list[State]) -> None:
    for state in half_done:
        waiting = [name for name in state if name.startswith(f"{PENDING}/new/")]
        for name in waiting[:1]:
            restore(top, {**state, name: (b"", 0o644)})
            assert recover(top) == "undone"
            assert snapshot(top) == OLD


def test_old_content_that_was_lost_is_not_put_back(top: Path, half_done: list[State]) -> None:
    found = 0
    for state in half_done:
        if f"{PENDING}/old/0" in state and f"{PENDING}/new/0" not in state:
            restore(top, {**state, f"{PENDING}/old/0": (b"", 0o644)})
            (top / ".scaffold/state.json").write_text("mine\n")
            if f"{PENDING}/new/8" not in state:
                continue
            before = snapshot(top)
            with pytest.raises(UserError) as caught:
                recover(top)
            assert caught.value.error_id == "write/damaged"
            assert snapshot(top) == before
            found += 1
    assert found


def test_a_repository_that_had_no_state_has_none_after_an_undone_write(top: Path) -> None:
    start: State = {".env": (b"A=1\n", 0o600)}
    for state in seen_states(top, start, lambda top: write(top, {".env": TREE["Procfile"]})):
        restore(top, state)
        recover(top)
        assert snapshot(top) in (start, {".env": (b"web: new\n", 0o600)})


def test_the_run_after_a_kill_may_be_another_program(top: Path) -> None:
    restore(top, OLD)
    at = next(at for at in range(60, 999) if _leaves_half(top, at))
    code = f"from pathlib import Path; from scaffold.write import recover; print(recover(Path({str(top)!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "finished\n", at
    assert snapshot(top) == NEW


def _leaves_half(top: Path, at: int) -> bool:
    restore(top, OLD)
    killed(top, write_all, at, "before")
    return is_interrupted(top) and (top / "Procfile").read_bytes() == b"web: new\n"


@contextlib.contextmanager
def no_masks(wanted: bool) -> Iterator[None]:
    mask = signal.pthread_sigmask
    if wanted:
        del signal.pthread_sigmask
    try:
        yield
    finally:
        signal.pthread_sigmask = mask


@pytest.mark.parametrize("masks", [True, False])
def test_ctrl_c_at_every_step(top: Path, masks: bool) -> None:
    """Where Ctrl-C can wait the files are written; where it cannot, they are whole and it is said which."""
    ends = set()

    def job(at: int) -> int:
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def strike(now: int, _name: str, _words: object, done: bool) -> None:
            if now == at and done:
                os.kill(os.getpid(), signal.SIGINT)

        try:
            with no_masks(not masks), Faults(strike):
                write(top, TREE)
        except KeyboardInterrupt as stop:
            return 11 if str(stop) == "interrupted; the files are written" else 10
        return 0

    at = 0
    while True:
        at += 1
        if masks and at % 4:
            continue
        restore(top, OLD)
        code = in_child(lambda at=at: job(at))  # type: ignore[misc]
        if code == 0:
            break
        ends.add(code)
        recover(top)
        assert snapshot(top) == {10: OLD, 11: NEW}[code], (at, code)
    assert at > 100
    assert ends == ({11} if masks else {10, 11})
