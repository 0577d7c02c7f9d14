"""Go, PHP, Java, Kotlin, Scala, Rust, C#, Elixir -> reads: one table of the calls that read a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.config_vars import nodes, scope, tags, wrappers
from scaffold.config_vars.after import around, verdicts
from scaffold.config_vars.constants import Constants
from scaffold.config_vars.language_forms import LANGUAGES, Language
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_PUBLISHING = lazy(
    r"^(?:sonar|sonarqube|publishing|signing|jib|nexusPublishing|mavenPublishing|jreleaser|pluginBundle|gradlePlugin)\b"
    r"[^\n]*\{.*?^\}",
    re.MULTILINE | re.DOTALL,
)
"""Blocks of a Gradle script that Heroku's build never runs: analysis, publishing, signing."""
_MODULE = lazy(r"^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)", re.MULTILINE)
_NOT_BUILT = lazy(
    r"\A(?:\s*//[^\n]*\n|\s*\n)*?\s*//\s*(?:go:build|\+build)\s+(?:ignore|tools|integration|e2e)\b"
)
"""A Go file that no build of the program takes in."""


def read(repo: Repo, root: str, others: tuple[str, ...], language: str) -> Iterator[Read]:
    """Yield every read of the environment in the app's files of one language."""
    spec = LANGUAGES[language]
    texts = []
    for path in scope.files(repo, root, others, spec.suffixes):
        text = repo.text(path)
        if scope.is_readable(text) and not (language == "go" and _NOT_BUILT.match(text)):
            texts.append((path, text))
    if language == "rust":
        declared = frozenset(name for _, text in texts for name in _MODULE.findall(text))
        texts = [(path, text) for path, text in texts if _is_module(path, declared)]
    marked = {path: text for path, text in texts if any(mark in text for mark in spec.marks)}
    known = wrappers.find(spec, marked)
    calls = tuple(name + mark for name in known for mark in ("(", "::<"))
    forms = [wrapper.form() for wrapper in known.values()]
    forms += [(re.compile(form, re.DOTALL), mode) for form, mode in spec.forms]
    source = _Source(spec, forms, Constants(texts))
    found: list[Read] = []
    for path, text in texts:
        if path in marked or any(call in text for call in calls):
            found += _built(path, text, source.reads(path, text))
    prefix = "" if root == "." else root + "/"
    yield from _laravel(found, prefix) if language == "php" and prefix + "artisan" in repo else found
    yield from tags.read(repo, language, texts)


class _Source:
    """What the texts of one language have in common: reading forms, constants."""

    def __init__(
        self, spec: Language, forms: list[tuple[re.Pattern[str], Mode]], constants: Constants
    ) -> None:
        self._spec = spec
        self._forms = forms
        self._constants = constants

    def reads(self, path: str, text: str) -> Iterator[Read]:
        """Yield the reads in one file, settled by what the file makes of the values."""
        found: list[Read] = []
        for node in nodes.every(nodes.parse(text, self._spec.grammar), *self._spec.kinds):
            source = node.text()
            if len(source) > 400:
                continue
            for form, mode in self._forms:
                match = form.match(source)
                names = self._names(path, node, match.groupdict()) if match is not None else ()
                if match is not None and names:
                    read = around(path, text, node, match, mode)
                    found += [replace(read, name=name) for name in names]
                    break
        yield from verdicts(text, found)

    def _names(self, path: str, node: Any, held: Mapping[str, str | None]) -> tuple[str, ...]:
        name, constant = held.get("name"), held.get("constant")
        if name:
            return (name,) if is_name(name) else ()
        if not constant:
            return ()
        found = self._constants.name(path, constant)
        return (found,) if found else self._constants.walked(path, constant, node)


def _built(path: str, text: str, reads: Iterator[Read]) -> Iterator[Read]:
    """Leave out what a Gradle script reads in order to publish."""
    spans = [found.span() for found in _PUBLISHING.finditer(text)] if path.endswith(".gradle.kts") else []
    apart = [_lines(text, *span) for span in spans]
    yield from (read for read in reads if not any(first <= read.line <= last for first, last in apart))


def _laravel(reads: list[Read], prefix: str) -> Iterator[Read]:
    """Yield Laravel's reads: config files have their fallbacks, but for the key; commands run by hand."""
    held = {read.name for read in reads if read.path.startswith(prefix + "config/")}
    for read in reads:
        config = read.path.startswith(prefix + "config/")
        if read.name == "APP_KEY" and config:
            yield replace(read, mode=Mode.STRICT)
        elif read.mode is not Mode.STRICT and (config or read.name in held or "/Console/" in read.path):
            yield replace(read, guarded=True)
        else:
            yield read


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1


def _is_module(path: str, declared: frozenset[str]) -> bool:
    """Tell whether a Rust file is a crate's root or named by a `mod` of another file."""
    folder, _, name = path.rpartition("/")
    stem = name[:-3] if name != "mod.rs" else folder.rpartition("/")[2]
    if stem in ("main", "lib", "build") or folder.endswith("src/bin"):
        return True
    return stem in declared or re.search(r"(?:^|/)src(?:/|$)", folder) is None
