"""What bin/deploy looks at before it changes anything."""

from __future__ import annotations

import re
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import APP, Deployment, call
from tests.deploy.platform import TOKEN, App, Platform
from tests.deploy.terminal import CTRL_C, CTRL_D, typed

HELPER = "credential.https://git.heroku.com.helper"
SMALL: dict[str, Any] = {"addons": [], "config_vars": [], "migration": None}


@pytest.fixture
def repo(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository of an app that needs little, which is on Heroku."""
    made = Deployment(tmp_path, platform)
    made.set_up(**SMALL)
    for name in (APP, "my-app"):
        platform.add(name, buildpacks=["heroku/nodejs", "heroku/python"])
    return made


def wrapped(repo: Deployment, before: str) -> None:
    """Let every `heroku` do something first."""
    program = repo.scratch / "programs" / "heroku"
    first, rest = program.read_text().split("\n", 1)
    program.write_text(f"{first}\n{before}\n{rest}")


def test_a_netrc_is_of_this_run_only(repo: Deployment) -> None:
    home, seen = repo.scratch / "home", repo.scratch / "seen"
    (home / ".netrc").write_text("machine api.heroku.com login me password mine\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n[alias]\n\tmine = version\n")
    (home / "ignored").write_text("mess\n")
    (repo.repo / "mess").write_text("x")
    before = {path: path.read_bytes() for path in home.iterdir()}
    inside = 'ls -l "$HOME/.netrc" | cut -c1-10; cat "$HOME/.netrc"; git mine; echo "$HOME"'
    wrapped(repo, f"{{ {inside}; }} >{shlex.quote(str(seen))} 2>&1")
    settings = {"HEROKU_API_KEY": "", "HEROKU_TOKEN": TOKEN, "HEROKU_EMAIL": "ci@example.com"}
    ran = repo.run("staging", "--netrc", **settings)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    mode, *lines, version, own_home = seen.read_text().splitlines()
    assert mode == stat.filemode(stat.S_IFREG | 0o600)
    for host in ("api.heroku.com", "git.heroku.com"):
        at = lines.index(f"machine {host}")
        assert lines[at + 1 : at + 3] == ["  login ci@example.com", f"  password {TOKEN}"]
    assert version.startswith("git version")
    assert own_home != str(home)
    assert not Path(own_home).exists()
    assert {path: path.read_bytes() for path in home.iterdir()} == before
    assert TOKEN not in ran.stdout + ran.stderr


def test_a_netrc_lasts_as_long_as_the_command(repo: Deployment) -> None:
    repo.platform.add(APP)
    seen = repo.scratch / "seen"
    wrapped(repo, f'if [ -f "$HOME/.netrc" ]; then echo there; fi >>{shlex.quote(str(seen))}')
    repo.run("logs", "staging", "--netrc", HEROKU_EMAIL="ci@example.com")
    assert seen.read_text().splitlines() == ["there"] * 2


@pytest.mark.parametrize("settings", [{}, {"HEROKU_EMAIL": "a b\nmachine x"}, {"HEROKU_API_KEY": "a\tb"}])
def test_a_netrc_needs_an_address_and_a_token(repo: Deployment, settings: dict[str, str]) -> None:
    ran = repo.run(
        "staging",
        "--netrc",
        **({"HEROKU_EMAIL": "x@example.com"} if "HEROKU_API_KEY" in settings else {}),
        **settings,
    )
    assert ran.returncode == 3
    assert "--netrc needs HEROKU_EMAIL" in ran.stderr


def test_the_settings_of_git_stay_as_they_are(repo: Deployment) -> None:
    before = (repo.repo / ".git" / "config").read_text()
    assert repo.run("staging").returncode == 0
    settings = repo.scratch / "home" / ".gitconfig"
    if settings.exists():  # each command of the real CLI sets its credential helper there
        assert call("git", "config", "-f", settings, "--name-only", "--list", cwd=repo.scratch) == HELPER
    assert (repo.repo / ".git" / "config").read_text() == before


def test_an_upper_case_name_is_refused_with_the_right_one(repo: Deployment) -> None:
    ran = repo.run("staging", "--app", "My-App-Staging")
    assert ran.returncode == 3
    assert "Is it my-app-staging?" in ran.stderr


@pytest.mark.parametrize(
    ("branch", "words", "code"),
    [
        ("main", [], 3),  # asks for the name of the app
        ("main", ["--yes"], 0),
        ("feature/x", ["--yes"], 0),
        ("feature/x", ["--dry-run"], 0),
    ],
)
def test_production_comes_from_its_branch(repo: Deployment, branch: str, words: list[str], code: int) -> None:
    repo.git("checkout", "--quiet", "-B", branch)
    ran = repo.run("production", *words)
    assert ran.returncode == code, ran.stderr
    assert ("production comes from main" in ran.stderr) == (branch != "main" and "--yes" not in words)


def test_another_branch_is_asked_about_in_a_terminal(repo: Deployment) -> None:
    repo.git("checkout", "--quiet", "-b", "feature/x")
    question = "Deploy the branch feature/x, not main, to production?"
    code, screen, _ = typed(repo, ["production"], [(question, "n\n")])
    assert code == 3, screen
    assert "production comes from main" in screen
    code, screen, _ = typed(repo, ["production"], [(question, "y\n"), ("Type my-app", "my-app\n")])
    assert code == 0, screen


@pytest.mark.parametrize("checkout", [["-b", "master"], ["--detach"]])
def test_master_and_a_detached_head_are_no_other_branch(repo: Deployment, checkout: list[str]) -> None:
    repo.git("checkout", "--quiet", *checkout)
    repo.git("branch", "--quiet", "-D", "main")
    code, screen, _ = typed(repo, ["production"], [("Type my-app", "my-app\n")])
    assert code == 0, screen


def test_a_revision_is_named_in_any_way(repo: Deployment) -> None:
    older = repo.git("rev-parse", "HEAD~1")
    repo.git("tag", "-a", "-m", "x", "v1.0", older)
    repo.git("branch", "feature/y", older)
    repo.git("update-ref", "refs/remotes/origin/their", older)
    for ref in ("v1.0", older[:10], "feature/y", "their", "HEAD~1"):
        ran = repo.run("staging", "--ref", ref, "--dry-run")
        assert f"{older}:refs/heads/main" in ran.stdout, ran.stdout + ran.stderr
    repo.commit("Other", "x\n")
    repo.git("rm", "--quiet", "Procfile")
    repo.git("commit", "--quiet", "-m", "Without it")
    ran = repo.run("staging")
    assert ran.returncode == 3
    assert "the revision has no Procfile" in ran.stderr
    assert repo.run("staging", "--ref", "v1.0").returncode == 0


def test_a_clone_without_commits_or_history_is_said(repo: Deployment) -> None:
    repo.git("checkout", "--quiet", "--orphan", "empty")
    ran = repo.run("staging", "--allow-dirty")
    assert (ran.returncode, "no commit HEAD" in ran.stderr) == (3, True), ran.stderr
    repo.git("checkout", "--quiet", "-f", "main")
    clone = repo.scratch / "clone"
    call("git", "clone", "-q", "--depth=1", repo.repo.as_uri(), clone, cwd=repo.scratch)
    call("git", "remote", "remove", "origin", cwd=clone)
    repo.repo.rename(repo.scratch / "full")
    clone.rename(repo.repo)
    ran = repo.run("staging")
    assert ran.returncode == 3
    assert "the rest of the history cannot be fetched" in ran.stderr
    assert repo.platform.pushes() == []


def test_a_worktree_and_a_submodule_are_repositories(repo: Deployment) -> None:
    tree, outer = repo.scratch / "a tree", repo.scratch / "outer"
    repo.git("worktree", "add", "--quiet", "--detach", str(tree))
    call("git", "init", "-q", outer, cwd=repo.scratch)
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.repo), "the app")
    call("git", *add, cwd=outer, env=repo.env())
    for folder in (tree, outer / "the app"):
        said = call(folder / "bin" / "deploy", "staging", cwd=Path("/"), env=repo.env())
        assert "Deployed" in said
    assert (repo.repo / ".git" / "heroku-deploy").is_dir()
    assert (outer / ".git" / "modules" / "the app" / "heroku-deploy").is_dir()


def app_of(repo: Deployment) -> App:
    return repo.platform.apps[APP]


@pytest.mark.parametrize(
    ("stack", "code", "words"),
    [
        ("heroku-22", 0, "heroku-22 is deprecated and ends on 2027-04-30"),
        ("heroku-20", 3, "heroku-20, which does not build this app"),
        ("container", 3, "container, which does not build this app"),
        ("heroku-26", 0, ""),
        ("heroku-98", 0, ""),
    ],
)
def test_the_stack_image_must_be_supported(repo: Deployment, stack: str, code: int, words: str) -> None:
    app_of(repo).stack = stack
    ran = repo.run("staging")
    assert ran.returncode == code, ran.stderr
    assert words in ran.stderr
    if code:
        assert "heroku stack:set heroku-24" in ran.stderr
        assert repo.run("staging", "--create").returncode == 0
        assert app_of(repo).stack == "heroku-24"


def test_buildpacks_are_there_and_in_order(repo: Deployment) -> None:
    app_of(repo).buildpacks.reverse()
    ran = repo.run("staging")
    assert ran.returncode == 3
    assert "wanted: heroku/nodejs heroku/python" in ran.stderr
    assert repo.run("staging", "--create").returncode == 0
    assert app_of(repo).buildpacks == ["heroku/nodejs", "heroku/python"]


def test_an_app_is_picked_from_the_list_or_named(tmp_path: Path, platform: Platform) -> None:
    repo = Deployment(tmp_path, platform)
    repo.set_up(**SMALL, apps={"staging": "", "production": ""})
    for name in ("one-app", "two-app"):
        platform.add(name, buildpacks=["heroku/nodejs", "heroku/python"])
    question = "Which app is staging?"
    code, screen, _ = typed(repo, ["staging", "--create", "--dry-run"], [(question, "2\n")])
    assert code == 0, screen
    assert "2) two-app" in screen
    assert "write at the top of bin/deploy: STAGING_APP=two-app" in screen
    code, screen, _ = typed(repo, ["staging", "--create", "--dry-run"], [(question, "a-new-app\n")])
    assert "apps:create a-new-app" in screen
    code, screen, _ = typed(repo, ["staging", "--create"], [(question, "x; touch pwned\n")])
    assert (code, list(tmp_path.rglob("pwned"))) == (3, [])
    assert repo.run("staging", "--create").returncode == 3
    assert platform.changes() == []


class TestMissingConfigVars:
    """What only a person knows is asked for, hidden where it is a secret."""

    @pytest.fixture
    def lacking(self, tmp_path: Path, platform: Platform) -> Deployment:
        made = Deployment(tmp_path, platform)
        made.set_up(addons=[], migration=None)
        config = {"SETTINGS": "x", "DATABASE_URL": "x"}
        platform.add(APP, config=config, buildpacks=["heroku/nodejs", "heroku/python"])
        return made

    def test_an_answer_is_set_and_never_shown(self, lacking: Deployment) -> None:
        code, screen, shown = typed(
            lacking, ["staging", "--set-missing"], [("PAYMENT_KEY (empty: later): ", "my secret\n")]
        )
        assert (code, shown) == (0, True), screen
        assert app_of(lacking).config["PAYMENT_KEY"] == "my secret"
        assert "secret" not in screen

    @pytest.mark.parametrize(("key", "status"), [(CTRL_C, 130), (CTRL_D, 5)])
    def test_leaving_changes_nothing(self, lacking: Deployment, key: str, status: int) -> None:
        before = dict(app_of(lacking).config)
        code, screen, shown = typed(
            lacking, ["staging", "--set-missing"], [("PAYMENT_KEY (empty: later): ", key)]
        )
        assert (code, shown) == (status, True), screen
        assert app_of(lacking).config == before
        assert lacking.platform.changes() == []
        assert lacking.leftovers() == []


def test_a_dry_run_does_not_say_that_it_deployed(repo: Deployment) -> None:
    ran = repo.run("staging", "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("\nA dry run: nothing was changed.\n")
    assert "Deployed" not in ran.stdout
    fresh = repo.run("staging", "--create", "--app", "another-app", "--dry-run")
    assert "https://ADDRESS-OF-THE-APP/" in fresh.stdout


def test_a_dry_run_ends_where_there_is_no_app(repo: Deployment) -> None:
    ran = repo.run("staging", "--app", "no-such-app", "--dry-run")
    assert ran.returncode == 3
    assert "error: there is no app no-such-app: --create makes it" in ran.stderr
    assert "apps:create" not in ran.stdout


def test_a_dry_run_in_a_shallow_clone_goes_on(repo: Deployment) -> None:
    full = repo.scratch / "full"
    repo.repo.rename(full)
    call("git", "clone", "--quiet", "--depth=1", full.as_uri(), repo.repo, cwd=repo.scratch)
    ran = repo.run("staging", "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "fetch --quiet --unshallow" in ran.stdout
    assert "cannot be fetched" not in ran.stderr


def test_a_refused_token_and_a_missing_terminal_are_named(repo: Deployment) -> None:
    ran = repo.run("staging", HEROKU_API_KEY="wrong-token")
    assert ran.returncode == 3
    assert "Heroku refuses the token of HEROKU_API_KEY (" in ran.stderr
    assert "wrong-token" not in ran.stderr
    ran = repo.run("production")
    assert ran.returncode == 3
    assert "no terminal to ask in: --yes goes on" in ran.stderr


@pytest.mark.parametrize("said", ["--app", "HEROKU_APP"])
def test_staging_never_is_the_app_of_production(repo: Deployment, said: str) -> None:
    script = repo.repo / "bin" / "deploy"
    text = re.sub("^STAGING_APP=.*", "STAGING_APP=''", script.read_text(), flags=re.MULTILINE)
    script.write_text(re.sub("^PRODUCTION_APP=.*", "PRODUCTION_APP=shop", text, flags=re.MULTILINE))
    ran = repo.run("staging", "--app", "shop") if said == "--app" else repo.run("staging", HEROKU_APP="shop")
    assert ran.returncode == 3
    assert "shop is production" in ran.stderr
