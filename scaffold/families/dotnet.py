"""The code of a .NET project, and what in it fails on Heroku: a fixed address, migrations not run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt
from scaffold.families.code_text import find
from scaffold.manifests.dotnet_project import DotnetProject
from scaffold.repo import Repo, folder_of, join


def sources(repo: Repo, project: DotnetProject) -> tuple[str, ...]:
    """Return the settings and source files of a project."""
    folder = folder_of(project.path)
    found = repo.suffixed(".cs", ".fs", ".vb", under=folder)[:400]
    settings = [
        path
        for name in ("appsettings.json", "appsettings.Production.json")
        if (path := join(folder, name)) in repo
    ]
    return (*settings, *(path for path in found if "/obj/" not in path and "/bin/" not in path))


def doubts(repo: Repo, root: str, main: DotnetProject) -> Iterator[AnyFact]:
    """Yield what will hurt a web project."""
    files = [path for path in sources(repo, main) if path.endswith((".cs", ".fs", ".json"))]
    listens = find(
        repo,
        files,
        re.compile(
            r"\.UseUrls\(|\.Listen(?:AnyIP|Localhost)?\(\s*(?:IPAddress[\w.]*\s*,\s*)?\d+|\"Kestrel\"\s*:\s*\{|app\.Run\(\s*\"http"
        ),
    )
    if listens and not find(repo, files, re.compile(r'"PORT"')):
        yield Doubt(
            stack="dotnet",
            root=root,
            id="dotnet/fixed-port",
            evidence=(listens.evidence,),
            message="The code names the address to listen on, which may win over --urls with Heroku's port.",
            remedy='Remove it, or use Environment.GetEnvironmentVariable("PORT").',
        )
    migrations = next(
        (
            p
            for p in repo.suffixed(".cs", under=root)
            if "/Migrations/" in p and not p.endswith((".Designer.cs", "Snapshot.cs"))
        ),
        "",
    )
    if migrations and not find(
        repo,
        _every(repo, root),
        re.compile(r"\.Database\s*\.Migrate(?:Async)?\(|\bMigrateAsync\(|\bEnsureCreated"),
    ):
        yield Doubt(
            stack="dotnet",
            root=root,
            id="dotnet/migrations-not-run",
            evidence=(repo.proof(migrations),),
            message="Migrations are there, but nothing runs them: `dotnet ef` is not on Heroku.",
            remedy="Call db.Database.Migrate() at start, or build a bundle: `dotnet ef migrations bundle`.",
        )


def _every(repo: Repo, root: str) -> list[str]:
    return [
        p
        for p in repo.suffixed(".cs", under=root)
        if re.search(
            r"(?:Program|Startup|Extensions?|Context|Seed\w*|Initializ\w*|Migrat\w*|Configuration)\.cs$", p
        )
    ][:200]
