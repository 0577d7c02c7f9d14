"""The deploy script that `init` writes, run by bash against a double of Heroku with a real git remote."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import APP, ONE_OFF, PLAN, VAR, Deployment, script
from tests.deploy.platform import TOKEN, App, Platform

pytestmark = pytest.mark.slow

PLANS: dict[str, dict[str, Any]] = {
    "everything": {"cache_clear": 'python -c "clear()"', "pipeline": "pipe", "team": "a team"},
    "a migration outside the release phase": ONE_OFF,
    "a migration that names a variable": {
        "migration": {"command": "up --connect $DATABASE_URL `x`", "paths": [], "in_release": False}
    },
    "a bot without database and config vars": {
        "addons": [],
        "config_vars": [],
        "migration": None,
        "buildpacks": [],
        "smoke": None,
        "formation": {"worker": {"quantity": 1, "size": "basic"}},
    },
    "a container app": {"container": {"images": []}, "stack_image": "container", "buildpacks": []},
    "an app in a folder with an odd name": {"layout": "subdir", "root": "a $(touch x) 'b\""},
}


@pytest.fixture
def fresh(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository whose app does not exist yet."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    return made


def running(deployment: Deployment) -> App:
    """Deploy a first time, behind the script's back: the app runs two workers of its own size."""
    app = deployment.platform.add(
        APP,
        config={"SECRET_KEY": "kept", "SETTINGS": "mine", "PAYMENT_KEY": "paid", "DATABASE_URL": "db://x"},
        addons=["heroku-postgresql:standard-0"],
        buildpacks=["heroku/nodejs", "heroku/python"],
    )
    deployment.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    app.formation |= {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")}
    deployment.platform.requests.clear()
    return app


@pytest.fixture
def live(fresh: Deployment) -> Deployment:
    """A repository whose app runs, with a new commit that brings no migration."""
    running(fresh)
    fresh.commit("README", "new\n")
    return fresh


@pytest.fixture
def migrating(live: Deployment) -> Deployment:
    """A repository whose app runs, with a new migration."""
    live.commit("app/migrations/0002.py", "second\n")
    return live


def state(app: App) -> tuple[bool, dict[str, tuple[int, str]]]:
    return app.maintenance, {kind: dynos for kind, dynos in app.formation.items() if kind != "release"}


AS_BEFORE = (False, {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")})
STOPPED = (True, {"web": (1, "Standard-1X"), "worker": (0, "Standard-2X")})


@pytest.mark.parametrize("name", PLANS)
def test_the_script_is_clean_bash(name: str, tmp_path: Path) -> None:
    path = tmp_path / "deploy"
    path.write_bytes(script(**PLANS[name]))
    subprocess.run(["bash", "-n", path], check=True)
    subprocess.run(["bash", path, "--help"], check=True, capture_output=True)
    assert b"shellcheck disable" not in path.read_bytes()
    for words in (["shellcheck"], ["shfmt", "-d", "-i", "2", "-ci"]):
        program = Path(sys.executable).parent / words[0]
        ran = subprocess.run([program, *words[1:], path], capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)


def test_an_app_has_in_its_script_only_what_it_needs() -> None:
    bot = script(**PLANS["a bot without database and config vars"]).decode()
    assert not re.search("pg:backups|config --json|buildpacks|addons:|curl -q -sS --config|SMOKE", bot)
    assert b"migrat" in script()
    assert b"pg:backups:capture" in script()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["nowhere"], 2),
        (["staging", "--no-such", "x"], 2),
        (["staging", "--app"], 2),
        (["staging", "--app", "My-App"], 3),
        (["staging", "--app", "x; touch pwned"], 3),
        (["staging", "--ref=--upload-pack=x"], 3),
        (["staging", "--ref", "--yes"], 2),
        (["staging", "--ref", "no-such-tag"], 3),
        (["staging", "extra"], 2),
        (["rollback", "staging", "12"], 2),
    ],
)
def test_wrong_words_change_nothing(fresh: Deployment, words: list[str], code: int) -> None:
    ran = fresh.run(*words)
    assert ran.returncode == code, ran.stderr
    assert fresh.platform.changes() == []
    assert not list(fresh.scratch.rglob("pwned"))


