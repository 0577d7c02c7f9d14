"""The services whose drivers a Dart package depends on, and whose URLs its code reads."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Addon, Doubt
from scaffold.families.dart.apps import DartApp, dependency_proof, sources
from scaffold.families.service_urls import addons
from scaffold.repo import Repo

_DRIVERS = {
    "postgres": "postgres",
    "postgresql2": "postgres",
    "postgres_pool": "postgres",
    "drift_postgres": "postgres",
    "angel3_orm_postgres": "postgres",
    "stormberry": "postgres",
    "mysql1": "mysql",
    "mysql_client": "mysql",
    "mysql_client_plus": "mysql",
    "redis": "redis",
    "resp_client": "redis",
    "dart_redis": "redis",
    "ioredis": "redis",
    "mongo_dart": "mongodb",
    "mongo_pool": "mongodb",
    "angel3_mongo": "mongodb",
    "dart_amqp": "rabbitmq",
}
"""Packages of the registry that speak to a server of their own."""


def services(repo: Repo, app: DartApp) -> Iterator[Addon | Doubt]:
    """Yield the add-ons of a package: created where the code also reads their URL."""
    drivers = [
        (service, dependency_proof(repo, app, name))
        for name, service in _DRIVERS.items()
        if name in app.spec.dependencies
    ]
    if drivers:
        files = sources(repo, app, "bin", "lib", "routes", "server", "src", "")
        yield from addons(repo, stack="dart", root=app.root, drivers=drivers, sources=files)
