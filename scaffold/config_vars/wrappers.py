"""Functions of the app's own that pass a parameter on as the name of a variable: `getEnv(key, fallback)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scaffold.config_vars.language_forms import END, NAMED, SECOND, Language
from scaffold.config_vars.reads import Mode
from scaffold.patterns import lazy
from scaffold.record import record

_FAILS = lazy(
    r"\b(?:panic|Fatal\w*|throw|raise|expect|unwrap|exit|Exit|die|abort|fetch_env!|orElseThrow|requireNonNull|checkNotNull|error)\b!?"
)
_INSISTS = lazy(
    r"(?i)(?:^|_)(?:required?|must|need|mandatory|ensure)(?=_|[A-Z]|$)|^(?:require|must|need|ensure)[A-Z]|!$|_or_(?:panic|fail|throw|exit)$"
)
_COPES = lazy(r"Option\b|Optional\b|Vec\b|List\b|bool\b|Boolean\b|\?\s*[{=]?\s*$")
_SECOND = lazy(
    r",\s*(?:final\s+|mut\s+)?(?:(?:\??[A-Z]\w*(?:<[^>]*>)?|\??string|\??mixed|\??bool|\??int)\s+)?(?P<name>\$?\w+)"
)
_FALLBACK_NAME = lazy(r"(?i)\$?(?:_?def(?:ault)?\w*|fall_?back\w*|otherwise|alt\w*|dflt|other\w*|or_?else)$")
_LONGEST = 900
_ROUNDS = 3
_COMMON = frozenset(("get", "env", "main", "if", "new", "init", "load", "parse", "read", "config", "value"))
"""Names that too many other functions bear: a call of one proves nothing."""


@record
class Wrapper:
    """A function that reads the variable its first parameter names; `mode` is what it does without one."""

    name: str
    fallback: bool
    mode: Mode

    def form(self) -> tuple[re.Pattern[str], Mode]:
        """Return the pattern of a call of it, and the mode of a read by it."""
        rest = SECOND if self.fallback else END if self.name in _COMMON else r"\s*(?:,.*)?\)$"
        head = r"(?:[\w$.]+(?:\.|->|::))?" + re.escape(self.name) + r"(?:::?<[^()]*>)?"
        return re.compile(rf"{head}\(\s*{NAMED}{rest}", re.DOTALL), self.mode


def find(spec: Language, texts: Mapping[str, str]) -> dict[str, Wrapper]:
    """Return the wrappers in these texts by name, also those that call another wrapper."""
    found: dict[str, Wrapper] = {}
    if not spec.function:
        return found
    functions = [function for text in texts.values() for function in _functions(spec, text)]
    for _ in range(_ROUNDS):
        known = len(found)
        inner = "|".join(re.escape(name) for name in sorted(found))
        for match, body in functions:
            name, key = match["function"], re.escape(match["key"])
            if name in found or name in ("get", "env", "main", "if"):
                continue
            asks = spec.asks.replace("KEY", rf"&?{key}\b")
            called = rf"(?<![\w.])(?:{inner})(?:::?<[^()]*>)?\(\s*&?{key}\s*[,)]" if inner else r"(?!)"
            if re.search(asks, body) or re.search(called, body):
                found[name] = _wrapper(name, match["rest"], body, match.groupdict().get("result") or "")
        if len(found) == known:
            break
    return found


def _functions(spec: Language, text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in re.finditer(spec.function, text):
        body = text[match.end() : match.end() + _LONGEST]
        end = re.search(
            r"\n\}|\n(?:    |\t|  )\}\n|\n\s*(?:end|\})\n\s*\n|\n\s*(?:defp?|func?|fun|fn)\s", body
        )
        yield match, body[: end.start()] if end else body


def _wrapper(name: str, rest: str, body: str, result: str) -> Wrapper:
    second = _SECOND.match(rest if rest.startswith(",") else "," + rest) if rest.strip(" ,") else None
    fallback = second is not None and _is_fallback(second["name"], body)
    if _INSISTS.search(name) or (_FAILS.search(body) and not _COPES.search(result)):
        return Wrapper(name=name, fallback=fallback, mode=Mode.STRICT)
    return Wrapper(name=name, fallback=fallback, mode=Mode.TEST if _COPES.search(result) else Mode.PLAIN)


def _is_fallback(name: str, body: str) -> bool:
    """Tell whether a second parameter is what the function returns when the variable is not set."""
    if _FALLBACK_NAME.match(name):
        return True
    word = re.escape(name)
    return (
        re.search(
            rf"(?:\breturn|\|\||\?\?|\?:|unwrap_or\w*\(|or_else\(\|_?\|?|else\s*\{{?|:)\s*{word}(?!\w)", body
        )
        is not None
    )
