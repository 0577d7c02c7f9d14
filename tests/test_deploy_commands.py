"""One-off commands, backups and pushes of the deploy script: what the heroku CLI repeats or misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.faults import ALWAYS
from tests.deploy.harness import APP, ONE_OFF
from tests.deploy.platform import Platform
from tests.test_deploy_safety import AS_BEFORE, STOPPED, deployment, state

pytestmark = pytest.mark.slow

DYNOS = f"POST /apps/{APP}/dynos"


def test_a_migration_that_started_twice_is_not_trusted(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, real=True, **ONE_OFF)
    platform.faults.add(DYNOS, "reset-after")
    platform.orphan_seconds = 30
    ran = made.run("staging")
    app = platform.apps[APP]
    assert ran.returncode == 10, ran.stdout + ran.stderr
    assert len(app.commands) == 2
    assert "started twice" in ran.stderr
    assert "HALF MIGRATED" in ran.stderr
    assert state(app) == STOPPED
    again = made.run("staging")
    assert again.returncode == 0, again.stdout + again.stderr
    assert state(app) == AS_BEFORE
    assert made.leftovers() == []


def test_a_lost_connection_is_no_failed_migration(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, real=True, **ONE_OFF)
    platform.drops_output = True
    ran = made.run("staging")
    assert ran.returncode == 10, ran.stdout + ran.stderr
    assert "nobody saw the migration go well" in ran.stderr
    assert state(platform.apps[APP]) == STOPPED


def test_a_migration_that_heroku_turned_away_is_asked_for_again(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, real=True, **ONE_OFF)
    platform.faults.add(DYNOS, 429)
    ran = made.run("staging", "--task", "load 'x y'", "--task", 'say "hi"')
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert platform.apps[APP].commands == ["cd sub && migrate", "load 'x y'", 'say "hi"']
    assert state(platform.apps[APP]) == AS_BEFORE


def test_new_code_is_not_let_loose_on_an_old_database(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, **ONE_OFF)
    platform.faults.add(DYNOS, 403, times=ALWAYS)
    ran = made.run("staging")
    assert ran.returncode == 10, ran.stdout + ran.stderr
    assert "WITHOUT ITS MIGRATION" in ran.stderr
    assert state(platform.apps[APP]) == STOPPED
    platform.faults.clear()
    again = made.run("staging")
    assert again.returncode == 0, again.stdout + again.stderr
    assert platform.apps[APP].commands == ["cd sub && migrate"]


def test_a_push_that_breaks_off_is_followed_to_its_release(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform)
    platform.faults.add(f"POST /{APP}.git/git-receive-pack", "reset-after", nth=2)
    ran = made.run("staging", DEPLOY_BUILD_SECONDS="60")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(platform.apps[APP]) == AS_BEFORE


def test_a_push_that_is_turned_away_is_sent_again(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform)
    platform.faults.add(f"GET /{APP}.git/info/refs", 429)
    ran = made.run("staging")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_backup_is_downloaded_for_its_owner_only(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform, real=True)
    folder = tmp_path / "my backups"
    folder.mkdir()
    ran = made.run("staging", "--download-backup", str(folder))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [file] = folder.iterdir()
    assert file.name == f"{APP}-b001.dump"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(b"PGDMP")
    assert "secret-of-the-dump" not in ran.stdout + ran.stderr


def test_a_backup_that_cannot_be_stored_stops_the_deploy(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform)
    (tmp_path / f"{APP}-b001.dump").write_text("mine")
    ran = made.run("staging", "--download-backup", str(tmp_path))
    assert ran.returncode == 7
    assert (tmp_path / f"{APP}-b001.dump").read_text() == "mine"
    assert not any(path == "/_build" for _, path, _ in platform.requests)
    assert state(platform.apps[APP]) == AS_BEFORE


def test_a_backup_that_nobody_saw_the_end_of_is_none(tmp_path: Path, platform: Platform) -> None:
    made = deployment(tmp_path, platform)
    platform.backup_polls = 1000
    ran = made.run("staging")
    assert ran.returncode == 7, ran.stdout + ran.stderr
    assert not any(path == "/_build" for _, path, _ in platform.requests)
