"""bin/deploy rollback, run, scale, status, logs and help."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deploy.harness import APP, Deployment, script
from tests.deploy.platform import TOKEN, App, Platform
from tests.test_deploy_script import AS_BEFORE, PLANS, STOPPED, running, state


def two_releases(deployment: Deployment) -> App:
    """Deploy a first time, then a migration, then set a config var."""
    app = running(deployment)
    deployment.commit("app/migrations/0002.py", "second\n")
    deployment.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    app.release("Set COLOUR config vars")
    deployment.platform.requests.clear()
    return app


@pytest.fixture
def live(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository whose app runs v5: v3 the first deploy, v4 a migration, v5 a config var."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    two_releases(made)
    return made


@pytest.fixture
def real(tmp_path: Path, platform: Platform) -> Deployment:
    """The same with the real heroku CLI."""
    made = Deployment(tmp_path, platform)
    made.set_up(real=True)
    two_releases(made)
    return made


def test_a_rollback_says_what_it_undoes(real: Deployment) -> None:
    app = real.platform.apps[APP]
    ran = real.run("rollback", "staging", "v3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert app.releases[-1]["description"] == "Rollback to v3"
    assert "To v3: " + real.git("log", "-1", "--format=%h %s", "HEAD~1") in ran.stdout
    assert "undone: v5 Set COLOUR config vars" in ran.stdout
    assert "undone: v4 Deploy" in ran.stdout
    assert "app/migrations/0002.py" in ran.stderr
    assert state(app) == AS_BEFORE


def test_a_second_rollback_goes_no_further(live: Deployment) -> None:
    app = live.platform.apps[APP]
    assert live.run("rollback", "staging").returncode == 0
    assert app.releases[-1]["description"] == "Rollback to v4"
    for words in ([], ["v4"], ["v6"]):
        again = live.run("rollback", "staging", *words)
        assert again.returncode == 0, again.stdout + again.stderr
        assert app.releases[-1]["version"] == 6
    assert live.run("rollback", "staging", "v3").returncode == 0
    assert app.releases[-1]["description"] == "Rollback to v3"
    assert live.leftovers() == []


def test_only_what_can_be_released_again_is(live: Deployment) -> None:
    app = live.platform.apps[APP]
    for words, code, said in (
        (["v1"], 3, "cannot be released again, it has no code"),
        (["v99"], 3, "there is no v99 among"),
        (["3"], 2, "v12"),
    ):
        ran = live.run("rollback", "staging", *words)
        assert ran.returncode == code
        assert said in ran.stderr
    app.releases[3]["eligible_for_rollback"] = False
    assert live.run("rollback", "staging").returncode == 0
    assert app.releases[-1]["description"] == "Rollback to v3"
    app.release("Deploy 01234567", status="failed", slug="slug-x")
    ran = live.run("rollback", "staging", "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app.release("Set B config vars")
    app.release("Deploy 01234567", status="failed", slug="slug-x")
    ran = live.run("rollback", "staging")
    assert ran.returncode == 3
    assert "runs as before" in ran.stderr


def test_a_rollback_of_production_is_confirmed_and_a_failed_one_is_said(live: Deployment) -> None:
    app = live.platform.apps[APP]
    ran = live.run("rollback", "production", "v3", "--app", APP)
    assert ran.returncode == 3
    assert "To v3" in ran.stdout
    assert "--yes" in ran.stderr
    assert live.run("rollback", "production", "v3", "--app", APP, "--dry-run").returncode == 0
    assert live.platform.changes() == []
    live.platform.fails = {"release"}
    ran = live.run("rollback", "production", "v3", "--app", APP, "--yes")
    assert ran.returncode == 13, ran.stdout + ran.stderr
    assert app.releases[4]["current"]


def test_a_rollback_ends_what_a_killed_deploy_began(live: Deployment) -> None:
    app = live.platform.apps[APP]
    folder = live.repo / ".git" / "heroku-deploy"
    folder.mkdir()
    (folder / f"{APP}.formation").write_text("off\nweb=1:Standard-1X worker=3:Standard-2X\n")
    (folder / f"{APP}.migrating").touch()
    app.maintenance, app.formation["worker"] = True, (0, "Standard-2X")
    ran = live.run("rollback", "staging", "v3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "stays in maintenance mode" in ran.stderr
    assert state(app) == STOPPED
    (folder / f"{APP}.migrating").unlink()
    ran = live.run("rollback", "staging", "v3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(app) == AS_BEFORE
    assert live.leftovers() == []


def test_run_passes_the_exit_code_and_the_input_through(real: Deployment) -> None:
    real.platform.exits = {"false": 7}
    ran = real.run("run", "staging", "--", "false", "a b", "it's", APP, "--dry-run", "")
    assert ran.returncode == 7, ran.stdout + ran.stderr
    assert real.platform.apps[APP].commands[-1] == f"false 'a b' 'it'\\''s' {APP} --dry-run ''"
    assert APP in ran.stderr
    ran = real.run("run", "staging", "--", "echo $HOME | wc -c")
    assert ran.returncode == 0
    assert real.platform.apps[APP].commands[-1] == "echo $HOME | wc -c"
    assert TOKEN not in ran.stdout + ran.stderr
    assert not list(real.scratch.glob("tmp.*"))


def test_run_wants_a_command(live: Deployment) -> None:
    for words in (["run", "staging"], ["run", "staging", "--"], ["run", "staging", "ls"]):
        ran = live.run(*words)
        assert ran.returncode == 2
        assert "bin/deploy run staging -- " in ran.stderr
    shown = live.run("run", "staging", "--dry-run", "--", "rm", "-r", "*")
    assert shown.returncode == 0
    assert "--exit-code" in shown.stdout
    assert live.platform.apps[APP].commands == []


ARGUMENTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=2)


@settings(max_examples=40)
@given(words=ARGUMENTS)
def test_a_shell_reads_the_words_of_a_command_as_they_were_typed(words: list[str]) -> None:
    """The line for the dyno's shell, read by one, is the words again."""
    text = script().decode()
    start = text.index("command_line() {")
    function = text[start : text.index("\n}\n", start) + 3]
    code = function + 'line=$(command_line printf "%s\\0" "$@"; printf .); eval "${line%.}"'
    ran = subprocess.run(["bash", "-c", code, "bash", *words], capture_output=True, check=True)
    assert ran.stdout.decode().split("\0")[:-1] == words


