"""What stands around a reading call in brace languages: the fallback after it, guards above it, its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import conditions, nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.record import replace

_STRING = r"""(?:"(?P<a>[^"\n]*)"|'(?P<b>[^'\n]*)'|(?P<c>-?\d[\d.]*|true|false)\b)"""
_FALLBACK = lazy(rf"[\s)]*(?:\|\||\?\?|\?:|\bor\b)=?\s*(?P<rest>(?:{_STRING})?)")
_OR_ELSE = lazy(
    rf"[\s)]*\.(?:unwrap_or|unwrap_or_else|orElse|orElseGet|getOrElse|getOrDefault|map_or|or_else|unwrap_or_default|ok|is_ok|is_some)\b"
    rf"\((?:\s*(?:\|_?\w*\||\(\)\s*->|_\s*=>|\(\)\s*=>)?\s*(?:String::from\()?{_STRING})?"
)
_STRICT = lazy(
    r"[\s)]*(?:\.(?:expect|unwrap|orElseThrow|orElseThrow|get)\s*\(|\?[;,)\s]|!!|!\s*[.;,)]|\.(?:split|trim|toInt|parse|toLowerCase|equals)\b)"
)
_CHECK = lazy(r"[\s)]*(?:==|!=|===|!==|is null|is not null)\s*(?P<rest>\S*)")
_FAILS = lazy(
    r"\b(?:throw|panic|Fatal\w*|os\.Exit|exit|raise|abort|die|System\.exit|exitProcess|Errorf|errors\.New|bail!|error)\b"
)
_READS = lazy(
    r"""(?:getenv|Getenv|get_env|GetEnvironmentVariable|env::var|environment)\s*[\[(]\s*["'](\w+)["']"""
)
_BOUND = lazy(r"""[$@:]?["']?(\w+)["']?\s*(?::=|=>|=|:)\s*(?:await\s+|\(|new\s+|\w+(?:\.\w+)*\(\s*)*$""")
_NUMBERS = lazy(r"(?:parse\w*|Atoi|to_integer|toInt|intval|Integer\.\w+|ParseInt|ParseBool)\(\s*$")
_IFS = ("if_statement", "if_expression", "elseif_clause", "conditional_expression", "ternary_expression")


def around(path: str, text: str, node: Any, match: re.Match[str], mode: Mode) -> Read:
    """Return the read at a call node: its own second argument, then what the text after it says."""
    end = match.end() - len(node.text())
    at = node.range().end.index + end
    start = node.range().start.index
    given = match.groupdict().get("default")
    read = Read(name=match["name"], path=path, line=nodes.line(node), mode=mode)
    if given is not None and given.strip():
        read = _with_default(read, given.strip())
    elif match.groupdict().get("default") == "":
        read = replace(read, default="")
    return _guarded(placed(read, text, start, at), node)


def placed(read: Read, text: str, start: int, at: int) -> Read:
    """Complete a read by the text before and after it."""
    before, after = text[max(0, start - 120) : start].rpartition("\n")[2], text[at : at + 200]
    bound = _BOUND.search(before)
    instead: tuple[str, ...] = ()
    mode, default, kind = read.mode, read.default, "number" if _NUMBERS.search(before) else ""
    open_mode = mode in (Mode.PLAIN, Mode.TEST) and default in (None, "")
    if open_mode and (found := _FALLBACK.match(after)):
        rest = after[found.start("rest") :]
        literal = (
            found["a"] if found["a"] is not None else found["b"] if found["b"] is not None else found["c"]
        )
        others = _READS.findall(rest.split("\n")[0]) if literal is None else []
        if others:
            instead = tuple(other for other in others if other != read.name)
            tail = re.search(rf"(?:\|\||\?\?|\?:)\s*{_STRING}", rest.split("\n")[0])
            literal = (tail["a"] or tail["b"] or tail["c"]) if tail else None
        if literal is not None:
            mode, default = (Mode.DEFAULT if literal else mode), literal
        elif not others:
            fails = _FAILS.search(rest[:80]) is not None
            blank = re.match(r"(?:null|nil|None|undefined)\b", rest)
            local = re.search(r"localhost|127\.0\.0\.1", rest.split("\n")[0])
            mode = Mode.STRICT if fails else mode if blank else Mode.DEFAULT
            default = "localhost" if local and not fails else default
    elif open_mode and (found := _OR_ELSE.match(after)):
        literal = (
            found["a"] if found["a"] is not None else found["b"] if found["b"] is not None else found["c"]
        )
        mode, default = (Mode.DEFAULT if literal != "" else mode), literal
        if re.match(r"[\s)]*\.(?:ok|is_ok|is_some|unwrap_or_default)\b", after):
            mode, default = Mode.TEST, None
    elif mode is Mode.PLAIN and default is None and (failing := _STRICT.match(after)):
        mode = Mode.STRICT if re.search(r"expect|unwrap|orElseThrow|\?", failing[0]) else Mode.FRAGILE
    elif mode is Mode.PLAIN and (checked := _CHECK.match(after)):
        mode = Mode.TEST
        kind = kind or ("boolean" if checked["rest"].strip("\"';){} ") in ("true", "false", "1", "0") else "")
    if kind == "number" and mode is Mode.PLAIN and default is None and "parse" not in before[-12:]:
        mode = Mode.FRAGILE if "to_integer" in before else mode
    name = bound[1] if bound else ""
    return replace(read, mode=mode, default=default, bound=name, kind=kind, instead=instead)


