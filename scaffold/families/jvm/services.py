"""The services of a JVM app: what Heroku hands Spring by itself, and what the code of others reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    Addon,
    AnyFact,
    ConfigVar,
    Strength,
)
from scaffold.families.code_text import find
from scaffold.families.jvm.apps import (
    JvmApp,
    settings_files,
    sources,
)
from scaffold.families.jvm.libraries import DRIVERS
from scaffold.families.service_libraries import redis_tls
from scaffold.families.service_urls import addons
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_ACTIVE = lazy(
    r"^[ \t]*(?:spring\.profiles\.)?active[ \t]*[:=][ \t]*['\"]?(?:\$\{\w+:)?"
    r"(dev|develop|development|local|localhost|test)\b",
    re.MULTILINE,
)


def profiles(repo: Repo, app: JvmApp) -> Iterator[ConfigVar]:
    """Yield the Spring profiles to run with, where the app has some and would start without them."""
    base = join(app.folder, "src/main/resources")
    files: dict[str, str] = {}
    for folder in (base, join(base, "config")):
        for name in ("heroku", "prod", "production"):
            for suffix in ("properties", "yml", "yaml"):
                if (path := join(folder, f"application-{name}.{suffix}")) in repo:
                    files.setdefault(name, path)
    ordinary = [
        path
        for folder in (base, join(base, "config"))
        for suffix in ("properties", "yml", "yaml")
        if (path := join(folder, f"application.{suffix}")) in repo
    ]
    active = find(repo, ordinary, _ACTIVE)
    if not files or not (active or "heroku" in files):
        return
    names = [name for name in ("prod", "production", "heroku") if name in files]
    proof = tuple(repo.proof(files[name]) for name in names)
    yield ConfigVar(
        stack="java",
        root=app.root,
        name="SPRING_PROFILES_ACTIVE",
        value=",".join(names),
        description="The Spring profiles to run with",
        evidence=(*((active.evidence,) if active else ()), *proof),
        why=f"{files[names[-1]]} holds the settings to run with",
    )


def services(repo: Repo, app: JvmApp) -> Iterator[AnyFact]:
    """Yield the add-ons of an app, and the Spring profiles it runs with."""
    files = (*settings_files(repo, app.folder), *sources(repo, app.folder)[:400])
    drivers = [(DRIVERS[name], proof) for name, proof in app.libraries.items() if name in DRIVERS]
    if app.spring:
        yield from profiles(repo, app)
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
            redis = Addon(
                stack="java",
                root=app.root,
                service="redis",
                evidence=(proof,),
                why="Spring Data Redis is declared",
            )
            yield redis
            yield from redis_tls(repo, "java", "java", redis, files)
    rest = [item for item in drivers if item[0] not in ("postgres", "mysql", "redis")]
    yield from addons(repo, stack="java", root=app.root, drivers=rest, sources=files)
