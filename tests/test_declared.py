"""What people wrote for deployment (Procfile, app.json, heroku.yml, other platforms) and of the app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import about, declared
from scaffold.checkout import open_repo
from scaffold.declared_procfile import tool_of
from scaffold.errors import ManifestError
from scaffold.facts import About, Addon, AnyFact, Buildpack, ConfigVar, Doubt, Migration, Process, Strength
from scaffold.manifests import app_json, heroku_yml


def facts(top: Path, files: dict[str, str]) -> list[AnyFact]:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, encoding="utf-8")
    return list(declared.detect(open_repo(top)))


def doubts(found: list[AnyFact]) -> list[str]:
    return [fact.id for fact in found if isinstance(fact, Doubt)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["env", "addons", "buildpacks", "formation", "scripts", "stack", "name", "keywords"]),
        JSON,
    )
)
def test_app_json_of_any_shape_is_read(value: dict[str, object]) -> None:
    app_json.parse(json.dumps(value), "app.json")


@given(st.dictionaries(st.sampled_from(["setup", "build", "release", "run"]), JSON))
def test_heroku_yml_of_any_shape_is_read(value: dict[str, object]) -> None:
    try:
        heroku_yml.parse(json.dumps(value), "heroku.yml")
    except ManifestError as error:
        assert error.path == "heroku.yml"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("web: a --port $PORT\nworker: b\n", []),
        ("web: a\nweb: b\n", ["procfile/duplicate"]),
        ("Web: a\n", ["procfile/upper-case"]),
        ("web: uvicorn a:b --port 8000\n", ["procfile/port"]),
        ("web: python manage.py runserver 0.0.0.0:$PORT\n", ["procfile/development-server"]),
        ("web: a --host 127.0.0.1\n", ["procfile/loopback"]),
        ("# web: a -p 80\nworker: b\n", []),
    ],
)
def test_what_heroku_would_not_take_of_a_procfile(tmp_path: Path, text: str, wanted: list[str]) -> None:
    assert doubts(facts(tmp_path, {"Procfile": text})) == wanted


@pytest.mark.parametrize("name", ["procfile", "ProcFile", "Procfile.txt", "PROCFILE"])
def test_a_misnamed_procfile_is_read_and_doubted(tmp_path: Path, name: str) -> None:
    found = facts(tmp_path, {name: "web: a\n"})
    assert [f.command for f in found if isinstance(f, Process)] == ["a"]
    assert doubts(found) == ["procfile/misnamed"]


def test_a_procfile_for_development_declares_nothing(tmp_path: Path) -> None:
    assert not facts(tmp_path, {"Procfile.dev": "web: rails s\njs: yarn build --watch\n"})


def test_a_procfile_in_a_folder_belongs_to_that_root(tmp_path: Path) -> None:
    found = facts(tmp_path, {"api/Procfile": "web: a\n", "examples/x/Procfile": "web: b\n"})
    assert [(f.root, f.command) for f in found if isinstance(f, Process)] == [("api", "a")]


def test_app_json(tmp_path: Path) -> None:
    document = {
        "env": {
            "A": "1",
            "B": {"value": 2, "required": False},
            "C": {"description": "c"},
            "MY_SECRET": "abc",
            "KEY": {"generator": "secret"},
        },
        "addons": ["heroku-postgresql:mini", {"plan": "heroku-redis:mini", "as": "CACHE"}, 3, {}],
        "buildpacks": [{"url": "heroku/nodejs"}, {"url": "heroku/python"}, None],
        "formation": {"web": {"size": "hobby"}},
        "scripts": {"postdeploy": "python manage.py migrate"},
        "stack": "heroku-18",
    }
    found = facts(
        tmp_path, {"app.json": json.dumps(document, indent=1), ".buildpacks": "https://example.com/x\n"}
    )
    variables = {f.name: f for f in found if isinstance(f, ConfigVar)}
    assert (variables["A"].value, variables["A"].required) == ("1", False)
    assert (variables["B"].value, variables["B"].required) == ("2", False)
    assert (variables["C"].required, variables["C"].description) == (True, "c")
    secret = variables["MY_SECRET"]
    assert (secret.value, secret.secret, secret.required) == (None, True, True)
    assert "abc" not in repr(secret)
    assert variables["KEY"].generator == "secret"
    assert [(f.service, f.var) for f in found if isinstance(f, Addon)] == [
        ("postgres", ""),
        ("redis", "CACHE_URL"),
    ]
    assert [f.name for f in found if isinstance(f, Buildpack)] == ["heroku/nodejs", "heroku/python"]
    assert sorted(doubts(found)) == [
        "addon/retired",
        "app-json/dyno-size",
        "app-json/postdeploy",
        "app-json/stack",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"expo": {"name": "x"}}',
        '{"name": "X", "displayName": "X"}',
        '{"name": "x", "version": "1"}',
        "{}",
        "[]",
        "{",
    ],
)
def test_the_app_json_of_another_tool_says_nothing(tmp_path: Path, text: str) -> None:
    assert not facts(tmp_path, {"app.json": text})


def test_heroku_yml(tmp_path: Path) -> None:
    text = (
        "setup:\n  addons:\n    - plan: heroku-postgresql\n    - heroku-redis\n  config:\n    MODE: x\n"
        "build:\n  docker:\n    web: missing/Dockerfile\nrelease:\n  image: web\n  command: [./migrate]\n"
        "run:\n  worker:\n    command:\n      - ./work\n    image: web\n"
    )
    found = facts(tmp_path, {"heroku.yml": text})
    assert {f.name: f.command for f in found if isinstance(f, Process)} == {
        "worker": "./work",
        "release": "./migrate",
    }
    assert [f.service for f in found if isinstance(f, Addon)] == ["postgres", "redis"]
    assert doubts(found) == ["heroku-yml/no-dockerfile"]


def test_other_platforms_only_fill_in(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        {
            "render.yaml": "services:\n- type: web\n  rootDir: api\n  startCommand: gunicorn a:b -b :10000\n"
            "- 3\n- type: cron\n  startCommand: x\n",
            "fly.toml": '[processes]\napp = "npm run dev"\njobs = "node jobs.js"\n'
            '[deploy]\nrelease_command = "m"\n',
            "railway.json": '{"deploy": {"startCommand": 3, "preDeployCommand": ["n"]}}',
        },
    )
    processes = [(f.root, f.name, f.command) for f in found if isinstance(f, Process)]
    assert sorted(processes) == [(".", "jobs", "node jobs.js"), ("api", "web", "gunicorn a:b -b :$PORT")]
    assert {f.command for f in found if isinstance(f, Migration)} == {"m", "n"}
    assert {f.strength for f in found} == {Strength.GENERIC}


def test_system_packages_are_doubted_where_a_buildpack_would_build(tmp_path: Path) -> None:
    image = "FROM python:3\nRUN apt-get update && apt-get install -y curl ffmpeg=7\n"
    assert doubts(facts(tmp_path, {"Dockerfile": image, "requirements.txt": ""})) == [
        "docker/system-packages"
    ]
    assert not doubts(facts(tmp_path, {"Aptfile": "ffmpeg\n"}))


@pytest.mark.parametrize(
    ("readme", "name", "description"),
    [
        (
            "# Tide table\n\nShows when the **water** is [high](https://example.com).\n",
            "Tide table",
            "Shows when the water is high.",
        ),
        ("# README\n\nThis README would normally document things and more.\n", "", ""),
        (
            "<h1>x</h1>\n\n[![Build](b)](c)\n\n- a list\n\n```\ncode that is long enough to count\n```\n",
            "",
            "",
        ),
        ("# A\n\n## Installation\n\nPut it on a machine that you like.\n", "A", ""),
        ("# B &amp; C 🚀\n\n" + "Long words here. " * 20, "B & C", None),
    ],
)
def test_the_readme_in_plain_words(tmp_path: Path, readme: str, name: str, description: str | None) -> None:
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    said = {f.key: f.value for f in about.detect(open_repo(tmp_path)) if isinstance(f, About)}
    assert said.get("name", "") == name
    if description is not None:
        assert said.get("description", "") == description
    assert len(said.get("description", "")) <= about.MAX_DESCRIPTION


def test_the_manifests_outrank_the_readme(tmp_path: Path) -> None:
    package = {
        "name": "@org/tides",
        "description": "Tide tables",
        "keywords": ["tides", 3],
        "homepage": "javascript:alert(1)",
        "repository": {"url": "git+https://github.com/org/tides.git"},
    }
    (tmp_path / "package.json").write_text(json.dumps(package), encoding="utf-8")
    said = {f.key: f.value for f in about.detect(open_repo(tmp_path)) if isinstance(f, About)}
    assert said == {
        "name": "tides",
        "description": "Tide tables",
        "keywords": "tides",
        "repository": "https://github.com/org/tides",
    }


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("celery -A a worker", "celery"),
        ("newrelic-admin run-program celery --app=a beat", "celerybeat"),
        ("celery -A a worker --beat", "celery"),
        ("rq worker mail", "rq"),
        ("bundle exec rake jobs:work", "delayed_job"),
        ("node jobs.js", ""),
    ],
)
def test_the_job_runner_of_a_declared_command(text: str, tool: str) -> None:
    assert tool_of(text) == tool
