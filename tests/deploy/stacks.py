"""A fixture's app with the files that `init` wrote for it, live on the double: where a scenario begins."""

from __future__ import annotations

import copy
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests import golden
from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import App, Platform

STACKS = {
    "django": "django_shop",
    "rails": "rails_solid",
    "node": "node_knex",
    "flask": "flask_factory",
    "dart": "dart_conduit_database",
    "container": "docker_heroku_yml",
    "bot": "node_bot",
    "one-off": "",
}
"""Name -> fixture; "" is the plan of the tests whose migration is a one-off command."""


@dataclass
class Start:
    """A repository whose app runs, to be copied for each scenario."""

    folder: Path
    app: App
    types: tuple[str, ...]
    migration_paths: list[str]
    migrates: bool
    settings: dict[str, str]


def make(stack: str, folder: Path, platform: Platform) -> Start:
    """Let the script make a stack's app live, with the stand-in; it gets dynos of its own number."""
    folder.mkdir()
    settings = {"DEPLOY_BOOT_SECONDS": "3", "DEPLOY_COMMAND_SECONDS": "60"}
    deployment = Deployment(folder, platform, settings)
    if fixture := STACKS[stack]:
        _files(deployment, fixture)
    else:
        deployment.set_up(**_one_off())
    script = (deployment.repo / "bin" / "deploy").read_text()
    platform.types = _types(deployment.repo, script) if fixture else ("web", "worker")
    _go_live(deployment)
    app = platform.apps[APP]
    for kind, (many, _) in list(app.formation.items()):
        if kind != "release" and many:
            app.formation[kind] = (many + 1, "Standard-2X")
    paths = re.search(r"^MIGRATION_PATHS=\((.*)\)$", script, flags=re.MULTILINE)
    return Start(
        folder,
        app,
        platform.types,
        shlex.split(paths[1]) if paths else [],
        bool(paths),
        settings,
    )


def _one_off() -> dict[str, object]:
    from tests.deploy.harness import ONE_OFF

    return {**ONE_OFF, "cache_clear": "clear the cache"}


def _files(deployment: Deployment, fixture: str) -> None:
    repo = deployment.repo
    deployment.prepare(real=False)
    shutil.copytree(golden.FIXTURES / fixture / "app", repo, symlinks=True)
    extra = [str(word) for word in golden.settings(fixture).get("arguments", [])]
    code, said, talk = golden.call("init", "-C", str(repo), "--yes", *extra)
    if code:
        raise SystemExit(f"init of {fixture} fails:\n{said}{talk}")
    deployment.git("init", "--quiet", "-b", "main")
    deployment.git("add", "-A", "--force")
    deployment.git("commit", "--quiet", "-m", "All of it")


def _types(repo: Path, script: str) -> tuple[str, ...]:
    manifest = re.search(r"^MANIFEST='?([^'\n]*)", script, flags=re.MULTILINE)
    assert manifest is not None
    text = (repo / manifest[1]).read_text()
    if manifest[1] == "heroku.yml":
        said = yaml.safe_load(text)
        return (*said.get("run", said["build"]["docker"]), *(["release"] if "release" in said else []))
    return tuple(re.findall(r"^([\w-]+):", text, flags=re.MULTILINE))


def _go_live(deployment: Deployment) -> None:
    words = ("staging", "--app", APP, "--create", "--yes")
    ran = deployment.run(*words)
    if lacking := re.search(r"These have no value yet:(.*)", ran.stderr):
        config = deployment.platform.apps[APP].config
        config.update({name: f"value-of-{name.lower()}" for name in lacking[1].split()})
        ran = deployment.run(*words)
    if ran.returncode:
        raise SystemExit(f"{deployment.scratch.name} does not go live:\n{ran.stdout}{ran.stderr}")


def scenario(start: Start, folder: Path, platform: Platform, migrating: bool, *, real: bool) -> Deployment:
    """Copy a start; the new commit brings a migration, or none."""
    shutil.copytree(start.folder, folder, symlinks=True)
    platform.apps[APP] = copy.deepcopy(start.app)
    platform.types = start.types
    platform.git_folder = folder / "git"
    deployment = Deployment(folder, platform, dict(start.settings))
    deployment.use_cli(real=real)
    deployment.shorten_sleep()
    if migrating:
        path = start.migration_paths[0] if start.migration_paths else "new"
        is_file = (deployment.repo / path).is_file()
        deployment.commit(path if is_file else f"{path}/9999_new", "a new migration\n")
    else:
        deployment.commit("NEWS", "no migration\n")
    return deployment
