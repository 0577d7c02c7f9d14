"""Laravel: the public folder, migrations, queue workers, Horizon, the scheduler, its key and database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    Addon,
    AnyFact,
    ConfigVar,
    Doubt,
    Evidence,
    File,
    Migration,
    Process,
    Strength,
    Uses,
)
from scaffold.families.php.apps import PhpApp, build_facts, php_apps, required_proof, web_command
from scaffold.families.php.laravel_work import major, queued, scheduled, setting, url_names
from scaffold.families.php.seeds import laravel_seed
from scaffold.repo import Repo, join
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of Laravel apps; a package for Laravel is only hinted at."""
    for app in php_apps(repo):
        if app.framework != "laravel":
            continue
        artisan = join(app.root, "artisan")
        proof = required_proof(repo, app, app.package)
        if artisan not in repo or app.docroot is None:
            yield Uses(
                stack="laravel",
                root=app.root,
                strength=Strength.HINT,
                serves=False,
                why="Laravel is required, but there is no artisan with a public folder",
                evidence=(proof,),
            )
            continue
        yield Uses(
            stack="laravel",
            root=app.root,
            weight=6,
            evidence=(proof, repo.proof(artisan), repo.proof(app.front)),
            why="laravel/framework is required and artisan is there",
        )
        yield from _web(repo, app)
        yield from build_facts(repo, app, "laravel")
        yield from _migration(repo, app, proof)
        yield from laravel_seed(repo, app)
        yield from _work(repo, app, proof)
        yield from _vars(repo, app, proof)
        yield from _database(repo, app, proof)
        yield from _doubts(repo, app)


def _web(repo: Repo, app: PhpApp) -> Iterator[AnyFact]:
    text, proof, rules = web_command(repo, app)
    yield Process(
        stack="laravel",
        root=app.root,
        name="web",
        command=text,
        why=f"{app.front} is Laravel's front controller",
        evidence=proof,
    )
    if rules:
        yield File(
            stack="laravel",
            root=app.root,
            path=join(app.root, "nginx_app.conf"),
            text=rules,
            evidence=proof,
            why="there is no .htaccess: without these rules every path but / answers 404",
        )


def _migration(repo: Repo, app: PhpApp, proof: Evidence) -> Iterator[Migration]:
    folder = join(app.root, "database/migrations")
    first = next((path for path in repo.under(folder) if path.endswith(".php")), "")
    if first:
        yield Migration(
            stack="laravel",
            root=app.root,
            command="php artisan migrate --force",
            paths=(folder,),
            why=f"{folder} holds migrations",
            evidence=(repo.proof(first), proof),
        )


def _work(repo: Repo, app: PhpApp, proof: Evidence) -> Iterator[AnyFact]:
    requires = app.composer.requires if app.composer else {}
    queue = setting(repo, app, "QUEUE_CONNECTION", "QUEUE_DRIVER")
    found = queued(repo, app)
    if "laravel/horizon" in requires:
        line = required_proof(repo, app, "laravel/horizon")
        yield Process(
            stack="laravel",
            root=app.root,
            name="worker",
            tool="horizon",
            command="php artisan horizon",
            why="laravel/horizon is required",
            evidence=(line,),
        )
        yield Addon(
            stack="laravel", root=app.root, service="redis", why="Horizon works on Redis", evidence=(line,)
        )
    elif found and queue and queue.value not in ("sync", "null", ""):
        yield Process(
            stack="laravel",
            root=app.root,
            name="worker",
            tool="queue",
            command="php artisan queue:work --tries=3",
            why=f"jobs are put on the {queue.value} queue",
            evidence=(found.evidence, queue.evidence),
        )
    task = scheduled(repo, app)
    if task and (major(app) >= 8 or not major(app)):
        yield Process(
            stack="laravel",
            root=app.root,
            name="clock",
            tool="schedule",
            command="php artisan schedule:work",
            why="the app schedules commands, which nothing else starts",
            evidence=(task.evidence,),
        )
    elif task:
        yield Doubt(
            stack="laravel",
            root=app.root,
            id="laravel/scheduler",
            message="The app schedules commands, and this Laravel has no schedule:work to run them.",
            remedy="Add the Heroku Scheduler add-on with `php artisan schedule:run` every 10 minutes.",
            evidence=(task.evidence, proof),
        )


