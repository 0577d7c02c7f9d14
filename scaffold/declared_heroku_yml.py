"""heroku.yml -> what a person declared in it; in one of scaffold's, what they edited."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.declared_app import declared_addons, declared_var
from scaffold.facts import AnyFact, Doubt, Process, Strength
from scaffold.families.docker.said import container_manifest
from scaffold.manifests import heroku_yml
from scaffold.manifests.app_json import Var
from scaffold.repo import Repo

_AUTHORITY = "declared"


def heroku_yml_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the commands, add-ons and config of a heroku.yml at the top."""
    document = container_manifest(repo)
    if document is None:
        return
    path = document.path
    whole = repo.parsed(path, heroku_yml.parse)
    if path != "heroku.yml":
        yield Doubt(
            stack=_AUTHORITY,
            id="heroku-yml/misnamed",
            message=f"Heroku reads heroku.yml only; {path} is ignored.",
            remedy=f"git mv -f {path} heroku.yml",
            evidence=(repo.proof(path),),
        )
    for item in document.commands:
        yield Process(
            stack=_AUTHORITY,
            name=item.name,
            command=item.command,
            strength=Strength.DECLARED,
            quantity=0 if item.name == "release" else 1,
            why=f"{path} declares it",
            image=item.image if item.image != item.name else "",
            evidence=(repo.proof(path, item.line),),
        )
    yield from declared_addons(repo, ".", path, document.addons, whole.addons)
    for name, value, line in document.config:
        yield from declared_var(repo, ".", path, Var(name=name, line=line, value=value))
    for built in document.images:
        if built.dockerfile not in repo:
            yield Doubt(
                stack=_AUTHORITY,
                id="heroku-yml/no-dockerfile",
                message=f"{path} builds {built.process} from {built.dockerfile}, which is not there.",
                remedy=f"Add {built.dockerfile} or correct the path.",
                evidence=(repo.proof(path, built.line),),
            )
