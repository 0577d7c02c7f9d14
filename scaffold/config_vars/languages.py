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
    marked = {path: text for path, text in texts if any(mark in text for mark in spec.marks)}
    known = wrappers.find(spec, marked)
    calls = tuple(name + mark for name in known for mark in ("(", "::<"))
    forms = [wrapper.form() for wrapper in known.values()]
    forms += [(re.compile(form, re.DOTALL), mode) for form, mode in spec.forms]
    source = _Source(spec, forms, Constants(texts))
    for path, text in texts:
        if path in marked or any(call in text for call in calls):
            yield from _with_conventions(repo, root, language, path, source.reads(path, text), texts)
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


def _with_conventions(
    repo: Repo, root: str, language: str, path: str, reads: Iterator[Read], texts: list[tuple[str, str]]
) -> Iterator[Read]:
    """Apply what a language's framework makes of a read: Laravel's config files, Rust's module tree."""
    prefix = "" if root == "." else root + "/"
    if language == "rust" and not _is_module(path, texts):
        return
    if path.endswith(".gradle.kts"):
        text = repo.text(path)
        apart = [span for found in _PUBLISHING.finditer(text) for span in [_lines(text, *found.span())]]
        reads = (read for read in reads if not any(first <= read.line <= last for first, last in apart))
    laravel = language == "php" and path.startswith(prefix + "config/") and prefix + "artisan" in repo
    for read in reads:
        if laravel and read.mode in (Mode.PLAIN, Mode.DEFAULT):
            yield replace(
                read,
                mode=Mode.STRICT if read.name == "APP_KEY" else read.mode,
                guarded=read.name != "APP_KEY",
            )
        else:
            yield read


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1


def _is_module(path: str, texts: list[tuple[str, str]]) -> bool:
    """Tell whether a Rust file is a crate's root or named by a `mod` of another file."""
    folder, _, name = path.rpartition("/")
    stem = name[:-3] if name != "mod.rs" else folder.rpartition("/")[2]
    if (
        stem in ("main", "lib", "build")
        or folder.endswith("src/bin")
        or not re.search(r"(?:^|/)src(?:/|$)", folder)
    ):
        return True
    seek = re.compile(rf"^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+{re.escape(stem)}\b", re.MULTILINE)
    return any(seek.search(text) for _, text in texts)
