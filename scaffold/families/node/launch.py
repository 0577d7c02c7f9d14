"""Steps of scripts -> whether they are fit for production, and the files that they run."""

from __future__ import annotations

import re

from scaffold.facts import Evidence, Raw, command
from scaffold.families.node.apps import NodeApp
from scaffold.families.node.build import build_script, build_steps, output_of, typescript_output
from scaffold.families.node.code import packages_used, resolve
from scaffold.families.node.scripts import Step, lacking, proof_of, steps_of
from scaffold.families.node.tools import words
from scaffold.manifests.package_json import NodeDep
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join, relative

_FLAG_VALUES = frozenset(
    words("-r --require --import --loader --experimental-loader --env-file --conditions -C")
)
_WATCH_VALUES = words("-w -e --exec --ext -P --project -i --ignore -x")
_VERBS = words("start watch run node ts-node")
UNKNOWN = "is not among the packages declared"
FIXED = "the port is fixed"
MISSING = "is not in the repository"
_OUTPUTS = frozenset(
    words("dist build lib out output .next .output prod target compiled es cjs public bundle")
)
_PORT = lazy(
    r"(?:^|\s)(?:PORT=|(?:-p|-l|--port|--listen)[ =]+(?:tcp://)?(?:[\w.]+:)?)(?P<number>\d{2,5})(?=\s|$)"
)
_HOOKS = {"ts-node/": "ts-node", "@babel/register": "@babel/register", "babel-register": "babel-register"}
_DROPPED = ("--inspect", "--watch", "--debug", "--nolazy", "--trace", "--prof", "--env-file")


@record
class Launch:
    """How the app starts: `command` seen from the app's folder, the source `file` it runs ("" unknown).

    `script` is the script it runs by name ("" for a derived command), `built` the output it needs,
    `framework` the package whose own server it is.
    """

    command: str
    evidence: tuple[Evidence, ...]
    why: str
    file: str = ""
    script: str = ""
    built: str = ""
    steps: tuple[Step, ...] = ()
    framework: NodeDep | None = None


