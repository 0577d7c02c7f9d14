"""Gemfile or gems.rb -> the gems it declares with their groups, the Ruby it asks for, what else it reads.

A Gemfile is a Ruby program: only its statements with literal values are understood, none is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.errors import ManifestError
from scaffold.manifests.ruby_text import code_lines
from scaffold.patterns import lazy
from scaffold.record import record

_GEM = lazy(r"gem[\s(]+(?P<quote>[\"'])(?P<name>[A-Za-z0-9_.-]+)(?P=quote)(?P<rest>.*)", re.S)
_OPEN_GEM = lazy(r"gem[\s(]+(?:\"[^\"]*|'[^']*)$")
_RUBY = lazy(r"ruby[\s(]+(?P<rest>.+)", re.S)
_BLOCK = lazy(
    r"(?P<kind>group|platforms?|source|path|git|github|install_if|env|gemspec|git_source)\b(?P<rest>.*?)"
    r"\bdo\s*(?:\|[^|]*\|)?$",
    re.S,
)
_BRACES = lazy(
    r"(?P<kind>group|platforms?|source|path|git|install_if)\b(?P<rest>[^{]*)\{(?P<body>.*)\}$", re.S
)
_OTHER_BLOCK = lazy(
    r"(?:if|unless|case|while|until|for|begin|def|class|module)\b(?!.*\bend$)|.*=\s*(?:if|case|begin)\b(?!.*\bend$)"
    r"|.*\bdo\s*(?:\|[^|]*\|)?$",
    re.S,
)
_END = lazy(r"end\b(?!\s*[=:])")
_STRING = lazy(r"\"([^\"]*)\"|'([^']*)'")
_SYMBOLS = lazy(r":\"?(\w+)\"?|[\"'](\w+)[\"']|(?<=[\[({\s])(\w+)(?=[\s\])}])")
_HEREDOC = lazy(r"<<[~-]?([\"']?)([A-Z_]{2,})\1")
_CONFLICT = lazy(r"(?:<{7}|>{7}) |={7}$")
_MODIFIER = lazy(r"\s(?:if|unless)\s")
_FILE = lazy(r"(?:file:|:file\s*=>|File\.(?:read|join|expand_path))")
_OPTION = (
    r"(?:\b{0}s?:|:{0}s?\s*=>)\s*"
    r"(?P<value>%[iwIW]?[\[({{][^\])}}]*[\])}}]|\[[^\]]*\]|:\"?\w+\"?|[\"'][^\"']*[\"'])"
)
_GROUP = lazy(_OPTION.format("group"))
_PLATFORM = lazy(_OPTION.format("platform"))
_PATH = lazy(r"(?:\bpath:|:path\s*=>)\s*[\"']([^\"']+)[\"']")
_NEXT = lazy(r"(?:gem|group|source)[\s(]|end$")
_LONGEST = 80


@record
class Gem:
    """A declared gem. `conditional` gems stand under an `if`; no `groups` means the default group."""

    name: str
    versions: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    path: str = ""
    conditional: bool = False
    line: int


@record
class RubyAsked:
    """The Ruby a Gemfile asks for: a version requirement, or the file that holds it."""

    version: str = ""
    file: str = ""
    engine: str = ""
    line: int


@record
class Gemfile:
    """A Gemfile. `reads` are other Gemfiles it evaluates; `gemspec` the line that takes a gemspec's gems."""

    path: str
    gems: tuple[Gem, ...] = ()
    ruby: RubyAsked | None = None
    reads: tuple[str, ...] = ()
    gemspec: int = 0


@record
class _Block:
    kind: str
    groups: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    path: str = ""
    line: int


def parse_gemfile(text: str, path: str) -> Gemfile:
    """Parse a Gemfile. Raises ManifestError for what is surely no Ruby (a cut-off string, an open block)."""
    for number, line in enumerate(text.split("\n"), 1):
        if _CONFLICT.match(line):
            raise ManifestError(path, number, "an unresolved merge conflict")
    reader = _Reader(path)
    for number, statement in _statements(code_lines(text)):
        reader.read(number, statement, ())
    return reader.result()


