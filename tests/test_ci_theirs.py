"""A CI file that a person had before scaffold: what is added to it, what never is, and what takes it away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.golden import call

FLASK = {
    "requirements.txt": "flask\ngunicorn\n",
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    "pytest.ini": "[pytest]\n",
}
GITLAB = """\
# Ours since 2019
default:
  before_script:
    - bundle install

stages:
  - lint
  - test

lint:
  stage: lint
  script: [flake8]

unit tests:
  stage: test
  script:
    - pytest -x
"""
CIRCLECI = """\
# Ours since 2019
version: 2.1

jobs:
  test:
    docker:
      - image: cimg/python:3.13
    steps:
      - checkout
      - run: pytest -x

workflows:
  build:
    jobs:
      - test
"""
WORKFLOW = (
    "name: Deploy\non: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make ship\n"
)


def app(top: Path, files: dict[str, str]) -> Path:
    for path, text in {**FLASK, **files}.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    return top


def init(top: Path, *words: str) -> str:
    code, said, talk = call("init", "-C", str(top), "--yes", *words)
    assert code == 0, talk
    return said + talk


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def valid(path: Path, schema: str) -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("service", "path", "text"),
    [
        ("gitlab", ".gitlab-ci.yml", GITLAB),
        ("circleci", ".circleci/config.yml", CIRCLECI),
        ("github", ".github/workflows/deploy.yml", WORKFLOW),
    ],
)
def test_it_stays_as_it_is_unless_they_ask(tmp_path: Path, service: str, path: str, text: str) -> None:
    top = app(tmp_path, {path: text})
    said = init(top, "--set", f"ci={service}")
    assert (top / path).read_text() == text
    how = "replace" if service == "github" else "merge"
    assert f"scaffold init --yes --only {path} --on-existing {how}" in said
    assert call("update", "-C", str(top), "--check")[0] == 0
    (top / "requirements.txt").write_text("flask\ngunicorn\nredis\n")
    call("update", "-C", str(top), "--yes")
    assert (top / path).read_text() == text
    init(top, "--only", path, "--on-existing", how)
    assert "bin/deploy staging" in (top / path).read_text()
    assert call("update", "-C", str(top), "--check")[0] == 0


def test_the_deploy_jobs_find_their_place_behind_the_stages_of_gitlab(tmp_path: Path) -> None:
    path = app(tmp_path, {".gitlab-ci.yml": GITLAB}) / ".gitlab-ci.yml"
    init(tmp_path, "--set", "ci=gitlab", "--on-existing", "merge")
    text, now, before = path.read_text(), load(path), yaml.load(GITLAB, Loader=yaml.BaseLoader)
    assert text.startswith("# Ours since 2019\ndefault:\n")
    assert now["stages"] == ["lint", "test", "staging", "production"]
    assert {name: now[name] for name in ("default", "lint", "unit tests")} == {
        name: before[name] for name in ("default", "lint", "unit tests")
    }
    assert "test" not in now, "they have their own tests"
    assert now["deploy-staging"]["inherit"] == {"default": "false"}
    valid(path, "gitlab-ci")
    assert call("update", "-C", str(tmp_path), "--check")[0] == 0
    init(tmp_path)
    assert path.read_text() == text


def test_without_stages_of_theirs_the_usual_ones_stay(tmp_path: Path) -> None:
    path = app(tmp_path, {".gitlab-ci.yml": "pytest:\n  script: [pytest]\n"}) / ".gitlab-ci.yml"
    init(tmp_path, "--set", "ci=gitlab", "--on-existing", "merge")
    assert load(path)["stages"] == ["build", "test", "deploy", "staging", "production"]
    valid(path, "gitlab-ci")


def test_the_deploy_jobs_wait_for_their_tests_on_circleci(tmp_path: Path) -> None:
    path = app(tmp_path, {".circleci/config.yml": CIRCLECI}) / ".circleci/config.yml"
    init(tmp_path, "--set", "ci=circleci", "--on-existing", "merge")
    text, now, before = path.read_text(), load(path), yaml.load(CIRCLECI, Loader=yaml.BaseLoader)
    assert now["jobs"]["test"] == before["jobs"]["test"]
    assert now["workflows"]["build"] == before["workflows"]["build"]
    flow = now["workflows"]["heroku"]["jobs"]
    assert list(flow[0]) == ["test"] and flow[1]["deploy-staging"]["requires"] == ["test"]
    valid(path, "circle-ci")
    assert call("update", "-C", str(tmp_path), "--check")[0] == 0
    init(tmp_path)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("version: 2.1", "version: 2", "version 2.1"),
        ("version: 2.1", "version: 2.1\nsetup: true", "made elsewhere"),
        ("  test:\n", "  deploy-staging:\n", "of the same name"),
        ("  test:\n", "  check:\n", "does not wait for them"),
    ],
)
def test_what_cannot_be_known_of_theirs_is_said(tmp_path: Path, old: str, new: str, why: str) -> None:
    text = CIRCLECI.replace(old, new, 1)
    path = app(tmp_path, {".circleci/config.yml": text}) / ".circleci/config.yml"
    said = init(tmp_path, "--set", "ci=circleci", "--on-existing", "merge")
    assert why in said
    assert (path.read_text() == text) == ("wait" not in why)


def test_a_workflow_of_theirs_is_never_mixed_with_ours(tmp_path: Path) -> None:
    path = app(tmp_path, {".github/workflows/deploy.yml": WORKFLOW}) / ".github/workflows/deploy.yml"
    init(tmp_path, "--set", "ci=github", "--on-existing", "merge")
    assert path.read_text() == WORKFLOW
    init(tmp_path, "--set", "ci=github", "--on-existing", "replace", "--only", ".github/workflows/deploy.yml")
    assert "bin/deploy" in path.read_text()


def test_an_answer_that_is_taken_back_takes_the_file_away(tmp_path: Path) -> None:
    top = app(tmp_path, {})
    init(top, "--set", "ci=github,gitlab")
    (top / ".gitlab-ci.yml").write_text(
        (top / ".gitlab-ci.yml").read_text() + "\nlint:\n  script: [flake8]\n"
    )
    assert call("update", "-C", str(top), "--yes", "--set", "ci=")[0] == 0
    assert not (top / ".github/workflows/deploy.yml").exists()
    assert "flake8" in (top / ".gitlab-ci.yml").read_text(), "it was edited, so it is theirs now"


def test_an_edit_stays_where_the_runtime_changes(tmp_path: Path) -> None:
    top = app(tmp_path, {".python-version": "3.12\n"})
    init(top, "--set", "ci=github,circleci,gitlab")
    path = top / ".github/workflows/deploy.yml"
    edited = path.read_text().replace("run: pytest\n", "run: pytest --maxfail 3\n")
    path.write_text(edited.replace("timeout-minutes: 30", "timeout-minutes: 10"))
    (top / ".python-version").write_text("3.13\n")
    assert call("update", "-C", str(top), "--yes")[0] == 0
    text = path.read_text()
    assert 'python-version: "3.13"' in text and "--maxfail 3" in text and "timeout-minutes: 10" in text
    assert "image: python:3.13" in (top / ".gitlab-ci.yml").read_text()
    assert call("update", "-C", str(top), "--check")[0] == 0


def test_every_line_has_its_cause(tmp_path: Path) -> None:
    top = app(tmp_path, {})
    (top / "app.py").write_text(
        "import os\nfrom flask import Flask\napp = Flask(__name__)\nx = os.environ['TOKEN']\n"
    )
    init(top, "--set", "ci=github,circleci,gitlab")
    for path in (".github/workflows/deploy.yml", ".circleci/config.yml", ".gitlab-ci.yml"):
        code, said, _ = call("explain", "-C", str(top), path)
        assert code == 0
        assert f"templates/common/{path}.jinja" in said
        assert "TOKEN is a config var" in said and "app.py:4" in said
        assert "commit of a release" in said or "whole history" in said or "One deploy" in said


def test_an_ejected_file_is_theirs_and_nothing_more_is_said_of_it(tmp_path: Path) -> None:
    top = app(tmp_path, {})
    init(top, "--set", "ci=gitlab")
    assert call("eject", "-C", str(top), ".gitlab-ci.yml")[0] == 0
    code, said, talk = call("update", "-C", str(top), "--yes", "--set", "branch=trunk")
    assert code == 0 and ".gitlab-ci.yml" not in said + talk
    assert "main" in (top / ".gitlab-ci.yml").read_text()


def test_no_file_is_written_that_calls_what_is_not_there(tmp_path: Path) -> None:
    top = app(tmp_path, {})
    said = init(top, "--set", "ci=github", "--set", "optional_files=.env.example")
    assert not (top / ".github").exists()
    assert "bin/deploy" in said
