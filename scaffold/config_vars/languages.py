"""Go, PHP, Java, Kotlin, Scala, Rust, C#, Elixir -> reads: one table of the calls that read a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.after import around, verdicts
from scaffold.config_vars.language_forms import END, LANGUAGES, NAMED, SECOND, Language
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_TAG = lazy(
    r"`[^`]*\b(?P<kind>env|envconfig|mapstructure)\s*:\s*\"(?P<name>[A-Z][A-Z0-9_]*)(?P<options>[^\"]*)\"(?P<rest>[^`]*)`"
)
_CLAP = lazy(r"\benv\s*=\s*\"(?P<name>[A-Z][A-Z0-9_]+)\"(?P<rest>[^\]]*)")
_PUBLISHING = lazy(
    r"^(?:sonar|sonarqube|publishing|signing|jib|nexusPublishing|mavenPublishing|jreleaser|pluginBundle|gradlePlugin)\b"
    r"[^\n]*\{.*?^\}",
    re.MULTILINE | re.DOTALL,
)
"""Blocks of a Gradle script that Heroku's build never runs: analysis, publishing, signing."""


def read(repo: Repo, root: str, others: tuple[str, ...], language: str) -> Iterator[Read]:
    """Yield every read of the environment in the app's files of one language."""
    spec = LANGUAGES[language]
    texts = []
    for path in scope.files(repo, root, others, spec.suffixes):
        text = repo.text(path)
        if scope.is_readable(text):
            texts.append((path, text))
    marked = {path: text for path, text in texts if any(mark in text for mark in spec.marks)}
    wrappers = _wrappers(spec, marked)
    for path, text in texts:
        if path in marked or any(name + "(" in text for name in wrappers):
            found = _reads(spec, path, text, wrappers)
            yield from _with_conventions(repo, root, language, path, found, texts)


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


def _wrappers(spec: Language, marked: dict[str, str]) -> dict[str, tuple[bool, bool]]:
    """Return the functions that pass a parameter on as the name: name -> (has a fallback, fails without)."""
    found: dict[str, tuple[bool, bool]] = {}
    if not spec.wrapper:
        return found
    for text in marked.values():
        for start in re.finditer(
            r"^[ \t]*(?:\w+\s+)*(?:func|function|fn|static|public|private|protected|String)\b[^\n]*\(",
            text,
            re.MULTILINE,
        ):
            body = text[start.start() : start.start() + 700]
            end = re.search(r"\n\}|\n    \}\n", body)
            match = re.search(spec.wrapper, body[: end.end()] if end else body, re.DOTALL)
            if match is not None and match["function"] not in ("get", "env", "main", "if"):
                fails = re.search(r"panic|Fatal|throw|expect\(|os\.Exit", match["body"]) is not None
                found[match["function"]] = (bool(match["rest"].strip(" ,")) and "," in match["rest"], fails)
    return found


def _reads(spec: Language, path: str, text: str, wrappers: dict[str, tuple[bool, bool]]) -> Iterator[Read]:
    forms = [(re.compile(form, re.DOTALL), mode) for form, mode in spec.forms]
    for name, (fallback, fails) in wrappers.items():
        mode = Mode.STRICT if fails else Mode.PLAIN
        rest = SECOND if fallback else END
        forms.append(
            (re.compile(rf"(?:[\w$.]+(?:\.|->|::))?{re.escape(name)}\(\s*{NAMED}{rest}", re.DOTALL), mode)
        )
    tree = nodes.parse(text, spec.grammar)
    found: list[Read] = []
    for node in nodes.every(tree, *spec.kinds):
        source = node.text()
        if len(source) > 400:
            continue
        for form, mode in forms:
            match = form.match(source)
            if match is not None and is_name(match["name"]):
                found.append(around(path, text, node, match, mode))
                break
    found += _tags(spec, path, text, tree)
    yield from verdicts(text, found)


def _tags(spec: Language, path: str, text: str, tree: Any) -> Iterator[Read]:
    """Read Go's struct tags and clap's `env = "X"`."""
    if spec.grammar == "go" and ('env:"' in text or "envconfig" in text or "mapstructure" in text):
        for node in nodes.every(tree, "raw_string_literal"):
            tag = _TAG.match(node.text())
            if tag is not None:
                default = re.search(r"(?:envDefault|default)\s*:\s*\"([^\"]*)\"", node.text()) or re.search(
                    r",\s*default=([^,]*)", tag["options"]
                )
                strict = (
                    "required" in tag["options"]
                    or 'required:"true"' in node.text()
                    or "notEmpty" in tag["options"]
                )
                mode = Mode.STRICT if strict else Mode.DEFAULT if default and default[1] else Mode.PLAIN
                yield Read(
                    name=tag["name"],
                    path=path,
                    line=nodes.line(node),
                    mode=mode,
                    default=default[1] if default else None,
                )
    if spec.grammar == "rust" and "env =" in text:
        for node in nodes.every(tree, "attribute_item"):
            for match in _CLAP.finditer(node.text()):
                default = re.search(r"default_value(?:_t)?\s*=\s*\"?([^\",)]*)", node.text())
                yield Read(
                    name=match["name"],
                    path=path,
                    line=nodes.line(node),
                    mode=Mode.DEFAULT if default else Mode.PLAIN,
                    default=default[1] if default else None,
                )
