"""The imports of an app that declares nothing -> the packages to declare, with the line of each import."""

from __future__ import annotations

import sys

from scaffold.facts import Evidence
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.code import module_of
from scaffold.families.python.imports import python_folders
from scaffold.families.python.libraries import DISTRIBUTIONS
from scaffold.families.python.signals import sources
from scaffold.repo import Repo, folder_of, join

_MOST = 80


def imported_packages(repo: Repo, app: PythonApp) -> tuple[tuple[str, Evidence], ...]:
    """Return the packages that the app's code imports and neither Python nor the repository provides."""
    found: dict[str, Evidence] = {}
    for path in sources(repo, app)[:_MOST]:
        module = module_of(repo, path)
        for one in module.imports:
            top = one.module.partition(".")[0]
            if one.level or not top or top in sys.stdlib_module_names or _is_own(repo, app, path, top):
                continue
            package = DISTRIBUTIONS.get(top, top.replace("_", "-"))
            if package not in found:
                found[package] = repo.proof(path, one.line)
    return tuple(sorted(found.items(), key=lambda item: item[0].lower()))


def _is_own(repo: Repo, app: PythonApp, path: str, top: str) -> bool:
    """Tell whether a top-level name is a file or folder of the repository, from any folder above."""
    folder = folder_of(path)
    folders = {folder, app.root, "."}
    while folder not in (".", app.root):
        folder = folder_of(folder)
        folders.add(folder)
    known = python_folders(repo)
    return any(join(f, top) in known or join(f, f"{top}.py") in repo for f in folders)
