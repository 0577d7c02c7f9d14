"""Would a condition hold in production with nothing set? Read from its text, for all but Python."""

from __future__ import annotations

import re

from scaffold.patterns import lazy

_PROD_WORDS = r"(?:prod|production|live)"
_MODE = lazy(
    r".*(?:env|environment|mode|stage|NODE_ENV|APP_ENV|RACK_ENV|RAILS_ENV)\w*(?:\(\))?(?:['\"]?[\])])?(?:\.\w+\(\))?\s*"
    r"(===?|!==?|=~)\s*[:'\"`](\w+)['\"`]?",
    re.IGNORECASE | re.DOTALL,
)
_READ = lazy(
    r"!?!?\(?(?:process\.env|import\.meta\.env|ENV|env|os\.Getenv|getenv|System\.getenv|System\.get_env)"
    r"(?:\.fetch|\.key\?|\.has_key\?|\.include\?|\.get)?(?:\.|\[|\(|\s)\s*['\"]?(\w+)['\"]?\s*(?:,\s*[^)\]]*)?[\])]?\)?"
    r"(?:\.(?:present\?|to_s|strip|nil\?|blank\?|empty\?|any\?))?(?:\s*(?:===?|!==?)\s*(['\"]?[\w.-]*['\"]?))?"
)
_DEV = lazy(
    r"(?i).*\b(?:is_?)?(?:dev|development|debug|test|testing|local|dev_?mode|ci)(?:_?(?:mode|env|elopment))?\??$"
)
_PROD = lazy(r"(?i).*\b(?:is_?)?(?:prod|production|heroku|dyno)(?:_?(?:mode|env))?\??$")
_DEV_NAME = lazy(r"(?i)(?:.*_)?(?:DEBUG|DEV|DEVELOPMENT|LOCAL|TEST|TESTING|CI)(?:_.*)?")
_PROD_NAME = lazy(r"(?i)(?:.*_)?(?:PROD|PRODUCTION|HEROKU|DYNO)")


def truth(text: str, depth: int = 0) -> bool | None:
    """Return the truth of a condition's text in production when no variable of the app's own is set."""
    text = _bare(text.strip())
    if depth > 6 or not text or len(text) > 500:
        return None
    for word, deciding in (("||", True), (" or ", True), ("&&", False), (" and ", False)):
        parts = _split(text, word)
        if len(parts) > 1:
            truths = [truth(part, depth + 1) for part in parts]
            if deciding in truths:
                return deciding
            return None if None in truths else not deciding
    if text.startswith("!") and not text.startswith("!!"):
        inner = truth(text[1:], depth + 1)
        return None if inner is None else not inner
    if text.startswith("not "):
        inner = truth(text[4:], depth + 1)
        return None if inner is None else not inner
    return _simple(text)


def _simple(text: str) -> bool | None:
    if re.fullmatch(r"(?:process\.env\.)?(?:NODE_ENV|nodeEnv)", text):
        return True
    if found := _MODE.fullmatch(text):
        held = re.fullmatch(_PROD_WORDS, found[2], re.IGNORECASE) is not None
        return held == (found[1][0] != "!")
    if "Rails.env." in text or "Hanami.env?" in text or "config_env()" in text:
        return "production" in text or ":prod" in text
    if found := re.fullmatch(r"defined\?\s*\(?\s*(?:::)?([A-Z]\w*).*", text):
        return found[1] == "Rails"
    if found := _READ.fullmatch(text):
        name = found[1]
        negative = bool(re.search(r"\.(?:nil|blank|empty)\?$|!==?", text))
        if found[2] in ("undefined", "null", "nil", "''", '""') and found[2]:
            return not negative
        held = bool(_PROD_NAME.fullmatch(name)) and not _DEV_NAME.fullmatch(name)
        return held != negative
    if _DEV.fullmatch(text):
        return False
    return True if _PROD.fullmatch(text) else None


def _bare(text: str) -> str:
    """Strip brackets that enclose the whole text."""
    while text.startswith("(") and text.endswith(")") and _closes(text):
        text = text[1:-1].strip()
    return text


def _closes(text: str) -> bool:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return False
    return depth == 0


def _split(text: str, word: str) -> list[str]:
    """Split at a word that stands outside brackets and quotes."""
    parts, depth, quote, start, at = [], 0, "", 0, 0
    while at < len(text):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(word, at):
            parts.append(text[start:at])
            at += len(word)
            start = at
            continue
        at += 1
    return [*parts, text[start:]]
