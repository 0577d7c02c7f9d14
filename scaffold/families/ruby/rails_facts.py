"""Rails applications -> the facts of stack `rails`: server, migrations, secrets; workers are `ruby`'s."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import PORT, AnyFact, ConfigVar, Process, Raw, Smoke, Strength, Uses, command
from scaffold.families.ruby.code import config_files, find
from scaffold.families.ruby.database import rails_migration
from scaffold.families.ruby.rails import RailsApp, rails_apps
from scaffold.families.ruby.rails_cache import rails_cache
from scaffold.families.ruby.seeds import rails_seed
from scaffold.families.ruby.server import find_server
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_CREDENTIALS = ("config/credentials.yml.enc", "config/credentials/production.yml.enc")
_REQUIRED = lazy(r"^[ \t]*config\.require_master_key\s*=\s*true", re.M)
_HEALTH = lazy(r"^[ \t]*get\s*\(?\s*[\"']/?([\w/-]+)[\"'].*rails/health#show", re.M)


def rails_facts(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of each Rails application; a gem's test application is a hint."""
    for rails in rails_apps(repo):
        yield from _facts(repo, rails)


def _facts(repo: Repo, rails: RailsApp) -> Iterator[AnyFact]:
    root = rails.app.root
    declared = rails.app.proof(repo, "rails", "railties")
    proofs = (declared, rails.proof) if declared else (rails.proof,)
    if rails.is_dummy:
        yield Uses(
            stack="rails",
            root=root,
            evidence=proofs,
            strength=Strength.HINT,
            serves=False,
            why=f"a gem for Rails; {rails.inner} is the application of its tests, not served here.",
        )
        return
    yield Uses(
        stack="rails",
        root=root,
        evidence=(*proofs, rails.served) if rails.served else proofs,
        weight=4 if rails.inner else 6,
        why=f"Rails is declared and {rails.proof.path} defines the application.",
    )
    yield from _web(repo, rails)
    yield from rails_migration(repo, rails)
    yield from rails_seed(repo, rails)
    yield from _secrets(repo, rails)
    yield from rails_cache(repo, rails)
    yield from _smoke(repo, rails)


def _files(rails: RailsApp) -> str:
    """Return the folder where the server's config file is looked for: what config.ru is beside."""
    return rails.app.root if rails.served else rails.home


def _web(repo: Repo, rails: RailsApp) -> Iterator[AnyFact]:
    default = command("bundle", "exec", "rails", "server", "-p", PORT, "-e", Raw("$RAILS_ENV"))
    if join(rails.home, "bin/rails") in repo and not rails.inner:
        default = command("bin/rails", "server", "-p", PORT, "-e", Raw("$RAILS_ENV"))
    elif rails.served:
        default = command("bundle", "exec", "rackup", "config.ru", "-p", PORT, "-o", "0.0.0.0")
    server = find_server(repo, rails.app, _files(rails), "rails", default)
    text = server.command
    if rails.inner and not rails.served:
        text = command("cd", rails.inner, Raw("&&")) + " " + text.replace(f" {rails.inner}/", " ")
    yield from server.extra
    yield Process(
        stack="rails",
        root=rails.app.root,
        name="web",
        command=text,
        tool=server.tool,
        evidence=(*server.evidence, *((rails.served,) if rails.served else ())),
        why=f"{server.tool or 'Rails itself'} serves the application"
        + ("; Puma is to be added." if server.missing else f", and {server.tool} is among its gems."),
    )


def _secrets(repo: Repo, rails: RailsApp) -> Iterator[AnyFact]:
    root = rails.app.root
    found = [join(rails.home, name) for name in _CREDENTIALS if join(rails.home, name) in repo]
    required = find(repo, config_files(repo, rails.home)[:2], _REQUIRED, "require_master_key")
    if found or required:
        yield ConfigVar(
            stack="rails",
            root=root,
            name="RAILS_MASTER_KEY",
            required=True,
            secret=True,
            description="The key that opens the encrypted credentials: the content of "
            + (
                "config/credentials/production.key"
                if found and "production" in found[-1]
                else "config/master.key"
            ),
            evidence=tuple(repo.proof(path) for path in found) or ((required.evidence,) if required else ()),
            why="the credentials are encrypted; without the key the app does not find what is in them.",
        )
    if not rails.older_than(4):
        yield ConfigVar(
            stack="rails",
            root=root,
            name="SECRET_KEY_BASE",
            required=True,
            secret=True,
            generator="secret",
            description="Signs and encrypts cookies and sessions",
            evidence=(rails.proof,),
            why="Rails does not start in production without it.",
        )


def _smoke(repo: Repo, rails: RailsApp) -> Iterator[AnyFact]:
    found = find(repo, (join(rails.home, "config/routes.rb"),), _HEALTH, "rails/health")
    if found:
        yield Smoke(stack="rails", root=rails.app.root, path=f"/{found.match[1]}", evidence=(found.evidence,))
