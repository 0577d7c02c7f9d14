"""The add-ons of the deploy script: made once, attached under every name the app reads, or copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import APP, POSTGRES, Deployment
from tests.deploy.platform import Platform

REDIS: dict[str, Any] = {**POSTGRES, "service": "redis", "plan": "heroku-redis:mini", "why": ""}
TWO = [
    {**REDIS, "config_vars": ["REDIS_URL"]},
    {**REDIS, "as": "REDIS_CACHE", "config_vars": ["REDIS_CACHE_URL"]},
]
NAMED = [{**REDIS, "as": "REDISCLOUD", "attachments": ["CELERY_BROKER"], "config_vars": ["REDISCLOUD_URL"]}]
COPIED = [{**POSTGRES, "config_vars": ["DATABASE_URL"], "why": "", "copies": [["DB_DSN", "DATABASE_URL"]]}]


def deployment(tmp_path: Path, platform: Platform, **plan: Any) -> Deployment:
    made = Deployment(tmp_path, platform)
    made.set_up(**{"config_vars": [], **plan})
    return made


def made_by(platform: Platform) -> list[str]:
    return [path for _, path in platform.changes() if path.endswith(("/addons", "/addon-attachments"))]


def test_two_addons_of_one_service_are_both_made(tmp_path: Path, platform: Platform) -> None:
    fresh = deployment(tmp_path, platform, addons=TWO)
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = platform.apps[APP]
    assert app.addons == ["heroku-redis:mini", "heroku-redis:mini"]
    assert app.config["REDIS_URL"] != app.config["REDIS_CACHE_URL"]
    assert "addons:" not in fresh.run("staging", "--create", "--dry-run").stdout


@pytest.mark.parametrize(
    ("there", "config", "many"),
    [
        (["heroku-redis:mini"], {"REDIS_URL": "x"}, 1),
        (["heroku-redis:mini"], {"REDIS_CACHE_URL": "x"}, 1),
        (["heroku-redis:premium-0", "heroku-redis:mini"], {"REDIS_URL": "x"}, 0),
        ([], {"REDIS_URL": "elsewhere", "REDIS_CACHE_URL": "elsewhere"}, 0),
        (["heroku-postgresql:mini"], {"DATABASE_URL": "x"}, 2),
    ],
    ids=["first there", "second there", "second being made", "set by hand", "another service"],
)
def test_only_the_missing_one_is_made(
    tmp_path: Path, platform: Platform, there: list[str], config: dict[str, str], many: int
) -> None:
    fresh = deployment(tmp_path, platform, addons=TWO)
    platform.add(APP, config=config, addons=list(there), buildpacks=["heroku/nodejs", "heroku/python"])
    ran = fresh.run("staging", "--create", "--dry-run")
    assert ran.stdout.count("addons:create heroku-redis:mini") == many, ran.stdout + ran.stderr


def test_an_addon_is_attached_under_each_name(tmp_path: Path, platform: Platform) -> None:
    fresh = deployment(tmp_path, platform, addons=NAMED)
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = platform.apps[APP]
    assert app.config["REDISCLOUD_URL"] == app.config["CELERY_BROKER_URL"]
    assert len(app.addons) == 1


def test_an_addon_of_another_name_is_attached_and_not_made_again(tmp_path: Path, platform: Platform) -> None:
    fresh = deployment(tmp_path, platform, addons=NAMED)
    app = platform.add(
        APP,
        config={"REDIS_URL": "x"},
        addons=["heroku-postgresql:mini", "heroku-redis:mini"],
        buildpacks=["heroku/nodejs", "heroku/python"],
    )
    told = fresh.run("staging")
    assert "heroku addons:attach heroku-redis-2 --as REDISCLOUD" in told.stderr
    assert made_by(platform) == []
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {"REDISCLOUD_URL", "CELERY_BROKER_URL"} <= set(app.config)
    assert len(app.addons) == 2


def test_a_name_that_no_attachment_can_give_is_copied(tmp_path: Path, platform: Platform) -> None:
    fresh = deployment(tmp_path, platform, addons=COPIED)
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    app = platform.apps[APP]
    assert app.config["DB_DSN"] == app.config["DATABASE_URL"]
    assert app.config["DATABASE_URL"] not in ran.stdout + ran.stderr


def test_a_dry_run_names_what_would_be_done(tmp_path: Path, platform: Platform) -> None:
    fresh = deployment(tmp_path, platform, addons=NAMED)
    ran = fresh.run("staging", "--create", "--dry-run")
    assert "addons:create heroku-redis:mini --as REDISCLOUD" in ran.stdout
    assert "--as CELERY_BROKER" in ran.stdout
    assert platform.changes() == []
