"""Platform knowledge, typed: the only reader of data/*.toml (each row there has its source and date)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from scaffold.patterns import lazy
from scaffold.record import record

_WORD = lazy(r"[A-Z0-9_]+")
_HEAD = lazy(r"[A-Z0-9_]+(?=[(\[])")


@record
class NamePatterns:
    """A list of patterns that must match a whole text.

    Plain words are looked up; a pattern that begins with one is compiled where a text begins so, too.
    """

    words: frozenset[str]
    rows: tuple[tuple[str, re.Pattern[str]], ...]

    def fullmatch(self, text: str) -> bool:
        """Tell whether one of them matches the whole text."""
        return text in self.words or any(
            text.startswith(head) and row.fullmatch(text) is not None for head, row in self.rows
        )


def name_patterns(parts: Iterable[str], flags: int = 0) -> NamePatterns:
    """Return a list of regular expressions, none of which has a choice outside brackets."""
    words: set[str] = set()
    heads: dict[str, list[str]] = {}
    for part in parts:
        head = None if flags else _HEAD.match(part)
        if _WORD.fullmatch(part) and not flags:
            words.add(part)
        else:
            heads.setdefault(head[0] if head is not None else "", []).append(f"(?:{part})")
    rows = tuple((head, lazy("|".join(rest), flags)) for head, rest in heads.items())
    return NamePatterns(words=frozenset(words), rows=rows)


@record
class AddonPolicy:
    """An add-on by role: Heroku's service and plan ("" where there is none), the config vars it sets.

    `default_var` is the variable an app reads when nothing else is known; a person sets it where
    there is no service (MongoDB).
    """

    role: str
    name: str
    service: str
    plan: str = ""
    config_vars: tuple[str, ...] = ()
    default_var: str = ""
    retired: tuple[str, ...] = ()
    kind: str = ""
    schemes: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Return `service:plan` as `addons:create` takes it, "" where nothing is to be created."""
        return f"{self.service}:{self.plan}" if self.plan else self.service

    def calls(self, what: str, name: str) -> bool:
        """Tell whether a variable is one of those in a list of the role: "own", "account", "reads"."""
        return _addon_names(self.role, what).fullmatch(name)


@record
class RuntimePolicy:
    """The versions of a language: supported series (oldest first), the default, end-of-life dates (ISO).

    `names` are aliases ("lts/*"); `by_series` tells that only the series is written ("3.12", no patch);
    `wide_default` that a range allowing several gets the default rather than the newest; `replaces_older`
    that a version below the supported ones is not built, `older_note` what to expect where it is.
    """

    language: str
    title: str
    supported: tuple[str, ...]
    default: str
    eol: Mapping[str, str]
    names: Mapping[str, str]
    by_series: bool
    wide_default: bool
    replaces_older: bool
    older_note: str


@record
class DynoSize:
    """A dyno size of the Common Runtime; `scales` tells that a process type may have several of it."""

    name: str
    memory_mb: int
    monthly_usd: int
    scales: bool
    sleeps: bool


@record
class SubdirBuildpack:
    """The buildpack that makes a folder the build root, and the config var that names the folder."""

    url: str
    config_var: str


@cache
def table(name: str) -> dict[str, Any]:
    """Return data/NAME.toml, for the families that read tables of their own."""
    import tomli

    with open(os.path.join(os.path.dirname(__file__), "data", f"{name}.toml"), "rb") as file:
        return tomli.load(file)


def checked() -> str:
    """Return the day (ISO) the platform data was last checked."""
    return str(table("heroku")["checked"])


@cache
def addon(role: str) -> AddonPolicy:
    """Return the add-on for a role ("postgres"), or, for a role without one, the service of that name."""
    known = table("addons")["services"].get(role)
    if known is None:
        return AddonPolicy(role=role, name=role, service=role)
    return AddonPolicy(
        role=role,
        name=known["name"],
        service=known["service"],
        plan=known["plan"],
        config_vars=tuple(known["config_vars"]),
        default_var=known["default_var"],
        retired=tuple(known["retired"]),
        kind=known.get("kind", ""),
        schemes=tuple(known.get("schemes", ())),
    )


@cache
def _addon_names(role: str, what: str) -> NamePatterns:
    return name_patterns(table("addons")["services"].get(role, {}).get(what, ()))


@cache
def addon_roles() -> tuple[str, ...]:
    """Return the roles of the known add-ons; of two that go by one name the former has it."""
    return tuple(table("addons")["services"])


@cache
def addon_packages(language: str) -> Mapping[str, str]:
    """Return the client libraries of a language that tell of a service by themselves, with its role."""
    services = table("addons")["services"].items()
    return {name: role for role, known in services for name in known.get("packages", {}).get(language, ())}


@cache
def addon_role(slug: str) -> str:
    """Return the role of an add-on as app.json names it ("heroku-postgresql:mini" -> "postgres"), or ""."""
    service = slug.partition(":")[0]
    for role, known in table("addons")["services"].items():
        if known["service"] == service:
            return str(role)
    others = {**table("addons")["siblings"]["roles"], **table("addons")["gone"]["roles"]}
    return str(others.get(service, ""))


