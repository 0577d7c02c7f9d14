"""What the source needs and what the live app has -> what is lacking, empty, wrong or in excess. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from scaffold.config_vars import classify
from scaffold.facts import ConfigVar
from scaffold.patterns import lazy
from scaffold.record import record

_BETWEEN = lazy(r"[\s,;|]+")
"""What separates the members of a list: origins, hosts, servers. One of them that serves is enough."""

State = Literal["lacking", "empty", "development", "differs", "excess"]


@record
class Finding:
    """One config var that is not as it should be on an app.

    lacking: the app needs it, and it is not set. empty: it is set to nothing. development: its value
    serves on a developer's machine only. differs: config-vars.toml has another value. excess: it is
    set, and nothing in the source reads it. `fault` is false where the app runs all the same.
    """

    name: str
    state: State
    why: str
    fault: bool = True
    var: ConfigVar | None = None


def compare(
    wanted: Collection[ConfigVar], live: Mapping[str, str], provided: Collection[str]
) -> tuple[Finding, ...]:
    """Compare. `wanted` are the variables of one environment, `provided` the names that add-ons set."""
    found = [finding for var in wanted if (finding := _one(var, live))]
    known = {var.name for var in wanted}
    for name in sorted(set(live) - known - set(provided)):
        if not _is_read_elsewhere(name):
            found.append(
                Finding(name=name, state="excess", why="nothing in the source reads it", fault=False)
            )
    order = ("lacking", "empty", "development", "differs", "excess")
    return tuple(sorted(found, key=lambda finding: (order.index(finding.state), finding.name)))


def _is_read_elsewhere(name: str) -> bool:
    """Tell whether the platform, a buildpack, the runtime or a library reads the variable by itself."""
    foreign = classify.is_foreign(name) or classify.is_framework(name)
    return foreign or classify.matches("settings", "names", name)


def must_be_set(var: ConfigVar) -> bool:
    """Tell whether somebody must give the variable a value on the app."""
    return not var.provided_by and (var.required or bool(var.generator) or var.value is not None)


def _one(var: ConfigVar, live: Mapping[str, str]) -> Finding | None:
    value = live.get(var.name)
    if value is None:
        return _lacking(var)
    if not value.strip():
        if not (must_be_set(var) or _is_of_addon(var)) or var.value == value:
            return None
        return Finding(name=var.name, state="empty", why=_reason(var), var=var)
    if var.value is not None and not var.secret and value == var.value:
        return None
    if why := development_value(var, value):
        return Finding(name=var.name, state="development", why=why, var=var)
    if var.value is not None and not var.secret and not var.provided_by:
        why = "config-vars.toml or the source asks for another value"
        return Finding(name=var.name, state="differs", why=why, fault=False, var=var)
    return None


def _lacking(var: ConfigVar) -> Finding | None:
    if _is_of_addon(var):
        return Finding(name=var.name, state="lacking", why=f"the {var.provided_by} add-on sets it", var=var)
    if must_be_set(var):
        return Finding(name=var.name, state="lacking", why=_reason(var), var=var)
    return None


def _is_of_addon(var: ConfigVar) -> bool:
    return var.provided_by not in ("", "platform")


def _reason(var: ConfigVar) -> str:
    if var.generator:
        return "any random text will do"
    if var.value is not None:
        return "config-vars.toml or the source has a value for it"
    return var.why or var.description or "the app needs it"


def development_value(var: ConfigVar, value: str) -> str:
    """Return why a value does not serve on Heroku, "" where nothing speaks against it."""
    name, low = var.name.upper(), value.strip().lower()
    if classify.matches("development", "switches", name):
        return "debugging is on" if classify.matches("development", "switch_values", low) else ""
    if classify.matches("development", "environments", name):
        named = classify.matches("development", "environment_values", low)
        return "it names an environment of development" if named else ""
    if classify.matches("development", "databases", name) and classify.matches(
        "development", "database_values", low
    ):
        return "a file of the dyno is lost whenever the dyno restarts"
    if var.required or var.secret or var.generator or _is_of_addon(var):
        return "" if classify.is_framework(var.name) else _stand_in(var, low)
    return ""


def _stand_in(var: ConfigVar, low: str) -> str:
    parts = (part.strip("\"'") for part in _BETWEEN.split(low.strip("[]() ")))
    if low and all(classify.matches("development", "machines", part) for part in parts if part):
        return "it leads to the developer's machine"
    weak = var.secret and classify.matches("development", "weak", low)
    if weak or classify.matches("development", "placeholders", low):
        return "it is a text to be replaced"
    return ""
