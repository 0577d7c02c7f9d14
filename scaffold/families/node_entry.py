"""Scripts, `main` and conventional files -> the production command of a Node app, with the proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.facts import PORT, Evidence, Raw, command
from scaffold.families.node import NodeApp, script_proof
from scaffold.families.node_build import build_script, build_steps, output_of, typescript_output
from scaffold.families.node_code import listens, resolve
from scaffold.families.node_scripts import Step, lacking, proof_of, steps_of
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

PRODUCTION = [
    "start:prod",
    "start-prod",
    "start:production",
    "start-production",
    "prod:start",
    "start_prod",
    "startprod",
    "production",
    "prod",
    "serve:prod",
    "start:server",
    "start-server",
    "start:heroku",
    "heroku:start",
    "heroku-start",
    "start:live",
    "server",
    "serve",
    "deploy:start",
    "start:app",
    "start:api",
    "start:web",
    "run:prod",
    "launch",
]
"""Scripts that people write the production command in, likeliest first."""

DEVELOPMENT = (
    "dev",
    "develop",
    "start:dev",
    "start-dev",
    "dev:server",
    "server:dev",
    "watch",
    "start:watch",
    "debug",
)
"""Scripts that at least name the file that is the app."""

FILES = [
    "server",
    "app",
    "index",
    "main",
    "bin/www",
    "src/server",
    "src/app",
    "src/index",
    "src/main",
    "server/server",
    "server/index",
    "server/app",
    "server/main",
    "server/src/index",
    "server/src/server",
    "lib/server",
    "lib/index",
    "lib/app",
    "src/server/index",
    "src/server/server",
    "src/bin/www",
    "src/start",
    "start",
    "www",
    "bot",
    "src/bot",
    "api/index",
    "api/server",
    "backend/server",
    "backend/index",
    "backend/app",
]
"""Files that conventionally are the app, without their suffix."""

_FLAG_VALUES = frozenset(
    ["-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "--conditions", "-C"]
)
_DROPPED = ("--inspect", "--watch", "--debug", "--nolazy", "--trace", "--prof", "--env-file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How the app starts: `command` seen from the app's folder, the source `file` it runs ("" unknown).

    `script` is the script it runs by name ("" for a derived command); `built` the output it needs and `needs` the
    executables that are only development dependencies.
    """

    command: str
    evidence: tuple[Evidence, ...]
    why: str
    file: str = ""
    script: str = ""
    built: str = ""
    needs: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


def find_launch(repo: Repo, app: NodeApp) -> Launch | None:
    """Return the production command of an app, None where nothing there stays up."""
    return repo.once(("node-launch", app.root), lambda: next(_launches(repo, app), None))


def faults(steps: tuple[Step, ...]) -> tuple[str, ...]:
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
        elif step.kind in ("build", "install"):
            found.append(f"`{step.simple.text}` builds at every start")
        elif step.kind == "pm2" and step.simple.program in ("pm2", "forever") and not _stays(step):
            found.append(f"{step.simple.program} leaves the foreground")
        elif step.kind == "foreign":
            found.append(f"{step.simple.program} is another language")
        elif fixed_port(step):
            found.append("the port is fixed")
    if not any(step.runs for step in steps):
        found.append("nothing in it stays up")
    return tuple(dict.fromkeys(found))


def fixed_port(step: Step) -> bool:
    """Tell whether a step sets the port to a number."""
    text = " ".join((*step.simple.sets, step.simple.program, *step.simple.args))
    ports = re.search(
        r"(?:^|\s)(?:PORT=|(?:-p|-l|--port|--listen)[ =]+(?:tcp://)?(?:[\w.]+:)?)\d{2,5}(?:\s|$)", text
    )
    return bool(ports) and step.runs


def _stays(step: Step) -> bool:
    return "--no-daemon" in step.simple.args or (
        step.simple.program == "forever" and "start" not in step.simple.args
    )


