"""Domains, certificates and features of an app."""

from __future__ import annotations

import re

from tests.deploy.platform import NOT_FOUND, App, Json, Platform


def _describe(host: str) -> Json:
    return {
        "id": f"domain-{host}",
        "hostname": host,
        "kind": "custom",
        "cname": f"target-of-{host}.herokudns.com",
        "status": "none",
        "acm_status": None,
        "sni_endpoint": None,
    }


def _list(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    own = {**_describe(f"{app.name}-0123456789ab.herokuapp.com"), "kind": "heroku", "cname": None}
    return 200, [own, *map(_describe, app.domains)]


def _add(_platform: Platform, app: App, _found: re.Match[str], body: Json) -> tuple[int, Json]:
    host = body["hostname"]
    if host in app.domains:
        return 422, {"id": "invalid_params", "message": f"{host} is already added to this app."}
    app.domains.append(host)
    return 201, _describe(host)


def _acm(_platform: Platform, app: App, _found: re.Match[str], _body: Json) -> tuple[int, Json]:
    app.acm = True
    return 200, {}


def _feature(app: App, name: str) -> Json:
    return {"id": f"feature-{name}", "name": name, "enabled": name in app.features, "description": name}


def _one_feature(_platform: Platform, app: App, found: re.Match[str], _body: Json) -> tuple[int, Json]:
    return 200, _feature(app, found["name"])


def _set_feature(_platform: Platform, app: App, found: re.Match[str], body: Json) -> tuple[int, Json]:
    if body["enabled"]:
        app.features.add(found["name"])
    else:
        app.features.discard(found["name"])
    return 200, _feature(app, found["name"])


A = r"/apps/(?P<app>[^/]+)"
ROUTES = (
    (f"GET {A}/domains", _list),
    (f"POST {A}/domains", _add),
    (f"GET {A}/sni-endpoints", lambda _platform, _app, _found, _body: (200, [])),
    (f"POST {A}/acm", _acm),
    (r"GET /account/features/.*", lambda _platform, _app, _found, _body: (404, NOT_FOUND)),
    (f"GET {A}/features/(?P<name>[^/]+)", _one_feature),
    (f"PATCH {A}/features/(?P<name>[^/]+)", _set_feature),
)
