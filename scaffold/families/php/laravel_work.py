"""What a Laravel app runs beside its pages: queue workers, Horizon, the scheduler; and its database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.families.code_text import Found, find
from scaffold.families.php.apps import PhpApp
from scaffold.families.php.services import sources
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_QUEUED = lazy(r"implements\s+(?:[\w\\]+\s*,\s*)*ShouldQueue\b|implements[^{]*\bShouldQueue\b")
_SCHEDULED = lazy(r"\$schedule\s*->\s*(?:command|job|call|exec)\(|\bSchedule::(?:command|job|call|exec)\(")


@record
class Setting:
    """A value of the app's .env or .env.example, and its line."""

    value: str
    evidence: Evidence


def setting(repo: Repo, app: PhpApp, *names: str) -> Setting | None:
    """Return what the environment file says of the first of these names; a committed .env goes first."""
    for file in (".env.production", ".env", ".env.example", ".env.dist"):
        path = join(app.root, file)
        for name in names:
            line = repo.line_of(path, rf"^{name}=") if path in repo else 0
            if line:
                value = repo.lines(path)[line - 1].partition("=")[2].strip().strip("\"'")
                return Setting(value=value.lower(), evidence=repo.proof(path, line))
    return None


def queued(repo: Repo, app: PhpApp) -> Found | None:
    """Return where the app's own code puts work on the queue."""
    return find(repo, sources(repo, app, "app", "src", "Modules", "packages"), _QUEUED)


def scheduled(repo: Repo, app: PhpApp) -> Found | None:
    """Return where the app schedules something."""
    places = [
        join(app.root, name) for name in ("app/Console/Kernel.php", "routes/console.php", "bootstrap/app.php")
    ]
    return find(repo, [path for path in places if path in repo], _SCHEDULED)


def major(app: PhpApp) -> int:
    """Return the major version of Laravel, by the lock file or else the constraint; 0 where unknown."""
    asked = app.composer.requires.get("laravel/framework", "") if app.composer else ""
    found = re.search(r"\d+", app.locked.get("laravel/framework", "") or asked)
    return int(found[0]) if found else 0


def url_names(repo: Repo, app: PhpApp) -> Iterator[tuple[str, Evidence]]:
    """Yield the variables from which config/database.php reads a database URL, with their lines."""
    path = join(app.root, "config/database.php")
    for match in re.finditer(r"env\(\s*['\"]((?:DATABASE|DB)_URL)['\"]", repo.text(path)):
        yield match[1], repo.proof(path, repo.text(path).count("\n", 0, match.start()) + 1)
