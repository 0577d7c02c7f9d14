"""Dart source -> the same text with comments and strings blanked, and the classes and calls found in it.

No Dart parser is at hand; blanking keeps every offset, so that lines and names stay provable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.patterns import lazy
from scaffold.record import record

_OPENER = lazy(r"//|/\*|r?(?:\"\"\"|'''|\"|')")


def blank(text: str) -> str:
    """Return `text` with comments and the contents of strings replaced by spaces; line ends stay."""
    out: list[str] = []
    at = 0
    while found := _OPENER.search(text, at):
        start, token = found.start(), found[0]
        if token.startswith("r") and start and (text[start - 1].isalnum() or text[start - 1] in "_$"):
            token, start = token[1:], start + 1
        out.append(text[at:start])
        if token == "//":
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            out.append(" " * (end - start))
        elif token == "/*":
            end = _comment_end(text, start)
            out.append(_spaces(text[start:end]))
        else:
            end = _string_end(text, start, token)
            quote = token.lstrip("r")
            inner = text[start + len(token) : max(end - len(quote), start + len(token))]
            out.append((token + _spaces(inner) + quote)[: end - start].ljust(end - start))
        at = end
    out.append(text[at:])
    return "".join(out)


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for found in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if found[0] == "/*" else -1
        if depth == 0:
            return found.end()
    return len(text)


def _string_end(text: str, start: int, token: str) -> int:
    """Return the offset after a string literal; `${...}` in it may hold strings of its own."""
    raw, quote = token.startswith("r"), token.lstrip("r")
    at, size = start + len(token), len(text)
    while at < size:
        if text.startswith(quote, at):
            return at + len(quote)
        if len(quote) == 1 and text[at] == "\n":
            return at
        if not raw and text[at] == "\\":
            at += 2
        elif not raw and text.startswith("${", at):
            at = _interpolation_end(text, at + 2)
        else:
            at += 1
    return size


def _interpolation_end(text: str, at: int) -> int:
    depth, size = 1, len(text)
    while at < size and depth:
        found = _OPENER.match(text, at)
        if found and found[0] not in ("//", "/*"):
            at = _string_end(text, at, found[0])
            continue
        if text[at] == "\n" and depth == 1:
            return at
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def line_at(text: str, offset: int) -> int:
    """Return the 1-based line of an offset."""
    return text.count("\n", 0, offset) + 1


@record
class Field:
    """A field of a class: type without its `?`, whether null is allowed, whether it has a default."""

    name: str
    type: str
    nullable: bool
    defaulted: bool
    optional: bool
    line: int

    @property
    def required(self) -> bool:
        """Tell whether a value must be given."""
        return not (self.nullable or self.defaulted or self.optional)


@record
class DartClass:
    """A class: its name, what it extends, its line, its fields."""

    name: str
    extends: str
    line: int
    fields: tuple[Field, ...]


_CLASS = lazy(r"\bclass\s+(\w+)(?:\s*<[^{>]*>)?\s+extends\s+([\w.]+)[^{;]*\{")
_FIELD = lazy(
    r"(?P<notes>(?:@\w+(?:\([^)]*\))?\s*)*)(?P<mods>(?:(?:late|final|covariant|external)\s+)*)"
    r"(?P<type>[A-Z]\w*(?:\s*<[^;={}()]*>)?|int|double|num|bool|dynamic)(?P<null>\?)?\s+"
    r"(?P<names>\w+)\s*(?P<default>=(?!>)[^;]*)?$",
)


def classes(blanked: str) -> Iterator[DartClass]:
    """Yield the classes that extend another, with their instance fields."""
    for found in _CLASS.finditer(blanked):
        body = _body(blanked, found.end())
        yield DartClass(
            name=found[1],
            extends=found[2].rpartition(".")[2],
            line=line_at(blanked, found.start()),
            fields=tuple(_fields(blanked, found.end(), body)),
        )


def _body(text: str, start: int) -> str:
    """Return a block's own text: what nested braces and parentheses hold is blanked, lengths are kept."""
    depth, out = 1, []
    for at in range(start, len(text)):
        char = text[at]
        shown = char if depth == 1 or char == "\n" else " "
        if char in "{(":
            shown = "(" if depth == 1 and char == "(" else " "
            depth += 1
        elif char in "})":
            depth -= 1
            if depth == 0:
                break
            if depth == 1:
                shown = ")" if char == ")" else ";"
        out.append(shown)
    return "".join(out)


def _fields(blanked: str, start: int, body: str) -> Iterator[Field]:
    offset = 0
    for statement in body.split(";"):
        begin = start + offset + len(statement) - len(statement.lstrip())
        offset += len(statement) + 1
        text = " ".join(statement.split())
        if re.match(r"(static|const|get|set|return|typedef|factory)\b", text) or " get " in f" {text} ":
            continue
        found = _FIELD.match(text)
        if not found or found["type"] in ("return", "Function"):
            continue
        yield Field(
            name=found["names"],
            type="".join(found["type"].split()),
            nullable=found["null"] is not None,
            defaulted=found["default"] is not None,
            optional="optional" in found["notes"].lower(),
            line=line_at(blanked, begin),
        )


_MAIN = lazy(r"\bmain\s*\(")


def has_main(blanked: str) -> bool:
    """Tell whether a file defines (or calls) `main`."""
    return _MAIN.search(blanked) is not None
