"""Which config vars a push sets, where each value comes from, and what it leaves alone and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from scaffold import policy
from scaffold.config_vars import classify
from scaffold.facts import ConfigVar
from scaffold.live.compare import development_value
from scaffold.live.masked import Masked
from scaffold.patterns import lazy
from scaffold.record import made, record

_REFERENCE = lazy(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")


@record
class Setting:
    """One config var to set: where its value comes from is shown, the value never."""

    name: str
    value: Masked
    origin: str


@record
class Source:
    """Values that a person gave (an env file): `name` is how to call it, `overwrite` changes what is set."""

    values: Mapping[str, str] = made(factory=dict)
    name: str = ""
    overwrite: bool = False


@record
class Settings:
    """What a push does: `to_set`, `to_ask` (nobody knows a value yet), `left` (name -> why not)."""

    to_set: tuple[Setting, ...]
    to_ask: tuple[ConfigVar, ...]
    left: Mapping[str, str]


def settle(
    wanted: Collection[ConfigVar],
    live: Mapping[str, str],
    source: Source,
    generate: Callable[[], str],
) -> Settings:
    """Decide for every variable. A value that is set on the app stays, unless `source.overwrite`."""
    to_set: list[Setting] = []
    to_ask: list[ConfigVar] = []
    left = {name: _unread(name) for name in source.values if name not in {var.name for var in wanted}}
    for var in sorted(wanted, key=lambda var: var.name):
        given = source.values.get(var.name, "")
        given = given if given.strip() else ""
        if reason := _not_ours(var):
            if given:
                left[var.name] = reason
            continue
        fault = _unfit(var, given, source) if given else ""
        if fault:
            left[var.name] = fault
        offered = _offered(var, "" if fault else given, source.name)
        now = live.get(var.name)
        if offered is not None and offered.value == now:
            continue
        if now and now.strip():
            if offered is None:
                continue
            if not source.overwrite:
                left[var.name] = f"it has another value than {offered.origin}; --overwrite changes it"
                continue
            to_set.append(offered)
        elif offered is not None:
            to_set.append(offered)
            left.pop(var.name, None)
        elif var.generator:
            to_set.append(Setting(name=var.name, value=Masked(generate()), origin="generated"))
        elif var.required:
            to_ask.append(var)
    return Settings(to_set=tuple(to_set), to_ask=tuple(to_ask), left=dict(sorted(left.items())))


def size(values: Mapping[str, str]) -> int:
    """Return the size of config vars as Heroku counts it: bytes of all names and values."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for pair in values.items() for text in pair)


def _offered(var: ConfigVar, given: str, source: str) -> Setting | None:
    if given:
        return Setting(name=var.name, value=Masked(given), origin=source)
    if var.value is not None and not var.secret:
        return Setting(
            name=var.name, value=Masked(var.value), origin="the value of config-vars.toml or the source"
        )
    return None


def _unfit(var: ConfigVar, given: str, source: Source) -> str:
    """Say why a given value is not to be sent."""
    if "\0" in given:
        return f"the value in {source.name} holds a NUL character"
    named = next((name for name in _REFERENCE.findall(given) if name in source.values), "")
    if named:
        return (
            f"the value in {source.name} is made of ${{{named}}}, which Heroku does not fill in: write it out"
        )
    fault = development_value(var, given)
    return f"the value in {source.name} is one for development: {fault}" if fault else ""


def _not_ours(var: ConfigVar) -> str:
    if var.provided_by == "platform":
        return "Heroku sets it"
    if var.provided_by:
        return f"the {var.provided_by} add-on sets it"
    if not re.fullmatch(policy.name_pattern("config_var"), var.name):
        return "Heroku refuses the name"
    return ""


def _unread(name: str) -> str:
    if classify.is_foreign(name) or classify.is_framework(name):
        return "Heroku or the machine sets it"
    return "nothing in the source reads it"
