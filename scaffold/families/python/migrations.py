"""alembic.ini (and aerich's settings) -> the command that migrates the database, outside Django and Flask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Migration, Raw, Strength, Todo, command
from scaffold.families.python.apps import PythonApp, needs
from scaffold.manifests import toml_file
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

_LOCATION = lazy(r"^\s*script_location\s*=\s*(.+?)\s*$", re.MULTILINE)


def migration_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the migration of an app that uses Alembic by itself, or Aerich."""
    yield from _alembic(repo, app)
    path = join(app.root, "pyproject.toml")
    document = repo.try_parsed(path, toml_file.parse) if path in repo and app.has("aerich") else None
    if document and isinstance(document.at("tool", "aerich"), dict):
        place = document.at("tool", "aerich", "location")
        yield Migration(
            stack="python",
            root=app.root,
            strength=Strength.GENERIC,
            evidence=(repo.proof(path, repo.line_of(path, r"^\[tool\.aerich\]")),),
            command="aerich upgrade",
            paths=(join(app.root, place if isinstance(place, str) else "migrations"),),
            why="aerich keeps the migrations",
        )


def _alembic(repo: Repo, app: PythonApp) -> Iterator[Migration | Todo]:
    if not app.has("alembic", "sqlalchemy", "sqlmodel"):
        return
    for path in repo.named("alembic.ini"):
        inside = app.root == "." or path.startswith(f"{app.root}/")
        found = _LOCATION.search(repo.text(path))
        if not inside or found is None or is_secondary(relative(app.root, path)):
            continue
        folder = folder_of(path)
        place = join(folder, re.sub(r"%\(here\)s/?", "", found[1]))
        if not any(file.endswith(".py") for file in repo.under(join(place, "versions"))):
            continue
        stand = () if folder == app.root else ("cd", relative(app.root, folder), Raw("&&"))
        line = repo.text(path).count("\n", 0, found.start(1)) + 1
        yield Migration(
            stack="python",
            root=app.root,
            strength=Strength.GENERIC,
            evidence=(repo.proof(path, line),),
            command=command(*stand, "alembic", "upgrade", "head"),
            paths=(join(place, "versions"),),
            why=f"{path} sets up Alembic and {place} holds migrations",
        )
        yield from needs(
            app, "alembic", stack="python", why="alembic migrates the database in the release phase"
        )
        return
