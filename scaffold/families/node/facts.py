"""Every package of the repository -> the facts of stack `node`; what Next.js adds to them is not here."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Migration, Process, Raw, Seed, Smoke, Strength, Uses, command
from scaffold.families.node.apps import NodeApp, node_apps
from scaffold.families.node.doubts import bad_listens, import_doubts, listen_doubts, start_doubts
from scaffold.families.node.frameworks import host_needed
from scaffold.families.node.kind import Kind, kind_of_app
from scaffold.families.node.launch import Launch
from scaffold.families.node.layout import client_doubts, delegate, layout_facts, sibling_workers, uninstalled
from scaffold.families.node.migrations import migration_facts
from scaffold.families.node.runtime import (
    buildpack_facts,
    builds_assets,
    install_doubts,
    manager_doubts,
    runtime_facts,
)
from scaffold.families.node.seeds import node_seed
from scaffold.families.node.services import prisma_vars, service_facts
from scaffold.families.node.site import find_site, site_facts
from scaffold.families.node.tools import words
from scaffold.families.node.workers import worker_facts
from scaffold.record import replace
from scaffold.repo import Repo, is_secondary, relative

STACK = "node"
_SERVER_FOLDERS = frozenset(words("server backend api app back back-end web service core"))
_PAGES = frozenset(words("website site docs documentation landing www marketing storybook"))
_WHOLE = frozenset(
    words(
        "@nestjs/core @strapi/strapi strapi nuxt nuxt3 @remix-run/serve @remix-run/express "
        "@react-router/serve @sveltejs/adapter-node @astrojs/node @keystone-6/core "
        "@medusajs/medusa parse-server directus ghost sails @adonisjs/core @feathersjs/feathers "
        "@loopback/rest"
    )
)


def node_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of every package in the repository."""
    for app in node_apps(repo):
        if is_secondary(app.path) and app.root != ".":
            continue
        yield from _app_facts(repo, app)


def _app_facts(repo: Repo, app: NodeApp) -> Iterator[AnyFact]:
    kind = kind_of_app(repo, app)
    yield from _uses(repo, app, kind)
    if kind.name == "tooling":
        yield from _support(repo, app, kind)
        return
    yield from runtime_facts(repo, app, STACK)
    yield from _support(repo, app, kind)
    yield from manager_doubts(repo, app, STACK)
    yield from install_doubts(repo, app, STACK)
    yield from layout_facts(repo, app, STACK, site=kind.name == "site")
    if kind.name == "site":
        site = find_site(repo, app)
        if site:
            yield from site_facts(repo, app, site, STACK)
        return
    if kind.name == "server" and kind.launch:
        yield from _web(repo, app, kind.launch)
    yield from _whole(repo, app, kind)


def _uses(repo: Repo, app: NodeApp, kind: Kind) -> Iterator[AnyFact]:
    strength, weight, why = _rank(repo, app, kind)
    yield Uses(
        stack=STACK,
        root=app.root,
        evidence=kind.evidence(repo, app),
        strength=strength,
        weight=weight,
        serves=kind.name in ("server", "next", "site"),
        why=why,
    )


def _rank(repo: Repo, app: NodeApp, kind: Kind) -> tuple[Strength, int, str]:
    name = kind.dep.name if kind.dep else ""
    if kind.name == "tooling":
        return Strength.HINT, 0, f"{app.path} declares packages, but nothing that runs."
    if kind.name == "site":
        hint = bool(kind.beside) or any(
            other in repo for other in ("manage.py", "Gemfile", "artisan", "mix.exs")
        )
        hint = hint or app.root.rpartition("/")[2] in _PAGES
        if hint:
            return (
                Strength.HINT,
                0,
                f"{app.path} builds files with {name}, beside another app.",
            )
        return Strength.GENERIC, 1, f"{app.path} builds a site of files with {name}."
    if kind.name == "next":
        return Strength.GENERIC, 1, f"{app.path} is a Next.js app."
    return _rank_of_running(repo, app, kind)


