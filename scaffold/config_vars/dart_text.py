"""Dart source -> code without comments and strings, at the same offsets; what literals and constants hold.

No Dart parser is at hand. The code inside `${...}` stays, for it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.patterns import lazy
from scaffold.record import mutable

_OPENER = lazy(r"//|/\*|\br(?:\"\"\"|'''|\"|')|\"\"\"|'''|\"|'")
_CONSTANT = lazy(r"\b(?:const|final|var)\s+(?:[\w<>?]+\s+)?(\w+)\s*=\s*(?=[\"'r\[<{])")
_LOOP = lazy(r"\bfor\s*\(\s*(?:final|var|const|String)\s+(?:String\s+)?(\w+)\s+in\s+")
_EACH = lazy(
    r"\.(?:forEach|where|every|any|map|firstWhere|removeWhere|expand)\(\s*\(\s*(?:String\s+)?(\w+)\s*\)"
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_PLAIN = lazy(r"-?\d[\d.]*|true\b|false\b")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@mutable
class Source:
    """One Dart text: `code` has the same length; `strings` are the literals by offset: value and end."""

    path: str
    text: str
    code: str
    strings: dict[int, tuple[str | None, int]]

    def skip(self, at: int) -> int:
        """Return the offset of the next letter of code."""
        while at < len(self.code) and self.code[at].isspace():
            at += 1
        return at

    def literal(self, at: int) -> tuple[str, int] | None:
        """Return the value and the end of the literal that stands at an offset."""
        at = self.skip(at)
        if at in self.strings:
            value, end = self.strings[at]
            return None if value is None else (value, end)
        found = _PLAIN.match(self.code, at)
        return (found[0], found.end()) if found else None

    def closing(self, at: int) -> int:
        """Return the offset of the bracket that closes the one at an offset."""
        opened, depth = self.code[at], 0
        for spot in range(at, len(self.code)):
            depth += (self.code[spot] == opened) - (self.code[spot] == _PAIRS[opened])
            if depth == 0:
                return spot
        return len(self.code) - 1

    def line(self, at: int) -> int:
        """Return the 1-based line of an offset."""
        return self.text.count("\n", 0, at) + 1

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the offsets of the parts between commas that stand outside brackets."""
        depth, at = 0, start
        for spot in range(start, end):
            depth += (self.code[spot] in "([{") - (self.code[spot] in ")]}")
            if self.code[spot] == "," and depth == 0:
                yield at, spot
                at = spot + 1
        if self.code[at:end].strip():
            yield at, end

    def texts(self, at: int, end: int) -> list[str]:
        """Return the texts that an expression stands for: a literal or a list of them."""
        at = self.skip(at)
        listed = re.compile(r"(?:const\s*)?(?:<\s*\w+\s*>\s*)?([\[{])").match(self.code, at)
        if listed is not None:
            close = self.closing(listed.end() - 1)
            inner = [self.literal(start) for start, _ in self.parts(listed.end(), close)]
            return [value[0] for value in inner if value is not None]
        given = self.literal(at)
        return [given[0]] if given is not None and not self.code[given[1] : end].strip() else []


def scan(path: str, text: str) -> Source:
    """Return a text as source."""
    source = Source(path=path, text=text, code="", strings={})
    out = list(text)
    _scan(text, 0, len(text), out, source.strings, nested=False)
    source.code = "".join(out)
    return source


def _scan(
    text: str, at: int, size: int, out: list[str], strings: dict[int, tuple[str | None, int]], *, nested: bool
) -> int:
    """Blank comments and strings from an offset on; return where the text or the `${` ends."""
    depth = 1
    while at < size:
        if nested and text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return at
        found = _OPENER.match(text, at) if text[at] in "/r\"'" else None
        if found is None:
            at += 1
        elif found[0] == "//":
            end = text.find("\n", at)
            at = _blank(out, at, size if end < 0 else end)
        elif found[0] == "/*":
            end = text.find("*/", at)
            at = _blank(out, at, size if end < 0 else end + 2)
        else:
            at = _string(text, found, size, out, strings)
    return size


def _string(
    text: str, found: re.Match[str], size: int, out: list[str], strings: dict[int, tuple[str | None, int]]
) -> int:
    token, start = found[0], found.start()
    quote, raw = token.lstrip("r"), token.startswith("r")
    at, plain, value = found.end(), True, ""
    while at < size and not text.startswith(quote, at):
        if len(quote) == 1 and text[at] == "\n":
            break
        if text[at] == "\\" and not raw:
            value += _ESCAPED.get(text[at + 1 : at + 2], text[at + 1 : at + 2])
            at = _blank(out, at, min(at + 2, size))
        elif text.startswith("${", at) and not raw:
            plain = False
            _blank(out, at, at + 2)
            at = _scan(text, at + 2, size, out, strings, nested=True)
            at = _blank(out, at, min(at + 1, size))
        else:
            plain = plain and (text[at] != "$" or raw)
            value += text[at]
            at = _blank(out, at, at + 1)
    end = min(at + len(quote), size)
    _blank(out, start, found.end())
    _blank(out, at, end)
    out[start] = '"'
    strings[start] = (value if plain else None, end)
    return end


def _blank(out: list[str], start: int, end: int) -> int:
    for spot in range(start, min(end, len(out))):
        if out[spot] != "\n":
            out[spot] = " "
    return end


def constants(source: Source) -> dict[str, list[str]]:
    """Return the names that hold a literal or a list of literals, and those of loops over such."""
    found: dict[str, list[str]] = {}
    for match in _CONSTANT.finditer(source.code):
        end = source.code.find(";", match.end())
        if values := source.texts(match.end(), end if end >= 0 else len(source.code)):
            found.setdefault(match[1], values)
    return found


def loops(source: Source, known: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the names of elements in loops over literal lists."""
    found: dict[str, list[str]] = {}
    for match in _LOOP.finditer(source.code):
        word = re.compile(r"[\w.]+").match(source.code, match.end())
        values = source.texts(match.end(), source.code.find(")", match.end()))
        found[match[1]] = values or known.get(word[0].rpartition(".")[2], []) if word else values
    for match in _EACH.finditer(source.code):
        before = re.search(r"(\w+)$", source.code[: match.start()])
        start = source.code.rfind("[", 0, match.start())
        if before is not None and before[1] in known:
            found[match[1]] = known[before[1]]
        elif source.code[: match.start()].endswith("]") and start >= 0:
            found[match[1]] = source.texts(start, match.start())
    return found
