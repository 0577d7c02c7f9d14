"""What a variable's name and value tell: secret, generated, kind, stage, who sets it. Tables, not guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from scaffold import policy
from scaffold.patterns import lazy

_JOINT = lazy(r"__+|(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = lazy(r"[_\d]+")


@cache
def table() -> dict[str, Any]:
    """Return data/config_vars.toml."""
    return policy.table("config_vars")


@cache
def _pattern(section: str, key: str = "names") -> policy.NamePatterns:
    found = table()[section][key]
    parts = [found] if isinstance(found, str) else found
    return policy.name_patterns(parts, re.IGNORECASE if section == "unusable" else 0)


def matches(section: str, key: str, text: str) -> bool:
    """Tell whether the whole text is what a pattern of data/config_vars.toml describes."""
    return _pattern(section, key).fullmatch(text)


def is_foreign(name: str) -> bool:
    """Tell whether a variable belongs to the platform, a shell, a CI service or a package manager."""
    return _pattern("platform").fullmatch(name) or _pattern("tooling").fullmatch(name)


def is_framework(name: str) -> bool:
    """Tell whether the framework reads the variable and Heroku's buildpack or the server sets it."""
    return _pattern("framework").fullmatch(name)


def is_unset(name: str) -> bool:
    """Tell whether nothing on Heroku sets a variable of the framework: code that insists on it fails."""
    return name in table()["framework"]["unset"]


def capitals(name: str) -> str:
    """Return a name as most are written: `Auth__clientSecret` is AUTH_CLIENT_SECRET."""
    return name if name.isupper() else _JOINT.sub("_", name).upper()


def is_optional(name: str) -> bool:
    """Tell whether the name says that the app serves without it."""
    return _pattern("optional").fullmatch(capitals(name))


def is_needed(name: str) -> bool:
    """Tell whether the name says that production needs a value: a credential, an address, an account."""
    upper = capitals(name)
    return _pattern("needed").fullmatch(upper) or is_secret(upper)


def is_key(name: str) -> bool:
    """Tell whether the name is that of a credential's public half: a site key, a client id."""
    return _pattern("needed", "keys").fullmatch(capitals(name))


def is_secret(name: str) -> bool:
    """Tell whether a value of this name must never be shown."""
    upper = capitals(name)
    if upper.startswith(tuple(table()["build"]["prefixes"])) or _pattern("secret", "public").fullmatch(upper):
        return False
    return _pattern("secret").fullmatch(upper) or _pattern("secret", "urls").fullmatch(upper)


def is_credential(value: str | None) -> bool:
    """Tell whether a value must never be shown, whatever the variable is called: a URL with a password."""
    return value is not None and _pattern("secret", "values").fullmatch(value)


def is_generated(name: str, bound: Iterable[str] = (), said: str = "") -> bool:
    """Tell whether any random text will do as the value; `said` is its description."""
    upper = capitals(name)
    if not is_secret(upper) or not set(_SPLIT.split(upper)).isdisjoint(table()["vendors"]["names"]):
        return False
    if _pattern("generated").fullmatch(upper):
        return True
    if said and re.search(table()["generated"]["said"], said, re.IGNORECASE):
        return True
    return not set(bound).isdisjoint(table()["generated"]["bound"])


def vendor(name: str) -> str:
    """Return the outside service that a name speaks of first ("GITHUB" of GITHUB_CLIENT_ID), "" for none."""
    first = name.upper().split("_")[0]
    return first if len(first) > 1 and first in table()["vendors"]["names"] else ""


def stage(name: str) -> str:
    """Return "build" for what a bundler compiles into the page, "run" for the rest."""
    return "build" if name.startswith(tuple(table()["build"]["prefixes"])) else "run"


@cache
def provider(name: str, language: str = "") -> str:
    """Return the role of the add-on that sets a variable, "platform", or "" for a person."""
    if _pattern("platform").fullmatch(name) or name in table()["buildpacks"].get(language, ()):
        return "platform"
    for role in table()["addons"]:
        if _pattern("addons", role).fullmatch(name):
            return str(role)
    return ""


def is_unusable(value: str) -> bool:
    """Tell whether a fallback cannot work on a dyno or is meant to be replaced."""
    return not value.strip() or _pattern("unusable", "values").fullmatch(value.strip())


def is_placeholder(value: str) -> bool:
    """Tell whether a fallback only says that a value belongs there."""
    return _pattern("unusable", "placeholders").fullmatch(value.strip())


def kind(name: str, value: str | None, told: str) -> str:
    """Return text, boolean, number, url or list."""
    if told:
        return told
    upper = capitals(name)
    if value is not None and value.lower() in ("true", "false"):
        return "boolean"
    if value and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return (
            "boolean"
            if value in "01" and re.match(r"(ENABLE|USE|IS|DISABLE|SKIP)_|DEBUG", upper)
            else "number"
        )
    if upper.endswith(("_URL", "_URI", "_DSN")) or (value and re.match(r"[a-z][a-z0-9+.-]*://", value)):
        return "url"
    if re.match(r"(ENABLE|USE|IS|DISABLE|SKIP|FORCE|ALLOW)_|DEBUG$|.*_(ENABLED|DISABLED|DEBUG)$", upper):
        return "boolean"
    if upper.endswith(("_PORT", "_TIMEOUT", "_TTL", "_SECONDS", "_LIMIT")):
        return "number"
    return "list" if upper.endswith(("_HOSTS", "_ORIGINS", "_WHITELIST", "_EMAILS")) else "text"
