"""Go, PHP, Java, Kotlin, Scala, Rust, C#, Elixir -> reads: one table of the calls that read a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.after import around, verdicts
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.repo import Repo

_NAME = r"""["'`](?P<name>[A-Za-z_]\w*)["'`]"""
_SECOND = r"""(?:\s*,\s*(?P<default>[^()]*?(?:\([^()]*\))?[^()]*?))?\s*,?\s*\)$"""
_END = r"\s*,?\s*\)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How a language reads variables: node kinds to look at, texts of the reading forms, wrapper functions."""

    grammar: str
    suffixes: tuple[str, ...]
    marks: tuple[str, ...]
    kinds: tuple[str, ...]
    forms: tuple[tuple[str, Mode], ...]
    wrapper: str = ""


LANGUAGES = {
    "go": Language(
        grammar="go", suffixes=(".go",), marks=("os.Getenv", "os.LookupEnv", "env:\"", "envconfig", "viper.", "Getenv("),
        kinds=("call_expression",),
        forms=((rf"(?:os|syscall)\.Getenv\(\s*{_NAME}\s*\)$", Mode.PLAIN), (rf"os\.LookupEnv\(\s*{_NAME}\s*\)$", Mode.TEST),
               (rf"viper\.MustBindEnv\([^,]+,\s*{_NAME}.*\)$", Mode.PLAIN), (rf"viper\.BindEnv\([^,]+,\s*{_NAME}.*\)$", Mode.PLAIN)),
        wrapper=r"func\s+(?:\([^)]*\)\s*)?(?P<function>\w+)\(\s*(?P<key>\w+)(?P<rest>[^)]*)\)(?P<body>.*?(?:os\.Getenv|os\.LookupEnv)\(\s*(?P=key)\s*\).*)",
    ),
    "php": Language(
        grammar="php", suffixes=(".php",), marks=("getenv", "env(", "$_ENV"), kinds=("function_call_expression", "subscript_expression"),
        forms=((rf"env\(\s*{_NAME}{_SECOND}", Mode.PLAIN), (rf"\\?getenv\(\s*{_NAME}\s*(?:,\s*\w+)?\)$", Mode.PLAIN),
               (rf"\$_ENV\[\s*{_NAME}\s*\]$", Mode.PLAIN)),
        wrapper=r"function\s+(?P<function>\w+)\(\s*(?:\??\w+\s+)?(?P<key>\$\w+)(?P<rest>[^)]*)\)(?P<body>.*?getenv\(\s*(?P=key).*)",
    ),
    "java": Language(
        grammar="java", suffixes=(".java",), marks=("System.getenv", "dotenv", "@Value"), kinds=("method_invocation", "annotation"),
        forms=((rf"System\.getenv\(\s*{_NAME}\s*\)$", Mode.PLAIN), (rf"System\.getenv\(\)\.get\(\s*{_NAME}\s*\)$", Mode.PLAIN),
               (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey)\(\s*{_NAME}{_SECOND}", Mode.TEST), (rf"(?i:dotenv)\.get\(\s*{_NAME}{_SECOND}", Mode.PLAIN),
               (r'@Value\(\s*(?:value\s*=\s*)?"\$\{(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<default>[^}]*))?\}"\s*\)$', Mode.STRICT)),
        wrapper=r"\b(?P<function>\w+)\(\s*(?:final\s+)?String\s+(?P<key>\w+)(?P<rest>[^)]*)\)(?P<body>.*?System\.getenv\(\s*(?P=key)\s*\).*)",
    ),
    "kotlin": Language(
        grammar="kotlin", suffixes=(".kt", ".kts"), marks=("System.getenv", "dotenv"), kinds=("call_expression", "indexing_expression"),
        forms=((rf"System\.getenv\(\s*{_NAME}\s*\)$", Mode.PLAIN), (rf"System\.getenv\(\)\[{_NAME}\]$", Mode.PLAIN),
               (rf"System\.getenv\(\)\.(?:getOrDefault|containsKey)\(\s*{_NAME}{_SECOND}", Mode.TEST), (rf"(?:\w*[dD]otenv|env)\[{_NAME}\]$", Mode.PLAIN)),
    ),
    "scala": Language(
        grammar="scala", suffixes=(".scala",), marks=("sys.env", "System.getenv"), kinds=("call_expression",),
        forms=((rf"sys\.env\(\s*{_NAME}\s*\)$", Mode.STRICT), (rf"sys\.env\.get\(\s*{_NAME}\s*\)$", Mode.PLAIN),
               (rf"sys\.env\.getOrElse\(\s*{_NAME}{_SECOND}", Mode.TEST), (rf"System\.getenv\(\s*{_NAME}\s*\)$", Mode.PLAIN)),
    ),
    "rust": Language(
        grammar="rust", suffixes=(".rs",), marks=("env::var", "env!(", "dotenv", "env ="), kinds=("call_expression", "macro_invocation"),
        forms=((rf"(?:std::)?env::var(?:_os)?\(\s*&?{_NAME}\s*\)$", Mode.PLAIN), (rf"dotenv(?:y)?::var\(\s*{_NAME}\s*\)$", Mode.PLAIN),
               (rf"var\(\s*{_NAME}\s*\)$", Mode.PLAIN), (rf"(?:std::)?env!\(\s*{_NAME}.*\)$", Mode.STRICT), (rf"dotenv!\(\s*{_NAME}\s*\)$", Mode.STRICT),
               (rf"option_env!\(\s*{_NAME}\s*\)$", Mode.TEST)),
        wrapper=r"fn\s+(?P<function>\w+)\(\s*(?P<key>\w+)\s*:\s*&(?:'\w+ )?str(?P<rest>[^)]*)\)(?P<body>.*?env::var\(\s*(?P=key)\s*\).*)",
    ),
    "csharp": Language(
        grammar="csharp", suffixes=(".cs",), marks=("GetEnvironmentVariable", "onfiguration["), kinds=("invocation_expression", "element_access_expression"),
        forms=((rf"(?:System\.)?Environment\.GetEnvironmentVariable\(\s*{_NAME}\s*\)$", Mode.PLAIN),
               (r'(?:\w+\.)*_?[cC]onfiguration\[\s*"(?P<name>[A-Z][A-Z0-9_]+)"\s*\]$', Mode.PLAIN)),
    ),
    "elixir": Language(
        grammar="elixir", suffixes=(".ex", ".exs"), marks=("System.get_env", "System.fetch_env", ":system,"), kinds=("call", "tuple"),
        forms=((rf"System\.get_env\(\s*{_NAME}{_SECOND}", Mode.PLAIN), (rf"System\.get_env\s+{_NAME}$", Mode.PLAIN), (rf"System\.fetch_env!\(?\s*{_NAME}\s*\)?$", Mode.STRICT),
               (rf"System\.fetch_env\(\s*{_NAME}\s*\)$", Mode.TEST), (rf"\{{:system,\s*{_NAME}(?:,\s*(?P<default>[^}}]*))?\}}$", Mode.PLAIN)),
    ),
}  # fmt: skip

_TAG = re.compile(
    r"`[^`]*\b(?P<kind>env|envconfig|mapstructure)\s*:\s*\"(?P<name>[A-Z][A-Z0-9_]*)(?P<options>[^\"]*)\"(?P<rest>[^`]*)`"
)
_CLAP = re.compile(r"\benv\s*=\s*\"(?P<name>[A-Z][A-Z0-9_]+)\"(?P<rest>[^\]]*)")


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
        rest = _SECOND if fallback else _END
        forms.append(
            (re.compile(rf"(?:[\w$.]+(?:\.|->|::))?{re.escape(name)}\(\s*{_NAME}{rest}", re.DOTALL), mode)
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
