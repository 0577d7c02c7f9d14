"""bin/deploy --create and the pipeline, with the real CLI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy import api
from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import Json, Platform
from tests.deploy.server import close, serve

pytestmark = pytest.mark.slow

BARE = {
    "pipeline": "my-app",
    "addons": [],
    "config_vars": [],
    "buildpacks": [],
    "migration": None,
    "formation": {"web": {"quantity": 1, "size": "basic"}},
}


class Twice(Platform):
    """A platform whose account sees two pipelines of each name."""


def route(platform: Platform, method: str, path: str, body: Json) -> tuple[int, Json]:
    """Answer as the API does, two pipelines for one where the platform says so."""
    status, value = api.route(platform, method, path, body)
    if isinstance(platform, Twice) and (method, path.partition("?")[0]) == ("GET", "/pipelines"):
        return status, value * 2
    return status, value


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """A repository whose apps do not exist, and its pipeline, which is named as the production app."""
    platform = getattr(request, "param", Platform)()
    server = serve(platform, route)
    made = Deployment(tmp_path, platform)
    made.set_up(real=True, **BARE)
    yield made
    close(platform, server)


def test_create_puts_both_apps_into_the_pipeline(fresh: Deployment) -> None:
    first = fresh.run("staging", "--create")
    assert first.returncode == 0, first.stdout + first.stderr
    assert fresh.platform.pipelines == {"my-app": {APP: "staging"}}
    second = fresh.run("production", "--create", "--yes")
    assert second.returncode == 0, second.stdout + second.stderr
    assert fresh.platform.pipelines == {"my-app": {APP: "staging", "my-app": "production"}}
    fresh.platform.requests.clear()
    again = fresh.run("staging", "--create")
    assert again.returncode == 0, again.stdout + again.stderr
    assert fresh.platform.changes() == []


def test_a_pipeline_of_somebody_else_is_said(fresh: Deployment) -> None:
    fresh.platform.pipelines["my-app"] = {}
    fresh.platform.faults.add("POST /pipeline-couplings", 403)
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 4
    assert "You do not have access" in ran.stderr
    assert f"{APP} cannot be put into the pipeline my-app" in ran.stderr
    assert fresh.platform.pushes() == []


@pytest.mark.parametrize("fresh", [Twice], indirect=True)
def test_of_two_pipelines_of_a_name_none_is_guessed(fresh: Deployment) -> None:
    fresh.platform.pipelines["my-app"] = {}
    ran = fresh.run("staging", "--create")
    assert ran.returncode == 4, ran.stdout + ran.stderr
    assert fresh.platform.pushes() == []