def _vars(repo: Repo, app: PhpApp, proof: Evidence) -> Iterator[ConfigVar]:
    key = repo.line_of(join(app.root, "config/app.php"), r"env\(\s*['\"]APP_KEY")
    where = repo.proof(join(app.root, "config/app.php"), key) if key else proof
    yield ConfigVar(
        stack="laravel",
        root=app.root,
        name="APP_KEY",
        required=True,
        secret=True,
        evidence=(where,),
        description="Laravel's encryption key: the output of `php artisan key:generate --show`",
        why="Laravel encrypts cookies and sessions with it",
    )
    values = {
        "APP_ENV": ("production", "Laravel's environment"),
        "APP_DEBUG": ("false", "Whether error pages show the code"),
        "LOG_CHANNEL": ("stderr", "Where Laravel logs to: Heroku reads standard error"),
    }
    for name, (value, description) in values.items():
        yield ConfigVar(
            stack="laravel",
            root=app.root,
            name=name,
            value=value,
            description=description,
            evidence=(proof,),
            kind="boolean" if value == "false" else "text",
        )


def _database(repo: Repo, app: PhpApp, proof: Evidence) -> Iterator[AnyFact]:
    if not repo.has_folder(join(app.root, "database/migrations")):
        return
    said = setting(repo, app, "DB_CONNECTION")
    driver = said.value if said else ""
    name, where = next(url_names(repo, app), ("DB_URL" if major(app) >= 11 else "DATABASE_URL", proof))
    config = join(app.root, "config/database.php")
    if config in repo and not any(True for _ in url_names(repo, app)):
        yield Doubt(
            stack="laravel",
            root=app.root,
            id="laravel/database-url",
            message="config/database.php reads no DATABASE_URL, which is all that Heroku's database sets.",
            remedy="Add 'url' => env('DATABASE_URL') to the connection in config/database.php.",
            evidence=(repo.proof(join(app.root, "config/database.php")),),
        )
    service = "mysql" if driver in ("mysql", "mariadb") else "postgres"
    evidence = tuple(e for e in (said.evidence if said else None, where) if e)
    var = name if service == "mysql" or name != "DATABASE_URL" else ""
    yield Addon(
        stack="laravel",
        root=app.root,
        service=service,
        var=var,
        evidence=evidence,
        why=f"the app has migrations, and DB_CONNECTION is {driver}" if driver else "the app has migrations",
    )
    yield ConfigVar(
        stack="laravel",
        root=app.root,
        name="DB_CONNECTION",
        value="mysql" if service == "mysql" else "pgsql",
        description="The database connection of config/database.php",
        evidence=evidence,
    )
    if driver == "sqlite":
        yield Doubt(
            stack="laravel",
            root=app.root,
            id="laravel/sqlite",
            message="SQLite is a file that Heroku loses at every restart; Postgres is set up instead.",
            evidence=evidence,
        )


def _doubts(repo: Repo, app: PhpApp) -> Iterator[Doubt]:
    path = join(app.root, "app/Http/Middleware/TrustProxies.php")
    line = repo.line_of(path, r"protected\s+(?:[\w|?\\]+\s+)?\$proxies\s*;") if path in repo else 0
    if line:
        yield Doubt(
            stack="laravel",
            root=app.root,
            id="laravel/proxies",
            message="No proxy is trusted: behind Heroku's router links and assets come out as http://.",
            remedy="protected $proxies = '*';",
            evidence=(repo.proof(path, line),),
        )
    env = join(app.root, ".env")
    key = repo.line_of(env, r"^APP_KEY=\S") if env in repo else 0
    if key:
        masked = Evidence(path=env, line=key, text=re.sub(r"=.*", "=…", repo.lines(env)[key - 1].strip()))
        yield Doubt(
            stack="laravel",
            root=app.root,
            id="laravel/env-committed",
            message=".env is committed: its key is known, and its values hold where no config var is set.",
            remedy="git rm --cached .env, make a new key, and set the values as config vars.",
            evidence=(masked,),
        )


MARKS = ("composer.json", "artisan")
STACK = Stack(name="laravel", title="Laravel", language="php", detect=detect)
