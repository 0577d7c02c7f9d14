"""What a team runs over many repositories: the loop of the README, the pre-commit hook, the GitHub Action."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.golden import call

TOP = Path(__file__).resolve().parent.parent


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment with this scaffold as `scaffold`."""
    folder = tmp_path / "runner" / "scaffold" / "bin"
    folder.mkdir(parents=True)
    program = folder / "scaffold"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scaffold "$@"\n')
    program.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(TOP),
        "RUNNER_TEMP": str(tmp_path / "runner"),
    }


@pytest.fixture
def apps(tmp_path: Path) -> tuple[Path, Path]:
    """Two apps after init; the second has got a worker since."""
    made = []
    for name in ("fresh", "behind"):
        app = tmp_path / "with space" / name
        app.mkdir(parents=True)
        (app / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
        (app / "requirements.txt").write_text("flask\ngunicorn\n")
        assert call("init", "-C", str(app), "--yes")[0] == 0
        made.append(app)
    (made[1] / "tasks.py").write_text('from celery import Celery\n\napp = Celery("x", broker="redis://x")\n')
    (made[1] / "requirements.txt").write_text("flask\ngunicorn\ncelery\nredis\n")
    return made[0], made[1]


def shell(script: str, env: dict[str, str], cwd: Path = TOP) -> tuple[int, str]:
    ended = subprocess.run(
        ["bash", "-c", script], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout


def test_the_loop_prints_a_document_for_each_repository(
    apps: tuple[Path, Path], programs: dict[str, str], tmp_path: Path
) -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    loop = re.search(r"```sh\n(while read.*?repositories\.txt) \|", readme, re.DOTALL)
    assert loop
    missing = tmp_path / "nowhere"
    (tmp_path / "repositories.txt").write_text("".join(f"{path}\n" for path in (*apps, missing)))
    _, printed = shell(loop[1], programs, tmp_path)
    decoder, documents, rest = json.JSONDecoder(), [], printed.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].strip()
    assert [document["directory"] for document in documents] == [*map(str, apps), str(missing)]
    assert [document["drift"] for document in documents] == [False, True, None]
    assert "process/worker" in [proposal["id"] for proposal in documents[1]["proposals"]]
    assert documents[2]["error"]["exit_code"] == 2


def test_the_hook_fails_where_something_drifts(apps: tuple[Path, Path], programs: dict[str, str]) -> None:
    (hook,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())
    assert f"id: {hook['id']}" in (TOP / "README.md").read_text(encoding="utf-8")
    assert hook["pass_filenames"] is False
    assert [shell(hook["entry"], programs, app)[0] for app in apps] == [0, 1]


def test_the_action_fails_where_something_drifts_and_shows_it(
    apps: tuple[Path, Path], programs: dict[str, str]
) -> None:
    action = yaml.safe_load((TOP / "action.yml").read_text())
    last = action["runs"]["steps"][-1]
    assert set(last["env"]) == {"DIRECTORY", "EXPLAIN"}
    codes = []
    for app in apps:
        code, shown = shell(last["run"], {**programs, "DIRECTORY": str(app), "EXPLAIN": "true"})
        codes.append(code)
    assert codes == [0, 1]
    assert "+worker: celery" in shown
