"""An answer by which Heroku refuses -> the error that a person reads, without any value that was sent."""

from __future__ import annotations

import http.client
import string
from collections.abc import Collection
from typing import Any

from scaffold.errors import HerokuError
from scaffold.live.masked import SHOWN

_LONGEST = 300
_SHORTEST_PART, _SHORTEST_PIECE = 3, 6
"""A whole word of a value is hidden from 3 characters on, a piece of one from 6 on: less tells nothing."""


def refusal(status: int, document: Any, app: str, hide: Collection[str]) -> HerokuError:
    """Make the error for a status; `hide` are the values that were sent, which Heroku may repeat."""
    told = document.get("message") if isinstance(document, dict) else None
    said = without(told, hide)[:_LONGEST] if isinstance(told, str) else ""
    if status == http.client.UNAUTHORIZED:
        return HerokuError(
            "heroku/unauthorised",
            "Heroku does not accept the login",
            why=said,
            remedy="Run `heroku login`, or renew the token in HEROKU_API_KEY.",
        )
    if status == http.client.NOT_FOUND:
        return HerokuError(
            "heroku/no-app",
            f"there is no app {app} on Heroku that this login may see",
            why=said,
            remedy="`heroku apps` lists yours, `bin/deploy staging --create` makes one.",
        )
    if status == http.client.FORBIDDEN:
        return HerokuError(
            "heroku/forbidden",
            f"this login may not do that on {app}",
            why=said,
            remedy=f"The owner of the app gives access: heroku access:add EMAIL -a {app}",
        )
    if status == http.client.TOO_MANY_REQUESTS:
        return HerokuError(
            "heroku/rate-limit",
            "Heroku takes no more requests of this login for now",
            why="An account may ask 4500 times an hour. Nothing was changed.",
            remedy="Wait a few minutes and run the command again.",
        )
    return HerokuError(
        "heroku/refused",
        f"Heroku refuses: {said or f'status {status}'}",
        why="Nothing was changed.",
        remedy="Look at status.heroku.com, and run the command again." if status >= 500 else "",
    )


def without(text: str, values: Collection[str]) -> str:
    """Return the text with stars for each word that tells of a value: whole, escaped, or cut short."""
    parts = {part for value in values for part in value.split() if len(part) >= _SHORTEST_PART}
    return " ".join(SHOWN if _tells(word, parts) else word for word in text.split())


def _tells(word: str, parts: Collection[str]) -> bool:
    core = word.strip(string.punctuation)
    return any(part in word or (len(core) >= _SHORTEST_PIECE and core in part) for part in parts)
