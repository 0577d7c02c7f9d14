"""PHP apps behind Apache or nginx: Symfony, Yii, CakePHP, Drupal, WordPress, plain pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, ConfigVar, Doubt, File, Migration, Process, Strength, Uses
from scaffold.families.php.apps import (
    PhpApp,
    build_facts,
    php_apps,
    required_proof,
    strength_of,
    web_command,
)
from scaffold.families.php.services import drivers, sources
from scaffold.families.service_urls import addons
from scaffold.repo import Repo, join
from scaffold.stacks import Stack

_LARAVEL = ("laravel", "lumen")


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the PHP projects that serve pages, a hint for libraries."""
    for app in php_apps(repo):
        if app.framework == "laravel":
            continue
        yield _uses(repo, app)
        if app.docroot is None:
            continue
        yield from _web(repo, app)
        yield from build_facts(repo, app, "php")
        yield from _migration(repo, app)
        if app.framework == "symfony":
            yield from _symfony(repo, app)
        if app.framework == "lumen":
            yield from _lumen(repo, app)
        if app.framework == "wordpress":
            yield from _wordpress(repo, app)
        found = drivers(repo, app, sources(repo, app))
        yield from _addons(repo, app, found)


def _uses(repo: Repo, app: PhpApp) -> Uses:
    strength = strength_of(app)
    proof = [required_proof(repo, app, app.package)] if app.composer else []
    if app.front:
        proof.append(repo.proof(app.front))
    if strength is Strength.HINT:
        why = f"{app.manifest} requires packages, but nothing is there to serve"
    else:
        why = f"{app.front} is served" + (f" by {app.framework}" if app.framework else "")
    weight = (4 if app.framework else 2 if app.composer else 1) if strength > Strength.HINT else 0
    return Uses(
        stack="php",
        root=app.root,
        strength=strength,
        weight=weight,
        serves=strength > Strength.HINT,
        why=why,
        evidence=tuple(proof),
    )


def _web(repo: Repo, app: PhpApp) -> Iterator[AnyFact]:
    text, proof, rules = web_command(repo, app)
    yield Process(
        stack="php",
        root=app.root,
        name="web",
        command=text,
        why=f"{app.front} is the front of the site",
        strength=strength_of(app),
        evidence=proof,
    )
    if rules:
        yield File(
            stack="php",
            root=app.root,
            path=join(app.root, "nginx_app.conf"),
            text=rules,
            why="there is no .htaccess: without these rules every path but / answers 404",
            evidence=proof,
        )


_MIGRATIONS = (
    (
        "doctrine/doctrine-migrations-bundle",
        "bin/console",
        "php bin/console doctrine:migrations:migrate --no-interaction --allow-no-migration",
    ),
    ("yiisoft/yii2", "yii", "php yii migrate --interactive=0"),
    ("cakephp/migrations", "bin/cake.php", "php bin/cake.php migrations migrate"),
    ("codeigniter4/framework", "spark", "php spark migrate --all"),
    ("laravel/lumen-framework", "artisan", "php artisan migrate --force"),
    ("robmorgan/phinx", "", "vendor/bin/phinx migrate -e production"),
)
_MIGRATION_FOLDERS = (
    "migrations",
    "src/Migrations",
    "config/Migrations",
    "app/Database/Migrations",
    "database/migrations",
    "db/migrations",
    "app/DoctrineMigrations",
    "console/migrations",
)


def _migration(repo: Repo, app: PhpApp) -> Iterator[Migration]:
    requires = app.composer.requires if app.composer else {}
    folder = next(
        (
            join(app.root, f)
            for f in _MIGRATION_FOLDERS
            if any(p.endswith(".php") for p in repo.under(join(app.root, f)))
        ),
        "",
    )
    for package, program, text in _MIGRATIONS:
        if package in requires and folder and (not program or join(app.root, program) in repo):
            first = next(p for p in repo.under(folder) if p.endswith(".php"))
            yield Migration(
                stack="php",
                root=app.root,
                command=text,
                paths=(folder,),
                why=f"{package} is required and {folder} holds migrations",
                evidence=(required_proof(repo, app, package), repo.proof(first)),
            )
            return


def _symfony(repo: Repo, app: PhpApp) -> Iterator[AnyFact]:
    proof = (required_proof(repo, app, app.package),)
    yield ConfigVar(
        stack="php",
        root=app.root,
        name="APP_ENV",
        value="prod",
        why="Symfony's development mode needs packages that are not installed",
        description="Symfony's environment",
        evidence=proof,
    )
    yield ConfigVar(
        stack="php",
        root=app.root,
        name="APP_SECRET",
        required=True,
        secret=True,
        generator="secret",
        description="Random text that Symfony signs with",
        evidence=proof,
    )
    path = join(app.root, "config/packages/messenger.yaml")
    text = repo.text(path)
    routed = re.search(r"^\s+routing:\s*$", text, re.MULTILINE)
    names = re.findall(r"^\s{12}(\w+):", text.partition("routing:")[0], re.MULTILINE)
    queues = [name for name in names if name not in ("sync", "failed")]
    if queues and routed and re.search(r"^\s+['\"\w\\]+:\s*" + re.escape(queues[0]), text, re.MULTILINE):
        line = repo.line_of(path, rf"^\s{{12}}{re.escape(queues[0])}:")
        yield Process(
            stack="php",
            root=app.root,
            name="worker",
            tool="messenger",
            command=f"php bin/console messenger:consume {queues[0]} --time-limit=3600",
            why="messages are routed to a transport that a worker reads",
            evidence=(repo.proof(path, line),),
        )


def _lumen(repo: Repo, app: PhpApp) -> Iterator[AnyFact]:
    yield ConfigVar(
        stack="php",
        root=app.root,
        name="APP_KEY",
        required=True,
        secret=True,
        generator="secret",
        description="Random text of 32 characters that Lumen encrypts with",
        evidence=(required_proof(repo, app, app.package),),
    )


def _wordpress(repo: Repo, app: PhpApp) -> Iterator[AnyFact]:
    proof = (repo.proof(app.front),)
    yield Doubt(
        stack="php",
        root=app.root,
        id="php/wordpress-files",
        message="WordPress keeps uploads on its own disk; on Heroku they vanish at every restart.",
        remedy="Keep uploads in S3 by a plugin, and plugins in git or composer.json.",
        evidence=proof,
    )


def _addons(repo: Repo, app: PhpApp, found: Iterator[tuple[str, object]]) -> Iterator[AnyFact]:
    proofs = [(service, evidence) for service, evidence in found]
    if app.framework == "symfony" and app.composer and "doctrine/doctrine-bundle" in app.composer.requires:
        env = join(app.root, ".env")
        line = repo.line_of(env, r"^DATABASE_URL=")
        said = repo.lines(env)[line - 1] if line else ""
        service = "mysql" if re.search(r"=[\"']?(?:mysql|mariadb)", said) else "postgres"
        proofs.insert(
            0,
            (
                service,
                repo.proof(env, line) if line else required_proof(repo, app, "doctrine/doctrine-bundle"),
            ),
        )
    files = (
        *sources(repo, app),
        *(p for p in repo.under(join(app.root, "config")) if p.endswith((".yaml", ".yml"))),
    )
    yield from addons(repo, stack="php", root=app.root, drivers=proofs, sources=files)  # type: ignore[arg-type]


MARKS = ("composer.json", "*.php")
STACK = Stack(name="php", title="PHP", language="php", detect=detect)
