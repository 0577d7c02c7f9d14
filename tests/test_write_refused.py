"""A disk that is full, read-only or forbidden: what stood there stays, byte for byte, and it is said why."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.targets import existing
from scaffold.write import recover, write
from tests.examples import examples
from tests.write_faults import (
    ALLOCATING,
    NEW,
    OLD,
    PENDING,
    TREE,
    Faults,
    State,
    in_child,
    restore,
    snapshot,
)

NOBODY = 65534


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return tmp_path / "top"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def failing(top: Path, code: int, struck: Callable[[int, str], bool]) -> str:
    """Write on a disk that refuses some steps; "" or the id of the error."""

    def strike(at: int, name: str, _words: object, done: bool) -> None:
        if not done and struck(at, name):
            raise OSError(code, os.strerror(code))

    restore(top, OLD)
    try:
        with Faults(strike):
            write(top, TREE)
    except UserError as fault:
        assert fault.why
        assert fault.remedy
        assert os.strerror(code) in fault.summary
        return fault.error_id
    return ""


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EISDIR])
def test_one_step_that_fails(top: Path, code: int) -> None:
    said = []
    for at in range(1, 125):
        said.append(failing(top, code, lambda now, _, at=at: now == at))  # type: ignore[misc]
        if said[-1]:
            assert snapshot(top) == OLD, at
        assert recover(top) == ""
        assert without_empty(snapshot(top)) == without_empty(OLD if said[-1] else NEW), at
    assert {*said} == {"write/refused", ""}
    assert said.count("write/refused") > 70


def without_empty(state: State) -> State:
    """All but the folders of scaffold's base, which may stay where the disk does not let them go."""
    return {name: what for name, what in state.items() if what != "folder" or "base" not in name}


def test_a_disk_that_is_full_from_some_step_on(top: Path) -> None:
    """Nothing can be made any more, but moved and removed: nothing is left over at all."""
    said = set()
    for at in range(1, 100):
        fault = failing(top, errno.ENOSPC, lambda now, name, at=at: now >= at and name in ALLOCATING)  # type: ignore[misc]
        assert snapshot(top) == (OLD if fault else NEW), at
        said.add(fault)
    assert said == {"write/refused", ""}


def test_a_disk_that_is_read_only_from_some_step_on(top: Path) -> None:
    """Nor can anything be put back then; the next run does it, on a disk that can be written again."""
    said = set()
    for at in range(1, 125):
        fault = failing(top, errno.EROFS, lambda now, _, at=at: now >= at)  # type: ignore[misc]
        half = snapshot(top)
        outcome = recover(top)
        now = snapshot(top)
        assert now in (OLD, NEW), at
        if fault == "write/refused":
            assert outcome == ""
            assert now == OLD
            kept = {name: what for name, what in half.items() if not f"{name}/".startswith(PENDING)}
            assert kept == OLD
        said.add(fault)
    assert said == {"write/refused", "write/unfinished", ""}


@pytest.mark.parametrize("path", [path for path in TREE if path not in ("same.txt", "config")])
@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EBUSY, errno.EISDIR])
def test_one_file_that_cannot_be_changed(top: Path, path: str, code: int) -> None:
    def strike(_at: int, _name: str, words: tuple[object, ...], done: bool) -> None:
        if not done and f"{top}/{path}" in words:
            raise OSError(code, os.strerror(code))

    restore(top, OLD)
    with pytest.raises(UserError) as caught, Faults(strike):
        write(top, TREE)
    assert caught.value.summary == f"cannot write {path}: {os.strerror(code)}"
    assert snapshot(top) == OLD


def test_a_limit_of_the_size_of_files(top: Path) -> None:
    def job() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            write(top, {**TREE, "app.json": Rendered(b"x" * 5000)})
        except UserError as fault:
            return 7 if "app.json" in fault.summary else 8
        return 0

    restore(top, OLD)
    assert in_child(job) == 7
    assert snapshot(top) == OLD


@pytest.fixture
def open_top() -> Iterator[Path]:
    """A folder that another user of this machine can reach."""
    folder = Path(tempfile.mkdtemp(prefix="scaffold-test-"))
    folder.chmod(0o755)
    yield folder / "top"
    shutil.rmtree(folder, ignore_errors=True)


