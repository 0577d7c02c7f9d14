"""Clockwork, rufus-scheduler, whenever -> the clock process, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Addon, AnyFact, Doubt, Evidence, Process, Strength, command
from scaffold.families.ruby.apps import STACK
from scaffold.families.ruby.code import Found, find, rb_files, top_files
from scaffold.families.ruby.jobs import plain_files
from scaffold.families.ruby.rails import Site
from scaffold.patterns import lazy
from scaffold.repo import Repo, join, relative

_CLOCKWORK = lazy(
    r"^[ \t]*module\s+Clockwork\b|\binclude\s+Clockwork\b|\bClockwork\.(?:every|configure|handler)\b", re.M
)
_RUFUS = lazy(r"\bRufus::Scheduler\b")
_JOINED = lazy(r"\.join\b")
_USUAL = ("clock.rb", "clockwork.rb", "schedule.rb", "scheduler.rb", "cron.rb")


def clock_facts(repo: Repo, site: Site) -> Iterator[AnyFact]:
    """Yield the clock process of an app, or what to do about schedules Heroku does not run."""
    app = site.app
    files = (
        *top_files(repo, app.root),
        *rb_files(repo, site.home, "config", "lib", "app", "clock", "script", "bin"),
    )
    ordered = sorted(dict.fromkeys(files), key=lambda path: path.rpartition("/")[2] not in _USUAL)
    gem = app.proof(repo, "clockwork")
    if gem and (found := find(repo, ordered, _CLOCKWORK, "Clockwork")):
        path = relative(app.root, found.path)
        yield _clock(site, ("clockwork", path), "clockwork", (gem, found))
    gem = app.proof(repo, "rufus-scheduler")
    if gem and not site.rails:
        found = find(repo, plain_files(repo, app), _RUFUS, "Rufus::Scheduler")
        if found and _JOINED.search(repo.text(found.path)) and not found.path.endswith(".ru"):
            yield _clock(site, ("ruby", relative(app.root, found.path)), "rufus", (gem, found))
    plan = join(site.home, "config/schedule.rb")
    gem = app.gem("whenever") or next(
        (repo.proof(app.manifest, item.line) for item in app.gemfile.gems if item.name == "whenever"), None
    )
    if gem and plan in repo:
        yield Doubt(
            stack=STACK,
            root=app.root,
            id="ruby/whenever",
            message=f"{plan} writes a crontab, and there is no cron on Heroku: these jobs would never run.",
            remedy="Add Heroku Scheduler (`heroku addons:create scheduler:standard`); enter them there.",
            evidence=(gem, repo.proof(plan, 1)),
        )
        yield Addon(
            stack=STACK,
            root=app.root,
            service="scheduler",
            strength=Strength.HINT,
            evidence=(repo.proof(plan, 1),),
            why="cron jobs are planned with whenever; Heroku Scheduler would run them.",
        )


def _clock(site: Site, words: tuple[str, ...], tool: str, proofs: tuple[Evidence, Found]) -> Process:
    gem, found = proofs
    return Process(
        stack=STACK,
        root=site.app.root,
        name="clock",
        command=command("bundle", "exec", *words),
        tool=tool,
        quantity=1,
        evidence=(gem, found.evidence),
        why=f"{tool} is among the gems and {found.path} holds the schedule.",
    )
