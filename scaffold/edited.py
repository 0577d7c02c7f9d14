"""Files that scaffold wrote and a person edited since -> what of them is the person's.

Where scaffold wrote none (`Repo.pristine` has no text), all of a file is the person's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scaffold.manifests import app_json, buildpacks_file, heroku_yml
from scaffold.manifests.app_json import AppJson
from scaffold.manifests.heroku_yml import HerokuYml
from scaffold.repo import Repo

T = TypeVar("T", AppJson, HerokuYml)


def person_app_json(repo: Repo, path: str) -> AppJson | None:
    """Return what the person says in an app.json; None where it is not there or malformed."""
    return _edits(repo, path, app_json.parse, app_json.without)


def person_heroku_yml(repo: Repo, path: str) -> HerokuYml | None:
    """Return what the person says in a heroku.yml; None where it is not there or malformed."""
    return _edits(repo, path, heroku_yml.parse, heroku_yml.without)


def _edits(repo: Repo, path: str, parse: Callable[[str, str], T], without: Callable[[T, T], T]) -> T | None:
    if path not in repo:
        return None
    theirs, written = repo.try_parsed(path, parse), repo.written(path, parse)
    if theirs is None or written is None:
        return theirs
    return repo.once(("edits", path), lambda: without(theirs, written))


def person_buildpacks(repo: Repo, path: str) -> tuple[tuple[str, int], ...]:
    """Return a .buildpacks with its lines; nothing where it lists what scaffold wrote to it."""
    listed = repo.parsed(path, buildpacks_file.parse)
    written = repo.written(path, buildpacks_file.parse)
    same = written is not None and [url for url, _ in listed] == [url for url, _ in written]
    return () if same else listed


def person_text(repo: Repo, path: str) -> str:
    """Return the text of a file as far as the person's: of app.json and heroku.yml, the commands in it."""
    if path in repo.pristine:
        name = path.rpartition("/")[2]
        if name == "app.json" and (app := person_app_json(repo, path)):
            return "\n".join(text for _, text, _ in app.scripts)
        if name == "heroku.yml" and (manifest := person_heroku_yml(repo, path)):
            return "\n".join(item.command for item in manifest.commands)
    return repo.text(path)
