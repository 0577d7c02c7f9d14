"""Source text of curly-brace languages and Elixir without its comments, and the lines that match in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scaffold.facts import Evidence
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_CHAR = r"'(?:\\[^'\n]*|[^'\\\n])'"
_TEXT = r"'(?:[^'\\\n]|\\.)*'"
_DOUBLE = r'"(?:[^"\\\n]|\\.)*"'
_TRIPLE = r'"""[\s\S]*?"""'
_SLASHES = r"(?P<c>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))"

_CURLY = lazy("|".join((_TRIPLE, _DOUBLE, _CHAR, _SLASHES)))
_GO = lazy("|".join((r"`[^`]*`", _DOUBLE, _CHAR, _SLASHES)))
_GROOVY = lazy("|".join((_TRIPLE, _DOUBLE, _TEXT, _SLASHES)))
_PHP = lazy("|".join((r'"(?:[^"\\]|\\.)*"', r"'(?:[^'\\]|\\.)*'", r"(?P<h>#(?!\[)[^\n]*)", _SLASHES)))
_HASHES = lazy("|".join((_TRIPLE, _DOUBLE, r"(?P<c>#[^\n]*)")))
_LISP = lazy("|".join((r'"(?:[^"\\]|\\.)*"', r"(?P<c>;[^\n]*|#_\S+)")))

_STYLES = {
    ".go": _GO,
    ".gradle": _GROOVY,
    ".groovy": _GROOVY,
    ".php": _PHP,
    ".ex": _HASHES,
    ".exs": _HASHES,
    ".clj": _LISP,
}


@record
class Found:
    """A match in a source file: the place, and the match itself."""

    evidence: Evidence
    match: re.Match[str]


def code(repo: Repo, path: str) -> str:
    """Return a source file with its comments blanked (line numbers hold), computed once."""
    return repo.once(("code", path), lambda: blank(repo.text(path), path))


def blank(text: str, path: str) -> str:
    """Return source text with its comments blanked, in the style of its file name."""
    style = _STYLES.get(path[path.rfind(".") :], _CURLY)
    return style.sub(_emptied, text)


def _emptied(match: re.Match[str]) -> str:
    comment = match.groupdict().get("c") or match.groupdict().get("h")
    return "\n" * comment.count("\n") if comment else match[0]


def find_each(repo: Repo, paths: Iterable[str], pattern: re.Pattern[str]) -> Iterator[Found]:
    """Yield every match of a pattern in the code of some files."""
    for path in paths:
        if not pattern.search(repo.text(path)):
            continue  # blanking comments costs more than searching
        text = code(repo, path)
        for match in pattern.finditer(text):
            yield Found(evidence=repo.proof(path, text.count("\n", 0, match.start()) + 1), match=match)


def find(repo: Repo, paths: Iterable[str], pattern: re.Pattern[str]) -> Found | None:
    """Return the first match of a pattern in the code of some files."""
    return next(find_each(repo, paths, pattern), None)
