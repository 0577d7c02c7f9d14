"""The sources of a PHP project, and the services whose drivers it requires or speaks to."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.families.code_text import Found, find_each
from scaffold.families.php.apps import SKIPPED, PhpApp, required_proof
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary, join, relative


def sources(repo: Repo, app: PhpApp, *folders: str) -> tuple[str, ...]:
    """Return the project's own PHP files below some folders (all without), vendored code left out."""
    return repo.once(("php", "sources", app.root, *folders), lambda: tuple(_sources(repo, app, folders)))


def _sources(repo: Repo, app: PhpApp, folders: tuple[str, ...]) -> Iterator[str]:
    for folder in folders or (".",):
        for path in repo.suffixed(".php", under=join(app.root, folder))[:1500]:
            inside = relative(app.root, path)
            if SKIPPED.isdisjoint(inside.split("/")[:-1]) and not is_secondary(inside):
                yield path


_DRIVERS = {
    "ext-pgsql": "postgres",
    "ext-pdo_pgsql": "postgres",
    "ext-mysqli": "mysql",
    "ext-pdo_mysql": "mysql",
    "predis/predis": "redis",
    "ext-redis": "redis",
    "mongodb/mongodb": "mongodb",
    "ext-mongodb": "mongodb",
    "jenssegers/mongodb": "mongodb",
    "php-amqplib/php-amqplib": "rabbitmq",
    "ext-amqp": "rabbitmq",
    "ext-memcached": "memcached",
}
_SPOKEN = lazy(
    r"""["']?(pgsql|mysql|mariadb|postgresql|postgres)(?::host|:)|\b(pg_connect|mysqli_connect|new\s+mysqli)\b"""
)


def drivers(repo: Repo, app: PhpApp, paths: tuple[str, ...]) -> Iterator[tuple[str, Evidence]]:
    """Yield the services whose drivers a project requires or whose connection strings it writes."""
    requires = app.composer.requires if app.composer else {}
    for name, service in _DRIVERS.items():
        if name in requires:
            yield service, required_proof(repo, app, name)
    found: Iterator[Found] = find_each(repo, paths[:400], _SPOKEN)
    for item in found:
        said = (item.match[1] or item.match[2]).lower()
        yield ("postgres" if said.startswith(("pg", "postgres")) else "mysql"), item.evidence
