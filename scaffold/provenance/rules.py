"""A file of the plan and a key in it -> the cause of what stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scaffold import policy
from scaffold.facts import Evidence, VarEdit
from scaffold.provenance import causes, ci_files
from scaffold.provenance.causes import EDIT, Cause, Known, sentences
from scaffold.provenance.deploy_settings import SETTINGS
from scaffold.provenance.keyed_lines import Key
from scaffold.record import replace

_FIELDS = {
    "description": "what a person reads who is asked for it",
    "required": "true where the app does not work without it",
    "secret": "true where its value belongs on Heroku only, in no file",
    "value": "what is set on Heroku",
    "default": "what the code itself falls back to",
    "generator": '"secret": any random text will do',
    "stage": 'when it is read: "build" or "run"',
    "kind": "what form its value has",
    "provided_by": "who sets it: Heroku (platform) or an add-on",
    "read_at": "the lines of the code that read it",
}


def cause_of(known: Known, path: str, key: Key) -> Cause:
    """Return the cause of a line: of its key, where it has none of the file."""
    own = next((file for file in known.plan.files if file.path == path), None)
    if own is not None:
        return Cause(
            what=sentences("the app needs this file to be built or run", own.why), evidence=own.evidence
        )
    rule = _RULES.get(path if path == "bin/deploy" else path.rpartition("/")[2])
    found = rule(known, key) if rule and key else None
    return found or _whole(known, path)


_PURPOSES = {
    "Procfile": "Heroku reads here which commands to run",
    "app.json": "it describes the app for review apps and the Deploy button (a push reads the Procfile)",
    "heroku.yml": "Heroku reads here how to build the app's images and what to run in them",
    "config-vars.toml": "the record of the app's config vars, which scaffold and bin/deploy read",
    ".env.example": "it shows a developer which variables to set on their own machine",
    ".buildpacks": "the buildpacks in order, for builds that read them from a file",
    ".slugignore": "what is left out of the slug, the packed app on Heroku",
    "bin/deploy": "the script that creates and deploys the app, the same way each time",
    "deploy.yml": "GitHub reads here what to test and to deploy, and when",
    "config.yml": "CircleCI reads here what to test and to deploy, and when",
    ".gitlab-ci.yml": "GitLab reads here what to test and to deploy, and when",
}


def _whole(known: Known, path: str) -> Cause:
    name = path if path == "bin/deploy" else path.rpartition("/")[2]
    purpose = _PURPOSES.get(name, "a text of the template")
    return replace(
        causes.app(known),
        what=sentences(purpose, causes.app(known).what),
        rejected=(),
        changes=(causes.EDIT,),
    )


def _procfile(known: Known, key: Key) -> Cause | None:
    return causes.process(known, key[0])


def _app_json(known: Known, key: Key) -> Cause | None:
    head, *rest = key
    if head in ("env", "formation", "addons", "buildpacks"):
        return _listed(known, head, rest)
    if head == "environments":
        return _environment(known, rest)
    return causes.stack_image(known) if head == "stack" else causes.about(known, head)


_LISTS = {
    "env": "the config vars, values in the app's environment, that a new app is asked for or given",
    "formation": "how many dynos (containers) of each process type a new app gets",
    "buildpacks": "the buildpacks that make a running app of the source, in order",
}


def _listed(known: Known, head: str, rest: list[str], environment: str = "") -> Cause:
    if not rest:
        return (
            causes.addons(known)
            if head == "addons"
            else replace(causes.app(known), what=sentences(_LISTS[head]))
        )
    if head == "env":
        return _field(causes.config_var(known, rest[0], environment=environment), rest[1:])
    if head == "formation":
        return causes.formation(known, rest[0])
    return causes.buildpack(known, rest[0]) if head == "buildpacks" else _addon(known, rest[0])


def _field(cause: Cause, rest: list[str]) -> Cause:
    said = _FIELDS.get(rest[0], "") if rest else ""
    return replace(cause, what=f"`{rest[0]}`: {said}. {cause.what}") if said else cause


def _addon(known: Known, name: str) -> Cause:
    service, _, attached = name.partition(" as ")
    found = [each for each in known.plan.addons if each.plan.partition(":")[0] == service]
    exact = [each for each in found if each.attach_as == attached]
    return causes.addon((exact or found)[0]) if found else causes.addons(known)


def _environment(known: Known, rest: list[str]) -> Cause | None:
    titles = {"review": "review apps, one for each pull request", "test": "the app that Heroku CI tests in"}
    if len(rest) < 2:
        return _differs(known, rest[0] if rest else "", titles.get(rest[0], rest[0]) if rest else "")
    if rest[1] == "scripts":
        return causes.seed_script(known) if rest[0] == "review" else causes.test_script(known)
    if rest[1] == "env" and len(rest) > 2:
        return _field(causes.config_var(known, rest[2], environment=rest[0]), rest[3:])
    return _listed(known, rest[1], rest[2:]) if rest[1] in ("env", "addons", "buildpacks") else None


def _differs(known: Known, environment: str, title: str) -> Cause:
    """Say what an environment names again: what stands there replaces the base's."""
    of = title or "review apps and Heroku CI"
    edits = [
        fact
        for fact in known.plan.facts
        if isinstance(fact, VarEdit) and fact.environment and environment in ("", fact.environment)
    ]
    services = causes.addons(known)
    again = "the add-ons are named again, to be made there too" if services.evidence else ""
    said = "config-vars.toml says what differs there" if edits else ""
    proofs = dict.fromkeys((*(proof for fact in edits for proof in fact.evidence), *services.evidence))
    return Cause(what=sentences(f"what differs for {of}", again, said), evidence=tuple(proofs))


