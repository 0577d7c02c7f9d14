"""The main paths of bin/deploy, and each way it can fail, once: the real heroku CLI against the double."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import invariants
from tests.deploy.faults import ALWAYS
from tests.deploy.harness import APP, ONE_OFF, Deployment
from tests.deploy.invariants import Before, go_live
from tests.deploy.platform import App, Platform

Arrange = Callable[[Deployment], None]


def failing(*what: str) -> Arrange:
    return lambda deployment: deployment.platform.fails.update(what)


def fault(pattern: str, kind: int | str, **when: int) -> Arrange:
    return lambda deployment: deployment.platform.faults.add(pattern, kind, **when)


@dataclass
class Case:
    """How a run is made to fail, and how it must end."""

    code: int
    arrange: Arrange
    said: str = ""
    paused: bool = False
    pushed: bool = True
    plan: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


def someone_else_pushed(deployment: Deployment) -> None:
    deployment.git("checkout", "--quiet", "-b", "other", "HEAD~1")
    deployment.commit("theirs", "x\n")
    deployment.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    deployment.git("checkout", "--quiet", "main")
    deployment.platform.requests.clear()


def a_slow_command(deployment: Deployment) -> None:
    deployment.platform.faults.call("POST /apps/*/dynos", deployment.platform.hold.clear)


CASES: dict[str, Case] = {
    "the backup fails": Case(7, failing("backup"), pushed=False),
    "the build fails": Case(8, failing("build"), "the build failed"),
    "the release phase fails": Case(9, failing("release"), "HALF MIGRATED", paused=True),
    "the one-off migration exits 1": Case(10, failing("migration"), "HALF MIGRATED", True, plan=ONE_OFF),
    "the one-off migration does not end": Case(
        10, a_slow_command, "HALF MIGRATED", True, plan=ONE_OFF, settings={"DEPLOY_COMMAND_SECONDS": "30"}
    ),
    "the formation cannot be restored": Case(
        6, fault("PATCH /apps/*/formation", 422, nth=2, times=ALWAYS), "ps:scale", paused=False
    ),
    "the app answers 500": Case(12, failing("smoke"), "answers 503"),
    "the rate limit is reached": Case(
        6, fault("PATCH /apps/*", 429, times=ALWAYS), "cannot be set", pushed=False
    ),
    "the token is revoked half-way": Case(9, fault("POST /_build", "revoked"), "HALF MIGRATED", paused=True),
}


@pytest.fixture
def deployment(tmp_path: Path, platform: Platform) -> Deployment:
    return Deployment(tmp_path, platform)


def migrating(deployment: Deployment, **plan: Any) -> App:
    """Make a repository whose app runs, with a new commit that brings a migration."""
    deployment.set_up(real=True, **plan)
    deployment.shorten_sleep()
    app = go_live(deployment)
    deployment.commit("app/migrations/0002.py", "second\n")
    return app


def deploys(deployment: Deployment, before: Before) -> str:
    """Run the script to a good end and return what it said."""
    ran = deployment.run("staging")
    said = ran.stdout + ran.stderr
    assert invariants.after_success(deployment, before, ran.returncode, said) == [], said
    return said


def the_next_run_succeeds(deployment: Deployment, before: Before) -> None:
    """Run it once more, all well now, with the quick stand-in; the matrix does this with the real CLI."""
    invariants.mend(deployment)
    deployment.use_cli(real=False)
    deploys(deployment, before)


@pytest.mark.parametrize("name", CASES)
def test_a_failed_run_leaves_a_way_out_and_the_next_one_succeeds(name: str, deployment: Deployment) -> None:
    case = CASES[name]
    app = migrating(deployment, **case.plan)
    before = Before.of(app)
    case.arrange(deployment)
    ran = deployment.run("staging", **case.settings)
    said = ran.stdout + ran.stderr
    assert ran.returncode == case.code, said
    assert invariants.after_failure(deployment, before, ran.returncode, said) == [], said
    assert case.said in said
    assert app.maintenance == case.paused, said
    assert bool(deployment.platform.pushes()) == case.pushed
    the_next_run_succeeds(deployment, before)


def test_a_new_app_is_made_and_deployed(deployment: Deployment) -> None:
    deployment.set_up(real=True)
    values = deployment.scratch / "values.env"
    values.write_text("PAYMENT_KEY=value-of-the-payment-key\n")
    ran = deployment.run("staging", "--create", "--env-file", str(values))
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    app = deployment.platform.apps[APP]
    assert (app.buildpacks, app.addons) == (
        ["heroku/nodejs", "heroku/python"],
        ["heroku-postgresql:essential-0"],
    )
    assert set(app.config) == {"SECRET_KEY", "SETTINGS", "PAYMENT_KEY", "DATABASE_URL"}
    assert app.formation["worker"] == (2, "Standard-1X")
    assert not invariants.secrets_in(deployment, said)
    assert app.backups == []


def test_a_migration_is_run_with_a_backup_and_no_workers(deployment: Deployment) -> None:
    app = migrating(deployment, **ONE_OFF)
    before = Before.of(app)
    at_work: list[tuple[bool, int]] = []
    deployment.platform.faults.call(
        "POST /apps/*/dynos", lambda: at_work.append((app.maintenance, app.formation["worker"][0]))
    )
    deploys(deployment, before)
    assert at_work == [(True, 0)]
    assert app.commands == ["cd sub && migrate"]
    assert len(app.backups) == 1


def test_without_a_migration_nothing_is_paused_and_a_limited_or_lost_request_is_repeated(
    deployment: Deployment,
) -> None:
    deployment.set_up(real=True)
    app = go_live(deployment)
    before = Before.of(app)
    deployment.commit("README", "new\n")
    deployment.shorten_sleep()
    deployment.platform.faults.add("GET /*/info/refs", 429, nth=2)
    deployment.platform.faults.add("GET /apps/*/releases", "reset")
    said = deploys(deployment, before)
    assert deployment.platform.changes() == []
    assert "429" in said
    assert len(deployment.platform.faults.met) == 2


def test_a_migration_that_a_lost_answer_starts_twice_is_noticed(deployment: Deployment) -> None:
    app = migrating(deployment, **ONE_OFF)
    before = Before.of(app)
    platform = deployment.platform
    platform.orphan_seconds = 600
    platform.faults.add("POST /apps/*/dynos", "reset-after")

    # the first one goes on until the script has seen it once
    def over() -> None:
        app.dynos[0].status = 0

    platform.faults.call(
        "POST /apps/*/dynos", lambda: platform.faults.call("GET /*/dynos", over, nth=2), nth=2
    )
    ran = deployment.run("staging")
    said = ran.stdout + ran.stderr
    assert len(app.commands) == 2
    assert ran.returncode == 10, said
    assert "twice" in said
    assert invariants.after_failure(deployment, before, ran.returncode, said) == [], said
    the_next_run_succeeds(deployment, before)


@pytest.mark.parametrize(
    ("with_signal", "pattern", "plan", "paused"),
    [
        (signal.SIGINT, "POST /_build", {}, False),
        (signal.SIGTERM, "POST /client/*/backups", {}, False),
        (signal.SIGINT, "POST /apps/*/dynos", ONE_OFF, True),
        (signal.SIGTERM, "PATCH /apps/*/formation", {}, False),
    ],
)
def test_an_interrupted_run_leaves_a_way_out_and_the_next_one_succeeds(
    with_signal: signal.Signals, pattern: str, plan: dict[str, Any], paused: bool, deployment: Deployment
) -> None:
    app = migrating(deployment, **plan)
    before = Before.of(app)
    code, said = deployment.signal_at(with_signal, pattern, "staging")
    assert code == 128 + with_signal, said
    assert invariants.after_failure(deployment, before, code, said) == [], said
    assert app.maintenance == paused
    the_next_run_succeeds(deployment, before)


def test_a_rollback(deployment: Deployment) -> None:
    deployment.set_up(real=True)
    app = go_live(deployment)
    deployment.commit("README", "new\n")
    before = Before.of(app)
    deploys(deployment, before)
    deployment.platform.pending_polls = 2
    ran = deployment.run("rollback", "staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert app.releases[-1]["description"] == "Rollback to v3"
    assert Before.of(app) == before
