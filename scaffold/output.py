"""Plan and answers -> the tree of files to write, each at the place where Heroku looks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold import render
from scaffold.context import template_context
from scaffold.plan.model import Plan
from scaffold.render import Rendered
from scaffold.repo import Repo

BUILD_ROOT_FILES = frozenset({"Procfile", ".python-version", "runtime.txt"})
"""Files that the buildpacks read from the build root; all others belong at the top of the repository."""

OPTIONAL = "config-vars.toml,.env.example,.slugignore,bin/deploy"
"""The files that are written unless an answer leaves them out."""

_NEVER_IN_SLUG = ".github .gitlab .circleci .devcontainer .vscode .idea .storybook cypress e2e".split()


def make_context(plan: Plan, answers: Mapping[str, str], repo: Repo) -> dict[str, Any]:
    """Return all that the templates of a plan may speak of."""
    context = template_context(plan, answers)
    context["optional_files"] = _optional(answers)
    context["ci_files"] = dict.fromkeys(("github", "circleci", "gitlab"))
    written = {f".{name}" for name in answers.get("ci", "").split(",") if name != "gitlab"}
    context["slugignore"] = [
        f"/{name}"
        for name in _NEVER_IN_SLUG
        if not plan.container and (name in written or repo.has_folder(name))
    ]
    return context


def make_tree(plan: Plan, context: Mapping[str, Any], extra: Path | None = None) -> dict[str, Rendered]:
    """Render every file for a plan, then the organisation's `extra`. The same input, the same bytes."""
    rendered = render.render(render.layers(plan.stack), context, extra)
    placed = {_place(path, plan): content for path, content in rendered.items()}
    for file in plan.files:
        placed[file.path] = Rendered(file.text.encode(), file.executable)
    return dict(sorted(placed.items()))


def _place(path: str, plan: Plan) -> str:
    """Move what buildpacks read into SUB where a subdirectory buildpack makes SUB the build root."""
    return f"{plan.root}/{path}" if plan.layout == "subdir" and path in BUILD_ROOT_FILES else path


def _optional(answers: Mapping[str, str]) -> list[str]:
    asked = answers.get("optional_files", OPTIONAL)
    return [part.strip() for part in asked.split(",") if part.strip()]
