"""Add-ons and their attachments, buildpacks."""

from __future__ import annotations

import re

from tests.deploy.platform import NOT_FOUND, App, Json, Platform

VARS = (("heroku-postgresql", "DATABASE_URL"), ("heroku-redis", "REDIS_URL"))


def _var(plan: str) -> str:
    return next((var for known, var in VARS if plan.startswith(known)), "")


def _list(app: App) -> Json:
    return [
        {
            "id": f"addon-{number}",
            "name": f"{plan.partition(':')[0]}-{number}",
            "state": "provisioning" if plan in app.making else "provisioned",
            "plan": {"name": plan},
            "addon_service": {"name": plan.partition(":")[0]},
            "app": {"name": app.name},
            "config_vars": [_var(plan)] if _var(plan) else [],
        }
        for number, plan in enumerate(app.addons, 1)
    ]


def _make(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    plan = body["plan"]["name"]
    app.addons.append(plan)
    name = (body.get("attachment") or {}).get("name")
    if name or _var(plan):
        app.config[f"{name}_URL" if name else _var(plan)] = _url(len(app.addons))
    app.release("Attach add-on")
    return 201, _list(app)[-1] | {"provision_message": ""}


def _look(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    for number, plan in enumerate(app.addons, 1):
        if plan in app.making and found["name"] == f"{plan.partition(':')[0]}-{number}":
            app.making.discard(plan)
            app.config[_var(plan)] = _url(number)
    return _one(_platform, app, found, _body)


def _url(number: int) -> str:
    return f"db://user:secret-of-the-addon@example.com/{number}"


def _attach(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    known = [addon["name"] for addon in _list(app)]
    if body["addon"]["name"] not in known:
        return 404, NOT_FOUND
    app.config[f"{body['name']}_URL"] = _url(known.index(body["addon"]["name"]) + 1)
    app.release(f"Attach {body['name']}")
    return 201, {"name": body["name"]}


def _one(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    known = [addon for addon in _list(app) if addon["name"] == found["name"]]
    return (200, known[0]) if known else (404, NOT_FOUND)


def _buildpacks(app: App) -> Json:
    return [{"ordinal": at, "buildpack": {"url": u, "name": u}} for at, u in enumerate(app.buildpacks)]


def _set_buildpacks(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    app.buildpacks = [update["buildpack"] for update in body["updates"]]
    return 200, _buildpacks(app)


A = r"/apps/(?P<app>[^/]+)"
ROUTES = (
    (f"GET {A}/addons", lambda _platform, app, _found, _body: (200, _list(app))),
    (f"POST {A}/addons", _make),
    (f"GET {A}/addons/(?P<name>[^/]+)", _look),
    ("POST /addon-attachments", _attach),
    ("GET /addon-attachments", lambda _platform, _app, _found, _body: (200, [])),
    (r"GET /addons/(?P<name>[^/]+)", _one),
    (f"GET {A}/buildpack-installations", lambda _platform, app, _found, _body: (200, _buildpacks(app))),
    (f"PUT {A}/buildpack-installations", _set_buildpacks),
)
