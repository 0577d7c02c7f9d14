"""Code and scripts of a Node app -> what keeps it from answering on Heroku, said with the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Todo, command
from scaffold.families.node.apps import NodeApp, script_proof
from scaffold.families.node.build import build_script
from scaffold.families.node.code import (
    Listen,
    code_of,
    listen_calls,
    listens,
    packages_used,
    reached,
    sources,
)
from scaffold.families.node.launch import Launch, faults
from scaffold.families.node.scripts import steps_of
from scaffold.repo import Repo


def bad_listens(repo: Repo, app: NodeApp, launch: Launch) -> tuple[Listen, ...]:
    """Return the `listen` calls of the web process that a dyno cannot use."""
    return repo.once(("node-bad-listens", app.root, launch.file), lambda: _bad_listens(repo, app, launch))


def _bad_listens(repo: Repo, app: NodeApp, launch: Launch) -> tuple[Listen, ...]:
    paths = reached(repo, launch.file) if launch.file else sources(repo, app.root)
    listening = [path for path in paths if listens(repo, path)]
    found = [one for path in listening for one in listen_calls(repo, path)]
    if len(listening) > 1 and any(_reads_port(repo, path) for path in listening):
        return tuple(one for one in found if one.path == launch.file and not _reads_port(repo, one.path))
    return tuple(found)


def _reads_port(repo: Repo, path: str) -> bool:
    text = code_of(repo, path)
    return "process.env.PORT" in text or "env.PORT" in text or "'PORT'" in text or '"PORT"' in text


def listen_doubts(repo: Repo, app: NodeApp, launch: Launch, stack: str) -> Iterator[AnyFact]:
    """Yield ports and hosts that are fixed in the code."""
    for one in bad_listens(repo, app, launch)[:3]:
        proof = repo.proof(one.path, one.line)
        if one.port:
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/fixed-port",
                message=f"the app listens on port {one.port}; Heroku gives it another in PORT.",
                remedy=f"Write `process.env.PORT || {one.port}` there.",
                evidence=(proof,),
            )
        if one.host:
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/local-host",
                message=f"the app listens on {one.host} only, where Heroku's router cannot reach it.",
                remedy="Listen on 0.0.0.0.",
                evidence=(proof,),
            )
    if app.prod("fastify", "@nestjs/platform-fastify"):
        yield from _fastify(repo, app, launch, stack)


def _fastify(repo: Repo, app: NodeApp, launch: Launch, stack: str) -> Iterator[AnyFact]:
    for path in reached(repo, launch.file) if launch.file else sources(repo, app.root):
        line = listens(repo, path)
        text = code_of(repo, path)
        if (
            line
            and ".listen" in text
            and "0.0.0" not in text
            and "host" not in text.lower()
            and "::" not in text
        ):
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/fastify-host",
                message="Fastify listens on localhost without a host; Heroku's router cannot reach that.",
                remedy="Add `host: '0.0.0.0'` to listen().",
                evidence=(repo.proof(path, line),),
            )
            return


def import_doubts(repo: Repo, app: NodeApp, launch: Launch, stack: str) -> Iterator[AnyFact]:
    """Yield a development dependency that the running code imports without condition."""
    if not launch.file.endswith((".js", ".mjs", ".cjs")) or launch.built:
        return
    for path in reached(repo, launch.file):
        for name in sorted(packages_used(code_of(repo, path))):
            dep = app.package.deps.get(name)
            if dep is None or not dep.dev or dep.group == "peerDependencies":
                continue
            quoted = rf"['\"]{re.escape(name)}['\"/]"
            pattern = rf"^(?:(?:const|let|var|import)\b[^'\"]*)?(?:require\(|from\s|import\s)?\s*{quoted}"
            line = repo.line_of(path, pattern)
            if line:
                yield Doubt(
                    stack=stack,
                    root=app.root,
                    id="node/pruned-import",
                    message=f"{path} imports {name}, a development dependency, gone when the app starts.",
                    remedy=command("npm", "install", "--save-prod", name),
                    evidence=(repo.proof(path, line), repo.proof(app.path, dep.line)),
                )
                return


def start_doubts(repo: Repo, app: NodeApp, launch: Launch, stack: str) -> Iterator[AnyFact]:
    """Say why the `start` script is not what runs, and what the command needs that no build makes."""
    start = app.script("start")
    if start and launch.script != "start":
        reasons = faults(repo, steps_of(repo, app, "start"))
        if reasons:
            yield Doubt(
                stack=stack,
                root=app.root,
                id="node/start-for-development",
                message=f"`{start.text}` is not run on Heroku: {reasons[0]}.",
                remedy=f"The web process is `{launch.command}` instead.",
                evidence=(script_proof(repo, app, start),),
            )
    if launch.framework and launch.framework.name == "@sveltejs/kit":
        yield from _adapter(app, launch, stack)
    if launch.built and not build_script(app) and not _postinstalled(repo, app):
        name = next(
            (
                one
                for one in ("build:prod", "compile", "build:server", "build:ts", "tsc", "dist")
                if app.script(one)
            ),
            "",
        )
        line = (
            f"npm run {name}"
            if name
            else ("tsc" if launch.built.endswith(".js") and app.dep("typescript") else "")
        )
        proofs = launch.evidence[:1] or (repo.proof(app.path, 1),)
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/no-build",
            message=f"{launch.built} is not in the repository, and no build script makes it.",
            remedy="Add a build script: Heroku runs it after installing.",
            evidence=proofs,
        )
        if line:
            yield Todo(
                stack=stack,
                root=app.root,
                command=command("npm", "pkg", "set", f"scripts.build={line}"),
                why=f"Heroku runs the build script, which must make {launch.built}.",
                evidence=proofs,
            )


def _adapter(app: NodeApp, launch: Launch, stack: str) -> Iterator[AnyFact]:
    yield Doubt(
        stack=stack,
        root=app.root,
        id="node/svelte-adapter",
        message="SvelteKit builds a server for Heroku only with the Node adapter, which is not declared.",
        remedy="Add it, and name it in svelte.config.js: npm install @sveltejs/adapter-node",
        evidence=launch.evidence[:1],
    )


def _postinstalled(repo: Repo, app: NodeApp) -> bool:
    return any(
        step.kind == "build"
        for name in ("postinstall", "prepare", "install")
        for step in steps_of(repo, app, name)
    )
