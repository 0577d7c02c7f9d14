"""Ruby apps -> the Rails applications among them: where each lives, which Rails, what config.ru runs."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Evidence
from scaffold.families.ruby.apps import RubyApp, app_above
from scaffold.families.ruby.code import code, find
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

_APPLICATION = lazy(r"class\s+Application\s*<\s*(?:::)?Rails::Application\b|<\s*(?:::)?Rails::Application\b")
_BOOT = lazy(r"Rails\.application\.initialize!|\w+::Application\.initialize!|Rails::Initializer\.run")


@record
class RailsApp:
    """A Rails application in `home`, whose gems are those of `app` (at the same folder or above)."""

    app: RubyApp
    home: str
    proof: Evidence
    served: Evidence | None

    @property
    def inner(self) -> str:
        """Return the home as seen from the build root, "" for the root itself."""
        return "" if self.home == self.app.root else relative(self.app.root, self.home)

    @property
    def is_dummy(self) -> bool:
        """Tell whether it is the test or example app of a gem, which nothing at the top serves."""
        return bool(self.inner) and is_secondary(self.inner + "/x") and self.served is None

    @property
    def version(self) -> tuple[int, ...]:
        """Return the version of Rails, () where it is not known."""
        return self.app.version("railties") or self.app.version("rails")

    def older_than(self, major: int, minor: int = 0) -> bool:
        """Tell whether the version of Rails is known and below another."""
        return bool(self.version) and self.version < (major, minor)


@record
class Site:
    """An app whose workers are looked for: its gems, where its code lives, Rails or not."""

    app: RubyApp
    home: str
    rails: RailsApp | None


def rails_apps(repo: Repo) -> tuple[RailsApp, ...]:
    """Return the Rails applications, one per Gemfile: the best of its folder first."""
    return repo.once(("rails-apps",), lambda: tuple(_apps(repo)))


def rails_at(repo: Repo, root: str) -> RailsApp | None:
    """Return the Rails application that a build root runs, None where it runs none."""
    return next((item for item in rails_apps(repo) if item.app.root == root and not item.is_dummy), None)


def _apps(repo: Repo) -> Iterator[RailsApp]:
    best: dict[str, RailsApp] = {}
    for path in repo.named("application.rb", "environment.rb"):
        if not path.endswith(("config/application.rb", "config/environment.rb")):
            continue
        home = folder_of(folder_of(path))
        app = app_above(repo, home)
        if app is None or not (app.has("rails", "railties") or "rails" in app.asked):
            continue
        found = _candidate(repo, app, home, path)
        known = best.get(app.root)
        if found and (known is None or _rank(found) < _rank(known)):
            best[app.root] = found
    yield from best.values()


def _candidate(repo: Repo, app: RubyApp, home: str, path: str) -> RailsApp | None:
    pattern = _APPLICATION if path.endswith("application.rb") else _BOOT
    found = find(repo, (path,), pattern)
    if found is None:
        return None
    return RailsApp(app=app, home=home, proof=found.evidence, served=_served(repo, app, home))


def _served(repo: Repo, app: RubyApp, home: str) -> Evidence | None:
    """Return the line of the root's config.ru that loads an application of a folder below."""
    path = join(app.root, "config.ru")
    if home == app.root or path not in repo:
        return None
    inner = relative(app.root, home)
    for number, line in enumerate(code(repo, path).split("\n"), 1):
        if f"{inner}/config/environment" in line or f"{inner}/config/application" in line:
            return repo.proof(path, number)
    return None


def _rank(found: RailsApp) -> tuple[bool, bool, bool, int, str]:
    return (
        bool(found.inner) and found.served is None,
        found.is_dummy,
        not found.proof.path.endswith("application.rb"),
        found.home.count("/"),
        found.home,
    )
