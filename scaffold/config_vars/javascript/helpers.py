"""The app's own functions that read the variable they are given: `need("X")`, `env("X", "default")`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scaffold.config_vars.javascript.asks import Asks
from scaffold.config_vars.javascript.env import enclosing, function_name, parameters
from scaffold.config_vars.javascript.values import fields, loop_over
from scaffold.config_vars.reads import Mode
from scaffold.patterns import lazy
from scaffold.record import record, replace

_GENERIC = frozenset("get has set read load value config handler apply default constructor main".split())
"""Names that many functions have: taken only in the script that declares one."""
_INSISTS = lazy(r"(?i).*(?:required|strict|mandatory|must|throw)")
_ALLOWS = lazy(r"(?i).*(?:optional|allow|nullable)")
_DEFAULTS = ("default", "defaultValue", "fallback", "def", "value")


@record
class Helper:
    """A function that reads a variable: which arguments name it, stand in for it, or say that it must be set.

    `flag_means` is the value of the flag with which a missing variable is a failure; `flag_given` its
    default. `many`: it is given a list of names. `fallback_given`: its fallback where none is given.
    """

    name: str
    path: str
    key: int
    fallback: int = -1
    fallback_given: Any = None
    flag: int = -1
    flag_means: bool = True
    flag_given: bool = False
    strict: bool = False
    kind: str = ""
    many: bool = False

    def is_generic(self) -> bool:
        """Tell whether the name alone does not tell this function."""
        return self.name in _GENERIC


def helper(path: str, node: Any, parameter: str, asks: Asks, *, strict: bool) -> Helper | None:
    """Return the helper around a read whose name is a parameter; `strict`: the read itself fails."""
    listed = loop_over(node, parameter)
    if listed is not None:
        parameter = listed.text()
    for function in enclosing(node):
        given = parameters(function)
        names = [re.split(r"\W+", item.text().lstrip("{[ ."))[0] for item in given]
        if parameter not in names:
            continue
        name = function_name(function)
        if not name or name == "constructor":
            return None
        found = Helper(
            name=name,
            path=path,
            key=names.index(parameter),
            strict=strict or asks.fails(function.field("body") or function),
            many=listed is not None,
            kind=_kind(name, function.text()),
        )
        return _with_rest(found, given, names, function.text())
    return None


def _with_rest(found: Helper, given: list[Any], names: list[str], body: str) -> Helper:
    """Add what the parameters after the name are for."""
    for at in range(found.key + 1, len(given)):
        preset = given[at].field("value") or given[at].field("right")
        means = True if _INSISTS.match(names[at]) else False if _ALLOWS.match(names[at]) else None
        if means is not None:
            said = preset is not None and preset.text() == "true"
            found = replace(found, flag=at, flag_means=means, flag_given=said)
        elif found.fallback < 0 and _is_fallback(names[at], body):
            found = replace(found, fallback=at, fallback_given=preset)
    return found


def _is_fallback(name: str, body: str) -> bool:
    """Tell whether a parameter stands in for the variable, by its name or by its use."""
    if re.match(r"(?i)def|fallback|alt|opt|value|config", name):
        return True
    seek = rf"(?:\?\?|\|\||\breturn|\?|:)\s*{re.escape(name)}\s*[;,):}}\n]"
    return re.search(seek, body[body.find(")") :]) is not None


def _kind(name: str, text: str) -> str:
    lowered = name.lower()
    if "bool" in lowered or "flag" in lowered:
        return "boolean"
    if re.search(r"num|int|port|float", lowered) or re.search(r"\b(?:parseInt|Number|parseFloat)\(", text):
        return "number"
    return "list" if re.search(r"list|array", lowered) else ""


def outcome(found: Helper, arguments: list[Any], places: Any) -> tuple[Mode, str | None]:
    """Return the mode and the default that one call of a helper gives."""
    given = arguments[found.fallback] if 0 <= found.fallback < len(arguments) else None
    strict, optional = found.strict, False
    if found.flag >= 0:
        said = arguments[found.flag].text() == "true" if found.flag < len(arguments) else found.flag_given
        optional = said != found.flag_means
        strict = strict and not optional
    if given is not None and given.kind() == "object":
        options = fields(given)
        given = next((options[word] for word in _DEFAULTS if word in options), None)
        for word, value in options.items():
            if _INSISTS.match(word) or _ALLOWS.match(word):
                strict = (value.text() == "true") == bool(_INSISTS.match(word))
    elif given is not None and given.kind() in ("true", "false") and not found.kind and strict:
        return (Mode.STRICT if given.kind() == "true" else Mode.TEST), None
    elif given is None and found.fallback_given is not None and found.fallback_given.kind() != "object":
        given = found.fallback_given
    missing = Mode.STRICT if strict else Mode.TEST if optional else Mode.PLAIN
    mode, default = places.fallback(given, missing)
    if given is not None and mode is Mode.STRICT and default == "":
        mode = Mode.PLAIN
    return (mode, default) if given is not None else (missing, None)


_RENAMES = lazy(
    r"\b(?P<word>import|export)\b[^;'\"{}()=]*\{(?P<parts>[^{}]*\bas\b[^{}]*)\}|\{(?P<taken>[^{}]*:[^{}]*)\}\s*=\s*(?:await\s+)?(?:require|import)\("
)
_RENAME = lazy(r"(\w+)\s*(?:\bas\b|:)\s*(\w+)")


def renamed(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield what a script imports or exports under another name: that name, the first one, is it exported."""
    if " as " not in text and "require" not in text and "import(" not in text:
        return
    for found in _RENAMES.finditer(text):
        for first, name in _RENAME.findall(found["parts"] or found["taken"]):
            yield name, first, found["word"] == "export"


def passed_on(texts: Iterable[tuple[str, str]], helpers: Mapping[str, list[Helper]]) -> Iterator[Helper]:
    """Yield the helpers that some script exports under another name, as helpers of that name."""
    marks = [name for name, found in helpers.items() if not all(item.is_generic() for item in found)]
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(marks))) or '(?!)'})\s+as\b")
    for path, text in texts:
        if "export" not in text or " as " not in text or not word.search(text):
            continue
        for name, first, exported in renamed(text):
            if exported and name != "default":
                yield from (replace(found, name=name, path=path) for found in helpers.get(first, ()))


def seek(helpers: Iterable[Helper]) -> re.Pattern[str]:
    """Return the pattern of a call of one of the helpers with a name written out, or of renaming one."""
    names = "|".join(sorted({re.escape(found.name) for found in helpers if not found.is_generic()})) or "(?!)"
    call = r"(?:<\w+>)?\(\s*(?:[\w.]+\s*,\s*)?['\"`][A-Z]"
    return re.compile(rf"\b(?:{names})\s*(?:{call}|\bas\s|:\s*\w+\s*[,}}])")
