"""All reads of a variable -> must a person set it? One rule book for every language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scaffold.config_vars import classify
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read
from scaffold.config_vars.scope import is_task
from scaffold.patterns import lazy
from scaffold.record import record

_SHOWN = lazy(r"(?:^|/)(?:helpers|views|templates|components|presenters|serializers)/")
"""Where an address is only shown: a page without a link is no failure."""


@record
class Verdict:
    """Whether a variable is required, the default that serves, and the reason in words."""

    required: bool
    default: str | None
    why: str


@record
class Context:
    """What else bears on one variable: all reads, what documents say, names that the code tests for."""

    reads: Mapping[str, Sequence[Read]]
    told: Mapping[str, Told]
    tested: frozenset[str]
    spare: frozenset[str]


def judge(name: str, context: Context) -> Verdict:
    """Return the verdict on one variable."""
    reads = context.reads[name]
    told = context.told.get(name, Told())
    live = [read for read in reads if not read.guarded]
    default = next((read.default for read in (*live, *reads) if read.default), None)
    usable = default if default is not None and not _is_unusable(name, default) else None
    if told.committed is not None and not classify.is_secret(name):
        return Verdict(required=False, default=told.committed or usable, why="a committed .env file sets it")
    insists = classify.is_unset(name) and any(read.mode in (Mode.STRICT, Mode.FRAGILE) for read in live)
    platform = (classify.is_framework(name) and not insists) or classify.provider(name) == "platform"
    if platform or any(read.sets for read in live):
        return Verdict(required=False, default=usable, why="")
    why = _failure(name, live, context)
    if why:
        return Verdict(required=True, default=None, why=why)
    if not live or usable is not None or any(_is_computed(read) or _is_hard(read) for read in live):
        return Verdict(required=False, default=usable, why="")
    if _copes(name, context) or not _is_needed(name, live, told, context):
        return Verdict(required=False, default=default, why="")
    return Verdict(required=True, default=None, why=_why(name, default))


_NEAR = 3
"""Lines between the parts of one credential: `cloud_name`, `api_key`, `api_secret`."""


def with_companions(verdicts: Mapping[str, Verdict], context: Context) -> dict[str, Verdict]:
    """Return the verdicts, the other parts of a required credential of an outside service required too.

    A part stands within a few lines of the other, names the same service first, and has no fallback.
    An address (where a login comes back to) is no part of it.
    """
    places: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for name, verdict in verdicts.items():
        if verdict.required and classify.is_secret(name) and (vendor := classify.vendor(name)):
            for read in context.reads[name]:
                places.setdefault((vendor, read.path), []).append((read.line, name))
    result = dict(verdicts)
    for name, verdict in verdicts.items():
        address = name.upper().endswith(("_URL", "_URI"))
        if verdict.required or address or is_spared(name, context) or classify.provider(name):
            continue
        for read in context.reads[name]:
            beside = places.get((classify.vendor(name), read.path), ())
            other = next((known for line, known in beside if abs(line - read.line) <= _NEAR), "")
            if other and read.mode is Mode.PLAIN and not read.guarded:
                result[name] = Verdict(required=True, default=None, why=f"it belongs to {other}")
    return result


def is_spared(name: str, context: Context) -> bool:
    """Tell whether the code has a way to do without a variable: a fallback, a test, another in its place."""
    live = [read for read in context.reads[name] if not read.guarded]
    falls_back = any(
        (read.default and not _is_unusable(name, read.default)) or _is_computed(read) for read in live
    )
    return not live or name in context.spare or falls_back or _copes(name, context)


def _failure(name: str, live: Sequence[Read], context: Context) -> str:
    """Return why production surely fails without a variable, "" where it may not."""
    if not live or (name in context.spare and not _is_hosts(name)):
        return ""
    if any(_is_hard(read) or (read.mode is Mode.FRAGILE and not _copes(name, context)) for read in live):
        return "" if _is_table_only(live, context.told.get(name, Told())) else "the code fails without it"
    usable = any(read.default and not _is_unusable(name, read.default) for read in live)
    if not classify.is_optional(name) and all(classify.is_placeholder(read.default or "") for read in live):
        return "its fallback only says that a value belongs there"
    if _is_hosts(name) and not usable and not any(_is_computed(read) for read in live):
        return "without it every request is refused"
    if _is_of_local_database(name, context):
        return "the database's host falls back to the developer's machine"
    return ""


def _copes(name: str, context: Context) -> bool:
    """Tell whether the code asks for the variable or insists only where switched on, or the name copes."""
    reads = context.reads[name]
    asked = any(_is_loose(read, context) for read in reads if not is_task(read.path))
    strict = [read.guarded for read in reads if read.mode is Mode.STRICT]
    switched = bool(strict) and all(strict)
    return asked or switched or classify.is_optional(name)


def _is_hard(read: Read) -> bool:
    return read.mode is Mode.STRICT


def _why(name: str, default: str | None) -> str:
    if default and not classify.is_secret(name):
        return f"the code falls back to {default[:60]!r}, which does not serve on Heroku"
    return "the code has no fallback that serves" if default else "the code has no fallback"


def _is_needed(name: str, live: Sequence[Read], told: Told, context: Context) -> bool:
    """Tell whether a variable that is read with no usable fallback is one that production needs."""
    if name in context.spare or classify.is_optional(name):
        return False
    if not classify.is_needed(name) and not _is_login(name, context):
        return False
    if classify.provider(name) or _is_table_only(live, told) or told.optional:
        return False
    blank = all(read.default == "" or _SHOWN.search(read.path) for read in live)
    return not blank or classify.is_secret(name) or classify.is_key(name)


def _is_login(name: str, context: Context) -> bool:
    """Tell whether a variable is the address that a password of the same account belongs to."""
    found = re.fullmatch(r"(.+)_E?MAIL", name.upper())
    return found is not None and any(
        f"{found[1]}_{word}" in context.reads for word in ("PASSWORD", "PASS", "PWD")
    )


def _is_computed(read: Read) -> bool:
    return read.mode is Mode.DEFAULT and read.default is None


def _is_table_only(live: Sequence[Read], told: Told) -> bool:
    """Tell whether the name is only one of a table's, and no example file gives it a value."""
    return all(read.table for read in live) and not told.value


def _is_hosts(name: str) -> bool:
    return name.upper().endswith("ALLOWED_HOSTS")


def _is_unusable(name: str, default: str) -> bool:
    if name.upper() in ("HOST", "BIND", "IP", "LISTEN") or not classify.is_needed(name):
        return not default.strip()
    return all(classify.is_unusable(part) for part in default.split(","))


def _is_loose(read: Read, context: Context) -> bool:
    """Tell whether a read copes: it only asks, or the value's presence is tested where it is used."""
    return read.mode is Mode.TEST or (
        read.mode is Mode.PLAIN and bool(read.bound) and read.bound in context.tested
    )


_PART = lazy(
    r"(.*(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|MYSQL|MONGO|MONGODB|SQL)_?)(?:NAME|USER|USERNAME|PASSWORD|PASS|PWD|DATABASE)"
)


def _is_of_local_database(name: str, context: Context) -> bool:
    """Tell whether a variable is part of an address whose host falls back to this machine."""
    found = _PART.fullmatch(name.upper())
    if found is None:
        return False
    hosts = [read for word in ("HOST", "HOSTNAME") for read in context.reads.get(found[1] + word, ())]
    defaults = [read.default for read in hosts if read.default]
    return bool(defaults) and all(classify.is_unusable(default) for default in defaults)