def test_scale_sets_shows_and_refuses(real: Deployment) -> None:
    app = real.platform.apps[APP]
    ran = real.run("scale", "staging", "worker=1:standard-1x", "web=2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(app)[1] == {"web": (2, "Standard-1X"), "worker": (1, "Standard-1X")}
    shown = real.run("scale", "staging")
    assert "web=2:Standard-1X worker=1:Standard-1X" in shown.stdout


@pytest.mark.parametrize(
    "item", ["worker", "worker=", "worker=x", "worker=1:", "worker=1:a.b", "=1", "a b=1"]
)
def test_scale_takes_nothing_that_the_cli_would_drop(live: Deployment, item: str) -> None:
    ran = live.run("scale", "staging", "web=2", item)
    assert ran.returncode == 2
    assert item in ran.stderr
    assert live.platform.requests == []


def test_scale_names_the_process_types_and_says_what_was_not_done(live: Deployment) -> None:
    ran = live.run("scale", "staging", "wroker=1")
    assert ran.returncode == 3
    assert "worker=3:Standard-2X" in ran.stderr
    assert live.run("scale", "staging", "web=1", "web=2").returncode == 2
    assert live.run("scale", "production", "web=2", "--app", APP).returncode == 3
    shown = live.run("scale", "staging", "web=2", "--dry-run")
    assert f"heroku ps:scale web=2 -a {APP}" in shown.stdout
    assert live.platform.changes() == []
    live.platform.fails = {"scale"}
    assert live.run("scale", "staging", "web=2").returncode == 6


def test_status_and_logs(real: Deployment) -> None:
    folder = real.repo / ".git" / "heroku-deploy"
    folder.mkdir()
    (folder / f"{APP}.formation").write_text("off\nweb=1:Standard-1X\n")
    (folder / f"{APP}.migrating").touch()
    real.commit("README", "new\n")
    ran = real.run("status", "staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "release:          v5, " in ran.stdout
    assert "(1 commits behind HEAD, 0 ahead)" in ran.stdout
    assert "puts back web=1:Standard-1X" in ran.stdout
    assert "nobody saw its end" in ran.stdout
    assert "maintenance mode: off" in ran.stdout
    assert "Set COLOUR config vars" in ran.stdout
    real.platform.apps[APP].log.append("app[web.1]: a line of the log")
    assert real.run("logs", "staging", "--dry-run").returncode == 0
    assert real.platform.changes() == []
    assert real.run("status", "staging", "--app", "no-such-app").returncode == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status", "staging", "--create"], "status takes no --create"),
        (["run", "staging", "--merge", "x", "--", "ls"], "run takes no --merge"),
        (["staging", "--from", "x"], "deploy takes no --from"),
        (["staging", "--", "ls"], "deploy takes no --"),
        (["rollback", "staging", "--task=x"], "rollback takes no --task"),
        (["stagin"], "did you mean staging?"),
        (["prod"], "did you mean production?"),
        (["statsu", "staging"], "did you mean status?"),
        (["staging", "--dryrun"], "did you mean --dry-run?"),
        (["staging", "--no-such-thing", "x"], "no option --no-such-thing\n"),
        (["staging", "-x"], "no option -x"),
        (["staging", "--app"], "--app needs a value"),
        (["staging", "--app", "--yes"], "--app needs a value"),
        (["staging", "--task="], "--task needs a value"),
        (["logs", "staging", "tail"], "one word too many"),
        (["promote", "nowhere"], "neither staging nor production"),
    ],
)
def test_wrong_words_are_named_with_the_nearest(live: Deployment, words: list[str], said: str) -> None:
    ran = live.run(*words)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert live.platform.requests == []


@pytest.mark.parametrize("name", PLANS)
def test_the_help_fits_a_terminal(name: str) -> None:
    text = script(**PLANS[name]).decode()
    shown = text[text.index("<<'TEXT'") : text.index("\nTEXT\n")]
    assert max(map(len, shown.splitlines())) <= 100


def test_the_help_names_every_command_option_and_exit_code(live: Deployment) -> None:
    ran = live.run("help")
    assert ran.returncode == 0
    assert live.run("status", "--help").stdout == ran.stdout
    text = script().decode()
    for name in ("promote", "rollback", "run", "scale", "status", "logs"):
        assert f"bin/deploy {name}" in ran.stdout or f"|{name} " in ran.stdout
    parsed = text[text.index("parse_arguments()") : text.index("unknown_option()")]
    for line in parsed.splitlines():
        word = line.strip().partition(")")[0].partition(" ")[0]
        assert not word.startswith("--") or len(word) < 6 or "*" in word or word in ran.stdout, word
    for code in range(2, 16):
        assert f" {code} " in ran.stdout.replace("\n", " ")


def test_an_app_that_is_in_maintenance_mode_stays_so(live: Deployment) -> None:
    app = live.platform.apps[APP]
    app.maintenance = True
    live.commit("README", "new\n")
    for words in (["staging", "--maintenance"], ["rollback", "staging"]):
        ran = live.run(*words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "Left out" in ran.stdout
        assert app.maintenance
