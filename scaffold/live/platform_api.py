"""The few requests of the Platform API that config vars need; the token and the values travel in memory."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from scaffold import __version__
from scaffold.errors import HerokuError
from scaffold.live.masked import Masked
from scaffold.live.refusal import refusal
from scaffold.record import record

_ACCEPT = "application/vnd.heroku+json; version=3"
_PATIENCE = 60.0
"""Seconds to wait for a silent server, as the CLI does."""
_PAUSES = (2.0, 4.0, 8.0)
"""Seconds between attempts where Heroku takes no more requests and does not say how long to wait."""
_LONGEST_PAUSE = 30.0
_MOST_BYTES = 4_000_000


@record
class Answer:
    """What the API said: HTTP status, headers in lower case, and the JSON document (None: no JSON)."""

    status: int
    headers: Mapping[str, str]
    value: Any

    def __repr__(self) -> str:
        """Show the status only: the document may hold values."""
        return f"Answer(status={self.status})"


class Lost(Exception):
    """The connection broke before the whole answer was read: the request may have been carried out."""


class PlatformApi:
    """The API at a URL, asked with a token. Every method raises HerokuError where Heroku refuses."""

    def __init__(self, url: str, token: Masked) -> None:
        self._url = url
        self._token = token
        self._host = urlsplit(url).hostname or ""
        direct = [urllib.request.ProxyHandler({})] if url.startswith("http://") else []
        self._opener = urllib.request.build_opener(_NoRedirect(), *direct)

    def config_vars(self, app: str) -> dict[str, Masked]:
        """Return the config vars of an app. Empty values are kept."""
        try:
            value = self._asked("GET", app, "/config-vars").value
        except Lost as cut:
            raise self._unreachable(str(cut)) from None
        if not isinstance(value, dict):
            raise self._strange("config vars")
        return {str(name): Masked(text) for name, text in value.items() if isinstance(text, str)}

    def set_config_vars(self, app: str, values: Mapping[str, str]) -> None:
        """Set all values in one request, which makes one release.

        A connection that breaks in mid-answer leaves open whether they are set: they are read back then.
        """
        body = json.dumps(dict(values)).encode()
        try:
            said = self._asked("PATCH", app, "/config-vars", body, hide=tuple(values.values())).value
            now = said if isinstance(said, dict) else self._read_back(app, "its answer is no JSON")
        except Lost as cut:
            now = self._read_back(app, str(cut))
        missing = sorted(name for name, value in values.items() if now.get(name) != value)
        if missing:
            raise HerokuError(
                "heroku/not-set",
                f"Heroku did not set {', '.join(missing)} on {app}",
                why="Its answer does not show the new values.",
                remedy=f"Look at them: heroku config -a {app}",
            )

    def provided(self, app: str) -> frozenset[str]:
        """Return the names that add-ons set on an app, by the add-ons themselves and their attachments."""
        names: set[str] = set()
        try:
            for addon in self._list(app, "/addons"):
                names.update(str(name) for name in addon.get("config_vars") or ())
            for attachment in self._list(app, "/addon-attachments"):
                names.add(f"{attachment.get('name', '')}_URL")
        except Lost as cut:
            raise self._unreachable(str(cut)) from None
        return frozenset(names - {"_URL"})

    def _list(self, app: str, path: str) -> list[dict[str, Any]]:
        value = self._asked("GET", app, path).value
        if not isinstance(value, list):
            raise self._strange("add-ons")
        return [item for item in value if isinstance(item, dict)]

    def _read_back(self, app: str, reason: str) -> Mapping[str, str]:
        try:
            return self.config_vars(app)
        except HerokuError:
            raise HerokuError(
                "heroku/unknown",
                f"Heroku did not confirm that the config vars of {app} are set: {reason}",
                why="They are all set or none is: it cannot be told from here.",
                remedy=f"Once Heroku answers again: scaffold config diff --app {app}",
            ) from None

    def _asked(
        self, method: str, app: str, path: str, body: bytes | None = None, *, hide: tuple[str, ...] = ()
    ) -> Answer:
        """Ask, and ask again where Heroku says that it did nothing yet (too many requests)."""
        target = f"/apps/{quote(app, safe='')}{path}"
        answer = self._answer(method, target, body)
        for pause in _PAUSES:
            wait = _asked_pause(answer.headers, pause)
            if answer.status != http.client.TOO_MANY_REQUESTS or wait > _LONGEST_PAUSE:
                break
            time.sleep(wait)
            answer = self._answer(method, target, body)
        if answer.status < http.client.MULTIPLE_CHOICES:
            return answer
        if answer.status < http.client.BAD_REQUEST:
            raise self._strange("the Platform API: it leads to another address")
        raise refusal(answer.status, answer.value, app, hide)

    def _answer(self, method: str, path: str, body: bytes | None) -> Answer:
        request = urllib.request.Request(  # noqa: S310  (the scheme was checked with the host)
            self._url + path,
            data=body,
            method=method,
            headers={
                "Accept": _ACCEPT,
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._token}",
                "User-Agent": f"scaffold/{__version__}",
            },
        )
        try:
            with self._opener.open(request, timeout=_PATIENCE) as reply:
                return _read(reply)
        except urllib.error.HTTPError as refused:
            with refused:
                return _read(refused)
        except urllib.error.URLError as error:
            raise self._unreachable(_reason(error.reason)) from None
        except (http.client.HTTPException, OSError) as error:
            raise Lost(_reason(error)) from None

    def _unreachable(self, reason: str) -> HerokuError:
        return HerokuError(
            "heroku/unreachable",
            f"Heroku cannot be reached at {self._host}: {reason}",
            why="Nothing was changed.",
            remedy="Look at your connection and at status.heroku.com, and run the command again.",
        )

    def _strange(self, what: str) -> HerokuError:
        return HerokuError(
            "heroku/strange",
            f"{self._host} answers with something else than {what}",
            why="A proxy or a login page may stand in between.",
            remedy="Look at HTTPS_PROXY and at your connection.",
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow nobody elsewhere: the token would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse; the answer counts as it is."""


def _read(reply: Any) -> Answer:
    raw = reply.read(_MOST_BYTES + 1)
    length = reply.headers.get("Content-Length")
    if length is not None and length.isdigit() and len(raw) < int(length):
        raise http.client.IncompleteRead(raw, int(length) - len(raw))
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    return Answer(
        status=reply.status,
        headers={name.lower(): text for name, text in reply.headers.items()},
        value=value,
    )


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_PATIENCE:.0f} seconds"
    if isinstance(error, ssl.SSLError):
        return f"its certificate is not accepted ({error.reason or 'TLS'})"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was cut in mid-answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError) and str(error).startswith("Tunnel connection failed"):
        return "the proxy that HTTPS_PROXY names does not let it through"
    return "the connection was cut"


def _asked_pause(headers: Mapping[str, str], otherwise: float) -> float:
    """Return how many seconds to wait before the next attempt."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return otherwise
