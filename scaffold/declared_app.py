"""app.json, heroku.yml and .buildpacks -> what a person declared; retired names are doubted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import Addon, AnyFact, Buildpack, ConfigVar, Doubt, Evidence, Process, Strength
from scaffold.families.docker.said import container_manifest
from scaffold.manifests import app_json
from scaffold.manifests.app_json import AppJson, Var
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo, folder_of, is_secondary

_SECRET = lazy(
    r"secret|passw|token|private|credential|salt|(api|access|auth|jwt|signing|encryption|master)_?key|^key$|_key$",
    re.IGNORECASE,
)
_MIGRATES = lazy(r"\bmigrate\b|db:migrate|upgrade head|db upgrade|db:schema:load|prisma db push")
_AUTHORITY = "declared"


def app_json_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield what each app.json of Heroku's kind declares; those of other tools are left alone."""
    for path in repo.named("app.json"):
        root = folder_of(path)
        if root != "." and (is_secondary(path) or f"{root}/Procfile" not in repo):
            continue
        document = repo.try_parsed(path, app_json.parse)
        if document is None or not document.is_heroku:
            continue
        for var in _edited_vars(repo, document):
            yield from _var(repo, root, path, var)
        yield from _addons(repo, root, path, document.addons)
        for at, (url, line) in enumerate(document.buildpacks):
            yield from _buildpack(root, url, at, repo.proof(path, line))
        yield from _retired(repo, root, document)


def _var(repo: Repo, root: str, path: str, var: Var) -> Iterator[AnyFact]:
    secret = _SECRET.search(var.name) is not None
    proof = repo.proof(path, var.line)
    hidden = secret and var.value is not None
    shown = Evidence(path=path, line=var.line, text=f'"{var.name}": ...') if hidden else proof
    yield ConfigVar(
        stack=_AUTHORITY,
        root=root,
        name=var.name,
        required=var.required and not var.generator and (var.value is None or secret),
        secret=secret or bool(var.generator),
        value=None if secret or var.generator else var.value,
        generator=var.generator,
        description=var.description,
        strength=Strength.DECLARED,
        why=f"{path} declares it",
        evidence=(shown,),
    )


def _addons(repo: Repo, root: str, path: str, listed: tuple[tuple[str, str, int], ...]) -> Iterator[AnyFact]:
    """Yield the add-ons of a list; a second one of a role, under a name of its own, is one more."""
    seen: set[str] = set()
    for plan, name, line in sorted(listed, key=lambda item: (bool(item[1]), item[2])):
        role = policy.addon_role(plan) or plan.partition(":")[0]
        yield from _addon(root, plan, name, repo.proof(path, line), also=bool(name) and role in seen)
        seen.add(role)


def _addon(root: str, plan: str, name: str, proof: Evidence, *, also: bool) -> Iterator[AnyFact]:
    instead = policy.retired_plan(plan)
    yield Addon(
        stack=_AUTHORITY,
        root=root,
        service=policy.addon_role(plan) or plan.partition(":")[0],
        var=f"{name}_URL" if name else "",
        also=also,
        plan="" if instead else plan,
        strength=Strength.DECLARED,
        why=f"{proof.path} asks for {plan}",
        evidence=(proof,),
    )
    if instead:
        yield Doubt(
            stack=_AUTHORITY,
            root=root,
            id="addon/retired",
            message=f"The add-on plan {plan} is no longer sold.",
            remedy=f"Use {instead}.",
            evidence=(proof,),
        )


def _buildpack(root: str, url: str, at: int, proof: Evidence) -> Iterator[AnyFact]:
    bare = url.partition("#")[0]
    instead = policy.retired_buildpack(bare)
    if instead:
        yield Doubt(
            stack=_AUTHORITY,
            root=root,
            id="buildpack/retired",
            message=f"The buildpack {bare} is retired.",
            remedy=f"Use {instead}.",
            evidence=(proof,),
        )
    if instead and " " in instead:
        return
    yield Buildpack(
        stack=_AUTHORITY,
        root=root,
        name=instead or url,
        position=at,
        support=True,
        strength=Strength.DECLARED,
        why=f"{proof.path} lists it",
        evidence=(proof,),
    )


def _retired(repo: Repo, root: str, document: AppJson) -> Iterator[AnyFact]:
    path = document.path
    if document.stack and policy.stack_status(document.stack) in ("retired", "deprecated"):
        yield Doubt(
            stack=_AUTHORITY,
            root=root,
            id="app-json/stack",
            message=f"The stack image {document.stack} is {policy.stack_status(document.stack)}.",
            remedy=f"Use {policy.stack_image()}.",
            evidence=(repo.proof(path, document.stack_line),),
        )
    for name, _, size, line in document.formation:
        if size and (instead := policy.retired_dyno_size(size)):
            yield Doubt(
                stack=_AUTHORITY,
                root=root,
                id="app-json/dyno-size",
                message=f"The dyno size {size} of {name} is gone.",
                remedy=f"Use {instead}.",
                evidence=(repo.proof(path, line),),
            )
    for name, text, line in document.scripts:
        if name == "postdeploy" and _MIGRATES.search(text):
            yield Doubt(
                stack=_AUTHORITY,
                root=root,
                id="app-json/postdeploy",
                message="postdeploy runs once, when app.json makes the app: later deploys do not migrate.",
                remedy="Migrate in the release phase.",
                evidence=(repo.proof(path, line),),
            )


def heroku_yml_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the commands, add-ons and config of a heroku.yml at the top."""
    document = container_manifest(repo)
    if document is None:
        return
    path = document.path
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
            evidence=(repo.proof(path, item.line),),
        )
    yield from _addons(repo, ".", path, document.addons)
    for name, value, line in document.config:
        yield from _var(repo, ".", path, Var(name=name, line=line, value=value))
    for built in document.images:
        if built.dockerfile not in repo:
            yield Doubt(
                stack=_AUTHORITY,
                id="heroku-yml/no-dockerfile",
                message=f"{path} builds {built.process} from {built.dockerfile}, which is not there.",
                remedy=f"Add {built.dockerfile} or correct the path.",
                evidence=(repo.proof(path, built.line),),
            )


def buildpacks_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the list of a .buildpacks file where no app.json beside it has one."""
    for path in repo.named(".buildpacks"):
        root = folder_of(path)
        beside = "app.json" if root == "." else f"{root}/app.json"
        listed = repo.try_parsed(beside, app_json.parse) if beside in repo else None
        if is_secondary(path) or (listed and listed.buildpacks):
            continue
        at = 0
        for number, line in enumerate(repo.lines(path), 1):
            for url in line.partition(" #")[0].split():
                if not url.startswith("#"):
                    yield from _buildpack(root, url, at, repo.proof(path, number))
                    at += 1


def _edited_vars(repo: Repo, document: AppJson) -> Iterator[Var]:
    """Yield the entries of a person's; in an app.json of scaffold's, those that they edited or added."""
    pristine = repo.pristine.get(document.path)
    own = [replace(var, line=0) for var in app_json.parse(pristine, document.path).env] if pristine else []
    yield from (var for var in document.env if replace(var, line=0) not in own)