def _rank_of_running(repo: Repo, app: NodeApp, kind: Kind) -> tuple[Strength, int, str]:
    name = kind.dep.name if kind.dep else ""
    target = uninstalled(repo, app, kind.launch)
    if target:
        return (
            Strength.HINT,
            0,
            f"{app.path} starts {target.root}, but nothing installs the packages of that folder.",
        )
    if kind.name == "worker":
        return Strength.FRAMEWORK, 2, f"{app.path} works with {name} and answers no HTTP."
    if kind.launch is None:
        return Strength.GENERIC, 1, f"{app.path} declares {name}, but nothing was found that starts it."
    whole = app.prod(*_WHOLE) is not None
    folder = app.root.rpartition("/")[2] in _SERVER_FOLDERS or app.root == "."
    if kind.dep or kind.listening:
        return (
            Strength.FRAMEWORK,
            max(0, 2 + whole + folder - 2 * bool(kind.beside)),
            f"{app.path} runs a server{f' with {name}' if name else ''}.",
        )
    return Strength.GENERIC, 1, f"{app.path} has a script that runs it."


def _support(repo: Repo, app: NodeApp, kind: Kind) -> Iterator[AnyFact]:
    built = builds_assets(repo, app)
    support = bool(built and (kind.beside or kind.name == "tooling"))
    if kind.name != "tooling" or support:
        proofs = (built,) if support and built else (repo.proof(app.path, 1), *app.manager_evidence[:1])
        yield from buildpack_facts(app, STACK, support=support, evidence=proofs)


def _web(repo: Repo, app: NodeApp, launch: Launch) -> Iterator[AnyFact]:
    yield Process(
        stack=STACK,
        root=app.root,
        name="web",
        command=bound(repo, app, launch),
        evidence=launch.evidence,
        strength=Strength.FRAMEWORK,
        why=launch.why,
    )
    yield Smoke(stack=STACK, root=app.root, path="/", evidence=launch.evidence[:1])
    yield from listen_doubts(repo, app, launch, STACK)
    yield from start_doubts(repo, app, launch, STACK)
    yield from import_doubts(repo, app, launch, STACK)
    yield from client_doubts(repo, app, STACK)


def bound(repo: Repo, app: NodeApp, launch: Launch) -> str:
    """Return the command of a web process, with the variables its code takes port and host from."""
    before = []
    variables = {one.variable for one in bad_listens(repo, app, launch) if one.variable}
    if len(variables) == 1:
        before.append(f"{variables.pop()}=$PORT")
    if host_needed(app) and "HOST=" not in launch.command:
        before.append("HOST=0.0.0.0")
    after = []
    last = next((step for step in reversed(launch.steps) if step.runs), None)
    if last and last.simple.program == "json-server" and launch.script and "--port" not in last.simple.text:
        after.append(
            "--port $PORT --host 0.0.0.0" if "yarn" in launch.command else "-- --port $PORT --host 0.0.0.0"
        )
    return " ".join((*before, launch.command, *after))


def _whole(repo: Repo, app: NodeApp, kind: Kind) -> Iterator[AnyFact]:
    """Yield what an app needs beside its web process, of the package that its scripts really run."""
    if kind.name == "server":
        yield from _siblings(repo, app)
    target = delegate(repo, app, kind.launch)
    inner = kind_of_app(repo, target) if target.root != app.root else kind
    for fact in (
        *service_facts(repo, target, STACK),
        *prisma_vars(repo, target, STACK),
        *migration_facts(repo, target, STACK),
        *node_seed(repo, target, STACK),
        *worker_facts(repo, target, inner, STACK),
    ):
        yield fact if target.root == app.root else _moved(app, target, fact)


def _siblings(repo: Repo, app: NodeApp) -> Iterator[AnyFact]:
    """Yield the workers of a workspace that are packages of their own."""
    for other in sibling_workers(repo, app):
        kind = kind_of_app(repo, other)
        if kind.name == "worker" and kind.launch:
            up = "/".join([".."] * (app.root.count("/") + 1))
            yield Process(
                stack=STACK,
                root=app.root,
                name="worker",
                command=f"{command('cd', f'{up}/{other.root}', Raw('&&'))} {kind.launch.command}",
                tool=other.root.rpartition("/")[2],
                evidence=kind.evidence(repo, other),
                why=f"{other.root} is a worker in the same workspace.",
            )
            for fact in service_facts(repo, other, STACK):
                yield replace(fact, root=app.root)


def _moved(app: NodeApp, target: NodeApp, fact: AnyFact) -> AnyFact:
    """Return a fact of an inner package as one of the package whose scripts run it."""
    if isinstance(fact, Process | Migration | Seed):
        prefix = command("cd", relative(app.root, target.root), Raw("&&"))
        return replace(fact, root=app.root, command=f"{prefix} {fact.command}")
    return replace(fact, root=app.root)
