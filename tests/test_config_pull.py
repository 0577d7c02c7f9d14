"""Where `scaffold config pull` may write, what it says to do where it may not, and that this works."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from scaffold.manifests import env_file
from scaffold.merge import env_text
from tests.deploy.platform import Platform
from tests.golden import call
from tests.test_config import APP, VALUES, app_with, login, shop

__all__ = ["login", "shop"]


@pytest.fixture(autouse=True)
def app(platform: Platform) -> None:
    app_with(platform, VALUES)


def pull(folder: Path, *words: str, cwd: Path | None = None) -> tuple[int, str, str]:
    before = os.getcwd()
    os.chdir(cwd or folder)
    try:
        return call("config", "pull", "-C", str(folder), "--app", APP, *words)
    finally:
        os.chdir(before)


def held(path: Path) -> dict[str, str]:
    return {line.name: line.value for line in env_file.parse(path.read_bytes().decode(), "")}


def remedy(talk: str) -> str:
    return next(line for line in talk.splitlines() if "->" in line).partition(": ")[2]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


def test_without_a_name_the_file_is_beside_the_app_wherever_one_stands(shop: Path, tmp_path: Path) -> None:
    code, said, talk = pull(shop, cwd=tmp_path)
    assert code == 0, talk
    assert held(shop / ".env") == VALUES
    assert str(shop / ".env") in said
    assert not (tmp_path / ".env").exists()


def test_a_name_is_taken_from_where_one_stands(shop: Path, tmp_path: Path) -> None:
    assert pull(shop, "--to", "shop/.env.live", cwd=tmp_path)[0] == 0
    assert held(shop / ".env.live") == VALUES


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o600])
def test_a_file_that_others_could_read_is_closed(shop: Path, mode: int) -> None:
    (shop / ".env").write_text("X=1\n")
    (shop / ".env").chmod(mode)
    assert pull(shop)[0] == 0
    assert stat.S_IMODE((shop / ".env").stat().st_mode) == 0o600


def test_an_empty_place_is_filled(shop: Path) -> None:
    (shop / ".env").write_text("export STRIPE_SECRET_KEY=\nSHOP_URL='  '\n")
    assert pull(shop)[0] == 0
    assert held(shop / ".env") == VALUES
    assert (shop / ".env").read_text().startswith("export STRIPE_SECRET_KEY=sk_live_1\n")


def test_values_that_no_file_can_have_stay_on_heroku(shop: Path, platform: Platform) -> None:
    platform.apps[APP].config.update(GREETING="a\0b", SHOP_URL="\ud800")
    code, said, _ = pull(shop)
    assert code == 0
    assert set(held(shop / ".env")) == set(VALUES) - {"SHOP_URL"}
    assert "leave  GREETING" in said


@pytest.mark.parametrize("where", [".", "sub", "other folder"])
@pytest.mark.parametrize("stand", [".", "sub", ".."])
def test_the_remedy_for_a_file_that_is_not_ignored_works(shop: Path, where: str, stand: str) -> None:
    (shop / where).mkdir(exist_ok=True)
    (shop / "sub").mkdir(exist_ok=True)
    (shop / ".gitignore").write_bytes(b"*.pyc")
    named = os.path.relpath(shop / where / "vars of mine", shop / stand)
    code, _, talk = pull(shop, "--to", named, cwd=shop / stand)
    assert code == 2
    subprocess.run(["sh", "-c", remedy(talk)], cwd=shop / stand, check=True)
    assert pull(shop, "--to", named, cwd=shop / stand)[0] == 0
    assert b"*.pyc\n" in (shop / ".gitignore").read_bytes() + b"\n"


@pytest.mark.parametrize("link", [False, True])
def test_the_remedy_for_a_file_in_git_works_also_behind_a_link(
    shop: Path, tmp_path: Path, *, link: bool
) -> None:
    real = "folder/vars" if link else ".env"
    (shop / "folder").mkdir()
    (shop / real).write_text("X=1\n")
    if link:
        (shop / ".env").symlink_to(real)
    git(shop, "add", "-f", real)
    code, _, talk = pull(shop, cwd=tmp_path)
    assert code == 2
    assert (shop / real).read_text() == "X=1\n"
    subprocess.run(["sh", "-c", remedy(talk)], cwd=tmp_path, check=True)
    assert pull(shop, cwd=tmp_path)[0] == 0
    assert held(shop / real) == {"X": "1", **VALUES}
    git(shop, "add", "-A")
    listed = subprocess.run(
        ["git", "-C", str(shop), "ls-files"], capture_output=True, text=True, check=True
    ).stdout
    assert real not in listed.splitlines()


def test_a_git_that_cannot_tell_is_not_taken_for_none(shop: Path) -> None:
    (shop / ".git" / "HEAD").write_text("broken")
    code, _, talk = pull(shop)
    assert code == 2
    assert shlex.split(remedy(talk))[-1] == "status"
    assert not (shop / ".env").exists()


def test_a_rule_of_the_person_ignores_too_and_so_does_a_work_tree(shop: Path, tmp_path: Path) -> None:
    (shop / ".gitignore").unlink()
    (tmp_path / "mine").write_text(".env\n")
    git(shop, "config", "core.excludesFile", str(tmp_path / "mine"))
    git(shop, "add", "-A")
    git(shop, "-c", "user.name=p", "-c", "user.email=p@example.com", "commit", "-qm", "x")
    git(shop, "worktree", "add", "-q", str(tmp_path / "tree"))
    for folder in (shop, tmp_path / "tree"):
        assert pull(folder)[0] == 0
        assert held(folder / ".env") == VALUES


def test_without_git_there_is_nothing_to_commit_to(shop: Path, tmp_path: Path) -> None:
    (shop / ".git").rename(tmp_path / "aside")
    assert pull(shop)[0] == 0


def test_a_file_that_is_saved_while_heroku_is_asked_is_kept(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / ".env").write_text("MINE=1\n")
    plain = env_text.put

    def saved_meanwhile(*words: object) -> str:
        (shop / ".env").write_text("MINE=2\n")
        return plain(*words)  # type: ignore[arg-type]

    with monkeypatch.context() as saving:
        saving.setattr(env_text, "put", saved_meanwhile)
        code, _, talk = pull(shop)
    assert code == 2
    assert ".env was changed while this command ran" in talk
    assert (shop / ".env").read_text() == "MINE=2\n"
    assert not (shop / ".scaffold").exists()
    assert pull(shop)[0] == 0
    assert held(shop / ".env") == {"MINE": "2", **VALUES}
