"""Pipelines: couplings of apps to stages, and promotions, which release the slug of one app on another."""

from __future__ import annotations

import re

from tests.deploy.platform import NOT_FOUND, STARTED, App, Json, Platform


def _describe(name: str) -> Json:
    return {
        "id": f"id-of-{name}",
        "name": name,
        "created_at": STARTED,
        "owner": {"id": "user-id", "type": "user"},
    }


def _couplings(platform: Platform, name: str) -> Json:
    return [
        {
            "id": f"coupling-of-{app}",
            "app": {"id": f"id-of-{app}", "name": app},
            "pipeline": {"id": f"id-of-{name}", "name": name},
            "stage": stage,
        }
        for app, stage in platform.pipelines.get(name, {}).items()
    ]


def anywhere(platform: Platform, method: str, path: str, body: Json) -> tuple[int, Json] | None:
    """Answer what is not asked of one app; None for what this does not know."""
    bare, _, query = path.replace("%5B", "[").replace("%5D", "]").partition("?")
    wanted = re.search(r"eq\[name\]=([^&]*)", query)
    if (method, bare) == ("GET", "/pipelines"):
        names = [name for name in platform.pipelines if not wanted or name == wanted[1]]
        return 200, [_describe(name) for name in names]
    if (method, bare) == ("POST", "/pipelines"):
        if body["name"] in platform.pipelines:
            return 422, {"id": "invalid_params", "message": "Name is already taken"}
        platform.pipelines[body["name"]] = {}
        return 201, _describe(body["name"])
    if (method, bare) == ("POST", "/pipeline-couplings"):
        return _couple(platform, body)
    if (method, bare) == ("POST", "/pipeline-promotions"):
        return _promote(platform, body)
    return _of_one(platform, f"{method} {bare}", body)


def _of_one(platform: Platform, request: str, body: Json) -> tuple[int, Json] | None:
    if found := re.fullmatch(r"GET /pipelines/id-of-([^/]+)/pipeline-couplings", request):
        return 200, _couplings(platform, found[1])
    if found := re.fullmatch(r"GET /pipelines/id-of-([^/]+)", request):
        return (200, _describe(found[1])) if found[1] in platform.pipelines else (404, NOT_FOUND)
    if found := re.fullmatch(r"GET /pipeline-promotions/([^/]+)/promotion-targets", request):
        return 200, _targets(platform, found[1])
    if request == "POST /filters/apps":
        from tests.deploy.api import describe

        apps = [platform.find(each) for each in body["in"]["id"]]
        return 200, [describe(platform, app) for app in apps if app]
    return None


def _couple(platform: Platform, body: Json) -> tuple[int, Json]:
    name = str(body["pipeline"]).removeprefix("id-of-")
    app = platform.find(body["app"])
    if name not in platform.pipelines or app is None:
        return 404, NOT_FOUND
    if any(app.name in apps for apps in platform.pipelines.values()):
        return 422, {"id": "invalid_params", "message": "app is already in a pipeline"}
    platform.pipelines[name][app.name] = body["stage"]
    return 201, next(each for each in _couplings(platform, name) if each["app"]["name"] == app.name)


def _promote(platform: Platform, body: Json) -> tuple[int, Json]:
    from tests.deploy.api import release

    source = platform.find(body["source"]["app"]["id"])
    if source is None:
        return 404, NOT_FOUND
    live = next(each for each in source.releases if each["current"])
    commit = live["slug"]["id"].removeprefix("slug-")
    done = []
    for target in body["targets"]:
        app = platform.find(target["app"]["id"])
        if app is None:
            return 404, NOT_FOUND
        for kind, (_, size) in source.formation.items():
            app.formation.setdefault(kind, (1 if kind == "web" else 0, size))
        description = f"Promote {source.name} v{live['version']} {commit}"
        done.append((app.name, release(platform, app, description, live["slug"]["id"])["version"]))
    name = f"promotion-{len(platform.promotions) + 1}"
    platform.promotions[name] = done
    return 201, {"id": name, "status": "pending", "pipeline": body["pipeline"]}


def _targets(platform: Platform, name: str) -> Json:
    told = []
    for app_name, version in platform.promotions[name]:
        release = platform.apps[app_name].releases[version - 1]
        failed = release["status"] == "failed"
        told.append(
            {
                "id": f"target-{app_name}",
                "app": {"id": f"id-of-{app_name}"},
                "status": release["status"],
                "release": {"id": release["id"]},
                "error_message": "Release command failed" if failed else None,
            }
        )
    return told


def _coupling(platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    for name, apps in platform.pipelines.items():
        if app.name in apps:
            return 200, next(each for each in _couplings(platform, name) if each["app"]["name"] == app.name)
    return 404, NOT_FOUND


ROUTES = ((r"GET /apps/(?P<app>[^/]+)/pipeline-couplings", _coupling),)
