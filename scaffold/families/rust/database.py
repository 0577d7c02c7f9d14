"""The databases of a Rust app: their drivers, and how its migrations are run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Doubt,
    Evidence,
    Migration,
    command,
)
from scaffold.families.code_text import find
from scaffold.families.rust.apps import Program, RustApp, binary, dep_proof, rust_apps
from scaffold.families.rust.command import MIGRATE, subcommand
from scaffold.repo import Repo, join


def migration(repo: Repo, app: RustApp, program: Program) -> Iterator[AnyFact]:
    """Yield the command that migrates, or the doubt that nothing does."""
    boot = find(
        repo,
        program.files[:300],
        re.compile(r"embed_migrations!|sqlx::migrate!|Migrator::up\(|run_pending_migrations|\.migrate\(\)"),
    )
    first = next((path for path in repo.under(join(app.root, "migrations")) if path.endswith(".sql")), "")
    library = app.dep(("diesel", "sqlx", "sea-orm"))
    sea = next(
        (
            item
            for item in rust_apps(repo)
            if item.root == app.root and item.cargo.package == "migration" and item.programs
        ),
        None,
    )
    if told := subcommand(repo, program, MIGRATE):
        yield Migration(
            stack="rust",
            root=app.root,
            command=command(binary(program), told.word),
            paths=(join(app.root, "migrations"),) if first else (),
            why="the program has a command that migrates",
            evidence=(told.evidence,),
        )
    elif boot:
        return
    elif sea and app.virtual:
        yield Migration(
            stack="rust",
            root=app.root,
            command="./target/release/migration up",
            paths=(sea.folder,),
            why="the workspace builds a program that migrates",
            evidence=(repo.proof(sea.programs[0].main),),
        )
    elif first and library:
        yield Doubt(
            stack="rust",
            root=app.root,
            id="rust/migrations-not-run",
            evidence=(repo.proof(first), dep_proof(repo, app, library)),
            message="Migrations are there, but the program does not run them, and Heroku has no tool for it.",
            remedy="Run them at boot: sqlx::migrate!() or diesel_migrations::embed_migrations!().",
        )


_DRIVERS = {
    "tokio-postgres": "postgres",
    "postgres": "postgres",
    "deadpool-postgres": "postgres",
    "mysql": "mysql",
    "mysql_async": "mysql",
    "redis": "redis",
    "deadpool-redis": "redis",
    "fred": "redis",
    "mongodb": "mongodb",
    "lapin": "rabbitmq",
    "rdkafka": "kafka",
}


def drivers(repo: Repo, app: RustApp) -> Iterator[tuple[str, Evidence]]:
    """Yield the services whose drivers a package depends on."""
    for name, service in _DRIVERS.items():
        if name in app.features:
            yield service, dep_proof(repo, app, name)
    for name in ("diesel", "sqlx", "sea-orm", "rocket_sync_db_pools", "rocket_contrib", "rocket_db_pools"):
        for feature in app.features[name].features if name in app.features else ():
            if "postgres" in feature or "mysql" in feature:
                yield ("postgres" if "postgres" in feature else "mysql"), dep_proof(repo, app, name)
