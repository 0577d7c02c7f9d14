"""What people wrote for deployment, as facts of the pseudo-stack "declared": it outranks what is detected.

Heroku's own files (Procfile, app.json, heroku.yml, .buildpacks) count as DECLARED; other platforms' files
and compose services only fill in what detection leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.declared_app import app_json_facts, buildpacks_facts
from scaffold.declared_config_vars import config_vars_facts
from scaffold.declared_heroku_yml import heroku_yml_facts
from scaffold.declared_platforms import platform_facts
from scaffold.declared_procfile import procfile_facts
from scaffold.declared_withdrawn import withdrawn_facts
from scaffold.facts import Addon, AnyFact, Doubt, Strength
from scaffold.families.docker.apps import buildpack_could_build, compose_paths, image_files, role_of
from scaffold.families.docker.ports import system_packages
from scaffold.families.scheduled import scheduled
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of

STACK = "declared"


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield what a repository's deployment files say, for whichever app is chosen at their root."""
    yield from procfile_facts(repo)
    yield from app_json_facts(repo)
    yield from heroku_yml_facts(repo)
    yield from buildpacks_facts(repo)
    yield from config_vars_facts(repo)
    yield from withdrawn_facts(repo)
    yield from platform_facts(repo)
    yield from _compose_addons(repo)
    yield from _system_packages(repo)
    yield from scheduled(repo)


_IMAGE = lazy(r"^\s+image:\s*[\"']?(?P<image>[\w./:@-]+)")


def _compose_addons(repo: Repo) -> Iterator[AnyFact]:
    """Yield the backing services that compose files run: a hint, for the app may do without them.

    Read by line: loading the YAML library would cost more than all else here.
    """
    seen: set[tuple[str, str]] = set()
    for path in compose_paths(repo):
        root = folder_of(path)
        for number, line in enumerate(repo.lines(path), 1):
            found = _IMAGE.match(line)
            role = role_of(found["image"]) if found else ""
            if found and role and (root, role) not in seen:
                seen.add((root, role))
                yield Addon(
                    stack=STACK,
                    root=root,
                    service=role,
                    strength=Strength.HINT,
                    why=f"{path} runs {found['image']}; whether production needs it is not shown",
                    evidence=(repo.proof(path, number),),
                )


def _system_packages(repo: Repo) -> Iterator[AnyFact]:
    """Doubt that a buildpack can do where a Dockerfile installs programs which Heroku does not bring."""
    if repo.named("Aptfile") or any(path not in repo.pristine for path in repo.named("heroku.yml")):
        return
    for image in image_files(repo):
        root = folder_of(image.root) if image.root.endswith("docker") else image.root
        packages = dict(system_packages(image)) if buildpack_could_build(repo, root) else {}
        if packages:
            names = ", ".join(sorted(packages))
            yield Doubt(
                stack=STACK,
                root=root,
                id="docker/system-packages",
                message=f"{image.path} installs {names}; no language buildpack does.",
                remedy="List them in an Aptfile for heroku-community/apt, or take --stack docker.",
                evidence=tuple(repo.proof(image.path, line) for line in sorted(set(packages.values()))),
            )
