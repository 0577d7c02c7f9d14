"""All reads of a variable -> must a person set it? One rule book for every language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffold.config_vars import classify
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a variable is required, the default that serves, and the reason in words."""

    required: bool
    default: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What else bears on one variable: all reads, what documents say, names that the code tests for."""

    reads: Mapping[str, Sequence[Read]]
    told: Mapping[str, Told]
    tested: frozenset[str]
    logins: frozenset[str]
    provided: frozenset[str]


def judge(name: str, context: Context) -> Verdict:
    """Return the verdict on one variable."""
    reads = context.reads[name]
    told = context.told.get(name, Told())
    default = next((read.default for read in reads if read.default), None)
    usable = default if default is not None and not _is_unusable(name, default) else None
    live = [read for read in reads if not read.guarded]
    if told.committed is not None:
        return Verdict(required=False, default=told.committed or usable, why="a committed .env file sets it")
    if classify.is_framework(name) or classify.provider(name) == "platform":
        return Verdict(required=False, default=usable, why="")
    strict = [read for read in live if read.mode is Mode.STRICT]
    if strict:
        return Verdict(required=not _is_replaced(strict[0], context), default=None, why="the code fails without it")
    if not live or usable is not None or any(read.mode is Mode.DEFAULT and read.default is None for read in live):
        return Verdict(required=False, default=usable, why="")
    if any(_is_loose(read, context) for read in live):
        return Verdict(required=False, default=default, why="")
    why = f"the code falls back to {default!r}, which does not serve on Heroku" if default else "the code has no fallback"
    required = not classify.is_optional(name) and classify.is_needed(name) and not _is_alternative(name, live, context)
    if classify.is_secret(name) or not required:
        why = "the code has no fallback that serves" if required else ""
    return Verdict(required=required, default=None if required else default, why=why)


def _is_unusable(name: str, default: str) -> bool:
    if name.upper() in ("HOST", "BIND", "IP", "LISTEN"):
        return False
    return (classify.is_needed(name) and classify.is_unusable(default)) or not default.strip()


def _is_loose(read: Read, context: Context) -> bool:
    """Tell whether a read copes: it only asks, or the value's presence is tested where it is used."""
    return read.mode is Mode.TEST or (read.mode is Mode.PLAIN and bool(read.bound) and read.bound in context.tested)


def _is_replaced(read: Read, context: Context) -> bool:
    return any(other in context.reads for other in read.instead) and _is_second(read, context)


def _is_second(read: Read, context: Context) -> bool:
    return False


def _is_alternative(name: str, live: Sequence[Read], context: Context) -> bool:
    """Tell whether another variable serves in its place and is the better known one."""
    if name in context.logins:
        return True
    parts = _database_parts(name)
    if parts and any(other.endswith("DATABASE_URL") for other in context.reads):
        return True
    for read in live:
        for other in read.instead:
            if classify.provider(other) or (other in context.told and name not in context.told):
                return True
    rivals = [
        rival
        for rival, reads in context.reads.items()
        if rival != name and any(name in read.instead for read in reads)
    ]
    return any(name not in context.told or rival in context.told for rival in rivals)


def _database_parts(name: str) -> bool:
    upper = name.upper()
    return any(word in upper for word in ("DB", "DATABASE", "POSTGRES", "PG", "SQL")) and upper.endswith(
        ("HOST", "NAME", "USER", "USERNAME", "PASSWORD", "PASS", "PORT", "DB", "DATABASE", "ENGINE", "PWD")
    )
