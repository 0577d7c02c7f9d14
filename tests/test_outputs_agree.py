"""One plan feeds every file: what is written for each fixture is valid, and the files never disagree."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
import yaml

from scaffold.manifests import env_file
from tests import golden

DATA = Path(__file__).resolve().parent.parent / "scaffold" / "data"
WRITTEN = [name for name in golden.names() if "init.txt" in golden.expected(name)]


@cache
def schema(name: str) -> Any:
    return json.loads((DATA / f"{name}.schema.json").read_text(encoding="utf-8"))


def files(name: str) -> dict[str, str]:
    return {k.removeprefix("files/"): v for k, v in golden.expected(name).items() if k.startswith("files/")}


def document(name: str) -> Any:
    return json.loads(golden.expected(name)["detect.json"])


@pytest.mark.parametrize("name", golden.samples())
def test_the_detect_document_follows_its_schema(name: str) -> None:
    if "detect.json" in golden.expected(name):
        extra = [str(word) for word in golden.settings(name).get("arguments", [])]
        with golden.copy_of(name) as app:
            _, text, _ = golden.call("detect", "-C", str(app), "--json", *extra)
        jsonschema.validate(json.loads(text), schema("detect"))


@pytest.mark.parametrize("name", WRITTEN)
def test_app_json_is_what_heroku_takes(name: str) -> None:
    text = files(name).get("app.json")
    if text is not None:
        jsonschema.validate(json.loads(text), schema("app"))


@pytest.mark.parametrize("name", WRITTEN)
def test_procfile_formation_and_buildpacks_agree(name: str) -> None:
    written, found = files(name), document(name)
    app = json.loads(written.get("app.json", "{}"))
    procfile = next((text for path, text in written.items() if path.rpartition("/")[2] == "Procfile"), None)
    if procfile is not None:
        lines = dict(re.fullmatch(r"([a-z0-9]+): (.+)", line).groups() for line in procfile.splitlines())  # type: ignore[union-attr]
        assert lines == found["processes"]
    if "formation" in app and not found["container"]:
        assert set(app["formation"]) == set(found["processes"]) - {"release"}
    if app:
        assert [entry["url"] for entry in app.get("buildpacks", [])] == found["buildpacks"]
        assert [entry["plan"] for entry in app.get("addons", [])] == [
            entry["plan"] for entry in found["addons"]
        ]
    assert (".buildpacks" in written) == (len(found["buildpacks"]) > 1)
    if ".buildpacks" in written:
        assert len(written[".buildpacks"].splitlines()) == len(found["buildpacks"])


@pytest.mark.parametrize("name", WRITTEN)
def test_the_variables_are_the_same_everywhere(name: str) -> None:
    written, found = files(name), document(name)
    names = {var["name"] for var in found["config_vars"]}
    if "config-vars.toml" in written:
        assert set(tomli.loads(written["config-vars.toml"])["vars"]) == names
    if ".env.example" in written:
        assert set(re.findall(r"(?m)^(?:# )?([A-Za-z_]\w*)=", written[".env.example"])) == names
    if "app.json" in written:
        assert set(json.loads(written["app.json"]).get("env", {})) <= names
    for var in found["config_vars"]:
        assert not (var["secret"] and (var["value"] or var["default"])), var["name"]


@pytest.mark.parametrize("name", WRITTEN)
def test_no_file_holds_a_value_of_a_secret(name: str) -> None:
    written = files(name)
    secret = {var["name"] for var in document(name)["config_vars"] if var["secret"]}
    for entry in env_file.parse(written.get(".env.example", ""), ".env.example"):
        assert entry.name not in secret or not entry.value
    for key, entry in json.loads(written.get("app.json", "{}")).get("env", {}).items():
        assert key not in secret or "value" not in entry
    for key, record in tomli.loads(written.get("config-vars.toml", "")).get("vars", {}).items():
        assert key not in secret or not (record.get("value") or record.get("default"))
    for key in secret:
        assert f'"$1" {key} value' not in written.get("bin/deploy", "")


@pytest.mark.parametrize("name", WRITTEN)
def test_heroku_yml_builds_what_the_document_says(name: str) -> None:
    text = files(name).get("heroku.yml")
    assert (text is not None) == document(name)["container"] or "heroku.yml" in {
        path.name for path in (golden.FIXTURES / name / "app").iterdir()
    }
    if text is not None:
        loaded = yaml.safe_load(text)
        assert set(loaded) <= {"setup", "build", "release", "run"}
        for dockerfile in loaded["build"]["docker"].values():
            assert (golden.FIXTURES / name / "app" / dockerfile).is_file()


@pytest.mark.parametrize("name", WRITTEN)
def test_the_deploy_script_knows_the_plan(name: str) -> None:
    script, found = files(name).get("bin/deploy"), document(name)
    if script is None:
        return
    for buildpack in found["buildpacks"]:
        assert buildpack in script
    needed = [var for var in found["config_vars"] if var["required"] and not var["provided_by"]]
    for var in needed:
        assert re.search(rf"(?m)^ +\"\$1\" {var['name']} ", script), var["name"]
