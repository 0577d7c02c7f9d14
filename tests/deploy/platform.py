"""A double of the Heroku platform: one account, its apps and what a build does to them.

It holds the state that a deploy script changes and records every request. Things fail where a test says so:
`faults` for any request (see tests/deploy/faults.py), `fails` for what the platform does: build, release,
backup, scale, config, migration, smoke; or, for a request to config vars, rate-limit, rate-limit-once,
cut-before (nothing is done) and cut-after (done, but the answer breaks off).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.faults import Faults

Json = Any
TOKEN = "token-of-the-test"
NOT_FOUND = {"id": "not_found", "message": "Couldn't find that app."}
LIMITED = {"id": "rate_limit", "message": "Your account reached the API rate limit"}
STARTED = "2026-01-01T00:00:00Z"
WEB_HOST = "-0123456789ab.herokuapp.com"


@dataclass
class Stream:
    """An answer that is no JSON: its parts as they come."""

    content_type: str
    parts: Iterable[bytes]


@dataclass
class Dyno:
    """A one-off dyno."""

    name: str
    command: str
    attached: bool = False
    status: int | None = None
    """What the command exited with, once it has."""
    hung_up: bool = False
    """The client left before the end."""


@dataclass
class App:
    """One app: what the API tells of it."""

    name: str
    stack: str = "heroku-24"
    region: str = "us"
    team: str = ""
    maintenance: bool = False
    formation: dict[str, tuple[int, str]] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    addons: list[str] = field(default_factory=list)
    making: set[str] = field(default_factory=set)
    """The add-ons that are still being made, until somebody looks at one."""
    buildpacks: list[str] = field(default_factory=list)
    releases: list[dict[str, Json]] = field(default_factory=list)
    backups: list[dict[str, Json]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """The command of each one-off dyno that was started, without what the CLI adds."""
    dynos: list[Dyno] = field(default_factory=list)
    release_phases: list[int] = field(default_factory=list)
    """The versions whose release phase ran."""
    restarts: int = 0
    domains: list[str] = field(default_factory=list)
    acm: bool = False
    features: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    crashed: bool = False
    """The dynos crash instead of coming up."""

    @property
    def id(self) -> str:
        """Return what the API calls the app in references."""
        return f"id-of-{self.name}"

    def release(
        self, description: str, *, slug: str = "", status: str = "succeeded", polls: int = 0
    ) -> dict[str, Json]:
        """Add a release; it runs unless it failed. It is pending for so many looks at the list."""
        slug = slug or next((r["slug"]["id"] for r in reversed(self.releases) if r["current"]), "none")
        made = {
            "addon_plan_names": list(self.addons),
            "app": {"id": self.id, "name": self.name},
            "created_at": STARTED,
            "description": description,
            "status": "pending" if polls else status,
            "id": f"release-{len(self.releases) + 1}",
            "slug": {"id": slug},
            "updated_at": STARTED,
            "user": {"email": "person@example.com", "id": "user-id"},
            "version": len(self.releases) + 1,
            "current": False,
            "output_stream_url": None,
            "eligible_for_rollback": slug != "none",
            "_polls": polls,
            "_end": status,
        }
        self.releases.append(made)
        if "release" in self.formation and slug != "none":
            self.release_phases.append(made["version"])
        if not polls:
            self.settle(made)
        return made

    def settle(self, release: dict[str, Json]) -> None:
        """End a release: it becomes the current one, or it failed."""
        release["status"] = release["_end"]
        if release["status"] == "succeeded":
            for older in self.releases:
                older["current"] = False
            release["current"] = True


@dataclass
class Platform:
    """The state of the platform and the requests it got: method, path, body."""

    apps: dict[str, App] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    types: tuple[str, ...] = ("web", "worker", "release")
    """The process types that a build finds."""
    pages: dict[str, int] = field(default_factory=dict)
    exits: dict[str, int] = field(default_factory=dict)
    """Words of a one-off command -> what it exits with."""
    pending_polls: int = 0
    """For so many looks at the list, a release with a release phase that no push waits for is pending."""
    backup_polls: int = 0
    orphan_seconds: float = 3
    """How long a one-off command runs whose client never came."""
    slow_seconds: float = 15
    drops_output: bool = False
    """The connection of `heroku run` closes without the line of the exit status."""
    requests: list[tuple[str, str, Json]] = field(default_factory=list)
    pipelines: dict[str, dict[str, str]] = field(default_factory=dict)
    """Name -> app -> stage."""
    promotions: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    revoked: bool = False
    git_folder: Path | None = None
    url: str = ""
    closers: list[Callable[[], None]] = field(default_factory=list)
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

    def find(self, name: str) -> App | None:
        """Return the app of a name or an id."""
        return self.apps.get(name.removeprefix("id-of-"))

    def web_url(self, app: App) -> str:
        """Return the address of the app, which is not NAME.herokuapp.com."""
        return f"https://{app.name}{WEB_HOST}/"

    def build(self, name: str, commit: str) -> tuple[int, str]:
        """Build and release a pushed commit, as the receiving side of git does; exit status and output."""
        self.hold.wait(30)
        if "build" in self.fails:
            return 1, "-----> Building\n ! Push failed"
        app = self.apps[name]
        for kind in self.types:
            app.formation.setdefault(kind, (1 if kind == "web" else 0, "Basic"))
        status = self.end_of_release()
        app.release(f"Deploy {commit[:8]}", slug=f"slug-{commit[:8]}", status=status)
        return 0, f"-----> Building\n Waiting for release... {'failed' if status == 'failed' else 'done'}."

    def end_of_release(self) -> str:
        """Return how a release ends that has a release phase."""
        return "failed" if "release" in self.fails else "succeeded"

    def fault(self, method: str, path: str) -> int | str:
        """Return what goes wrong with this very request, "" for nothing."""
        found = self.faults.take(method, path)
        if found or not path.endswith("/config-vars"):
            return found
        if "rate-limit-once" in self.fails:
            self.fails.discard("rate-limit-once")
            return 429
        if method == "GET":
            return 429 if "rate-limit" in self.fails else ""
        kinds = {"rate-limit": 429, "slow": "slow", "cut-before": "cut-before", "cut-after": "cut-after"}
        return next((fault for kind, fault in kinds.items() if kind in self.fails), "")

    def changes(self) -> list[tuple[str, str]]:
        """Return the requests that changed something on the platform, in order; pushes are not among them."""
        quiet = ("/actions/", "/_", "/log-sessions", ".git/", "/filters/")
        return [(m, p) for m, p, _ in self.requests if m != "GET" and not any(q in p for q in quiet)]

    def pushes(self) -> list[str]:
        """Return the commits that were handed to a build."""
        return [body["commit"] for _, path, body in list(self.requests) if path == "/_build"]
