"""One-off dynos, the dynos of the formation, and the logs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator

from tests.deploy import rendezvous
from tests.deploy.platform import NOT_FOUND, STARTED, App, Dyno, Json, Platform, Stream

EXIT_LINE = ' ; echo "\uffff heroku-command-exit-status: $?"'
"""What `heroku run --exit-code` adds to a command."""


def exit_of(platform: Platform, command: str) -> int:
    """Return what a one-off command exits with."""
    for words, status in platform.exits.items():
        if words in command:
            return status
    return 1 if "migration" in platform.fails else 0


def start(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    """Start a one-off dyno: attached, detached, or (the stand-in) one that is over when this answers."""
    command = body["command"].removesuffix(EXIT_LINE)
    attached = bool(body.get("attach"))
    dyno = Dyno(f"run.{1000 + len(app.dynos)}", command, attached)
    app.dynos.append(dyno)
    app.commands.append(command)
    if "attach" not in body:
        platform.hold.wait(30)
        dyno.status = exit_of(platform, command)
    told = describe_one_off(app, dyno) | {"exit": dyno.status}
    if attached:
        told["attach_url"] = rendezvous.offer(platform, app, dyno, wants_status=body["command"] != command)
    elif "attach" in body:
        threading.Thread(target=_run_alone, args=(platform, app, dyno), daemon=True).start()
    return 201, told


def _run_alone(platform: Platform, app: App, dyno: Dyno) -> None:
    app.log.append(f"heroku[{dyno.name}]: Starting process with command `{dyno.command}`")
    platform.hold.wait(30)
    dyno.status = exit_of(platform, dyno.command)
    app.log.append(f"heroku[{dyno.name}]: Process exited with status {dyno.status}")
    app.log.append(f"heroku[{dyno.name}]: State changed from up to complete")


def describe_one_off(app: App, dyno: Dyno) -> dict[str, Json]:
    """Return what the API tells of a one-off dyno."""
    return {
        "id": f"{app.name}-{dyno.name}",
        "name": dyno.name,
        "type": "run",
        "state": "up",
        "size": "Basic",
        "command": dyno.command,
        "created_at": STARTED,
        "updated_at": STARTED,
        "attach_url": None,
        "release": {"version": app.releases[-1]["version"]},
        "app": {"id": app.id, "name": app.name},
    }


def listed(app: App) -> Json:
    """Return the dynos that run."""
    state = "crashed" if app.crashed else "up"
    formed = [
        {
            "id": f"{kind}-{number}",
            "name": f"{kind}.{number}",
            "type": kind,
            "state": state,
            "size": size,
            "command": kind,
            "created_at": STARTED,
            "updated_at": STARTED,
            "release": {"version": app.releases[-1]["version"]},
        }
        for kind, (many, size) in app.formation.items()
        for number in range(1, many + 1)
        if kind != "release"
    ]
    return formed + [describe_one_off(app, dyno) for dyno in app.dynos if dyno.status is None]


def _one(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    known = [dyno for dyno in listed(app) if dyno["name"] == found["name"]]
    return (200, known[0]) if known else (404, NOT_FOUND)


def _stop(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    for dyno in app.dynos:
        if dyno.name == found["name"] and dyno.status is None:
            dyno.status = 143
    return 202, {}


def _restart(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    app.restarts += 1
    return 202, {}


def _log_session(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    asked = f"lines={body.get('lines') or 100}&dyno={body.get('dyno') or ''}&tail={body.get('tail') or False}"
    return 201, {
        "id": "session",
        "logplex_url": f"{platform.url}/_logs/{app.name}?{asked}",
        "created_at": STARTED,
    }


def logs(platform: Platform, path: str) -> Stream:
    """Return the log as server-sent events."""
    name, _, query = path.removeprefix("/_logs/").partition("?")
    asked = dict(pair.split("=", 1) for pair in query.split("&"))
    app = platform.apps[name]

    def events() -> Iterator[bytes]:
        sent = max(0, len(app.log) - int(asked["lines"]))
        while True:
            for line in app.log[sent:]:
                if not asked["dyno"] or f"[{asked['dyno']}" in line:
                    yield f"id: 1\ndata: {STARTED} {line}\n\n".encode()
            sent = len(app.log)
            if asked["tail"] != "True":
                return
            yield b": still there\n\n"
            time.sleep(0.2)

    return Stream("text/event-stream", events())


A = r"/apps/(?P<app>[^/]+)"
ROUTES = (
    (f"GET {A}/dynos", lambda _platform, app, _found, _body: (200, listed(app))),
    (f"POST {A}/dynos", start),
    (f"GET {A}/dynos/(?P<name>[^/]+)", _one),
    (f"DELETE {A}/dynos", _restart),
    (f"DELETE {A}/dynos/(?P<name>[^/]+)", _stop),
    (f"DELETE {A}/formations/(?P<name>[^/]+)", _restart),
    (f"POST {A}/dynos/(?P<name>[^/]+)/actions/stop", _stop),
    (f"POST {A}/log-sessions", _log_session),
)
