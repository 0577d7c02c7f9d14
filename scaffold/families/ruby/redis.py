"""Redis gems, job libraries and the configuration of production -> the Redis an app runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Addon, AnyFact, Doubt, Evidence, Strength
from scaffold.families.ruby.apps import STACK
from scaffold.families.ruby.code import Found, code, config_files, find, find_each, rb_files, top_files
from scaffold.families.ruby.jobs import job_files, plain_files
from scaffold.families.ruby.rails import Site
from scaffold.families.ruby.workers import worker_tools
from scaffold.manifests.erb_yaml import parse_erb_yaml
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_REDIS_GEMS = (
    "redis",
    "redis-client",
    "redis-rails",
    "redis-rb",
    "redis-actionpack",
    "redis-store",
    "hiredis",
)
_REDIS_CACHE = lazy(r"(?:cache_store|session_store)\s*(?:=|,|\()?\s*\[?\s*:(?:redis\w*)", re.M)
_REDIS_USE = lazy(
    r"\bRedis(?:Client)?\.(?:new|connect|config)\b|\bRedis::(?:Namespace|Objects|List|Set|Store)\b|\bConnectionPool\b.*Redis"
)
_REDIS_URL = lazy(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w*REDIS\w*(?:URL|URI))[\"']")
_OWN_REDIS = frozenset({"REDIS_URL", "REDIS_TLS_URL"})
_REDIS_ADDONS = frozenset({"REDISCLOUD_URL", "REDISTOGO_URL", "OPENREDIS_URL", "REDISGREEN_URL"})
_TLS = lazy(r"verify_mode|VERIFY_NONE|ssl_params|OPENSSL_VERIFY")
_ON_REDIS = frozenset({"sidekiq", "resque"})


def addon(
    site: Site, service: str, proofs: tuple[Evidence, ...], why: str, *, sure: bool = True, var: str = ""
) -> Addon:
    """Return an add-on fact of an app; one that is not sure is a hint."""
    return Addon(
        stack=STACK,
        root=site.app.root,
        service=service,
        var=var,
        strength=Strength.FRAMEWORK if sure else Strength.HINT,
        evidence=proofs,
        why=why,
    )


def sources(repo: Repo, site: Site) -> tuple[str, ...]:
    """Return the files where services are connected to: configuration first, then the code."""
    if site.rails is None:
        return plain_files(repo, site.app)
    own = dict.fromkeys(
        (
            *config_files(repo, site.home),
            *rb_files(repo, site.home, "lib"),
            *job_files(repo, site.app, site.home),
        )
    )
    own |= dict.fromkeys(top_files(repo, site.home, ".ru"))
    return tuple(own)


def redis_facts(repo: Repo, site: Site) -> Iterator[AnyFact]:
    """Yield Redis where the app runs on it: jobs, cache, Action Cable, or its own connections."""
    app = site.app
    tools = worker_tools(repo, site)
    gem = app.proof(repo, *_REDIS_GEMS)
    proofs: list[Evidence] = []
    for tool, evidence in tools.items():
        if tool in _ON_REDIS:
            proofs += evidence
    connected: Found | None = None
    if gem:
        cache = find(repo, config_files(repo, site.home), _REDIS_CACHE, ":redis")
        connected = find(repo, sources(repo, site), _REDIS_USE, "Redis")
        proofs += [found.evidence for found in (cache, connected) if found]
        proofs += _cable(repo, site)
    if proofs:
        var, url = _redis_variable(repo, site, default=bool(_ON_REDIS & set(tools)))
        evidence = tuple(dict.fromkeys((*proofs[:4], *((url.evidence,) if url else ()))))
        yield addon(site, "redis", evidence, "the app runs on Redis in production.", var=var)
        yield from _tls(repo, site, evidence)
    elif gem and "redis" in app.prod:
        yield addon(
            site, "redis", (gem,), "its gem is declared, but nothing in the code connects.", sure=False
        )


def _redis_variable(repo: Repo, site: Site, *, default: bool) -> tuple[str, Found | None]:
    """Return the variable that the URL of Redis is read from, "" for the add-on's own.

    Where a job library falls back to REDIS_URL, another name counts only where that library is configured.
    """
    read = list(find_each(repo, sources(repo, site), _REDIS_URL, "REDIS"))
    for found in read:
        if found.match[1] in _OWN_REDIS:
            return "", found
    if default:
        read = [found for found in read if re.search(r"Sidekiq|Resque", repo.text(found.path))]
    names = dict.fromkeys(found.match[1] for found in read)
    known = [name for name in names if name in _REDIS_ADDONS]
    taken = next(iter(known), next(iter(names), "") if len(names) == 1 else "")
    return taken, next((found for found in read if found.match[1] == taken), None)


def _cable(repo: Repo, site: Site) -> list[Evidence]:
    """Return the proof that Action Cable runs on Redis and is used at all."""
    path = join(site.home, "config/cable.yml")
    if path not in repo:
        return []
    file = repo.parsed(path, parse_erb_yaml)
    if file.at("production", "adapter") != "redis":
        return []
    channels = [p for p in rb_files(repo, site.home, "app/channels") if "application_cable" not in p]
    if channels or _broadcasts(repo, site):
        return [repo.proof(path, file.line("production", "adapter") or file.line("production"))]
    return []


def _broadcasts(repo: Repo, site: Site) -> bool:
    models = rb_files(repo, site.home, "app/models")
    if find(repo, models, re.compile(r"\bbroadcasts(?:_to|_refreshes)?\b|\bbroadcast_\w+_to\b"), "broadcast"):
        return True
    views = repo.suffixed(".erb", ".haml", ".slim", under=join(site.home, "app/views"))
    return any("turbo_stream_from" in repo.text(path) for path in views)


def _tls(repo: Repo, site: Site, proofs: tuple[Evidence, ...]) -> Iterator[AnyFact]:
    files = [*config_files(repo, site.home), *(plain_files(repo, site.app) if site.rails is None else ())]
    files += [
        path
        for path in (join(site.home, f"config/{n}.yml") for n in ("cable", "redis", "sidekiq"))
        if path in repo
    ]
    if any(_TLS.search(code(repo, path)) for path in files):
        return
    yield Doubt(
        stack=STACK,
        root=site.app.root,
        id="ruby/redis-tls",
        message="REDIS_URL is rediss:// with a certificate Heroku signed itself; the Redis clients of this "
        "app check certificates.",
        remedy="Where Redis is connected to (Sidekiq's server and client, Action Cable, the cache), add "
        "`ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE }`.",
        evidence=proofs[:3],
    )