class _Reader:
    """Collects what the statements of one Gemfile declare; lives for one parse."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.gems: list[Gem] = []
        self.ruby: RubyAsked | None = None
        self.reads: list[str] = []
        self.gemspec = 0
        self.open: list[_Block] = []
        self.sure = True

    def read(self, number: int, text: str, within: tuple[_Block, ...]) -> None:
        if _END.match(text):
            if self.open:
                self.open.pop()
            elif self.sure:
                raise ManifestError(self.path, number, "an `end` with nothing open")
        elif block := _BRACES.match(text):
            inner = (*within, _block(block["kind"], block["rest"], number))
            for offset, statement in _statements(block["body"].split("\n")):
                self.read(number + offset - 1, statement, inner)
        elif block := _BLOCK.match(text):
            self.open.append(_block(block["kind"], block["rest"], number))
        elif _OTHER_BLOCK.match(text):
            self.sure = False
            self.open.append(_Block(kind="other", line=number))
        else:
            self.declare(number, text, (*self.open, *within))

    def declare(self, number: int, text: str, blocks: tuple[_Block, ...]) -> None:
        if found := _GEM.match(text):
            self.gems.append(_gem(found["name"], found["rest"], number, blocks))
        elif _OPEN_GEM.match(text):
            raise ManifestError(self.path, number, "a string that does not end")
        elif found := _RUBY.match(text):
            self.ruby = self.ruby or _ruby(found["rest"], number)
        elif text.startswith("gemspec"):
            self.gemspec = self.gemspec or number
        elif text.startswith(("eval_gemfile", "instance_eval", "eval(", "eval ")):
            self.reads += _strings(text)[-1:]

    def result(self) -> Gemfile:
        if self.open and self.sure:
            last = self.open[-1]
            raise ManifestError(self.path, last.line, f"this `{last.kind} ... do` has no `end`")
        return Gemfile(
            path=self.path,
            gems=tuple(self.gems),
            ruby=self.ruby,
            reads=tuple(self.reads),
            gemspec=self.gemspec,
        )


def _statements(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each statement with its first line; what goes on after a comma or in brackets is joined."""
    number = 0
    while number < len(lines):
        first, text = number, lines[number].strip()
        number += 1
        if ends := _HEREDOC.search(text):
            while number < len(lines) and lines[number].strip() != ends[2]:
                number += 1
        while number < len(lines) and number - first < _LONGEST and _goes_on(text):
            following = lines[number].strip()
            if _NEXT.match(following) and "{" not in text:
                break
            text = f"{text.removesuffix(chr(92))}\n{following}"
            number += 1
        for part in _split(text):
            yield first + 1, part


def _goes_on(text: str) -> bool:
    bare = _STRING.sub("", text)
    if bare.rstrip().endswith((",", "\\", "=>", "||", "&&")):
        return True
    return any(bare.count(one) > bare.count(other) for one, other in ("[]", "()", "{}"))


def _split(text: str) -> Iterator[str]:
    if ";" not in _STRING.sub("", text) or "{" in text:
        if text:
            yield text
        return
    yield from (part for part in (piece.strip() for piece in text.split(";")) if part)


def _block(kind: str, rest: str, line: int) -> _Block:
    named = _names(rest) if kind in ("group", "platform", "platforms") else frozenset()
    if kind == "group":
        optional = re.search(r"optional(?::|\s*=>)\s*true", rest) is not None
        named = frozenset({"optional"}) if optional else named
        return _Block(kind=kind, groups=named, line=line)
    if kind in ("platform", "platforms"):
        return _Block(kind=kind, platforms=named, line=line)
    if kind == "path":
        return _Block(kind=kind, path=next(iter(_strings(rest)), ""), line=line)
    return _Block(kind="other" if kind in ("install_if", "env") else kind, line=line)


def _names(text: str) -> frozenset[str]:
    return frozenset("".join(parts) for parts in _SYMBOLS.findall(f" {text} ")) - {
        "true",
        "optional",
        "splat",
    }


def _strings(text: str) -> list[str]:
    return ["".join(parts) for parts in _STRING.findall(text)]


def _gem(name: str, rest: str, line: int, blocks: tuple[_Block, ...]) -> Gem:
    groups = frozenset(name for block in blocks for name in block.groups)
    platforms = frozenset(name for block in blocks for name in block.platforms)
    if found := _GROUP.search(rest):
        groups |= _names(found["value"])
    if found := _PLATFORM.search(rest):
        platforms |= _names(found["value"])
    within = next((block.path for block in blocks if block.path), "")
    path = _PATH.search(rest)
    return Gem(
        name=name,
        versions=tuple(_strings(re.split(r",\s*(?:\w+:|:\w+\s*=>)|\s(?:if|unless)\s", rest, maxsplit=1)[0])),
        groups=groups,
        platforms=platforms,
        path=path[1] if path else f"{within}/{name}" if within else "",
        conditional=bool(_MODIFIER.search(_STRING.sub("", rest))) or any(b.kind == "other" for b in blocks),
        line=line,
    )


def _ruby(rest: str, line: int) -> RubyAsked | None:
    texts = _strings(re.split(r"\s(?:if|unless)\s", rest, maxsplit=1)[0])
    engine = re.search(r"(?:engine:|:engine\s*=>)\s*[\"']([\w+-]+)", rest)
    if _FILE.search(rest):
        return RubyAsked(file=texts[-1] if texts else ".ruby-version", line=line)
    versions = [text for text in texts if re.match(r"[~<>=!\s]*\d", text)]
    if "ENV" in rest:
        versions = versions[-1:]
    if not versions:
        variable = re.match(r"[\w.]+$", rest.strip())
        return RubyAsked(file=".ruby-version", line=line) if variable else None
    if engine:
        versions = versions[:1]
    return RubyAsked(version=", ".join(versions), engine=engine[1] if engine else "", line=line)
