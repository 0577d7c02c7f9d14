"""Go modules: the program that listens, workers and bots beside it, what Heroku's Go buildpack needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Buildpack,
    Doubt,
    Evidence,
    Migration,
    Process,
    Runtime,
    Strength,
    Uses,
    command,
)
from scaffold.families.code_text import find
from scaffold.families.go.apps import LISTENS, GoApp, GoProgram, go_apps
from scaffold.families.go.command import MIGRATES_AT_BOOT, migration, started, worker_command
from scaffold.families.go.legacy import legacy
from scaffold.families.port_reading import fixed_port, loopback
from scaffold.families.service_urls import addons
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary, join
from scaffold.stacks import Stack

_DRIVERS = {
    "github.com/lib/pq": "postgres",
    "github.com/jackc/pgx": "postgres",
    "gorm.io/driver/postgres": "postgres",
    "github.com/go-pg/pg": "postgres",
    "github.com/uptrace/bun/driver/pgdriver": "postgres",
    "github.com/go-sql-driver/mysql": "mysql",
    "gorm.io/driver/mysql": "mysql",
    "github.com/go-redis/redis": "redis",
    "github.com/redis/go-redis": "redis",
    "github.com/gomodule/redigo": "redis",
    "github.com/garyburd/redigo": "redis",
    "github.com/hibiken/asynq": "redis",
    "go.mongodb.org/mongo-driver": "mongodb",
    "gopkg.in/mgo.v2": "mongodb",
    "github.com/streadway/amqp": "rabbitmq",
    "github.com/rabbitmq/amqp091-go": "rabbitmq",
    "github.com/bradfitz/gomemcache": "memcached",
    "github.com/elastic/go-elasticsearch": "elasticsearch",
    "github.com/olivere/elastic": "elasticsearch",
    "github.com/segmentio/kafka-go": "kafka",
    "github.com/Shopify/sarama": "kafka",
    "github.com/IBM/sarama": "kafka",
}
_TOOLS = lazy(
    r"^(?:gen|generate|generator|codegen|tool|tools|cli|ctl|seed|seeder|seeds|migrate|migration|migrations|migrator|"
    r"lint|build|release|scripts?|example|examples|demo|client|dev|debug|docs?|install|setup|bench|benchmark|load|mock|proxy|.*ctl|.*-cli|.*-gen)$"
)
_SERVERS = lazy(r"^(?:server|web|api|app|http|httpd|backend|service|main|site|.*-?(?:server|api|web|http))$")
_WORKERS = lazy(r"^(?:.*[-_]?)?(?:worker|consumer|jobs?|queue|processor|subscriber)$")
_CLOCKS = lazy(r"^(?:clock|cron|scheduler)$")


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the Go modules that run, a hint for libraries and command lines."""
    apps = go_apps(repo)
    for app in apps:
        web = _web(repo, app)
        others = tuple(p for p in app.programs if p is not web and not is_secondary(join(p.folder, "x")))
        workers = tuple(p for p in others if _runs_long(p, alone=web is None and len(others) == 1))
        if web is None and not workers:
            yield _hint(repo, app)
            continue
        yield from _app(repo, app, web, workers)
    if not apps:
        yield from legacy(repo)


def _web(repo: Repo, app: GoApp) -> GoProgram | None:
    listening = [p for p in app.programs if p.listens and not (p.bot and not _answers(repo, p))]
    ranked = sorted(listening, key=lambda p: _rank(repo, app, p), reverse=True)
    best = ranked[0] if ranked else None
    if best and best.folder != app.root and (_TOOLS.match(best.name) and not best.framework):
        return None
    return best


def _answers(repo: Repo, program: GoProgram) -> bool:
    """Tell whether a program that is a bot too opens a port of its own accord."""
    return bool(find(repo, program.files, LISTENS) or program.framework)


def _rank(repo: Repo, app: GoApp, program: GoProgram) -> tuple[int, ...]:
    name = program.folder.rpartition("/")[2] if program.folder != app.root else app.mod.binary
    own = bool(program.listens and program.listens.evidence.path in program.own)
    return (
        int(not (program.folder != app.root and is_secondary(join(program.folder, "x")))),
        int(not _TOOLS.match(name) and not _WORKERS.match(name) and not _CLOCKS.match(name)),
        int(bool(_built(repo, app, program))),
        int(bool(_SERVERS.match(name) or program.folder == app.root)),
        int(bool(program.framework)) + int(own),
        int(name == app.mod.binary),
        -program.folder.count("/"),
    )


def _built(repo: Repo, app: GoApp, program: GoProgram) -> Evidence | None:
    """Return the line of a Dockerfile that builds this program."""
    if program.folder == app.root:
        return None
    inside = re.escape(program.folder if app.root == "." else program.folder[len(app.root) + 1 :])
    pattern = re.compile(rf"\bgo (?:build|install)\b.*\b{inside}(?:/main\.go)?/?(?:\s|$|&|;)")
    for path in repo.named("Dockerfile")[:5]:
        line = repo.line_of(path, pattern)
        if line:
            return repo.proof(path, line)
    return None


def _runs_long(program: GoProgram, *, alone: bool) -> bool:
    name = program.name
    if _TOOLS.match(name) and not alone:
        return False
    if program.bot:
        return True
    return bool(_WORKERS.match(name) or _CLOCKS.match(name)) or (alone and bool(program.consumer))


