"""Plan -> what was decided, small enough for a review: `.scaffold/plan.json`, and the same from older runs.

    app              "django in backend"
    processes        type -> command
    addons           role, or role:NAME for one more under a name -> service:plan
    buildpacks       in order
    config_vars      name -> required | optional | generated | set | provided by ROLE
    runtime          language -> version;  runtime_file: where it is written
    stack_image      the base image
    defaults         question -> the answer that detection would have given
    unread           source files that could not be parsed

Names and decisions only: no evidence (its lines move with every edit of the code) and no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scaffold import policy
from scaffold.errors import ManifestError
from scaffold.facts import ConfigVar
from scaffold.manifests import app_json, config_vars_toml, procfile
from scaffold.plan.model import Plan, PlannedAddon

Decided = Mapping[str, Any]


def of_plan(plan: Plan, defaults: Mapping[str, str], app: str) -> dict[str, Any]:
    """Return what a plan decides, in a stable order."""
    found: dict[str, Any] = {
        "app": app,
        "stack_image": "container" if plan.container else policy.stack_image(),
        "runtime": {plan.runtime.language: plan.runtime.version} if plan.runtime else {},
        "runtime_file": plan.runtime.file if plan.runtime else "",
        "processes": {process.name: process.command for process in _by_name(plan)},
        "images": {image.process: image.dockerfile for image in plan.images},
        "addons": {addon_key(addon): addon.plan for addon in plan.addons},
        "buildpacks": list(plan.buildpacks),
        "config_vars": {var.name: var_state(var) for var in sorted(plan.config_vars, key=lambda v: v.name)},
        "defaults": {name: defaults[name] for name in sorted(defaults) if defaults[name]},
    }
    return {key: value for key, value in found.items() if value not in ("", {}, [])}


def _by_name(plan: Plan) -> list[Any]:
    return sorted(plan.processes, key=lambda process: process.name)


def addon_key(addon: PlannedAddon) -> str:
    """Name an add-on by its role, one with a name of its own by that too."""
    return f"{addon.service}:{addon.attach_as}" if addon.attach_as else addon.service


def var_state(var: ConfigVar) -> str:
    """Say in a word or two how a config var gets its value."""
    if var.provided_by:
        return f"provided by {var.provided_by}"
    if var.generator:
        return "generated"
    if var.value is not None and not var.secret:
        return "set"
    return "required" if var.required else "optional"


def of_base(base: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the texts of an older run show, for a state that did not keep its decisions."""
    texts = {path: content.decode("utf-8", "replace") for path, content in base.items()}
    found: dict[str, Any] = {}
    try:
        for path, text in texts.items():
            if path.rpartition("/")[2] == "Procfile":
                found["processes"] = {line.name: line.command for line in procfile.parse(text, path)}
        if "app.json" in texts:
            found |= _of_app_json(app_json.parse(texts["app.json"], "app.json"))
            found |= _vars(var.name for var in app_json.parse(texts["app.json"], "app.json").env)
        if config_vars_toml.NAME in texts:
            manifest = config_vars_toml.parse(texts[config_vars_toml.NAME], config_vars_toml.NAME)
            found |= _vars(manifest.vars)
    except ManifestError:
        return {}
    for path, text in texts.items():
        if path.rpartition("/")[2] in ("runtime.txt", ".python-version"):
            found["runtime"] = {"python": text.strip().removeprefix("python-")}
            found["runtime_file"] = path.rpartition("/")[2]
    return found


def _vars(names: Iterable[str]) -> dict[str, Any]:
    return {"config_vars": dict.fromkeys(sorted(names), "")}


def _of_app_json(document: app_json.AppJson) -> dict[str, Any]:
    addons = {policy.addon_role(plan) or plan.partition(":")[0]: plan for plan, _, _ in document.addons}
    return {
        "addons": addons,
        "buildpacks": [url for url, _ in document.buildpacks],
        "stack_image": document.stack,
    }
