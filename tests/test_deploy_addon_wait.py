"""An add-on that an interrupted run of bin/deploy began is waited for, and not made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.harness import APP, POSTGRES, VAR, Deployment
from tests.deploy.platform import Platform

pytestmark = pytest.mark.slow


def test_an_addon_that_is_being_made_is_waited_for(tmp_path: Path, platform: Platform) -> None:
    redis = {
        **POSTGRES,
        "service": "redis",
        "plan": "heroku-redis:mini",
        "config_vars": ["REDIS_URL"],
        "why": "",
    }
    made = Deployment(tmp_path, platform)
    lacking = {**VAR, "name": "PAYMENT_KEY", "required": True}
    made.set_up(real=True, addons=[redis], config_vars=[lacking], buildpacks=[], migration=None)
    app = platform.add(APP, addons=["heroku-redis:mini"], making={"heroku-redis:mini"})
    ran = made.run("staging", "--create")
    assert (ran.returncode, "no value yet: PAYMENT_KEY" in ran.stderr) == (5, True), ran.stdout + ran.stderr
    assert "An add-on is still being made" in ran.stdout
    assert "REDIS_URL" in app.config
    assert len(app.addons) == 1
