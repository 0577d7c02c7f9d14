"""bin/deploy --images: images of a container app built here, pushed to Heroku's registry and released.

Docker itself is a program that remembers what it was asked for: nothing here was tried on the real registry.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import images, namespace
from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import TOKEN, Platform
from tests.deploy.server import close, serve

PLAN: dict[str, Any] = {
    "container": {
        "images": [
            {"process": "web", "dockerfile": "Dockerfile", "command": "", "target": "run"},
            {"process": "relay", "dockerfile": "re lay/Dockerfile", "command": "", "target": ""},
        ],
        "builds": [
            {
                "dockerfile": "Dockerfile",
                "context": ".",
                "target": "run",
                "arguments": [["KIND", "a 'b' $C"]],
            },
            {"dockerfile": "re lay/Dockerfile", "context": "re lay", "target": "", "arguments": []},
        ],
        "types": [
            {"process": "web", "build": 1, "command": ""},
            {"process": "relay", "build": 2, "command": ""},
            {"process": "worker", "build": 1, "command": "work --name \"$DYNO\" 'x' \\ `id`"},
            {"process": "release", "build": 1, "command": "migrate"},
        ],
    },
    "stack_image": "container",
    "buildpacks": [],
    "config_vars": [],
    "addons": [],
    "migration": {"command": "migrate", "paths": ["migrations"], "in_release": True},
}
TYPES = ["web", "relay", "worker", "release"]
SMALL = PLAN | {
    "container": {
        "images": PLAN["container"]["images"][:1],
        "builds": [{"dockerfile": "Dockerfile", "context": ".", "target": "", "arguments": []}],
        "types": [{"process": "web", "build": 1, "command": ""}],
    },
    "formation": {"web": {"quantity": 1, "size": "basic"}},
}


class Images(Deployment):
    """A container app and its docker."""

    @property
    def docker(self) -> Path:
        """Return the folder that docker keeps."""
        return self.scratch / "docker state"

    def calls(self, *names: str) -> list[dict[str, Any]]:
        """Return what docker was asked for."""
        path = self.docker / "calls"
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [call for call in found if call["words"][0] in names]


@pytest.fixture
def app(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Images]:
    """A container app that runs, with a new commit and a file that is in no commit."""
    platform = Platform()
    server = serve(platform, images.route(tmp_path / "docker state" / "pushed.json"))
    made = Images(tmp_path, platform)
    images.set_up(made, getattr(request, "param", PLAN))
    yield made
    close(platform, server)


def test_images_are_those_of_the_revision_and_released_together(app: Images) -> None:
    ran = app.run("staging", "--images", "--allow-dirty")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    sha = app.git("rev-parse", "HEAD")
    first, relay, worker, release = app.calls("build")
    assert "--platform linux/amd64 --target run --build-arg KIND=a 'b' $C" in " ".join(first["words"])
    assert f"org.opencontainers.image.revision={sha}" in first["words"]
    assert "migrations/1" in first["files"]
    assert "notes" not in first["files"]
    assert relay["files"] == ["Dockerfile"]
    assert worker["dockerfile"] == (
        f'FROM {APP}:build-1\nCMD ["/bin/sh", "-c", {json.dumps(PLAN["container"]["types"][2]["command"])}]\n'
    )
    assert release["dockerfile"].endswith('"-c", "migrate"]\n')
    assert all(call["env"]["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1" for call in app.calls("build"))
    assert [call["words"][-1].rpartition("/")[2] for call in app.calls("push")] == TYPES
    running = app.platform.apps[APP]
    assert [update["type"] for update in json.loads(running.releases[-1]["slug"]["id"])] == TYPES
    assert app.platform.pushes() == []
    assert app.calls("login")[0]["mode"] == "0o700"
    assert not any(call["env"]["DOCKER_CONFIG"] for call in app.calls("build", "tag"))
    said = (
        ran.stdout + ran.stderr + json.dumps([call["words"] for call in app.calls("login", "push", "build")])
    )
    assert TOKEN not in said
    assert not (app.scratch / "home" / ".docker").exists()
    assert not list(app.scratch.glob("tmp.*"))


@pytest.mark.parametrize("app", [SMALL], indirect=True, ids=["small"])
def test_the_next_run_knows_what_is_live_and_whether_there_is_a_migration(app: Images) -> None:
    words = ("staging", "--images", "--allow-dirty")
    first = app.run(*words)
    assert "Maintenance mode" in first.stdout, "of an unknown release a migration is to be expected"
    assert "is live already (v4)" in app.run(*words, "--dry-run").stdout
    assert "These images are live already" in app.run(*words, "--force").stdout
    app.commit("README", "new\n")
    assert "No migration to run" in app.run(*words, "--dry-run").stdout
    app.commit("migrations/2", "second\n")
    assert "Maintenance mode" in app.run(*words, "--dry-run").stdout
    live = app.platform.apps[APP]
    live.release("Deployed web (fedcba987654)", slug="of another computer")
    app.git("reset", "--quiet", "--hard", "HEAD~1")
    assert "Maintenance mode" in app.run(*words, "--dry-run").stdout
    live.release("Rollback to v4", slug=live.releases[3]["slug"]["id"])
    assert "No migration to run" in app.run(*words, "--dry-run").stdout


@pytest.mark.parametrize("app", [SMALL], indirect=True, ids=["small"])
@pytest.mark.parametrize(
    ("failing", "code"), [("version", 3), ("build", 8), ("tag", 8), ("login", 8), ("push", 8)]
)
def test_whatever_docker_fails_at_nothing_is_released(app: Images, failing: str, code: int) -> None:
    ran = app.run("staging", "--images", "--allow-dirty", DOCKER_FAILS=failing)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert len(app.platform.apps[APP].releases) == 3
    assert not app.platform.apps[APP].maintenance
    assert "HALF MIGRATED" not in ran.stderr


@pytest.mark.parametrize("app", [SMALL], indirect=True, ids=["small"])
def test_a_failed_release_phase_of_images_leaves_a_way_out(app: Images) -> None:
    app.platform.fails = {"release"}
    ran = app.run("staging", "--images", "--allow-dirty")
    assert ran.returncode == 9, ran.stdout + ran.stderr
    assert "HALF MIGRATED" in ran.stderr
    assert app.platform.apps[APP].maintenance
    app.platform.fails = set()
    again = app.run("staging", "--images", "--allow-dirty", "--force")
    assert again.returncode == 0, again.stdout + again.stderr
    assert not app.platform.apps[APP].maintenance


def test_what_cannot_be_built_here_is_refused_before_anything_changes(app: Images) -> None:
    app.platform.apps[APP].stack = "heroku-24"
    assert (
        "does not build this app: heroku stack:set container"
        in app.run("staging", "--images", "--allow-dirty").stderr
    )
    app.platform.apps[APP].stack = "container"
    head = app.git("rev-parse", "HEAD")
    app.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    app.git("commit", "--quiet", "-m", "A submodule")
    assert "submodules" in app.run("staging", "--images", "--ref", "HEAD").stderr
    app.git("rm", "--quiet", "re lay/Dockerfile")
    app.git("commit", "--quiet", "-m", "No relay")
    ran = app.run("staging", "--images", "--ref", "HEAD")
    assert ran.returncode == 3
    assert "the revision has no re lay/Dockerfile" in ran.stderr
    assert app.calls("build") == []
    assert app.platform.changes() == []


def test_a_dry_run_shows_each_command(app: Images) -> None:
    ran = app.run("staging", "--images", "--allow-dirty", "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(" docker build ") == 4
    assert ran.stdout.count(" docker push ") == 4
    assert '"migrate"' in ran.stdout
    assert "heroku container:login" in ran.stdout
    assert f"heroku container:release web relay worker release -a {APP}" in ran.stdout
    assert app.calls("build", "tag", "login", "push") == []
    assert app.platform.changes() == []


@pytest.mark.slow
def test_the_real_cli_releases_images_at_the_hosts_it_names_itself(tmp_path: Path) -> None:
    if obstacle := namespace.obstacle():
        pytest.skip(obstacle)
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(SMALL))
    words = [*namespace.command(), sys.executable, "-m", "tests.deploy.namespace", str(tmp_path), str(plan)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(ran.stdout)
    assert told["code"] == 0, told["stdout"] + told["stderr"]
    asked = [f"{method} {path}" for method, path, _ in told["requests"]]
    assert f"GET /v2/{APP}/web/manifests/latest" in asked
    assert told["releases"][-1]["description"].startswith("Deployed web (")
    calls = [json.loads(line) for line in (tmp_path / "docker state" / "calls").read_text().splitlines()]
    words = next(call["words"] for call in calls if call["words"][0] == "login")
    assert words == ["login", "--username=_", "--password-stdin", "registry.heroku.com"]
    assert TOKEN not in told["stdout"] + told["stderr"] + json.dumps([call["words"] for call in calls])
