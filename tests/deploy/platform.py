"""A double of the Heroku Platform API on loopback: one account, its apps and what a build does to them.

It holds the state that a deploy script changes, records every request and fails where a test says so
(`fails`): build, release, backup, scale, config, migration, smoke; or, for a request to config vars,
rate-limit, rate-limit-once, cut-before (nothing is done) and cut-after (done, but the answer breaks off).
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = Any
TOKEN = "token-of-the-test"
NOT_FOUND = {"id": "not_found", "message": "Couldn't find that app."}
LIMITED = {"id": "rate_limit", "message": "Your account reached the API rate limit"}
STARTED = "2026-01-01T00:00:00Z"


@dataclass
class App:
    """One app: what the API tells of it."""

    name: str
    stack: str = "heroku-24"
    maintenance: bool = False
    formation: dict[str, tuple[int, str]] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    addons: list[str] = field(default_factory=list)
    buildpacks: list[str] = field(default_factory=list)
    releases: list[dict[str, Json]] = field(default_factory=list)
    backups: list[dict[str, Json]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def release(self, description: str, *, slug: str = "", status: str = "succeeded") -> dict[str, Json]:
        """Add a release; it runs unless it failed."""
        slug = slug or next((r["slug"]["id"] for r in reversed(self.releases) if r["current"]), "none")
        if status == "succeeded":
            for older in self.releases:
                older["current"] = False
        made = {
            "addon_plan_names": list(self.addons),
            "app": {"id": "app-id", "name": self.name},
            "created_at": STARTED,
            "description": description,
            "status": status,
            "id": f"release-{len(self.releases) + 1}",
            "slug": {"id": slug},
            "updated_at": STARTED,
            "user": {"email": "person@example.com", "id": "user-id"},
            "version": len(self.releases) + 1,
            "current": status == "succeeded",
            "output_stream_url": None,
            "eligible_for_rollback": slug != "none",
        }
        self.releases.append(made)
        return made


@dataclass
class Platform:
    """The state of the platform and the requests it got: method, path, body."""

    apps: dict[str, App] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    types: tuple[str, ...] = ("web", "worker", "release")
    pages: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, str, Json]] = field(default_factory=list)
    url: str = ""
    hold: threading.Event = field(default_factory=threading.Event)
    """Cleared by a test that wants the one-off command or the build to wait."""

    def __post_init__(self) -> None:
        self.hold.set()

    def add(self, name: str, **values: Json) -> App:
        """Add an app as `apps:create` makes it."""
        app = self.apps[name] = App(name=name, **values)
        app.release("Initial release")
        app.release("Enable Logplex")
        return app

    def build(self, name: str, commit: str) -> tuple[int, str]:
        """Build and release a pushed commit, as the receiving side of git does; exit status and output."""
        self.hold.wait(30)
        if "build" in self.fails:
            return 1, "-----> Building\n ! Push failed"
        app = self.apps[name]
        for kind in self.types:
            app.formation.setdefault(kind, (1 if kind == "web" else 0, "Basic"))
        status = "failed" if "release" in self.fails else "succeeded"
        app.release(f"Deploy {commit[:8]}", slug=f"slug-{commit[:8]}", status=status)
        return 0, f"-----> Building\n Waiting for release... {'failed' if status == 'failed' else 'done'}."

    def fault(self, method: str, path: str) -> str:
        """Return what goes wrong with this very request, "" for nothing."""
        if not path.endswith("/config-vars"):
            return ""
        if "rate-limit-once" in self.fails:
            self.fails.discard("rate-limit-once")
            return "rate-limit"
        if method == "GET":
            return "rate-limit" if "rate-limit" in self.fails else ""
        return next(
            (kind for kind in ("rate-limit", "slow", "cut-before", "cut-after") if kind in self.fails), ""
        )

    def changes(self) -> list[tuple[str, str]]:
        """Return the requests that changed something, in order."""
        quiet = ("/actions/", "/_", "/log-sessions")
        return [(m, p) for m, p, _ in self.requests if m != "GET" and not any(q in p for q in quiet)]


class Server(ThreadingHTTPServer):
    """A server that is not astonished when an interrupted client has gone."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: what matters is what the script then does."""


def serve(
    platform: Platform, answer_to: Callable[[Platform, str, str, Json], tuple[int, Json]]
) -> ThreadingHTTPServer:
    """Serve the platform on a free port of 127.0.0.1, in a thread; `platform.url` says where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _is_known(self) -> bool:
            said = self.headers.get("authorization", "")
            scheme, _, given = said.partition(" ")
            if scheme == "Basic":
                given = base64.b64decode(given).decode().partition(":")[2]
            return given == TOKEN

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            body = json.loads(raw) if raw else None
            platform.requests.append((self.command, self.path, body))
            fault = platform.fault(self.command, self.path)
            if fault == "slow":
                time.sleep(15)
            if self.path.startswith(("/_", "/buildpacks/")) or self._is_known():
                status, value = (429, LIMITED) if "rate" in fault else (200, None)
                if status == 200 and fault != "cut-before":
                    status, value = answer_to(platform, self.command, self.path, body)
            else:
                status, value = 401, {"id": "unauthorized", "message": "Invalid credentials provided."}
            payload = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            if status == 429:
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(payload[:4] if fault.startswith("cut") else payload)
            self.close_connection = self.close_connection or fault.startswith("cut")

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
