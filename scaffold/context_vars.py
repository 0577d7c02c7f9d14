"""Config vars -> what each file says of them: the manifest, .env.example, app.json, bin/deploy.

Values that need a file format's own quoting are quoted here, once; templates only lay out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from scaffold.facts import ConfigVar, Evidence, Strength
from scaffold.patterns import lazy
from scaffold.plan.model import Plan

_APP_JSON_NAME = lazy(r"(?!__)(?!HEROKU_)[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_ENV_VALUE = lazy(r"[A-Za-z0-9_@%+=:,./*-]*")
_HALVES = lazy("[\ud800-\udfff]")
_NOT_IN_SINGLE = lazy(r"['\r]|\\\\|\\\Z")
_NOT_IN_DOUBLE = lazy(r'["\r$`\\]')
_ESCAPED_IN_DOUBLE = lazy(r'["$`\\]')


_MOST_PLACES = 20
"""As many as a file that people edit names; `scaffold config list --json` has all."""


_DEPLOYMENT = ("app.json", "heroku.yml", "Procfile", ".env.example", "config-vars.toml")
"""Files whose lines scaffold's own additions move."""


def places(evidence: Iterable[Evidence]) -> list[str]:
    """Return where the proofs stand: path:line, of a deployment file the path alone."""
    found = (
        f"{proof.path}:{proof.line}" if proof.line and proof.path not in _DEPLOYMENT else proof.path
        for proof in evidence
    )
    return list(dict.fromkeys(found))


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
        "description": " ".join((var.description or _why(var)).split()),
        "stage": var.stage,
        "provided_by": var.provided_by,
        "kind": var.kind,
        "evidence": places(_reads(var.evidence)[:_MOST_PLACES]),
    }
    record["env_value"] = "" if var.secret or shown is None else env_quote(shown)
    record["env_comment"] = "" if var.secret or shown is None else env_quote(shown, one_line=True)
    record["toml"] = {key: toml_value(value) for key, value in record.items() if value not in (None, "", [])}
    return record


def _reads(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return the places that read a variable, where there is one: an app.json only declares it."""
    return tuple(proof for proof in evidence if not proof.path.endswith(_DECLARING)) or evidence


_DECLARING = ("app.json", "heroku.yml")


def _why(var: ConfigVar) -> str:
    """Return why the code wants it; that somebody declared it tells a reader nothing."""
    return "" if var.strength is Strength.DECLARED else var.why


def toml_value(value: str | bool | list[str]) -> str:
    """Write a value as TOML: JSON's basic strings are TOML's, but for DEL and lone surrogates."""
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return re.sub(r"[\ud800-\udfff]", "\\\\uFFFD", text)


def env_quote(value: str, *, one_line: bool = False) -> str:
    """Quote a value for an env file, in as few lines as it has, or in one.

    bin/deploy reads back the same text. So do the dotenv of Node and that of Python where the value needs no
    escapes (an apostrophe beside quotes, `$`, a backtick or a backslash does), and a shell that sources
    the file where there is no carriage return.
    """
    value = _HALVES.sub("\ufffd", value.replace("\0", ""))
    if _PLAIN_ENV_VALUE.fullmatch(value):
        return value
    if not (one_line and "\n" in value):
        if not _NOT_IN_SINGLE.search(value):
            return f"'{value}'"
        if not _NOT_IN_DOUBLE.search(value):
            return f'"{value}"'
    escaped = _ESCAPED_IN_DOUBLE.sub(r"\\\g<0>", value).replace("\r", "\\r")
    return '"' + (escaped.replace("\n", "\\n") if one_line else escaped) + '"'


GROUPS = (
    "To be set by you",
    "Any random text will do (bin/deploy generates it on Heroku)",
    "Settings with a value for production",
    "Optional",
    "Set by Heroku or an add-on; needed on your own machine only",
)
"""The titles in `.env.example`, by the number that `_group` gives."""


def grouped(config_vars: tuple[ConfigVar, ...]) -> list[dict[str, Any]]:
    """Group the variables for `.env.example`: set, generated, optional, provided."""
    groups: list[tuple[str, list[ConfigVar]]] = [(title, []) for title in GROUPS]
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


def app_json_env(config_vars: Iterable[ConfigVar]) -> dict[str, Any]:
    """Return the `env` of app.json: what add-ons and the platform do not set, by the names it allows."""
    return {
        var.name: _app_json_entry(var_context(var))
        for var in config_vars
        if not var.provided_by and _APP_JSON_NAME.fullmatch(var.name)
    }


def _app_json_entry(var: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if var["description"]:
        entry["description"] = var["description"]
    if var["generator"]:
        return entry | {"generator": "secret"}
    if var["value"] is not None and not var["secret"]:
        return entry | {"value": var["value"]}
    return entry | {"required": bool(var["required"])}


DEPLOYED = ("staging", "production")
"""The environments that bin/deploy knows."""


def deploy_vars(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return what bin/deploy sets or asks for: in both environments alike (""), and in each."""
    own = {name: _own(plan.env_vars.get(name, plan.config_vars)) for name in DEPLOYED}
    first, second = own.values()
    alike = {name for name in first if first[name] == second.get(name)}
    wanted = {"": {name: first[name] for name in alike}}
    wanted |= {name: {k: v for k, v in found.items() if k not in alike} for name, found in own.items()}
    return {name: [var_context(found[key]) for key in sorted(found)] for name, found in wanted.items()}


def _own(config_vars: Iterable[ConfigVar]) -> dict[str, ConfigVar]:
    """Return the variables that somebody has to set or generate, by name."""
    return {
        var.name: var
        for var in config_vars
        if not var.provided_by
        and ((var.value is not None and not var.secret) or var.generator or var.required)
    }
