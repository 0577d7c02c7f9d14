"""The services of a JVM app: what Heroku hands Spring by itself, and what the code of others reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    Addon,
    AnyFact,
    Strength,
)
from scaffold.families.jvm import (
    JvmApp,
    settings_files,
    sources,
)
from scaffold.families.jvm_libraries import DRIVERS
from scaffold.families.service_urls import addons
from scaffold.repo import Repo


def services(repo: Repo, app: JvmApp) -> Iterator[AnyFact]:
    """Yield the add-ons of an app."""
    files = (*settings_files(repo, app.folder), *sources(repo, app.folder)[:400])
    drivers = [(DRIVERS[name], proof) for name, proof in app.libraries.items() if name in DRIVERS]
    if not app.spring:
        yield from addons(repo, stack="java", root=app.root, drivers=drivers, sources=files)
        return
    lines = (line for path in settings_files(repo, app.folder) for line in repo.lines(path))
    settings = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    sql = [(service, proof) for service, proof in drivers if service in ("postgres", "mysql")]
    spoken = [
        item
        for item in sql
        if re.search(
            {"postgres": "postgres|DATABASE_URL", "mysql": "mysql|mariadb|JAWSDB|CLEARDB"}[item[0]], settings
        )
    ]
    memory = any(name in ("h2", "hsqldb", "derby", "sqlite-jdbc") for name in app.libraries)
    sure = (spoken or ([] if memory else sql))[:1]
    for service, proof in sql:
        yield Addon(
            stack="java",
            root=app.root,
            service=service,
            evidence=(proof,),
            strength=Strength.FRAMEWORK if (service, proof) in sure else Strength.HINT,
            why="its driver is declared; Heroku hands Spring the database as SPRING_DATASOURCE_URL",
        )
    for service, proof in drivers:
        if service == "redis":
            yield Addon(
                stack="java",
                root=app.root,
                service="redis",
                evidence=(proof,),
                why="Spring Data Redis is declared",
            )
    rest = [item for item in drivers if item[0] not in ("postgres", "mysql", "redis")]
    yield from addons(repo, stack="java", root=app.root, drivers=rest, sources=files)
