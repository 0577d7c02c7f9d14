"""package.json scripts -> the steps they come down to, `npm run x`, `cd sub` and workspaces followed."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.families.node.apps import NodeApp, app_at, node_apps
from scaffold.families.node.code import resolve
from scaffold.families.node.shell import Simple, simple, split_commands
from scaffold.families.node.tools import FILE_WATCHERS, TYPESCRIPT_RUNNERS, kind_of, packages_of, words
from scaffold.manifests.package_json import Script
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_DEPTH = 6
_INSTALLS = frozenset(words("install i ci add dedupe rebuild update prune audit link bootstrap up"))
_FOLDER_FLAGS = ("--prefix", "--cwd", "-C", "--dir")
_MEMBER_FLAGS = ("--workspace", "-w", "--filter", "-F", "--scope")
_SIDE_BY_SIDE = frozenset(["concurrently", "npm-run-all", "run-s", "run-p", "npm-run-all2", "wsrun", "stmux"])
_SIDE_VALUES = frozenset(
    words("-n --names -c --prefix-colors -p --prefix -l --restart-tries --kill-others-signal")
)
_FOREIGN = frozenset(
    words(
        "python python3 pip pipenv poetry uv ruby bundle rails rake php composer go java mvn "
        "gradle dotnet cargo mix make flask gunicorn uvicorn deno ./gradlew ./mvnw hugo jekyll"
    )
)
_BUILDS = lazy(
    r"(?:pre|post)?(?:build|compile|bundle|clean|lint|copy|dist|transpile|generate|assets)(?:[:_-]|$)"
)
_ENDS = ("node", "runner", "")
_ELSEWHERE = frozenset(
    words("git ssh scp rsync docker docker-compose podman vagrant heroku flyctl fly kubectl ngrok")
)


@record
class Step:
    """A simple command in its place: the script it stands in, the package of that, the folder it runs in.

    `kind` is node (a JavaScript file), runner (a file compiled on the way), watcher (a file restarted
    on changes), pm2, dev, build, serve, migrate, install, shell, foreign or "" (not known).
    """

    simple: Simple
    script: Script
    app: NodeApp
    folder: str
    kind: str

    @property
    def runs(self) -> bool:
        """Tell whether the step is one that stays up."""
        return self.kind in ("node", "runner", "watcher", "pm2", "serve", "dev", "")


def steps_of(repo: Repo, app: NodeApp, name: str) -> tuple[Step, ...]:
    """Return the steps a script comes down to, `pre` and `post` scripts included; () where there is none."""
    return repo.once(("node-steps", app.root, name), lambda: tuple(_script(repo, app, name, 0)))


def lacking(step: Step) -> tuple[str, bool] | None:
    """Return the executable of a step that is not there at run time, and whether a dev package has it."""
    wanted = list(step.simple.tools)
    if step.kind in words("runner watcher pm2 serve build dev migrate"):
        wanted.append(step.simple.program)
    for program in wanted:
        packages = packages_of(program)
        if "/" in program or step.app.prod(*packages):
            continue
        declared = step.app.dep(*packages)
        if declared or program in _KNOWN_MISSING:
            return program, declared is not None
    return None


_KNOWN_MISSING = frozenset(
    words("cross-env nodemon ts-node tsx pm2 pm2-runtime forever serve http-server env-cmd")
)


def proof_of(repo: Repo, step: Step) -> Evidence:
    """Return the line of the script a step stands in."""
    return repo.proof(step.app.path, step.script.line)


def _script(repo: Repo, app: NodeApp, name: str, depth: int) -> Iterator[Step]:
    script = app.script(name)
    if script is None or depth > _DEPTH:
        return
    for part in (f"pre{name}", name, f"post{name}"):
        if one := app.script(part):
            yield from _commands(repo, app, one, split_commands(one.text), app.root, depth)


def _commands(
    repo: Repo, app: NodeApp, script: Script, commands: tuple[Simple, ...], folder: str, depth: int
) -> Iterator[Step]:
    for one in commands:
        if one.program == "cd" and one.args:
            folder = join(folder, one.args[0])
        calls = _calls(repo, app, one, folder)
        if calls is not None and depth < _DEPTH:
            for target, name in calls:
                yield from _script(repo, target, name, depth + 1)
            continue
        if one.program in _SIDE_BY_SIDE:
            yield from _commands(repo, app, script, tuple(_side_by_side(app, one)), folder, depth + 1)
            continue
        kind = _kind(one)
        if kind == "node" and _runs_dev_server(repo, folder, one):
            kind = "dev"
        if depth and kind in _ENDS and _BUILDS.match(script.name):
            kind = "build"
        yield Step(simple=one, script=script, app=app, folder=folder, kind=kind)


def _runs_dev_server(repo: Repo, folder: str, one: Simple) -> bool:
    """Tell whether a script file starts a bundler's development server (an ejected React app does)."""
    name = next((word for word in one.args if not word.startswith("-")), "")
    path = resolve(repo, folder, name) if name else ""
    text = repo.text(path) if path else ""
    return "webpack-dev-server" in text or "react-dev-utils" in text or "browser-sync" in text


