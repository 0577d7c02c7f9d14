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
_NESTED = lazy(r"//|/\*|\br(?:\"\"\"|'''|\"|')|\"\"\"|'''|\"|'|[{}]")
_WITHIN = lazy(r"[\\$\n\"']")
_DEEPEST = 40
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
    _Scan(text, out, source.strings).code(0, level=0)
    source.code = "".join(out)
    return source


class _Scan:
    """One walk over a text: comments and strings become blanks in `out`."""

    def __init__(self, text: str, out: list[str], strings: dict[int, tuple[str | None, int]]) -> None:
        self.text, self.out, self.strings = text, out, strings

    def code(self, at: int, *, level: int) -> int:
        """Walk over code; return where the text, or at a deeper level the `${`, ends."""
        depth, seek = 1, _NESTED if level else _OPENER
        while (found := seek.search(self.text, at)) is not None:
            at = found.start()
            if found[0] in "{}":
                depth += 1 if found[0] == "{" else -1
                if depth == 0:
                    return at
                at += 1
            elif found[0] in ("//", "/*"):
                end = self.text.find("\n" if found[0] == "//" else "*/", at)
                end = len(self.text) if end < 0 else end + 2 * (found[0] == "/*")
                at = self._blank(at, end)
            else:
                at = self._string(found, level)
        return len(self.text)

    def _string(self, opened: re.Match[str], level: int) -> int:
        token, text = opened[0], self.text
        quote, raw = token.lstrip("r"), token.startswith("r")
        at, plain, value = opened.end(), True, ""
        while (found := _WITHIN.search(text, at)) is not None:
            value, at = value + text[at : found.start()], found.start()
            if text.startswith(quote, at) or (found[0] == "\n" and len(quote) == 1):
                break
            if found[0] == "\\" and not raw:
                value += _ESCAPED.get(text[at + 1 : at + 2], text[at + 1 : at + 2])
                at += 2
            elif found[0] == "$" and not raw:
                plain = False
                if text.startswith("${", at) and level < _DEEPEST:
                    self._blank(opened.start(), at + 2)
                    opened_at = self.code(at + 2, level=level + 1)
                    self._blank(opened_at, opened_at + 1)
                    return self._rest(opened, opened_at + 1, level)
                at += 1
            else:
                value, at = value + found[0], at + 1
        at = len(text) if found is None else at
        return self._closed(opened, opened.start(), at, value if plain else None)

    def _rest(self, opened: re.Match[str], at: int, level: int) -> int:
        """Walk over a string's rest after an interpolation: its value is not known any more."""
        raw_end, quote, text = at, opened[0].lstrip("r"), self.text
        while (found := _WITHIN.search(text, at)) is not None:
            at = found.start()
            if text.startswith(quote, at) or (found[0] == "\n" and len(quote) == 1):
                break
            if text.startswith("${", at) and level < _DEEPEST:
                self._blank(raw_end, at + 2)
                at = self.code(at + 2, level=level + 1)
                raw_end = at = self._blank(at, at + 1)
            else:
                at += 2 if found[0] == "\\" else 1
        at = len(text) if found is None else at
        return self._closed(opened, raw_end, at, None)

    def _closed(self, opened: re.Match[str], start: int, at: int, value: str | None) -> int:
        quote = opened[0].lstrip("r")
        end = min(at + len(quote), len(self.text)) if self.text.startswith(quote, at) else at
        self._blank(start, end)
        self.out[opened.start()] = '"'
        self.strings[opened.start()] = (value, end)
        return end

    def _blank(self, start: int, end: int) -> int:
        end = min(end, len(self.text))
        self.out[start:end] = ["\n" if letter == "\n" else " " for letter in self.text[start:end]]
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
