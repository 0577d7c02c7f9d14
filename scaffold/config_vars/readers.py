"""Which readers run for an app's language, and what its code as a whole says about the names it reads.

A reader is imported only where it runs: importing all of them takes longer than reading a small app.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from scaffold.config_vars import scope, texts
from scaffold.config_vars.reads import Read
from scaffold.patterns import lazy
from scaffold.repo import Repo

_BY_LANGUAGE = {
    "java": ("java", "kotlin", "scala"),
    "kotlin": ("java", "kotlin"),
    "dotnet": ("csharp",),
    "docker": ("go", "php", "java", "kotlin", "scala", "rust", "csharp", "elixir"),
}
_OF_THEIR_OWN = frozenset(("python", "ruby", "node", "static", "dart"))
"""Languages with a reader that is no row of the table."""


def read(
    repo: Repo, language: str, root: str, others: tuple[str, ...], runs: Collection[str] = ()
) -> Iterator[Read]:
    """Yield all reads of the app, language by language; Node also where it builds the app's assets.

    `runs` are the words of the commands that its processes run.
    """
    prefix = "" if root == "." else root + "/"
    container = language == "docker"
    if language == "python" or container:
        from scaffold.config_vars.python import reader as python

        yield from python.read(repo, root, others, runs)
    if language == "ruby" or container:
        from scaffold.config_vars.ruby import reader as ruby

        yield from ruby.read(repo, root, others)
    if language in ("node", "docker", "static") or prefix + "package.json" in repo:
        from scaffold.config_vars.javascript import reader as javascript

        yield from javascript.read(repo, root, others, assets=language not in ("node", "docker"))
    yield from _tabled(repo, language, root, others)
    if language == "dart" or container:
        from scaffold.config_vars.dart import config as dart_config
        from scaffold.config_vars.dart import reader as dart

        yield from dart.read(repo, root, others)
        yield from dart_config.read(repo, root, others)
    if language in ("java", "kotlin", "docker"):
        from scaffold.config_vars import jvm_files

        yield from jvm_files.read(repo, root, others)
    if language in ("dotnet", "docker"):
        from scaffold.config_vars import dotnet

        yield from dotnet.read(repo, root, others)
    yield from texts.read(repo, language, root, others)


def _tabled(repo: Repo, language: str, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the reads of the languages that one table describes."""
    for name in _BY_LANGUAGE.get(language, () if language in _OF_THEIR_OWN else (language,)):
        from scaffold.config_vars import language_forms, languages

        if name in language_forms.LANGUAGES:
            yield from languages.read(repo, root, others, name)


_SETTING = lazy(r"(?:[sS]ettings|[cC]onfig|conf)(?:\.|\[['\"]|\.get\(['\"])(\w+)['\"]?[\])]?")
_ASKS = lazy(r"(?:\b(?:if|elif|and|or|not)|\?)\s+(?:not\s+)?[\w.]*$")
_IN_CONFIG = ("in current_app.config", "in app.config", "in self.config", "in config")
_MEMBER = lazy(r"""['"](\w+)['"] (?:not )?in [\w.]*config""")
_HOLDERS = ("settings.", "Settings.", "config.", "config[", "Config.", "conf.")


def tested(
    repo: Repo, root: str, others: tuple[str, ...], reads: Mapping[str, Sequence[Read]]
) -> frozenset[str]:
    """Return the setting names whose being set other modules ask for: `if settings.MAIL_SERVER:`."""
    bound = {read.bound for found in reads.values() for read in found if len(read.bound) > 3}
    if not bound:
        return frozenset()
    found: set[str] = set()
    if any(scope.files(repo, root, others, (".rb",))):
        from scaffold.config_vars.ruby import asked as ruby_asked

        found.update(ruby_asked.asked(repo, root, others, reads))
    for path in scope.files(repo, root, others, (".py",)):
        text = repo.text(path)
        for holder in _HOLDERS:
            at = text.find(holder)
            while at >= 0:
                match = _SETTING.match(text, at)
                if match is not None and match[1] in bound and _is_asked(text, match):
                    found.add(match[1])
                at = text.find(holder, at + 1)
        if any(word in text for word in _IN_CONFIG):
            found |= bound.intersection(_MEMBER.findall(text))
    return frozenset(found)


def _is_asked(text: str, match: re.Match[str]) -> bool:
    """Tell whether a setting stands as a condition by itself, and its absence does not raise."""
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if not _ASKS.search(line):
        return False
    after = text[match.end() : match.end() + 200]
    return re.match(r"\s*(?::|$|and\b|or\b|is\b|else\b|\\|\))", after) is not None and not re.match(
        r"[^\n]*\n\s+raise ", after
    )
