"""An app that is a member of a uv workspace -> built from the top, where the workspace's one lock file is."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from scaffold.facts import Evidence, Shim, Strength, Todo, command
from scaffold.families.python.apps import PythonApp
from scaffold.manifests import toml_file
from scaffold.repo import Repo, join


def workspace_facts(repo: Repo, app: PythonApp, top: PythonApp | None) -> Iterator[Shim | Todo]:
    """Yield that the top builds a member of its workspace, and how the top's own project comes to need it."""
    line = _member_line(repo, app)
    if not line:
        return
    proof = repo.proof("pyproject.toml", line)
    yield Shim(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(proof, Evidence(path="uv.lock")),
        path="",
        text="",
        why=f"{app.root} is a member of the workspace that uv.lock locks at the top",
    )
    name = _name(repo, app)
    if name and top and name.lower().replace("_", "-") not in top.deps:
        yield Todo(
            stack="python",
            root=app.root,
            strength=Strength.FRAMEWORK,
            evidence=(proof, Evidence(path=join(app.root, "pyproject.toml"))),
            command=f"{command('uv', 'add', name)} && git add pyproject.toml uv.lock",
            why=f"Heroku installs the top's own project only: it must depend on its member {name}",
        )


def _member_line(repo: Repo, app: PythonApp) -> int:
    """Return the line of the top's pyproject.toml that makes an app a member, 0 where none does."""
    own = join(app.root, "uv.lock") in repo
    if own or "uv.lock" not in repo or "pyproject.toml" not in repo:
        return 0
    document = repo.try_parsed("pyproject.toml", toml_file.parse)
    members = document.at("tool", "uv", "workspace", "members") if document else None
    for pattern in members if isinstance(members, list) else ():
        if isinstance(pattern, str) and fnmatch.fnmatchcase(app.root, pattern.rstrip("/")):
            return repo.line_of("pyproject.toml", r"^\s*members\s*=") or 1
    return 0


def _name(repo: Repo, app: PythonApp) -> str:
    path = join(app.root, "pyproject.toml")
    document = repo.try_parsed(path, toml_file.parse) if path in repo else None
    name = document.at("project", "name") if document else None
    return name if isinstance(name, str) else ""
