"""Names that production can do without because others serve: alternatives, several logins, many services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scaffold.config_vars import classify
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.repo import Repo

_MANY = 7
"""With this many outside services that may be left blank, no single one is what the app is for."""
_MANY_UNKNOWN = 12

_PARTS = lazy(
    r"(?:.*_)?(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|MYSQL|SQL|RDS)_?(?:HOST|HOSTNAME|NAME|USER|USERNAME|PASSWORD|PASS|PWD|PORT|DB"
    r"|DATABASE|ENGINE|ADDRESS)"
)
_REDIS = lazy(r"REDIS_?(?:HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|AUTH|DB)")
_PASSWORDS = lazy(r"^(?!\s*#).*(?::(?:registerable|invitable)\b|has_secure_password)", re.MULTILINE)


def find(
    repo: Repo, root: str, reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]
) -> frozenset[str]:
    """Return the names that need not be set."""
    found = {
        *_alternatives(reads, told),
        *_logins(repo, root, reads),
        *_services(reads),
        *_aside(reads),
        *_storage(reads),
        *_committed(reads, told),
        *_families(reads),
        *_switched(reads),
        *_beside_sqlite(reads),
    }
    if any(classify.provider(name) in ("postgres", "mysql") and name.endswith("_URL") for name in reads):
        found |= {name for name in reads if _PARTS.fullmatch(name.upper())}
    if any(classify.provider(name) == "redis" for name in reads):
        found |= {name for name in reads if _REDIS.fullmatch(name.upper())}
    return frozenset(found)


def _alternatives(reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]) -> Iterator[str]:
    """Yield all names of `A || B` but the one to ask for, or all where an add-on sets one of them."""
    names = sorted(reads, key=lambda name: (reads[name][0].path, reads[name][0].line, name))
    chains = {name: _chain(name, reads) for name in names}
    seen: set[frozenset[str]] = set()
    for name in names:
        if any(name in other and other[0] not in chains[name] for other in chains.values()):
            continue
        for read in reads[name]:
            group = [name, *(found for other in read.instead for found in chains.get(other, ()))]
            group = [*dict.fromkeys(group)]
            if len(group) < 2 or frozenset(group) in seen:
                continue
            seen.add(frozenset(group))
            asked = [item for item in group if not classify.provider(item)]
            serving = [item for item in group if classify.provider(item) not in ("", "mongodb")]
            needed = [item for item in asked if _is_strict(reads[item])]
            wanted = (
                needed or [item for item in asked if item in told and told[item].value is not None] or asked
            )
            yield from (item for item in group if serving or item != wanted[0])


def _chain(name: str, reads: Mapping[str, Sequence[Read]]) -> list[str]:
    """Return a name and all that serve when it is not set, through their own fallbacks."""
    found = [name]
    for known in found:
        others = (other for read in reads[known] for other in read.instead)
        found += [other for other in dict.fromkeys(others) if other in reads and other not in found]
    return found


_OWN = frozenset(
    "APP DJANGO FLASK RAILS NODE NEXT NUXT VITE REACT PUBLIC API DB DATABASE POSTGRES PG MYSQL MONGO MONGODB "
    "REDIS SECRET SESSION JWT COOKIE AUTH ADMIN USER SITE SERVER WEB SERVICE BASE MAIN MY THE DEFAULT ACCESS "
    "REFRESH TOKEN ENCRYPTION SMTP MAIL EMAIL HOST".split()
)
"""First words of names that tell no outside service."""


def _is_strict(reads: Sequence[Read]) -> bool:
    return any(read.mode is Mode.STRICT and not read.guarded for read in reads)


def _vendor(name: str) -> str:
    """Return the outside service whose credential a name is, "" for none."""
    words = name.upper().split("_")
    known = classify.table()["vendors"]["names"]
    found = next((word for word in words if word in known and len(word) > 1), "")
    return found or (words[0] if words[0] not in _OWN and len(words) > 1 and classify.is_secret(name) else "")


def _families(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    """Yield the names of a service (S3_KEY, S3_BUCKET) where the same file asks whether one is set."""
    members: dict[tuple[str, str], list[str]] = {}
    for name, found in reads.items():
        words = [word for word in name.upper().split("_") if word in _services_known()]
        if words and all(read.mode is not Mode.STRICT for read in found):
            for path in {read.path for read in found if not read.guarded}:
                members.setdefault((words[0], path), []).append(name)
    for (_, path), names in members.items():
        if any(_is_asked(name, reads[name], path) for name in names):
            yield from names


def _services_known() -> frozenset[str]:
    return frozenset((*classify.table()["vendors"]["names"], "MAIL", "EMAIL", "SMTP", "GS", "LDAP"))


def _is_asked(name: str, reads: Sequence[Read], path: str) -> bool:
    """Tell whether a file asks for the presence of a credential or address before it uses it."""
    return classify.is_needed(name) and any(
        read.path == path
        and read.mode is Mode.TEST
        and read.default is None
        and read.kind != "boolean"
        and not read.guarded
        for read in reads
    )


def _logins(repo: Repo, root: str, reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    names: dict[str, str] = {}
    section = classify.table()["logins"]
    for name in reads:
        for word in section["names"]:
            if word in name and re.fullmatch(
                rf"(?:SOCIAL_AUTH_|OMNIAUTH_|AUTH_|OAUTH_)?{word}_{section['parts']}", name
            ):
                names[name] = word
    halves = {
        word for name, word in names.items() if any(other != name and names[other] == word for other in names)
    }
    if len(halves) > 1 or (halves and _has_passwords(repo, root)):
        yield from (name for name, word in names.items() if word in halves and not _is_strict(reads[name]))


def _has_passwords(repo: Repo, root: str) -> bool:
    """Tell whether people also sign up with a password of the app's own (Devise, has_secure_password)."""
    prefix = "" if root == "." else root + "/"
    return any(
        _PASSWORDS.search(repo.text(path))
        for path in repo.suffixed(".rb", under=root)
        if path.startswith(prefix + "app/models/")
    )


