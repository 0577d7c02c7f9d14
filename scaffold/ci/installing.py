"""Plan and repository -> how an app and its tests are installed, by its package manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scaffold import policy
from scaffold.facts import command
from scaffold.patterns import lazy
from scaffold.plan.model import Plan
from scaffold.record import record
from scaffold.repo import Repo, join, relative

if TYPE_CHECKING:
    from scaffold.families.python.apps import PythonApp

_DEVELOPMENT = lazy(r"(?:.*[-_.])?(?:dev|develop|development|test|tests|testing|ci|local)(?:[-_.].*)?")
_TOOL = lazy(r"(npm|yarn|pnpm|bun)@([\w.-]+)")


@record
class Install:
    """The commands in order; `around` runs a command inside what they made.

    `inputs` are of the set-up action on GitHub, which may do part of the work itself: then `on_github` are
    the commands that are left there.
    """

    commands: tuple[str, ...]
    around: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    on_github: tuple[str, ...] | None = None


def install(plan: Plan, repo: Repo) -> Install | None:
    """Return how the app in the plan's folder is installed for its tests, None where that is not known."""
    known = _LANGUAGES.get(plan.language)
    return known(plan, repo) if known else None


def _tool(name: str) -> str:
    return str(policy.table("ci")["tools"][name])


def _python(plan: Plan, repo: Repo) -> Install:
    from scaffold.families.python.apps import python_apps

    app = next((app for app in python_apps(repo) if app.root == plan.root), None)
    made = {
        "uv": ("uv", "uv sync --locked"),
        "poetry": ("poetry", "poetry install --no-interaction"),
        "pipenv": ("pipenv", "pipenv install --dev --deploy"),
    }.get(app.manager if app else "")
    if made is not None:
        return Install(
            commands=(f"pip install {made[0]}=={_tool(made[0])}", made[1]), around=f"{made[0]} run "
        )
    line = _pip(plan, repo, app)
    return Install(commands=(line,) if line else ())


def _pip(plan: Plan, repo: Repo, app: PythonApp | None) -> str:
    """Install the requirements, those of the tests where they stand apart, and what runs the tests."""
    from scaffold.families.python.deps import requirement_files, stem_rank

    files = [path for path in requirement_files(repo).get(plan.root, ()) if not path.endswith(".in")]
    usual = [path for path in files if stem_rank(path) < 100][:1]
    apart = [path for path in files if stem_rank(path) >= 100 and _is_for_tests(path)]
    runner = (app.dev.get("pytest") or app.deps.get("pytest")) if app else None
    named = [runner.evidence.path] if runner and runner.evidence.path in apart else apart[:1]
    words = [word for path in (*usual, *named) for word in ("-r", relative(plan.root, path))]
    if not usual and join(plan.root, "pyproject.toml") in repo:
        words.append(_project(runner.group if runner else ""))
        words += ["--group", runner.group] if runner and _is_group(runner.group) else []
    if runner is None and plan.test_command.endswith("pytest"):
        words.append("pytest")
    return command("pip", "install", *words) if words else ""


def _project(group: str) -> str:
    return f".[{group.removeprefix('extra:')}]" if group.startswith("extra:") else "."


def _is_group(group: str) -> bool:
    return group not in ("", "test-file") and not group.startswith("extra:")


def _is_for_tests(path: str) -> bool:
    return _DEVELOPMENT.fullmatch(path.rpartition("/")[2].rpartition(".")[0].lower()) is not None


def _node(plan: Plan, repo: Repo) -> Install | None:
    from scaffold.families.node.apps import app_at

    app = app_at(repo, plan.root)
    if app is None:
        return None
    asked = _TOOL.match(app.package.package_manager)
    version = asked[2] if asked else ""
    made: Mapping[str, tuple[str, ...]] = {
        "npm": ("npm ci" if app.locks else "npm install",),
        "yarn": ("yarn install --frozen-lockfile",),
        "berry": ("corepack enable", "yarn install --immutable"),
        "pnpm": (
            f"npm install --global pnpm@{version or _tool('pnpm')}",
            "pnpm install --frozen-lockfile" if app.locks else "pnpm install",
        ),
        "bun": (f"npm install --global bun@{version or _tool('bun')}", "bun install --frozen-lockfile"),
    }
    commands = made[app.manager]
    if app.top == "." != plan.root and app.manager == "npm":
        commands = (command("npm", "ci", "--prefix", "/".join([".."] * len(plan.root.split("/")))),)
    return Install(commands=commands)


def _ruby(plan: Plan, repo: Repo) -> Install:
    rails = join(plan.root, "bin/rails") in repo
    database = any(addon.service in ("postgres", "mysql") for addon in plan.addons)
    schema = ("bin/rails db:test:prepare",) if rails and database else ()
    inputs = [("bundler-cache", "true")]
    if plan.root != ".":
        inputs.append(("working-directory", plan.root))
    return Install(commands=("bundle install", *schema), inputs=tuple(inputs), on_github=schema)


def _rust(plan: Plan, repo: Repo) -> Install:
    version = plan.runtime.version if plan.runtime else ""
    pinned = any(join(plan.root, name) in repo for name in ("rust-toolchain.toml", "rust-toolchain"))
    toolchain = () if pinned or not version else (command("rustup", "default", version),)
    return Install(commands=(), on_github=toolchain)


def _by(*commands: str, on_github: tuple[str, ...] | None = None) -> Callable[[Plan, Repo], Install]:
    return lambda _plan, _repo: Install(commands=commands, on_github=on_github)


_LANGUAGES: Mapping[str, Callable[[Plan, Repo], Install | None]] = {
    "python": _python,
    "node": _node,
    "ruby": _ruby,
    "java": _by(),
    "elixir": _by(
        "mix local.hex --force",
        "mix local.rebar --force",
        "mix deps.get",
        on_github=("mix deps.get",),
    ),
    "rust": _rust,
    "dart": _by("dart pub get"),
    "go": _by(),
    "dotnet": _by(),
    "php": _by("composer install --no-interaction --prefer-dist"),
}
