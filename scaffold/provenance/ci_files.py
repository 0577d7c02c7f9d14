"""The keys of the files for CI services -> the cause of each."""

from __future__ import annotations

from collections.abc import Callable

from scaffold import policy
from scaffold.provenance import causes
from scaffold.provenance.causes import EDIT, Cause, Known, sentences, update
from scaffold.provenance.keyed_lines import Key
from scaffold.record import replace

_ENVIRONMENTS = ("staging", "production")


def cause(known: Known, key: Key) -> Cause | None:
    """Return the cause of a key: that of the first part which names something of its own."""
    deploys = next((name for name in _ENVIRONMENTS if any(name in part for part in key)), "")
    tests = "test" in key and not deploys
    for parts, tell in _PARTS if tests else _DEPLOYING:
        if parts & set(key):
            return tell(known, key)
    return _testing(known, key) if tests else _deploying(known, deploys) if deploys else _whole(known, key)


def _said(what: str, *more: str, changes: tuple[str, ...] = (EDIT,)) -> Cause:
    return Cause(what=sentences(what, *more), changes=changes)


def _testing(known: Known, _key: Key) -> Cause:
    return replace(
        causes.test_script(known),
        what="The tests of the app, as the repository itself runs them; nothing is deployed where they fail.",
    )


def _deploying(_known: Known, environment: str) -> Cause:
    approved = "; who must approve it is set in the service" if environment == "production" else ""
    return _said(
        f"bin/deploy {environment} runs here, with the token HEROKU_API_KEY of that environment{approved}"
    )


def _whole(known: Known, key: Key) -> Cause | None:
    if "pull_request" in key:
        return _said("pull requests are tested too; no secret is known there, and nothing is deployed")
    if {"DEPLOY_TO", "DEPLOY_REF", "parameters", "workflow_dispatch"} & set(key):
        return _said("what a person is asked for who deploys by hand, also an older revision")
    if key[:1] in (("on",), ("workflows",)):
        return _branch(known, key)
    return _said("the token of a job may read the code and nothing else") if "permissions" in key else None


def _branch(known: Known, _key: Key) -> Cause:
    named = known.answers.get("branch")
    said = f"your answer branch in .scaffold/answers.yml is {named}" if named else "main is the usual name"
    return _said(
        "the branch that goes to staging, and the tags that go to production",
        said,
        changes=(update("--set", "branch=NAME"), EDIT),
    )


def _service(known: Known, key: Key) -> Cause:
    found = next((addon for addon in known.plan.addons if addon.service in key), None)
    told = causes.addon(found) if found else causes.addons(known)
    return replace(told, what=sentences("it runs beside the tests in the place of an add-on", told.what))


def _variable(known: Known, key: Key) -> Cause:
    told = causes.config_var(known, key[-1])
    return replace(told, what=sentences("the tests get a value that opens nothing", told.what))


def _language(known: Known, _key: Key) -> Cause:
    told = causes.runtime(known)
    return replace(told, what=sentences("the tests run on the version that Heroku runs", told.what))


def _pinned(_known: Known, _key: Key) -> Cause:
    return _said(
        "actions are named by the commit of a release, images by their version: a tag can be moved",
        f"these are of {policy.table('ci')['checked']}; a newer scaffold brings newer ones",
    )


def _one(_known: Known, _key: Key) -> Cause:
    return _said("one deploy of an app at a time: another one waits, and none is broken off half-way")


def _depth(_known: Known, _key: Key) -> Cause:
    return _said(
        "the whole history: Heroku refuses a push from a shallow clone, and older revisions are in it"
    )


def _limit(_known: Known, _key: Key) -> Cause:
    return _said("how long it may take: as long as a build, a release phase and a migration together")


Row = tuple[frozenset[str], Callable[[Known, Key], Cause]]

_PARTS: tuple[Row, ...] = (
    (frozenset({"services"}), _service),
    (frozenset({"env", "environment", "variables"}), _variable),
    (frozenset({"uses", "with", "image", "docker"}), _language),
)
_DEPLOYING: tuple[Row, ...] = (
    (frozenset({"concurrency", "resource_group", "serial-group"}), _one),
    (frozenset({"GIT_DEPTH", "fetch-depth", "checkout"}), _depth),
    (frozenset({"timeout", "timeout-minutes"}), _limit),
    (frozenset({"uses", "image", "docker"}), _pinned),
    (frozenset({"filters", "rules", "if"}), _branch),
)
