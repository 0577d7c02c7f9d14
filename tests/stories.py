"""Upgrade stories: a repository after init, what people changed since, and what `update --yes` makes of it.

    fixtures/story_NAME/before/     the repository before scaffold (a `.scaffold/` in it: after an older one)
    fixtures/story_NAME/edit/       files laid over it after init: changes of the code and of scaffold's files
    fixtures/story_NAME/after/      what update says, and every file that it changed (of bin/deploy the diff)
    fixtures/story_NAME/fixture.toml
        situation = "..."           in a sentence
        delete = ["heroku.yml"]     what the person deleted after init
        update = ["--decline", ...] arguments of update beside --yes;  init = [...] those of init
        [[replace]]                 in `path` the text `old` becomes `new` after init ("" appends)
        rewritten = ["..."]         lines of the person's that update has to change: what Heroku takes no more
        git = true                  in a git repository, all committed after init
        crlf = true                 every file but those of .scaffold/ has Windows line ends after init

python -m tests.stories [NAME ...]     write after/ anew (all without names)
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli

from scaffold import state
from tests.golden import FIXTURES, call, contents


def names() -> list[str]:
    """Return the stories."""
    return sorted(folder.name for folder in FIXTURES.iterdir() if (folder / "before").is_dir())


def settings(name: str) -> dict[str, Any]:
    """Read a story's settings."""
    with open(FIXTURES / name / "fixture.toml", "rb") as file:
        return tomli.load(file)


@contextlib.contextmanager
def told(name: str) -> Iterator[Path]:
    """Yield a repository as it is right before the update of a story."""
    with TemporaryDirectory(prefix="story-") as scratch:
        app = Path(scratch) / "app"
        shutil.copytree(_ready(name, Path(_made().name) / name / "app"), app, symlinks=True)
        yield app


@functools.cache
def _made() -> TemporaryDirectory[str]:
    """Return the folder that keeps each story's repository while the process lives: init takes a while."""
    return TemporaryDirectory(prefix="stories-")


def _ready(name: str, app: Path) -> Path:
    """Make a story's repository, unless it is there."""
    if not app.exists():
        said = settings(name)
        shutil.copytree(FIXTURES / name / "before", app, symlinks=True)
        if not (app / ".scaffold").exists():
            code, _, talk = call("init", "-C", str(app), "--yes", *said.get("init", []))
            assert code == 0, talk
        if said.get("git"):
            commit(app, "Add Heroku files")
        if said.get("crlf"):
            _use_crlf(app)
        if (FIXTURES / name / "edit").is_dir():
            shutil.copytree(FIXTURES / name / "edit", app, symlinks=True, dirs_exist_ok=True)
        for path in said.get("delete", []):
            (app / path).unlink()
        for change in said.get("replace", []):
            _replace(app / change["path"], change["old"], change["new"])
    return app


def git(top: Path, *words: str) -> str:
    """Run git in a repository, with a name of its own; return what it prints."""
    named = ("-c", "user.name=Story", "-c", "user.email=story@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", str(top), *named, *words], check=True, capture_output=True, text=True
    ).stdout


def commit(top: Path, message: str) -> None:
    """Commit everything, in a new repository where there is none."""
    if not (top / ".git").exists():
        git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", message)


def files(top: Path) -> dict[str, bytes]:
    """Read every file of the person's repository: none of git's, none of `.scaffold/`."""
    return {
        path: content
        for path, content in contents(top).items()
        if not path.startswith((".scaffold/", ".git/"))
    }


def _use_crlf(top: Path) -> None:
    for path, content in files(top).items():
        (top / path).write_bytes(content.replace(b"\n", b"\r\n"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode("utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_bytes((text.replace(old, new, 1) if old else text + new).encode())


@dataclass(frozen=True)
class Run:
    """An update of a story, and what came before and after it."""

    base: Mapping[str, bytes]
    """What scaffold had written last."""
    before: dict[str, bytes]
    after: dict[str, bytes]
    modes: tuple[dict[str, int], dict[str, int]]
    code: int
    said: str
    check_after: int
    again: str
    """What a second update said, where it changed anything or ended otherwise."""
    check_before: int
    shown: tuple[int, str]
    """How `--dry-run --diff` ended, and its diff."""
    looking_wrote: bool


@functools.cache
def run(name: str) -> Run:
    """Tell a story to its end, once in the life of the process."""
    words = settings(name).get("update", [])
    with told(name) as app:
        base, before, modes = state.load(app).base, files(app), _modes(app)
        code, shown, talk = call("update", "-C", str(app), "--yes", *words)
        said = f"exit {code}\n{shown}{talk}".replace(str(app), "APP")
        after, modes_after, everything = files(app), _modes(app), contents(app)
        check_after, _, _ = call("update", "-C", str(app), "--check")
        again, shown, talk = call("update", "-C", str(app), "--yes")
        rested = again == code and contents(app) == everything
    with told(name) as app:
        untouched = contents(app)
        check_before, _, _ = call("update", "-C", str(app), *words, "--check")
        shown_code, diff, _ = call("update", "-C", str(app), *words, "--dry-run", "--diff")
        looking_wrote = contents(app) != untouched
    return Run(
        base=base,
        before=before,
        after=after,
        modes=(modes, modes_after),
        code=code,
        said=said,
        check_after=check_after,
        again="" if rested else f"exit {again}, changed something\n{shown}{talk}",
        check_before=check_before,
        shown=(shown_code, diff),
        looking_wrote=looking_wrote,
    )


def _modes(top: Path) -> dict[str, int]:
    return {path: stat.S_IMODE((top / path).stat().st_mode) for path in files(top)}


def results(name: str) -> dict[str, str]:
    """Return what update says and the files that it changed; `again.txt` where a second run changes more."""
    end = run(name)
    found = {"update.txt": end.said}
    for path, content in end.after.items():
        if end.before.get(path) == content:
            continue
        if path == "bin/deploy":
            found["files/bin/deploy.diff"] = _diff(path, end.before.get(path, b""), content)
        else:
            found["files/" + path] = content.decode("utf-8")
    gone = sorted(end.before.keys() - end.after.keys())
    if gone:
        found["gone.txt"] = "\n".join(gone) + "\n"
    if end.again:
        found["again.txt"] = end.again
    return found


def _diff(path: str, before: bytes, after: bytes) -> str:
    """Return the changed lines with one around them; where in the script they stand is no part of a story."""
    old, new = (text.decode("utf-8").splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(old, new, path, path, n=1)
    return "".join("@@\n" if line.startswith("@@") else line for line in lines)


def expected(name: str) -> dict[str, str]:
    """Read what is in after/."""
    folder = FIXTURES / name / "after"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(name: str) -> bool:
    """Write after/ anew. Returns whether anything changed."""
    new = results(name)
    if new == expected(name):
        return False
    folder = FIXTURES / name / "after"
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in new.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return True


if __name__ == "__main__":
    for story in sys.argv[1:] or names():
        print(("rewritten " if rewrite(story) else "same      ") + story)
