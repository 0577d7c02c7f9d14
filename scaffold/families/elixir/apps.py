"""The Mix projects of a repository: what they depend on, their configuration, the releases to build with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scaffold.facts import Evidence
from scaffold.manifests.mix import Mix, MixDep, parse, parse_lock
from scaffold.policy import table
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, join


@record
class MixApp:
    """A Mix project, an umbrella taken as one: `parts` are its folders, `deps` all of its dependencies."""

    root: str
    mix: Mix
    parts: tuple[str, ...]
    deps: Mapping[str, tuple[str, MixDep]] = made(factory=dict)
    locked: Mapping[str, str] = made(factory=dict)
    module: Evidence | None = None

    def dep(self, *names: str) -> str:
        """Return the first of these packages that is there at run time, "" for none."""
        return next((name for name in names if name in self.deps and self.deps[name][1].runs), "")


def mix_apps(repo: Repo) -> tuple[MixApp, ...]:
    """Return the Mix projects of the repository, shallow ones first; parts of umbrellas are left out."""
    return repo.once(("elixir", "apps"), lambda: tuple(_apps(repo)))


def _apps(repo: Repo) -> Iterator[MixApp]:
    paths = [path for path in repo.named("mix.exs") if "deps" not in path.split("/")[:-1]][:30]
    known = {folder_of(path): repo.parsed(path, parse) for path in paths}
    inside = {
        part
        for root, mix in known.items()
        if mix.apps_path
        for part in known
        if part.startswith(join(root, mix.apps_path) + "/")
    }
    for root, mix in known.items():
        if root in inside:
            continue
        parts = (
            root,
            *sorted(p for p in inside if mix.apps_path and p.startswith(join(root, mix.apps_path))),
        )
        deps: dict[str, tuple[str, MixDep]] = {}
        for part in parts:
            for name, dep in known[part].dependencies.items():
                deps.setdefault(name, (known[part].path, dep))
        lock = join(root, "mix.lock")
        started = next((known[p] for p in parts if known[p].module), None)
        yield MixApp(
            root=root,
            mix=mix,
            parts=parts,
            deps=deps,
            locked=repo.parsed(lock, parse_lock) if lock in repo else {},
            module=repo.proof(started.path, started.module_line) if started else None,
        )


def dep_proof(repo: Repo, app: MixApp, name: str) -> Evidence:
    """Return the line that asks for a package, mix.exs where none does."""
    path, dep = app.deps.get(name, (app.mix.path, None))
    return repo.proof(path, dep.line if dep else app.mix.line)


def settings(repo: Repo, app: MixApp) -> tuple[str, ...]:
    """Return the configuration files that hold in production."""
    names = ("runtime.exs", "heroku.exs", "prod.exs", "releases.exs", "prod.secret.exs", "config.exs")
    return tuple(
        path for part in app.parts for name in names if (path := join(part, f"config/{name}")) in repo
    )


def sources(repo: Repo, app: MixApp) -> tuple[str, ...]:
    """Return the Elixir files of the app's lib folders."""
    return tuple(path for part in app.parts for path in repo.suffixed(".ex", under=join(part, "lib")))


def phoenix_release(app: MixApp) -> tuple[int, int]:
    """Return the release of Phoenix, by the lock file or else the requirement; (0, 0) where unknown."""
    asked = app.deps["phoenix"][1].requirement if "phoenix" in app.deps else ""
    found = re.search(r"(\d+)\.(\d+)", app.locked.get("phoenix", "") or asked)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def asked_elixir(repo: Repo, app: MixApp) -> tuple[str, str, Evidence]:
    """Return the Elixir and Erlang a project asks for ("" where it does not), and the line."""
    path = join(app.root, ".tool-versions")
    line = repo.line_of(path, r"^elixir\s") if path in repo else 0
    if line:
        elixir = repo.lines(path)[line - 1].split()[1].partition("-otp")[0]
        erlang = repo.line_of(path, r"^erlang\s")
        told = repo.lines(path)[erlang - 1].split() if erlang else []
        return elixir, told[1] if len(told) > 1 else "", repo.proof(path, line)
    return app.mix.elixir, "", repo.proof(app.mix.path, app.mix.elixir_line or app.mix.line)


def releases(repo: Repo, app: MixApp) -> tuple[str, str]:
    """Return the exact Elixir and Erlang to build with."""
    data = table("elixir")
    elixir, erlang, proof = asked_elixir(repo, app)
    exact = re.fullmatch(r"\d+\.\d+\.\d+", elixir)
    if exact and proof.path.endswith(".tool-versions"):
        known = data["versions"].get(".".join(elixir.split(".")[:2]))
        return elixir, erlang or str((known or data["versions"][data["phoenix"]["default"]])[1])
    lowest = re.search(r"(\d+)\.(\d+)", elixir)
    major, minor = phoenix_release(app)
    usual = str(data["phoenix"].get(f"{major}.{minor}", data["phoenix"]["default"]))
    wanted = max((usual, f"{lowest[1]}.{lowest[2]}" if lowest else usual), key=_key)
    fitting = [name for name in data["versions"] if _key(name) >= _key(wanted)]
    chosen = data["versions"][min(fitting, key=_key) if fitting else max(data["versions"], key=_key)]
    return str(chosen[0]), str(chosen[1])


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
