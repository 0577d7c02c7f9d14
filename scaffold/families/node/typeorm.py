"""TypeORM's migrations and data source -> its release command, on what the build makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Migration
from scaffold.families.node.apps import NodeApp, dep_proof
from scaffold.families.node.build import output_of
from scaffold.manifests.package_json import NodeDep
from scaffold.repo import Repo, folder_of, relative


def typeorm_facts(repo: Repo, app: NodeApp, stack: str) -> Iterator[Migration]:
    """Yield the migration of an app that uses TypeORM."""
    dep = app.prod("typeorm")
    if dep is None:
        return
    places = [
        path
        for path in repo.suffixed(".ts", ".js", under=app.root)
        if re.search(r"/migrations?/", "/" + path)
    ]
    names = (
        "data-source.ts",
        "dataSource.ts",
        "datasource.ts",
        "ormconfig.ts",
        "data-source.js",
        "ormconfig.js",
        "typeorm.config.ts",
    )
    configs = [
        path for path in repo.named(*names) if path.startswith("" if app.root == "." else app.root + "/")
    ]
    if not places or not configs:
        return
    built = output_of(repo, app, configs[0]) if configs[0].endswith(".ts") else None
    target = built.path if built else configs[0]
    if target.endswith(".ts"):
        return
    yield Migration(
        stack=stack,
        root=app.root,
        command=app.execute(*_typeorm_words(dep, relative(app.root, target))),
        paths=(folder_of(places[0]),),
        evidence=(dep_proof(repo, app, dep), repo.proof(configs[0]), repo.proof(places[0])),
        why=f"{folder_of(places[0])} holds migrations of TypeORM, to be run before the new code.",
    )


def _typeorm_words(dep: NodeDep, config: str) -> tuple[str, ...]:
    """Return TypeORM's command: before 0.3 the configuration was named by another option."""
    if re.match(r"\D*0\.[12]\b", dep.range):
        return ("typeorm", "--config", config, "migration:run")
    return ("typeorm", "migration:run", "-d", config)
