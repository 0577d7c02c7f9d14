"""Gemfile and lock -> the Ruby that Heroku installs, its buildpack, and what its build stumbles over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, Runtime, Strength, Todo, command
from scaffold.families.ruby.apps import STACK, RubyApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_NUMBER = lazy(r"\d+\.\d+(?:\.\d+)?")
_LINUX = ("x86_64-linux", "x86_64-linux-gnu", "ruby", "java")
_BINSTUBS = ("bin/rails", "bin/rake", "bin/bundle")
_COUNTS = "Heroku installs the RUBY VERSION of the lock file, and reads nothing else."
_BAD_PUMA = ((7, 0, 0), (7, 0, 3))


def runtime_facts(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield the Ruby version and the buildpack of an app."""
    asked, proofs = _asked(repo, app)
    yield Runtime(
        stack=STACK,
        root=app.root,
        language="ruby",
        asked=asked,
        evidence=proofs or (app.evidence,),
        why="only the RUBY VERSION of Gemfile.lock counts on Heroku.",
    )
    yield Buildpack(
        stack=STACK,
        root=app.root,
        name="heroku/ruby",
        position=90,
        evidence=(app.evidence,),
        why="the gems are installed by Heroku's Ruby buildpack.",
    )
    if app.lock and app.lock.engine == "jruby":
        proof = repo.proof(app.lock_path, app.lock.lines.get("RUBY VERSION", 0) + 1)
        yield Buildpack(stack=STACK, root=app.root, name="heroku/jvm", position=10, evidence=(proof,))


def _asked(repo: Repo, app: RubyApp) -> tuple[str, tuple[Evidence, ...]]:
    if app.lock and app.lock.ruby:
        return app.lock.ruby, (repo.proof(app.lock_path, app.lock.lines["RUBY VERSION"] + 1),)
    asked, proof = _declared(repo, app)
    return asked, (proof,) if proof else ()


def _declared(repo: Repo, app: RubyApp) -> tuple[str, Evidence | None]:
    """Return the version the Gemfile asks for, else what version files say (which Heroku does not read)."""
    ruby = app.ruby
    if ruby and ruby.version:
        return ruby.version, repo.proof(app.manifest, ruby.line)
    named = (ruby.file,) if ruby else ()
    for name in (*named, ".ruby-version", ".tool-versions"):
        path = join(app.root, name)
        line = repo.line_of(path, r"^ruby\s") if name.endswith(".tool-versions") else 1
        if path in repo and line and (found := _NUMBER.search(repo.lines(path)[line - 1])):
            return found[0], repo.proof(path, line)
    return "", None


