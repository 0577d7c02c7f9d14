"""Every Ruby app of the repository -> the facts of stack `ruby`; what Rails adds to them is not here."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import PORT, AnyFact, Doubt, Evidence, Process, Strength, Todo, Uses, command
from scaffold.families.ruby.apps import RubyApp, ruby_apps
from scaffold.families.ruby.assets import asset_facts
from scaffold.families.ruby.clock import clock_facts
from scaffold.families.ruby.database import rake_migration
from scaffold.families.ruby.programs import (
    Program,
    bot_program,
    frameworks,
    plain_program,
    rackup_file,
    sinatra_program,
    site_gem,
)
from scaffold.families.ruby.rails import Site, rails_apps, rails_at
from scaffold.families.ruby.runtime import lock_facts, runtime_facts
from scaffold.families.ruby.server import SERVERS, find_server
from scaffold.families.ruby.services import service_facts
from scaffold.families.ruby.workers import worker_facts
from scaffold.repo import Repo, is_secondary, relative


def ruby_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Ruby app; those of its web framework Rails are another stack's."""
    for app in ruby_apps(repo):
        if app.root != "." and is_secondary(app.root + "/x"):
            continue
        yield from runtime_facts(repo, app)
        yield from lock_facts(repo, app)
        rails = rails_at(repo, app.root)
        site = Site(app=app, home=rails.home if rails else app.root, rails=rails)
        dummy = rails is None and any(item.app.root == app.root for item in rails_apps(repo))
        if dummy:
            continue
        workers = tuple(fact for fact in (*worker_facts(repo, site), *clock_facts(repo, site)))
        yield from workers
        yield from service_facts(repo, site)
        yield from asset_facts(repo, app)
        if rails is None:
            yield from rake_migration(repo, app)
            has_worker = any(isinstance(fact, Process) for fact in workers)
            yield from _plain(repo, app, has_worker=has_worker)
        elif bot := bot_program(repo, app, beside=True):
            yield _process(app, bot, "worker")


def _plain(repo: Repo, app: RubyApp, *, has_worker: bool) -> Iterator[AnyFact]:
    """Yield the app itself, its web process and its programs, where it is no Rails application."""
    rackup = rackup_file(repo, app)
    bot = bot_program(repo, app)
    sinatra = None if rackup else sinatra_program(repo, app)
    if bot:
        yield _process(app, bot, "worker")
    if rackup:
        yield from _rack(repo, app, rackup)
    elif sinatra:
        yield from _sinatra(app, sinatra)
    elif bot:
        yield _uses(app, bot.evidence, Strength.FRAMEWORK, 3, f"a program on {bot.gem}", serves=False)
    elif has_worker:
        yield _uses(app, (app.evidence,), Strength.GENERIC, 2, "an app of background jobs", serves=False)
    else:
        yield from _rest(repo, app)


def _rack(repo: Repo, app: RubyApp, rackup: str) -> Iterator[AnyFact]:
    found = next(frameworks(app), None)
    server = next((app.prod[name] for name in SERVERS if name in app.prod), None)
    strong = bool(found or server or app.has("rack"))
    inside = is_secondary(relative(app.root, rackup))
    yield _uses(
        app,
        (*((found[1],) if found else ()), repo.proof(rackup, 1)),
        Strength.FRAMEWORK if strong and not inside else Strength.GENERIC,
        4 if found and found[0] != "rack" else 3,
        f"{rackup} runs {found[0] if found else 'a Rack application'}",
    )
    yield from _rack_web(repo, app, rackup)


def _rack_web(repo: Repo, app: RubyApp, rackup: str) -> Iterator[AnyFact]:
    here = relative(app.root, rackup)
    runs = not app.version("rack") or app.version("rack") < (3,) or bool(app.has("rackup"))
    default = command("bundle", "exec", "rackup", here, "-p", PORT, "-o", "0.0.0.0")
    if not runs:
        default = command("bundle", "exec", "puma", "-p", PORT, *(() if here == "config.ru" else (here,)))
    server = find_server(repo, app, app.root, "ruby", default)
    text = server.command
    if here != "config.ru" and not server.missing and server.tool in ("puma", "unicorn"):
        text = f"{text} {command(here)}"
    webrick = bool(server.missing and (app.has("webrick") or _old_ruby(app)) and runs)
    yield Process(
        stack="ruby",
        root=app.root,
        name="web",
        command=text,
        tool=server.tool or "rackup",
        evidence=(repo.proof(rackup, 1), *server.evidence),
        why=f"{rackup} is the Rack application"
        + (f" and {server.tool} is among the gems." if server.tool else "; no server is among the gems."),
    )
    if not webrick:
        yield from server.extra