def test_a_new_app_is_made_complete_before_the_first_push(fresh: Deployment) -> None:
    secrets = fresh.scratch / "secrets.env"
    secrets.write_text("# mine\nexport PAYMENT_KEY='pay\\\"me'\r\nOTHER=1\n")
    ran = fresh.run("staging", "--create", "--env-file", str(secrets))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = fresh.platform.apps[APP]
    assert app.stack == "heroku-24"
    assert app.buildpacks == ["heroku/nodejs", "heroku/python"]
    assert app.addons == ["heroku-postgresql:essential-0"]
    assert app.config["SETTINGS"] == PLAN["config_vars"][1]["value"]
    assert app.config["PAYMENT_KEY"] == 'pay\\"me'
    assert re.fullmatch("[0-9a-f]{64}", app.config["SECRET_KEY"])
    assert state(app) == (False, {"web": (1, "Basic"), "worker": (2, "Standard-1X")})
    changed = [path.rpartition("/")[2] for _, path in fresh.platform.changes()]
    assert changed.index("config-vars") > changed.index("addons") > changed.index("apps")
    assert changed.count("config-vars") == 1
    assert app.backups == []
    said = ran.stdout + ran.stderr
    assert not any(
        value in said for value in (app.config["SECRET_KEY"], "pay", TOKEN, app.config["DATABASE_URL"])
    )
    assert fresh.leftovers() == []


def test_making_it_again_changes_nothing(fresh: Deployment) -> None:
    words = ("staging", "--create")
    assert fresh.run(*words).returncode == 5
    app = fresh.platform.apps[APP]
    generated = app.config["SECRET_KEY"]
    app.config["PAYMENT_KEY"] = "by hand"
    assert fresh.run(*words).returncode == 0
    fresh.platform.requests.clear()
    again = fresh.run(*words)
    assert again.returncode == 0
    assert "is live already" in again.stdout
    assert fresh.platform.changes() == []
    assert app.config["SECRET_KEY"] == generated
    assert len(app.addons) == 1


def test_without_a_migration_the_app_is_not_paused(live: Deployment) -> None:
    ran = live.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert live.platform.changes() == []
    app = live.platform.apps[APP]
    assert app.releases[-1]["description"].startswith("Deploy " + live.git("rev-parse", "HEAD")[:8])
    assert state(app) == AS_BEFORE
    assert app.backups == []


def test_with_a_migration_the_app_is_paused_and_saved_first(migrating: Deployment) -> None:
    ran = migrating.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = migrating.platform.apps[APP]
    assert state(app) == AS_BEFORE
    assert len(app.backups) == 1
    order = [path.rpartition("/")[2] for method, path, _ in migrating.platform.requests if method != "GET"]
    kept = [name for name in order if name in (APP, "formation", "backups", "_build")]
    assert kept == [APP, "formation", "backups", "_build", "formation", APP]
    assert migrating.leftovers() == []


@pytest.mark.parametrize(
    ("failure", "code", "paused"),
    [("backup", 7, False), ("build", 8, False), ("release", 9, True), ("smoke", 12, False)],
)
def test_a_failure_puts_the_app_back_or_says_why_not(
    migrating: Deployment, failure: str, code: int, paused: bool
) -> None:
    migrating.platform.fails = {failure}
    ran = migrating.run("staging")
    app = migrating.platform.apps[APP]
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert state(app) == (STOPPED if paused else AS_BEFORE)
    assert ("HALF MIGRATED" in ran.stderr) == paused
    assert (failure != "backup") == any(path == "/_build" for _, path, _ in migrating.platform.requests)
    migrating.platform.fails = set()
    again = migrating.run("staging")
    assert again.returncode == 0, again.stdout + again.stderr
    assert state(app) == AS_BEFORE
    assert migrating.leftovers() == []
    assert app.releases[-1]["slug"]["id"] == "slug-" + migrating.git("rev-parse", "HEAD")[:8]


def test_a_formation_that_cannot_be_restored_is_said_loudly(migrating: Deployment) -> None:
    app = migrating.platform.apps[APP]
    migrating.platform.fails = {"build"}
    build = migrating.platform.build

    def fail_from_now(name: str, commit: str) -> tuple[int, str]:
        migrating.platform.fails.add("scale")
        return build(name, commit)

    migrating.platform.build = fail_from_now  # type: ignore[method-assign]
    ran = migrating.run("staging")
    assert ran.returncode == 8
    assert "THE APP IS NOT AS IT WAS" in ran.stderr
    assert f"heroku ps:scale release=0:Basic web=1:Standard-1X worker=3:Standard-2X -a {APP}" in ran.stderr
    migrating.platform.fails = set()
    migrating.platform.build = build  # type: ignore[method-assign]
    app.maintenance = True
    assert migrating.run("staging").returncode == 0
    assert state(app) == AS_BEFORE


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_push_leaves_a_way_out(migrating: Deployment, with_signal: signal.Signals) -> None:
    code, said = migrating.interrupt(with_signal, "/_build", "staging")
    assert code == 128 + with_signal, said
    assert "HALF MIGRATED" in said
    assert "heroku maintenance:off" in said
    app = migrating.platform.apps[APP]
    assert state(app) == STOPPED
    assert migrating.run("staging").returncode == 0
    assert state(app) == AS_BEFORE
    assert migrating.leftovers() == []


