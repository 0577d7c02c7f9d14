"""What the deploy script does when things go wrong half-way: what it reads, stops, restores and leaves."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.faults import ALWAYS
from tests.deploy.harness import APP, ONE_OFF, Deployment
from tests.deploy.platform import App, Platform

pytestmark = pytest.mark.slow

AS_BEFORE = (False, {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")})
STOPPED = (True, {"web": (1, "Standard-1X"), "worker": (0, "Standard-2X")})
FORMATION = f"* /apps/{APP}/formation"


def state(app: App) -> tuple[bool, dict[str, tuple[int, str]]]:
    return app.maintenance, {kind: dynos for kind, dynos in app.formation.items() if kind != "release"}


def deployment(tmp_path: Path, platform: Platform, **plan: Any) -> Deployment:
    """A repository whose app runs, with a new migration."""
    made = Deployment(tmp_path, platform)
    made.set_up(**plan)
    app = platform.add(
        APP,
        config={"SECRET_KEY": "kept", "SETTINGS": "mine", "PAYMENT_KEY": "paid", "DATABASE_URL": "db://x"},
        addons=["heroku-postgresql:standard-0"],
        buildpacks=["heroku/nodejs", "heroku/python"],
    )
    made.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    app.formation |= {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")}
    made.commit("app/migrations/0002.py", "second\n")
    platform.requests.clear()
    return made


@pytest.fixture
def migrating(tmp_path: Path, platform: Platform) -> Deployment:
    """One whose migration runs in the release phase."""
    return deployment(tmp_path, platform)


def test_limits_and_lost_connections_are_waited_out(migrating: Deployment) -> None:
    faults = migrating.platform.faults
    faults.add(f"GET /apps/{APP}/formation", 429)
    faults.add(f"PATCH /apps/{APP}", 429)
    faults.add(f"GET /apps/{APP}/releases", 503, nth=3)
    faults.add(f"PATCH /apps/{APP}/formation", 500, nth=2)
    ran = migrating.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(faults.met) == 4
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


@pytest.mark.parametrize("pattern", [f"GET /apps/{APP}/formation", f"GET /apps/{APP}/dynos"])
def test_what_cannot_be_read_is_no_empty_answer(migrating: Deployment, pattern: str) -> None:
    migrating.platform.faults.add(pattern, 422, times=ALWAYS)
    ran = migrating.run("staging")
    assert ran.returncode != 0
    assert not migrating.leftovers()
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


def test_maintenance_mode_is_believed_when_it_is_read_back(tmp_path: Path, platform: Platform) -> None:
    migrating = deployment(tmp_path, platform, real=True)
    migrating.platform.faults.add(f"PATCH /apps/{APP}", "not-json", times=ALWAYS)
    ran = migrating.run("staging")
    assert ran.returncode == 6, ran.stdout + ran.stderr
    assert "maintenance mode cannot be set" in ran.stderr
    assert not any(path == "/_build" for _, path, _ in platform.requests)
    assert migrating.leftovers() == []


def test_a_token_that_is_revoked_half_way_leaves_the_commands(migrating: Deployment) -> None:
    migrating.platform.faults.add(f"PATCH /apps/{APP}/formation", "revoked")
    ran = migrating.run("staging")
    assert ran.returncode == 6
    assert "THE APP IS NOT AS IT WAS" in ran.stderr
    words = f"release=0:Basic web=1:Standard-1X worker=3:Standard-2X -a {APP}; heroku maintenance:off"
    assert words in ran.stderr
    migrating.platform.revoked = False
    migrating.platform.faults.clear()
    assert migrating.run("staging").returncode == 0
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


class TestLeftovers:
    """What a run that was killed left behind."""

    @pytest.fixture
    def left(self, migrating: Deployment) -> Deployment:
        app = migrating.platform.apps[APP]
        folder = migrating.repo / ".git" / "heroku-deploy"
        folder.mkdir()
        (folder / f"{APP}.formation").write_text(
            "off\nrelease=0:Basic web=1:Standard-1X worker=3:Standard-2X\n"
        )
        app.formation["worker"] = (0, "Standard-2X")
        app.maintenance = True
        return migrating

    def test_it_is_put_right_before_a_deploy_without_a_migration(self, left: Deployment) -> None:
        left.git("reset", "--hard", "--quiet", "HEAD~1")
        left.commit("README", "new\n")
        ran = left.run("staging")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        asked = [f"{method} {path}" for method, path, _ in left.platform.requests]
        assert asked.index(f"PATCH /apps/{APP}/formation") < asked.index("POST /_build")
        assert state(left.platform.apps[APP]) == AS_BEFORE
        assert left.leftovers() == []

    def test_workers_come_back_though_maintenance_was_ended_by_hand(self, left: Deployment) -> None:
        left.platform.apps[APP].maintenance = False
        assert left.run("staging").returncode == 0
        assert state(left.platform.apps[APP]) == AS_BEFORE

    def test_what_was_scaled_by_hand_stays(self, left: Deployment) -> None:
        left.platform.apps[APP].formation |= {"web": (4, "Standard-1X"), "worker": (1, "Standard-1X")}
        assert left.run("staging").returncode == 0
        assert state(left.platform.apps[APP])[1] == {"web": (4, "Standard-1X"), "worker": (1, "Standard-1X")}

    def test_a_rollback_puts_it_right_too(self, left: Deployment) -> None:
        ran = left.run("rollback", "staging", "v3")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert state(left.platform.apps[APP]) == AS_BEFORE


def test_a_run_that_was_killed_is_taken_up(migrating: Deployment) -> None:
    code, _ = migrating.signal_at(signal.SIGKILL, "POST /_build", "staging")
    assert code == -signal.SIGKILL
    assert f"{APP}.formation" in migrating.leftovers()
    ran = migrating.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


def test_a_second_interrupt_does_not_break_the_recovery(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, real=True, migration=None)
    running = made.start("staging", "--maintenance", "--no-backup")

    def interrupt() -> None:
        os.killpg(running.pid, signal.SIGINT)

    platform.faults.call("POST /_build", interrupt)
    platform.faults.call(f"PATCH /apps/{APP}/formation", interrupt, nth=2)
    platform.faults.call(f"PATCH /apps/{APP}", interrupt, nth=2)
    output, _ = running.communicate(timeout=300)
    assert running.returncode == 130, output
    assert state(platform.apps[APP]) == AS_BEFORE
    assert made.leftovers() == [], output


def test_a_reader_that_has_gone_does_not_break_the_recovery(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform)
    running = made.start("staging")
    assert running.stdout
    platform.faults.call(f"PATCH /apps/{APP}/formation", running.stdout.close)
    platform.faults.add("POST /_build", "reset")
    running.wait(timeout=120)
    assert running.returncode not in (0, None)
    assert platform.apps[APP].maintenance is False


def test_what_an_earlier_run_left_half_migrated_stays_in_maintenance(migrating: Deployment) -> None:
    migrating.platform.fails = {"release"}
    assert migrating.run("staging").returncode == 9
    migrating.platform.faults.add(f"GET /{APP}.git/info/refs", 403, times=ALWAYS)
    ran = migrating.run("staging")
    assert ran.returncode == 8
    assert "HALF MIGRATED" in ran.stderr
    assert state(migrating.platform.apps[APP]) == STOPPED


def test_the_page_must_show_the_text(migrating: Deployment) -> None:
    ran = migrating.run("staging", "--no-backup", "--smoke-text", "no such $(text)")
    assert ran.returncode == 12
    assert "without the text no such $(text)" in ran.stderr
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


class TestUnexplainedMaintenance:
    """Maintenance mode that this clone knows nothing of: the runner of a killed deploy is gone."""

    @pytest.fixture
    def paused(self, migrating: Deployment) -> Deployment:
        app = migrating.platform.apps[APP]
        app.maintenance = True
        app.formation["worker"] = (0, "Standard-2X")
        return migrating

    def test_a_deploy_refuses_and_names_the_commands(self, paused: Deployment) -> None:
        ran = paused.run("staging", "--yes")
        assert ran.returncode == 3, ran.stdout + ran.stderr
        assert f"heroku maintenance:off -a {APP}" in ran.stderr
        assert f"bin/deploy scale staging TYPE=N --app {APP}" in ran.stderr
        assert "worker=0:Standard-2X" in ran.stderr
        assert paused.platform.changes() == []

    def test_maintenance_deploys_migrates_and_leaves_it_on(self, tmp_path: Path, platform: Platform) -> None:
        made = deployment(tmp_path, platform, **ONE_OFF)
        app = platform.apps[APP]
        made.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
        app.maintenance = True
        app.formation["worker"] = (0, "Standard-2X")
        ran = made.run("staging", "--yes", "--maintenance")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert app.commands == ["cd sub && migrate"]
        assert state(app) == STOPPED
        assert f"heroku maintenance:off -a {APP}" in ran.stderr

    def test_a_rollback_says_that_it_stays(self, paused: Deployment) -> None:
        ran = paused.run("rollback", "staging", "v3")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert f"heroku maintenance:off -a {APP}" in ran.stderr
        assert state(paused.platform.apps[APP]) == STOPPED


def test_a_pre_push_hook_that_refuses_is_not_waited_for(migrating: Deployment) -> None:
    hook = migrating.repo / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    ran = migrating.run("staging", DEPLOY_BUILD_SECONDS="500")
    assert ran.returncode == 8, ran.stdout + ran.stderr
    assert "a pre-push hook of this repository refused" in ran.stderr
    assert "HALF MIGRATED" not in ran.stderr
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


def test_a_new_part_of_the_app_has_its_migrations_elsewhere(migrating: Deployment) -> None:
    assert migrating.run("staging").returncode == 0
    migrating.commit("payments/migrations/0001.py", "first\n")
    ran = migrating.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(migrating.platform.apps[APP].backups) == 2


def test_another_deploy_meanwhile_stops_this_one_before_its_push(migrating: Deployment) -> None:
    platform = migrating.platform
    other = migrating.git("rev-parse", "HEAD~1")

    def deploy(*_: object) -> None:
        app = platform.apps[APP]
        release = dict(app.releases[-1], version=app.releases[-1]["version"] + 1)
        app.releases[-1]["current"] = False
        app.releases.append({**release, "description": "Deploy 0123abcd", "id": "other"})

    platform.faults.call("POST /client/v11/databases/*/backups", deploy)
    ran = migrating.run("staging")
    assert ran.returncode != 0, ran.stdout + ran.stderr
    assert "somebody else has deployed" in ran.stderr
    assert platform.pushes() == []
    assert state(platform.apps[APP]) == AS_BEFORE
    assert other


def test_workers_are_scaled_again_though_their_stop_was_not_seen(migrating: Deployment) -> None:
    code, said = migrating.signal_at(signal.SIGINT, f"PATCH /apps/{APP}/formation", "staging")
    assert code == 130, said
    assert state(migrating.platform.apps[APP]) == AS_BEFORE


def test_an_app_that_others_released_is_no_fresh_one(migrating: Deployment) -> None:
    app = migrating.platform.apps[APP]
    del app.releases[2:]
    app.release("Built by the delivery service", slug="slug-of-theirs")
    ran = migrating.run("staging", "--force")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(app.backups) == 1
    assert state(app) == AS_BEFORE
