"""Databases and their backups: the attachments of the Platform API and the data API."""

from __future__ import annotations

import re

from tests.deploy.platform import NOT_FOUND, STARTED, App, Json, Platform, Stream

DUMP = b"PGDMP of the double\n"


def _attachment(app: App) -> Json:
    return {
        "id": f"attachment-of-{app.name}",
        "name": "DATABASE",
        "app": {"id": app.id, "name": app.name},
        "addon": {
            "id": f"database-of-{app.name}",
            "name": "postgresql-1",
            "app": {"id": app.id, "name": app.name},
            "plan": {"name": "heroku-postgresql:essential-0"},
        },
        "config_vars": ["DATABASE_URL"],
    }


def _resolve(platform: Platform, _app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    owner = platform.find(body.get("app") or "")
    if owner is None or not _has_database(owner):
        return 404, NOT_FOUND
    return 200, [_attachment(owner)]


def _has_database(app: App) -> bool:
    return any(plan.startswith("heroku-postgresql") for plan in app.addons)


def _attachments(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    return 200, [_attachment(app)] if _has_database(app) else []


def _database(_platform: Platform, _app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    return 200, {"info": []}


def _status(_platform: Platform, _app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    return 200, {"waiting?": False, "message": "available"}


def _capture(platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    number = len(app.backups) + 1
    backup = {
        "uuid": f"backup-{number}",
        "num": number,
        "from_name": "DATABASE",
        "from_type": "pg_dump",
        "to_type": "gof3r",
        "options": {},
        "created_at": STARTED,
        "started_at": STARTED,
        "finished_at": None if platform.backup_polls else STARTED,
        "succeeded": None if platform.backup_polls else "backup" not in platform.fails,
        "source_bytes": 1,
        "processed_bytes": 1,
        "warnings": 0,
        "logs": [],
        "_polls": platform.backup_polls,
    }
    app.backups.append(backup)
    return 201, backup


def _transfers(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    return 200, app.backups


def _transfer(platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    wanted = found["id"]
    known = [b for b in app.backups if wanted in (b["uuid"], str(b["num"]))]
    for backup in known:
        if backup["_polls"]:
            backup["_polls"] -= 1
        elif not backup["finished_at"]:
            backup["finished_at"] = STARTED
            backup["succeeded"] = "backup" not in platform.fails
    return (200, known[0]) if known else (404, NOT_FOUND)


def _public_url(platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    number = found["id"]
    return 200, {"url": f"{platform.url}/_dump/{app.name}/{number}?signature=secret-of-the-dump"}


def dump(platform: Platform, path: str) -> tuple[int, Json]:
    """Return the file of a backup, to who has its whole address."""
    name, _, rest = path.removeprefix("/_dump/").partition("/")
    number, _, query = rest.partition("?")
    known = [backup for backup in platform.apps[name].backups if str(backup["num"]) == number]
    if not known or query != "signature=secret-of-the-dump":
        return 403, {}
    return 200, Stream("application/octet-stream", [DUMP])


A = r"/apps/(?P<app>[^/]+)"
BY_DATABASE = r"/client/v11/databases/database-of-(?P<app>[^/]+)"
ROUTES = (
    ("POST /actions/addon-attachments/resolve", _resolve),
    (f"GET {A}/addon-attachments", _attachments),
    (f"GET {BY_DATABASE}", _database),
    (f"GET {BY_DATABASE}/wait_status", _status),
    (f"POST {BY_DATABASE}/backups", _capture),
    (f"GET /client/v11{A}/transfers", _transfers),
    (f"GET /client/v11{A}/transfers/(?P<id>[^/]+)", _transfer),
    (f"POST /client/v11{A}/transfers/(?P<id>[^/]+)/actions/public-url", _public_url),
)