def _heroku_yml(known: Known, key: Key) -> Cause | None:
    head, *rest = key
    if head == "setup":
        return _addon(known, rest[1]) if len(rest) > 1 else causes.addons(known)
    if head == "build" and len(rest) > 1:
        return causes.image(known, rest[1])
    if head == "release":
        return causes.process(known, "release")
    if head == "run" and rest:
        cause = causes.process(known, rest[0])
        borrowed = rest[1:] == ["image"] and known.plan.images
        told = f"It runs in the image of {known.plan.images[0].process}." if borrowed else ""
        return replace(cause, what=f"{cause.what} {told}") if told else cause
    return None


def _manifest(known: Known, key: Key) -> Cause | None:
    if key[0] == "vars" and len(key) > 1:
        return _field(causes.config_var(known, key[1]), list(key[2:]))
    if key[0] == "env" and len(key) > 2:
        return _field(causes.config_var(known, key[2], environment=key[1]), list(key[3:]))
    return None


def _env(known: Known, key: Key) -> Cause | None:
    return causes.config_var(known, key[0])


def _buildpacks(known: Known, key: Key) -> Cause | None:
    return causes.buildpack(known, policy.buildpack_name(key[0]))


def _slugignore(known: Known, key: Key) -> Cause | None:
    folder = key[0].strip("/")
    first = next(known.repo.under(folder), "") if known.repo else ""
    return Cause(
        what=f"{folder} is left out of the slug (the packed app): nothing in it is needed on Heroku.",
        evidence=(Evidence(path=first),) if first else (),
        changes=(EDIT,),
    )


def _deploy(known: Known, key: Key) -> Cause | None:
    if len(key) > 1:
        return _addon(known, key[1]) if key[0] == "each_addon()" else causes.config_var(known, key[1])
    rule = SETTINGS.get(key[0])
    return rule(known) if rule else None


_RULES: Mapping[str, Callable[[Known, Key], Cause | None]] = {
    "Procfile": _procfile,
    "app.json": _app_json,
    "heroku.yml": _heroku_yml,
    "config-vars.toml": _manifest,
    ".env.example": _env,
    ".buildpacks": _buildpacks,
    ".slugignore": _slugignore,
    ".python-version": lambda known, _: causes.runtime(known),
    "runtime.txt": lambda known, _: causes.runtime(known),
    "bin/deploy": _deploy,
    **dict.fromkeys(("deploy.yml", "config.yml", ".gitlab-ci.yml"), ci_files.cause),
}
