"""The deploy step of a CI file, run as a service runs it: in its kind of clone, with the real CLI."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import APP, HERE, Deployment, call, started
from tests.deploy.platform import TOKEN, Platform
from tests.test_ci_files import SERVICES, load, sample
from tests.test_deploy_script import AS_BEFORE, running, state

GITHUB, CIRCLECI, GITLAB = SERVICES


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The three files, parsed."""
    top = sample(tmp_path_factory.mktemp("ci") / "app", "django_shop", {})
    return {path: load(top / path) for path in SERVICES}


def steps(files: dict[str, Any], service: str, environment: str) -> list[str]:
    """Return the shell of a deploy job, with what the service fills in left as variables."""
    if service == GITHUB:
        found = [step["run"] for step in files[service]["jobs"][environment]["steps"] if "run" in step]
    elif service == CIRCLECI:
        job = files[service]["jobs"][f"deploy-{environment}"]["steps"]
        found = [step["run"]["command"] for step in job if "run" in step]
    else:
        found = files[service][f"deploy-{environment}"]["script"]
    return [str(step) for step in found]


def clone(deployment: Deployment, revision: str) -> Path:
    """Clone as CI services do it: everything, no branch checked out, no remote but origin."""
    target = deployment.scratch / "work" / "clone"
    call(
        "git", "clone", "--quiet", "--no-checkout", str(deployment.repo), str(target), cwd=deployment.scratch
    )
    call("git", "checkout", "--quiet", "--detach", revision, cwd=target)
    call("git", "branch", "-D", "main", cwd=target)
    return target


def start(deployment: Deployment, where: Path, text: str, **env: str) -> subprocess.Popen[str]:
    """Start a piece of shell as the services do: bash -e, no terminal."""
    deployment.settings["CI"] = "true"
    words = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text]
    return started(words, cwd=where, env=deployment.env(**env))


@pytest.fixture
def live(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository whose app runs, with a new commit that brings no migration."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    running(made)
    made.commit("README", "new\n")
    return made


def test_the_cli_is_the_one_that_the_script_is_tested_with(files: dict[str, Any]) -> None:
    tested = json.loads((HERE / "package.json").read_text())["dependencies"]["heroku"]
    for service in SERVICES:
        assert f"npm install --global heroku@{tested}" in steps(files, service, "staging"), service


@pytest.mark.parametrize(
    ("service", "variable"),
    [(GITHUB, "REF"), (CIRCLECI, "CIRCLE_SHA1"), (GITLAB, "CI_COMMIT_SHA")],
    ids=["github", "circleci", "gitlab"],
)
def test_it_deploys_from_a_detached_clone(
    live: Deployment, files: dict[str, Any], service: str, variable: str
) -> None:
    """With the real CLI once; the step of the other two differs in the name of a variable."""
    live.use_cli(real=service == GITHUB)
    revision = live.git("rev-parse", "HEAD")
    where = clone(live, revision)
    ended = start(live, where, steps(files, service, "staging")[-1], **{variable: revision})
    said, _ = ended.communicate(timeout=200)
    assert ended.returncode == 0, said
    app = live.platform.apps[APP]
    assert state(app) == AS_BEFORE
    assert f"Deployed {revision[:7]}" in said
    assert TOKEN not in said
    assert not (where / ".git" / "heroku-deploy" / f"{APP}.formation").exists()


def test_an_older_revision_is_deployed_with_the_script_of_today(
    live: Deployment, files: dict[str, Any]
) -> None:
    older = live.git("rev-parse", "HEAD~1")
    where = clone(live, live.git("rev-parse", "HEAD"))
    ended = start(live, where, steps(files, GITLAB, "staging")[-1], DEPLOY_REF=older, CI_COMMIT_SHA="x")
    said, _ = ended.communicate(timeout=200)
    assert ended.returncode == 0, said
    assert older[:7] in said


def test_cancelling_reaches_the_script(live: Deployment, files: dict[str, Any]) -> None:
    """GitHub interrupts the process of the step alone, and what it started would not hear of it."""
    live.commit("app/migrations/0002.py", "second\n")
    revision = live.git("rev-parse", "HEAD")
    where = clone(live, revision)
    jobs: list[subprocess.Popen[str]] = []

    def cancel() -> None:
        jobs[0].send_signal(signal.SIGINT)
        time.sleep(0.3)

    live.platform.faults.call("POST */backups", cancel)
    jobs.append(start(live, where, steps(files, GITHUB, "staging")[-1], REF=revision))
    said, _ = jobs[0].communicate(timeout=200)
    assert jobs[0].returncode == 130, said
    assert state(live.platform.apps[APP]) == AS_BEFORE
