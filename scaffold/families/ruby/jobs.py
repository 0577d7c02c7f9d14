"""What background jobs run on: the Active Job adapter, the classes of job libraries, their queues."""

from __future__ import annotations

import re

from scaffold.families.ruby.apps import RubyApp
from scaffold.families.ruby.code import Found, config_files, find, find_each, rb_files
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, join

_ADAPTER = lazy(
    r"queue_adapter\s*(?:=|,)\s*(?:\(?\s*ENV(?:\.fetch\(|\[)[^\n]*?(?:,\s*|\|\|\s*|\{\s*)|\(\s*)?:?[\"']?"
    r"([a-z][a-z_]+)\b"
)
_CONDITIONAL = lazy(r"queue_adapter[^\n]*\?\s*:(\w+)\s*:\s*:(\w+)")
_QUEUE = lazy(r"(?:queue:|:queue\s*=>|\"queue\"\s*=>|queue_as[\s(]+)\s*[:\"'](\w[\w-]*)")
_MAILED = lazy(r"\bdeliver_later\b")
_DEFAULTS = lazy(r"load_defaults[\s(]+[\"']?(\d+)\.(\d+)")
_FOLDERS = ("app/workers", "app/jobs", "app/sidekiq", "app/consumers", "workers", "jobs", "app/queues")
_WIDE = ("lib", "app/services", "app/models", "app/lib", "app/interactors", "app/operations")


def job_files(repo: Repo, app: RubyApp, home: str) -> tuple[str, ...]:
    """Return the files where job classes live: the job folders first, then the rest of app and lib."""
    return repo.once(("ruby-job-files", home, app.root), lambda: _job_files(repo, app, home))


def _job_files(repo: Repo, app: RubyApp, home: str) -> tuple[str, ...]:
    found = dict.fromkeys(rb_files(repo, home, *_FOLDERS, *_WIDE))
    if not repo.has_folder(join(home, "app")):
        found |= dict.fromkeys(plain_files(repo, app))
    return tuple(found)


def plain_files(repo: Repo, app: RubyApp) -> tuple[str, ...]:
    """Return the sources of an app without Rails; tests and vendored code are left out."""
    return repo.once(("ruby-plain", app.root), lambda: _plain_files(repo, app.root))


def _plain_files(repo: Repo, root: str) -> tuple[str, ...]:
    prefix = 0 if root == "." else len(root) + 1
    return tuple(
        path
        for path in repo.suffixed(".rb", ".ru", under=root)
        if not is_secondary(path[prefix:]) and "vendor/" not in path[prefix:] and "db/migrat" not in path
    )[:400]


def adapter(repo: Repo, app: RubyApp, home: str) -> tuple[str, Found | None]:
    """Return the Active Job adapter of production and where it is set; "" where none is."""
    return repo.once(("ruby-adapter", home, app.root), lambda: _adapter(repo, home))


def _adapter(repo: Repo, home: str) -> tuple[str, Found | None]:
    files = (*config_files(repo, home), join(home, "app/jobs/application_job.rb"))
    for found in find_each(repo, [path for path in files if path in repo], _ADAPTER, "queue_adapter"):
        chosen = _CONDITIONAL.search(found.evidence.text)
        names = chosen.groups() if chosen else (found.match[1],)
        real = [name for name in names if name not in ("inline", "async", "test")]
        name = real[0] if real else names[0]
        if name not in ("test", "ENV", "env"):
            return name, found
    return "", None


def queues(repo: Repo, app: RubyApp, home: str) -> tuple[str, ...]:
    """Return the queues that jobs name beside `default`, in the order found."""
    found: dict[str, None] = {}
    mailed = False
    for path in job_files(repo, app, home):
        text = repo.text(path)
        mailed = mailed or "deliver_later" in text
        if "queue" in text:
            for one in find_each(repo, (path,), _QUEUE):
                found.setdefault(one.match[1])
    if mailed or find(repo, rb_files(repo, home, "app/controllers", "app/mailers"), _MAILED, "deliver_later"):
        defaults = find(repo, (join(home, "config/application.rb"),), _DEFAULTS, "load_defaults")
        if defaults is None or (int(defaults.match[1]), int(defaults.match[2])) < (6, 1):
            found.setdefault("mailers")
    found.pop("default", None)
    return tuple(found)


def rake_has(repo: Repo, app: RubyApp, home: str, text: str) -> Found | None:
    """Return where a Rakefile or a .rake file of the app holds a text."""
    files = [join(app.root, "Rakefile"), join(home, "Rakefile")]
    files += [path for path in repo.suffixed(".rake", under=home) if not is_secondary(folder_of(path) + "/x")]
    return find(repo, [path for path in files if path in repo], re.compile(re.escape(text)), text)
