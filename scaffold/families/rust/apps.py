"""The Cargo packages of a repository and their programs: where each is built, what it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from scaffold.facts import Evidence
from scaffold.manifests import toml_file
from scaffold.manifests.cargo import Cargo, CargoDep, parse
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

WEB = (
    "rocket",
    "actix-web",
    "axum",
    "warp",
    "poem",
    "salvo",
    "tide",
    "gotham",
    "iron",
    "nickel",
    "rouille",
    "tiny_http",
    "thruster",
    "viz",
    "ntex",
    "loco-rs",
    "trillium",
    "hyper",
    "leptos_axum",
    "leptos_actix",
    "rweb",
    "dropshot",
    "axum-server",
    "actix",
    "tonic",
    "juniper_warp",
    "perseus-warp",
    "cot",
    "pavex",
)
"""Packages that answer HTTP."""

BOTS = (
    "serenity",
    "poise",
    "teloxide",
    "twilight-gateway",
    "twilight-http",
    "telegram-bot",
    "frankenstein",
    "matrix-sdk",
    "tbot",
    "grammers-client",
    "carapax",
    "tgbot",
    "telebot",
    "slack-morphism",
    "irc",
    "twitch-irc",
    "songbird",
    "vkbot",
    "rutebot",
)
"""Packages of chat services."""

_BROWSER = (
    "yew",
    "wasm-bindgen",
    "tauri",
    "seed",
    "sycamore",
    "percy-dom",
    "bevy",
    "eframe",
    "iced",
    "gtk4",
    "egui",
)


@record
class Program:
    """A binary: its name in target/release, the file with its main function, the files it may be built of."""

    name: str
    main: str
    files: tuple[str, ...]


@record
class RustApp:
    """A package: `root` is what cargo builds (the workspace's folder), `folder` the package's own."""

    root: str
    folder: str
    cargo: Cargo
    programs: tuple[Program, ...]
    features: Mapping[str, CargoDep] = made(factory=dict)
    virtual: bool = False

    def dep(self, names: tuple[str, ...]) -> str:
        """Return the first of these packages that is depended on, "" for none."""
        return next((name for name in names if name in self.features), "")

    @property
    def browser(self) -> str:
        """Return what says that the package runs in a browser or on a desktop, "" for none."""
        return self.dep(_BROWSER)


def rust_apps(repo: Repo) -> tuple[RustApp, ...]:
    """Return the Cargo packages of the repository, shallow ones first."""
    return repo.once(("rust", "apps"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[RustApp]:
    manifests = {}
    for path in repo.named("Cargo.toml")[:150]:
        cargo = None if "vendor" in path.split("/") else repo.try_parsed(path, parse)
        if cargo is not None:
            manifests[folder_of(path)] = cargo
    for folder, cargo in manifests.items():
        if not cargo.package:
            continue
        above = _workspace(folder, manifests)
        shared = manifests[above].dependencies if above != folder else {}
        root = above
        yield RustApp(
            root=root,
            folder=folder,
            cargo=cargo,
            programs=tuple(_programs(repo, folder, cargo, manifests)),
            features={
                **{k: v for k, v in cargo.dependencies.items() if not v.optional},
                **{
                    k: v
                    for k, v in shared.items()
                    if k in cargo.dependencies and not cargo.dependencies[k].features
                },
            },
            virtual=not manifests[above].package,
        )


def _workspace(folder: str, manifests: Mapping[str, Cargo]) -> str:
    """Return the folder of the workspace a package belongs to, its own without one."""
    here = folder
    while here != ".":
        here = folder_of(here)
        known = manifests.get(here)
        inside = relative(here, folder)
        if (
            known
            and known.workspace
            and any(fnmatchcase(inside, item.removeprefix("./").rstrip("/")) for item in known.members)
        ):
            return here
    return folder


def _programs(repo: Repo, folder: str, cargo: Cargo, manifests: Mapping[str, Cargo]) -> Iterator[Program]:
    if cargo.library_only:
        return
    inner = tuple(
        f"{other}/"
        for other in manifests
        if other != folder and (folder == "." or other.startswith(folder + "/"))
    )
    source = join(folder, "src")
    files = tuple(
        path
        for path in repo.suffixed(".rs", under=source)
        if not path.startswith(inner) and not is_secondary(relative(folder, path))
    )
    bins = join(folder, "src/bin") + "/"
    shared = tuple(path for path in files if not path.startswith(bins))
    told = {name: path for name, path, _ in cargo.binaries}
    used: set[str] = set()
    for name, path in told.items():
        places = (path, f"src/bin/{name}.rs", f"src/bin/{name}/main.rs", "src/main.rs")
        main = next((join(folder, place) for place in places if place and join(folder, place) in repo), "")
        if main:
            used.add(main)
            yield Program(name=name, main=main, files=(main, *(p for p in shared if p != main)))
    usual = join(folder, "src/main.rs")
    if usual in repo and usual not in used and cargo.package not in told:
        yield Program(name=cargo.package, main=usual, files=(usual, *(p for p in shared if p != usual)))
    for path in files:
        inside = path[len(bins) :] if path.startswith(bins) else ""
        match = re.fullmatch(r"([\w-]+)(?:\.rs|/main\.rs)", inside)
        if match and match[1] not in told and path not in used:
            own = tuple(p for p in files if p.startswith(f"{bins}{match[1]}/") and p != path)
            yield Program(name=match[1], main=path, files=(path, *own, *shared))


def binary(program: Program) -> str:
    """Return the path of a built program."""
    return f"./target/release/{program.name}"


def dep_proof(repo: Repo, app: RustApp, name: str) -> Evidence:
    """Return the line that asks for a package, the manifest where none does."""
    dep = app.cargo.dependencies.get(name)
    return repo.proof(app.cargo.path, dep.line if dep else app.cargo.line)


def toolchain(repo: Repo, app: RustApp) -> tuple[str, Evidence]:
    """Return the Rust version a project asks for ("" for none), and the line."""
    for name in ("rust-toolchain.toml", "rust-toolchain"):
        path = join(app.root, name)
        if path not in repo:
            continue
        document = (
            repo.try_parsed(path, toml_file.parse)
            if name.endswith(".toml") or "[" in repo.text(path)
            else None
        )
        told = document.at("toolchain", "channel") if document else repo.text(path).strip()
        if isinstance(told, str) and told:
            return told, repo.proof(path, repo.line_of(path, re.escape(told)))
    return app.cargo.rust, repo.proof(app.cargo.path, app.cargo.rust_line or app.cargo.line)
