"""Drivers that are declared and URLs that the code reads -> add-ons: created only where both are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scaffold.facts import Addon, Doubt, Evidence, Strength
from scaffold.families.code_text import Found, find
from scaffold.families.service_libraries import redis_tls
from scaffold.repo import Repo

_URLS = {
    "postgres": "DATABASE_URL|POSTGRES_URL|POSTGRESQL_URL|PG_URL|DB_URL|JDBC_DATABASE_URL",
    "mysql": "JAWSDB_URL|JAWSDB_MARIA_URL|CLEARDB_DATABASE_URL|MYSQL_URL|DATABASE_URL|DB_URL",
    "redis": "REDIS_URL|REDIS_TLS_URL|REDISCLOUD_URL|REDISTOGO_URL",
    "rabbitmq": "CLOUDAMQP_URL|RABBITMQ_URL|AMQP_URL",
    "memcached": "MEMCACHIER_SERVERS",
    "elasticsearch": "BONSAI_URL|ELASTICSEARCH_URL",
    "kafka": "KAFKA_URL",
}
_READS = {service: re.compile(rf"[\"'{{:(]({names})\b") for service, names in _URLS.items()}
_SET_BY_ADDON = ("DATABASE_URL", "JDBC_DATABASE_URL", "REDIS_URL", "REDIS_TLS_URL")


def url_read(repo: Repo, service: str, sources: Iterable[str]) -> Found | None:
    """Return where the code reads the URL of a service."""
    pattern = _READS.get(service)
    return find(repo, sources, pattern) if pattern else None


def addons(
    repo: Repo, *, stack: str, root: str, drivers: Iterable[tuple[str, Evidence]], sources: tuple[str, ...]
) -> Iterator[Addon | Doubt]:
    """Yield an add-on for each service with a driver; a hint where no code reads the service's URL."""
    for fact in _addons(repo, stack=stack, root=root, drivers=drivers, sources=sources):
        yield fact
        if fact.service == "redis" and fact.strength > Strength.HINT:
            yield from redis_tls(repo, stack, stack, fact, sources)


def _addons(
    repo: Repo, *, stack: str, root: str, drivers: Iterable[tuple[str, Evidence]], sources: tuple[str, ...]
) -> Iterator[Addon]:
    found = dict[str, Evidence]()
    for service, evidence in drivers:
        found.setdefault(service, evidence)
    if "postgres" in found and "mysql" in found and not _only(repo, "mysql", sources):
        found["mysql-also"] = found.pop("mysql")
    for key, driver in found.items():
        service = key.removesuffix("-also")
        read = url_read(repo, service, sources) if key == service else None
        name = read.match[1] if read else ""
        taken = name if name and not (name in _SET_BY_ADDON and service in ("postgres", "redis")) else ""
        yield Addon(
            stack=stack,
            root=root,
            service=service,
            var=taken,
            strength=Strength.FRAMEWORK if read else Strength.HINT,
            why=f"its driver is declared and {name} is read"
            if read
            else "its driver is declared, but no URL of an add-on is read",
            evidence=(driver, read.evidence) if read else (driver,),
        )


def _only(repo: Repo, service: str, sources: tuple[str, ...]) -> bool:
    read = url_read(repo, service, sources)
    return bool(read and read.match[1] not in ("DATABASE_URL", "DB_URL"))