def _launches(repo: Repo, app: NodeApp) -> Iterator[Launch]:
    start = steps_of(repo, app, "start")
    if start and not faults(start):
        yield _by_script(repo, app, "start", start)
    for name in PRODUCTION:
        steps = steps_of(repo, app, name)
        if steps and not faults(steps) and not _static(steps):
            yield _by_script(repo, app, name, steps)
    for name in ("start", *PRODUCTION):
        if launch := _reduced(repo, app, name, strict=True):
            yield launch
    if launch := _by_main(repo, app):
        yield launch
    for name in DEVELOPMENT:
        if launch := _reduced(repo, app, name, strict=True):
            yield launch
    if launch := _by_file(repo, app):
        yield launch
    for name in ("start", *PRODUCTION):
        if launch := _reduced(repo, app, name, strict=False):
            yield launch


def _static(steps: tuple[Step, ...]) -> bool:
    """Tell whether a script only serves built files."""
    return any(step.simple.program in ("serve", "http-server") for step in steps)


def _by_script(repo: Repo, app: NodeApp, name: str, steps: tuple[Step, ...]) -> Launch:
    script = app.package.scripts[name]
    last = next(step for step in reversed(steps) if step.runs)
    source, built = file_of(repo, last)
    return Launch(
        command=app.run(name),
        evidence=tuple(dict.fromkeys((script_proof(repo, app, script), proof_of(repo, last)))),
        why=f"the script {name} of {app.path} runs the app: {script.text}"[:200],
        file=source,
        script=name,
        built=built,
        steps=steps,
    )


def file_of(repo: Repo, step: Step) -> tuple[str, str]:
    """Return the file that a step runs and, where it is not in the repository, the output it stands for."""
    words = _target(step)
    if not words:
        return "", ""
    name = words[0]
    if name in (".", "./") and step.app.package.main:
        name = step.app.package.main
    path = resolve(repo, step.folder, name)
    return (path, "") if path and not path.endswith(".json") else ("", join(step.folder, name))


def _target(step: Step) -> tuple[str, ...]:
    """Return the file a step runs, and its arguments."""
    words = list(step.simple.args)
    while words:
        if words[0].startswith("-"):
            key, _, value = words[0].partition("=")
            takes = key in _FLAG_VALUES or key in (
                "-w",
                "-e",
                "--exec",
                "--ext",
                "-P",
                "--project",
                "-i",
                "--ignore",
                "-x",
            )
            words = words[2:] if takes and not value else words[1:]
        elif step.kind in ("pm2", "watcher", "runner") and words[0] in (
            "start",
            "watch",
            "run",
            "node",
            "ts-node",
        ):
            words = words[1:]
        else:
            return tuple(words)
    if step.kind in ("node", "watcher", "runner") and step.app.package.main:
        return (step.app.package.main,)
    return ()


def _kept_flags(step: Step) -> tuple[str, ...]:
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
        parts = name.split("/")
        package = "/".join(parts[:2]) if name.startswith("@") else parts[0]
        if key in _FLAG_VALUES and not name.startswith(".") and not step.app.prod(package):
            continue
        kept += pair
    return tuple(kept)


def _reduced(repo: Repo, app: NodeApp, name: str, *, strict: bool) -> Launch | None:
    """Return what is left of a script when development servers and builds at start are taken away."""
    steps = steps_of(repo, app, name)
    for step in reversed(steps):
        if (step.kind == "pm2" or step.simple.program == "pm2-dev") and (launch := _by_pm2(repo, app, step)):
            return launch
        if step.kind in ("node", "watcher", "runner") and step.app.root == app.root:
            if step.kind == "runner" and not lacking(step):
                continue
            if launch := _by_step(repo, app, step, strict=strict):
                return launch
    for step in reversed(steps):
        if step.runs and step.kind in ("serve", "runner") and not faults((step,)):
            return Launch(
                command=Raw(step.simple.text),
                evidence=(proof_of(repo, step),),
                why=f"of the script {name} this is the part that runs in production",
                steps=(step,),
            )
    return None


