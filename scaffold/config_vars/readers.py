"""Which readers run for an app's language, and what its code as a whole says about the names it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scaffold.config_vars import dart, javascript, languages, python, ruby, scope, texts
from scaffold.config_vars.reads import Read
from scaffold.repo import Repo


_BY_LANGUAGE = {"java": ("java", "kotlin"), "kotlin": ("java", "kotlin"), "docker": tuple(languages.LANGUAGES)}


def read(repo: Repo, language: str, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield all reads of the app, language by language; Node also where it builds the app's assets."""
    prefix = "" if root == "." else root + "/"
    container = language == "docker"
    if language == "python" or container:
        yield from python.read(repo, root, others)
    if language == "ruby" or container:
        yield from ruby.read(repo, root, others)
    if language in ("node", "docker", "static") or prefix + "package.json" in repo:
        yield from javascript.read(repo, root, others, assets=language not in ("node", "docker"))
    for name in _BY_LANGUAGE.get(language, (language,)):
        if name in languages.LANGUAGES:
            yield from languages.read(repo, root, others, name)
    if language == "dart" or container:
        yield from dart.read(repo, root, others)
    yield from texts.read(repo, language, root, others)


def tested(repo: Repo, root: str, others: tuple[str, ...], reads: Mapping[str, Sequence[Read]]) -> frozenset[str]:
    """Return the setting names whose being set other modules ask for: `if settings.MAIL_SERVER:`."""
    bound = {read.bound for found in reads.values() for read in found if len(read.bound) > 3}
    if not bound:
        return frozenset()
    names = "|".join(sorted(map(re.escape, bound)))
    seek = re.compile(
        rf"\b(?:if|elif|unless|and|or|not|\?)\s+(?:not\s+|!)?[\w.]*(?:settings|config|conf|env|app)\w*(?:\.|\[['\"]|\.get\(['\"])"
        rf"({names})\b['\"]?[\])]?\s*(?::|$|and\b|or\b|is\b|else\b|\\|\))|['\"]({names})['\"] (?:not )?in [\w.]*config",
        re.MULTILINE,
    )
    found: set[str] = set()
    for path in scope.files(repo, root, others, (".py",)):
        text = repo.text(path)
        if "if " in text and ("config" in text or "settings" in text):
            for match in seek.finditer(text):
                if not re.match(r"[^\n]*\n\s+raise ", text[match.end() : match.end() + 200]):
                    found.add(match[1] or match[2])
    return frozenset(found)
