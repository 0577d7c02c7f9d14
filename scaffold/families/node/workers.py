"""Scripts and files of queue workers, schedulers and bots -> worker and clock processes."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, Process, command
from scaffold.families.node.apps import NodeApp, dep_proof, script_proof
from scaffold.families.node.build import output_of
from scaffold.families.node.code import listens, packages_used, reached
from scaffold.families.node.kind import BOTS, WORKERS, Kind
from scaffold.families.node.launch import Launch, faults, file_of
from scaffold.families.node.scripts import steps_of
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary, relative

_SCRIPT = lazy(
    r"^(?:start[:-]|run[:-]|serve[:-]|prod[:-]|production[:-])?(?P<name>workers?|queues?|jobs?|job-?handler|job-?runner|consumers?|processor|background|scheduler|cron|clock|bot|subscriber|listener)"
    r"(?:[:-](?:start|run|prod|production|server))?$"
)
_FILE = lazy(
    r"^(?:(?:src|server|app|lib|bin|backend)/)*(?:workers?|queues?|jobs?|scripts)?/?"
    r"(?P<name>worker|workers/index|queue-worker|queueWorker|job-worker|worker-process|consumer|scheduler|clock|cron)\.(?:js|ts|mjs|cjs)$"
)
_CLOCK = frozenset(("scheduler", "cron", "clock"))
_BROWSER = lazy(r"\bself\.|postMessage|onmessage|importScripts|parentPort|cluster\.|worker_threads")
_STAYS = lazy(
    r"\.process\s*\(|new\s+Worker\s*\(|\.define\s*\(|\.consume\s*\(|\.schedule\s*\(|scheduleJob|new\s+Cron|CronJob|"
    r"\.work\s*\(|setInterval|\.subscribe\s*\(|eachMessage|\.start\s*\(|agenda|\.login\s*\("
)


def worker_facts(repo: Repo, app: NodeApp, kind: Kind, stack: str) -> Iterator[AnyFact]:
    """Yield the processes beside the web one."""
    if kind.name == "worker" and kind.launch:
        yield from _main_worker(repo, app, kind, kind.launch, stack)
        return
    web = kind.launch
    names: dict[str, Process] = {}
    for process in (*_by_script(repo, app, web, stack), *_by_file(repo, app, web, stack)):
        names.setdefault(process.name, process)
    yield from names.values()


def _main_worker(repo: Repo, app: NodeApp, kind: Kind, launch: Launch, stack: str) -> Iterator[AnyFact]:
    yield Process(
        stack=stack,
        root=app.root,
        name="worker",
        command=launch.command,
        evidence=kind.evidence(repo, app),
        why=f"the app works with {kind.dep.name if kind.dep else 'a queue'} and answers no HTTP.",
    )
    script = app.script("start")
    if script:
        yield Doubt(
            stack=stack,
            root=app.root,
            id="node/default-web",
            message="Heroku adds `web: npm start` to every Node app, which would run this one a second time.",
            remedy="Keep it off: heroku ps:scale web=0 worker=1",
            evidence=(script_proof(repo, app, script),),
        )


def _by_script(repo: Repo, app: NodeApp, web: Launch | None, stack: str) -> Iterator[Process]:
    for name, script in app.package.scripts.items():
        found = _SCRIPT.match(name)
        steps = steps_of(repo, app, name) if found else ()
        if not found or not steps or (web and web.script == name):
            continue
        target = _ran(repo, app, name)
        if target and not _is_worker(repo, target) and found["name"] not in ("worker", "workers"):
            continue
        proof = script_proof(repo, app, script)
        if not faults(repo, steps):
            line = app.run(name)
        elif target and (built := _built(repo, app, target)):
            line = command("node", built)
        else:
            continue
        yield _process(app, stack, found["name"], line, (proof, *_file_proof(repo, target)), name)


def _process(
    app: NodeApp, stack: str, name: str, line: str, evidence: tuple[Evidence, ...], what: str
) -> Process:
    clock = name in _CLOCK
    return Process(
        stack=stack,
        root=app.root,
        name="clock" if clock else "worker",
        command=line,
        tool="" if clock else ("bot" if name == "bot" else "node"),
        evidence=evidence,
        why=f"{what} of {app.path} is a process of its own that waits for work.",
    )


def _ran(repo: Repo, app: NodeApp, name: str) -> str:
    """Return the source file that a script comes down to, "" where it is not in the repository."""
    for step in reversed(steps_of(repo, app, name)):
        if step.kind in ("node", "runner", "watcher"):
            return file_of(repo, step)[0]
    return ""


def _file_proof(repo: Repo, path: str) -> tuple[Evidence, ...]:
    return (repo.proof(path, 1),) if path else ()


def _is_worker(repo: Repo, path: str) -> bool:
    """Tell whether a file (with what it imports) waits for work and does not serve."""
    files = reached(repo, path, most=15)
    texts = [repo.text(file) for file in files]
    if listens(repo, path) or _BROWSER.search(texts[0]):
        return False
    used = {name for text in texts for name in packages_used(text)}
    known = {name for name in (*WORKERS, *BOTS, "ioredis", "redis") if name in used}
    return bool(known) and any(_STAYS.search(text) for text in texts)


def _by_file(repo: Repo, app: NodeApp, web: Launch | None, stack: str) -> Iterator[Process]:
    """Find worker files that nothing else starts: not imported by the web process, a queue in use."""
    dep = app.prod(*WORKERS)
    if dep is None:
        return
    started = set(reached(repo, web.file)) if web and web.file else set()
    cut = 0 if app.root == "." else len(app.root) + 1
    for path in repo.suffixed(".js", ".ts", ".mjs", ".cjs", under=app.root):
        found = _FILE.match(path[cut:])
        if not found or is_secondary(path[cut:]) or path in started or not _is_worker(repo, path):
            continue
        inside = _built(repo, app, path)
        if inside:
            proofs = (repo.proof(path, 1), dep_proof(repo, app, dep))
            yield _process(app, stack, found["name"].partition("/")[0], command("node", inside), proofs, path)


def _built(repo: Repo, app: NodeApp, path: str) -> str:
    """Return what Node runs for a source file, "" where its build cannot be told."""
    if not path.endswith((".ts", ".mts", ".cts", ".tsx")):
        return relative(app.root, path)
    out = output_of(repo, app, path)
    return relative(app.root, out.path) if out else ""