def _with_default(read: Read, given: str) -> Read:
    found = re.fullmatch(_STRING, given)
    if found is not None:
        text = found["a"] if found["a"] is not None else found["b"] if found["b"] is not None else found["c"]
        return replace(read, mode=Mode.DEFAULT if text else read.mode, default=text)
    if given in ("null", "nil", "None", "NULL"):
        return replace(read, mode=Mode.TEST)
    plain = (
        re.fullmatch(r"[^\"']*", given)
        and re.match(r"@Value", given) is None
        and re.fullmatch(r"[A-Za-z0-9./:_-]+", given)
    )
    return replace(
        read,
        mode=Mode.DEFAULT,
        default=given if plain and ("." in given or "/" in given) and "(" not in given else None,
    )


def _guarded(read: Read, node: Any) -> Read:
    for child, parent in nodes.parents(node):
        kind, test, body = parent.kind(), None, None
        if kind in _IFS:
            test, body = parent.field("condition"), parent.field("consequence") or parent.field("body")
        elif kind == "call" and re.match(r"(?:if|unless)\b", parent.text()):
            parts = nodes.named(parent)
            test, body = (parts[1], parts[2]) if len(parts) > 2 else (None, None)
        if test is None:
            continue
        if nodes.inside(child, test) or nodes.same(child, test):
            if read.mode is Mode.PLAIN:
                fails = body is not None and _FAILS.search(body.text()) is not None
                read = replace(read, mode=Mode.STRICT if fails else Mode.TEST)
            continue
        held = conditions.truth(test.text())
        if held is not None and parent.text().startswith("unless"):
            held = not held
        rest = parent.field("alternative")
        if (held is False and nodes.inside(child, body)) or (held is True and nodes.inside(child, rest)):
            read = replace(read, guarded=True)
    return read


def verdicts(text: str, reads: Iterable[Read]) -> Iterator[Read]:
    """Yield the reads, their modes settled by tests of the bound names further down in the same text."""
    for read in reads:
        open_mode = read.bound and read.mode in (Mode.PLAIN, Mode.TEST)
        yield _settled(text, read) if open_mode else read


def _settled(text: str, read: Read) -> Read:
    """Settle one read: `if name == "" { panic() }` fails, `if name != "" {` copes, an assignment serves."""
    name = re.escape(read.bound)
    blank = r"(?:\s*(?:[!=]==?)\s*(?:\"\"|''|null|nil|None))?"
    seek = rf"\bif\b[^\n{{]*?(?:!\s*|empty\(\s*)?(?<![\w.\"'])\$?{name}\b(?!\s*[(\[]){blank}[^\n{{]*"
    copes = False
    for test in re.finditer(seek, text):
        if re.search(rf"{name}\s*[!=]==?\s*[\"']\w", test[0]):
            continue
        body = text[test.end() : test.end() + 200].partition("}")[0]
        if _FAILS.search(body):
            return replace(read, mode=Mode.STRICT)
        if given := re.search(rf"\$?{name}\s*=\s*[\"']([^\"'\n]+)[\"']", body):
            return replace(read, mode=Mode.DEFAULT, default=given[1])
        copes = True
    return replace(read, mode=Mode.TEST) if copes else read
