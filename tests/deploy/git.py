"""https://git.heroku.com: a bare repository per app behind `git http-backend`, whose hook builds."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from tests.deploy.platform import Platform

if TYPE_CHECKING:
    from tests.deploy.server import Handler

HERE = Path(__file__).resolve().parent
MAKING = threading.Lock()


def repository(platform: Platform, name: str) -> Path:
    """Return the repository of an app; it is made when it is first asked for."""
    assert platform.git_folder is not None
    folder = platform.git_folder / f"{name}.git"
    with MAKING:
        if not folder.exists():
            made = folder.with_suffix(".making")
            words = ["git", "init", "--quiet", "--bare", "-b", "main", str(made)]
            subprocess.run(words, check=True, env={"PATH": os.environ["PATH"]})
            subprocess.run(["git", "-C", str(made), "config", "http.receivepack", "true"], check=True)
            hook = made / "hooks" / "pre-receive"
            hook.write_text(f"#!/bin/sh\nexec {shlex.join([sys.executable, str(HERE / 'build.py')])}\n")
            hook.chmod(0o755)
            made.rename(folder)
    return folder


def answer(handler: Handler, raw: bytes) -> None:
    """Answer one request of git."""
    platform = handler.platform
    bare, _, query = handler.path.partition("?")
    name = bare.lstrip("/").partition(".git/")[0]
    if not handler.is_known():
        handler.send_bytes(401, "text/plain", b"Invalid credentials")
    elif platform.find(name) is None or platform.git_folder is None:
        handler.send_bytes(404, "text/plain", b"No such app as it was typed.")
    else:
        repository(platform, name)
        _backend(handler, bare, query, raw)


def _backend(handler: Handler, path: str, query: str, raw: bytes) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(handler.platform.git_folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "REQUEST_METHOD": handler.command,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": handler.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(raw)),
        "HTTP_CONTENT_ENCODING": handler.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": handler.headers.get("git-protocol", ""),
        "BUILD_URL": f"{handler.platform.url}/_build",
        "BUILD_APP": path.lstrip("/").partition(".git/")[0],
        "REMOTE_USER": "heroku",
        "REMOTE_ADDR": "127.0.0.1",
    }
    backend = subprocess.Popen(
        ["git", "http-backend"],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    handler.platform.closers.append(backend.kill)
    assert backend.stdin is not None
    assert backend.stdout is not None
    with backend, backend.stdout:
        backend.stdin.write(raw)
        backend.stdin.close()
        _pass_on(handler, backend.stdout.fileno())


def _pass_on(handler: Handler, output: int) -> None:
    """Send what the backend says as it says it; a client that has gone does not end the build."""
    with os.fdopen(os.dup(output), "rb", buffering=0) as said:
        status, headers = 200, []
        while line := _line(said.fileno()):
            key, _, value = line.partition(": ")
            if key == "Status":
                status = int(value.split()[0])
            else:
                headers.append((key, value))
        there = True
        try:
            handler.send_response(status)
            for key, value in headers:
                handler.send_header(key, value)
            handler.send_header("transfer-encoding", "chunked")
            handler.end_headers()
        except OSError:
            there = False
        while part := os.read(said.fileno(), 65536):
            there = there and _sent(handler, part)
        if not (there and _sent(handler, b"")):
            handler.close_connection = True


def _sent(handler: Handler, part: bytes) -> bool:
    try:
        handler.send_chunk(part)
    except OSError:
        return False
    return True


def _line(output: int) -> str:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(output, 1)
        if not byte:
            break
        line += byte
    return line.decode().strip()
