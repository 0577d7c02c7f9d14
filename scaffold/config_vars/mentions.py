"""Documented names that stand as literals in code which reads the environment by computed names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from scaffold.config_vars import scope
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.repo import Repo

_SUFFIXES = {"python": (".py",), "ruby": (".rb",), "node": (".js", ".mjs", ".cjs", ".ts")}
_COMPUTED = {
    "python": re.compile(r"environ(?:\.get\(|\[)\s*[a-z_]\w*|getenv\(\s*[a-z_]\w*|environ\.items\("),
    "ruby": re.compile(r"\bENV(?:\.fetch\(|\[)\s*[a-z_]\w*|\bENV\.(?:each|select|to_h)\b"),
    "node": re.compile(r"process\.env\[\s*[a-z_$][\w$.]*\s*[\])]|Object\.(?:keys|entries)\(process\.env"),
}
_MANY = 5
_LITERAL = lazy(r"""(["'`])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\1(?=(?P<next>\s*,\s*(?:['"\d]|true|false))?)""")


def read(
    repo: Repo,
    language: str,
    root: str,
    others: tuple[str, ...],
    told: Mapping[str, Told],
    known: Collection[str],
) -> Iterator[Read]:
    """Yield the documented names that no plain form reads, where they stand in the code."""
    suffixes = _SUFFIXES.get(language)
    wanted = {name for name, item in told.items() if item.value is not None or item.asked} - set(known)
    if suffixes is None or not wanted:
        return
    paths = [path for path in scope.files(repo, root, others, suffixes) if scope.is_readable(repo.text(path))]
    computed = _COMPUTED[language]
    if not any(
        mark in repo.text(path) and computed.search(repo.text(path))
        for path in paths
        for mark in _marks(language)
    ):
        return
    for path in paths:
        text = repo.text(path)
        named = {name for name in wanted if name in text}
        if not named:
            continue
        named |= _table(text, named, known)
        for found in _LITERAL.finditer(text):
            start = text.rfind("\n", 0, found.start()) + 1
            if found[2] in named and not re.match(r"\s*(?:#|//|\*)", text[start : found.start()]):
                line = text.count("\n", 0, found.start()) + 1
                mode = Mode.DEFAULT if found["next"] and language != "ruby" else Mode.PLAIN
                yield Read(name=found[2], path=path, line=line, mode=mode, table=True)


def _table(text: str, named: Collection[str], known: Collection[str]) -> set[str]:
    """Return the other names of a table that holds many documented ones: the code reads all of it."""
    literals = {found[2] for found in _LITERAL.finditer(text)}
    documented = literals.intersection(named)
    if len(documented) < _MANY or len(documented) * 3 < len(literals):
        return set()
    return literals.difference(known)


def _marks(language: str) -> tuple[str, ...]:
    return {"python": ("environ", "getenv"), "ruby": ("ENV",), "node": ("process.env",)}[language]
