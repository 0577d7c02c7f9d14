"""Next.js: a server of its own behind `next start`, a custom server, or an exported site behind nginx."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import PORT, AnyFact, Doubt, Evidence, Process, Smoke, Strength, Todo, Uses, command
from scaffold.families.node.apps import NodeApp, dep_proof, node_apps, script_proof
from scaffold.families.node.build import build_script, build_steps
from scaffold.families.node.code import blanked
from scaffold.families.node.facts import bound
from scaffold.families.node.kind import Kind, kind_of_app
from scaffold.families.node.layout import uninstalled
from scaffold.families.node.scripts import proof_of, steps_of
from scaffold.families.node.site import find_site, site_facts
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary
from scaffold.stacks import Stack

_EXPORT = lazy(r"\boutput\s*:\s*[\"']export[\"']")
_FRONT = ("client", "frontend", "front-end", "front", "ui", "fe")
_CONFIGS = ("next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs")


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of every Next.js app."""
    for app in node_apps(repo):
        if is_secondary(app.path) and app.root != ".":
            continue
        kind = kind_of_app(repo, app)
        if kind.name == "next" and kind.dep:
            yield from _facts(repo, app, kind)


def _facts(repo: Repo, app: NodeApp, kind: Kind) -> Iterator[AnyFact]:
    proofs = (dep_proof(repo, app, kind.dep),) if kind.dep else ()
    yield Uses(
        stack="nextjs",
        root=app.root,
        evidence=(*proofs, *(kind.launch.evidence[:1] if kind.launch else ())),
        strength=Strength.HINT if uninstalled(repo, app, kind.launch) else Strength.FRAMEWORK,
        weight=1 if app.root.rpartition("/")[2] in _FRONT else 5,
        why=f"{app.path} declares next, and its pages are there.",
    )
    exported = _exported(repo, app)
    site = find_site(repo, app) if exported else None
    if site and exported:
        yield from site_facts(repo, app, site, "nextjs")
        return
    yield from _web(repo, app, kind, proofs)
    yield from _unbuilt(repo, app, proofs)


def _exported(repo: Repo, app: NodeApp) -> Evidence | None:
    """Return the line that makes the build a folder of files, which `next start` refuses to serve."""
    for name in _CONFIGS:
        path = app.at(name)
        if path in repo:
            found = _EXPORT.search(blanked(repo.text(path), strings=False))
            if found:
                return repo.proof(path, repo.text(path).count("\n", 0, found.start()) + 1)
    for step in build_steps(repo, app):
        if step.simple.program == "next" and "export" in step.simple.args:
            return proof_of(repo, step)
    return None


def _web(repo: Repo, app: NodeApp, kind: Kind, proofs: tuple[Evidence, ...]) -> Iterator[AnyFact]:
    launch = kind.launch
    steps = [step for step in launch.steps if step.runs] if launch else []
    by_next = bool(steps) and steps[-1].simple.program == "next"
    script = app.script("start")
    if launch and not by_next and launch.file:
        line, why, found = bound(repo, app, launch), launch.why, launch.evidence
    elif launch and by_next and launch.script:
        text = steps[-1].simple.text
        line = launch.command if "PORT" in text else launch.command + _passed(app)
        why, found = "next start serves what the build made, on $PORT.", launch.evidence
    elif launch and launch.script:
        line, why, found = launch.command, launch.why, launch.evidence
    else:
        line = f"{app.execute('next', 'start')} -p {PORT}"
        why = "next start serves what the build made, on $PORT."
        found = (*proofs, *((script_proof(repo, app, script),) if script else ()))
    yield Process(stack="nextjs", root=app.root, name="web", command=line, evidence=found, why=why)
    yield Smoke(stack="nextjs", root=app.root, path="/", evidence=found[:1])


def _passed(app: NodeApp) -> str:
    """Return how the package manager hands options on to a script."""
    return f" -- -p {PORT}" if app.manager in ("npm", "bun") else f" -p {PORT}"


def _unbuilt(repo: Repo, app: NodeApp, proofs: tuple[Evidence, ...]) -> Iterator[AnyFact]:
    if app.package.deps["next"].dev:
        yield Doubt(
            stack="nextjs",
            root=app.root,
            id="nextjs/pruned",
            message="next is a development dependency, removed before the app starts.",
            remedy=command("npm", "install", "--save-prod", "next"),
            evidence=proofs,
        )
    builds = any(
        step.simple.program == "next" and "build" in step.simple.args for step in build_steps(repo, app)
    )
    if builds or build_script(app):
        return
    if not any(step.kind == "build" for step in steps_of(repo, app, "start")):
        yield Todo(
            stack="nextjs",
            root=app.root,
            command=command("npm", "pkg", "set", "scripts.build=next build"),
            why="package.json has no build script, so nothing builds the app on Heroku.",
            evidence=proofs,
        )


MARKS = ("package.json",)
STACK = Stack(name="nextjs", title="Next.js", language="node", detect=detect)
