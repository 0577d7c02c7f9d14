"""The Platform API, endpoint by endpoint: a request -> status and JSON, changing the double's state."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.deploy.platform import NOT_FOUND, STARTED, App, Json, Platform


def route(platform: Platform, method: str, path: str, body: Json) -> tuple[int, Json]:
    """Answer one request."""
    bare = path.partition("?")[0]
    if bare.startswith("/_web/"):
        return _page(platform, bare)
    if bare == "/_build":
        code, text = platform.build(body["app"], body["commit"])
        return 200, {"code": code, "text": text}
    if bare == "/account":
        return 200, {"email": "person@example.com", "id": "user-id"}
    if bare.startswith("/buildpacks/"):
        return 200, {"blob_url": bare.removeprefix("/buildpacks/").replace("%2F", "/")}
    if (method, bare) == ("POST", "/apps"):
        made = platform.add(body["name"], stack=body.get("stack") or "heroku-24")
        return 201, _app(platform, made)
    for pattern, answer in ROUTES:
        found = re.fullmatch(pattern, f"{method} {bare}")
        if found:
            app = platform.apps.get(found["app"]) if "app" in found.groupdict() else _only(platform)
            return answer(platform, app, found, body) if app else (404, NOT_FOUND)
    return 404, {"id": "not_found", "message": f"the double knows no {method} {bare}"}


def _only(platform: Platform) -> App | None:
    return next(iter(platform.apps.values()), None)


def _page(platform: Platform, path: str) -> tuple[int, Json]:
    name, _, rest = path.removeprefix("/_web/").partition("/")
    app = platform.apps[name]
    if app.maintenance or not app.formation.get("web", (0, ""))[0] or "smoke" in platform.fails:
        return 503, {}
    return platform.pages.get(f"/{rest}", 200), {}


def _app(platform: Platform, app: App) -> Json:
    stack = {"id": app.stack, "name": app.stack}
    return {
        "id": "app-id",
        "name": app.name,
        "web_url": f"{platform.url}/_web/{app.name}/",
        "git_url": f"https://git.heroku.com/{app.name}.git",
        "maintenance": app.maintenance,
        "acm": False,
        "stack": stack,
        "build_stack": stack,
        "region": {"name": "us"},
        "owner": {"email": "person@example.com"},
        "repo_size": 0,
        "slug_size": 0,
        "create_status": "complete",
        "generation": {"name": "cedar"},
    }


def _change_app(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    app.maintenance = body.get("maintenance", app.maintenance)
    app.stack = body.get("build_stack", app.stack)
    return 200, _app(platform, app)


def _formation(app: App) -> Json:
    return [{"type": kind, "quantity": many, "size": size} for kind, (many, size) in app.formation.items()]


def _scale(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "scale" in platform.fails:
        return 422, {"id": "invalid_params", "message": "Cannot scale."}
    if any(update["type"] not in app.formation for update in body["updates"]):
        return 404, {"id": "not_found", "message": "Couldn't find that process type."}
    for update in body["updates"]:
        size = update.get("size") or app.formation[update["type"]][1]
        app.formation[update["type"]] = (int(update["quantity"]), size.title())
    return 200, _formation(app)


def _set_config(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "config" in platform.fails:
        return 500, {"id": "internal", "message": "Oops."}
    for name, value in body.items():
        if value is None:
            app.config.pop(name, None)
        else:
            app.config[name] = value
    app.release(f"Set {', '.join(body)} config vars")
    return 200, app.config


ADDON_VARS = (("heroku-postgresql", "DATABASE_URL"), ("heroku-redis", "REDIS_URL"))


def _addons(app: App) -> Json:
    return [
        {
            "id": f"addon-{number}",
            "name": f"{plan.partition(':')[0]}-{number}",
            "state": "provisioned",
            "plan": {"name": plan},
            "addon_service": {"name": plan.partition(":")[0]},
            "app": {"name": app.name},
            "config_vars": [var for known, var in ADDON_VARS if plan.startswith(known)],
        }
        for number, plan in enumerate(app.addons, 1)
    ]


def _add_addon(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    plan = body["plan"]["name"]
    app.addons.append(plan)
    own = next((var for known, var in ADDON_VARS if plan.startswith(known)), "")
    name = (body.get("attachment") or {}).get("name")
    if name or own:
        app.config[f"{name}_URL" if name else own] = (
            f"db://user:secret-of-the-addon@example.com/{len(app.addons)}"
        )
    app.release("Attach add-on")
    return 201, _addons(app)[-1] | {"provision_message": ""}


def _attach(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    known = [addon["name"] for addon in _addons(app)]
    if body["addon"]["name"] not in known:
        return 404, NOT_FOUND
    number = known.index(body["addon"]["name"]) + 1
    app.config[f"{body['name']}_URL"] = f"db://user:secret-of-the-addon@example.com/{number}"
    app.release(f"Attach {body['name']}")
    return 201, {"name": body["name"]}


def _one_addon(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    known = [addon for addon in _addons(app) if addon["name"] == found["name"]]
    return (200, known[0]) if known else (404, NOT_FOUND)


def _buildpacks(app: App) -> Json:
    return [{"ordinal": at, "buildpack": {"url": u, "name": u}} for at, u in enumerate(app.buildpacks)]


def _set_buildpacks(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    app.buildpacks = [update["buildpack"] for update in body["updates"]]
    return 200, _buildpacks(app)


def _release(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "release" in body:
        target = next(release for release in app.releases if release["id"] == body["release"])
        return 201, app.release(f"Rollback to v{target['version']}", slug=target["slug"]["id"])
    return 201, app.release(body["description"], slug=body["slug"])


def _run(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    platform.hold.wait(30)
    app.commands.append(body["command"])
    return 201, {"name": "run.1", "state": "starting", "exit": 1 if "migration" in platform.fails else 0}


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
        "finished_at": STARTED,
        "succeeded": "backup" not in platform.fails,
        "source_bytes": 1,
        "processed_bytes": 1,
        "warnings": 0,
        "logs": [],
    }
    app.backups.append(backup)
    return 201, backup


def _backup(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    wanted = found["id"]
    known = [b for b in app.backups if wanted in (b["uuid"], str(b["num"]))]
    return (200, known[0]) if known else (404, NOT_FOUND)


def _database(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    attached = {
        "id": "attachment-1",
        "name": "DATABASE",
        "app": {"id": "app-id", "name": app.name},
        "addon": {
            "id": "database-1",
            "name": "postgresql-1",
            "app": {"name": app.name},
            "plan": {"name": "heroku-postgresql:essential-0"},
        },
        "config_vars": ["DATABASE_URL"],
    }
    return 200, [attached]


def _one_release(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    known = [release for release in app.releases if str(release["version"]) == found["id"]]
    return (200, known[0]) if known else (404, NOT_FOUND)


def _dynos(app: App) -> Json:
    return [
        {
            "id": f"{kind}-{number}",
            "name": f"{kind}.{number}",
            "type": kind,
            "state": "up",
            "size": size,
            "command": kind,
            "created_at": STARTED,
            "updated_at": STARTED,
            "release": {"version": app.releases[-1]["version"]},
        }
        for kind, (many, size) in app.formation.items()
        for number in range(1, many + 1)
    ]


Answer = Callable[[Platform, App, "re.Match[str]", Json], tuple[int, Json]]


def _give(make: Callable[[App], Json]) -> Answer:
    return lambda _platform, app, _found, _body: (200, make(app))


A = r"/apps/(?P<app>[^/]+)"
ROUTES: tuple[tuple[str, Answer], ...] = (
    (f"GET {A}", lambda platform, app, _found, _body: (200, _app(platform, app))),
    (f"PATCH {A}", _change_app),
    (f"GET {A}/config-vars", _give(lambda app: app.config)),
    (f"PATCH {A}/config-vars", _set_config),
    (f"GET {A}/formation", _give(_formation)),
    (f"PATCH {A}/formation", _scale),
    (f"GET {A}/releases", _give(lambda app: app.releases[::-1])),
    (f"GET {A}/releases/(?P<id>[^/]+)", _one_release),
    (f"POST {A}/releases", _release),
    (f"GET {A}/addons", _give(_addons)),
    (f"POST {A}/addons", _add_addon),
    ("POST /addon-attachments", _attach),
    (r"GET /addons/(?P<name>[^/]+)", _one_addon),
    (f"GET {A}/(?:addon-attachments|collaborators)", _give(lambda _app: [])),
    (f"GET {A}/dynos", _give(_dynos)),
    (f"POST {A}/dynos", _run),
    (f"DELETE {A}/dynos", _give(lambda _app: {})),
    (f"GET {A}/buildpack-installations", _give(_buildpacks)),
    (f"PUT {A}/buildpack-installations", _set_buildpacks),
    ("GET /addon-attachments", _give(lambda _app: [])),
    ("POST /actions/addon-attachments/resolve", _database),
    ("GET /client/v11/databases/[^/]+", _give(lambda _app: {"info": []})),
    ("POST /client/v11/databases/[^/]+/backups", _capture),
    (r"GET /client/v11/apps/[^/]+/transfers", _give(lambda app: app.backups)),
    (r"GET /client/v11/apps/[^/]+/transfers/(?P<id>[^/]+)", _backup),
)
