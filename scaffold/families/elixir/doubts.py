"""What fails when a Phoenix app is built or booted on Heroku: database TLS, the port, missing files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Doubt,
)
from scaffold.families.code_text import find
from scaffold.families.elixir.apps import (
    MixApp,
    dep_proof,
    settings,
)
from scaffold.families.port_reading import fixed_port
from scaffold.repo import Repo, join


def doubts(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    """Yield what will hurt: the database without TLS, a fixed port, an import of a file that is not there."""
    files = settings(repo, app)
    read = find(repo, files, re.compile(r'"DATABASE_URL"'))
    if (
        read
        and app.dep("postgrex")
        and not find(repo, files, re.compile(r"\bssl:\s*(?:true|\[)|ssl_opts:|ssl=true"))
    ):
        yield Doubt(
            stack="elixir",
            root=app.root,
            id="elixir/database-tls",
            message="The repository's connection does not ask for TLS, which Heroku Postgres demands.",
            remedy="In the production configuration of the Repo: ssl: [verify: :verify_none]",
            evidence=(read.evidence,),
        )
    if not find(repo, files, re.compile(r'"PORT"')):
        endpoint = find(repo, files, re.compile(r"Endpoint,"))
        yield fixed_port(
            "elixir",
            app.root,
            endpoint.evidence if endpoint else dep_proof(repo, app, "phoenix"),
            'http: [port: String.to_integer(System.get_env("PORT") || "4000")]',
        )
    lost = find(repo, files, re.compile(r'import_config\s+"([\w.]*secret[\w.]*\.exs)"'))
    if lost and join(lost.evidence.path.rpartition("/")[0], lost.match[1]) not in repo:
        yield Doubt(
            stack="elixir",
            root=app.root,
            id="elixir/secret-file",
            message=f"{lost.match[1]} is imported and not committed: the build fails without it.",
            remedy="Read the secrets with System.get_env in prod.exs and remove the import.",
            evidence=(lost.evidence,),
        )
