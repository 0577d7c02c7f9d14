"""What a plan decided -> why, for a person who does not know Heroku: a sentence, proofs, what changes it.

One function for each kind of thing that a deployment file names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scaffold import policy
from scaffold.facts import About, AnyFact, Buildpack, ConfigVar, Evidence, Raw, Seed, Tests, Uses, command
from scaffold.patterns import lazy
from scaffold.plan.model import Loser, Plan, PlannedAddon, PlannedProcess
from scaffold.record import made, record
from scaffold.repo import Repo

EDIT = "edit the line or take it out: `scaffold update` keeps that"


@record
class Cause:
    """Why something is as it is: one sentence, the proofs, what was rejected for it, and what changes it."""

    what: str
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Loser, ...] = ()
    changes: tuple[str, ...] = ()


@record
class Known:
    """What the causes are taken from."""

    plan: Plan
    answers: Mapping[str, str] = made(factory=dict)
    repo: Repo | None = None


def update(*words: str) -> str:
    """Return a command to copy: `scaffold update` with these words."""
    return command("scaffold", "update", *(Raw(word) for word in words))


_WORD = lazy(r"[a-z]+(?=[ ,;:]|\Z)")


def sentences(*parts: str) -> str:
    """Join parts to sentences, each with one full stop; empty ones are left out."""
    kept = [" ".join(part.split()).rstrip(". ") for part in parts if part.strip(". ")]
    return " ".join(f"{part[:1].upper() + part[1:] if _WORD.match(part) else part}." for part in kept)


def app(known: Known) -> Cause:
    """Return why the files are there at all: the app that was found."""
    plan = known.plan
    where = "" if plan.root == "." else f" in {plan.root}"
    return Cause(
        what=f"The app that is deployed is a {plan.title} app{where}.",
        evidence=uses_of(plan),
        rejected=lost(plan, "app"),
    )


def uses_of(plan: Plan) -> tuple[Evidence, ...]:
    """Return the proofs of the app itself."""
    mine = [f for f in plan.facts if isinstance(f, Uses) and (f.stack, f.root) == (plan.stack, plan.root)]
    return max(mine, key=lambda fact: (int(fact.strength), fact.weight)).evidence if mine else ()


def lost(plan: Plan, *starts: str) -> tuple[Loser, ...]:
    """Return what was considered of a kind ("process web") and not taken."""
    return tuple(loser for loser in plan.considered if loser.what in starts)


_ROLES = {
    "web": "`web` is the process type that answers HTTP requests: Heroku runs this command in a dyno"
    " (a container) and sends it the traffic",
    "release": "`release` runs once in each deploy, after the build and before the new code serves; if it"
    " fails, the old code goes on",
}


def process(known: Known, name: str) -> Cause:
    """Return why a process type is there and what its command comes from."""
    plan = known.plan
    planned = plan.process(name)
    if planned is None:
        return _image(known, name)
    role = _ROLES.get(name) or (
        f"`{name}` is a process type of its own: Heroku runs this command beside the web process,"
        " in dynos (containers) of its own"
    )
    answered = known.answers.get(f"process_{name}") == planned.command
    said = f"the command is your answer process_{name} in .scaffold/answers.yml" if answered else ""
    return Cause(
        what=sentences(role, said or _why(planned)),
        evidence=planned.evidence,
        rejected=lost(plan, f"process {name}"),
        changes=_process_changes(name),
    )


def _why(planned: PlannedProcess) -> str:
    return planned.why or ("you declared it" if planned.declared else "")


def _process_changes(name: str) -> tuple[str, ...]:
    return update("--set", f"process_{name}='COMMAND'"), EDIT


def _image(known: Known, name: str) -> Cause:
    for image in known.plan.images:
        if image.process == name:
            return Cause(
                what=f"`{name}` runs in the image (the packed app) that {image.dockerfile} builds.",
                evidence=image.evidence,
                changes=(EDIT,),
            )
    return app(known)


def image(known: Known, name: str) -> Cause:
    """Return why an image is built."""
    return _image(known, name)


def formation(known: Known, name: str) -> Cause:
    """Return what the number and size of a process type's dynos come from."""
    size = str(known.answers.get("dyno_size", "")) or policy.default_dyno_size()
    planned = known.plan.process(name)
    usual = f"{size} is the default size" if size == policy.default_dyno_size() else f"{size} is your answer"
    return Cause(
        what=sentences(f"how many dynos (containers) of `{name}` a new app gets, and their size", usual),
        evidence=planned.evidence if planned else _image(known, name).evidence,
        changes=(
            f"{update('--set', 'dyno_size=SIZE')} ({', '.join(policy.dyno_sizes())})",
            f"for another quantity, {EDIT}",
        ),
    )