def _app(repo: Repo, app: GoApp, web: GoProgram | None, workers: tuple[GoProgram, ...]) -> Iterator[AnyFact]:
    main = web or workers[0]
    declared = web.framework if web else main.bot or main.consumer
    proof = tuple(e for e in (_required(repo, app, declared), main.main) if e)
    yield Uses(
        stack="go",
        root=app.root,
        strength=Strength.FRAMEWORK if declared else Strength.GENERIC,
        weight=4 if web else 2,
        serves=web is not None,
        why=f"{main.main.path} is a program of the module {app.mod.module}",
        evidence=proof or (main.main,),
    )
    if web:
        yield from _serving(repo, app, web)
    taken = {"web"}
    for program in workers:
        name = "clock" if _CLOCKS.match(program.name) else "worker"
        yield Process(
            stack="go",
            root=app.root,
            name=name,
            tool="" if name not in taken else re.sub(r"[^a-z0-9]", "", program.name.lower()),
            command=command(f"bin/{program.name}"),
            why=f"{program.main.path} runs on its own and answers no HTTP",
            evidence=(program.main,),
        )
        taken.add(name)
    yield from _build(repo, app, main)
    programs = (*((web,) if web else ()), *workers)
    files = tuple(dict.fromkeys(path for program in programs for path in program.files))
    drivers = [
        (service, repo.proof(app.mod.path, known.line))
        for module, known in app.mod.requires.items()
        for prefix, service in _DRIVERS.items()
        if not known.indirect
        and (module == prefix or module.startswith(prefix + "/"))
        and any(program.imported((prefix,)) for program in programs)
    ]
    yield from addons(repo, stack="go", root=app.root, drivers=drivers, sources=files)


def _required(repo: Repo, app: GoApp, module: str) -> Evidence | None:
    for name, known in app.mod.requires.items():
        if module and (name == module or name.startswith((module + "/", module + "."))):
            return repo.proof(app.mod.path, known.line)
    return None


def _serving(repo: Repo, app: GoApp, web: GoProgram) -> Iterator[AnyFact]:
    start = started(repo, web)
    listens = web.listens.evidence if web.listens else web.main
    built = _built(repo, app, web)
    yield Process(
        stack="go",
        root=app.root,
        name="web",
        command=start.command,
        why=f"`go install` makes bin/{web.name} of {web.main.path}, which listens",
        evidence=tuple(dict.fromkeys((*start.evidence, listens, *((built,) if built else ())))),
    )
    if beside := worker_command(repo, web):
        yield Process(
            stack="go",
            root=app.root,
            name="worker",
            command=beside.command,
            why="the program has a command that works beside the server",
            evidence=beside.evidence,
        )
    if not start.port_known:
        yield fixed_port("go", app.root, listens, 'Listen on ":" + os.Getenv("PORT").')
    yield from loopback(repo, "go", app.root, web.files, re.compile(r"Listen|\.Run\(|\.Start\(|Addr:"))
    migrates = migration(repo, web) if not find(repo, web.own, MIGRATES_AT_BOOT) else None
    if migrates:
        folder = next(
            (
                join(app.root, n)
                for n in ("migrations", "db/migrations", "migration")
                if repo.has_folder(join(app.root, n))
            ),
            "",
        )
        yield Migration(
            stack="go",
            root=app.root,
            command=migrates.command,
            paths=(folder,) if folder else (),
            why="the program has a command that migrates the database",
            evidence=migrates.evidence,
        )


def _build(repo: Repo, app: GoApp, main: GoProgram) -> Iterator[AnyFact]:
    mod = app.mod
    line, asked = (mod.heroku_go_line, mod.heroku_go) if mod.heroku_go else (mod.go_line, mod.go)
    proof = repo.proof(mod.path, line or mod.line)
    yield Runtime(stack="go", root=app.root, language="go", asked=asked, evidence=(proof,))
    yield Buildpack(
        stack="go",
        root=app.root,
        name="heroku/go",
        why="it builds the module of go.mod",
        evidence=(repo.proof(mod.path, mod.line),),
    )
    outside = [item for item in mod.local if item[0].startswith("..") or item[0].startswith("/")]
    if outside:
        yield Doubt(
            stack="go",
            root=app.root,
            id="go/replaced-outside",
            message=f"{mod.path} replaces a module by the folder {outside[0][0]}, which the build lacks.",
            remedy="Remove the replace line, or move the module below the app.",
            evidence=(repo.proof(mod.path, outside[0][1]),),
        )
    if main.folder != app.root and mod.install and not _covers(mod.install, app, main):
        yield Doubt(
            stack="go",
            root=app.root,
            id="go/not-installed",
            message=f"`// +heroku install` builds {' '.join(mod.install)}, but not {main.folder}.",
            remedy="Add the package to that line of go.mod.",
            evidence=(repo.proof(mod.path, mod.install_line),),
        )


def _covers(specs: tuple[str, ...], app: GoApp, main: GoProgram) -> bool:
    inside = main.folder if app.root == "." else main.folder[len(app.root) + 1 :]
    for spec in specs:
        folder = spec.removeprefix("./").removesuffix("/...").removesuffix("...").rstrip("/")
        if folder in ("", ".", inside) or (spec.endswith("...") and inside.startswith(folder + "/")):
            return True
    return False


def _hint(repo: Repo, app: GoApp) -> Uses:
    what = "has no program that listens or waits for work" if app.programs else "has no main package"
    main = app.programs[0].main if app.programs else repo.proof(app.mod.path, app.mod.line)
    return Uses(
        stack="go",
        root=app.root,
        strength=Strength.HINT,
        serves=False,
        why=f"the module {app.mod.module} {what}",
        evidence=(repo.proof(app.mod.path, app.mod.line), main),
    )


MARKS = ("go.mod", "*.go")
STACK = Stack(name="go", title="Go", language="go", detect=detect)