def _old_ruby(app: RubyApp) -> bool:
    """Tell whether this Ruby brings WEBrick along (before 3.0)."""
    version = app.lock.ruby if app.lock else ""
    return version.startswith(("1.", "2."))


def _sinatra(app: RubyApp, found: Program) -> Iterator[AnyFact]:
    yield _uses(app, found.evidence, Strength.FRAMEWORK, 4, f"{found.path} runs Sinatra")
    yield Process(
        stack="ruby",
        root=app.root,
        name="web",
        command=command(*found.words, "-p", PORT, "-o", "0.0.0.0"),
        tool="sinatra",
        evidence=found.evidence,
        why=f"{found.path} runs Sinatra, and there is no config.ru.",
    )
    if not any(app.has(name) for name in SERVERS) and not _old_ruby(app):
        yield Todo(
            stack="ruby",
            root=app.root,
            command="bundle add puma rackup" if app.version("rack") >= (3,) else "bundle add puma",
            evidence=(app.evidence,),
            why="no web server is among the gems of production.",
        )


def _rest(repo: Repo, app: RubyApp) -> Iterator[AnyFact]:
    """Yield what is left: a site of files, a plain script, a gem."""
    built = site_gem(repo, app)
    if built:
        yield from _static(app, *built)
        return
    library = any(
        relative(app.root, path).count("/") == 0 for path in repo.suffixed(".gemspec", under=app.root)
    )
    program = None if library else plain_program(repo, app)
    if program:
        strength = Strength.GENERIC if program.serves or program.stays else Strength.HINT
        yield _uses(
            app, program.evidence, strength, 1, f"{program.path} is a Ruby program", serves=program.serves
        )
        yield _process(app, program, "web" if program.serves else "worker")
        return
    why = (
        "a gem (its gemspec is beside the Gemfile)"
        if library
        else "gems are declared, nothing to run was found"
    )
    yield _uses(app, (app.evidence,), Strength.HINT, 0, why, serves=False)


def _static(app: RubyApp, name: str, proof: Evidence) -> Iterator[AnyFact]:
    yield _uses(app, (proof,), Strength.HINT, 1, f"a site of files that {name} builds", serves=False)
    if name in ("jekyll", "github-pages"):
        yield Process(
            stack="ruby",
            root=app.root,
            name="web",
            command=command(
                "bundle", "exec", "jekyll", "serve", "--host", "0.0.0.0", "--port", PORT, "--no-watch"
            ),
            strength=Strength.GENERIC,
            tool="jekyll",
            evidence=(proof,),
            why="jekyll builds the site at the start and serves it.",
        )
    yield Doubt(
        stack="ruby",
        root=app.root,
        id="ruby/static-site",
        message=f"{name} builds files once; a server that stays up is more than they need.",
        remedy="A static host costs less; here `rake assets:precompile` can build, Puma serve them.",
        evidence=(proof,),
    )


def _uses(
    app: RubyApp,
    proofs: tuple[Evidence, ...],
    strength: Strength,
    weight: int,
    why: str,
    *,
    serves: bool = True,
) -> Uses:
    return Uses(
        stack="ruby",
        root=app.root,
        evidence=proofs,
        strength=strength,
        weight=weight,
        serves=serves,
        why=f"{why}.",
    )


def _process(app: RubyApp, found: Program, name: str) -> Process:
    why = f"{found.path} runs on {found.gem}." if found.gem else f"{found.path} is the program to run."
    return Process(
        stack="ruby",
        root=app.root,
        name=name,
        command=command(*found.words),
        tool="bot" if found.gem else "script",
        strength=Strength.FRAMEWORK if found.gem else Strength.GENERIC,
        evidence=found.evidence,
        why=why,
    )