def as_nobody(job: Callable[[], int]) -> int:
    def run() -> int:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return job()

    return in_child(run)


def give(top: Path) -> None:
    """Hand a folder to the user of `as_nobody`."""
    if os.geteuid() == 0:
        for path in (top, *top.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@pytest.mark.parametrize("folder", [".", "bin", "deploy", ".scaffold", ".scaffold/base/sub"])
def test_a_folder_that_really_cannot_be_written(open_top: Path, folder: str) -> None:
    restore(open_top, OLD)
    give(open_top)
    (open_top / folder).chmod(0o555)
    before = {**snapshot(open_top), "times": [os.stat(path).st_mtime_ns for path in open_top.rglob("*")]}

    def job() -> int:
        try:
            write(open_top, TREE)
        except UserError as fault:
            return 7 if "Permission denied" in fault.summary and fault.error_id == "write/refused" else 8
        return 0

    assert as_nobody(job) == 7
    after = {**snapshot(open_top), "times": [os.stat(path).st_mtime_ns for path in open_top.rglob("*")]}
    assert after == before


@pytest.mark.skipif(os.geteuid() != 0, reason="files of two users take root to make")
def test_a_file_of_another_user_in_a_sticky_folder(open_top: Path) -> None:
    """No look at the modes foretells this refusal: it comes in the middle, and all is put back."""
    restore(open_top, OLD)
    give(open_top)
    (open_top / "bin").chmod(0o1777)
    for path in ("bin", "bin/run"):
        os.chown(open_top / path, 0, 0)

    def job() -> int:
        try:
            write(open_top, TREE)
        except UserError as fault:
            return 7 if fault.summary == "cannot write bin/run: Operation not permitted" else 8
        return 0

    before = snapshot(open_top)
    assert as_nobody(job) == 7
    assert snapshot(open_top) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="files of two users take root to make")
def test_root_leaves_the_files_to_their_owner(open_top: Path) -> None:
    restore(open_top, OLD)
    give(open_top)
    write(open_top, TREE)
    assert snapshot(open_top) == NEW
    owners = {path: (open_top / path).stat().st_uid for path in ("Procfile", "bin/run", "deploy/config")}
    assert {*owners.values()} == {NOBODY}


MOUNTED = """
import json, os, sys
from pathlib import Path
from scaffold.errors import UserError
from scaffold.write import write
from tests.write_faults import NEW, OLD, TREE, restore, snapshot

def run(top):
    try:
        write(top, TREE)
    except UserError as fault:
        return fault.summary
    return ""

disk = Path(sys.argv[1])
said = {}
"""