def addon(planned: PlannedAddon) -> Cause:
    """Return why an add-on is created."""
    sets = f"; it sets {', '.join(planned.sets)} for the app" if planned.sets else ""
    return Cause(
        what=sentences(
            f"{planned.plan} is an add-on, a service that Heroku runs for the app and bills{sets}",
            planned.why,
        ),
        evidence=planned.evidence,
        changes=("name another plan in app.json, or take it out there: `scaffold update` follows",),
    )


def addons(known: Known) -> Cause:
    """Return what the list of add-ons is, and what is not in it."""
    return Cause(
        what="The services that Heroku runs beside the app; each is created with it and bills from then on.",
        evidence=tuple(dict.fromkeys(p for each in known.plan.addons for p in each.evidence[:1])),
        rejected=lost(known.plan, "add-on"),
    )


def buildpack(known: Known, name: str) -> Cause:
    """Return why a buildpack is in the list, and at its place."""
    plan = known.plan
    found = [
        fact
        for fact in plan.facts
        if isinstance(fact, Buildpack) and policy.buildpack_name(fact.name) == name
    ]
    last = bool(plan.buildpacks) and plan.buildpacks[-1] == name
    place = (
        "the last one is that of the app's language" if last else "it runs before the next one in the list"
    )
    if name == policy.subdir_buildpack().url:
        place = f"it makes the folder {plan.root} the one that is built"
    why = next((fact.why for fact in found if fact.why), "")
    return Cause(
        what=sentences(f"{name} is a buildpack: it makes a running app of the source on Heroku", place, why),
        evidence=_proofs(found) or uses_of(plan),
        changes=(EDIT,),
    )


def _proofs(facts: Iterable[AnyFact]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(proof for fact in facts for proof in fact.evidence))


def runtime(known: Known) -> Cause:
    """Return where the version of the language comes from."""
    planned = known.plan.runtime
    if planned is None:
        return app(known)
    known_runtime = policy.runtime(planned.language)
    title = known_runtime.title if known_runtime else planned.language
    answered = known.answers.get("runtime_version")
    asked = f"the repository asks for {planned.asked}" if planned.asked else "nothing asks for a version"
    if planned.asked and planned.evidence and not _names(planned.evidence[0], planned.asked):
        asked = f"no line asks for a version; the one named here goes with {planned.asked}"
    note = next((note.message for note in known.plan.notes if note.id == "runtime/changed"), "")
    return Cause(
        what=sentences(
            f"the version of {title} that Heroku installs",
            f"your answer is {answered}" if answered else asked,
            note,
        ),
        evidence=planned.evidence,
        changes=(update("--set", "runtime_version=VERSION"), update("--set", "runtime_file=.python-version")),
    )


def _names(proof: Evidence, asked: str) -> bool:
    """Tell whether a line says a version itself: another one, of a package, only bears it out."""
    return asked in proof.text or not proof.text


