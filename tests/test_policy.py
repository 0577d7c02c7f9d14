"""The platform data: every row is dated and sourced, and its readers find what it holds."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources

import pytest
import tomli

from scaffold import policy

DATA = [
    path for path in resources.files("scaffold").joinpath("data").iterdir() if path.name.endswith(".toml")
]
DATE = re.compile(r"2026-\d\d-\d\d")


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.name))
def test_every_file_says_when_it_was_checked(path: object) -> None:
    document = tomli.loads(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert DATE.fullmatch(document["checked"])


@pytest.mark.parametrize("name", ["heroku", "runtimes"])
def test_every_table_names_its_source(name: str) -> None:
    tables = {key: value for key, value in policy.table(name).items() if isinstance(value, dict)}
    assert all(table["source"] and DATE.fullmatch(table["checked"]) for table in tables.values())


def test_every_service_names_its_source_and_the_variable_an_app_reads() -> None:
    for role, row in policy.table("addons")["services"].items():
        assert row["source"] and DATE.fullmatch(row["checked"])
        known = policy.addon(role)
        assert not known.config_vars or known.default_var == known.config_vars[0]
        assert known.plan not in known.retired


@pytest.mark.parametrize(
    ("role", "slug", "var"),
    [
        ("postgres", "heroku-postgresql:essential-0", "DATABASE_URL"),
        ("redis", "heroku-redis:mini", "REDIS_URL"),
        ("elasticsearch", "bonsai", "BONSAI_URL"),
        ("mongodb", "", "MONGODB_URI"),
        ("fixie", "fixie", ""),
    ],
)
def test_addons_by_role(role: str, slug: str, var: str) -> None:
    assert (policy.addon(role).slug, policy.addon(role).default_var) == (slug, var)


@pytest.mark.parametrize(
    ("slug", "today"),
    [
        ("heroku-postgresql:hobby-dev", "heroku-postgresql:essential-0"),
        ("heroku-postgresql:mini", "heroku-postgresql:essential-0"),
        ("heroku-redis:hobby-dev", "heroku-redis:mini"),
        ("cleardb:ignite", "jawsdb:kitefin"),
        ("heroku-postgresql:standard-0", None),
        ("heroku-postgresql", None),
        ("source", None),
        ("", None),
    ],
)
def test_retired_plans_have_a_successor(slug: str, today: str | None) -> None:
    assert policy.retired_plan(slug) == today


@pytest.mark.parametrize("name", list(policy.table("buildpacks")["urls"]))
def test_a_buildpack_goes_from_name_to_address_and_back(name: str) -> None:
    url = policy.buildpack_url(name)
    assert url.startswith("https://")
    assert policy.buildpack_name(url) == policy.buildpack_name(f"{url}.git") == name


def test_another_buildpack_is_left_as_it_is() -> None:
    assert policy.buildpack_url("https://example.com/pack#v1") == "https://example.com/pack#v1"
    assert policy.buildpack_name("https://example.com/pack") == "https://example.com/pack"


def test_what_is_offered_is_not_retired() -> None:
    assert policy.stack_status(policy.stack_image()) in ("available", "recommended")
    assert policy.default_dyno_size() == policy.dyno_sizes()[0]
    for name in policy.dyno_sizes():
        assert policy.dyno_size(name) and policy.retired_dyno_size(name) is None
    assert policy.dyno_size("Standard-2X") == policy.dyno_size("standard-2x")
    assert policy.retired_dyno_size("Hobby") == "basic"
    assert policy.dyno_size("hobby") is None


@pytest.mark.parametrize(
    ("name", "valid"),
    [("my-app", True), ("ab", False), ("My-app", False), ("my-app-", False), ("1app", False)],
)
def test_app_names(name: str, valid: bool) -> None:
    assert bool(re.fullmatch(policy.name_pattern("app"), name)) is valid


def test_the_platform_data_is_not_read_before_it_is_asked_for() -> None:
    show = "print('tomli' in sys.modules, 'packaging' in sys.modules)"
    code = f"import sys; from scaffold import policy, versions; {show}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
