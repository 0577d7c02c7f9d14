"""The index: which files count, how text is read, and that each is read at most once."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from scaffold import repo as repos
from scaffold.checkout import open_repo
from scaffold.errors import ManifestError, UserError
from scaffold.manifests import json_file
from scaffold.repo import Repo, is_secondary, join, relative
from tests import golden


def write(top: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


@pytest.mark.parametrize(
    "junk",
    [
        "node_modules/x/package.json",
        "web/node_modules/x/package.json",
        ".venv/lib/python3.11/site-packages/flask/app.py",
        "env/lib/python3.8/site-packages/django/manage.py",
        "env/Lib/site-packages/django/manage.py",
        "vendor/bundle/ruby/3.1.0/gems/rails/Gemfile",
        "api/vendor/bundle/gems/x.rb",
        "__pycache__/app.pyc",
    ],
)
def test_environments_and_vendored_code_are_no_source(tmp_path: Path, junk: str) -> None:
    write(tmp_path, {junk: "x", "app.py": "x"})
    assert open_repo(tmp_path).files == ("app.py",)


def test_a_virtualenv_of_any_name_is_known_by_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, {"stuff/pyvenv.cfg": "home = /usr", "stuff/bin/flask": "x", "app.py": "x"})
    assert Repo(tmp_path, ["stuff/pyvenv.cfg", "stuff/bin/flask", "app.py"]).files == ("app.py",)
    assert open_repo(tmp_path).files == ("app.py",)


def test_git_says_which_files_count(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "secret.py\n", "secret.py": "x", "new.py": "x", "old.py": "x"})
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "old.py"], check=True)
    assert open_repo(tmp_path).files == (".gitignore", "new.py", "old.py")


def test_links_that_loop_or_leave_are_left_out(tmp_path: Path) -> None:
    top = tmp_path / "top"
    write(top, {"app.py": "x", "sub/b.py": "y"})
    write(tmp_path, {"outside.py": "secret"})
    os.symlink("loop", top / "loop")
    os.symlink("../outside.py", top / "leak.py")
    os.symlink("sub/b.py", top / "inside.py")
    os.symlink("..", top / "sub" / "up")
    assert open_repo(top).files == ("app.py", "inside.py", "sub/b.py")


def test_text_loses_its_byte_order_mark_and_carriage_returns(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": b"\xef\xbb\xbfone\r\ntwo\rthree\n"})
    assert open_repo(tmp_path).text("a.txt") == "one\ntwo\nthree\n"


def test_a_huge_file_is_not_read_and_said(tmp_path: Path) -> None:
    with open(tmp_path / "requirements.txt", "wb") as file:
        file.truncate(100_000_000)
    repo = open_repo(tmp_path)
    assert repo.text("requirements.txt") == ""
    assert "larger than" in repo.problems[0]


def test_text_that_is_not_utf8_is_read_with_marks(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": b"caf\xe9\n"})
    assert open_repo(tmp_path).text("a.txt") == "caf\ufffd\n"


def test_a_name_that_is_not_utf8_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("x")
    assert len(open_repo(tmp_path).files) == 1


def test_a_malformed_manifest_is_one_error_however_often_it_is_asked_for(tmp_path: Path) -> None:
    repo = open_repo(write(tmp_path, {"package.json": '{"a": }'}))
    for _ in range(2):
        with pytest.raises(ManifestError, match=r"package\.json:1: not valid JSON"):
            repo.parsed("package.json", json_file.parse)
    assert repo.try_parsed("package.json", json_file.parse) is None
    broken = repo.broken(".")
    assert broken is not None
    assert broken.path == "package.json"


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a folder"):
        open_repo(tmp_path / "missing")


@pytest.mark.parametrize(
    ("root", "path", "joined"),
    [(".", "a/b", "a/b"), ("x", "a", "x/a"), ("x/y", "../a", "x/a"), ("x", "..", "."), ("x", "./a", "x/a")],
)
def test_join_resolves_dots(root: str, path: str, joined: str) -> None:
    assert join(root, path) == joined


def test_relative_and_secondary() -> None:
    assert relative("x", "x/a.py") == "a.py"
    assert relative(".", "x/a.py") == "x/a.py"
    assert is_secondary("examples/app.py")
    assert not is_secondary("src/app.py")


@pytest.mark.parametrize("name", golden.samples())
def test_no_file_is_read_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[str] = Counter()
    plain = repos.Repo._read

    def counted(self: Repo, path: str) -> str:
        reads[path] += 1
        return plain(self, path)

    monkeypatch.setattr(repos.Repo, "_read", counted)
    extra = [str(word) for word in golden.settings(name).get("arguments", [])]
    with golden.copy_of(name) as app:
        golden.call("detect", "-C", str(app), "--json", *extra)
    assert all(count == 1 for count in reads.values()), reads.most_common(3)
