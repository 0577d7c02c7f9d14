"""app.json and .buildpacks -> what a person declared in them; in those of scaffold's, what they edited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.declared_retired import retired_buildpack, retired_names, retired_plan
from scaffold.edited import person_app_json, person_buildpacks
from scaffold.facts import Addon, AnyFact, Buildpack, ConfigVar, Evidence, Scale, Seed, Strength
from scaffold.manifests import app_json
from scaffold.manifests.app_json import AppJson, Var
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary

_SECRET = lazy(
    r"secret|passw|token|private|credential|salt|(api|access|auth|jwt|signing|encryption|master)_?key|^key$|_key$",
    re.IGNORECASE,
)
_SIZE = lazy(r"[\w-]{1,40}")
_AUTHORITY = "declared"

Listed = tuple[str, str, int]
"""An add-on as a list has it: its plan, its own name or "", its line."""


def app_json_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield what each app.json of Heroku's kind declares; those of other tools are left alone."""
    for path in repo.named("app.json"):
        root = folder_of(path)
        if root != "." and (is_secondary(path) or f"{root}/Procfile" not in repo):
            continue
        document = person_app_json(repo, path)
        if document is None or not document.is_heroku:
            continue
        for var in document.env:
            yield from declared_var(repo, root, path, var)
        whole = repo.parsed(path, app_json.parse)
        yield from declared_addons(repo, root, path, document.addons, whole.addons)
        for at, (url, line) in enumerate(document.buildpacks):
            yield from _buildpack(repo, root, url, at, repo.proof(path, line))
        yield from _scales(repo, root, document)
        yield from _postdeploy(repo, root, document)
        yield from retired_names(repo, root, document)


def _scales(repo: Repo, root: str, document: AppJson) -> Iterator[AnyFact]:
    for item in document.formation:
        size = policy.retired_dyno_size(item.size) or item.size
        yield Scale(
            stack=_AUTHORITY,
            root=root,
            process=item.name,
            quantity=item.quantity,
            size=size if _SIZE.fullmatch(size) else "",
            strength=Strength.DECLARED,
            evidence=(repo.proof(document.path, item.line),),
        )


def _postdeploy(repo: Repo, root: str, document: AppJson) -> Iterator[AnyFact]:
    for name, text, line in document.scripts:
        if name == "postdeploy":
            yield Seed(
                stack=_AUTHORITY,
                root=root,
                command=text,
                strength=Strength.DECLARED,
                why=f"{document.path} declares it",
                evidence=(repo.proof(document.path, line),),
            )


def declared_var(repo: Repo, root: str, path: str, var: Var) -> Iterator[AnyFact]:
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


def declared_addons(
    repo: Repo, root: str, path: str, theirs: tuple[Listed, ...], listed: tuple[Listed, ...]
) -> Iterator[AnyFact]:
    """Yield the add-ons of a list that are the person's; a second of a role, under a name, is one more."""
    seen: set[str] = set()
    for item in sorted(listed, key=lambda item: (bool(item[1]), item[2])):
        plan, name, line = item
        role = policy.addon_key(plan)
        if item in theirs:
            also = bool(name) and role in seen
            yield from _addon(repo, root, plan, name, repo.proof(path, line), also=also)
        seen.add(role)


def _addon(repo: Repo, root: str, plan: str, name: str, proof: Evidence, *, also: bool) -> Iterator[AnyFact]:
    instead = policy.retired_plan(plan)
    yield Addon(
        stack=_AUTHORITY,
        root=root,
        service=policy.addon_key(plan),
        var=f"{name}_URL" if name else "",
        also=also,
        plan="" if instead else plan,
        strength=Strength.DECLARED,
        why=f"{proof.path} asks for {plan}",
        evidence=(proof,),
    )
    if instead:
        yield from retired_plan(repo, root, plan, instead, proof)


def _buildpack(repo: Repo, root: str, url: str, at: int, proof: Evidence) -> Iterator[AnyFact]:
    bare = url.partition("#")[0]
    instead = policy.retired_buildpack(bare)
    if instead:
        yield from retired_buildpack(repo, root, bare, instead, proof)
    if instead and " " in instead:
        return
    yield Buildpack(
        stack=_AUTHORITY,
        root=root,
        name=instead or url,
        position=at,
        support=True,
        edited=_wrote_list(repo, proof.path),
        strength=Strength.DECLARED,
        why=f"{proof.path} lists it",
        evidence=(proof,),
    )


def _wrote_list(repo: Repo, path: str) -> bool:
    """Tell whether scaffold wrote a list of buildpacks there, which the person's then is an edit of."""
    if path.rpartition("/")[2] != "app.json":
        return path in repo.pristine
    written = repo.written(path, app_json.parse)
    return written is not None and bool(written.buildpacks)


def buildpacks_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the list of a .buildpacks file where no app.json beside it has one."""
    for path in repo.named(".buildpacks"):
        root = folder_of(path)
        beside = "app.json" if root == "." else f"{root}/app.json"
        listed = person_app_json(repo, beside)
        if is_secondary(path) or (listed and listed.buildpacks):
            continue
        for at, (url, number) in enumerate(person_buildpacks(repo, path)):
            yield from _buildpack(repo, root, url, at, repo.proof(path, number))
