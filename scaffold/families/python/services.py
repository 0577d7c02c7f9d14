"""Declared drivers and the code that uses them -> the add-ons an app runs on, and the variable it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Addon, Evidence, Strength
from scaffold.families.python.apps import Dependency, PythonApp
from scaffold.families.python.celery import celery_app
from scaffold.families.python.libraries import MONGO_DRIVERS, MYSQL_DRIVERS, POSTGRES_DRIVERS
from scaffold.families.python.signals import Signals, signals
from scaffold.families.python.syntax import statements, tree_of
from scaffold.families.service_libraries import library_hints
from scaffold.patterns import lazy
from scaffold.repo import Repo


def service_facts(repo: Repo, app: PythonApp) -> Iterator[Addon]:
    """Yield the services that the app's production code uses."""
    seen = signals(repo, app)
    yield from _databases(app, seen)
    yield from _redis(repo, app, seen)
    yield from _rabbitmq(repo, app, seen)
    yield from _others(app, seen)

    def declared(name: str) -> Evidence | None:
        found = app.uses(name)
        return found.evidence if found else None

    yield from library_hints("python", "python", app.root, declared)


def _addon(  # noqa: PLR0913  (one row of proof each)
    app: PythonApp,
    service: str,
    driver: Dependency | None,
    proofs: tuple[Evidence, ...],
    why: str,
    *,
    var: str = "",
    strength: Strength = Strength.FRAMEWORK,
) -> Addon:
    said = (*proofs[:3], *((driver.evidence,) if driver else ()))
    return Addon(
        stack="python",
        root=app.root,
        strength=strength,
        evidence=tuple(dict.fromkeys(said)),
        service=service,
        var=var if var.endswith("_URL") else "",
        why=why,
    )


def _databases(app: PythonApp, seen: Signals) -> Iterator[Addon]:
    driver = app.has(*POSTGRES_DRIVERS)
    used = seen.get("django_heroku", "dj_database_url", "database_url", "postgres_engine", "postgres_url")
    mysql = app.has(*MYSQL_DRIVERS)
    if driver and used:
        why = f"{driver.name} is declared and {used[0].path} sets up the database"
        yield _addon(app, "postgres", driver, used, why)
    elif driver:
        why = f"{driver.name} is declared, but no setting that uses it was found"
        yield _addon(app, "postgres", driver, (), why, strength=Strength.HINT)
    elif seen.get("dj_database_url", "postgres_engine", "postgres_url") and not mysql:
        why = "the settings can use Postgres, but no driver is declared"
        proofs = seen.get("dj_database_url", "postgres_engine", "postgres_url")
        yield _addon(app, "postgres", None, proofs, why, strength=Strength.HINT)
    uses = seen.get("mysql_env", "mysql_engine")
    if mysql and uses:
        strength = Strength.HINT if driver and not seen.get("mysql_env") else Strength.FRAMEWORK
        why = f"{mysql.name} is declared and {uses[0].path} sets up the database"
        var = seen.variable("mysql_var", "JAWSDB_URL")
        yield _addon(app, "mysql", mysql, uses, why, var=var, strength=strength)


def _redis(repo: Repo, app: PythonApp, seen: Signals) -> Iterator[Addon]:
    driver = app.has(
        "redis", "django-redis", "channels-redis", "aioredis", "rq", "redis-om", "arq", "coredis"
    )
    named, used = seen.get("redis_env"), seen.get("redis_url")
    var = seen.variable("redis_var", "REDIS_URL")
    celery = celery_app(repo, app) if app.has("celery") else None
    if driver is None and not (celery and (named or used)):
        return
    if named or used:
        proofs = (*named[:2], *used[:1])
        why = f"{proofs[0].path} connects to Redis"
        if celery and not var and not seen.every("amqp", "amqp_env"):
            var = seen.variable("broker_var")
        strength = Strength.FRAMEWORK
        if not app.has(*_QUEUES) and all(_is_spared(repo, proof) for proof in (*named, *used)):
            strength, why = Strength.HINT, f"{proofs[0].path} caches in Redis where it is told to"
        yield _addon(app, "redis", driver, proofs, why, var=var, strength=strength)
    elif celery and not seen.every("amqp", "amqp_env"):
        why = "the Celery worker needs a broker, and redis is declared"
        broker = seen.variable("broker_var")
        yield _addon(app, "redis", driver, celery.evidence, why, var=broker)
    elif driver:
        why = f"{driver.name} is declared, but no setting that uses it was found"
        yield _addon(app, "redis", driver, (), why, strength=Strength.HINT)