def about(known: Known, key: str) -> Cause:
    """Return where a description of the app comes from."""
    facts = [fact for fact in known.plan.facts if isinstance(fact, About) and fact.key == key]
    best = sorted(facts, key=lambda fact: (fact.root, -int(fact.strength), repr(fact)))[:1]
    answered = key == "name" and (
        known.answers.get("app_name") or (not best and known.answers.get("production_app"))
    )
    said = "what the repository says of itself" if best else "nothing in the repository says it"
    words = {
        "name": "the name that the Deploy button and review apps show",
        "description": "what the app is, in a sentence",
        "keywords": "words to find the app by",
        "website": "the site of the app",
        "repository": "where the source is",
    }
    if answered:
        asked = "app_name" if known.answers.get("app_name") else "production_app"
        said = f"it is your answer {asked} in .scaffold/answers.yml"
    elif key == "keywords" and not best:
        said = f"nothing in the repository says any, so it is {known.plan.stack}"
    return Cause(
        what=sentences(words.get(key, key), said),
        evidence=() if answered else _proofs(best) or uses_of(known.plan),
        changes=(EDIT,),
    )


def stack_image(known: Known) -> Cause:
    """Return where the base image comes from."""
    if known.plan.container:
        what = "The stack image is container: Heroku builds the app's own Docker image"
        return Cause(
            what=f"{what}.", evidence=_proofs(known.plan.images) or uses_of(known.plan), changes=(EDIT,)
        )
    return Cause(
        what="The stack image: the operating system that the app is built and run on."
        f" It is Heroku's usual one (as of {policy.checked()}).",
        changes=(EDIT,),
    )


def test_script(known: Known) -> Cause:
    """Return where the test command of Heroku CI comes from."""
    what = "The command by which Heroku CI tests each push, if you use it."
    return _command_of(known, Tests, known.plan.test_command, what)


def seed_script(known: Known) -> Cause:
    """Return where the data of a new review app comes from."""
    what = "Heroku runs this once in a new review app, after its first release: its database is empty."
    return _command_of(known, Seed, known.plan.postdeploy, what)


def _command_of(known: Known, kind: type[Tests] | type[Seed], text: str, what: str) -> Cause:
    facts = [fact for fact in known.plan.facts if isinstance(fact, kind) and fact.root == known.plan.root]
    mine = [fact for fact in facts if text.endswith(fact.command)]
    return Cause(what=what, evidence=_proofs(mine), changes=(EDIT,))


def answer(known: Known, name: str, what: str, example: str) -> Cause:
    """Return that something is the answer to a question."""
    said = (
        f"your answer {name} in .scaffold/answers.yml"
        if known.answers.get(name)
        else f"{name} is not answered"
    )
    return Cause(what=sentences(what, said), changes=(update("--set", f"{name}={example}"),))


def config_var(known: Known, name: str, *, environment: str = "") -> Cause:
    """Return why a config var is named, and who gives it its value."""
    plan = known.plan
    every = (*plan.env_vars.get(environment, ()), *plan.config_vars, *plan.found_vars)
    var = next((var for var in every if var.name == name), None)
    if var is None:
        return app(known)
    return Cause(
        what=sentences(
            f"{name} is a config var, a value in the app's environment", _setter(plan, var), _told(var)
        ),
        evidence=var.evidence or uses_of(plan),
        changes=(f"edit [vars.{name}] in config-vars.toml, or take it out there: `scaffold update` follows",),
    )


def _setter(plan: Plan, var: ConfigVar) -> str:
    if var.provided_by == "platform":
        return "Heroku sets it"
    if var.provided_by:
        plans = [each.plan.partition(":")[0] for each in plan.addons if each.service == var.provided_by]
        return f"the add-on {(plans or [var.provided_by])[0]} sets it, nobody else has to"
    if var.generator:
        return "any random text will do: bin/deploy makes one"
    if var.value is not None and not var.secret:
        return "it has a value for production"
    if var.required:
        return "you have to set it: the app does not work without"
    return "it is optional" + (": the code falls back to a default" if var.default is not None else "")


def _told(var: ConfigVar) -> str:
    told = var.description or var.why
    return "" if var.generator and told.lower().startswith("any random text will do") else told
