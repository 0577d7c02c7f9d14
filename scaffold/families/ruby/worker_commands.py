"""Job libraries -> the command of their worker process, for the app at hand; () where it needs none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scaffold.families.ruby.code import code, config_files, find, find_each, top_files
from scaffold.families.ruby.jobs import plain_files, queues
from scaffold.families.ruby.rails import Site
from scaffold.patterns import lazy
from scaffold.repo import Repo, join, relative

_ASYNC = lazy(
    r"(?:good_job\.execution_mode\s*=|GOOD_JOB_EXECUTION_MODE)[^\n]*?(:\w+|[\"'](?:async\w*|inline|external)[\"'])"
)
_WORKER_FILE = lazy(r"(?:^|/)(?:\w+_)?(?:worker|sidekiq|job)s?\.rb$")
_SIDEKIQ_JOB = lazy(r"Sidekiq::(?:Worker|Job)\b")
_LOADED = lazy(r"^[ \t]*(?:require|require_relative|load)\b[\s(]*(?:File\.\w+\()?[\"']([\w./-]+)[\"']", re.M)
_LOADERS = ("config/environment.rb", "config/boot.rb", "boot.rb", "environment.rb", "config/application.rb")
_PLUGIN = lazy(r"^[ \t]*plugin[\s(]+:solid_queue\b(.*)$", re.M)


def sidekiq(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the command of Sidekiq, with its config file or the queues that jobs name."""
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
    named = [path for path in top_files(repo, site.app.root) if _WORKER_FILE.search(path)]
    present = [join(site.home, name) for name in _LOADERS if join(site.home, name) in repo]
    jobs = find(repo, plain_files(repo, site.app), _SIDEKIQ_JOB, "Sidekiq")
    path = next(iter((*named, *present, *_racked(repo, site))), jobs.path if jobs else "")
    return ("-r", "./" + relative(site.app.root, path)) if path else ()


def _racked(repo: Repo, site: Site) -> Iterator[str]:
    """Yield the files that config.ru loads: with them the app is there, its jobs too."""
    for found in find_each(repo, (join(site.home, "config.ru"),), _LOADED):
        path = join(site.home, found.match[1].removesuffix(".rb") + ".rb")
        if path in repo:
            yield path


def good_job(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the command of GoodJob, none where it runs within the web process."""
    for path in config_files(repo, site.home):
        if "good_job" in repo.text(path).lower() and (found := _ASYNC.search(code(repo, path))):
            return () if found[1].strip(":\"'").startswith(("async", "inline")) else _good_job_words()
    return _good_job_words()


def _good_job_words() -> tuple[str, ...]:
    return ("bundle", "exec", "good_job", "start")


def solid_queue(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the command of Solid Queue, none where Puma always runs it."""
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


def rake_task(task: str) -> Callable[[Repo, Site], tuple[str, ...]]:
    """Return what makes the command of a worker that is a task of the app."""

    def words(repo: Repo, site: Site) -> tuple[str, ...]:
        rails = site.rails
        modern = rails is not None and not rails.older_than(5) and join(site.home, "bin/rails") in repo
        return ("bundle", "exec", "rails" if modern else "rake", task)

    return words


def fixed(*words: str) -> Callable[[Repo, Site], tuple[str, ...]]:
    """Return what makes a command that is the same for every app."""
    return lambda _repo, _site: words


def shoryuken(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the command of Shoryuken."""
    config = ("-C", "config/shoryuken.yml") if join(site.home, "config/shoryuken.yml") in repo else ()
    return ("bundle", "exec", "shoryuken", *(("-R",) if site.rails else ()), *config)


def sneakers(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the command of Sneakers (or Kicks)."""
    return rake_task("sneakers:run")(repo, site)
