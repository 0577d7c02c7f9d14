"""A disk that fails, and a process that is killed, at any step of a write that one names."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scaffold.errors import UserError
from scaffold.render import Rendered
from scaffold.write import write

PENDING = ".scaffold/pending"
STEPS = ("open", "write", "replace", "rename", "unlink", "mkdir", "rmdir", "chmod", "fsync")
ALLOCATING = frozenset({"open", "write", "mkdir"})
State = Mapping[str, object]

OLD: State = {
    "Procfile": (b"web: old\n", 0o640),
    "app.json": (b'{"old": 1}\n', 0o644),
    "same.txt": (b"same\n", 0o644),
    "heroku.yml": (b"build:\n", 0o600),
    "config": "-> deploy/config",
    "deploy": "folder",
    "deploy/config": (b"old config\n", 0o644),
    "bin": "folder",
    "bin/run": (b"#!/bin/sh\n", 0o755),
    "bin/mode": (b"#!/bin/sh\n", 0o600),
    ".scaffold": "folder",
    ".scaffold/state.json": (b"{}\n", 0o644),
    ".scaffold/base": "folder",
    ".scaffold/base/sub": "folder",
    ".scaffold/base/sub/heroku.yml": (b"build:\n", 0o644),
}
TREE: dict[str, Rendered | None] = {
    "Procfile": Rendered(b"web: new\n"),
    "app.json": Rendered(b'{"new": 1}\n', private=True),
    "same.txt": Rendered(b"same\n"),
    "heroku.yml": None,
    "config": Rendered(b"new config\n"),
    "bin/run": Rendered(b"#!/bin/bash\n"),
    "bin/mode": Rendered(b"#!/bin/sh\n", executable=True),
    "more/deep/new": Rendered(b"new\n", executable=True),
    ".scaffold/state.json": Rendered(b'{"format": 2}\n'),
    ".scaffold/base/sub/heroku.yml": None,
}
SMALL = ("Procfile", "heroku.yml", "more/deep/new", ".scaffold/base/sub/heroku.yml")
NEW: State = {
    **{path: what for path, what in OLD.items() if path != "heroku.yml" and "base" not in path},
    "Procfile": (b"web: new\n", 0o640),
    "app.json": (b'{"new": 1}\n', 0o600),
    "deploy/config": (b"new config\n", 0o644),
    "bin/run": (b"#!/bin/bash\n", 0o755),
    "bin/mode": (b"#!/bin/sh\n", 0o711),
    "more": "folder",
    "more/deep": "folder",
    "more/deep/new": (b"new\n", 0o755),
    ".scaffold/state.json": (b'{"format": 2}\n', 0o644),
}


def snapshot(top: Path) -> dict[str, object]:
    """Everything below a folder: content and mode of files, links, folders."""
    found: dict[str, object] = {}
    stack = [""]
    while stack:
        inside = stack.pop()
        for entry in os.scandir(top / inside):
            name = f"{inside}/{entry.name}".lstrip("/")
            if entry.is_symlink():
                found[name] = f"-> {os.readlink(entry.path)}"
            elif entry.is_dir():
                found[name] = "folder"
                stack.append(name)
            else:
                with open(entry.path, "rb") as file:
                    found[name] = (file.read(), stat.S_IMODE(entry.stat().st_mode))
    return dict(sorted(found.items()))


def restore(top: Path, state: State) -> None:
    """Make a folder hold exactly this."""
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    for name in sorted(state):
        what, path = state[name], f"{top}/{name}"
        if what == "folder":
            os.mkdir(path)
        elif isinstance(what, str):
            os.symlink(what.removeprefix("-> "), path)
        elif isinstance(what, tuple):
            with open(path, "wb") as file:
                file.write(what[0])
            os.chmod(path, what[1])


class Faults:
    """Counts the steps of a write; `strike` is told of each, before it is done and after."""

    def __init__(self, strike: Callable[[int, str, tuple[object, ...], bool], None]) -> None:
        self.count = 0
        self.quiet = False
        self.strike = strike
        self.plain = {name: getattr(os, name) for name in STEPS}

    def __enter__(self) -> Faults:
        for name in STEPS:
            setattr(os, name, self._step(name))
        return self

    def __exit__(self, *_: object) -> None:
        for name, plain in self.plain.items():
            setattr(os, name, plain)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Let the block reach the disk as it is."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False

    def _step(self, name: str) -> Callable[..., object]:
        plain = self.plain[name]

        def step(*words: object, **more: object) -> object:
            if self.quiet or (name == "open" and not int(str(words[1])) & (os.O_WRONLY | os.O_RDWR)):
                return plain(*words, **more)
            self.count += 1
            at = self.count
            self.strike(at, name, words, False)
            try:
                return None if name == "fsync" else plain(*words, **more)
            finally:
                self.strike(at, name, words, True)

        return step


def kill(at: int, how: str) -> Callable[[int, str, tuple[object, ...], bool], None]:
    """Kill this process before or after a step; `half`: in the middle of what it writes."""

    def strike(now: int, name: str, words: tuple[object, ...], done: bool) -> None:
        if now == at and how == "half" and name == "write" and not done:
            content = memoryview(words[1])  # type: ignore[arg-type]
            libc_write(int(str(words[0])), bytes(content[: len(content) // 2]))
        if now == at and done == (how == "after"):
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


libc_write = os.write


@contextlib.contextmanager
def two_devices() -> Iterator[None]:
    """Refuse every renaming out of `.scaffold/` or into it, as between two devices."""
    plain = {name: getattr(os, name) for name in ("replace", "rename")}

    def refusing(name: str) -> Callable[[str, str], None]:
        def rename(source: str, target: str) -> None:
            ends = ["/.scaffold/" in path for path in (source, target)]
            if ends[0] != ends[1]:
                raise OSError(18, "Invalid cross-device link", source, None, target)
            plain[name](source, target)

        return rename

    for name in plain:
        setattr(os, name, refusing(name))
    try:
        yield
    finally:
        for name, call in plain.items():
            setattr(os, name, call)


def in_child(job: Callable[[], int]) -> int:
    """Run a job in another process; its code, or minus the signal that killed it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 99
        try:
            code = job()
        except UserError:
            code = 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(top: Path, job: Callable[[Path], object], at: int, how: str) -> bool:
    """Run a job in another process that is killed at a step; tell whether it got that far."""

    def run() -> int:
        with Faults(kill(at, how)):
            job(top)
        return 0

    code = in_child(run)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def states_of(
    top: Path, start: State, job: Callable[[Path], object], hows: tuple[str, ...] = ("before", "half")
) -> list[dict[str, object]]:
    """All states of the disk, each once, in which a job leaves it that is killed at one of its steps."""
    found: dict[str, dict[str, object]] = {}
    for how in hows:
        at, alive = 0, True
        while alive:
            at += 1
            restore(top, start)
            alive = killed(top, job, at, how)
            state = snapshot(top)
            found.setdefault(repr(state), state)
    return list(found.values())


def seen_states(top: Path, start: State, job: Callable[[Path], object]) -> list[dict[str, object]]:
    """The states of `states_of`, by looking at the disk before each step rather than by a kill: cheap."""
    found: dict[str, dict[str, object]] = {}

    def look(_at: int, _name: str, _words: object, done: bool) -> None:
        if not done:
            with plainly():
                state = snapshot(top)
            found.setdefault(repr(state), state)

    restore(top, start)
    with Faults(look) as faults:
        plainly = faults.paused
        job(top)
    return list(found.values())


def closure(top: Path, starts: list[dict[str, object]], job: Callable[[Path], object]) -> list[State]:
    """All states of the disk that a job leads to when it is stopped at any step, any number of times."""
    known: dict[str, State] = {}
    left = list(starts)
    while left:
        state = left.pop()
        if repr(state) not in known:
            known[repr(state)] = state
            left += seen_states(top, state, job)
    return list(known.values())


def write_small(top: Path) -> None:
    """A part of that write, for tests that go through very many states."""
    write(top, {path: TREE[path] for path in SMALL})


def write_all(top: Path) -> None:
    """The write that the tests stop."""
    write(top, TREE)
