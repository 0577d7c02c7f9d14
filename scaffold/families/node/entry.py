"""Scripts, `main` and conventional files -> the production command of a Node app, with the proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scaffold.facts import Raw, command
from scaffold.families.node.apps import NodeApp, dep_proof, script_proof
from scaffold.families.node.build import build_script, output_of
from scaffold.families.node.code import listens, resolve, sources
from scaffold.families.node.frameworks import known_start
from scaffold.families.node.launch import (
    FIXED,
    MISSING,
    UNKNOWN,
    Launch,
    by_pm2,
    compiled,
    faults,
    file_of,
    is_output,
    kept_flags,
    placed,
    target_of,
    with_port,
)
from scaffold.families.node.scripts import Step, lacking, proof_of, steps_of
from scaffold.families.node.tools import words
from scaffold.repo import Repo, folder_of, is_secondary, relative

PRODUCTION = words(
    "start:prod start-prod start:production start-production prod:start start_prod startprod "
    "production prod serve:prod start:server start-server start:heroku heroku:start "
    "heroku-start start:live server serve deploy:start start:app start:api start:web run:prod "
    "launch"
)
"""Scripts that people write the production command in, likeliest first."""

_FILE_KINDS = ("node", "runner", "watcher")

LISTENERS = words("express fastify koa @hapi/hapi hapi restify polka hono micro connect socket.io ws")
"""Packages whose apps listen in a file of their own."""

DEVELOPMENT = words("dev develop start:dev start-dev dev:server server:dev watch start:watch debug")
"""Scripts that at least name the file that is the app."""

FILES = words(
    "server app index main app/server app/index app/main bin/www src/server src/app src/index src/main "
    "server/server server/index server/app server/main server/src/index server/src/server lib/server "
    "lib/index lib/app src/server/index src/server/server src/bin/www src/start start www bot "
    "src/bot api/index api/server backend/server backend/index backend/app"
)
"""Files that conventionally are the app, without their suffix."""


def find_launch(repo: Repo, app: NodeApp) -> Launch | None:
    """Return the production command of an app, None where nothing there stays up."""
    return repo.once(("node-launch", app.root), lambda: next(_launches(repo, app), None))


def _launches(repo: Repo, app: NodeApp) -> Iterator[Launch]:
    start = steps_of(repo, app, "start")
    if start and not faults(repo, start):
        yield _by_script(repo, app, "start", start)
    for name in PRODUCTION:
        steps = steps_of(repo, app, name)
        if steps and not faults(repo, steps) and not _static(steps):
            yield _by_script(repo, app, name, steps)
    for name in ("start", *PRODUCTION):
        if launch := _reduced(repo, app, name, strict=True):
            yield launch
    yield from _by_framework(repo, app)
    yield from _by_code(repo, app)
    if start and all(fault.endswith((UNKNOWN, MISSING)) for fault in faults(repo, start)):
        yield _by_script(repo, app, "start", start)
    for name in ("start", *PRODUCTION):
        if launch := _reduced(repo, app, name, strict=False):
            yield launch


def _by_code(repo: Repo, app: NodeApp) -> Iterator[Launch]:
    """Yield what `main`, the development scripts and the files that listen come to."""
    developed = (_reduced(repo, app, name, strict=True) for name in DEVELOPMENT)
    found = (
        _by_main(repo, app),
        *developed,
        _by_file(repo, app, _entry_files(repo, app)),
        _by_source(repo, app),
    )
    yield from (launch for launch in found if launch)


def _static(steps: tuple[Step, ...]) -> bool:
    """Tell whether a script only serves built files."""
    return any(step.simple.program in ("serve", "http-server") for step in steps)


def _by_script(repo: Repo, app: NodeApp, name: str, steps: tuple[Step, ...]) -> Launch:
    script = app.package.scripts[name]
    last = next(step for step in reversed(steps) if step.runs)
    source, built = file_of(repo, last) if last.kind in _FILE_KINDS else ("", "")
    return Launch(
        command=app.run(name),
        evidence=tuple(dict.fromkeys((script_proof(repo, app, script), proof_of(repo, last)))),
        why=f"the script {name} of {app.path} runs the app: {script.text}"[:200],
        file=source,
        script=name,
        built=built,
        steps=steps,
    )


def _reduced(repo: Repo, app: NodeApp, name: str, *, strict: bool) -> Launch | None:
    """Return what is left of a script when development servers and builds at start are taken away."""
    steps = steps_of(repo, app, name)
    for step in reversed(steps):
        if (step.kind == "pm2" or step.simple.program == "pm2-dev") and (launch := by_pm2(repo, app, step)):
            return launch
        if step.kind in ("node", "watcher", "runner") and step.app.root == app.root:
            if step.kind == "runner" and not lacking(step):
                continue
            if launch := _by_step(repo, app, step, strict=strict):
                return launch
    for step in reversed(steps):
        wrong = faults(repo, (step,))
        if step.kind == "serve" and wrong == (FIXED,):
            return Launch(
                command=with_port(step),
                evidence=(proof_of(repo, step),),
                why=f"of the script {name}, with the platform's port in place of the fixed one",
                steps=(step,),
            )
        if step.runs and step.kind in ("serve", "runner") and not wrong:
            return Launch(
                command=Raw(step.simple.text),
                evidence=(proof_of(repo, step),),
                why=f"of the script {name} this is the part that runs in production",
                steps=(step,),
            )
    return None


def _by_step(repo: Repo, app: NodeApp, step: Step, *, strict: bool) -> Launch | None:
    words = target_of(step)
    if not words or (not strict and step.kind == "dev"):
        return None
    source, built = file_of(repo, step)
    why = f"`{step.simple.text}` of the script {step.script.name} runs it"[:200]
    if (source and source.endswith((".ts", ".mts", ".cts", ".tsx"))) or (source and step.kind == "runner"):
        return compiled(repo, app, source, (proof_of(repo, step),))
    if source or (built and (is_output(repo, app) or not strict)):
        name = words[0] if source or built else ""
        flags = kept_flags(step) if step.kind == "node" or step.simple.program == "nodemon" else ()
        seen = command("node", *flags, placed(app, step, name), *words[1:])
        return Launch(command=seen, evidence=(proof_of(repo, step),), why=why, file=source, built=built)
    return None


def _by_framework(repo: Repo, app: NodeApp) -> Iterator[Launch]:
    for known in known_start(repo, app):
        yield Launch(
            command=known.command,
            evidence=(dep_proof(repo, app, known.dep),),
            why=f"it is how {known.dep.name} is started in production",
            built=app.at(known.built) if known.built else "",
            framework=known.dep,
        )


def _by_main(repo: Repo, app: NodeApp) -> Launch | None:
    """Take `main` where it is a file that listens, or output that the build makes of one."""
    main = app.package.main
    if not main:
        return None
    path = resolve(repo, app.root, main)
    proof = repo.proof(app.path, app.package.line("main"))
    if path and listens(repo, path):
        if path.endswith(".ts"):
            return compiled(repo, app, path, (proof,))
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
                return compiled(repo, app, source, (proof,))
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
    while folder not in (app.root, "."):
        if f"{folder}/package.json" in repo:
            return True
        folder = folder_of(folder)
    return False


def _by_source(repo: Repo, app: NodeApp) -> Launch | None:
    """Take the one file that listens, where a server package is declared and only one does."""
    if app.prod(*LISTENERS) is None:
        return None
    found = [path for path in sources(repo, app.root) if listens(repo, path)]
    return _by_file(repo, app, found) if len(found) == 1 else None


def _by_file(repo: Repo, app: NodeApp, paths: Iterable[str]) -> Launch | None:
    for path in paths:
        line = listens(repo, path)
        if not line:
            continue
        proof = repo.proof(path, line)
        if path.endswith((".ts", ".mts")):
            if launch := compiled(repo, app, path, (proof,)):
                return launch
            continue
        return Launch(
            command=command("node", relative(app.root, path)),
            evidence=(proof,),
            why=f"{path} listens",
            file=path,
        )
    return None
