"""Job libraries that an app really uses -> its worker processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, Process, Raw, Strength, command
from scaffold.families.ruby.apps import STACK
from scaffold.families.ruby.code import Found, config_files, find
from scaffold.families.ruby.jobs import adapter, job_files, rake_has
from scaffold.families.ruby.rails import Site
from scaffold.families.ruby.worker_commands import (
    fixed,
    good_job,
    rake_task,
    shoryuken,
    sidekiq,
    sneakers,
    solid_queue,
)
from scaffold.record import record
from scaffold.repo import Repo, join


@record
class Library:
    """A job library: its gems, Active Job adapter, what a use looks like, its files and its command."""

    name: str
    gems: tuple[str, ...]
    adapter: str
    use: re.Pattern[str]
    hint: str
    files: tuple[str, ...]
    run: Callable[[Repo, Site], tuple[str, ...]]


def worker_facts(repo: Repo, site: Site) -> Iterator[AnyFact]:
    """Yield a worker for each job library that is installed and used, one worker per library."""
    tools = worker_tools(repo, site)
    for library in LIBRARIES:
        if library.name not in tools:
            continue
        gem, used = tools[library.name]
        words = library.run(repo, site)
        if words:
            yield Process(
                stack=STACK,
                root=site.app.root,
                name="worker",
                command=command(*_inside(site), *words),
                tool=library.name,
                strength=Strength.FRAMEWORK,
                evidence=(gem, used),
                why=f"{library.name} is among the gems and {used.path} uses it.",
            )
            yield from _resque_task(repo, site, library, used)


def _inside(site: Site) -> tuple[str, ...]:
    inner = site.rails.inner if site.rails else ""
    return ("cd", inner, Raw("&&")) if inner else ()


def _used(repo: Repo, site: Site, library: Library) -> Evidence | None:
    """Return the line that shows an app runs on a library: the adapter, a job class, else its own file."""
    name, set_at = adapter(repo, site.app, site.home)
    if set_at and name == library.adapter:
        return set_at.evidence
    found: Found | None = find(repo, job_files(repo, site.app, site.home), library.use, library.hint)
    if found:
        return found.evidence
    if set_at and name not in ("inline", "async"):
        return None
    own = [join(site.home, file) for file in library.files]
    placed = next((repo.proof(path, 1) for path in own if path in repo), None)
    tasks = rake_has(repo, site.app, site.home, "resque/tasks") if library.name == "resque" else None
    return placed or (tasks.evidence if tasks else None)


def _resque_task(repo: Repo, site: Site, library: Library, used: Evidence) -> Iterator[AnyFact]:
    """Yield the scheduler beside Resque, and a doubt where no Rakefile loads its tasks."""
    if library.name != "resque":
        return
    if rake_has(repo, site.app, site.home, "resque/tasks") is None and not site.app.has("resque-pool"):
        yield Doubt(
            stack=STACK,
            root=site.app.root,
            id="ruby/resque-tasks",
            message="no Rakefile requires resque/tasks: the task resque:work may not exist.",
            remedy="Add `require 'resque/tasks'` (and a resque:setup task to load the app) to the Rakefile.",
            evidence=(used,),
        )
    scheduler = site.app.proof(repo, "resque-scheduler")
    planned = rake_has(repo, site.app, site.home, "resque/scheduler") or find(
        repo,
        config_files(repo, site.home),
        re.compile(r"Resque\.schedule\b|resque-scheduler|resque/scheduler"),
        "sque",
    )
    if scheduler and planned:
        yield Process(
            stack=STACK,
            root=site.app.root,
            name="scheduler",
            command=command(*_inside(site), "bundle", "exec", "rake", "resque:scheduler"),
            tool="resque-scheduler",
            evidence=(scheduler, planned.evidence),
            why="resque-scheduler is set up; it needs one process of its own.",
        )


def _library(
    name: str, use: str, run: Callable[[Repo, Site], tuple[str, ...]], **kinds: tuple[str, ...] | str
) -> Library:
    gems, files = kinds.get("gems", (name,)), kinds.get("files", ())
    own, hint = kinds.get("adapter", name), kinds.get("hint", "")
    return Library(
        name=name,
        gems=gems if isinstance(gems, tuple) else (gems,),
        adapter=own if isinstance(own, str) else "",
        use=re.compile(use),
        hint=hint if isinstance(hint, str) else "",
        files=files if isinstance(files, tuple) else (files,),
        run=run,
    )


LIBRARIES = (
    _library(
        "sidekiq",
        r"\binclude\s+(?:::)?Sidekiq::(?:Worker|Job)\b|\bsidekiq_options\b|<\s*(?:::)?Sidekiq::(?:Worker|Job)\b",
        sidekiq,
        gems=("sidekiq", "sidekiq-pro", "sidekiq-ent"),
        files=("config/sidekiq.yml", "config/initializers/sidekiq.rb"),
        hint="idekiq",
    ),
    _library(
        "goodjob", r"\bGoodJob::ActiveJobExtensions\b", good_job, gems=("good_job",), adapter="good_job"
    ),
    _library("solidqueue", r"\bSolidQueue::Job\b", solid_queue, gems=("solid_queue",), adapter="solid_queue"),
    _library(
        "delayedjob",
        r"\bhandle_asynchronously\b|\bDelayed::Job\.enqueue\b|\.delay(?:\(|\.)",
        rake_task("jobs:work"),
        gems=("delayed_job", "delayed_job_active_record", "delayed_job_mongoid", "delayed_job_data_mapper"),
        files=(
            "config/initializers/delayed_job_config.rb",
            "config/initializers/delayed_job.rb",
            "bin/delayed_job",
            "script/delayed_job",
        ),
        adapter="delayed_job",
        hint="elay",
    ),
    _library("delayed", r"\bDelayed::Job\.enqueue\b", rake_task("delayed:work"), hint="Delayed"),
    _library(
        "resque",
        r"\bResque\.enqueue|^[ \t]*@queue\s*=|\bextend\s+Resque::",
        fixed("env", "TERM_CHILD=1", Raw("'QUEUE=*'"), "bundle", "exec", "rake", "resque:work"),
        files=("config/initializers/resque.rb", "lib/tasks/resque.rake"),
    ),
    _library("que", r"<\s*(?:::)?Que::Job\b", fixed("bundle", "exec", "que"), gems=("que",), hint="Que::"),
    _library(
        "shoryuken",
        r"\binclude\s+Shoryuken::Worker\b",
        shoryuken,
        files=("config/shoryuken.yml",),
        hint="Shoryuken",
    ),
    _library(
        "sneakers",
        r"\binclude\s+(?:Sneakers|Kicks)::Worker\b",
        sneakers,
        gems=("sneakers", "kicks"),
        hint="::Worker",
    ),
    _library(
        "karafka",
        r"<\s*Karafka::BaseConsumer\b",
        fixed("bundle", "exec", "karafka", "server"),
        files=("karafka.rb",),
    ),
    _library("hutch", r"\binclude\s+Hutch::Consumer\b", fixed("bundle", "exec", "hutch"), hint="Hutch"),
    _library(
        "queueclassic",
        r"\bQC\.enqueue\b",
        rake_task("qc:work"),
        gems=("queue_classic",),
        adapter="queue_classic",
        hint="QC",
    ),
    _library("backburner", r"\bBackburner\b", rake_task("backburner:work"), hint="Backburner"),
    _library(
        "faktory",
        r"\binclude\s+Faktory::Job\b",
        fixed("bundle", "exec", "faktory-worker"),
        gems=("faktory_worker_ruby",),
        hint="Faktory",
    ),
)
"""Every job library known, with what proves its use."""


def worker_tools(repo: Repo, site: Site) -> dict[str, tuple[Evidence, Evidence]]:
    """Return the job libraries an app uses, each with its proof, whether or not they need a worker."""

    def make() -> dict[str, tuple[Evidence, Evidence]]:
        found = {}
        for library in LIBRARIES:
            gem = site.app.gem(*library.gems) or site.app.proof(repo, *library.gems)
            used = _used(repo, site, library) if gem else None
            if gem and used:
                found[library.name] = (gem, used)
        return found

    return repo.once(("ruby-tools", site.app.root, site.home), make)
