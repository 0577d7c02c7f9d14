"""Configuration files that name variables: Prisma, Symfony; calls that imply one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import classify, scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.repo import Repo

_PRISMA = lazy(r"""^[^/\n]*\benv\(\s*"(\w+)"\s*\)""", re.MULTILINE)
_SYMFONY = lazy(r"%env\((?:[\w:.%-]*:)?([A-Z][A-Z0-9_]+)\)%")


def read(repo: Repo, language: str, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the variables that configuration files of the app take from the environment."""
    for path in scope.files(repo, root, others, (".prisma",)):
        yield from _matches(repo, path, _PRISMA, Mode.STRICT)
    if language == "php":
        for path in scope.files(repo, root, others, (".yaml", ".yml")):
            if "%env(" in repo.text(path) and not re.search(r"/(?:dev|test)/", path):
                yield from _matches(repo, path, _SYMFONY, Mode.PLAIN)
    yield from _implied(repo, language, root, others)


_SUFFIXES = {
    "python": (".py",),
    "ruby": (".rb", ".ru"),
    "node": (".js", ".mjs", ".cjs", ".ts", ".tsx"),
    "rust": (".rs",),
}
_MANIFESTS = {
    "python": ("requirements.txt", "pyproject.toml", "Pipfile"),
    "node": ("package.json",),
    "ruby": ("Gemfile",),
    "rust": ("Cargo.toml",),
}


def _implied(repo: Repo, language: str, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield what a library's call reads by itself, where the library is declared."""
    prefix = "" if root == "." else root + "/"
    for row in classify.table()["implied"]:
        manifests = [prefix + name for name in _MANIFESTS.get(row["language"], ())]
        if row["language"] != language or not any(
            re.search(row["needs"], repo.text(path)) for path in manifests
        ):
            continue
        seek = re.compile(row["call"])
        for path in scope.files(repo, root, others, _SUFFIXES[language]):
            text = repo.text(path)
            if row["mark"] not in text:
                continue
            for found in seek.finditer(text):
                if not _is_comment(text, found.start()):
                    line = text.count("\n", 0, found.start()) + 1
                    yield Read(name=row["name"], path=path, line=line, mode=Mode.STRICT)


def _matches(repo: Repo, path: str, pattern: re.Pattern[str], mode: Mode) -> Iterator[Read]:
    text = repo.text(path)
    for found in pattern.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        if is_name(found[1]) and not _is_comment(text, found.start()):
            yield Read(name=found[1], path=path, line=line, mode=mode)


def _is_comment(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return re.match(r"[^'\"]*(?:^|\s)#", text[start:at]) is not None or text[start:at].lstrip().startswith(
        ("#", "//")
    )
