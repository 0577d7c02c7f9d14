"""A repository with the deploy script in it, and what runs it there against the double of the platform."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import certificates, git
from tests.deploy.platform import TOKEN, Platform
from tests.deploy.scripts import APP, ONE_OFF, PLAN, POSTGRES, VAR, script

__all__ = [
    "APP",
    "ONE_OFF",
    "PLAN",
    "POSTGRES",
    "VAR",
    "Deployment",
    "call",
    "heroku_script",
    "real_cli",
    "script",
]

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "node_modules" / ".bin" / "heroku"
CREDENTIALS = f"!f() {{ echo username=x; echo password={TOKEN}; }}; f"
LIMIT = 300


def call(*words: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program that must succeed and return what it printed."""
    ran = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def real_cli() -> str:
    """Return the real heroku CLI: HEROKU_CLI, or the one that the tests' package.json installs."""
    found = os.environ.get("HEROKU_CLI") or (str(INSTALLED) if INSTALLED.exists() else "")
    if not found:
        pytest.fail("no heroku CLI: run `npm install --prefix tests/deploy`, or set HEROKU_CLI to its path")
    return found


def heroku_script(*, real: bool = False) -> str:
    """Return the program that stands for `heroku`: the stand-in, or the real one."""
    real = real or bool(os.environ.get("HEROKU_CLI"))
    words = [real_cli()] if real else [sys.executable, str(HERE / "heroku.py")]
    return f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'


def started(words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a program without a terminal, in a process group of its own, its two outputs in one."""
    return subprocess.Popen(
        words,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # a test run in the background ignores SIGINT, and so would the program
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


@dataclass
class Deployment:
    """What one test has: a scratch folder, the platform, and the repository in it."""

    scratch: Path
    platform: Platform
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables of every run."""

    @property
    def repo(self) -> Path:
        """Return the folder of the repository, with a space in its name."""
        return self.scratch / "my app"

    def set_up(self, *, real: bool = False, content: bytes | None = None, **changes: Any) -> None:
        """Make the repository, the remotes of both apps, and a `heroku` on the PATH.

        `real` takes the real CLI, `content` is the whole script, `changes` are those of its plan.
        """
        self.prepare(real=real)
        (self.repo / "bin").mkdir(parents=True)
        (self.repo / "bin" / "deploy").write_bytes(content or script(**changes))
        (self.repo / "bin" / "deploy").chmod(0o755)
        self.git("init", "--quiet", "-b", "main")
        self.commit("Procfile", "web: run\n")
        self.commit("app/migrations/0001.py", "first\n")

    def prepare(self, *, real: bool) -> None:
        """Make all but the repository."""
        (self.scratch / "home").mkdir()
        self.use_cli(real=real)
        if shell := os.environ.get("DEPLOY_BASH"):
            (self.scratch / "programs" / "bash").symlink_to(shell)
        self.platform.git_folder = self.scratch / "git"
        for name in (APP, "my-app"):
            git.repository(self.platform, name)

    def use_cli(self, *, real: bool) -> None:
        """Let `heroku` be the real CLI from now on, or the stand-in, which is quick."""
        self._program("heroku", heroku_script(real=real))

    def shorten_sleep(self) -> None:
        """Let `sleep` take a fifth of a second, however long the script wants to wait."""
        self._program("sleep", "#!/bin/sh\nexec /bin/sleep 0.2\n")

    def _program(self, name: str, text: str) -> None:
        path = self.scratch / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def env(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a run."""
        port = self.platform.url.rpartition(":")[2]
        authority = str(certificates.authority())
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
            # git.heroku.com and the address of the app are behind the double's proxy
            "HTTPS_PROXY": self.platform.url,
            "GIT_SSL_CAINFO": authority,
            "CURL_CA_BUNDLE": authority,
            "NODE_EXTRA_CA_CERTS": authority,
            "DEPLOY_BOOT_SECONDS": "2",
            "DEPLOY_POLL_SECONDS": "1",
            "DEPLOY_BUILD_SECONDS": "5",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@example.com",
            "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": "x@example.com",
            **self.settings,
            **more,
        }

    def git(self, *words: str) -> str:
        """Run git in the repository; it knows the token."""
        return call("git", "-c", f"credential.helper={CREDENTIALS}", *words, cwd=self.repo, env=self.env())

    def commit(self, path: str, text: str) -> str:
        """Commit everything, with one file written, and return the commit."""
        (self.repo / path).parent.mkdir(parents=True, exist_ok=True)
        (self.repo / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", f"Change {path}")
        return self.git("rev-parse", "HEAD")

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start the script without a terminal, in a process group of its own, its two outputs in one."""
        return started([self.repo / "bin" / "deploy", *words], cwd=self.scratch, env=self.env(**env))

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the script to its end, without a terminal."""
        return subprocess.run(
            [self.repo / "bin" / "deploy", *words],
            cwd=self.scratch,
            env=self.env(**env),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
        )

    def interrupt(self, with_signal: signal.Signals, path: str, *words: str) -> tuple[int, str]:
        """Run the script and send it a signal once the platform got a request to `path`, which then waits."""
        self.platform.hold.clear()
        running = self.start(*words)
        deadline = time.monotonic() + LIMIT
        while not any(asked.endswith(path) for _, asked, _ in self.platform.requests):
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(with_signal)
        said = end_of(running, limit=60)
        self.platform.hold.set()
        return said

    def signal_at(
        self, with_signal: signal.Signals, pattern: str, *words: str, nth: int = 1, **env: str
    ) -> tuple[int, str]:
        """Run the script and signal it when the Nth request of a pattern comes, before that is answered.

        SIGINT goes to the script and what runs in its process group, as Ctrl-C in a terminal does; any
        other signal to the script alone.
        """
        running: list[subprocess.Popen[str]] = []

        def send() -> None:
            _signal(running[0], with_signal)
            time.sleep(0.3)

        self.platform.faults.call(pattern, send, nth=nth)
        running.append(self.start(*words, **env))
        return end_of(running[0])

    def leftovers(self) -> list[str]:
        """Return the files that the script left in its state folder."""
        folder = self.repo / ".git" / "heroku-deploy"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def end_of(running: subprocess.Popen[str], *, limit: int = LIMIT) -> tuple[int, str]:
    """Wait for the end of a run; one that does not end is killed, and says so."""
    try:
        said, _ = running.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        said, _ = running.communicate()
        return -1, f"{said}\nDOES NOT END in {limit} seconds\n"
    return running.returncode, said


def _signal(running: subprocess.Popen[str], with_signal: signal.Signals) -> None:
    send: Callable[[int, int], None] = os.killpg if with_signal == signal.SIGINT else os.kill
    send(running.pid, with_signal)
