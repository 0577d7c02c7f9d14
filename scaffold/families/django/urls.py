"""A Django project's root URL configuration -> a path that answers when the app is up."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Smoke
from scaffold.families.django.project import Project
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.imports import module_file
from scaffold.families.python.syntax import literal
from scaffold.patterns import lazy
from scaffold.repo import Repo

_ROUTE = lazy(r"""\b(?:re_)?(?:path|url)\(\s*r?["']\^?([\w/-]*)\$?["']""")
_INCLUDED = lazy(r"""\s*,\s*include\(\s*\(?\s*["']([\w.]+)["']""")
_HEALTH = lazy(r"(?:api/)?(?:health|healthz|healthcheck|health-check|health_check|ping|status|up|ht)/?")


def smoke_path(repo: Repo, project: Project, app: PythonApp) -> Iterator[AnyFact]:
    """Yield a health route, the home page, or the admin's login, whichever the root configuration has."""
    setting = project.settings.last("ROOT_URLCONF") if project.settings else None
    module = literal(setting.node) if setting else None
    path = module_file(repo, project.base, module) if module else ""
    if not path:
        return
    routes = _routes(repo, path, project.base)
    health = next((route for route in routes if _HEALTH.fullmatch(route)), None)
    chosen = health if health is not None else "" if "" in routes else None
    shown = chosen
    if chosen is None and "admin/" in routes:
        chosen, shown = "admin/", "admin/login/"
    if chosen is not None:
        yield Smoke(
            stack="django",
            root=app.root,
            path=f"/{shown}",
            evidence=(repo.proof(path, routes[chosen]),),
        )


def _routes(repo: Repo, path: str, base: str, *, depth: int = 0) -> dict[str, int]:
    """Return the routes of a URL configuration with their lines; an empty one only if a page answers."""
    text = "\n".join("" if line.lstrip().startswith("#") else line for line in repo.lines(path))
    routes: dict[str, int] = {}
    for found in _ROUTE.finditer(text):
        inner = _INCLUDED.match(text, found.end())
        if found[1] == "" and (inner or text[found.end() :].lstrip(" ,\n").startswith("include(")):
            file = module_file(repo, base, inner[1]) if inner else ""
            if not file or depth > 1 or "" not in _routes(repo, file, base, depth=depth + 1):
                continue
        routes.setdefault(found[1], text.count("\n", 0, found.start()) + 1)
    return routes
