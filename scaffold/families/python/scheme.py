"""SQLAlchemy 1.4 and later with DATABASE_URL as Heroku gives it -> a doubt, with the line that reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt
from scaffold.families.python.apps import PythonApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary

_READ = lazy(
    r"""(?:environ|getenv|config|env)\b[^\n]{0,12}["']DATABASE_URL["']|\bdatabase_url\s*:\s*str""", re.I
)
_FILES = (
    *("config.py", "settings.py", "database.py", "db.py", "app.py", "main.py", "__init__.py", "session.py"),
    *("application.py", "server.py", "models.py", "base.py", "engine.py", "run.py", "wsgi.py", "factory.py"),
)
_OLD = lazy(r"[=~]=\s*(?:0\.|1\.[0-3](?:\.|$|\*))|<\s*1\.4")


def old_postgres_scheme(repo: Repo, app: PythonApp, stack: str) -> Iterator[AnyFact]:
    """Yield a doubt where `postgres://` goes to an SQLAlchemy that knows only `postgresql://`."""
    library = app.has("sqlalchemy")
    if library is None or _OLD.search(library.spec):
        return
    found = None
    for path in repo.named(*_FILES):
        if (app.root != "." and not path.startswith(app.root + "/")) or is_secondary(path):
            continue
        text = repo.text(path)
        if re.search(r"postgres(?:ql)?(?:\+\w+)?://[\"']", text):
            return
        if found is None and (hit := _READ.search(text)):
            found = repo.proof(path, text.count("\n", 0, hit.start()) + 1)
    if found:
        yield Doubt(
            stack=stack,
            root=app.root,
            evidence=(found, library.evidence),
            id="python/postgres-scheme",
            message="Heroku's DATABASE_URL begins with postgres://, which SQLAlchemy refuses since 1.4.",
            remedy='Use url.replace("postgres://", "postgresql://", 1) where it is read.',
        )