def lock_facts(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield what is wrong between Gemfile, lock file and platform, each with the command that mends it."""
    if app.manifest.endswith("gems.rb"):
        yield from _renamed(app)
    if app.lock is None:
        if not app.lock_path:
            yield from _no_lock(app)
        return
    yield from _platforms(repo, app)
    yield from _version(repo, app)
    yield from _not_locked(repo, app)
    yield from _puma(repo, app)
    yield from _binstubs(repo, app)


def _pair(
    app: RubyApp, name: str, message: str, words: tuple[str, ...], why: str, proofs: tuple[Evidence, ...]
) -> Iterator[AnyFact]:
    text = _from_top(app, command(*words))
    yield Doubt(
        stack=STACK,
        root=app.root,
        id=f"ruby/{name}",
        message=message,
        remedy=f"Run `{text}` and commit.",
        evidence=proofs,
    )
    yield Todo(stack=STACK, root=app.root, command=text, why=why, evidence=proofs)


def _from_top(app: RubyApp, text: str) -> str:
    """Return a command as it is run from the top of the repository, where the person stands."""
    return text if app.root == "." else f"({command('cd', app.root)} && {text})"


def _no_lock(app: RubyApp) -> Iterator[AnyFact]:
    yield from _pair(
        app,
        "no-lockfile",
        f"{app.manifest} has no lock file beside it: Heroku's build stops without one.",
        ("bundle", "lock", "--add-platform", "x86_64-linux"),
        "Heroku installs the gems of the lock file; commit it.",
        (app.evidence,),
    )


def _renamed(app: RubyApp) -> Iterator[AnyFact]:
    """Yield what to do about gems.rb, which Bundler reads and Heroku's buildpack does not."""
    locked = (
        f" && {command('git', 'mv', app.lock_path, join(app.root, 'Gemfile.lock'))}" if app.lock_path else ""
    )
    text = command("git", "mv", app.manifest, join(app.root, "Gemfile")) + locked
    yield Doubt(
        stack=STACK,
        root=app.root,
        id="ruby/gems-rb",
        message=f"Heroku knows a Ruby app by its Gemfile and does not look for {app.manifest}.",
        remedy=f"Run `{text}` and commit.",
        evidence=(app.evidence,),
    )
    why = "Heroku's Ruby buildpack reads Gemfile and Gemfile.lock alone."
    yield Todo(stack=STACK, root=app.root, command=text, why=why, evidence=(app.evidence,))


def _platforms(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    lock = app.lock
    if lock is None or not lock.platforms or any(name in _LINUX for name in lock.platforms):
        return
    yield from _pair(
        app,
        "lock-platform",
        f"{app.lock_path} was made for {', '.join(lock.platforms)} only: Heroku runs x86_64-linux.",
        ("bundle", "lock", "--add-platform", "x86_64-linux"),
        "the build fails on a lock file without Heroku's platform.",
        (repo.proof(app.lock_path, lock.lines.get("PLATFORMS", 0) + 1),),
    )


def _version(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    lock = app.lock
    if lock is None:
        return
    asked, proof = _declared(repo, app)
    if not lock.ruby:
        yield from _no_version(app, asked, proof)
        return
    locked = repo.proof(app.lock_path, lock.lines.get("RUBY VERSION", 0) + 1)
    exact = re.fullmatch(r"\s*=?\s*(\d+\.\d+\.\d+)\s*", asked)
    if app.ruby and proof and exact and exact[1] != lock.ruby:
        yield from _pair(
            app,
            "version-mismatch",
            f"the Gemfile asks for Ruby {asked}, the lock file holds {lock.ruby}: the build refuses that.",
            ("bundle", "update", "--ruby"),
            "Gemfile and lock file must name one Ruby.",
            (proof, locked),
        )


def _no_version(app: RubyApp, asked: str, proof: Evidence | None) -> Iterator[AnyFact]:
    name = app.manifest.rpartition("/")[2]
    if app.ruby:
        yield from _pair(
            app,
            "version-not-locked",
            f"the Gemfile asks for Ruby {asked}, the lock file holds no RUBY VERSION: Heroku would take its "
            "default.",
            ("bundle", "update", "--ruby"),
            _COUNTS,
            (proof,) if proof else (app.evidence,),
        )
        return
    if proof and proof.path.endswith(".ruby-version"):
        said, line = (
            f"{proof.path} says {asked}, which Heroku does not read",
            """'ruby file: ".ruby-version"'""",
        )
    else:
        own = asked if _NUMBER.fullmatch(asked) else """$(ruby -e 'print RUBY_VERSION')"""
        said, line = "nothing pins Ruby", f"\"ruby '{own}'\""
    text = _from_top(app, f"echo {line} >> {name} && bundle update --ruby")
    proofs = (proof,) if proof else (app.evidence,)
    yield Doubt(
        stack=STACK,
        root=app.root,
        id="ruby/version-not-locked",
        message=f"{said}, and the lock file holds no RUBY VERSION: Heroku would take its default Ruby.",
        remedy=f"Run `{text}` and commit.",
        evidence=proofs,
    )
    yield Todo(stack=STACK, root=app.root, command=text, why=_COUNTS, evidence=proofs)


def _not_locked(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield gems of the Gemfile that its lock file does not hold: `bundle install` is frozen on Heroku."""
    lock = app.lock
    if lock is None or not lock.dependencies:
        return
    sure = {gem.name for gem in app.gemfile.gems if not gem.conditional and not gem.platforms}
    lost = sorted(name for name in sure if name not in lock.dependencies and name not in lock.specs)
    if lost:
        first = next(gem for gem in app.gemfile.gems if gem.name == lost[0])
        yield from _pair(
            app,
            "lock-out-of-date",
            f"{app.manifest} has {', '.join(lost[:4])}, the lock file has not.",
            ("bundle", "install"),
            "Heroku installs with a frozen lock file and stops where the Gemfile has more.",
            (repo.proof(app.manifest, first.line),),
        )


def _puma(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    version = app.version("puma")
    proof = app.proof(repo, "puma")
    if proof and _BAD_PUMA[0] <= version < _BAD_PUMA[1]:
        yield from _pair(
            app,
            "puma-version",
            f"Puma {'.'.join(map(str, version))} drops connections the router keeps: the build refuses it.",
            ("bundle", "update", "puma"),
            "Puma 7.0.3 and later are fine.",
            (proof,),
        )


def _binstubs(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    for name in _BINSTUBS:
        path = join(app.root, name)
        if path in repo and re.match(r"#!.*ruby\.exe|#!.*\bruby\d", repo.lines(path)[0]):
            yield Doubt(
                stack=STACK,
                root=app.root,
                id="ruby/windows-binstub",
                message=f"{path} names a Ruby that only its author's machine has.",
                remedy="Make its first line `#!/usr/bin/env ruby`.",
                evidence=(repo.proof(path, 1),),
                strength=Strength.FRAMEWORK,
            )
            return
