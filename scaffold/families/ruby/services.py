"""Gems and the configuration of production -> the backing services an app runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt
from scaffold.families.ruby.apps import STACK
from scaffold.families.ruby.code import config_files, find, rb_files
from scaffold.families.ruby.database import MYSQL, POSTGRES, SQLITE, databases, uses_active_record
from scaffold.families.ruby.jobs import plain_files
from scaffold.families.ruby.rails import Site
from scaffold.families.ruby.redis import addon, redis_facts, sources
from scaffold.families.ruby.workers import worker_tools
from scaffold.families.service_libraries import library_hints
from scaffold.manifests.erb_yaml import parse_erb_yaml
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_ORMS = (
    "sequel",
    "activerecord",
    "rom-sql",
    "data_mapper",
    "datamapper",
    "dm-core",
    "sinatra-activerecord",
    "rom",
    "hanami-db",
    "hanami-model",
)
_CONNECTS = lazy(
    r"DATABASE_URL|database\.yml|PG(?:::Connection)?\.(?:connect|new)|Sequel\.connect|establish_connection"
)
_MEMCACHE = lazy(
    r"cache_store\s*(?:=|,)\s*(?:if[^\n]*\n\s*)?\[?\s*:(?:mem_cache_store|dalli_store)|Dalli::Client\.new"
)
_MONGO_URL = lazy(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w*MONGO\w*)[\"']")
_SEARCH = lazy(r"^[ \t]*searchkick\b|Chewy::Index|Elasticsearch::(?:Model|Client)|Chewy\.settings", re.M)
_SEARCH_URL = lazy(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w*(?:ELASTIC|BONSAI|SEARCHBOX|OPENSEARCH)\w*)[\"']")
_AMQP = lazy(r"\bBunny\.(?:new|run)\b|Sneakers\.configure|Hutch::Config")
_ATTACHED = lazy(r"\bhas_(?:one|many)_attached\b")
_LOCAL = lazy(r"active_storage\.service\s*=\s*:(?:local|test)\b")
_ON_RABBIT = frozenset({"sneakers", "hutch"})


def service_facts(repo: Repo, site: Site) -> Iterator[AnyFact]:
    """Yield the add-ons of an app, and doubts about what does not outlive a dyno."""
    yield from _database(repo, site)
    yield from redis_facts(repo, site)
    yield from _others(repo, site)
    yield from _storage(repo, site)
    declared = site.app.prod.get
    yield from library_hints("ruby", STACK, site.app.root, declared)


def _database(repo: Repo, site: Site) -> Iterator[AnyFact]:
    app = site.app
    known = databases(repo, site.home)
    postgres, mysql = app.proof(repo, *POSTGRES), app.proof(repo, *MYSQL)
    adapter = known.adapter if known else ""
    if site.rails:
        sure, proof = uses_active_record(repo, site.rails), known.evidence if known else site.rails.proof
    else:
        used = find(repo, plain_files(repo, app), _CONNECTS)
        orm = app.proof(repo, *_ORMS)
        sure = bool(used or orm or known)
        proof = used.evidence if used else known.evidence if known else orm or app.evidence
    if postgres and not (mysql and adapter.startswith(("mysql", "trilogy"))):
        why = (
            "its gem is declared and the app keeps its data there."
            if sure
            else "its gem is declared, nothing connects."
        )
        yield addon(site, "postgres", (postgres, proof), why, sure=sure, var=_url(repo, known, "DATABASE"))
    elif mysql:
        why = (
            "its gem is declared and the app keeps its data there."
            if sure
            else "its gem is declared, nothing connects."
        )
        yield addon(site, "mysql", (mysql, proof), why, sure=sure, var="DATABASE_URL" if site.rails else "")
    elif sure and (sqlite := app.proof(repo, *SQLITE)):
        yield Doubt(
            stack=STACK,
            root=app.root,
            id="ruby/sqlite",
            message="SQLite is the only database of production: Heroku's build refuses the gem, and the disk "
            "of a dyno is emptied at every restart.",
            remedy="Move sqlite3 to the development and test groups, run `bundle add pg --group production`; "
            "production then follows DATABASE_URL of Heroku Postgres.",
            evidence=(sqlite,) if proof == sqlite else (sqlite, proof),
        )
        yield addon(
            site,
            "postgres",
            (sqlite,),
            "SQLite cannot be kept on Heroku; Postgres would take its place.",
            sure=False,
        )


def _url(repo: Repo, known: object, stem: str) -> str:
    """Return the variable that database.yml takes production's URL from, "" for the add-on's own."""
    from scaffold.families.ruby.database import Databases

    if not isinstance(known, Databases):
        return ""
    url = repo.parsed(known.evidence.path, parse_erb_yaml).at("production", "url")
    name = url[4:] if isinstance(url, str) and url.startswith("ENV:") else ""
    return name if name and name != f"{stem}_URL" else ""


def _others(repo: Repo, site: Site) -> Iterator[AnyFact]:
    app = site.app
    gem = app.proof(repo, "dalli", "memcachier")
    if gem:
        used = find(repo, (*config_files(repo, site.home), *sources(repo, site)), _MEMCACHE)
        yield addon(
            site,
            "memcached",
            (gem, used.evidence) if used else (gem,),
            "production caches in memcached."
            if used
            else "its gem is declared, but production does not cache there.",
            sure=used is not None,
        )
    if gem := app.proof(repo, "mongoid", "mongo_mapper", "mongo"):
        yield addon(
            site, "mongodb", (gem,), "the app keeps data in MongoDB.", var=_mongo_variable(repo, site)
        )
    gem = app.proof(
        repo, "searchkick", "chewy", "elasticsearch-model", "elasticsearch-rails", "elasticsearch"
    )
    if gem:
        models = rb_files(repo, site.home, "app/models", "app/chewy", "app/indexes") if site.rails else ()
        found = find(repo, (*models, *sources(repo, site)), _SEARCH)
        url = find(repo, sources(repo, site), _SEARCH_URL)
        name = url.match[1] if url else "ELASTICSEARCH_URL"
        yield addon(
            site,
            "elasticsearch",
            (gem, found.evidence) if found else (gem,),
            "the app searches in Elasticsearch." if found else "its gem is declared, but nothing is indexed.",
            sure=found is not None,
            var="" if name == "BONSAI_URL" else name,
        )
    yield from _brokers(repo, site)


def _mongo_variable(repo: Repo, site: Site) -> str:
    path = join(site.home, "config/mongoid.yml")
    for text in (
        repo.text(path),
        *(repo.text(one) for one in sources(repo, site) if "MONGO" in repo.text(one)),
    ):
        if found := _MONGO_URL.search(text):
            return found[1]
    return ""


def _brokers(repo: Repo, site: Site) -> Iterator[AnyFact]:
    tools = worker_tools(repo, site)
    for tool, evidence in tools.items():
        if tool in _ON_RABBIT:
            yield addon(site, "rabbitmq", evidence, f"{tool} takes its messages from RabbitMQ.")
        if tool == "karafka":
            yield addon(site, "kafka", evidence, "karafka takes its messages from Kafka.")
    gem = site.app.proof(repo, "bunny")
    if gem and not _ON_RABBIT & set(tools):
        found = find(repo, sources(repo, site), _AMQP)
        if found:
            yield addon(site, "rabbitmq", (gem, found.evidence), "the app speaks to RabbitMQ.")


def _storage(repo: Repo, site: Site) -> Iterator[AnyFact]:
    """Yield a doubt where uploads are kept on the dyno's disk."""
    if site.rails is None:
        return
    local = find(repo, config_files(repo, site.home)[:1], _LOCAL, "active_storage")
    if local is None:
        return
    used = find(repo, rb_files(repo, site.home, "app/models"), _ATTACHED, "_attached")
    if used:
        yield Doubt(
            stack=STACK,
            root=site.app.root,
            id="rails/local-uploads",
            message="uploads are kept on the dyno's disk in production: they are lost at every restart.",
            remedy="Set config.active_storage.service to a service of config/storage.yml such as S3.",
            evidence=(local.evidence, used.evidence),
        )
