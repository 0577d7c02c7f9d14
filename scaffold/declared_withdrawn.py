"""What stood in a file when scaffold wrote it and is gone from it now -> what a person took out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scaffold import policy
from scaffold.errors import ManifestError
from scaffold.facts import AnyFact, Evidence, Strength, Withdrawn
from scaffold.manifests import app_json, buildpacks_file, heroku_yml, procfile
from scaffold.repo import Repo, folder_of

_AUTHORITY = "declared"
_Gone = Iterator[tuple[str, str]]


def withdrawn_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield what each edited file of scaffold's lacks by now; a file that is gone tells nothing."""
    for path in sorted(repo.pristine):
        name = path.rpartition("/")[2]
        if path not in repo or name not in _READERS:
            continue
        try:
            gone = sorted(set(_READERS[name](repo, path)))
        except ManifestError:
            continue
        for kind, what in gone:
            yield Withdrawn(
                stack=_AUTHORITY,
                root=folder_of(path),
                kind=kind,
                name=what,
                strength=Strength.DECLARED,
                why=f"you took it out of {path}",
                evidence=(Evidence(path=path),),
            )


def _procfile(repo: Repo, path: str) -> _Gone:
    had = {item.name for item in procfile.parse(repo.pristine[path], path)}
    has = {item.name for item in procfile.parse(repo.whole(path), path)}
    yield from (("process", name) for name in had - has)


def _heroku_yml(repo: Repo, path: str) -> _Gone:
    had, has = heroku_yml.parse(repo.pristine[path], path), repo.parsed(path, heroku_yml.parse)
    yield from (("process", name) for name in set(had.processes) - set(has.processes))
    yield from _addons(had.addons, has.addons)


def _app_json(repo: Repo, path: str) -> _Gone:
    had, has = app_json.parse(repo.pristine[path], path), repo.parsed(path, app_json.parse)
    if not has.is_heroku:
        return
    yield from _addons(had.addons, has.addons)
    yield from _buildpack_names(had.buildpacks, has.buildpacks)


def _buildpacks(repo: Repo, path: str) -> _Gone:
    had = buildpacks_file.parse(repo.pristine[path], path)
    yield from _buildpack_names(had, repo.parsed(path, buildpacks_file.parse))


def _buildpack_names(had: Iterable[tuple[str, int]], has: Iterable[tuple[str, int]]) -> _Gone:
    """Yield the buildpacks that are gone; one that is held to a version now is there."""
    left = {policy.buildpack_name(url.partition("#")[0]) for url, _ in has}
    for url, _ in had:
        if policy.buildpack_name(url.partition("#")[0]) not in left:
            yield "buildpack", policy.buildpack_name(url)


def _addons(had: Iterable[tuple[str, str, int]], has: Iterable[tuple[str, str, int]]) -> _Gone:
    """Yield the roles that nothing plays any more, and of a role that is still played, the names."""
    left = {(policy.addon_key(plan), name) for plan, name, _ in has}
    roles = {role for role, _ in left}
    for plan, name, _ in had:
        role = policy.addon_key(plan)
        if role not in roles:
            yield "addon", role
        elif name and (role, name) not in left and sum(one == role for one, _ in left) < _count(had, role):
            yield "addon", f"{role} as {name}"


def _count(listed: Iterable[tuple[str, str, int]], role: str) -> int:
    return sum(policy.addon_key(plan) == role for plan, _, _ in listed)


_READERS = {
    "Procfile": _procfile,
    "app.json": _app_json,
    "heroku.yml": _heroku_yml,
    ".buildpacks": _buildpacks,
}
