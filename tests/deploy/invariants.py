"""What must hold after every run of bin/deploy, however it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import TOKEN, App

CONFIG = {
    "SECRET_KEY": "value-of-the-secret-key",
    "SETTINGS": "value-of-the-settings",
    "PAYMENT_KEY": "value-of-the-payment-key",
    "DATABASE_URL": "postgres://user:value-of-the-password@example.com/db",
}
FORMATION = {"web": (2, "Standard-1X"), "worker": (3, "Standard-2X")}
SECRETS = (TOKEN, "secret-of-the-addon", "secret-of-the-dump", "value-of-the-password", *CONFIG.values())
AT_MOST_ONCE = "the migration ran more than once, and it does not say so"


@dataclass
class Before:
    """How the app was before the run."""

    maintenance: bool
    formation: dict[str, tuple[int, str]]
    backups: int
    release: str = ""

    @classmethod
    def of(cls, app: App) -> Before:
        """Look at an app."""
        return cls(app.maintenance, dict(app.formation), len(app.backups))


@dataclass
class Verdict:
    """What a run broke."""

    broken: list[str] = field(default_factory=list)

    def must(self, holds: object, words: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.broken.append(words)


def go_live(deployment: Deployment, **values: Any) -> App:
    """Deploy a first time, behind the script's back: the app runs dynos of its own number and size."""
    platform = deployment.platform
    buildpacks = ["heroku/nodejs", "heroku/python"]
    given = {"config": dict(CONFIG), "addons": ["heroku-postgresql:standard-0"], "buildpacks": buildpacks}
    app = platform.add(APP, **{**given, **values})
    deployment.git("push", "--quiet", f"https://git.heroku.com/{APP}.git", "HEAD:refs/heads/main")
    app.formation |= {kind: dynos for kind, dynos in FORMATION.items() if kind in app.formation}
    platform.requests.clear()
    return app


def secrets_in(deployment: Deployment, said: str) -> list[str]:
    """Return the secrets that an output shows."""
    values = [value for app in deployment.platform.apps.values() for value in app.config.values()]
    return [secret for secret in {*SECRETS, *values} if len(secret) > 7 and secret in said]


def after_failure(deployment: Deployment, before: Before, code: int, said: str) -> list[str]:
    """Return what a run that did not succeed broke; none may be broken."""
    verdict = Verdict()
    app = deployment.platform.apps[APP]
    verdict.must(code != 0, "exits 0")
    verdict.must("Stopped at: " in said, "does not name the stage")
    verdict.must(not secrets_in(deployment, said), "shows a secret")
    if app.maintenance and not before.maintenance:
        verdict.must("maintenance mode" in said, "does not say that maintenance mode is on")
        verdict.must("maintenance:off" in said, "does not say how maintenance mode is left")
    verdict.must(app.maintenance or not before.maintenance, "took the app out of maintenance mode")
    for kind, (many, size) in before.formation.items():
        if app.formation.get(kind) != (many, size):
            verdict.must(f"{kind}={many}:{size}" in said, f"{kind} is changed, without a word of how it was")
    new = app.backups[before.backups :]
    if new and not any(backup["succeeded"] for backup in new):
        verdict.must(not deployment.platform.pushes(), "pushed after a failed backup")
    return verdict.broken


def after_success(deployment: Deployment, before: Before, code: int, said: str) -> list[str]:
    """Return what a run that should have succeeded broke."""
    verdict = Verdict()
    app = deployment.platform.apps[APP]
    verdict.must(code == 0, f"exits {code}")
    verdict.must(not secrets_in(deployment, said), "shows a secret")
    verdict.must(app.maintenance == before.maintenance, "changed the maintenance mode")
    kept = {kind: dynos for kind, dynos in app.formation.items() if kind in before.formation}
    verdict.must(kept == before.formation, "changed the formation")
    live = next((release["slug"]["id"] for release in app.releases if release["current"]), "")
    wanted = "slug-" + deployment.git("rev-parse", "HEAD")[:8]
    verdict.must(live == wanted, f"{live} is live, not {wanted}")
    verdict.must(deployment.leftovers() == [], f"leaves {deployment.leftovers()}")
    return verdict.broken


def mend(deployment: Deployment) -> None:
    """Let everything go well from now on."""
    platform = deployment.platform
    platform.faults.clear()
    platform.fails.clear()
    platform.pages.clear()
    platform.exits.clear()
    platform.revoked = platform.drops_output = False
    platform.hold.set()
    platform.requests.clear()
