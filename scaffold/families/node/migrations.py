"""Prisma, Knex, Sequelize, TypeORM and their kin, and scripts named for it -> the release command."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, Migration, Process, Todo
from scaffold.families.node.apps import NodeApp, dep_proof, script_proof
from scaffold.families.node.build import output_of
from scaffold.families.node.scripts import Step, lacking, steps_of
from scaffold.families.node.tools import words
from scaffold.families.node.typeorm import typeorm_facts
from scaffold.manifests.package_json import NodeDep
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, relative

_RELEASE = ("heroku-release", "release:heroku", "heroku:release")
_SCRIPTS = words(
    "migrate:prod migrate:production migrate:deploy db:migrate:prod db:migrate:production "
    "db:migrate:deploy prisma:migrate:prod prisma:migrate:deploy prisma:deploy "
    "migration:run:prod migrations:run:prod db:deploy db:migrate migrate migrate:latest "
    "migrate:up migration:run migrations:run migration:up migrate:run db:migrate:latest "
    "db:migrate:up knex:migrate knex:migrate:latest typeorm:migration:run db:migration:run "
    "migration:migrate migrations:migrate prisma:migrate db:up migrations migration "
    "sequelize:migrate db-migrate run-migrations migrations:up"
)
"""Scripts that people migrate with, the ones for production first."""

_ACTIONS = words("up deploy migrate:latest migrate:up db:migrate migration:run migration:up migrate:deploy")
_WRONG = lazy(
    r"migrate dev|db push|migrate reset|migrate:make|:generate|:create|\bcreate\b|:undo|:down|rollback|:drop|"
    r"db:seed|--fake|seed:run"
)


@record
class Tool:
    """A migration tool: its packages, the command, and how its migrations are known."""

    packages: tuple[str, ...]
    words: tuple[str, ...]
    folders: tuple[str, ...]
    config: tuple[str, ...] = ()


_TOOLS = (
    Tool(
        packages=("prisma", "@prisma/client"),
        words=("prisma", "migrate", "deploy"),
        folders=("prisma/migrations",),
    ),
    Tool(
        packages=("knex",),
        words=("knex", "migrate:latest"),
        folders=(
            "migrations",
            "db/migrations",
            "src/migrations",
            "database/migrations",
            "src/db/migrations",
            "data/migrations",
            "src/database/migrations",
        ),
        config=("knexfile.js", "knexfile.cjs", "knexfile.mjs", "knexfile.ts"),
    ),
    Tool(
        packages=("sequelize-cli",),
        words=("sequelize-cli", "db:migrate"),
        folders=(
            "migrations",
            "db/migrations",
            "src/migrations",
            "src/database/migrations",
            "database/migrations",
            "server/migrations",
            "src/db/migrations",
        ),
    ),
    Tool(
        packages=("@mikro-orm/cli",),
        words=("mikro-orm", "migration:up"),
        folders=("migrations", "src/migrations", "src/database/migrations"),
    ),
    Tool(
        packages=("drizzle-kit",),
        words=("drizzle-kit", "migrate"),
        folders=("drizzle", "migrations", "src/db/migrations", "drizzle/migrations", "src/drizzle"),
        config=("drizzle.config.ts", "drizzle.config.js"),
    ),
    Tool(
        packages=("node-pg-migrate",),
        words=("node-pg-migrate", "up"),
        folders=("migrations", "db/migrations"),
    ),
    Tool(
        packages=("db-migrate",),
        words=("db-migrate", "up"),
        folders=("migrations", "db/migrations"),
        config=("database.json",),
    ),
    Tool(
        packages=("migrate-mongo",),
        words=("migrate-mongo", "up"),
        folders=("migrations", "db/migrations"),
        config=("migrate-mongo-config.js", "migrate-mongo-config.cjs"),
    ),
)


def migration_facts(repo: Repo, app: NodeApp, stack: str) -> Iterator[AnyFact]:
    """Yield the release process of an app, and what stands in its way."""
    for name in _RELEASE:
        if script := app.script(name):
            yield Process(
                stack=stack,
                root=app.root,
                name="release",
                command=app.run(name),
                quantity=0,
                evidence=(script_proof(repo, app, script),),
                why=f"the script {name} is meant for the release phase.",
            )
            return
    tool, dep, folder = _tool(repo, app)
    if found := _script(repo, app):
        name, steps = found
        yield from _fact(repo, app, stack, app.run(name), steps, folder)
        return
    if tool and dep and folder:
        yield from _by_tool(repo, app, stack, tool, dep, folder)
    elif dep and dep.name in ("prisma", "@prisma/client"):
        yield from _pushed(repo, app, stack, dep)
    else:
        yield from typeorm_facts(repo, app, stack)


def _script(repo: Repo, app: NodeApp) -> tuple[str, tuple[Step, ...]] | None:
    """Return the script that migrates in production, without any development package."""
    for name in _SCRIPTS:
        steps = steps_of(repo, app, name)
        script = app.script(name)
        if script is None or not steps or _WRONG.search(script.text):
            continue
        known = [step for step in steps if step.kind == "migrate"]
        files = [step for step in steps if step.kind in ("node", "runner", "")]
        staged = any(
            word in ("NODE_ENV=development", "NODE_ENV=test") for s in steps for word in s.simple.sets
        )
        if (
            staged
            or not (known or files)
            or any(step.kind in ("dev", "watcher", "pm2", "foreign") for step in steps)
        ):
            continue
        if any(_WRONG.search(step.simple.text) for step in steps) or not all(map(_applies, known)):
            continue
        if all(lacking(step) is None for step in steps) and _is_there(files):
            return name, steps
    return None


def _applies(step: Step) -> bool:
    """Tell whether a migration tool is told to apply what is pending."""
    if step.simple.program == "drizzle-kit":
        return any(word.split(":")[0] == "migrate" for word in step.simple.args)
    return any(word in _ACTIONS for word in step.simple.args)


def _is_there(steps: list[Step]) -> bool:
    """Tell whether the files that steps run are in the repository and no templates."""
    return all(
        any(not word.startswith("-") for word in step.simple.args) or step.kind == "" for step in steps
    )


def _tool(repo: Repo, app: NodeApp) -> tuple[Tool | None, NodeDep | None, str]:
    for tool in _TOOLS:
        dep = app.dep(*tool.packages)
        if dep is None:
            continue
        for folder in tool.folders:
            if any(not is_secondary(path) for path in repo.under(app.at(folder))):
                return tool, dep, app.at(folder)
        if dep.name in ("prisma", "@prisma/client"):
            schemas = repo.suffixed(".prisma", under=app.root)
            for path in schemas:
                if repo.has_folder(folder_of(path) + "/migrations"):
                    return tool, dep, folder_of(path) + "/migrations"
            return None, dep if schemas else None, ""
        if tool.config and any(app.at(name) in repo for name in tool.config):
            found = [path for path in repo.under(app.root) if "/migrations/" in "/" + path]
            if found:
                return tool, dep, found[0].rpartition("migrations/")[0] + "migrations"
    return None, None, ""


def _fact(
    repo: Repo, app: NodeApp, stack: str, line: str, steps: tuple[Step, ...], folder: str
) -> Iterator[AnyFact]:
    yield Migration(
        stack=stack,
        root=app.root,
        command=line,
        paths=(folder,) if folder else (),
        evidence=tuple(dict.fromkeys(repo.proof(step.app.path, step.script.line) for step in steps)),
        why=f"{app.path} has a script that migrates the database.",
    )


def _by_tool(
    repo: Repo, app: NodeApp, stack: str, tool: Tool, dep: NodeDep, folder: str
) -> Iterator[AnyFact]:
    words = list(tool.words)
    if tool.words[0] == "knex":
        words += _knexfile(repo, app, tool)
    if tool.words[0] == "prisma" and not folder.endswith("prisma/migrations"):
        schema = next(
            (path for path in repo.suffixed(".prisma") if path.startswith(folder_of(folder) + "/")), ""
        )
        words += ["--schema", relative(app.root, schema)] if schema else []
    proofs: tuple[Evidence, ...] = (dep_proof(repo, app, dep), repo.proof(next(repo.under(folder))))
    command_line = app.execute(*words)
    yield Migration(
        stack=stack,
        root=app.root,
        command=command_line,
        paths=(folder,),
        evidence=proofs,
        why=f"{folder} holds migrations of {tool.words[0]}, to be run before the new code.",
    )
    program = tool.packages[0]
    if app.prod(program) is None:
        yield from _pruned(app, stack, program, proofs)


def _pruned(app: NodeApp, stack: str, program: str, proofs: tuple[Evidence, ...]) -> Iterator[AnyFact]:
    install = {"yarn": "yarn add", "berry": "yarn add", "pnpm": "pnpm add"}.get(
        app.manager, "npm install --save-prod"
    )
    yield Doubt(
        stack=stack,
        root=app.root,
        id="node/migration-tool-pruned",
        message=f"{program} migrates the database in the release phase, but is a development dependency.",
        remedy=f"Move it: {install} {program}",
        evidence=proofs[:1],
    )
    yield Todo(
        stack=stack,
        root=app.root,
        command=f"{install} {program}",
        why=f"development dependencies are removed after the build, and the release phase needs {program}.",
        evidence=proofs[:1],
    )


def _pushed(repo: Repo, app: NodeApp, stack: str, dep: NodeDep) -> Iterator[AnyFact]:
    yield Doubt(
        stack=stack,
        root=app.root,
        id="node/prisma-without-migrations",
        message="Prisma has a schema but no migrations, so nothing creates the tables on Heroku.",
        remedy="Run `npx prisma migrate dev --name init` and commit the migrations.",
        evidence=(dep_proof(repo, app, dep),),
    )


def _knexfile(repo: Repo, app: NodeApp, tool: Tool) -> list[str]:
    """Return the option that names the knexfile, where it is not beside package.json or is TypeScript."""
    for name in tool.config:
        for path in repo.named(name):
            if path != app.at(name) and not path.startswith("" if app.root == "." else app.root + "/"):
                continue
            built = output_of(repo, app, path) if path.endswith(".ts") else None
            if built:
                return ["--knexfile", relative(app.root, built.path)]
            return [] if path == app.at(name) else ["--knexfile", relative(app.root, path)]
    return []
