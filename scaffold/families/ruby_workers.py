"""Job libraries that an app really uses -> its worker processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scaffold.facts import AnyFact, Doubt, Evidence, Process, Raw, Strength, command
from scaffold.families.ruby import STACK, RubyApp
from scaffold.families.ruby_code import Found, code, config_files, find, top_files
from scaffold.families.ruby_jobs import adapter, job_files, plain_files, queues, rake_has
from scaffold.families.ruby_rails import RailsApp
from scaffold.repo import Repo, join, relative

_ASYNC = re.compile(
    r"(?:good_job\.execution_mode\s*=|GOOD_JOB_EXECUTION_MODE)[^\n]*?(:\w+|[\"'](?:async\w*|inline|external)[\"'])"
)
_PLUGIN = re.compile(r"^[ \t]*plugin[\s(]+:solid_queue\b(.*)$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An app whose workers are looked for: its gems, where its code lives, Rails or not."""

    app: RubyApp
    home: str
    rails: RailsApp | None


@dataclass(frozen=True, slots=True, kw_only=True)
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
    return next((repo.proof(path, 1) for path in own if path in repo), None)


def _sidekiq(repo: Repo, site: Site) -> tuple[str, ...]:
    words = ["bundle", "exec", "sidekiq"]
    if site.rails is None:
        words += _loads(repo, site)
    config = next(
        (
            f"config/{name}"
            for name in ("sidekiq.yml", "sidekiq.yml.erb")
            if join(site.home, f"config/{name}") in repo
        ),
        "",
    )
    if config:
        return (*words, "-C", config)
    named = queues(repo, site.app, site.home)
    for queue in ("default", *named) if named else ():
        words += ["-q", queue]
    return tuple(words)


def _loads(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return `-r FILE` for what loads the jobs of an app without Rails."""
    usual = (
        "config/environment.rb",
        "config/boot.rb",
        "boot.rb",
        "environment.rb",
        "config/application.rb",
        "app.rb",
    )
    named = [
        path for path in top_files(repo, site.app.root) if re.search(r"(?:worker|sidekiq|job)s?\.rb$", path)
    ]
    jobs = find(repo, plain_files(repo, site.app), re.compile(r"Sidekiq::(?:Worker|Job)\b"), "Sidekiq")
    present = [join(site.home, name) for name in usual if join(site.home, name) in repo]
    path = next(iter((*named, *present)), jobs.path if jobs else "")
    return ("-r", "./" + relative(site.app.root, path)) if path else ()


def _good_job(repo: Repo, site: Site) -> tuple[str, ...]:
    for path in config_files(repo, site.home):
        if "good_job" in repo.text(path).lower() and (found := _ASYNC.search(code(repo, path))):
            return () if found[1].strip(":\"'").startswith(("async", "inline")) else _good_job_words()
    return _good_job_words()


def _good_job_words() -> tuple[str, ...]:
    return ("bundle", "exec", "good_job", "start")


def _solid_queue(repo: Repo, site: Site) -> tuple[str, ...]:
    puma = join(site.home, "config/puma.rb")
    plugin = _PLUGIN.search(code(repo, puma)) if puma in repo else None
    if (
        plugin
        and not re.search(r"\b(?:if|unless)\b", plugin[1])
        and not _within_if(code(repo, puma), plugin.start())
    ):
        return ()
    if join(site.home, "bin/jobs") in repo:
        return ("bin/jobs",)
    return ("bundle", "exec", "rake", "solid_queue:start")


def _within_if(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at + 1] if at else ""
    return (
        bool(re.match(r"\s", line or text[at : at + 1])) and re.search(r"^if\b", text[:at], re.M) is not None
    )


def _task(task: str) -> Callable[[Repo, Site], tuple[str, ...]]:
    def words(repo: Repo, site: Site) -> tuple[str, ...]:
        rails = site.rails
        modern = rails is not None and not rails.older_than(5) and join(site.home, "bin/rails") in repo
        return ("bundle", "exec", "rails" if modern else "rake", task)

    return words


def _fixed(*words: str) -> Callable[[Repo, Site], tuple[str, ...]]:
    return lambda _repo, _site: words


def _shoryuken(repo: Repo, site: Site) -> tuple[str, ...]:
    config = ("-C", "config/shoryuken.yml") if join(site.home, "config/shoryuken.yml") in repo else ()
    return ("bundle", "exec", "shoryuken", *(("-R",) if site.rails else ()), *config)


def _sneakers(repo: Repo, site: Site) -> tuple[str, ...]:
    return _task("sneakers:run")(repo, site)


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
            remedy="Add `require 'resque/tasks'` (and a resque:setup task that loads the app) to the Rakefile.",
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
        _sidekiq,
        gems=("sidekiq", "sidekiq-pro", "sidekiq-ent"),
        files=("config/sidekiq.yml", "config/initializers/sidekiq.rb"),
        hint="idekiq",
    ),
    _library(
        "goodjob", r"\bGoodJob::ActiveJobExtensions\b", _good_job, gems=("good_job",), adapter="good_job"
    ),
    _library(
        "solidqueue", r"\bSolidQueue::Job\b", _solid_queue, gems=("solid_queue",), adapter="solid_queue"
    ),
    _library(
        "delayedjob",
        r"\bhandle_asynchronously\b|\bDelayed::Job\.enqueue\b|\.delay(?:\(|\.)",
        _task("jobs:work"),
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
    _library("delayed", r"\bDelayed::Job\.enqueue\b", _task("delayed:work"), hint="Delayed"),
    _library(
        "resque",
        r"\bResque\.enqueue|^[ \t]*@queue\s*=|\bextend\s+Resque::",
        _fixed("env", "TERM_CHILD=1", Raw("'QUEUE=*'"), "bundle", "exec", "rake", "resque:work"),
        files=("config/initializers/resque.rb", "lib/tasks/resque.rake"),
    ),
    _library("que", r"<\s*(?:::)?Que::Job\b", _fixed("bundle", "exec", "que"), gems=("que",), hint="Que::"),
    _library(
        "shoryuken",
        r"\binclude\s+Shoryuken::Worker\b",
        _shoryuken,
        files=("config/shoryuken.yml",),
        hint="Shoryuken",
    ),
    _library(
        "sneakers",
        r"\binclude\s+(?:Sneakers|Kicks)::Worker\b",
        _sneakers,
        gems=("sneakers", "kicks"),
        hint="::Worker",
    ),
    _library(
        "karafka",
        r"<\s*Karafka::BaseConsumer\b",
        _fixed("bundle", "exec", "karafka", "server"),
        files=("karafka.rb",),
    ),
    _library("hutch", r"\binclude\s+Hutch::Consumer\b", _fixed("bundle", "exec", "hutch"), hint="Hutch"),
    _library(
        "queueclassic",
        r"\bQC\.enqueue\b",
        _task("qc:work"),
        gems=("queue_classic",),
        adapter="queue_classic",
        hint="QC",
    ),
    _library("backburner", r"\bBackburner\b", _task("backburner:work"), hint="Backburner"),
    _library(
        "faktory",
        r"\binclude\s+Faktory::Job\b",
        _fixed("bundle", "exec", "faktory-worker"),
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
