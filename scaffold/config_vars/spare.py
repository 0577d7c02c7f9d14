"""Names that production can do without because others serve: alternatives, several logins, many services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scaffold.config_vars import classify
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read
from scaffold.repo import Repo

_MANY = 5
"""With this many outside services that may be left blank, no single one is what the app is for."""

_PARTS = re.compile(
    r"(?:.*_)?(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|MYSQL|SQL|RDS)_?(?:HOST|HOSTNAME|NAME|USER|USERNAME|PASSWORD|PASS|PWD|PORT|DB"
    r"|DATABASE|ENGINE|ADDRESS)"
)
_PASSWORDS = re.compile(r"^(?!\s*#).*(?::(?:registerable|invitable)\b|has_secure_password)", re.MULTILINE)


def find(
    repo: Repo, root: str, reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]
) -> frozenset[str]:
    """Return the names that need not be set."""
    found = {*_alternatives(reads, told), *_logins(repo, root, reads), *_services(reads), *_storage(reads), *_committed(reads, told)}
    if any(classify.provider(name) in ("postgres", "mysql") and name.endswith("_URL") for name in reads):
        found |= {name for name in reads if _PARTS.fullmatch(name.upper())}
    return frozenset(found)


def _alternatives(reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]) -> Iterator[str]:
    """Yield all names of `A || B` but the one to ask for: documented, else first; none if an add-on sets one."""
    for name in sorted(reads):
        for read in reads[name]:
            group = [name, *(other for other in read.instead if other in reads)]
            if len(group) < 2:
                continue
            asked = [item for item in group if not classify.provider(item)]
            serving = [item for item in group if classify.provider(item) not in ("", "mongodb")]
            wanted = [item for item in asked if item in told and told[item].value is not None] or asked
            yield from (item for item in group if serving or item != wanted[0])


def _vendor(name: str) -> str:
    words = name.upper().split("_")
    known = classify.table()["vendors"]["names"]
    return next((word for word in words if word in known and len(word) > 1), "")


def _logins(repo: Repo, root: str, reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    names: dict[str, str] = {}
    section = classify.table()["logins"]
    for name in reads:
        for word in section["names"]:
            if re.fullmatch(rf"(?:SOCIAL_AUTH_|OMNIAUTH_|AUTH_|OAUTH_)?{word}_{section['parts']}", name):
                names[name] = word
    halves = {
        word
        for name, word in names.items()
        if any(other != name and names[other] == word for other in names)
    }
    if len(halves) > 1 or (halves and _has_passwords(repo, root)):
        yield from (name for name, word in names.items() if word in halves)


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
        if (vendor := _vendor(name)) and all(read.mode is not Mode.STRICT for read in found)
    }
    if len(set(blank.values())) >= _MANY:
        yield from blank


def _storage(reads: Mapping[str, Sequence[Read]]) -> Iterator[str]:
    section = classify.table()["storage"]
    disk = any(
        re.fullmatch(section["switch"], name)
        and any(re.fullmatch(section["disk"], (read.default or "").lower()) for read in found)
        for name, found in reads.items()
    )
    if disk:
        yield from (name for name in reads if re.fullmatch(section["names"], name))


def _committed(reads: Mapping[str, Sequence[Read]], told: Mapping[str, Told]) -> Iterator[str]:
    """Yield what a committed .env leaves out: the app runs with that file as it is."""
    if sum(told[name].committed is not None for name in reads if name in told) > 1:
        yield from (name for name, found in reads.items() if all(read.mode is not Mode.STRICT for read in found))
