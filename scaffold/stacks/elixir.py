"""Elixir: Phoenix with Ecto migrations and assets, Plug servers, bots and other applications of Mix."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    Addon,
    AnyFact,
    Buildpack,
    ConfigVar,
    File,
    Migration,
    Process,
    Runtime,
    Strength,
    Uses,
)
from scaffold.families.code_text import find
from scaffold.families.elixir.apps import (
    MixApp,
    asked_elixir,
    dep_proof,
    mix_apps,
    phoenix_release,
    releases,
    settings,
    sources,
)
from scaffold.families.elixir.doubts import doubts
from scaffold.families.port_reading import fixed_port
from scaffold.patterns import lazy
from scaffold.policy import table
from scaffold.repo import Repo, join
from scaffold.stacks import Stack

_SERVERS = ("plug_cowboy", "bandit", "cowboy", "raxx", "ace", "trot", "sugar", "maru", "grpc")
_BOTS = (
    "nostrum",
    "alchemy",
    "nadia",
    "ex_gram",
    "telegex",
    "slack",
    "slack_elixir",
    "exirc",
    "coxir",
    "telegram",
    "hedwig",
)
_QUEUES = ("oban", "broadway", "exq", "quantum", "gen_stage", "verk", "toniq", "honeydew")
_LISTENS = lazy(
    r"\bPlug\.(?:Cowboy|Adapters\.Cowboy)\b|\bBandit\b|:cowboy\.|GRPC\.Server|Raxx|Ace\.|Trot|Maru"
)
_DATABASES = {"postgrex": "postgres", "myxql": "mysql", "mariaex": "mysql"}


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the Mix projects that run; a hint for libraries."""
    for app in mix_apps(repo):
        if app.dep("phoenix") and find(repo, sources(repo, app), re.compile(r"use\s+Phoenix\.Endpoint")):
            yield from _phoenix(repo, app)
        elif app.module and (name := app.dep(*_SERVERS)) and find(repo, sources(repo, app), _LISTENS):
            yield from _plain(repo, app, name, web=True)
        elif app.module and (name := app.dep(*_BOTS, *_QUEUES)):
            yield from _plain(repo, app, name, web=False)
        else:
            yield Uses(
                stack="elixir",
                root=app.root,
                strength=Strength.HINT,
                serves=False,
                why=f"{app.mix.path} is a library, or nothing in it serves",
                evidence=(dep_proof(repo, app, "phoenix"),),
            )


