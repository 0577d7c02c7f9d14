"""Shell scripts and commands -> reads: `$NAME`, `${NAME:-d}`, `${NAME:?}`, tests that end a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import classify
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy

_EXPANSION = lazy(
    r"(?<!\\)\$(?:\{(?P<braced>[A-Z][A-Z0-9_]+)(?P<word>:?[-=?+])?|(?P<plain>[A-Z][A-Z0-9_]+)\b)"
)
_VALUE = r"(?:\"(?:\\.|[^\"\\])*\"|\$\{(?:[^{}]|\$\{[^}]*\})*\}|\$\([^)]*\)|[^\s;&|\"])*"
_SET = lazy(
    r"(?:^|[;&|({]|\b(?:then|do|else|export|local|readonly|typeset|declare(?:\s+-\w+)*))[ \t]*"
    rf"(?P<name>[A-Z][A-Z0-9_]*)\+?=(?P<value>{_VALUE})"
    r"|\bread[ \t]+(?:-\w+[ \t]+)*(?P<read>[A-Z]\w*)"
    r"|\b(?:for|select)[ \t]+(?P<each>[A-Z]\w*)[ \t]+in\b"
    r"|\bgetopts[ \t]+\S+[ \t]+(?P<option>[A-Z]\w*)",
    re.MULTILINE,
)
_PREFIX = lazy(r"(?<![\w$])[A-Za-z]\w*=\"?([A-Z][A-Z0-9_]*_)\"?(?=[ \t\n;])")
"""What a script hands to `eval` as the beginning of names it makes."""
_QUOTED_DOCUMENT = lazy(r"<<-?[ \t]*(?:'(?P<a>\w+)'|\"(?P<b>\w+)\"|\\(?P<c>\w+))[^\n]*\n")
_STRICT = lazy(r"^[ \t]*set[ \t]+(?:-[a-z]*u|(?:-\w+[ \t]+)*-o[ \t]+nounset)", re.MULTILINE)
_FAILS = lazy(r"\b(?:exit(?:[ \t]+[1-9$]|[ \t]*(?:[;}\n]|$))|die|fail|abort|error_exit|return[ \t]+1|false)")
_ABSENT = r"(?:-z|!\s*-n)\s+\"?\$\{?NAME\b|\"?\$\{?NAME(?::?-)?\}?\"?\s*==?\s*(?:\"\"|'')"
_PRESENT = r"(?:\[|test)\s+(?:-n\s+)?\"?\$\{?NAME(?::?[-+]\w*)?\}?\"?\s*(?:\]\]?)?\s*\|\|"


def reads(path: str, text: str, *, line: int = 1, command: bool = False) -> Iterator[Read]:
    """Yield what a script or a `command` takes from the environment; `line` is that of its first line."""
    bare = _bare(text)
    strict = _STRICT.search(bare) is not None
    own = _own(bare)
    made = tuple(_PREFIX.findall(bare)) if "eval " in bare else ()
    for found in _EXPANSION.finditer(bare):
        name = found["braced"] or found["plain"]
        if (
            classify.is_foreign(name)
            or (made and name.startswith(made))
            or any(at < found.start() and not at <= found.start() < end for at, end in own.get(name, ()))
        ):
            continue
        mode, default = _mode(bare, found, Mode.STRICT if strict else Mode.PLAIN if command else Mode.TEST)
        if found["word"] is None:
            mode = _tested(bare, name, mode)
        at = line + bare.count("\n", 0, found.start())
        yield Read(name=name, path=path, line=at, mode=mode, default=default)


def _mode(text: str, found: re.Match[str], plain: Mode) -> tuple[Mode, str | None]:
    """Return what happens without the variable, and the default that stands in the expansion."""
    word = (found["word"] or "")[-1:]
    if word == "?":
        return Mode.STRICT, None
    if word == "+":
        return Mode.TEST, None
    if word not in ("-", "="):
        return plain, None
    given = _until_brace(text, found.end()).strip("\"'")
    if "$" in given:
        return Mode.DEFAULT, None
    return (Mode.DEFAULT, given) if given else (Mode.TEST, None)


def _until_brace(text: str, at: int) -> str:
    depth = 1
    for end in range(at, min(len(text), at + 300)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return text[at:end]
    return ""


def _tested(text: str, name: str, mode: Mode) -> Mode:
    """Settle a plain read by tests of the variable's presence in the same script."""
    for test in re.finditer(_ABSENT.replace("NAME", re.escape(name)), text):
        rest = text[test.end() : test.end() + 400]
        opened = re.match(r"[^\n]*?\]\]?\s*(?:&&|\|\|)?[^\n]*?(?:;|\n)\s*then\b", rest)
        way = rest.partition("\nfi")[0].partition("else")[0] if opened else rest.partition("\n")[0]
        if not opened and re.match(r"[^\n]*(?:&&|\|\|)\s*[{(]\s*(?:\n|$)", rest):
            way = rest.partition("\n}")[0]
        return Mode.STRICT if _FAILS.search(way) else Mode.TEST
    for test in re.finditer(_PRESENT.replace("NAME", re.escape(name)), text):
        return Mode.STRICT if _FAILS.search(text[test.end() :].partition("\n")[0]) else Mode.TEST
    asked = re.search(
        rf"(?:-n|-v)\s+\"?\$?\{{?{re.escape(name)}\b|\[\[?\s+\"?\$\{{?{re.escape(name)}\b", text
    )
    return Mode.TEST if asked and mode is Mode.PLAIN else mode


def _own(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return where the script first gives each of its variables a value: start and end of the assignment."""
    found: dict[str, list[tuple[int, int]]] = {}
    for match in _SET.finditer(text):
        name = match["name"] or match["read"] or match["each"] or match["option"]
        if name and name not in found:
            found[name] = [(match.start(), match.end())]
    return found


def _bare(text: str) -> str:
    """Return a script with comments, single-quoted texts and quoted here-documents blanked, lines kept."""
    out: list[str] = []
    at, double = 0, False
    while at < len(text):
        letter = text[at]
        end = at + 1
        if letter == "\\":
            end = at + 2
        elif letter == '"':
            double = not double
        elif letter == "$" and text.startswith("${", at):
            end = at + 2 + len(_until_brace(text, at + 2))
        elif not double and letter == "'":
            end = text.find("'", at + 1) + 1 or len(text)
            out.append(_blank(text[at:end]))
            at = end
            continue
        elif not double and letter == "#" and (at == 0 or text[at - 1] in " \t\n;&|("):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(" " * (end - at))
            at = end
            continue
        elif not double and letter == "<" and (document := _QUOTED_DOCUMENT.match(text, at)):
            word = document["a"] or document["b"] or document["c"]
            last = re.compile(rf"^[ \t]*{word}[ \t]*$", re.MULTILINE).search(text, document.end())
            end = last.end() if last else len(text)
            out.append(_blank(text[at:end]))
            at = end
            continue
        out.append(text[at:end])
        at = end
    return "".join(out)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