def addon_key(slug: str) -> str:
    """Return the role of an add-on, for one that is not known the name of its service."""
    return addon_role(slug) or slug.partition(":")[0]


def addon_config_vars(slug: str) -> tuple[str, ...]:
    """Return the config vars that an add-on sets, also where it is not the one of its role to create."""
    service = slug.partition(":")[0]
    role = addon_role(slug)
    if role and addon(role).service == service:
        return addon(role).config_vars
    return tuple(table("addons")["siblings"]["config_vars"].get(service, ()))


def retired_plan(slug: str) -> str | None:
    """Return what took the place of a retired add-on or plan ("heroku-redis:hobby-dev"), None if it lives."""
    service, _, plan = slug.partition(":")
    gone = table("addons")["gone"]["services"].get(service)
    if gone:
        return str(gone)
    role = addon_role(slug)
    known = addon(role) if role and addon(role).service == service else None
    return known.slug if known and plan in known.retired else None


def buildpack_url(name: str) -> str:
    """Return the git URL of a buildpack by Heroku name; a URL is returned as it is."""
    return str(table("buildpacks")["urls"].get(name, name))


@cache
def buildpack_name(name: str) -> str:
    """Return Heroku's name for the URL of an official buildpack, anything else as it is."""
    bare = name.removesuffix(".git").rstrip("/")
    names = {url: known for known, url in table("buildpacks")["urls"].items()}
    return str(names.get(bare, name))


def retired_buildpack(name: str) -> str | None:
    """Return what took the place of a retired buildpack, None if it lives."""
    found = table("buildpacks")["retired"].get(name.removesuffix(".git"))
    return str(found) if found else None


def subdir_buildpack() -> SubdirBuildpack:
    """Return the buildpack for an app in a folder that the top of the repository cannot build."""
    known = table("buildpacks")["subdirectory"]
    return SubdirBuildpack(url=known["url"], config_var=known["config_var"])


@cache
def runtime(language: str) -> RuntimePolicy | None:
    """Return what is known of a language's versions, None where nothing is."""
    known = table("runtimes").get(language)
    if not isinstance(known, dict):
        return None
    return RuntimePolicy(
        language=language,
        title=known["title"],
        supported=tuple(known["supported"]),
        default=known["default"],
        eol=dict(known["eol"]),
        names=dict(known.get("names", {})),
        by_series=known["precision"] == "series",
        wide_default=known["wide"] == "default",
        replaces_older=known["older"] == "replaced",
        older_note=known["older_note"],
    )


def stack_image() -> str:
    """Return the stack image that new apps get."""
    return str(table("heroku")["stack_images"]["default"])


def stack_status(image: str) -> str:
    """Return recommended, available, deprecated, retired, or "" for an unknown stack image."""
    known = table("heroku")["stack_images"]["images"].get(image)
    return str(known["status"]) if known else ""


def stack_images() -> Mapping[str, Mapping[str, str]]:
    """Return every known stack image with its status and end (`eol`, "" for none in sight)."""
    known: Mapping[str, Mapping[str, str]] = table("heroku")["stack_images"]["images"]
    return known


def default_dyno_size() -> str:
    """Return the dyno size that new apps get."""
    return str(table("heroku")["dynos"]["default"])


def dyno_sizes() -> tuple[str, ...]:
    """Return the dyno sizes to offer, the default first."""
    return tuple(table("heroku")["dynos"]["offered"])


@cache
def dyno_size(name: str) -> DynoSize | None:
    """Return what is known of a dyno size, in any case ("Standard-1X"), None where nothing is."""
    known = table("heroku")["dynos"]["sizes"].get(name.lower())
    return DynoSize(name=name.lower(), **known) if known else None


def retired_dyno_size(size: str) -> str | None:
    """Return what took the place of a retired dyno size ("hobby"), None if it lives."""
    found = table("heroku")["dynos"]["retired"].get(size.lower())
    return str(found) if found else None


def regions() -> tuple[str, ...]:
    """Return the regions of the Common Runtime, the default first."""
    return tuple(table("heroku")["regions"]["common"])


def api_hosts() -> tuple[str, ...]:
    """Return the domains of the Platform API, the usual one first."""
    return tuple(table("heroku")["api"]["hosts"])


def name_pattern(kind: str) -> str:
    """Return the regular expression of a valid name: of an "app", "pipeline", "process" or "config_var"."""
    return str(table("heroku")["names"][kind])


def limit(name: str) -> int:
    """Return a limit of the platform by its key in heroku.toml ("boot_seconds")."""
    return int(table("heroku")["limits"][name])


def python_floors() -> Mapping[str, Mapping[str, str]]:
    """Return, per package and Python minor version, the first version of the package that runs there."""
    floors: Mapping[str, Mapping[str, str]] = table("python_floors")["floors"]
    return floors