def _phoenix(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    proof = dep_proof(repo, app, "phoenix")
    endpoint = find(repo, sources(repo, app), re.compile(r"use\s+Phoenix\.Endpoint"))
    evidence = (proof, *((endpoint.evidence,) if endpoint else ()))
    task = "phoenix.server" if (0, 0) < phoenix_release(app) < (1, 3) else "phx.server"
    yield Uses(
        stack="elixir",
        root=app.root,
        weight=5,
        why="phoenix is required and an endpoint is defined",
        evidence=evidence,
    )
    yield Process(
        stack="elixir",
        root=app.root,
        name="web",
        command=f"mix {task}",
        evidence=evidence,
        why="Phoenix serves its endpoint",
    )
    yield from _build(repo, app)
    yield from _assets(repo, app)
    yield from _vars(repo, app)
    yield from _database(repo, app)
    yield from doubts(repo, app)


def _plain(repo: Repo, app: MixApp, library: str, *, web: bool) -> Iterator[AnyFact]:
    proof = tuple(e for e in (dep_proof(repo, app, library), app.module) if e)
    yield Uses(
        stack="elixir",
        root=app.root,
        weight=4 if web else 2,
        serves=web,
        evidence=proof,
        why=f"{library} is required and the application starts by itself",
    )
    yield Process(
        stack="elixir",
        root=app.root,
        name="web" if web else "worker",
        command="mix run --no-halt",
        evidence=proof,
        why="the application's own supervisor starts what it runs",
    )
    yield from _build(repo, app)
    if web:
        files = (*settings(repo, app), *sources(repo, app))
        if not find(repo, files, re.compile(r'"PORT"')):
            yield fixed_port(
                "elixir", app.root, proof[-1], 'Use String.to_integer(System.get_env("PORT") || "4000").'
            )
    yield from _database(repo, app)


def _build(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    data = table("elixir")
    path = join(app.root, "elixir_buildpack.config")
    line = repo.line_of(path, r"^elixir_version=") if path in repo else 0
    asked, _, proof = asked_elixir(repo, app)
    if line:
        words = repo.lines(path)[line - 1].partition("=")[2].strip().strip("\"'()").split()
        asked, proof = words[-1] if words else "", repo.proof(path, line)
    yield Runtime(stack="elixir", root=app.root, language="elixir", asked=asked, evidence=(proof,))
    yield Buildpack(
        stack="elixir",
        root=app.root,
        name=str(data["buildpacks"]["elixir"]),
        evidence=(repo.proof(app.mix.path, app.mix.line),),
        why="Heroku has no Elixir buildpack of its own",
    )
    if path not in repo:
        elixir, erlang = releases(repo, app)
        hook = ""
        if _digests_without_node(repo, app):
            hook = 'hook_post_compile="eval mix assets.deploy && rm -f _build/esbuild* _build/tailwind*"\n'
        yield File(
            stack="elixir",
            root=app.root,
            path=path,
            evidence=(proof,),
            text=f"elixir_version={elixir}\nerlang_version={erlang}\nalways_rebuild=false\n{hook}",
            why="the buildpack's own versions are old; these fit the project",
        )


def _digests_without_node(repo: Repo, app: MixApp) -> bool:
    """Tell whether the assets are built by Mix alone (esbuild and tailwind as Elixir packages)."""
    return _deploys(repo, app) and not _package(repo, app)


def _deploys(repo: Repo, app: MixApp) -> bool:
    return any(repo.line_of(join(part, "mix.exs"), r"\"?assets\.deploy\"?:") for part in app.parts)


def _package(repo: Repo, app: MixApp) -> str:
    places = (join(part, f"{name}package.json") for part in app.parts for name in ("assets/", ""))
    return next((path for path in places if path in repo), "")


def _assets(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    package = _package(repo, app)
    config = join(app.root, "elixir_buildpack.config")
    hooked = config in repo and "hook_post_compile" in repo.text(config)
    if package or (_deploys(repo, app) and config in repo and not hooked):
        proof = repo.proof(package) if package else dep_proof(repo, app, "phoenix")
        yield Buildpack(
            stack="elixir",
            root=app.root,
            name=str(table("elixir")["buildpacks"]["static"]),
            position=95,
            evidence=(proof,),
            why="it builds and digests the assets with Node after the app is compiled",
        )


def _vars(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    files = settings(repo, app)
    own = next((path for path in files if path.endswith("config/heroku.exs")), "")
    if own:
        yield ConfigVar(
            stack="elixir",
            root=app.root,
            name="MIX_ENV",
            value="heroku",
            description="The Mix environment to build and run: config/heroku.exs",
            evidence=(repo.proof(own),),
        )
    secret = find(repo, files, re.compile(r'"(SECRET_KEY_BASE)"'))
    if secret:
        yield ConfigVar(
            stack="elixir",
            root=app.root,
            name="SECRET_KEY_BASE",
            required=True,
            secret=True,
            generator="secret",
            description="Random text (64 characters or more) that Phoenix signs with",
            evidence=(secret.evidence,),
        )
    host = find(repo, files, re.compile(r'(?:get_env|fetch_env!)\(\s*"(PHX_HOST|HOST|APP_HOST|HOSTNAME)"'))
    if host:
        yield ConfigVar(
            stack="elixir",
            root=app.root,
            name=host.match[1],
            required=True,
            evidence=(host.evidence,),
            description="The app's host name (NAME.herokuapp.com or its own domain): sockets refuse others",
        )


def _database(repo: Repo, app: MixApp) -> Iterator[AnyFact]:
    driver = app.dep(*_DATABASES)
    if not driver:
        return
    proof = dep_proof(repo, app, driver)
    read = find(repo, settings(repo, app), re.compile(r'"(DATABASE_URL|ECTO_DATABASE_URL|DB_URL)"'))
    service = _DATABASES[driver]
    name = read.match[1] if read else ""
    yield Addon(
        stack="elixir",
        root=app.root,
        service=service,
        var="" if name == "DATABASE_URL" and service == "postgres" else name,
        strength=Strength.FRAMEWORK if read else Strength.HINT,
        evidence=(proof, *((read.evidence,) if read else ())),
        why=f"{driver} is required"
        + (f" and {name} is read" if read else ", but no configuration reads a URL"),
    )
    folder, first = next(
        (
            (join(part, f"priv/{name}/migrations"), path)
            for part in app.parts
            for name in _repos(repo, part)
            for path in repo.under(join(part, f"priv/{name}/migrations"))
            if path.endswith((".exs", ".ex")) and not path.endswith(".formatter.exs")
        ),
        ("", ""),
    )
    if first and app.dep("ecto_sql", "ecto", "phoenix_ecto"):
        yield Migration(
            stack="elixir",
            root=app.root,
            command="POOL_SIZE=2 mix ecto.migrate",
            paths=(folder,),
            why=f"{folder} holds migrations; two connections leave the others to the running app",
            evidence=(repo.proof(first), proof),
        )


def _repos(repo: Repo, part: str) -> tuple[str, ...]:
    base = join(part, "priv") + "/"
    found = {
        path[len(base) :].split("/")[0] for path in repo.under(join(part, "priv")) if "/migrations/" in path
    }
    return tuple(sorted(found, key=lambda name: (name != "repo", name)))


MARKS = ("mix.exs",)
STACK = Stack(name="elixir", title="Elixir", language="elixir", detect=detect)
