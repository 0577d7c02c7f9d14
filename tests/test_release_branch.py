"""The release branch and the host are read from `.git` without git, offered once, recorded, and stay."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffold import answers_file, git_folder
from scaffold.checkout import open_repo
from scaffold.pipeline import Request, analyse
from scaffold.questions import question_context
from tests.golden import call


def git(top: Path, *words: str) -> None:
    name = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
    subprocess.run(["git", "-C", str(top), *name, *words], check=True, capture_output=True)


def app(top: Path, branch: str) -> Path:
    top.mkdir()
    (top / "requirements.txt").write_text("flask\ngunicorn\n")
    (top / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    git(top, "init", "-q", "-b", branch)
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Begin")
    return top


def answers(top: Path) -> dict[str, str]:
    return answers_file.parse((top / ".scaffold" / "answers.yml").read_text(), "answers.yml")


def test_the_remote_says_which_branch_is_released(tmp_path: Path) -> None:
    origin = app(tmp_path / "origin", "trunk")
    git(origin, "branch", "main")
    clone = tmp_path / "a clone"
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    git(clone, "checkout", "-q", "-b", "feature")
    assert git_folder.read(str(clone)).branch == "trunk"
    git(clone, "pack-refs", "--all")
    assert git_folder.read(str(clone)).branch == "trunk"


@pytest.mark.parametrize(
    ("first", "others", "released"),
    [
        ("main", ["feature/x"], "main"),
        ("master", [], "master"),
        ("trunk", [], "trunk"),
        ("feature", ["master"], "master"),
        ("feature", ["another"], ""),
    ],
)
def test_without_a_remote_the_names_tell(
    tmp_path: Path, first: str, others: list[str], released: str
) -> None:
    top = app(tmp_path / "app", first)
    for name in others:
        git(top, "branch", name)
    assert git_folder.read(str(top)).branch == released
    git(top, "pack-refs", "--all")
    assert git_folder.read(str(top)).branch == released


def test_a_linked_work_tree_knows_the_same(tmp_path: Path) -> None:
    top = app(tmp_path / "app", "master")
    git(top, "remote", "add", "origin", "git@github.com:example/shop.git")
    git(top, "worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    found = git_folder.read(str(tmp_path / "linked"))
    assert (found.branch, found.host) == ("master", "github.com")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:secret@gitlab.example.com/team/shop.git", "gitlab.example.com"),
        ("ssh://git@gitlab.com:2222/team/shop.git", "gitlab.com"),
        ("../elsewhere", ""),
    ],
)
def test_only_the_host_of_the_remote_is_taken(tmp_path: Path, url: str, host: str) -> None:
    top = app(tmp_path / "app", "main")
    git(top, "remote", "add", "upstream", "https://github.com/example/other.git")
    git(top, "remote", "add", "origin", url)
    assert git_folder.read(str(top)).host == host


def test_it_is_no_git_folder(tmp_path: Path) -> None:
    assert git_folder.read(str(tmp_path)) == git_folder.GitFolder()
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert git_folder.read(str(tmp_path)) == git_folder.GitFolder()


def test_what_was_recorded_stays_in_a_checkout_of_a_ci_service(tmp_path: Path) -> None:
    top = app(tmp_path / "app", "master")
    assert call("init", "-C", str(top), "--yes")[0] == 0
    assert answers(top)["branch"] == "master"
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Add Heroku files")
    git(top, "checkout", "-q", "--detach")
    git(top, "branch", "-D", "master")
    assert call("update", "-C", str(top), "--check")[0] == 0
    git(top, "checkout", "-q", "-b", "main")
    assert call("update", "-C", str(top), "--check")[0] == 0
    assert call("update", "-C", str(top), "--yes", "--set", "branch=main")[0] == 0
    assert answers(top)["branch"] == "main"


@pytest.mark.parametrize("name", ["--force", "a b", "x;y", "a..b", "tip.lock", "ma*n", ""])
def test_a_branch_is_no_piece_of_shell(tmp_path: Path, name: str) -> None:
    top = app(tmp_path / "app", "main")
    code, _, said = call("init", "-C", str(top), "--yes", "--set", f"branch={name}")
    assert code == 2 and "no name of a branch" in said


def test_the_service_that_the_repository_shows_is_offered_first(tmp_path: Path) -> None:
    top = app(tmp_path / "app", "main")
    git(top, "remote", "add", "origin", "https://gitlab.com/team/shop.git")
    (top / ".circleci").mkdir()
    (top / ".circleci" / "config.yml").write_text("version: 2.1\njobs: {}\n")
    analysis = analyse(Request(top=top))
    assert analysis.plan is not None
    said = question_context(analysis.plan, analysis)
    assert said["choices"]["ci"] == ["circleci", "gitlab", "github"]
    assert said["because"]["ci"] == "circleci: there is .circleci/; gitlab: it is hosted on gitlab.com"
    assert open_repo(top).git.branch == "main"


def test_a_service_that_is_none_is_refused(tmp_path: Path) -> None:
    top = app(tmp_path / "app", "main")
    code, _, said = call("init", "-C", str(top), "--yes", "--set", "ci=github,jenkins")
    assert code == 2 and "jenkins" in said
    assert call("init", "-C", str(top), "--yes", "--set", "ci=github")[0] == 0
    assert answers(top)["ci"] == "github"
