"""Golden outputs of the fixtures: what detection says, and every file that `init --yes` writes.

python -m tests.golden [NAME ...]     write fixtures/NAME/expected anew (all without names), show what changed
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli

from scaffold.cli import main

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def names() -> list[str]:
    """Return the fixtures that have an app."""
    return sorted(folder.name for folder in FIXTURES.iterdir() if (folder / "app").is_dir())


def samples() -> list[str]:
    """Return one fixture of each kind (the part of the name before the underscore), for slow checks."""
    return sorted({name.partition("_")[0]: name for name in names()}.values())


def settings(name: str) -> dict[str, Any]:
    """Read a fixture's own settings: `situation`, `arguments` for both commands, `init` for that one."""
    with open(FIXTURES / name / "fixture.toml", "rb") as file:
        return tomli.load(file)


@contextlib.contextmanager
def copy_of(name: str) -> Iterator[Path]:
    """Yield a copy of the fixture's app in a folder called `app`; nothing above it is a repository."""
    with TemporaryDirectory(prefix="golden-") as scratch:
        target = Path(scratch) / "app"
        shutil.copytree(FIXTURES / name / "app", target, symlinks=True)
        yield target


def call(*words: str) -> tuple[int, str, str]:
    """Run the command line in this process: exit code, stdout, stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = main(words)
    return code, stdout.getvalue(), stderr.getvalue()


def results(name: str) -> dict[str, str]:
    """Return all outputs of a fixture by file name: detect.json, what init said and what it wrote.

    A second init that changes a byte is an output of its own, which no fixture expects.
    """
    extra = [str(word) for word in settings(name).get("arguments", [])]
    with copy_of(name) as app:
        code, document, talk = call("detect", "-C", str(app), "--json", *extra)
        found: dict[str, str] = {}
        if document:
            found["detect.json"] = json.dumps(_trimmed(json.loads(document)), indent=1) + "\n"
        if code:
            found["error.txt"] = f"exit {code}\n{talk}".replace(str(app), "APP")
            return found
        before = contents(app)
        extra += [str(word) for word in settings(name).get("init", [])]
        code, said, talk = call("init", "-C", str(app), "--yes", *extra)
        found["init.txt"] = f"exit {code}\n{said}{talk}".replace(str(app), "APP")
        for path in sorted(app.rglob("*")):
            inside = path.relative_to(app).as_posix()
            mine = path.is_file() and not inside.startswith(".scaffold/")
            if mine and path.read_bytes() != before.get(inside):
                found["files/" + inside] = _shown(inside, path.read_text(encoding="utf-8"))
        first = contents(app)
        call("init", "-C", str(app), "--yes", *extra)
        if contents(app) != first:
            found["second_init.txt"] = "changed something\n"
    return found


def contents(top: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in sorted(top.rglob("*")) if p.is_file()}


def _shown(path: str, text: str) -> str:
    """Cut the deploy script down to what the plan gave it: its head, its config vars and its images."""
    if path != "bin/deploy":
        return text
    head = text.partition("usage() {")[0]
    lists = r"^each_(?:config_var|build|type)\(\) \{.*?^\}$"
    return head + "".join(found + "\n" for found in re.findall(lists, text, re.MULTILINE | re.DOTALL))


def _trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only repeats: the raw facts, and the tool's own version."""
    return {key: value for key, value in document.items() if key not in ("facts", "scaffold")}


def expected(name: str) -> dict[str, str]:
    """Read the golden outputs of a fixture."""
    folder = FIXTURES / name / "expected"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(name: str) -> bool:
    """Write a fixture's golden outputs anew; orphans go. Returns whether anything changed."""
    new = results(name)
    if new == expected(name):
        return False
    folder = FIXTURES / name / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in new.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return True


if __name__ == "__main__":
    for fixture in sys.argv[1:] or names():
        print(("rewritten " if rewrite(fixture) else "same      ") + fixture)
