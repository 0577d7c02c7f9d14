"""Rust: Rocket, Actix, Axum and other servers, bots; built by a third-party buildpack."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Buildpack,
    Doubt,
    Process,
    Raw,
    Runtime,
    Strength,
    Todo,
    Uses,
    command,
)
from scaffold.families.code_text import Found, find
from scaffold.families.port_reading import Port, fixed_port, loopback, port_of
from scaffold.families.rust.apps import BOTS, WEB, Program, RustApp, binary, dep_proof, rust_apps, toolchain
from scaffold.families.rust.command import SERVE, WORK, subcommand
from scaffold.families.rust.database import drivers, migration
from scaffold.families.service_urls import addons
from scaffold.patterns import lazy
from scaffold.policy import table
from scaffold.repo import Repo, is_secondary, join
from scaffold.stacks import Stack

_BINDS = lazy(
    r"\.bind\(|\bTcpListener::bind\(|\bServer::bind\(|\.run\(\(|\brocket::(?:build|ignite|custom)\(|#\[(?:rocket::)?launch\]|\.listen\(|\bIron::new\(|"
    r"\bServer::http\(|\bserve\(|\bstart_server\("
)
_ARGUMENT = lazy(
    r"#\[(?:arg|clap|structopt)\((?=[^\]]*\blong\b)[^\]]*\)\]\s*(?:pub\s+)?(port|address|addr|bind|listen)\s*:"
)
_MAIN = lazy(r"^\s*(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(|#\[(?:rocket::)?launch\]", re.MULTILINE)


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the Cargo packages that run, one per build root; hints for the others."""
    chosen: dict[str, tuple[tuple[int, ...], RustApp, Program | None]] = {}
    for app in rust_apps(repo):
        program = _program(repo, app)
        rank = _rank(repo, app, program)
        if app.root not in chosen or rank > chosen[app.root][0]:
            chosen[app.root] = (rank, app, program)
    for rank, app, program in chosen.values():
        if program is None or not any(rank[1:3]):
            yield Uses(
                stack="rust",
                root=app.root,
                strength=Strength.HINT,
                serves=False,
                evidence=(dep_proof(repo, app, app.browser),),
                why=f"{app.cargo.path} makes a library or a command line, or runs in a browser",
            )
        else:
            yield from _app(repo, app, program)


def _binding(repo: Repo, program: Program) -> Found | None:
    return find(repo, program.files[:200], _BINDS)


def _serves(repo: Repo, app: RustApp, program: Program) -> bool:
    web = app.dep(WEB)
    if app.browser and web in ("", "hyper", "tonic"):
        return False
    if web in ("hyper", "actix", "tonic") or (web and app.dep(BOTS)):
        return _binding(repo, program) is not None
    return bool(web) or find(repo, program.files[:200], re.compile(r"\bTcpListener::bind\(")) is not None


def _program(repo: Repo, app: RustApp) -> Program | None:
    """Return the program to run: the one asked for, the one that binds a port, the package's own."""
    own = [item for item in app.programs if find(repo, [item.main], _MAIN)]
    told = next((item for item in own if item.name == app.cargo.default_run), None)
    if told or not own:
        return told

    def rank(item: Program) -> tuple[bool, bool, bool]:
        binds = find(repo, [item.main], _BINDS) is not None
        return (
            bool(re.search(r"(?:^|[-_])(?:server|web|api|app|http|backend)$", item.name)) and binds,
            binds,
            item.name == app.cargo.package,
        )

    return max(own, key=rank)


def _rank(repo: Repo, app: RustApp, program: Program | None) -> tuple[int, ...]:
    aside = app.folder != app.root and is_secondary(join(app.folder, "x"))
    return (
        int(program is not None and not aside),
        int(program is not None and _serves(repo, app, program)),
        int(program is not None and bool(app.dep(BOTS))),
        int(bool(re.search(r"server|web|api|backend|app", app.cargo.package))),
        int(app.folder == app.root),
        -app.folder.count("/"),
    )


def _app(repo: Repo, app: RustApp, program: Program) -> Iterator[AnyFact]:
    web = _serves(repo, app, program)
    library = app.dep(WEB) if web else app.dep(BOTS)
    main = find(repo, [program.main], _MAIN)
    proof = (dep_proof(repo, app, library), main.evidence if main else repo.proof(program.main))
    yield Uses(
        stack="rust",
        root=app.root,
        strength=Strength.FRAMEWORK if library else Strength.GENERIC,
        weight=4 if web else 2,
        serves=web,
        evidence=proof,
        why=f"{program.main} is a program of {app.cargo.package}"
        + (f", which uses {library}" if library else ""),
    )
    words, port = _words(repo, app, program) if web else ((binary(program),), Port(known=True))
    yield Process(
        stack="rust",
        root=app.root,
        name="web" if web else "worker",
        command=command(*words),
        evidence=tuple(dict.fromkeys((*proof, *port.evidence))),
        why=f"`cargo build --release` makes {program.name}",
    )
    if web:
        yield from _beside(repo, app, program)
        yield from _doubts(repo, app, program, port)
    yield from _build(repo, app)
    yield from migration(repo, app, program)
    yield from addons(
        repo, stack="rust", root=app.root, drivers=tuple(drivers(repo, app)), sources=program.files[:300]
    )


