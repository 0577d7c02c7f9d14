"""Plan and answers -> the plain data that templates render from (`plan`, `app_json`, `env_file`).

Values that need a file format's own quoting are quoted here, once; templates only lay out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from scaffold import policy
from scaffold.facts import ConfigVar, Evidence
from scaffold.patterns import lazy
from scaffold.plan.model import Plan

_APP_JSON_NAME = lazy(r"(?!__)(?!HEROKU_)[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_ENV_VALUE = lazy(r"[A-Za-z0-9_@%+=:,./*-]*")


def template_context(plan: Plan, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole context of a rendering; the same plan and answers always give the same."""
    size = str(answers.get("dyno_size", "")) or policy.default_dyno_size()
    context = _plan_context(plan, answers, size)
    return {
        "plan": context,
        "app_json": app_json(context),
        "vars_by_group": _grouped(plan.config_vars),
        "slugignore": [],
    }


def _plan_context(plan: Plan, answers: Mapping[str, Any], size: str) -> dict[str, Any]:
    processes = [
        {
            "name": process.name,
            "command": process.command,
            "why": process.why,
            "quantity": process.quantity,
            "size": size,
            "evidence": _places(process.evidence),
        }
        for process in plan.processes
    ]
    names = [process["name"] for process in processes] + [image.process for image in plan.images]
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
            name: {"quantity": quantities.get(name, 1), "size": size}
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
        "container": {"images": [_image(image) for image in plan.images]} if plan.container else None,
        "stack_image": "container" if plan.container else policy.stack_image(),
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
        "region": str(answers.get("region", "us")),
        "team": str(answers.get("team", "")),
        "apps": {
            "staging": str(answers.get("staging_app", "")),
            "production": str(answers.get("production_app", "")),
        },
        "pipeline": str(answers.get("pipeline", "")),
        "ci": [],
    }


def _image(image: Any) -> dict[str, str]:
    return {
        "process": image.process,
        "dockerfile": image.dockerfile,
        "command": image.command,
        "target": image.target,
    }


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


def var_context(var: ConfigVar) -> dict[str, Any]:
    """Return one config var as plain data, with its value as TOML and as a line of an env file."""
    shown = var.value if var.value is not None else var.default
    record: dict[str, Any] = {
        "name": var.name,
        "required": var.required,
        "secret": var.secret,
        "value": var.value,
        "default": var.default,
        "generator": var.generator,
        "description": " ".join((var.description or var.why).split()),
        "stage": var.stage,
        "provided_by": var.provided_by,
        "kind": var.kind,
        "evidence": _places(var.evidence),
    }
    record["env_value"] = "" if var.secret or shown is None else env_quote(shown)
    record["toml"] = {key: toml_value(value) for key, value in record.items() if value not in (None, "", [])}
    return record


def _places(evidence: Iterable[Evidence]) -> list[str]:
    return [f"{proof.path}:{proof.line}" if proof.line else proof.path for proof in evidence]


def toml_value(value: str | bool | list[str]) -> str:
    """Write a value as TOML: JSON's basic strings are TOML's, but for DEL and lone surrogates."""
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return re.sub(r"[\ud800-\udfff]", "\\\\uFFFD", text)


def env_quote(value: str) -> str:
    """Quote a value for an env file so that common parsers read back the same text."""
    if _PLAIN_ENV_VALUE.fullmatch(value):
        return value
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("$", "\\$")
    escaped = "".join(char if char.isprintable() else " " for char in escaped)
    return f'"{escaped}"'


def _grouped(config_vars: tuple[ConfigVar, ...]) -> list[dict[str, Any]]:
    """Group the variables for `.env.example`: set, generated, optional, provided."""
    groups: list[tuple[str, list[ConfigVar]]] = [
        ("To be set by you", []),
        ("Any random text will do (bin/deploy generates it on Heroku)", []),
        ("Settings with a value for production", []),
        ("Optional", []),
        ("Set by Heroku or an add-on; needed on your own machine only", []),
    ]
    for var in config_vars:
        groups[_group(var)][1].append(var)
    return [
        {"title": title, "optional": at >= _OPTIONAL, "vars": [var_context(var) for var in found]}
        for at, (title, found) in enumerate(groups)
        if found
    ]


_OPTIONAL = 3
_NEVER_LOCAL = ("PATH", "PUB_CACHE")
"""Paths on a dyno: in a developer's .env they would hide the machine's own programs."""


def _group(var: ConfigVar) -> int:
    if var.provided_by:
        return 4
    if var.name in _NEVER_LOCAL:
        return _OPTIONAL
    if var.generator:
        return 1
    if var.value is not None:
        return 2
    return 0 if var.required else 3


def app_json(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the app.json document: valid against data/app.schema.json, empty keys left out."""
    app = plan["app"]
    document: dict[str, Any] = {
        key: app[key] for key in ("name", "description", "website", "repository", "keywords")
    }
    document["stack"] = plan["stack_image"]
    document["env"] = {
        var["name"]: _app_json_env(var)
        for var in plan["config_vars"]
        if not var["provided_by"] and _APP_JSON_NAME.fullmatch(var["name"])
    }
    document["formation"] = plan["formation"]
    document["addons"] = [_app_json_addon(addon) for addon in plan["addons"]]
    document["buildpacks"] = [{"url": name} for name in plan["buildpacks"]]
    document["environments"] = _environments(document["addons"], plan["test_command"])
    return {key: value for key, value in document.items() if value not in ("", [], {})}


def _environments(addons: list[dict[str, str]], test_command: str) -> dict[str, Any]:
    """Return the environments of review apps and of Heroku CI; a key of theirs replaces the base's."""
    environments: dict[str, Any] = {}
    if addons:
        environments["review"] = {"addons": addons}
    if test_command:
        environments["test"] = {"addons": addons, "scripts": {"test": test_command}}
        if not addons:
            del environments["test"]["addons"]
    return environments


def _app_json_env(var: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if var["description"]:
        entry["description"] = var["description"]
    if var["generator"]:
        return entry | {"generator": "secret"}
    if var["value"] is not None and not var["secret"]:
        return entry | {"value": var["value"]}
    return entry | {"required": bool(var["required"])}


def _app_json_addon(addon: Mapping[str, Any]) -> dict[str, str]:
    return {"plan": addon["plan"], "as": addon["as"]} if addon["as"] else {"plan": addon["plan"]}
