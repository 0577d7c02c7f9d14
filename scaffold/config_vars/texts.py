"""Configuration files that name variables: Prisma, Spring, Symfony, shell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import classify, scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.repo import Repo

_PRISMA = lazy(r"""^[^/\n]*\benv\(\s*"(\w+)"\s*\)""", re.MULTILINE)
_SPRING = lazy(r"\$\{([A-Z][A-Z0-9_]+)(?::([^}]*))?\}")
_SYMFONY = lazy(r"%env\((?:[\w:.%-]*:)?([A-Z][A-Z0-9_]+)\)%")
_SHELL = lazy(r"(?<!\\)\$(?:\{([A-Z][A-Z0-9_]+)(?::?([-=?+])([^}]*))?\}|([A-Z][A-Z0-9_]+)\b)")
_SET = lazy(
    r"(?:^|[;&]|\bexport|\blocal|\breadonly|\bdeclare)\s*([A-Z][A-Z0-9_]*)=|\bread\s+(?:-\w+\s+)*([A-Z]\w*)|\bfor\s+([A-Z]\w*)\s+in",
    re.MULTILINE,
)


def read(repo: Repo, language: str, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the variables that configuration files of the app take from the environment."""
    for path in scope.files(repo, root, others, (".prisma",)):
        yield from _matches(repo, path, _PRISMA, Mode.STRICT)
    if language in ("java", "kotlin", "docker"):
        yield from _spring(repo, root, others)
    if language == "php":
        for path in scope.files(repo, root, others, (".yaml", ".yml")):
            if "%env(" in repo.text(path) and not re.search(r"/(?:dev|test)/", path):
                yield from _matches(repo, path, _SYMFONY, Mode.PLAIN)
    yield from _implied(repo, language, root, others)
    yield from _shell(repo, root)


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
        if row["language"] != language or not any(row["needs"] in repo.text(path) for path in manifests):
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


def _spring(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    for path in scope.files(repo, root, others, (".properties", ".yml", ".yaml")):
        name = path.rpartition("/")[2]
        profile = re.fullmatch(r"(?:application|bootstrap)(?:-(\w+))?\.\w+", name)
        if profile is None or (profile[1] and not re.match(r"(?i)prod|heroku|default|cloud", profile[1])):
            continue
        text = repo.text(path)
        for found in _SPRING.finditer(text):
            if _is_comment(text, found.start()):
                continue
            mode = Mode.STRICT if found[2] is None else Mode.DEFAULT if found[2] else Mode.PLAIN
            yield Read(
                name=found[1],
                path=path,
                line=text.count("\n", 0, found.start()) + 1,
                mode=mode,
                default=found[2],
            )


def _shell(repo: Repo, root: str) -> Iterator[Read]:
    """Read `$NAME` in the Procfile, in its scripts and in those of the build."""
    prefix = "" if root == "." else root + "/"
    named = scope.commands(repo, root)
    paths = [
        prefix + name
        for name in (
            "Procfile",
            "setup.sh",
            "start.sh",
            "run.sh",
            "entrypoint.sh",
            "docker-entrypoint.sh",
            "release.sh",
        )
    ]
    paths += [
        path
        for path in repo.suffixed(".sh", under=root)
        if path.rpartition("/")[2] in named and path not in paths
    ]
    paths += [
        path
        for path in repo.under(f"{prefix}bin")
        if "." not in path.rpartition("/")[2] and path.count("/") == prefix.count("/") + 1
    ]
    for path in paths:
        text = repo.text(path) if path in repo else ""
        if "$" not in text or (
            path.startswith(prefix + "bin/") and not re.match(r"#!.*\b(?:ba|da|z)?sh\b", text)
        ):
            continue
        own = {name for found in _SET.findall(text) for name in found if name}
        yield from _expansions(path, text, own)


def _expansions(path: str, text: str, own: set[str]) -> Iterator[Read]:
    for found in _SHELL.finditer(text):
        name = found[1] or found[4]
        if name in own or _is_comment(text, found.start()) or classify.is_foreign(name):
            continue
        word, given = found[2], found[3]
        if word in ("-", "="):
            mode, default = (Mode.DEFAULT, given.strip("'\"")) if given else (Mode.TEST, None)
        else:
            mode, default = (Mode.STRICT if word == "?" else Mode.TEST), None
        yield Read(
            name=name, path=path, line=text.count("\n", 0, found.start()) + 1, mode=mode, default=default
        )