def _beside(repo: Repo, app: RustApp, program: Program) -> Iterator[AnyFact]:
    """Yield what the server's program does by other subcommands."""
    worker = subcommand(repo, program, WORK)
    if worker:
        yield Process(
            stack="rust",
            root=app.root,
            name="worker",
            command=command(binary(program), worker.word),
            evidence=(worker.evidence,),
            why="the program has a command that works beside the server",
        )


def _words(repo: Repo, app: RustApp, program: Program) -> tuple[tuple[str, ...], Port]:
    path = binary(program)
    if app.dep(("rocket",)):
        found = find(
            repo,
            program.files[:200],
            re.compile(r"""(?:env::var|var_os|env_var|std::env::var)\w*\(\s*"PORT"|Env::var\("PORT"\)"""),
        )
        if found is None:
            return (Raw("ROCKET_PORT=$PORT"), "ROCKET_ADDRESS=0.0.0.0", path), Port(known=True)
        return ("ROCKET_ADDRESS=0.0.0.0", path), Port(known=True, evidence=(found.evidence,))
    if app.dep(("loco-rs",)):
        return (
            path,
            "start",
            "--environment",
            "production",
            "--binding",
            "0.0.0.0",
            "--port",
            Raw("$PORT"),
        ), Port(known=True)
    port = port_of(repo, program.files[:200])
    if serve := subcommand(repo, program, SERVE):
        more = Port(known=port.known, words=port.words, evidence=(serve.evidence, *port.evidence))
        return (*port.words, path, serve.word), more
    if not port.known and (found := find(repo, program.files[:200], _ARGUMENT)):
        value = "$PORT" if found.match[1] == "port" else "0.0.0.0:$PORT"
        return (path, f"--{found.match[1]}", Raw(value)), Port(known=True, evidence=(found.evidence,))
    return (*port.words, path), port


def _doubts(repo: Repo, app: RustApp, program: Program, port: Port) -> Iterator[Doubt]:
    binding = _binding(repo, program)
    if not port.known:
        yield fixed_port(
            "rust",
            app.root,
            binding.evidence if binding else repo.proof(program.main),
            'Read std::env::var("PORT").',
        )
    if not app.dep(("rocket",)):
        yield from loopback(
            repo, "rust", app.root, program.files[:200], re.compile(r"bind|listen|addr|run\(")
        )
        local = find(
            repo,
            program.files[:200],
            re.compile(
                r"\(\[\s*127\s*,\s*0\s*,\s*0\s*,\s*1\s*\]|Ipv4Addr::LOCALHOST|bind\(\s*\(\s*\"(?:127\.0\.0\.1|localhost)\""
            ),
        )
        if local:
            yield Doubt(
                stack="rust",
                root=app.root,
                id="rust/loopback",
                evidence=(local.evidence,),
                remedy="Bind 0.0.0.0 (all interfaces).",
                message="The server listens on this machine only; Heroku's router does not reach it.",
            )


def _build(repo: Repo, app: RustApp) -> Iterator[AnyFact]:
    asked, proof = toolchain(repo, app)
    yield Runtime(stack="rust", root=app.root, language="rust", asked=asked, evidence=(proof,))
    yield Buildpack(
        stack="rust",
        root=app.root,
        name=str(table("rust")["buildpack"]["url"]),
        evidence=(repo.proof(app.cargo.path, app.cargo.line),),
        why="Heroku has no Rust buildpack of its own; this one runs `cargo build --release`",
    )
    if join(app.root, "Cargo.lock") not in repo:
        folder = () if app.root == "." else ("--manifest-path", join(app.root, "Cargo.toml"))
        yield Todo(
            stack="rust",
            root=app.root,
            evidence=(repo.proof(app.cargo.path),),
            command=command(
                "cargo",
                "generate-lockfile",
                *folder,
                Raw("&&"),
                "git",
                "add",
                "-f",
                join(app.root, "Cargo.lock"),
            ),
            why="without Cargo.lock every build may take other versions",
        )


MARKS = ("Cargo.toml",)
STACK = Stack(name="rust", title="Rust", language="rust", detect=detect)