def _kind(one: Simple) -> str:
    program = one.program
    if program in ("npm", "yarn", "pnpm", "bun"):
        installs = not one.args or one.args[0] in _INSTALLS or one.args[0].startswith("-")
        return "install" if installs else "shell"
    if not program:
        return "shell"
    return _kind_of_runner(one) or kind_of(program, one.args)


def _kind_of_runner(one: Simple) -> str:
    program = one.program
    if program in ("node", "nodejs", "node-debug"):
        return "watcher" if any(arg.startswith("--watch") for arg in one.args) else "node"
    if program in FILE_WATCHERS or (program == "tsx" and "watch" in one.args):
        return "watcher"
    if program in TYPESCRIPT_RUNNERS:
        return "runner"
    if program in ("pm2", "pm2-runtime", "pm2-docker", "forever"):
        return "pm2" if program != "pm2" or "start" in one.args else "shell"
    if program in _FOREIGN or program.endswith(".py"):
        return "foreign"
    return "dev" if program in _ELSEWHERE else ""


def _side_by_side(app: NodeApp, one: Simple) -> Iterator[Simple]:
    """Yield the commands that concurrently or npm-run-all starts."""
    skip = False
    for word in one.args:
        if skip or word.startswith("-"):
            skip = word in _SIDE_VALUES and not skip
            continue
        if one.program == "concurrently" and not word.startswith("npm:"):
            yield from split_commands(word.strip("'\""))
            continue
        pattern = word.removeprefix("npm:").split(" ")[0]
        names = [pattern] if "*" not in pattern else _globbed(app, pattern)
        for name in names:
            yield simple(f"npm run {name}")


def _globbed(app: NodeApp, pattern: str) -> list[str]:
    head = pattern.split("*", maxsplit=1)[0]
    return [name for name in app.package.scripts if name.startswith(head)]


def _calls(repo: Repo, app: NodeApp, one: Simple, folder: str) -> list[tuple[NodeApp, str]] | None:
    """Return the scripts that an npm, yarn or pnpm command runs; None where it runs none."""
    if one.program not in ("npm", "yarn", "pnpm", "bun"):
        return None
    words, place, members, every = _options(one.args, folder)
    if one.program in ("yarn", "npm", "pnpm") and words[:1] == ["workspace"] and len(words) > 2:
        members, words = [words[1]], words[2:]
    if words[:1] == ["workspaces"] or every:
        members = list(app.members)
        words = [word for word in words if word not in ("workspaces", "foreach")]
    name = _script_name(one.program, words)
    if not name:
        return None
    if members:
        targets = [target for member in members if (target := _member(repo, app, member))]
    else:
        at = app_at(repo, place)
        targets = [at] if at else []
    return [(target, name) for target in targets if target.script(name)] or None


def _options(args: tuple[str, ...], folder: str) -> tuple[list[str], str, list[str], bool]:
    words: list[str] = []
    members: list[str] = []
    place, every, at = folder, False, 0
    while at < len(args):
        key, _, value = args[at].partition("=")
        if key == "--":
            break
        takes = key in _FOLDER_FLAGS or key in _MEMBER_FLAGS
        if takes and not value:
            at += 1
            value = args[at] if at < len(args) else ""
        if key in _FOLDER_FLAGS:
            place = join(folder, value)
        elif key in _MEMBER_FLAGS:
            members.append(value)
        elif key in ("--workspaces", "-ws", "-r", "--recursive"):
            every = True
        elif not key.startswith("-"):
            words.append(args[at])
        at += 1
    return words, place, members, every


def _script_name(program: str, words: list[str]) -> str:
    if not words:
        return ""
    if words[0] in ("run", "run-script", "rum", "urn"):
        return words[1] if len(words) > 1 else ""
    if words[0] in ("start", "test", "stop", "restart"):
        return words[0]
    return "" if program in ("npm", "bun") or words[0] in _INSTALLS else words[0]


def _member(repo: Repo, app: NodeApp, name: str) -> NodeApp | None:
    wanted = name.strip("{}.").removeprefix("/")
    roots = dict(app.members)
    if app.top != app.root:
        above = app_at(repo, app.top)
        roots |= dict(above.members) if above else {}
    if name in roots:
        return app_at(repo, roots[name])
    return next(
        (
            other
            for other in node_apps(repo)
            if other.root == join(app.root, wanted) or other.package.name == name
        ),
        None,
    )
