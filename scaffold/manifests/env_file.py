""".env files and their examples -> assignments with line, value and comment, as dotenv loaders read them.

Follows what the loaders of Node, Python and Ruby agree on: quotes of three kinds that may span lines,
escapes inside double quotes only, `#` after a space begins a comment. Nothing is interpolated.
"""

from __future__ import annotations

from scaffold.patterns import lazy
from scaffold.record import record


@record
class EnvLine:
    """An assignment. `comment` is the one behind it or above it; `commented` ones stand in a comment.

    `line` is the first line of it, `end` the last: a quoted value may take several.
    """

    name: str
    value: str
    line: int
    end: int
    comment: str = ""
    commented: bool = False


_ASSIGNED = lazy(r"[ \t]*(?:(?:export|set)[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)(?:[ \t]*=|:[ \t])[ \t]*")
_COMMENTED = lazy(r"[ \t]*#+[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*")
_END = r"[ \t]*(?:#(?P<after>[^\n]*))?(?=\n|\Z)"
_QUOTED = lazy(r"""(?P<quote>["'`])(?P<inner>(?:\\[\s\S]|(?!\1)[^\\])*)\1""" + _END)
_LAX = lazy(r"""(?P<quote>["'`])(?P<inner>(?:(?!\1)[^\n])*)\1""" + _END)
"""A value that ends in a backslash, as Windows paths do: 'C:\\'."""
_BARE = lazy(r"(?P<inner>(?!#)(?:(?![ \t]#)[^\n])*)?[ \t]*(?:#(?P<after>[^\n]*))?")
_ESCAPE = lazy(r"\\([nrt\"'`\\$])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS = lazy(r"\w")


def parse(text: str, path: str) -> tuple[EnvLine, ...]:  # noqa: ARG001  (parsers share one signature)
    """Parse a .env file; what is neither an assignment nor a comment is left out. It never fails."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found: list[EnvLine] = []
    above: list[str] = []
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if match := _ASSIGNED.match(text, at):
            value, after, end = _value(text, match.end())
            last = line + text.count("\n", at, end)
            told = after or _joined(above)
            found.append(EnvLine(name=match[1], value=value, line=line, end=last, comment=told))
            above = []
        elif match := _COMMENTED.match(text, at):
            given = _plain(text[match.end() : end])
            found += [_optional(match[1], given, line, above)] if given else []
            above = []
        elif text[at:end].lstrip().startswith("#"):
            above.append(text[at:end].strip().lstrip("#").strip())
        else:
            above = []
        line += text.count("\n", at, end) + 1
        at = end + 1
    return tuple(found)


def _value(text: str, at: int) -> tuple[str, str, int]:
    """Return the value that begins at `at`, the comment behind it, and where both end."""
    match = _QUOTED.match(text, at) or _LAX.match(text, at) or _BARE.match(text, at)
    held = match.groupdict() if match else {}
    inner = held.get("inner") or ""
    quote = held.get("quote")
    if quote == '"':
        inner = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), inner)
    elif quote == "'":
        inner = inner.replace("\\'", "'")
    elif quote is None:
        inner = inner.strip()
    return inner, (held.get("after") or "").strip("# \t"), match.end() if match else at


def _plain(text: str) -> tuple[str, str] | None:
    """Return value and comment of a commented-out assignment; None where it reads as a sentence."""
    value, after, _ = _value(text, 0)
    quoted = bool(_QUOTED.match(text) or _LAX.match(text))
    return (value, after) if quoted or not any(letter.isspace() for letter in value) else None


def _optional(name: str, given: tuple[str, str], line: int, above: list[str]) -> EnvLine:
    value, after = given
    return EnvLine(
        name=name, value=value, line=line, end=line, comment=after or _joined(above), commented=True
    )


def _joined(above: list[str]) -> str:
    """Join the comment lines above an assignment, without lines of decoration."""
    return " ".join(text for text in above if _WORDS.search(text))
