"""The Platform API, endpoint by endpoint: a request -> status and JSON, changing the double's state."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

from tests.deploy import addons, data, domains, dynos, pipelines
from tests.deploy.platform import NOT_FOUND, App, Json, Platform, Stream


def route(platform: Platform, method: str, path: str, body: Json) -> tuple[int, Json]:
    """Answer one request."""
    bare = path.partition("?")[0]
    if bare.startswith("/_"):
        return _not_of_the_api(platform, path, body)
    if bare.startswith("/buildpacks/"):
        return 200, {"blob_url": bare.removeprefix("/buildpacks/").replace("%2F", "/")}
    if (method, bare) in {("POST", "/apps"), ("POST", "/teams/apps")}:
        return _create(platform, body)
    if bare in {"/account", "/users/~"}:
        return 200, {"email": "person@example.com", "id": "user-id"}
    if method == "GET" and re.fullmatch("/apps|/users/~/apps|/teams/[^/]+/apps", bare):
        return 200, [describe(platform, app) for app in platform.apps.values()]
    if found := re.fullmatch("GET /teams/([^/]+)", f"{method} {bare}"):
        return 200, {"id": "team-id", "name": found[1]}
    if told := pipelines.anywhere(platform, method, path, body):
        return told
    for pattern, answer in ROUTES:
        found = re.fullmatch(pattern, f"{method} {bare}")
        if found:
            app = platform.find(found["app"]) if "app" in found.groupdict() else _only(platform)
            return answer(platform, app, found, body) if app else (404, NOT_FOUND)
    return 404, {"id": "not_found", "message": f"the double knows no {method} {bare}"}


def _not_of_the_api(platform: Platform, path: str, body: Json) -> tuple[int, Json]:
    if path.startswith("/_web/"):
        return _page(platform, path.partition("?")[0])
    if path.startswith("/_logs/"):
        return 200, dynos.logs(platform, path)
    if path.startswith("/_output/"):
        return 200, _output(platform, path)
    if path.startswith("/_dump/"):
        return data.dump(platform, path)
    if path == "/_build":
        code, text = platform.build(body["app"], body["commit"])
        return 200, {"code": code, "text": text}
    return 404, {}


def _only(platform: Platform) -> App | None:
    return next(iter(platform.apps.values()), None)


def _page(platform: Platform, path: str) -> tuple[int, Json]:
    name, _, rest = path.removeprefix("/_web/").partition("/")
    app = platform.apps.get(name)
    if app is None:
        return 404, {}
    stopped = not app.formation.get("web", (0, ""))[0] or app.crashed
    if app.maintenance or stopped or "smoke" in platform.fails:
        return 503, {}
    return platform.pages.get(f"/{rest}", 200), {}


def _create(platform: Platform, body: Json) -> tuple[int, Json]:
    name = body.get("name") or ""
    if not re.fullmatch("[a-z][a-z0-9-]{1,28}[a-z0-9]", name) or name in platform.apps:
        return 422, {"id": "invalid_params", "message": f"Name {name} is already taken"}
    made = platform.add(
        name,
        stack=body.get("stack") or "heroku-24",
        region=body.get("region") or "us",
        team=body.get("team") or "",
    )
    return 201, describe(platform, made)


def describe(platform: Platform, app: App) -> Json:
    """Return what the API tells of an app."""
    stack = {"id": app.stack, "name": app.stack}
    return {
        "id": app.id,
        "name": app.name,
        "web_url": platform.web_url(app),
        "git_url": f"https://git.heroku.com/{app.name}.git",
        "maintenance": app.maintenance,
        "acm": app.acm,
        "stack": stack,
        "build_stack": stack,
        "region": {"name": app.region},
        "owner": {"id": "user-id", "email": "person@example.com"},
        "team": {"name": app.team} if app.team else None,
        "repo_size": 0,
        "slug_size": 0,
        "create_status": "complete",
        "generation": {"name": "cedar"},
    }


def _change_app(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    app.maintenance = body.get("maintenance", app.maintenance)
    app.stack = body.get("build_stack", app.stack)
    return 200, describe(platform, app)


def _formation(app: App) -> Json:
    return [{"type": kind, "quantity": many, "size": size} for kind, (many, size) in app.formation.items()]


def _scale(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "scale" in platform.fails:
        return 422, {"id": "invalid_params", "message": "Cannot scale."}
    if any(update["type"] not in app.formation for update in body["updates"]):
        return 404, {"id": "not_found", "message": "Couldn't find that process type."}
    for update in body["updates"]:
        many, size = app.formation[update["type"]]
        asked = str(update.get("quantity", many))
        quantity = many + int(asked) if asked[0] in "+-" else int(asked)
        app.formation[update["type"]] = (quantity, (update.get("size") or size).title())
    return 200, _formation(app)


def _set_config(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "config" in platform.fails:
        return 500, {"id": "internal", "message": "Oops."}
    for name, value in body.items():
        if value is None:
            app.config.pop(name, None)
        else:
            app.config[name] = value
    release(platform, app, f"Set {', '.join(body)} config vars")
    return 200, app.config


def release(platform: Platform, app: App, description: str, slug: str = "") -> dict[str, Json]:
    """Add a release that no push waits for: with a release phase it is pending first, and may fail."""
    if "release" not in app.formation:
        return app.release(description, slug=slug)
    made = app.release(description, slug=slug, status=platform.end_of_release(), polls=platform.pending_polls)
    made["output_stream_url"] = f"{platform.url}/_output/{app.name}/{made['version']}"
    return made


def _output(platform: Platform, path: str) -> Stream:
    name, version = path.removeprefix("/_output/").split("/")
    app = platform.apps[name]
    found = app.releases[int(version) - 1]

    def lines() -> Iterator[bytes]:
        yield b"output of the release command\n"
        while found["status"] == "pending":
            found["_polls"] -= 1
            if found["_polls"] <= 0:
                app.settle(found)
            time.sleep(0.1)

    return Stream("text/plain", lines())


def _new_release(platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    if "release" not in body:
        return 201, release(platform, app, body["description"], body["slug"])
    known = [old for old in app.releases if old["id"] == body["release"]]
    if not known or not known[0]["eligible_for_rollback"]:
        return 404, NOT_FOUND
    slug = known[0]["slug"]["id"]
    return 201, release(platform, app, f"Rollback to v{known[0]['version']}", slug)


def _releases(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    told = [dict(each) for each in app.releases[::-1]]
    for each in app.releases:
        if each["status"] == "pending" and "_polls" in each:
            each["_polls"] -= 1
            if each["_polls"] == 0:
                app.settle(each)
    return 200, told


def _one_release(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    known = [old for old in app.releases if found["id"] in (str(old["version"]), old["id"])]
    return (200, known[0]) if known else (404, NOT_FOUND)


Answer = Callable[[Platform, App, "re.Match[str]", Json], tuple[int, Json]]


def _give(make: Callable[[App], Json]) -> Answer:
    return lambda _platform, app, _found, _body: (200, make(app))


A = r"/apps/(?P<app>[^/]+)"
ROUTES: tuple[tuple[str, Answer], ...] = (
    (f"GET {A}", lambda platform, app, _found, _body: (200, describe(platform, app))),
    (f"PATCH {A}", _change_app),
    (f"GET {A}/config-vars", _give(lambda app: app.config)),
    (f"PATCH {A}/config-vars", _set_config),
    (f"GET {A}/releases/(?P<id>[^/]+)/config-vars", _give(lambda app: app.config)),
    (f"GET {A}/formation", _give(_formation)),
    (f"PATCH {A}/formation", _scale),
    (f"GET {A}/releases", _releases),
    (f"GET {A}/releases/(?P<id>[^/]+)", _one_release),
    (f"POST {A}/releases", _new_release),
    (f"GET {A}/collaborators", _give(lambda _app: [])),
    *addons.ROUTES,
    *data.ROUTES,
    *domains.ROUTES,
    *dynos.ROUTES,
    *pipelines.ROUTES,
)