def test_a_failed_release_is_seen_though_the_push_succeeded(live: Deployment) -> None:
    live.platform.fails = {"release"}
    ran = live.run("staging")
    assert ran.returncode == 9
    assert "failed" in ran.stderr
    live.platform.fails = set()
    again = live.run("staging")
    assert again.returncode == 0, again.stdout + again.stderr
    assert live.platform.apps[APP].releases[-1]["description"].startswith("Retry of")


def test_after_a_rollback_the_same_revision_is_released_again(live: Deployment) -> None:
    app = live.platform.apps[APP]
    assert live.run("staging").returncode == 0
    newest = app.releases[-1]["slug"]["id"]
    ran = live.run("rollback", "staging", "v3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert app.releases[-1]["description"] == "Rollback to v3"
    ran = live.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert app.releases[-1]["slug"]["id"] == newest


def test_a_failed_smoke_test_rolls_back_when_asked(live: Deployment) -> None:
    app = live.platform.apps[APP]
    before = app.releases[-1]["version"]
    live.platform.pages["/"] = 500
    ran = live.run("staging", "--rollback-on-failure")
    assert ran.returncode == 12
    assert app.releases[-1]["description"] == f"Rollback to v{before}"


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (302, [], 0),
        (404, [], 0),
        (400, [], 12),
        (404, ["--smoke-path", "/health"], 12),
        (204, ["--smoke-path=/health", "--smoke-status=204"], 0),
    ],
)
def test_what_counts_as_an_answer(live: Deployment, status: int, words: list[str], code: int) -> None:
    live.platform.pages = {"/": status, "/health": status}
    assert live.run("staging", *words).returncode == code


def test_missing_things_are_named_and_nothing_is_pushed(live: Deployment) -> None:
    app = live.platform.apps[APP]
    del app.config["SECRET_KEY"]
    app.config["PAYMENT_KEY"] = ""
    ran = live.run("staging")
    assert ran.returncode == 5
    assert "SECRET_KEY PAYMENT_KEY" in ran.stderr
    assert live.platform.changes() == []
    app.config["PAYMENT_KEY"] = "x"
    assert live.run("staging", "--set-missing").returncode == 0
    assert app.config["SECRET_KEY"]
    assert app.config["SETTINGS"] == "mine"
    app.buildpacks = ["heroku/python"]
    assert "buildpacks" in live.run("staging").stderr


def test_a_dirty_tree_is_refused(live: Deployment) -> None:
    (live.repo / "forgotten.py").write_text("x\n")
    ran = live.run("staging")
    assert ran.returncode == 3
    assert "forgotten.py" in ran.stderr
    assert live.run("staging", "--allow-dirty").returncode == 0


