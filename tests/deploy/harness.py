"""A repository with the deploy script in it, a remote whose hook builds, and the double of the platform.

HEROKU_CLI in the environment names a real heroku CLI to run instead of the stand-in, DEPLOY_BASH another
bash (3.2, as macOS has it).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from scaffold import render
from tests.deploy.platform import TOKEN, Platform

HERE = Path(__file__).resolve().parent
APP = "my-app-staging"

VAR: dict[str, Any] = {
    "required": False,
    "secret": False,
    "value": None,
    "default": None,
    "generator": "",
    "description": "",
    "stage": "run",
    "provided_by": "",
    "kind": "text",
    "evidence": [],
}
POSTGRES: dict[str, Any] = {
    "service": "postgres",
    "plan": "heroku-postgresql:essential-0",
    "as": "",
    "attachments": [],
    "copies": [],
}
PLAN: dict[str, Any] = {
    "title": "Django",
    "root": ".",
    "layout": "top",
    "processes": [],
    "formation": {
        "web": {"quantity": 1, "size": "basic"},
        "worker": {"quantity": 2, "size": "standard-1x"},
    },
    "buildpacks": ["heroku/nodejs", "heroku/python"],
    "addons": [{**POSTGRES, "config_vars": ["DATABASE_URL"], "why": ""}],
    "config_vars": [
        {**VAR, "name": "SECRET_KEY", "required": True, "secret": True, "generator": "secret"},
        {**VAR, "name": "SETTINGS", "value": 'it\'s "$HOME" `id` {{ 7*7 }} \\ ü'},
        {**VAR, "name": "PAYMENT_KEY", "required": True, "secret": True, "description": "The key"},
        {**VAR, "name": "DATABASE_URL", "required": True, "provided_by": "postgres"},
    ],
    "migration": {"command": "manage migrate", "paths": ["app/migrations"], "in_release": True},
    "container": None,
    "stack_image": "heroku-24",
    "smoke": {"path": "/", "status": 200},
    "cache_clear": "",
    "region": "us",
    "team": "",
    "apps": {"staging": APP, "production": "my-app"},
    "pipeline": "",
}
ONE_OFF = {"migration": {"command": "cd sub && migrate", "paths": ["app/migrations"], "in_release": False}}


def script(*, deploy_vars: Mapping[str, Any] = MappingProxyType({}), **changes: Any) -> bytes:
    """Render bin/deploy for a plan, without the questions of `init`."""
    common = render.template_folder("common")
    assert common is not None
    settings = (common / "copier.yml").read_text(encoding="utf-8")
    with TemporaryDirectory(prefix="layer-") as scratch:
        layer = Path(scratch)
        for folder in ("bin", "_deploy"):
            shutil.copytree(common / folder, layer / folder)
        kept = re.findall(r"^_.*\n(?: .*\n)*", settings, flags=re.MULTILINE)
        (layer / "copier.yml").write_text("".join(kept), encoding="utf-8")
        plan = {**PLAN, **changes}
        own = [var for var in plan["config_vars"] if not var["provided_by"]]
        alike = {"": own, "staging": [], "production": []}
        context = {"plan": plan, "deploy_vars": alike | deploy_vars, "optional_files": ["bin/deploy"]}
        return render.render((layer,), context)["bin/deploy"].content


def call(*words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program that must succeed and return what it printed."""
    ran = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@dataclass
class Deployment:
    """What one test has: a scratch folder, the platform, and the repository in it."""

    scratch: Path
    platform: Platform

    @property
    def repo(self) -> Path:
        """Return the folder of the repository, with a space in its name."""
        return self.scratch / "my app"

    def set_up(self, **changes: Any) -> None:
        """Make the repository, the remotes of both apps, and a `heroku` on the PATH."""
        (self.scratch / "home").mkdir()
        self._program("heroku", heroku_script())
        if shell := os.environ.get("DEPLOY_BASH"):
            (self.scratch / "programs" / "bash").symlink_to(shell)
        for name in (APP, "my-app"):
            remote = self.scratch / "git" / f"{name}.git"
            call("git", "init", "--quiet", "--bare", "-b", "main", remote, cwd=self.scratch)
            hook = remote / "hooks" / "pre-receive"
            words = [sys.executable, str(HERE / "build.py"), self.platform.url, name]
            hook.write_text(f"#!/bin/sh\nexec {shlex.join(words)}\n")
            hook.chmod(0o755)
        (self.repo / "bin").mkdir(parents=True)
        (self.repo / "bin" / "deploy").write_bytes(script(**changes))
        (self.repo / "bin" / "deploy").chmod(0o755)
        self.git("init", "--quiet", "-b", "main")
        self.commit("Procfile", "web: run\n")
        self.commit("app/migrations/0001.py", "first\n")

    def _program(self, name: str, text: str) -> None:
        path = self.scratch / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def env(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a run."""
        port = self.platform.url.rpartition(":")[2]
        return {
            "PATH": f"{self.scratch / 'programs'}:{os.environ['PATH']}",
            "HOME": str(self.scratch / "home"),
            "TMPDIR": str(self.scratch),
            "HEROKU_API_KEY": TOKEN,
            "HEROKU_HOST": f"http://localhost:{port}",
            "HEROKU_GIT_HOST": "git.heroku.com",
            "HEROKU_DATA_HOST": "localhost",
            "HEROKU_PARTICLEBOARD_URL": self.platform.url,
            "HEROKU_BUILDPACK_REGISTRY_URL": self.platform.url,
            "DISABLE_TELEMETRY": "true",
            "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
            "HEROKU_DISABLE_AUTOUPDATE": "true",
            "DEPLOY_BOOT_SECONDS": "2",
            "DEPLOY_POLL_SECONDS": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@example.com",
            "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": "x@example.com",
            # the push goes to https://git.heroku.com/APP.git: git itself leads it to the folder of remotes
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.scratch / 'git'}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://git.heroku.com/",
            **more,
        }

    def git(self, *words: str) -> str:
        """Run git in the repository."""
        return call("git", *words, cwd=self.repo, env=self.env())

    def commit(self, path: str, text: str) -> str:
        """Commit everything, with one file written, and return the commit."""
        (self.repo / path).parent.mkdir(parents=True, exist_ok=True)
        (self.repo / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", f"Change {path}")
        return self.git("rev-parse", "HEAD")

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the script to its end, without a terminal."""
        return subprocess.run(
            [self.repo / "bin" / "deploy", *words],
            cwd=self.scratch,
            env=self.env(**env),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )

    def interrupt(self, with_signal: signal.Signals, path: str, *words: str) -> tuple[int, str]:
        """Run the script and send it a signal once the platform got a request to `path`."""
        self.platform.hold.clear()
        running = subprocess.Popen(
            [self.repo / "bin" / "deploy", *words],
            cwd=self.scratch,
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        deadline = time.monotonic() + 240
        while not any(asked.endswith(path) for _, asked, _ in self.platform.requests):
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(with_signal)
        output, _ = running.communicate(timeout=60)
        self.platform.hold.set()
        return running.returncode, output

    def leftovers(self) -> list[str]:
        """Return the files that the script left in its state folder."""
        folder = self.repo / ".git" / "heroku-deploy"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def heroku_script() -> str:
    """Return the program that stands for `heroku`: the stand-in, or the real one that HEROKU_CLI names."""
    real = os.environ.get("HEROKU_CLI")
    words = [real] if real else [sys.executable, str(HERE / "heroku.py")]
    return f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
