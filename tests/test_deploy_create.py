"""`bin/deploy --create` with the real heroku CLI: what an app needs is made, once, or said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.faults import ALWAYS
from tests.deploy.harness import APP, VAR, Deployment
from tests.deploy.platform import Platform

pytestmark = pytest.mark.slow

DOMAINS = ["www.example.com", "*.shop.example.com"]
SMALL: dict[str, Any] = {"addons": [], "config_vars": [], "buildpacks": ["heroku/python"], "migration": None}
ALL: dict[str, Any] = {
    **SMALL,
    "team": "our-team",
    "region": "eu",
    "pipeline": "shop",
    "domains": {"staging": DOMAINS, "production": []},
    "pages": {
        "maintenance": "https://example.com/soon.html?a=1&b=2",
        "error": "https://example.com/error.html",
    },
}


def fresh(tmp_path: Path, platform: Platform, **plan: Any) -> Deployment:
    """Make a repository whose app does not exist yet."""
    made = Deployment(tmp_path, platform)
    made.set_up(real=True, **(SMALL | plan))
    return made


def test_all_that_an_app_needs_is_made_once(tmp_path: Path, platform: Platform) -> None:
    made = fresh(tmp_path, platform, **ALL)
    platform.faults.add("POST /apps/*/acm", 422)
    ran = made.run("staging", "--create")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert platform.faults.met == [f"POST /apps/{APP}/acm"]
    assert "no certificates yet" in ran.stderr
    app = platform.apps[APP]
    assert (app.team, app.region, app.stack) == ("our-team", "eu", "heroku-24")
    assert app.buildpacks == ["heroku/python"]
    assert app.domains == DOMAINS
    assert platform.pipelines == {"shop": {APP: "staging"}}
    assert app.config == {
        "MAINTENANCE_PAGE_URL": "https://example.com/soon.html?a=1&b=2",
        "ERROR_PAGE_URL": "https://example.com/error.html",
    }
    assert app.formation["worker"] == (2, "Standard-1X")
    assert made.git("config", "remote.heroku-staging.url") == f"https://git.heroku.com/{APP}.git"
    for host in DOMAINS:
        assert f"{host} -> target-of-{host}.herokudns.com" in ran.stdout
    again = made.run("staging", "--create", "--dry-run")
    shown = [line for line in again.stdout.splitlines() if line.startswith("+ heroku")]
    assert shown == [f"+ heroku certs:auto:enable -a {APP}"], again.stdout + again.stderr


def test_an_app_that_was_made_before_the_line_broke_is_this_one(tmp_path: Path, platform: Platform) -> None:
    asked = {**VAR, "name": "PAYMENT_KEY", "required": True}
    made = fresh(tmp_path, platform, config_vars=[asked])
    platform.faults.add("POST /apps", "reset-after")
    ran = made.run("staging", "--create")
    assert (ran.returncode, "no value yet: PAYMENT_KEY" in ran.stderr) == (5, True), ran.stderr
    assert platform.apps[APP].buildpacks == ["heroku/python"]


def test_eco_dynos_get_no_certificates(tmp_path: Path, platform: Platform) -> None:
    made = fresh(tmp_path, platform, formation={"web": {"quantity": 1, "size": "eco"}})
    ran = made.run("staging", "--create", "--domain", "www.example.com", "--dry-run")
    assert "Eco dynos get no certificates" in ran.stderr
    assert "domains:add www.example.com" in ran.stdout
    assert "certs:auto" not in ran.stdout


def test_a_domain_of_another_app_stops_before_the_push(tmp_path: Path, platform: Platform) -> None:
    made = fresh(tmp_path, platform)
    platform.faults.add("POST /apps/*/domains", 422, times=ALWAYS)
    ran = made.run("staging", "--create", "--domain", "www.example.com")
    assert ran.returncode == 4
    assert "www.example.com cannot be added" in ran.stderr
    assert platform.pushes() == []


@pytest.mark.parametrize(("fault", "words"), [(403, "belongs to others"), (422, "cannot be read")])
def test_an_app_that_cannot_be_read_says_why(
    tmp_path: Path, platform: Platform, fault: int, words: str
) -> None:
    made = fresh(tmp_path, platform)
    platform.faults.add(f"GET /apps/{APP}*", fault, times=ALWAYS)
    ran = made.run("staging", "--create")
    assert (ran.returncode, words in ran.stderr) == (3, True), ran.stderr
    assert platform.changes() == []
