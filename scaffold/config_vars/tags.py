"""Declared settings: struct tags and viper keys in Go, clap's `env = "X"` and envy's structs in Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import viper
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_TAG = lazy(
    r"`(?P<all>[^`\n]*\b(?P<kind>env|envconfig|mapstructure)\s*:\s*\"\s*(?P<name>[A-Z][A-Z0-9_]*)(?P<options>[^\"]*)\"[^`\n]*)`"
)
_PREFIXED = lazy(r"\s(?P<type>\*?\w[\w.]*)\s+`[^`\n]*\benvPrefix\s*:\s*\"(?P<prefix>\w*)\"")
_STRUCT = lazy(r"^type\s+(?P<name>\w+)\s+struct\s*\{(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)
_PROCESS = lazy(r"envconfig\.(?:Must)?Process\(\s*\"(?P<prefix>\w*)\"\s*,\s*&?(?P<value>\w+)")
_OPTIONS = lazy(
    r"env\.Parse\w*\(\s*&?(?P<value>\w+)\s*,\s*env\.Options\{[^}]*\bPrefix:\s*\"(?P<prefix>\w*)\""
)
_FIELD = lazy(r"^[ \t]*(?P<name>[A-Z]\w*)[ \t]+(?P<type>[\w.*\[\]]+)[ \t]*(?P<tag>`[^`\n]*`)?", re.MULTILINE)
_GIVEN = (
    lazy(r"\b(?:envDefault|default|env-default)\s*:\s*\"([^\"]*)\""),
    lazy(r"\bdefault=([^,\"]*)"),
)
_NEEDED = lazy(r"\b(?:required|env-required)\s*:\s*\"true\"|,\s*(?:required|notEmpty)\b")
_TOLD = lazy(r"\b(?:desc|description|env-description|usage)\s*:\s*\"([^\"]+)\"")
_ATTRIBUTE = lazy(
    r"#\[(?:arg|clap|structopt|bpaf)\((?P<body>[^\]]*\benv\s*=\s*\"(?P<name>[A-Z][A-Z0-9_]+)\"[^\]]*)\]\s*(?:pub(?:\([^)]*\))?\s+)?\w+\s*:\s*(?P<type>[^,\n]+)"
)
_CLAP_DEFAULT = lazy(r"default_value(?:_t|_os)?\s*=\s*\"?([^\",)]*)")
_ENVY = lazy(
    r"envy::(?:prefixed\(\s*\"(?P<prefix>\w*)\"\s*\)\s*\.)?from_env::<\s*(?P<type>\w+)|:\s*(?P<typed>\w+)\s*=\s*envy::from_env\("
)
_RUST_FIELD = lazy(
    r"(?P<serde>(?:#\[[^\]]*\]\s*)*)(?:pub(?:\([^)]*\))?\s+)?(?P<name>[a-z]\w*)\s*:\s*(?P<type>[^,\n]+),"
)


def read(repo: Repo, language: str, texts: list[tuple[str, str]]) -> Iterator[Read]:
    """Yield the variables that the settings structs of Go and Rust declare."""
    if language == "go":
        yield from _go(texts)
        yield from viper.read(repo, texts)
    elif language == "rust":
        for path, text in texts:
            if "env = " in text:
                yield from _clap(path, text)
            if "envy::" in text:
                yield from _envy(path, text)


def _go(texts: list[tuple[str, str]]) -> Iterator[Read]:
    """Read Go's struct tags; where one is marked as required, the others are not."""
    found: list[Read] = []
    for path, text in texts:
        if not any(mark in text for mark in ('env:"', "envconfig", "mapstructure", "env-default")):
            continue
        prefixes = {match["type"].lstrip("*"): match["prefix"] for match in _PREFIXED.finditer(text)}
        prefixes |= {_type_of(match["value"], text): match["prefix"] for match in _OPTIONS.finditer(text)}
        spans = [(match.span("body"), match["name"]) for match in _STRUCT.finditer(text)]
        for tag in _TAG.finditer(text):
            inside = next((name for (start, end), name in spans if start <= tag.start() < end), "")
            name = prefixes.get(inside, "") + tag["name"]
            found.append(_tagged(path, _line(text, tag.start()), name, tag["all"]))
        found += _processed(path, text)
    chosen = any(read.mode is Mode.STRICT for read in found)
    for read in found:
        yield replace(read, mode=Mode.TEST) if chosen and read.mode is Mode.PLAIN else read


def _tagged(path: str, line: int, name: str, tag: str) -> Read:
    given = next((match for seek in _GIVEN if (match := seek.search(tag))), None)
    default = given[1].strip() if given else None
    told = _TOLD.search(tag)
    mode = Mode.DEFAULT if default else Mode.STRICT if _NEEDED.search(tag) else Mode.PLAIN
    return Read(name=name, path=path, line=line, mode=mode, default=default, told=told[1] if told else "")


def _type_of(value: str, text: str) -> str:
    """Return the type that a variable of Go is made with, "" where it cannot be seen."""
    made = re.search(rf"\b{re.escape(value)}\s*(?::?=|\s)\s*(?:new\(|&)?(\w+)", text)
    return made[1] if made else ""


def _processed(path: str, text: str) -> Iterator[Read]:
    """Read the untagged fields of structs that envconfig fills: their names in capitals, after a prefix."""
    structs = {match["name"]: match for match in _STRUCT.finditer(text)}
    for call in _PROCESS.finditer(text):
        prefix = call["prefix"].upper() + "_" if call["prefix"] else ""
        struct = structs.get(_type_of(call["value"], text))
        for field in _FIELD.finditer(struct["body"]) if struct else ():
            tag = field["tag"] or ""
            if "envconfig:" in tag or "ignored:" in tag:
                continue
            word = (
                re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field["name"])
                if "split_words" in tag
                else field["name"]
            )
            start = struct.start("body") if struct else 0
            yield _tagged(path, _line(text, start + field.start("name")), prefix + word.upper(), tag)


def _clap(path: str, text: str) -> Iterator[Read]:
    for match in _ATTRIBUTE.finditer(text):
        default = _CLAP_DEFAULT.search(match["body"])
        kind = match["type"].strip()
        loose = kind.startswith(("Option<", "Vec<", "bool")) or "required = false" in match["body"]
        yield Read(
            name=match["name"],
            path=path,
            line=_line(text, match.start("name")),
            mode=Mode.DEFAULT if default else Mode.TEST if loose else Mode.STRICT,
            default=default[1] if default else None,
        )


def _envy(path: str, text: str) -> Iterator[Read]:
    for call in _ENVY.finditer(text):
        struct = re.search(rf"struct\s+{call['type'] or call['typed']}\s*\{{(.*?)\n\}}", text, re.DOTALL)
        for field in _RUST_FIELD.finditer(struct[1]) if struct else ():
            name = (call["prefix"] or "") + field["name"].upper()
            loose = field["type"].startswith("Option<") or "default" in field["serde"]
            line = _line(text, (struct.start(1) if struct else 0) + field.start("name"))
            if is_name(name):
                yield Read(name=name, path=path, line=line, mode=Mode.TEST if loose else Mode.STRICT)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
