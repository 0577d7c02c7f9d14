"""bin/deploy and config vars: values of an env file arrive unchanged, environments differ as planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.context_vars import env_quote
from tests.deploy.harness import APP, VAR, Deployment
from tests.deploy.platform import Platform


@pytest.fixture
def fresh(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository whose app does not exist yet."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    return made


HARD = [
    'it\'s "$HOME" `id`\\',
    "one\ntwo\n",
    " a = b # c ",
    "\ttab\x07",
    '{"a": "b\\nc"}',
    "car\rriage",
    "ü☃",
]


@pytest.mark.parametrize("value", HARD)
def test_a_value_of_an_env_file_arrives_unchanged(fresh: Deployment, value: str) -> None:
    secrets = fresh.scratch / "a = b.env"
    secrets.write_text(f"PAYMENT_KEY=old\nexport PAYMENT_KEY={env_quote(value)} # the key\n", newline="")
    ran = fresh.run("staging", "--create", "--env-file", str(secrets))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert fresh.platform.apps[APP].config["PAYMENT_KEY"] == value


def test_the_environments_differ_where_the_plan_says_so(tmp_path: Path, platform: Platform) -> None:
    alike = [{**VAR, "name": "BOTH", "value": "b"}]
    staging = [{**VAR, "name": "ONLY", "value": "s"}]
    production = [{**VAR, "name": "ONLY", "required": True}, {**VAR, "name": "MORE", "value": "p"}]
    differing = {"": alike, "staging": staging, "production": production}
    fresh = Deployment(tmp_path, platform)
    fresh.set_up(deploy_vars=differing)
    assert fresh.run("staging", "--create").returncode == 0
    config = fresh.platform.apps[APP].config
    assert (config["BOTH"], config["ONLY"]) == ("b", "s")
    assert "MORE" not in config
    ran = fresh.run("production", "--create", "--yes")
    assert ran.returncode == 5
    assert "These have no value yet: ONLY" in ran.stderr
