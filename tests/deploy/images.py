"""The platform's side of images: the registry, and the release of what was pushed to it."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from tests.deploy import api
from tests.deploy.harness import APP, HERE, Deployment
from tests.deploy.platform import NOT_FOUND, Json, Platform
from tests.deploy.server import Route


def route(pushed: Path) -> Route:
    """Return the routes of the API and of the registry, which holds what a file says was pushed to it."""

    def answer(platform: Platform, method: str, path: str, body: Json) -> tuple[int, Json]:
        bare = path.partition("?")[0]
        if found := re.fullmatch(r"/v2/(.+)/manifests/latest", bare):
            known = json.loads(pushed.read_text()) if pushed.exists() else {}
            digest = known.get(f"registry.heroku.com/{found[1]}")
            return (200, {"schemaVersion": 2, "config": {"digest": digest}}) if digest else (404, NOT_FOUND)
        found = re.fullmatch(r"/apps/([^/]+)/formation", bare)
        if method == "PATCH" and found and "docker_image" in body["updates"][0]:
            return 200, _release(platform, found[1], body["updates"])
        return api.route(platform, method, path, body)

    return answer


def _release(platform: Platform, name: str, updates: list[dict[str, str]]) -> Json:
    """Release images, unless they are those that run; a release phase may fail."""
    app = platform.apps[name]
    slug = json.dumps(updates)
    running = next((release["slug"]["id"] for release in reversed(app.releases) if release["current"]), "")
    if slug != running:
        for update in updates:
            app.formation.setdefault(update["type"], (int(update["type"] == "web"), "Basic"))
        types = ", ".join(update["type"] for update in updates)
        digest = updates[0]["docker_image"].removeprefix("sha256:")[:12]
        status = platform.end_of_release()
        app.release(f"Deployed {types} ({digest})", slug=slug, status=status)
    return [{"type": kind, "quantity": many, "size": size} for kind, (many, size) in app.formation.items()]


def set_up(deployment: Deployment, plan: dict[str, Any], *, real: bool = False) -> None:
    """Make a container app that runs, a new commit, a file that is in no commit, and a docker."""
    deployment.set_up(real=real, **plan)
    state = deployment.scratch / "docker state"
    state.mkdir()
    _program(deployment, "docker", f"DOCKER_STATE={shlex.quote(str(state))}")
    if not real:  # a real CLI takes the registry from the host of the API, of which a local one makes no name
        _program(deployment, "heroku", "")
    for build in plan["container"]["builds"]:
        deployment.commit(build["dockerfile"], "FROM scratch\n")
    deployment.commit("migrations/1", "first\n")
    deployment.commit(".gitattributes", "migrations export-ignore\n")
    running = deployment.platform.add(APP, stack="container")
    running.release("Deployed web (0123456789ab)", slug="of another computer")
    for type_ in plan["container"]["types"]:
        running.formation[type_["process"]] = (int(type_["process"] != "release"), "Basic")
    (deployment.repo / "notes").write_text("in no commit")


def _program(deployment: Deployment, name: str, setting: str) -> None:
    """Put one of the programs beside this file on the PATH of a deployment."""
    path = deployment.scratch / "programs" / name
    path.write_text(f'#!/bin/sh\n{setting} exec {shlex.join([sys.executable, str(HERE / name)])}.py "$@"\n')
    path.chmod(0o755)
