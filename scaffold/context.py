"""Plan and answers -> the plain data that templates render from (`plan`, `app_json`, `env_file`).

Values that need a file format's own quoting are quoted here, once; templates only lay out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold import policy
from scaffold.context_images import container
from scaffold.context_vars import app_json_env, deploy_vars, grouped, places, var_context
from scaffold.plan.model import Plan


def template_context(plan: Plan, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole context of a rendering; the same plan and answers always give the same."""
    size = str(answers.get("dyno_size", "")) or policy.default_dyno_size()
    context = _plan_context(plan, answers, size)
    return {
        "plan": context,
        "app_json": app_json(context, plan),
        "manifest_vars": [var_context(var) for var in plan.found_vars],
        "vars_by_group": grouped(plan.config_vars),
        "deploy_vars": deploy_vars(plan),
        "slugignore": [],
    }


def _plan_context(plan: Plan, answers: Mapping[str, Any], size: str) -> dict[str, Any]:
    processes = [
        {
            "name": process.name,
            "command": process.command,
            "why": process.why,
            "quantity": process.quantity,
            "size": _size(plan, process.name, size),
            "evidence": places(process.evidence),
            "image": process.image,
        }
        for process in plan.processes
    ]
    names = [str(process["name"]) for process in processes] + [image.process for image in plan.images]
    quantities = {process["name"]: process["quantity"] for process in processes}
    return {
        "app": _app(plan, answers),
        "stack": plan.stack,
        "title": plan.title,
        "language": plan.language,
        "root": plan.root,
        "layout": plan.layout,
        "processes": processes,
        "formation": {
            name: {"quantity": quantities.get(name, _quantity(plan, name)), "size": _size(plan, name, size)}
            for name in dict.fromkeys(names)
            if name != "release"
        },
        "buildpacks": list(plan.buildpacks),
        "buildpack_urls": [policy.buildpack_url(name) for name in plan.buildpacks],
        "addons": [
            {
                "service": addon.service,
                "plan": addon.plan,
                "as": addon.attach_as,
                "attachments": list(addon.attachments),
                "copies": [list(copy) for copy in addon.copies],
                "config_vars": list(addon.config_vars),
                "why": addon.why,
            }
            for addon in plan.addons
        ],
        "config_vars": [var_context(var) for var in plan.config_vars],
        "migration": {
            "command": plan.migration.command,
            "paths": list(plan.migration.paths),
            "in_release": plan.migration.in_release,
        }
        if plan.migration
        else None,
        "container": container(plan) if plan.container else None,
        "stack_image": "container" if plan.container else policy.stack_image(),
        "stack_images": [{"name": name, **known} for name, known in policy.stack_images().items()],
        "runtime": {
            "language": plan.runtime.language,
            "version": plan.runtime.version,
            "file": plan.runtime.file,
        }
        if plan.runtime
        else None,
        "smoke": {"path": plan.smoke[0], "status": plan.smoke[1]} if plan.smoke else None,
        "cache_clear": plan.cache_clear,
        "test_command": plan.test_command,
        "postdeploy": plan.postdeploy,
        "region": str(answers.get("region", "us")),
        "team": str(answers.get("team", "")),
        "apps": {
            "staging": str(answers.get("staging_app", "")),
            "production": str(answers.get("production_app", "")),
        },
        "pipeline": str(answers.get("pipeline", "")),
        "branch": str(answers.get("branch", "")) or "main",
        "domains": {name: _words(answers, f"{name}_domains") for name in ("staging", "production")},
        "pages": {name: str(answers.get(f"{name}_page", "")) for name in ("maintenance", "error")},
        "ci": _words(answers, "ci"),
    }


def _words(answers: Mapping[str, Any], name: str) -> list[str]:
    """Return an answer of several words, which commas or spaces part."""
    return str(answers.get(name, "")).replace(",", " ").split()


def _size(plan: Plan, process: str, usual: str) -> str:
    """Return the dyno size of a process type: what a person says of it, else what all get."""
    said = plan.scales.get(process)
    return said.size if said and said.size else usual


def _quantity(plan: Plan, process: str) -> int:
    said = plan.scales.get(process)
    return 1 if said is None or said.quantity is None else said.quantity


def _app(plan: Plan, answers: Mapping[str, Any]) -> dict[str, Any]:
    about = plan.about
    keywords = [word for word in about.get("keywords", "").split(",") if word.strip()]
    return {
        "name": str(answers.get("app_name") or about.get("name") or answers.get("production_app") or "")[
            :30
        ].strip(),
        "description": about.get("description", ""),
        "repository": str(answers.get("repository", "") or about.get("repository", "")),
        "website": about.get("website", ""),
        "keywords": [word.strip() for word in keywords][:10] or [plan.stack],
    }


def app_json(context: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """Return the app.json document: valid against data/app.schema.json, empty keys left out."""
    app = context["app"]
    document: dict[str, Any] = {
        key: app[key] for key in ("name", "description", "website", "repository", "keywords")
    }
    document["stack"] = context["stack_image"]
    document["env"] = app_json_env(plan.config_vars)
    document["formation"] = context["formation"]
    document["addons"] = [_app_json_addon(addon) for addon in context["addons"]]
    document["buildpacks"] = [{"url": name} for name in plan.buildpacks]
    document["environments"] = _environments(document["addons"], plan)
    return {key: value for key, value in document.items() if value not in ("", [], {})}


def _environments(addons: list[dict[str, str]], plan: Plan) -> dict[str, Any]:
    """Return the environments of review apps and of Heroku CI; a key of theirs replaces the base's."""
    test = {"scripts": {"test": plan.test_command}} if plan.test_command else {}
    environments: dict[str, dict[str, Any]] = {}
    review = {"scripts": {"postdeploy": plan.postdeploy}} if plan.postdeploy else {}
    for name, own in {"review": review, "test": test}.items():
        env = {"env": app_json_env(plan.env_vars[name])} if name in plan.env_vars else {}
        if name == "review" or own or env:
            environments[name] = ({"addons": addons} if addons else {}) | env | own
    return {name: keys for name, keys in environments.items() if keys}


def _app_json_addon(addon: Mapping[str, Any]) -> dict[str, str]:
    return {"plan": addon["plan"], "as": addon["as"]} if addon["as"] else {"plan": addon["plan"]}