_QUEUES = ("rq", "django-rq", "arq", "channels-redis", "huey", "dramatiq")
_CACHE = lazy(r"cache|session", re.IGNORECASE)


def _is_spared(repo: Repo, proof: Evidence) -> bool:
    """Tell whether a line stands in one branch of a condition, and the other one caches elsewhere."""
    tree = tree_of(repo, proof.path)
    lines = repo.lines(proof.path)
    for node, _ in statements(tree.body) if tree is not None else ():
        other = getattr(node, "orelse", None)
        if not isinstance(other, list) or not other or not node.lineno <= proof.line < other[0].lineno:
            continue
        branches = (lines[node.lineno : other[0].lineno - 1], lines[other[0].lineno - 1 : node.end_lineno])
        return all(any(_CACHE.search(line) for line in branch) for branch in branches)
    return False


def _rabbitmq(repo: Repo, app: PythonApp, seen: Signals) -> Iterator[Addon]:
    named, used = seen.get("amqp_env"), seen.get("amqp")
    driver = app.has("pika", "aio-pika", "aiormq", "librabbitmq", "py-amqp", "celery", "kombu", "dramatiq")
    if driver is None or not (named or used):
        return
    other_broker = seen.every("redis_env", "redis_url") and not named and driver.name in ("celery", "kombu")
    if driver.name in ("celery", "kombu") and celery_app(repo, app) is None:
        return
    proofs = (*named[:2], *used[:1])
    yield _addon(
        app,
        "rabbitmq",
        driver,
        proofs,
        f"{proofs[0].path} connects to RabbitMQ",
        var=seen.variable("amqp_var", "CLOUDAMQP_URL") or seen.variable("broker_var"),
        strength=Strength.HINT if other_broker else Strength.FRAMEWORK,
    )


def _others(app: PythonApp, seen: Signals) -> Iterator[Addon]:
    cached = app.has(
        "pylibmc", "python-binary-memcached", "pymemcache", "django-bmemcached", "django-pylibmc"
    )
    named = seen.get("memcached")
    if cached:
        strength = Strength.FRAMEWORK if named else Strength.HINT
        why = "the cache is set up from the add-on's variables" if named else f"{cached.name} is declared"
        yield _addon(app, "memcached", cached, named, why, strength=strength)
    search = app.has("elasticsearch", "elasticsearch-dsl", "django-elasticsearch-dsl", "opensearch-py")
    if search:
        var = seen.variable("elastic_var")
        own = var in ("BONSAI_URL", "SEARCHBOX_URL", "SEARCHBOX_SSL_URL", "FOUNDELASTICSEARCH_URL")
        strength = Strength.FRAMEWORK if own else Strength.HINT
        proofs = seen.get("elasticsearch")
        yield _addon(app, "elasticsearch", search, proofs, f"{search.name} is declared", strength=strength)
    mongo = app.has(*MONGO_DRIVERS)
    if mongo:
        why = f"{mongo.name} is declared; its URI is a config var that you set"
        yield _addon(app, "mongodb", mongo, seen.get("mongodb"), why, strength=Strength.HINT)
    kafka = app.has("kafka-python", "confluent-kafka", "aiokafka", "faust", "faust-streaming")
    if kafka:
        proofs = seen.get("kafka")
        strength = Strength.FRAMEWORK if proofs else Strength.HINT
        yield _addon(app, "kafka", kafka, proofs, f"{kafka.name} is declared", strength=strength)
