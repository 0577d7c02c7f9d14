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
    rf"[\s)?]*\.(?:unwrap_or|unwrap_or_else|orElse|orElseGet|getOrElse|getOrDefault|map_or|or_else|unwrap_or_default|ok|is_ok|is_some)\b"
    rf"\((?:\s*(?:\|_?\w*\||\(\)\s*->|_\s*=>|\(\)\s*=>)?\s*(?:String::from\()?{_STRING})?"
)
_STRICT = lazy(
    r"[\s)]*(?:\.(?:expect|unwrap|orElseThrow|get)\s*\(|!!|!\s*[.;,)]|\.(?:split|trim|toInt|parse|toLowerCase|equals)\b)"
)
_PASSED_ON = lazy(
    r"\s*(?:\?[,;).\s]|\.(?:context|with_context|map_err|ok_or|ok_or_else|wrap_err|wrap_err_with)\s*\()"
)
"""Rust's ways to end the function where the variable is not set."""
_EMPTY = r"empty|len|strlen|isset|is_null|IsNullOr\w+|is_empty|isEmpty|isBlank"
_CHECK = lazy(r"[\s)]*(?:==|!=|===|!==|is null|is not null)\s*(?P<rest>\S*)")
_FAILS = lazy(
    r"\b(?:throw|panic|Fatal\w*|os\.Exit|exit|raise|abort|die|System\.exit|exitProcess|fmt\.Errorf|errors\.New|bail!)(?:\b|(?<=!))"
    r"|(?<![\w.:>])error\(|\breturn\s+Err\("
)
_READS = lazy(
    r"""(?:getenv|Getenv|get_env|GetEnvironmentVariable|env::var|environment)\s*[\[(]\s*["'](\w+)["']"""
)
_BOUND = lazy(
    r"""[$@:]?["']?(\w+)["']?\s*(?::\s*[A-Z&][\w<>&:' ]*?\s*)?(?::=|=>|=|:)"""
    r"""\s*(?:await\s+|\(|new\s+|\w+(?:\.\w+)*\(\s*)*$"""
)
_NUMBERS = lazy(r"(?:parse\w*|Atoi|to_integer|toInt|intval|Integer\.\w+|ParseInt|ParseBool)\(\s*$")
_SLASHES = lazy(r"/\*.*?\*/|^[ \t]*//[^\n]*|[ \t]//[ \t][^\n]*", re.DOTALL | re.MULTILINE)
_HASHES = lazy(r"^[ \t]*#[^\n]*", re.MULTILINE)
_ABSENT = lazy(
    r"\s*\(?\s*(?:!|not\b|empty\()|[^!]=\s*(?:\"\"|''|nil|null|None|0)|(?i:is_?(?:err|none|null|blank|empty)|isNullOr\w*)\b"
)
"""A condition that holds where the value is not there."""
_ARMS = frozenset(
    "expression_case match_arm stab_clause switch_block_statement_group switch_rule when_entry "
    "case_statement match_conditional_expression switch_section switch_expression_arm".split()
)
"""One way of several, taken where another value says so."""
_OTHERWISE = lazy(r"\s*(?:_|default\b|else\b|case\s+_|nil|None|Err|:error|true)")
_MATCHED = lazy(
    r"(?:^|\n|,|\{)\s*(?:Err\b[^=\n]*|None|nil|_\w*|:error|default|case null)\s*(?:=>|->|:)"
    r"\s*(?P<body>[^\n]*(?:\n[^\n]*){0,2})"
)
_IFS = ("if_statement", "if_expression", "elseif_clause", "conditional_expression", "ternary_expression")


def around(path: str, text: str, node: Any, match: re.Match[str], mode: Mode) -> Read:
    """Return the read at a call node: its own second argument, then what the text after it says."""
    end = match.end() - len(node.text())
    at = node.range().end.index + end
    start = node.range().start.index
    given = match.groupdict().get("default")
    read = Read(name=match["name"] or "", path=path, line=nodes.line(node), mode=mode)
    raw = match.groupdict().get("raw")
    if raw is not None:
        read = replace(read, mode=Mode.DEFAULT if raw else Mode.TEST, default=raw)
    elif given is not None and given.strip():
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
        if re.match(r"[\s)?]*\.(?:ok|is_ok|is_some|unwrap_or_default)\b", after):
            mode, default = Mode.TEST, None
    elif mode is Mode.PLAIN and default is None and read.path.endswith(".rs") and _PASSED_ON.match(after):
        mode = Mode.STRICT
    elif mode is Mode.PLAIN and default is None and (failing := _STRICT.match(after)):
        mode = Mode.STRICT if re.search(r"expect|unwrap|orElseThrow", failing[0]) else Mode.FRAGILE
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
    """Complete a read by what stands around it: the test it is part of, conditions that lead to it."""
    for child, parent in nodes.parents(node):
        kind, test, body = parent.kind(), None, None
        if kind in _IFS:
            test, body = parent.field("condition"), parent.field("consequence") or parent.field("body")
        elif kind == "call" and re.match(r"(?:if|unless)\b", parent.text()):
            parts = nodes.named(parent)
            test, body = (parts[1], parts[2]) if len(parts) > 2 else (None, None)
        elif _is_matched(child, parent):
            read = _matched(read, parent.text())
            continue
        elif kind in _ARMS:
            read = replace(read, guarded=read.guarded or _is_way(parent))
            continue
        if test is None:
            continue
        rest = parent.field("alternative")
        if nodes.inside(child, test) or nodes.same(child, test):
            read = _tested(read, parent, test.text(), body, rest)
            continue
        held = conditions.truth(test.text())
        if held is not None and parent.text().startswith("unless"):
            held = not held
        if (held is False and nodes.inside(child, body)) or (held is True and nodes.inside(child, rest)):
            read = replace(read, guarded=True)
    return read


