"""Where a Node app lies in its repository -> how Heroku, which builds the top, gets to build and run it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import AnyFact, Doubt, Shim, Todo, command
from scaffold.families.node.apps import NodeApp, app_at, node_apps
from scaffold.families.node.build import build_script, build_steps
from scaffold.families.node.code import sources
from scaffold.families.node.launch import Launch
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, join, relative

_CLIENT = lazy(
    r"(client|frontend|front-end|web|ui|webapp|react-app|view|app|web-app|my-app|front)[\"'\s,/]+(?:[\"']\s*,\s*[\"'])?(build|dist|out)\b"
)
_BUILT = lazy(r"[\"'][^\"'\n]*(?:build|dist|out)[/\"']")


def delegate(repo: Repo, app: NodeApp, launch: Launch | None) -> NodeApp:
    """Return the package whose code a script of `app` runs in the end."""
    running = [step for step in launch.steps if step.runs] if launch else []
    if running and running[-1].app.root != app.root:
        return running[-1].app
    folder = folder_of(launch.file) if launch and launch.file else app.root
    while folder not in (app.root, "."):
        inner = app_at(repo, folder)
        if inner is not None and inner.package.deps:
            return inner
        folder = folder_of(folder)
    return app


def sibling_workers(repo: Repo, app: NodeApp) -> tuple[NodeApp, ...]:
    """Return the other members of a workspace that share its build with `app`."""
    top = app_at(repo, app.top)
    if top is None or app.root not in top.members.values():
        return ()
    found = (app_at(repo, root) for root in sorted(set(top.members.values())) if root != app.root)
    return tuple(other for other in found if other is not None)


def uninstalled(repo: Repo, app: NodeApp, launch: Launch | None) -> NodeApp | None:
    """Return the package in another folder that `app` starts, where nothing installs what it needs."""
    target = delegate(repo, app, launch)
    if target.root == app.root or target.root in app.members.values() or not target.package.deps:
        return None
    return None if _installs(repo, app, target.root) else target


def _installs(repo: Repo, app: NodeApp, folder: str) -> bool:
    """Tell whether Heroku's build of `app` installs the packages of a folder."""
    for step in build_steps(repo, app):
        if step.kind != "install":
            continue
        words = " ".join(step.simple.args)
        given = re.search(r"(?:--prefix|--cwd|-C|--dir)[ =](\S+)", words)
        if (join(step.folder, given[1]) if given else step.folder) == folder:
            return True
    return False


def layout_facts(repo: Repo, app: NodeApp, stack: str, *, site: bool) -> Iterator[AnyFact]:
    """Yield how an app in a subfolder is built from the top, where it can be."""
    if app.root == "." or site:
        return
    top = app_at(repo, ".")
    if top is not None:
        if app.root in top.members.values() or _installs(repo, top, app.root):
            yield Shim(
                stack=stack,
                root=app.root,
                path="",
                text="",
                evidence=(repo.proof(top.path, top.package.line("workspaces") or 1),),
                why=f"the top's package.json installs {app.root}.",
            )
            yield from _unbuilt(repo, app, top, stack)
        return
    if "package.json" in repo or any(lock.manager != "npm" for lock in app.locks):
        return
    yield Shim(
        stack=stack,
        root=app.root,
        path="package.json",
        text=_shim(repo, app),
        evidence=(repo.proof(app.path, 1),),
        why=f"Heroku builds the top of the repository; this package.json makes it build {app.root}.",
    )


def _unbuilt(repo: Repo, app: NodeApp, top: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Ask for a build script at the top where the member has one that nothing runs."""
    own = build_script(app)
    if not own or build_script(top):
        return
    name = app.package.name or app.root
    run = {
        "pnpm": f"pnpm --filter {name} run {own}",
        "yarn": f"yarn workspace {name} {own}",
        "berry": f"yarn workspace {name} {own}",
    }
    line = run.get(top.manager, f"npm run {own} --workspace {app.root}")
    yield Todo(
        stack=stack,
        root=app.root,
        command=command("npm", "pkg", "set", f"scripts.heroku-postbuild={line}"),
        why=f"the top's package.json has no build script, so nothing builds {app.root} on Heroku.",
        evidence=(repo.proof(app.path, app.package.scripts[own].line),),
    )


def _shim(repo: Repo, app: NodeApp) -> str:
    asked = app.package.engines.get("node", "")
    known = policy.runtime("node")
    version = asked or (f"{known.default.partition('.')[0]}.x" if known else "")
    parts = [_build(repo, client) for client in needed_clients(repo, app)] + [_build(repo, app)]
    document: dict[str, object] = {"private": True}
    if version:
        document["engines"] = {"node": version}
    document["scripts"] = {"heroku-postbuild": " && ".join(parts)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _build(repo: Repo, app: NodeApp) -> str:
    """Return the commands that install, build and prune a folder."""
    locked = join(app.root, "package-lock.json") in repo
    build = app.script("build") is not None
    words = [
        f"cd {command(app.root)}",
        f"npm {'ci' if locked else 'install'} --{'include' if build else 'omit'}=dev",
    ]
    words += ["npm run build", "npm prune --omit=dev"] if build else []
    return f"({' && '.join(words)})"


def needed_clients(repo: Repo, app: NodeApp) -> tuple[NodeApp, ...]:
    """Return the packages whose build output an app's code serves."""
    found = []
    folders = {
        other.root: other for other in node_apps(repo) if other.root != app.root and other.script("build")
    }
    if not folders:
        return ()
    for path in sources(repo, app.root):
        text = repo.text(path)
        if "static" not in text and "sendFile" not in text:
            continue
        for match in _CLIENT.finditer(text):
            for root, other in folders.items():
                if root.rpartition("/")[2] == match[1] and other not in found:
                    found.append(other)
    return tuple(found)


def client_doubts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Say where the app serves a client that nothing in Heroku's build builds."""
    if app.root != ".":
        return
    steps = build_steps(repo, app)
    for client in needed_clients(repo, app):
        if client.root in app.members.values() or any(
            client.root in (step.folder, step.app.root) for step in steps
        ):
            continue
        text = " ".join(
            script.text
            for script in app.package.scripts.values()
            if script.name in ("build", "heroku-postbuild", "postinstall")
        )
        if relative(".", client.root) in text:
            continue
        proof = repo.proof(client.path, client.package.scripts["build"].line)
        line = f"cd {client.root} && npm install --include=dev && npm run build"
        earlier = build_script(app)
        if earlier == "build":
            line = f"npm run build && {line}"
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/client-not-built",
            message=f"the server serves the build of {client.root}, but no script makes it on Heroku.",
            remedy=command("npm", "pkg", "set", f"scripts.heroku-postbuild={line}"),
            evidence=(proof,),
        )