def mounted(folder: Path, mounts: str, code: str) -> dict[str, str]:
    """Run code with file systems of its own, which nobody else sees and which end with it."""
    folder.mkdir(exist_ok=True)
    script = f"{mounts} && exec {sys.executable} -c '{MOUNTED}{code}' ."
    words = ["unshare", "--mount", "sh", "-c", script]
    if not shutil.which("unshare") or subprocess.run([*words[:2], "true"], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if "mount" in done.stderr and "Traceback" not in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    code = """
for free in range(0, 40):
    restore(disk / "top", OLD)
    with open(disk / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    os.truncate(disk / "filler", max(0, os.path.getsize(disk / "filler") - free * 4096))
    fault = run(disk / "top")
    assert snapshot(disk / "top") == (OLD if fault else NEW), (free, fault)
    os.unlink(disk / "filler")
    if fault:
        assert run(disk / "top") == "" and snapshot(disk / "top") == NEW
    said[free] = fault
print(json.dumps(said))
"""
    said = mounted(tmp_path / "disk", 'mount -t tmpfs -o size=256k none . && cd "$PWD"', code)
    assert said["0"].endswith("No space left on device")
    assert said["39"] == ""
    assert len([text for text in said.values() if text]) > 5


def test_a_disk_without_room_for_more_files(tmp_path: Path) -> None:
    code = """
for more in range(0, 45):
    restore(disk / "top", OLD)
    for at in range(more):
        (disk / f"filler{at}").touch()
    fault = run(disk / "top")
    assert snapshot(disk / "top") == (OLD if fault else NEW), (more, fault)
    for at in range(more):
        (disk / f"filler{at}").unlink()
    said[more] = fault
print(json.dumps(said))
"""
    said = mounted(tmp_path / "disk", 'mount -t tmpfs -o nr_inodes=64 none . && cd "$PWD"', code)
    assert said["0"] == ""
    assert said["44"].endswith("No space left on device")


def test_a_disk_that_is_really_read_only(tmp_path: Path) -> None:
    code = """
restore(disk / "top", OLD)
os.system("mount -o remount,ro .")
said["fault"] = run(disk / "top")
assert snapshot(disk / "top") == OLD
print(json.dumps(said))
"""
    said = mounted(tmp_path / "disk", 'mount -t tmpfs none . && cd "$PWD"', code)
    assert said["fault"] == "cannot write .scaffold: Read-only file system"


@pytest.mark.parametrize("kind", ["-t tmpfs none", "--bind other"])
def test_a_folder_that_is_a_mount(tmp_path: Path, kind: str) -> None:
    """Of another device, and of the same one: both refuse renaming from outside."""
    code = """
for path, what in OLD.items():
    if path.startswith("deploy/"):
        Path("top", path).write_bytes(what[0])
said["fault"] = run(Path("top"))
assert snapshot(Path("top")) == NEW
print(json.dumps(said))
"""
    restore(tmp_path / "top", OLD)
    (tmp_path / "other").mkdir()
    assert mounted(tmp_path, f"mount {kind} top/deploy", code) == {"fault": ""}


NAMES = st.sampled_from(["a", "b", "a/b", "a/c", "d/e/f", ".scaffold/base/a", ".scaffold/state.json", "link"])
CONTENTS = st.binary(max_size=3)
NODES = st.one_of(
    st.tuples(CONTENTS, st.sampled_from([0o644, 0o600, 0o755])),
    st.just("folder"),
    st.sampled_from(["-> a", "-> b", "-> nowhere", "-> ..", "-> ../outside", "-> link"]),
)
RENDERED = st.one_of(st.none(), st.builds(Rendered, CONTENTS, st.booleans(), st.booleans()))


@examples(250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    disk=st.dictionaries(NAMES, NODES, max_size=5),
    tree=st.dictionaries(NAMES, RENDERED, max_size=5),
    struck=st.one_of(st.none(), st.integers(1, 90)),
)
def test_any_tree_on_any_disk_is_written_exactly_or_not_at_all(
    top: Path, disk: dict[str, object], tree: dict[str, Rendered | None], struck: int | None
) -> None:
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    for name in sorted(disk):
        with contextlib.suppress(OSError):
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            what = disk[name]
            if isinstance(what, tuple):
                (top / name).write_bytes(what[0])
                (top / name).chmod(what[1])
            elif isinstance(what, str) and what != "folder":
                (top / name).symlink_to(what.removeprefix("-> "))
            else:
                (top / name).mkdir()
    before = snapshot(top)

    def strike(at: int, _name: str, _words: object, done: bool) -> None:
        if at == struck and not done:
            raise OSError(errno.EIO, "Input/output error")

    try:
        with Faults(strike):
            write(top, tree)
    except UserError:
        assert_same(snapshot(top), before)
        return
    recover(top)
    for name, rendered in tree.items():
        there = existing(top, name)
        assert there.content == (None if rendered is None else rendered.content)
        if rendered is None:
            assert not (top / name).is_file()
            assert not (top / name).is_symlink()
        else:
            assert there.executable or not rendered.executable
            assert not rendered.private or (top / name).stat().st_mode & 0o077 in (0, 0o011)
    real = {os.path.relpath(os.path.realpath(top / name), os.path.realpath(top)) for name in tree}
    after = snapshot(top)
    for name, what in before.items():
        if name not in tree and name not in real and not (what == "folder" and name.startswith(".scaffold")):
            assert after[name] == what
    assert PENDING not in after


def assert_same(after: dict[str, object], before: dict[str, object]) -> None:
    """Compare but for an empty `.scaffold`, which is nobody's."""
    for state in (after, before):
        if not any(name.startswith(".scaffold/") for name in state) and state.get(".scaffold") == "folder":
            del state[".scaffold"]
    assert after == before
