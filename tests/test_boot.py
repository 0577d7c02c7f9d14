"""The web command that init writes really serves: started by bash as Heroku would, asked for its smoke path.

A fixture takes part by `boots = true` in its fixture.toml: its dependencies are those of the test extra,
or none but node.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from scaffold.manifests import procfile
from tests import golden

BOOTING = [name for name in golden.names() if golden.settings(name).get("boots")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def boot(app: Path, log: Path) -> int:
    """Start the Procfile's web command and return the status its address answers with, 0 if it never does."""
    web = {line.name: line.command for line in procfile.parse((app / "Procfile").read_text(), "Procfile")}[
        "web"
    ]
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))},
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": "for-this-test-only",
        "NODE_ENV": "production",
    }
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", web],
            cwd=app,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and process.poll() is None:
            status = status_of(f"http://127.0.0.1:{port}/")
            if status:
                return status
            time.sleep(0.2)
        return 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


@pytest.mark.parametrize("name", BOOTING)
def test_the_web_command_serves_on_its_port(name: str, tmp_path: Path) -> None:
    if name.startswith("node") and shutil.which("node") is None:
        pytest.skip("node is not installed")
    with golden.copy_of(name) as app:
        golden.call("init", "-C", str(app), "--yes", "--no-config-vars")
        status = boot(app, tmp_path / "log")
    assert 200 <= status < 500, (tmp_path / "log").read_text()


def test_some_fixtures_boot() -> None:
    assert len(BOOTING) >= 4
