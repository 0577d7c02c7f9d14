"""Gemfile, gemspec and lock file -> the Ruby apps of a repository and the gems each runs on in production."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scaffold.facts import Evidence
from scaffold.manifests.gemfile import Gem, Gemfile, RubyAsked, parse_gemfile
from scaffold.manifests.gemfile_lock import GemfileLock, parse_gemfile_lock
from scaffold.manifests.ruby_text import code_lines
from scaffold.patterns import lazy
from scaffold.record import made, record
from scaffold.repo import Repo, folder_of, join

STACK = "ruby"
_LEFT_OUT = frozenset({"development", "test", "optional"})
"""Groups that Heroku leaves out (BUNDLE_WITHOUT), and those that are not installed unless asked for."""
_ELSEWHERE = lazy(r"(?:x64_)?(?:mingw|mswin|windows)\w*|jruby\w*|rbx\w*|truffleruby\w*")
_SPEC = lazy(r"\.add_(?:runtime_)?dependency[\s(]+[\"']([A-Za-z0-9_.-]+)[\"'](.*)")
_VERSION = lazy(r"\d+(?:\.\d+)*")


@record
class RubyApp:
    """A folder with a Gemfile; `prod` are the gems declared for production, `installed` all they need."""

    root: str
    manifest: str
    lock_path: str
    gemfile: Gemfile
    lock: GemfileLock | None
    ruby: RubyAsked | None
    prod: Mapping[str, Evidence] = made(factory=dict)
    asked: Mapping[str, str] = made(factory=dict)
    installed: frozenset[str] = frozenset()

    def gem(self, *names: str) -> Evidence | None:
        """Return where the first of these gems is declared for production."""
        return next((self.prod[name] for name in names if name in self.prod), None)

    def has(self, *names: str) -> str:
        """Return the first of these gems that is installed in production, "" for none."""
        return next((name for name in names if name in self.installed), "")

    def proof(self, repo: Repo, *names: str) -> Evidence | None:
        """Return where a gem that is installed in production is declared or locked."""
        name = self.has(*names)
        if not name or name in self.prod:
            return self.prod.get(name)
        locked = self.lock.specs.get(name) if self.lock else None
        return repo.proof(self.lock_path, locked.line) if locked else None

    def version(self, name: str) -> tuple[int, ...]:
        """Return the locked version of a gem, else the one its declaration names; () where neither does."""
        locked = self.lock.specs.get(name) if self.lock else None
        found = _VERSION.search(locked.version if locked else self.asked.get(name, ""))
        return tuple(int(part) for part in found[0].split(".")[:4]) if found else ()

    @property
    def evidence(self) -> Evidence:
        """Return the Gemfile as proof."""
        return Evidence(path=self.manifest)


def ruby_apps(repo: Repo) -> tuple[RubyApp, ...]:
    """Return every folder with a Gemfile (or gems.rb) that can be read, shallow ones first."""
    return repo.once(("ruby-apps",), lambda: tuple(_apps(repo)))


def app_above(repo: Repo, folder: str) -> RubyApp | None:
    """Return the app whose Gemfile counts in a folder: its own or the nearest above."""
    apps = {app.root: app for app in ruby_apps(repo)}
    while folder not in apps and folder != ".":
        folder = folder_of(folder)
    return apps.get(folder)


def _apps(repo: Repo) -> Iterator[RubyApp]:
    seen = set()
    for path in repo.named("Gemfile", "gems.rb"):
        root = folder_of(path)
        if root in seen or (path.endswith("gems.rb") and not _is_manifest(repo, path)):
            continue
        gemfile = repo.try_parsed(path, parse_gemfile)
        if gemfile is None:
            continue
        seen.add(root)
        yield _app(repo, root, path, gemfile)


def _is_manifest(repo: Repo, path: str) -> bool:
    return join(folder_of(path), "gems.locked") in repo or "source" in repo.text(path)


def _app(repo: Repo, root: str, path: str, gemfile: Gemfile) -> RubyApp:
    lock_path = path.removesuffix("gems.rb") + "gems.locked" if path.endswith("gems.rb") else f"{path}.lock"
    lock = repo.try_parsed(lock_path, parse_gemfile_lock) if lock_path in repo else None
    files = _with_read(repo, gemfile, root)
    prod: dict[str, Evidence] = {}
    asked: dict[str, str] = {}
    for file in files:
        for gem in file.gems:
            if _in_production(gem, lock):
                prod.setdefault(gem.name, repo.proof(file.path, gem.line))
                asked.setdefault(gem.name, " ".join(gem.versions))
    if any(file.gemspec for file in files):
        for name, evidence, version in _gemspec_gems(repo, root):
            prod.setdefault(name, evidence)
            asked.setdefault(name, version)
    return RubyApp(
        root=root,
        manifest=path,
        lock_path=lock_path if lock_path in repo else "",
        gemfile=gemfile,
        lock=lock,
        ruby=next((file.ruby for file in files if file.ruby), None),
        prod=prod,
        asked=asked,
        installed=_closure(prod, lock, {gem.name for file in files for gem in file.gems}),
    )


def _with_read(repo: Repo, gemfile: Gemfile, root: str) -> list[Gemfile]:
    """Return the Gemfile and those it evaluates, each once."""
    found, queue = [gemfile], list(gemfile.reads)
    while queue and len(found) < 20:
        path = join(root, queue.pop(0))
        if path in repo and all(path != file.path for file in found):
            other = repo.try_parsed(path, parse_gemfile)
            if other:
                found.append(other)
                queue += other.reads
    return found


def _in_production(gem: Gem, lock: GemfileLock | None) -> bool:
    if gem.groups and gem.groups <= _LEFT_OUT:
        return False
    if gem.platforms and all(_ELSEWHERE.fullmatch(name) for name in gem.platforms):
        return False
    return not (gem.conditional and lock is not None and gem.name not in lock.dependencies)


def _gemspec_gems(repo: Repo, root: str) -> Iterator[tuple[str, Evidence, str]]:
    for path in repo.suffixed(".gemspec", under=root):
        if folder_of(path) != root:
            continue
        for number, line in enumerate(code_lines(repo.text(path)), 1):
            if found := _SPEC.search(line):
                yield found[1], repo.proof(path, number), found[2]


def _closure(prod: Mapping[str, Evidence], lock: GemfileLock | None, declared: set[str]) -> frozenset[str]:
    """Return the production gems and all that they need by the lock file.

    A gem of the lock's own DEPENDENCIES that no file declares came by a way that cannot be read
    (a loop, a variable): it counts as production's.
    """
    found = set(prod)
    if lock is None:
        return frozenset(found)
    own = {name for name in lock.dependencies if name not in declared}
    queue = [*found, *own]
    found |= own
    while queue:
        spec = lock.specs.get(queue.pop())
        for name in spec.needs if spec else ():
            if name not in found:
                found.add(name)
                queue.append(name)
    return frozenset(found)