def test_an_older_revision_can_be_deployed(live: Deployment) -> None:
    older = live.git("rev-parse", "HEAD~2")
    live.git("tag", "v1", older)
    live.run("staging")
    live.git("checkout", "--quiet", "--detach")
    ran = live.run("staging", "--ref", "v1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert live.platform.apps[APP].releases[-1]["slug"]["id"] == f"slug-{older[:8]}"


def test_a_dry_run_prints_and_changes_nothing(migrating: Deployment) -> None:
    ran = migrating.run("staging", "--dry-run", "--task", "say 'hi'")
    assert ran.returncode == 0, ran.stderr
    assert migrating.platform.changes() == []
    assert migrating.leftovers() == []
    for words in (
        "maintenance:on",
        "ps:scale worker=0",
        "pg:backups:capture",
        "refs/heads/main",
        "run --exit-code",
    ):
        assert words in ran.stdout
    nothing = migrating.run("staging", "--dry-run", "--create", "--app", "another-app")
    assert nothing.returncode == 0, nothing.stderr
    assert "apps:create another-app" in nothing.stdout
    assert migrating.platform.changes() == []


def test_production_wants_to_be_confirmed_and_is_not_staging(live: Deployment) -> None:
    assert live.run("production").returncode == 3
    assert live.run("production", "--yes", HEROKU_APP=APP).returncode == 3
    assert "HEROKU_APP" in live.run("staging", HEROKU_APP="my-app").stderr
    assert live.platform.changes() == []


def test_nothing_is_deployed_while_a_release_is_being_made(live: Deployment) -> None:
    live.platform.apps[APP].releases[-1]["status"] = "pending"
    ran = live.run("staging")
    assert ran.returncode == 3
    assert "still being made" in ran.stderr
    assert live.platform.changes() == []


def test_a_wrong_token_is_said_without_showing_it(live: Deployment) -> None:
    ran = live.run("staging", HEROKU_API_KEY="", HEROKU_TOKEN="")
    assert ran.returncode == 3
    assert "HEROKU_API_KEY" in ran.stderr
    assert live.run("staging", HEROKU_API_KEY="", HEROKU_TOKEN=TOKEN).returncode == 0


def test_a_shallow_clone_is_completed(live: Deployment) -> None:
    live.git("push", "--quiet", str(live.scratch / "git" / "my-app.git"), "HEAD:refs/heads/other")
    clone = live.scratch / "clone"
    origin = (live.scratch / "git" / "my-app.git").as_uri()
    subprocess.run(["git", "clone", "-q", "--depth=1", "-b", "other", origin, clone], check=True)
    live.repo.rename(live.scratch / "full")
    clone.rename(live.repo)
    ran = live.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr


class TestMigrationOutsideTheReleasePhase:
    """A stack whose migration runs as a one-off dyno."""

    @pytest.fixture
    def deployment(self, tmp_path: Path, platform: Platform) -> Deployment:
        made = Deployment(tmp_path, platform)
        made.set_up(**ONE_OFF)
        running(made)
        made.commit("app/migrations/0002.py", "second\n")
        return made

    def test_it_runs_once_between_release_and_resume(self, deployment: Deployment) -> None:
        ran = deployment.run("staging", "--task", "load 'x y'")
        app = deployment.platform.apps[APP]
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert app.commands == ["cd sub && migrate", "load 'x y'"]
        assert state(app) == AS_BEFORE

    def test_its_failure_keeps_the_app_paused_until_it_went_well(self, deployment: Deployment) -> None:
        deployment.platform.fails = {"migration"}
        ran = deployment.run("staging")
        app = deployment.platform.apps[APP]
        assert ran.returncode == 10
        assert "HALF MIGRATED" in ran.stderr
        assert state(app) == STOPPED
        deployment.platform.fails = set()
        assert deployment.run("staging").returncode == 0
        assert len(app.commands) == 2
        assert state(app) == AS_BEFORE
        assert deployment.leftovers() == []

    def test_it_has_a_timeout(self, deployment: Deployment) -> None:
        deployment.platform.hold.clear()
        build = deployment.platform.build

        def without_waiting(name: str, commit: str) -> tuple[int, str]:
            deployment.platform.hold.set()
            result = build(name, commit)
            deployment.platform.hold.clear()
            return result

        deployment.platform.build = without_waiting  # type: ignore[method-assign]
        ran = deployment.run("staging", DEPLOY_COMMAND_SECONDS="5")
        deployment.platform.hold.set()
        assert ran.returncode == 10
        assert "HALF MIGRATED" in ran.stderr


def test_values_of_the_repository_are_data(tmp_path: Path) -> None:
    evil = "$(touch pwned) `touch pwned` '; touch pwned; \" {{ 7*7 }} \\"
    path = tmp_path / "deploy"
    path.write_bytes(
        script(
            root=evil,
            layout="subdir",
            region=evil,
            migration={"command": evil, "paths": [evil], "in_release": False},
            smoke={"path": evil, "status": 200},
            config_vars=[{**VAR, "name": "A", "value": evil}],
            cache_clear=evil,
            buildpacks=[evil],
        )
    )
    names = '"$REGION" "$MIGRATION" "${MIGRATION_PATHS[@]}" "$SMOKE_PATH" "$CACHE_CLEAR" "${BUILDPACKS[@]}"'
    load = 'eval "$(sed "/^main \\"/d" deploy)"'
    show = f'{load}; for text in {names}; do printf "%s\\n" "$text"; done; each_config_var echo'
    ran = subprocess.run(["bash", "-c", show], cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = ran.stdout.splitlines()
    assert lines[:6] == [evil] * 6
    assert "{{ 7*7 }}" in lines[6]
    assert [p.name for p in tmp_path.iterdir()] == ["deploy"]
