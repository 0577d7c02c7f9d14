"""Where the Platform API is and with which token it is asked: as the Heroku CLI decides both."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from scaffold import policy
from scaffold.errors import HerokuError
from scaffold.live.masked import Masked
from scaffold.patterns import lazy
from scaffold.run import run

_TOKEN = lazy(r"[A-Za-z0-9._~+/=:-]{3,}")
_PATIENCE = 60.0
"""Seconds that the CLI may take to say the token."""
_REMEDY = "Run `heroku login`, or set HEROKU_API_KEY to a token of `heroku authorizations:create`."


def api_url(environment: Mapping[str, str]) -> str:
    """Return the URL of the Platform API, without a final slash.

    HEROKU_HOST changes it, as it does for the CLI: a host of Heroku's own, or a URL of this machine.
    Raises HerokuError for any other: the token would go there.
    """
    host = environment.get("HEROKU_HOST", "").strip().rstrip("/")
    if not host:
        return f"https://api.{policy.api_hosts()[0]}"
    url = host if "://" in host else f"https://api.{host}"
    scheme, name = _scheme_and_host(url)
    known = any(name == domain or name.endswith(f".{domain}") for domain in policy.api_hosts())
    if (known and scheme == "https") or (_is_loopback(name) and scheme in ("http", "https")):
        return url
    raise HerokuError(
        "heroku/host",
        f"HEROKU_HOST names {name!r}, which is no host of Heroku" if name else "HEROKU_HOST is no URL",
        why="Your token and the values of the config vars would be sent there.",
        remedy="Unset HEROKU_HOST.",
    )


def _scheme_and_host(url: str) -> tuple[str, str]:
    """Return both, or two empty texts where it is no URL that can be asked."""
    try:
        parts = urlsplit(url)
        asked = parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        return "", ""
    return (parts.scheme, parts.hostname or "") if asked else ("", "")


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def token(environment: Mapping[str, str]) -> Masked:
    """Return the token: HEROKU_API_KEY, else what `heroku auth:token` prints. Raises HerokuError."""
    given = environment.get("HEROKU_API_KEY", "").strip()
    if given and not _is_token(given):
        raise HerokuError(
            "heroku/token",
            "HEROKU_API_KEY holds no token",
            why="A token is one word of letters, digits and dashes.",
            remedy=_REMEDY,
        )
    if given:
        return Masked(given)
    ended = run(["heroku", "auth:token"], timeout=_PATIENCE)
    lines = (line.strip() for line in ended.stdout.decode("utf-8", "replace").splitlines())
    said = [line for line in lines if _is_token(line)]
    if ended.code == 0 and said:
        return Masked(said[-1])
    reason = {
        127: "The heroku CLI is not installed, and HEROKU_API_KEY is not set.",
        124: f"`heroku auth:token` did not answer within {_PATIENCE:.0f} seconds.",
    }.get(ended.code, "`heroku auth:token` prints no token, and HEROKU_API_KEY is not set.")
    raise HerokuError("heroku/no-login", "there is no login to Heroku", why=reason, remedy=_REMEDY)


def _is_token(text: str) -> bool:
    """Tell whether a text can stand in a header: what else the CLI prints has spaces or colors."""
    return _TOKEN.fullmatch(text) is not None
