"""bin/deploy promote: what staging runs, to production, with the same care as a deploy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import APP, ONE_OFF, Deployment
from tests.deploy.platform import TOKEN, App, Platform

CONFIG = {"SECRET_KEY": "kept", "SETTINGS": "mine", "PAYMENT_KEY": "paid", "DATABASE_URL": "db://x"}
PRODUCTION = "my-app"


def ready(scratch: Path, platform: Platform, *, real: bool = False, **plan: Any) -> Deployment:
    """Return a pipeline: both apps run the first commit, staging runs a migration more."""
    made = Deployment(scratch, platform)
    made.set_up(real=real, **plan)
    for name in (APP, PRODUCTION):
        app = platform.add(name, config=dict(CONFIG), addons=["heroku-postgresql:standard-0"])
        app.buildpacks = ["heroku/nodejs", "heroku/python"]
        made.git("push", "--quiet", f"https://git.heroku.com/{name}.git", "HEAD:refs/heads/main")
        app.formation |= {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")}
    platform.pipelines["pipe"] = {APP: "staging", PRODUCTION: "production"}
    made.commit("app/migrations/0002.py", "second\n")
    made.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    platform.requests.clear()
    return made


@pytest.fixture
def pipeline(tmp_path: Path, platform: Platform) -> Deployment:
    return ready(tmp_path, platform)


def state(app: App) -> tuple[bool, dict[str, tuple[int, str]]]:
    return app.maintenance, {kind: dynos for kind, dynos in app.formation.items() if kind != "release"}


AS_BEFORE = (False, {"web": (1, "Standard-1X"), "worker": (3, "Standard-2X")})
STOPPED = (True, {"web": (1, "Standard-1X"), "worker": (0, "Standard-2X")})


def test_a_migration_is_promoted_with_the_real_cli(tmp_path: Path, platform: Platform) -> None:
    pipeline = ready(tmp_path, platform, real=True, **ONE_OFF)
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = platform.apps[PRODUCTION]
    commit = pipeline.git("rev-parse", "HEAD")[:8]
    assert app.releases[-1]["description"] == f"Promote {APP} v4 {commit}"
    assert state(app) == AS_BEFORE
    assert len(app.backups) == 1
    assert app.commands == ["cd sub && migrate"]
    order = [path.rpartition("/")[2] for path in (path for _, path in platform.changes())]
    assert order.index("backups") < order.index("pipeline-promotions") < order.index("dynos")
    assert not platform.apps[APP].backups
    assert TOKEN not in ran.stdout + ran.stderr
    assert "kept" not in ran.stdout + ran.stderr
    assert pipeline.leftovers() == []


def test_promoting_again_changes_nothing(pipeline: Deployment) -> None:
    app = pipeline.platform.apps[PRODUCTION]
    assert pipeline.run("promote", "--yes", "staging", "production").returncode == 0
    version = app.releases[-1]["version"]
    again = pipeline.run("promote", "--yes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "is live already" in again.stdout
    assert app.releases[-1]["version"] == version
    assert len(app.backups) == 1


def test_without_a_new_migration_production_is_not_paused(pipeline: Deployment) -> None:
    pipeline.run("promote", "--yes")
    pipeline.commit("README", "new\n")
    pipeline.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    pipeline.platform.requests.clear()
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [path for _, path in pipeline.platform.changes()] == ["/pipeline-promotions"]


def test_production_is_confirmed_and_a_dry_run_changes_nothing(pipeline: Deployment) -> None:
    ran = pipeline.run("promote")
    assert ran.returncode == 3
    assert "--yes" in ran.stderr
    shown = pipeline.run("promote", "--dry-run")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    for words in ("maintenance:on", "pg:backups:capture", f"pipelines:promote -a {APP} --to {PRODUCTION}"):
        assert words in shown.stdout
    assert pipeline.platform.changes() == []
    assert pipeline.leftovers() == []


@pytest.mark.parametrize(
    ("fault", "code", "paused"),
    [("backup", 7, False), ("promotion", 15, False), ("release", 9, True), ("smoke", 12, False)],
)
def test_a_failure_puts_production_back_or_says_why_not(
    pipeline: Deployment, fault: str, code: int, paused: bool
) -> None:
    platform = pipeline.platform
    if fault == "promotion":
        platform.faults.add("POST /pipeline-promotions", 422)
    else:
        platform.fails = {fault}
    ran = pipeline.run("promote", "--yes", "--rollback-on-failure")
    app = platform.apps[PRODUCTION]
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert state(app) == (STOPPED if paused else AS_BEFORE)
    assert ("HALF MIGRATED" in ran.stderr) == paused
    if paused:
        assert "bin/deploy promote --yes --rollback-on-failure" in ran.stderr
    if fault == "smoke":
        assert app.releases[-1]["description"] == "Rollback to v3"
    platform.fails = set()
    again = pipeline.run("promote", "--yes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert state(app) == AS_BEFORE
    assert app.releases[-1]["description"].startswith("Promote")
    assert pipeline.leftovers() == []


def test_what_does_not_fit_is_refused(pipeline: Deployment) -> None:
    platform = pipeline.platform
    staging, production = platform.apps[APP], platform.apps[PRODUCTION]

    def refused(code: int, words: str, *more: str) -> None:
        ran = pipeline.run("promote", "--yes", *more)
        assert (ran.returncode, words in ran.stderr) == (code, True), ran.stdout + ran.stderr
        assert platform.changes() == []

    platform.pipelines["pipe"] = {APP: "staging", PRODUCTION: "staging"}
    refused(3, "of one pipeline")
    platform.pipelines = {"pipe": {APP: "staging"}, "other": {PRODUCTION: "production"}}
    refused(3, "of one pipeline")
    platform.pipelines = {"pipe": {APP: "staging", PRODUCTION: "production"}}
    staging.stack = "container"
    refused(4, "heroku stack:set container")
    staging.stack = production.stack
    del production.config["PAYMENT_KEY"]
    refused(5, "PAYMENT_KEY")
    production.config["PAYMENT_KEY"] = "paid"
    staging.releases[-1]["status"] = "pending"
    refused(3, "still being made")
    staging.releases[-1]["status"] = "succeeded"
    refused(3, "to itself", "--from", PRODUCTION)
    refused(3, "there is no app", "--from", "no-such-app")
    refused(2, "promote takes no --create", "--create")
    platform.pages["/"] = 500
    ran = pipeline.run("promote", "--dry-run")
    assert "itself answers 500" in ran.stderr


def test_a_commit_that_is_not_here_counts_as_a_migration(pipeline: Deployment) -> None:
    pipeline.platform.apps[APP].releases[-1]["description"] = "Deploy 0123abcd"
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(pipeline.platform.apps[PRODUCTION].backups) == 1


def test_a_first_promotion_scales_production(pipeline: Deployment) -> None:
    platform = pipeline.platform
    del platform.apps[PRODUCTION]
    platform.add(PRODUCTION, config=dict(CONFIG), addons=["heroku-postgresql:standard-0"])
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(platform.apps[PRODUCTION]) == (False, {"web": (1, "Basic"), "worker": (2, "Standard-1X")})


def test_staging_that_moves_on_meanwhile_is_not_promoted(pipeline: Deployment) -> None:
    platform = pipeline.platform

    def deploy() -> None:
        app = platform.apps[APP]
        newest = app.releases[-1]
        newest["current"] = False
        app.releases.append({**newest, "version": newest["version"] + 1, "id": "other", "current": True})

    platform.faults.call("POST /client/v11/databases/*/backups", deploy)
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 15, ran.stdout + ran.stderr
    assert f"{APP} runs v5 by now, not v4" in ran.stderr
    assert not any(path == "/pipeline-promotions" for _, path in platform.changes())
    assert state(platform.apps[PRODUCTION]) == AS_BEFORE


def test_production_in_maintenance_mode_that_nobody_explains_is_left_so(pipeline: Deployment) -> None:
    app = pipeline.platform.apps[PRODUCTION]
    app.maintenance = True
    ran = pipeline.run("promote", "--yes")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert f"heroku maintenance:off -a {PRODUCTION}" in ran.stderr
    assert pipeline.platform.changes() == []


def test_a_promotion_that_ended_unseen_is_done_at_the_next_one(pipeline: Deployment) -> None:
    assert pipeline.run("promote", "--yes").returncode == 0
    (pipeline.repo / ".git" / "heroku-deploy" / f"{PRODUCTION}.migrating").touch()
    assert pipeline.run("promote", "--yes").returncode == 0
    assert pipeline.leftovers() == []