def _tested(read: Read, parent: Any, test: str, body: Any, rest: Any) -> Read:
    """Settle a read that is part of a condition: does the way without the value fail?"""
    if read.mode not in (Mode.PLAIN, Mode.TEST) or read.default:
        return read
    absent = _ABSENT.search(test) is not None or parent.text().startswith("unless")
    way = body if absent else rest
    fails = way is not None and _FAILS.search(way.text()) is not None
    return replace(read, mode=Mode.STRICT if fails else Mode.TEST)


def _is_matched(child: Any, parent: Any) -> bool:
    """Tell whether a node is what a match, switch or case looks at."""
    if parent.kind() == "match_expression":
        return nodes.same(child, parent.field("value"))
    case = bool(parent.kind() == "call") and re.match(r"case\b", parent.text()) is not None
    return case and bool(child.kind() == "arguments")


def _matched(read: Read, text: str) -> Read:
    if read.mode is not Mode.PLAIN:
        return read
    found = _MATCHED.search(text)
    if found is not None and _FAILS.search(found["body"] + ("return Err(" if "=> Err(" in found[0] else "")):
        return replace(read, mode=Mode.STRICT)
    given = re.match(rf"(?:String::from\()?{_STRING}", found["body"]) if found else None
    literal = (given["a"] or given["b"] or given["c"]) if given else None
    return replace(read, mode=Mode.DEFAULT if literal else Mode.TEST, default=literal or read.default)


def _is_way(arm: Any) -> bool:
    """Tell whether an arm is one way of several that production need not take."""
    text = arm.text()
    if _OTHERWISE.match(text) or re.match(r"(?i)[^\n]{0,40}\bprod", text):
        return False
    if arm.kind() != "stab_clause":
        return True
    block = arm.parent()
    call = block.parent() if block is not None else None
    return call is not None and re.match(r"(?:case|cond)\b", call.text()) is not None


def verdicts(text: str, reads: Iterable[Read]) -> Iterator[Read]:
    """Yield the reads, their modes settled by tests of the bound names further down in the same text."""
    code = ""
    for read in reads:
        if not read.bound or read.mode not in (Mode.PLAIN, Mode.TEST):
            yield read
            continue
        code = code or (_HASHES if read.path.endswith((".ex", ".exs")) else _SLASHES).sub("", text)
        yield _settled(code, read)


def _settled(text: str, read: Read) -> Read:
    """Settle one read: `if name == "" { panic() }` fails, `if name != "" {` copes, an assignment serves."""
    name = re.escape(read.bound)
    blank = r"(?:\s*(?:[!=]==?)\s*(?:\"\"|''|null|nil|None))?"
    asked = rf"(?:(?:{_EMPTY})\(\s*\$?{name}|(?<![\w.\"'])(?<!\w\()(?<!\w\(\$)\$?{name}\b(?!\s*[(\[]))"
    seek = rf"\bif\b[^\n{{]*?{asked}{blank}[^\n{{]*"
    copes = False
    for test in re.finditer(seek, text):
        if re.search(rf"{name}\s*[!=]==?\s*[\"']\w", test[0]):
            continue
        body, _, rest = text[test.end() : test.end() + 300].partition("}")
        present = re.search(rf"{name}\s*!==?\s*(?:\"\"|''|nil|null)|let\s+(?:Ok|Some)\b", test[0])
        way = (rest.partition("}")[0] if re.match(r"\s*else\s*\{", rest) else "") if present else body
        if _FAILS.search(way):
            return replace(read, mode=Mode.STRICT)
        if given := re.search(rf"\$?{name}\s*=\s*[\"']([^\"'\n]+)[\"']", body):
            return replace(read, mode=Mode.DEFAULT, default=given[1])
        copes = True
    return replace(read, mode=Mode.TEST) if copes else read
