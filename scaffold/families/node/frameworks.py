"""Frameworks that bring their own production server -> the command their documentation gives for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scaffold.facts import PORT, command
from scaffold.families.node.apps import NodeApp
from scaffold.families.node.build import output_of
from scaffold.manifests.package_json import NodeDep
from scaffold.record import record
from scaffold.repo import Repo, relative


@record
class Known:
    """The production command of a framework, the package that says so, and the file it builds ("")."""

    command: str
    dep: NodeDep
    built: str = ""


def major(spec: str) -> int:
    """Return the lowest major version a range allows, 0 where it does not tell."""
    found = re.search(r"\d+", spec)
    return int(found[0][:4]) if found else 0


def known_start(repo: Repo, app: NodeApp) -> Iterator[Known]:
    """Yield how the frameworks of an app are started in production."""
    for name, start in _STARTS.items():
        dep = app.dep(name)
        if dep:
            found = start(repo, app, dep)
            if found:
                yield Known(command=found[0], dep=dep, built=found[1])


def host_needed(app: NodeApp) -> NodeDep | None:
    """Return the framework whose server listens on the loopback unless HOST says otherwise."""
    nuxt = app.dep("nuxt", "nuxt-edge")
    if nuxt and major(nuxt.range) == 2:
        return nuxt
    return app.dep("@astrojs/node")


_Start = Callable[[Repo, NodeApp, NodeDep], "tuple[str, str] | None"]


def _nuxt(_repo: Repo, app: NodeApp, dep: NodeDep) -> tuple[str, str] | None:
    build = app.script("build")
    if build and "generate" in build.text:
        return None
    if dep.name == "nuxt" and 0 < major(dep.range) < 3:
        return app.execute("nuxt", "start"), ""
    return command("node", ".output/server/index.mjs"), ".output/server/index.mjs"


def _remix(repo: Repo, app: NodeApp, dep: NodeDep) -> tuple[str, str]:
    vite = any(app.at(f"vite.config.{end}") in repo for end in ("ts", "js", "mjs"))
    built = "build/server/index.js" if vite else ("build" if major(dep.range) < 2 else "build/index.js")
    return app.execute("remix-serve", built), built


def _fixed(*words: str) -> _Start:
    return lambda _repo, _app, _dep: (command(*words), words[-1])


def _tool(*words: str) -> _Start:
    return lambda _repo, app, _dep: (app.execute(*words), "")


def _adonis(_repo: Repo, _app: NodeApp, dep: NodeDep) -> tuple[str, str]:
    built = "build/bin/server.js" if major(dep.range) > 5 else "build/server.js"
    return command("node", built), built


def _svelte(_repo: Repo, _app: NodeApp, _dep: NodeDep) -> tuple[str, str]:
    return command("node", "build"), "build"


def _nest(repo: Repo, app: NodeApp, _dep: NodeDep) -> tuple[str, str] | None:
    source = next((path for path in ("src/main.ts", "main.ts") if app.at(path) in repo), "")
    out = output_of(repo, app, app.at(source)) if source else None
    built = relative(app.root, out.path) if out else "dist/main"
    return (command("node", built), built) if source else None


_STARTS: dict[str, _Start] = {
    "nuxt": _nuxt,
    "nuxt3": _nuxt,
    "nuxt-edge": _nuxt,
    "@remix-run/serve": _remix,
    "@react-router/serve": _tool("react-router-serve", "./build/server/index.js"),
    "@sveltejs/adapter-node": _svelte,
    "@sveltejs/kit": lambda _repo, app, _dep: (
        None if app.dep("@sveltejs/adapter-static") else ("node build", "build")
    ),
    "@astrojs/node": _fixed("node", "dist/server/entry.mjs"),
    "@nestjs/core": _nest,
    "@strapi/strapi": _tool("strapi", "start"),
    "strapi": _tool("strapi", "start"),
    "@keystone-6/core": _tool("keystone", "start"),
    "@medusajs/medusa": _tool("medusa", "start"),
    "@adonisjs/core": _adonis,
    "directus": _tool("directus", "start"),
    "json-server": lambda repo, app, dep: (
        (app.execute("json-server", "db.json") + f" --port {PORT} --host 0.0.0.0", "")
        if app.at("db.json") in repo and not dep.dev
        else None
    ),
}