def faults(repo: Repo, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Say why a script is not fit for production, () where it is."""
    found = []
    for step in steps:
        missing = lacking(step)
        if step.kind in ("dev", "watcher"):
            found.append(f"{step.simple.program} is for development")
        elif missing and missing[1]:
            found.append(f"{missing[0]} is a development dependency, pruned before the app starts")
        elif missing:
            found.append(f"{missing[0]} is not among the dependencies")
        elif step.kind in ("build", "install") and _built_anyway(repo, step):
            found.append(f"`{step.simple.text}` builds at every start")
        elif step.kind == "pm2" and step.simple.program in ("pm2", "forever") and not _stays(step):
            found.append(f"{step.simple.program} leaves the foreground")
        elif step.kind == "foreign":
            found.append(f"{step.simple.program} is another language")
        elif step.kind == "node" and (pruned := _pruned_flag(step) or _pruned_hook(repo, step)):
            found.append(f"{pruned} is a development dependency, pruned before the app starts")
        elif step.kind == "node" and (absent := _absent(repo, step)):
            found.append(f"{absent} {MISSING}")
        elif step.kind == "" and not _known(step):
            found.append(f"{step.simple.program} {UNKNOWN}")
        elif fixed_port(step):
            found.append(FIXED)
    if not any(step.runs for step in steps):
        found.append("nothing in it stays up")
    return tuple(dict.fromkeys(found))


def _built_anyway(repo: Repo, step: Step) -> bool:
    """Tell whether Heroku's build has done already what a step does."""
    built = {one.simple.text for one in build_steps(repo, step.app)}
    return bool(build_script(step.app)) or step.simple.text in built or step.kind == "install"


def _pruned_flag(step: Step) -> str:
    """Return the package that Node is told to load first, where it is a development dependency."""
    args = step.simple.args
    for at, word in enumerate(args):
        key, _, value = word.partition("=")
        if key not in _FLAG_VALUES:
            continue
        name = package_of(value or "".join(args[at + 1 : at + 2]))
        dep = step.app.dep(name)
        if dep is not None and dep.dev:
            return name
    return ""


def package_of(name: str) -> str:
    """Return the package of an import path ("dotenv/config" -> "dotenv")."""
    parts = name.split("/")
    return "/".join(parts[:2]) if name.startswith("@") else parts[0]


def _pruned_hook(repo: Repo, step: Step) -> str:
    """Return the package that compiles a file's imports on the way, where it is a development one."""
    path = file_of(repo, step)[0]
    text = repo.text(path) if path else ""
    for name, package in _HOOKS.items():
        dep = step.app.dep(package)
        if name in text and dep is not None and dep.dev and packages_used(text) & {package}:
            return package
    return ""


def _absent(repo: Repo, step: Step) -> str:
    """Return the file that a step runs, where it is not there and nothing could build it."""
    source, built = file_of(repo, step)
    if source or not built:
        return ""
    inside = step.app.root == "." or built.startswith(step.app.root + "/")
    if inside and (is_output(repo, step.app) or _OUTPUTS & set(built.split("/"))):
        return ""
    return built


def _known(step: Step) -> bool:
    """Tell whether a program that no table names is a file, the shell, or brought by a declared package."""
    program = step.simple.program
    return "/" in program or program in ("sh", "bash") or step.app.dep(program) is not None


def fixed_port(step: Step) -> bool:
    """Tell whether a step sets the port to a number."""
    text = " ".join((*step.simple.sets, step.simple.program, *step.simple.args))
    return step.runs and bool(_PORT.search(text))


def with_port(step: Step) -> Raw:
    """Return a step with $PORT in place of the fixed port."""
    words = command(step.simple.program, *step.simple.args)
    plain = _PORT.sub(lambda match: match[0].replace(match["number"], "$PORT"), words)
    return Raw(step.app.execute(step.simple.program) + plain.removeprefix(command(step.simple.program)))


def _stays(step: Step) -> bool:
    return "--no-daemon" in step.simple.args or (
        step.simple.program == "forever" and "start" not in step.simple.args
    )


def file_of(repo: Repo, step: Step) -> tuple[str, str]:
    """Return the file that a step runs and, where it is not in the repository, the output it stands for."""
    words = target_of(step)
    if not words:
        return "", ""
    name = words[0]
    if name in (".", "./") and step.app.package.main:
        name = step.app.package.main
    path = resolve(repo, step.folder, name)
    return (path, "") if path and not path.endswith(".json") else ("", join(step.folder, name))


def target_of(step: Step) -> tuple[str, ...]:
    """Return the file a step runs, and its arguments."""
    words = list(step.simple.args)
    while words:
        if words[0].startswith("-"):
            key, _, value = words[0].partition("=")
            takes = key in _FLAG_VALUES or key in _WATCH_VALUES
            words = words[2:] if takes and not value else words[1:]
        elif step.kind in ("pm2", "watcher", "runner") and words[0] in _VERBS:
            words = words[1:]
        else:
            return tuple(words)
    if step.kind in ("node", "watcher", "runner") and step.app.package.main:
        return (step.app.package.main,)
    return ()


def kept_flags(step: Step) -> tuple[str, ...]:
    """Return Node's own flags that still hold in production: preloads only of packages that are there."""
    kept: list[str] = []
    words = list(step.simple.args)
    while words and words[0].startswith("-"):
        key, _, value = words[0].partition("=")
        pair = words[:1] if value or key not in _FLAG_VALUES else words[:2]
        words = words[len(pair) :]
        if key.startswith(_DROPPED) or key in ("-w", "-e", "--exec", "--ext"):
            continue
        name = value or pair[-1]
        if key in _FLAG_VALUES and not name.startswith(".") and not step.app.prod(package_of(name)):
            continue
        kept += pair
    return tuple(kept)


def placed(app: NodeApp, step: Step, name: str) -> str:
    """Return a file name as seen from the app's folder, where the step runs in another one."""
    return name if step.folder == app.root else relative(app.root, join(step.folder, name))


def is_output(repo: Repo, app: NodeApp) -> bool:
    """Tell whether a file that is not in the repository is one that a build could write."""
    return bool(build_steps(repo, app)) or any(
        step.kind == "build" for name in app.package.scripts for step in steps_of(repo, app, name)
    )


def compiled(repo: Repo, app: NodeApp, source: str, evidence: tuple[Evidence, ...]) -> Launch | None:
    out = output_of(repo, app, source) or typescript_output(repo, app, source)
    if out is None:
        return None
    inside = relative(app.root, out.path)
    return Launch(
        command=command("node", inside),
        evidence=(*evidence, *out.evidence),
        why=f"{source} is compiled to {out.path}, which is what runs in production",
        file=source,
        built=out.path,
    )


def by_pm2(repo: Repo, app: NodeApp, step: Step) -> Launch | None:
    """Run what pm2 would run by Node itself: a dyno is already restarted and watched."""
    words = target_of(step)
    if not words:
        return None
    path = resolve(repo, step.folder, words[0])
    name = words[0]
    proofs: tuple[Evidence, ...] = (proof_of(repo, step),)
    if path.endswith(".json") or ".config." in path or "ecosystem" in path or "process" in path:
        found = _pm2_script(repo, path)
        if not found:
            return None
        name, line = found
        proofs = (*proofs, repo.proof(path, line))
    source = resolve(repo, step.folder, name)
    if source.endswith(".ts"):
        return compiled(repo, app, source, proofs)
    return Launch(
        command=command("node", placed(app, step, name)),
        evidence=proofs,
        why="it is what pm2 would start; Heroku restarts and watches the process itself",
        file=source,
        built="" if source else join(step.folder, name),
    )


def _pm2_script(repo: Repo, path: str) -> tuple[str, int] | None:
    found = re.search(r"[\"']?\bscript[\"']?\s*:\s*[\"']([\w./-]+)[\"']", repo.text(path))
    if not found or found[1] in ("npm", "yarn", "pnpm"):
        return None
    return found[1], repo.text(path).count("\n", 0, found.start()) + 1
