"""The settings at the top of bin/deploy -> the cause of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scaffold.facts import CacheClear, Smoke
from scaffold.provenance import causes
from scaffold.provenance.causes import EDIT, Cause, Known, sentences
from scaffold.record import replace


def _migration(known: Known) -> Cause | None:
    migration = known.plan.migration
    if migration is None:
        return None
    return Cause(
        what=sentences(
            "where the database migrations lie: a deploy that changes nothing there needs no backup",
            migration.why,
        ),
        evidence=migration.evidence,
        changes=(EDIT,),
    )


def _smoke(known: Known) -> Cause | None:
    found = [
        fact
        for fact in known.plan.facts
        if isinstance(fact, Smoke) and known.plan.smoke == (fact.path, fact.status)
    ]
    what = "the page that is asked for after a deploy, and the answer that tells that the app is up"
    if not found:
        return replace(causes.app(known), what=sentences(what, "nothing shows a better one"), changes=(EDIT,))
    return Cause(what=sentences(what, found[0].why), evidence=found[0].evidence, changes=(EDIT,))


def _smoke_text(known: Known) -> Cause | None:
    what = "A text that the page must show for the deploy to count; empty: its status is enough."
    return replace(causes.app(known), what=what, changes=(EDIT,), rejected=())


def _formation(known: Known) -> Cause | None:
    names = [process.name for process in known.plan.processes if process.name != "release"]
    first = causes.formation(known, names[0] if names else "web")
    proofs = (proof for process in known.plan.processes for proof in process.evidence[:1])
    return replace(
        first,
        what="The dynos (containers) that a new app gets: process type, quantity and size.",
        evidence=tuple(dict.fromkeys(proofs)) or first.evidence,
    )


def _cache_clear(known: Known) -> Cause | None:
    found = [fact for fact in known.plan.facts if isinstance(fact, CacheClear)]
    proofs = tuple(
        p for fact in found for p in fact.evidence if known.plan.cache_clear.endswith(fact.command)
    )
    return Cause(what="The command that empties the app's own cache.", evidence=proofs, changes=(EDIT,))


def _last_buildpack(known: Known) -> Cause | None:
    packs = known.plan.buildpacks
    return causes.buildpack(known, packs[-1]) if packs else None


def _manifest_file(known: Known) -> Cause | None:
    what = "The file that a revision must have to be deployed."
    return replace(causes.app(known), what=what, rejected=())


def _asked(name: str, what: str, example: str = "NAME") -> Callable[[Known], Cause]:
    return lambda known: causes.answer(known, name, what, example)


SETTINGS: Mapping[str, Callable[[Known], Cause | None]] = {
    "STAGING_APP": _asked("staging_app", "the name of the staging app on Heroku"),
    "PRODUCTION_APP": _asked("production_app", "the name of the production app on Heroku"),
    "BRANCH": _asked("branch", "the branch that production is deployed from", "main"),
    "REGION": _asked("region", "where the app runs, us or eu", "eu"),
    "TEAM": _asked("team", "the Heroku team that owns the app"),
    "PIPELINE": _asked("pipeline", "the Heroku pipeline that the apps belong to"),
    "STACK": causes.stack_image,
    "MANIFEST": _manifest_file,
    "FORMATION": _formation,
    "BUILDPACKS": _last_buildpack,
    "MIGRATION_PATHS": _migration,
    "MIGRATION": _migration,
    "CACHE_CLEAR": _cache_clear,
    "SMOKE_PATH": _smoke,
    "SMOKE_STATUS": _smoke,
    "SMOKE_TEXT": _smoke_text,
    "STAGING_DOMAINS": _asked("staging_domains", "the host names of the staging app", "HOST"),
    "PRODUCTION_DOMAINS": _asked("production_domains", "the host names of the production app", "HOST"),
    "MAINTENANCE_PAGE_URL": _asked(
        "maintenance_page", "the page that Heroku shows in maintenance mode, in place of its own", "URL"
    ),
    "ERROR_PAGE_URL": _asked(
        "error_page", "the page that Heroku shows for errors of the app, in place of its own", "URL"
    ),
}
"""Setting -> what makes its cause; None where the plan has nothing of the kind."""
