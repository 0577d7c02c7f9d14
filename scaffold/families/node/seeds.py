"""A script named for it, or Prisma's own setting -> the command that fills a review app's empty database."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Evidence, Seed
from scaffold.families.node.apps import NodeApp, dep_proof, script_proof
from scaffold.families.node.scripts import Step, lacking, steps_of
from scaffold.families.node.shell import split_commands
from scaffold.families.node.tools import packages_of, words
from scaffold.manifests.json_file import parse_object
from scaffold.patterns import lazy
from scaffold.repo import Repo

_SCRIPTS = words(
    "seed:prod db:seed:prod seed:production db:seed:production db:seed seed seed:run seed:all db:seed:all "
    "prisma:seed knex:seed sequelize:seed seeds"
)
_WRONG = lazy(r"reset|refresh|undo|rollback|drop|:make|:generate|truncate|migrate dev|db push")
_STAGED = ("NODE_ENV=development", "NODE_ENV=test")


def node_seed(repo: Repo, app: NodeApp, stack: str) -> Iterator[Seed]:
    """Yield the seed of an app that production can run: no development package, no reset."""
    setting = _prisma(repo, app)
    for name in _SCRIPTS:
        script, steps = app.script(name), steps_of(repo, app, name)
        if script and steps and all(_can_run(step, setting) for step in steps):
            proofs = (script_proof(repo, app, script), *((setting,) if setting else ()))
            yield _seed(app, stack, app.run(name), proofs, f"the script {name} is meant for it.")
            return
    prisma = app.prod("prisma")
    if setting and prisma:
        proofs = (setting, dep_proof(repo, app, prisma))
        yield _seed(app, stack, app.execute("prisma", "db", "seed"), proofs, "Prisma is told how to seed.")


def _seed(app: NodeApp, stack: str, line: str, proofs: tuple[Evidence, ...], why: str) -> Seed:
    return Seed(stack=stack, root=app.root, command=line, evidence=proofs, why=why)


def _can_run(step: Step, setting: Evidence | None) -> bool:
    """Tell whether a step is there after the build, and only adds."""
    text = step.simple.text
    if _WRONG.search(text) or any(word in _STAGED for word in step.simple.sets) or lacking(step):
        return False
    if step.simple.program in ("prisma", "knex", "sequelize", "sequelize-cli"):
        seeds = any("seed" in word for word in step.simple.args)
        return seeds and (step.simple.program != "prisma" or setting is not None)
    return step.kind in ("node", "runner")


def _prisma(repo: Repo, app: NodeApp) -> Evidence | None:
    """Return the line of package.json that tells Prisma how to seed, where production can do so."""
    document = repo.parsed(app.path, parse_object)
    text = document.at("prisma", "seed")
    if not isinstance(text, str):
        return None
    for one in split_commands(text):
        if _WRONG.search(one.text) or (one.program != "node" and app.prod(*packages_of(one.program)) is None):
            return None
    return repo.proof(app.path, document.line("prisma", "seed"))