def _services(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    """Yield the names of outside services where the app has many that may stay blank."""
    blank = {
        name: vendor
        for name, found in reads.items()
        if (vendor := _vendor(name)) and any(read.mode is Mode.PLAIN and not read.guarded for read in found)
        and not classify.provider(name) and not classify.is_optional(name)
    }  # fmt: skip
    words = set(blank.values())
    if len(words & _services_known()) < _MANY and len(words) < _MANY_UNKNOWN:
        return
    for name, found in reads.items():
        if (name.split("_")[0] in words or name in blank) and not _is_strict(found):
            yield name


def _aside(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    """Yield the names of mail and message services whose every read falls back to an empty text."""
    section = classify.table()["aside"]
    vendors = {name: vendor for name in reads if (vendor := _vendor(name)) in _services_known()}
    words = {*section["mail"], *(section["others"] if len({*vendors.values()}) >= section["many"] else ())}
    for name, vendor in vendors.items():
        live = [read for read in reads[name] if not read.guarded]
        if vendor in words and live and all(_is_blank(read) for read in live):
            yield name


def _is_blank(read: Read) -> bool:
    return read.default == "" or (read.mode is Mode.TEST and read.default is None)


def _storage(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    section = classify.table()["storage"]
    disk = any(
        re.fullmatch(section["switch"], name)
        and any(re.fullmatch(section["disk"], (read.default or "").lower()) for read in found)
        for name, found in reads.items()
    )
    if disk:
        yield from (n for n in reads if re.fullmatch(section["names"], n) and not _is_strict(reads[n]))


_SWITCH = lazy(r"(?:ENABLE|USE)_(\w+)|(\w+)_ENABLED?")


def _switched(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    """Yield the names of a part (REDIS_HOST) that is off unless somebody switches it on (REDIS_ENABLED)."""
    for switch, found in reads.items():
        part = _SWITCH.fullmatch(switch)
        if part is None or not all(
            (read.default or "").lower() in ("", "false", "0", "no") for read in found
        ):
            continue
        if any(read.mode is Mode.DEFAULT and read.default is None for read in found) or _is_strict(found):
            continue
        prefix = (part[1] or part[2]) + "_"
        yield from (name for name in reads if name.startswith(prefix) and not _is_strict(reads[name]))


_ENGINE = lazy(r"(?:.*_)?(?:DB|DATABASE)_(?:CLIENT|DIALECT|ENGINE|TYPE|DRIVER|CONNECTION|ADAPTER)")


def _beside_sqlite(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    """Yield the parts of a database's address where the app falls back to a file instead."""
    if any(
        "sqlite" in (read.default or "").lower()
        for name, found in reads.items() if _ENGINE.fullmatch(name)
        for read in found
    ):  # fmt: skip
        yield from (name for name in reads if _PARTS.fullmatch(name) and not _is_strict(reads[name]))


def _committed(reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]) -> Iterator[str]:
    """Yield what a committed .env leaves out: the app runs with that file as it is."""
    if sum(told[name].committed is not None for name in reads if name in told) > 1:
        yield from (
            name
            for name, found in reads.items()
            if all(read.mode is not Mode.STRICT for read in found)
            and not _is_placeholder(name, told.get(name))
        )


def _is_placeholder(name: str, told: Told | None) -> bool:
    """Tell whether the file gives a needed variable a value that cannot serve on a dyno."""
    given = told.value if told is not None else None
    return bool(given) and classify.is_needed(name) and classify.is_unusable(given or "")
