"""Upgrade stories: a repository after init, what people changed since, and what `update --yes` makes of it.

    fixtures/story_NAME/before/     the repository before scaffold (a `.scaffold/` in it: after an older one)
    fixtures/story_NAME/edit/       files laid over it after init: changes of the code and of scaffold's files
    fixtures/story_NAME/after/      what update says, and every file that it changed
    fixtures/story_NAME/fixture.toml
        situation = "..."           in a sentence
        delete = ["heroku.yml"]     what the person deleted after init
        update = ["--decline", ...] arguments of update beside --yes;  init = [...] those of init
        [[replace]]                 in `path` the text `old` becomes `new` after init ("" appends)

python -m tests.stories [NAME ...]     write after/ anew (all without names)
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli

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
    said = settings(name)
    with TemporaryDirectory(prefix="story-") as scratch:
        app = Path(scratch) / "app"
        shutil.copytree(FIXTURES / name / "before", app, symlinks=True)
        if not (app / ".scaffold").exists():
            code, _, talk = call("init", "-C", str(app), "--yes", *said.get("init", []))
            assert code == 0, talk
        if (FIXTURES / name / "edit").is_dir():
            shutil.copytree(FIXTURES / name / "edit", app, symlinks=True, dirs_exist_ok=True)
        for path in said.get("delete", []):
            (app / path).unlink()
        for change in said.get("replace", []):
            _replace(app / change["path"], change["old"], change["new"])
        yield app


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode("utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_bytes((text.replace(old, new, 1) if old else text + new).encode())


def results(name: str) -> dict[str, str]:
    """Return what update says and the files that it changed; `again.txt` where a second run changes more."""
    said = settings(name)
    with told(name) as app:
        before = contents(app)
        code, shown, talk = call("update", "-C", str(app), "--yes", *said.get("update", []))
        after = contents(app)
        found = {"update.txt": f"exit {code}\n{shown}{talk}".replace(str(app), "APP")}
        for path, content in after.items():
            if not path.startswith(".scaffold/") and before.get(path) != content:
                found["files/" + path] = content.decode("utf-8")
        gone = sorted(path for path in before if path not in after and not path.startswith(".scaffold/"))
        if gone:
            found["gone.txt"] = "\n".join(gone) + "\n"
        code, shown, talk = call("update", "-C", str(app), "--yes")
        if code == 0 and contents(app) != after:
            found["again.txt"] = f"changed something\n{shown}{talk}"
    return found


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