def _by_step(repo: Repo, app: NodeApp, step: Step, *, strict: bool) -> Launch | None:
    words = _target(step)
    if not words or (not strict and step.kind == "dev"):
        return None
    source, built = file_of(repo, step)
    why = f"`{step.simple.text}` of the script {step.script.name} runs it"[:200]
    if (source and source.endswith((".ts", ".mts", ".cts", ".tsx"))) or (source and step.kind == "runner"):
        return _compiled(repo, app, source, (proof_of(repo, step),))
    if source or (built and (_is_output(repo, app, built) or not strict)):
        name = words[0] if source or built else ""
        flags = _kept_flags(step) if step.kind == "node" or step.simple.program == "nodemon" else ()
        seen = command("node", *flags, _placed(app, step, name), *words[1:])
        return Launch(command=seen, evidence=(proof_of(repo, step),), why=why, file=source, built=built)
    return None


def _placed(app: NodeApp, step: Step, name: str) -> str:
    """Return a file name as seen from the app's folder, where the step runs in another one."""
    return name if step.folder == app.root else relative(app.root, join(step.folder, name))


def _is_output(repo: Repo, app: NodeApp, built: str) -> bool:
    """Tell whether a file that is not in the repository is one that a build could write."""
    return bool(build_steps(repo, app)) or any(
        step.kind == "build" for name in app.package.scripts for step in steps_of(repo, app, name)
    )


def _compiled(repo: Repo, app: NodeApp, source: str, evidence: tuple[Evidence, ...]) -> Launch | None:
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


def _by_pm2(repo: Repo, app: NodeApp, step: Step) -> Launch | None:
    """Run what pm2 would run by Node itself: a dyno is already restarted and watched."""
    words = _target(step)
    if not words:
        return None
    path = resolve(repo, step.folder, words[0])
    name, proofs = words[0], (proof_of(repo, step),)
    if path.endswith(".json") or ".config." in path or "ecosystem" in path or "process" in path:
        found = _pm2_script(repo, path)
        if not found:
            return None
        name, line = found
        proofs = (*proofs, repo.proof(path, line))
    source = resolve(repo, step.folder, name)
    if source.endswith(".ts"):
        return _compiled(repo, app, source, proofs)
    return Launch(
        command=command("node", _placed(app, step, name)),
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


def _by_main(repo: Repo, app: NodeApp) -> Launch | None:
    """Take `main` where it is a file that listens, or output that the build makes of one."""
    main = app.package.main
    if not main:
        return None
    path = resolve(repo, app.root, main)
    proof = repo.proof(app.path, app.package.line("main"))
    if path and listens(repo, path):
        if path.endswith(".ts"):
            return _compiled(repo, app, path, (proof,))
        return Launch(
            command=command("node", relative(app.root, path)),
            evidence=(proof, repo.proof(path, listens(repo, path))),
            why=f"main of {app.path} is a file that listens",
            file=path,
        )
    if not path and build_script(app):
        for source in _entry_files(repo, app):
            out = output_of(repo, app, source)
            if out and out.path == app.at(main) and listens(repo, source):
                return _compiled(repo, app, source, (proof,))
    return None


def _entry_files(repo: Repo, app: NodeApp) -> Iterator[str]:
    for stem in FILES:
        for suffix in ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".coffee"):
            path = app.at(stem + suffix)
            if path in repo and not is_secondary(path) and not _in_other_package(repo, app, path):
                yield path


def _in_other_package(repo: Repo, app: NodeApp, path: str) -> bool:
    """Tell whether a file below an app's folder belongs to a package of its own."""
    folder = folder_of(path)
    while folder != app.root and folder != ".":
        if f"{folder}/package.json" in repo:
            return True
        folder = folder_of(folder)
    return False


def _by_file(repo: Repo, app: NodeApp) -> Launch | None:
    for path in _entry_files(repo, app):
        line = listens(repo, path)
        if not line:
            continue
        proof = repo.proof(path, line)
        if path.endswith((".ts", ".mts")):
            if launch := _compiled(repo, app, path, (proof,)):
                return launch
            continue
        return Launch(
            command=command("node", relative(app.root, path)),
            evidence=(proof,),
            why=f"{path} listens",
            file=path,
        )
    return None


def port_variable(launch_command: str, variable: str) -> str:
    """Return the command with $PORT handed on in the variable that the code reads it from."""
    return f"{command(variable)}={PORT} {launch_command}"
