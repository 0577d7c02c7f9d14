"""An app's own source files, and the lines in them that show a service, a queue or a tool in use.

One pass over the text of each file answers every question; commented-out lines answer none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.facts import Evidence
from scaffold.families.python.apps import PythonApp, python_apps
from scaffold.patterns import lazy
from scaffold.repo import Repo, is_secondary

_MOST = 600
_ENOUGH = 12
_BY_NAME = lazy(
    r"(?:settings|config|configuration|constants|env|database|db|base|common|production|prod|heroku)"
)
_LOCAL = lazy(
    r"(?:^|/)(?:conftest|local|local_settings|settings_local|dev|development|docker|ci|test|tests|testing|test_\w+|\w+_test"
    r"|\w+[-_](?:test|local|dev|development)|(?:settings|config)[-_.](?:test|local|dev|development)|setup|noxfile|tasks_local)\.py$"
)

_SIGNALS = {
    "database_url": (
        r"""["'](?:HEROKU_POSTGRESQL_\w+_URL|DATABASE_URL|database_url)["']""",
        r"\bdatabase_url\s*:",
        r"^\s*DATABASE_URL\s*:\s*\w",
    ),
    "dj_database_url": (
        r"\bdj_database_url\.(?:config|parse)\s*\(",
        r"\benv(?:iron)?\.(?:db|dj_db_url)(?:_url)?\s*\(",
        r"\bDatabaseURLValue\s*\(",
    ),
    "django_heroku": (r"\bdjango_(?:on_)?heroku\.settings\s*\(",),
    "postgres_engine": (
        r"""["']ENGINE["']\s*:\s*["'](?:django\.db\.backends\.postgresql|django\.contrib\.gis\.db\.backends\.postgis)""",
        r"""["'](?:django_prometheus\.db|dj_db_conn_pool|psqlextra|django_tenants)\.(?:backends?|postg)\b\S*postg""",
    ),
    "postgres_url": (
        r"""["']postgres(?:ql)?(?:\+\w+)?://""",
        r"\bpsycopg2?(?:_pool)?\.connect\s*\(",
        r"\basyncpg\.(?:connect|create_pool)\s*\(",
        r"\bPostgresqlDatabase\s*\(",
    ),
    "sqlite": (
        r"""["']sqlite(?:\+\w+)?:///(?!:memory:)""",
        r"""\bsqlite3\.connect\s*\((?!\s*["'](?::memory:|file::memory:))""",
        r"\bSqliteDatabase\s*\(",
    ),
    "mysql_engine": (
        r"""["']ENGINE["']\s*:\s*["']django\.db\.backends\.mysql""",
        r"""["']mysql(?:\+\w+)?://""",
        r"\b(?:pymysql|MySQLdb|mysql\.connector)\.connect\s*\(",
    ),
    "mysql_env": (r"""["'](?P<mysql_var>JAWSDB_(?:MARIA_)?URL|CLEARDB_DATABASE_URL)["']""",),
    "redis_env": (
        r"""["'](?P<redis_var>(?:[A-Z][A-Z0-9]*_)*REDIS[A-Z0-9_]*|OPENREDIS_URL)["']""",
        r"\bredis_ur[li]\s*:",
        r"^\s*REDIS_URL\s*:\s*\w",
    ),
    "redis_url": (
        r"""["']rediss?://""",
        r"\b(?:Strict)?Redis(?:Cluster)?\s*\(",
        r"\bredis\.from_url\s*\(|\bRedis\.from_url\s*\(|\bConnectionPool\.from_url\s*\(",
        r"\bdjango_redis\.cache|\bRedisCache\b|\bchannels_redis\.|\bRedisJobStore\b|\bRedisSettings\b",
    ),
    "broker_env": (r"""["'](?P<broker_var>(?:[A-Z][A-Z0-9]*_)*BROKER(?:_URL|_URI)?)["']""",),
    "amqp": (
        r"""["'](?:py)?amqps?://""",
        r"\bpika\.(?:BlockingConnection|SelectConnection|URLParameters|ConnectionParameters)\s*\(",
        r"\baio_pika\.connect",
    ),
    "amqp_env": (
        r"""["'](?P<amqp_var>CLOUDAMQP_URL|RABBITMQ(?:_BIGWIG)?(?:_[RT]X)?_UR[LI]|AMQP_UR[LI]|RABBIT_URL)["']""",
    ),
    "memcached": (r"""["'](?:MEMCACHIER_SERVERS|MEMCACHEDCLOUD_SERVERS|MEMCACHE_SERVERS)["']""",),
    "elasticsearch": (
        r"""["'](?P<elastic_var>BONSAI_URL|SEARCHBOX_(?:SSL_)?URL|FOUNDELASTICSEARCH_URL"""
        r"""|ELASTIC(?:SEARCH)?_(?:URL|HOST|HOSTS|ENDPOINT)|ES_URL|ES_HOST)["']""",
    ),
    "mongodb": (
        r"""["']mongodb(?:\+srv)?://""",
        r"""["'][A-Z0-9_]*MONGO[A-Z0-9_]*UR[IL]["']""",
        r"\b(?:MongoClient|AsyncIOMotorClient)\s*\(",
    ),
    "kafka": (r"""["']KAFKA_(?:URL|TRUSTED_CERT)["']""",),
    "tls_options": (
        r"ssl_cert_reqs|redis_backend_use_ssl|REDIS_BACKEND_USE_SSL|(?i:broker_use_ssl)|REDIS_TLS",
    ),
    "beat_scheduler": (r"BEAT_?SCHEDULER\s*=|\bbeat_scheduler\s*=|[\"']beat_scheduler[\"']\s*:",),
    "beat": (
        r"\b(?:\w+_)?(?:beat_schedule|BEAT_?SCHEDULE|CELERYBEAT_SCHEDULE)\s*=",
        r"[\"'](?:beat_schedule|CELERYBEAT_SCHEDULE)[\"']\s*[\]:]",
        r"\badd_periodic_task\s*\(",
        r"@(?:\w+\.)?periodic_task\b",
        r"\b(?:PeriodicTask|IntervalSchedule|CrontabSchedule)\.objects\b",
    ),
    "django_celery_beat": (r"""["']django_celery_beat["']""",),
    "gis": (r"""["']django\.contrib\.gis["']|django\.contrib\.gis\.db\.backends""",),
    "ffmpeg": (
        r"\bFFmpeg(?:PCM|Opus)Audio\b|[\"']ffmpeg[\"']",
        r"\bfrom (?:pydub|moviepy)\b|\bimport (?:ffmpeg|pydub|moviepy)\b",
    ),
    "browser": (
        r"\bwebdriver\.(?:Chrome|Remote)\s*\(|\buc\.Chrome\s*\(|\bundetected_chromedriver\b|\bpyppeteer\b",
    ),
    "channel_names": (r"\bChannelNameRouter\s*\(",),
}
_PATTERNS = {name: lazy("|".join(ways), re.MULTILINE) for name, ways in _SIGNALS.items()}
_KEYS = {
    "database_url": ("DATABASE_URL", "database_url", "HEROKU_POSTGRESQL"),
    "dj_database_url": ("dj_database_url", "db(", "DatabaseURLValue"),
    "django_heroku": ("heroku.settings",),
    "postgres_engine": ("postg",),
    "postgres_url": ("postgres", "psycopg", "asyncpg", "Postgresql"),
    "sqlite": ("sqlite", "Sqlite"),
    "mysql_engine": ("mysql", "MySQL"),
    "mysql_env": ("JAWSDB", "CLEARDB"),
    "redis_env": ("REDIS", "redis_ur"),
    "redis_url": ("redis", "Redis"),
    "broker_env": ("BROKER",),
    "amqp": ("amqp", "pika"),
    "amqp_env": ("AMQP", "RABBIT"),
    "memcached": ("MEMCACH",),
    "elasticsearch": ("ELASTIC", "BONSAI", "SEARCHBOX", "ES_"),
    "mongodb": ("ongo", "MONGO"),
    "kafka": ("KAFKA_",),
    "tls_options": ("ssl", "SSL", "REDIS_TLS"),
    "beat_scheduler": ("SCHEDULER", "scheduler"),
    "beat": ("SCHEDULE", "beat", "periodic_task", "Schedule", "PeriodicTask"),
    "django_celery_beat": ("django_celery_beat",),
    "gis": ("contrib.gis",),
    "ffmpeg": ("peg", "pydub", "moviepy"),
    "browser": ("webdriver", "uc.Chrome", "undetected_chromedriver", "pyppeteer"),
    "channel_names": ("ChannelNameRouter",),
}
"""A word that a file must hold before its text is searched for a signal: most hold none."""


def sources(repo: Repo, app: PythonApp) -> tuple[str, ...]:
    """Return the app's Python files, settings first; without tests, and without what another app builds."""
    return repo.once(("python-sources", app.root), lambda: _sources(repo, app))


def _sources(repo: Repo, app: PythonApp) -> tuple[str, ...]:
    others = tuple(
        f"{other.root}/"
        for other in python_apps(repo)
        if _below(other.root, app.root) and not _covers(app, other)
    )
    inside = app.root if app.root != "." and is_secondary(f"{app.root}/x") else ""
    found = [
        path
        for path in repo.suffixed(".py", under=app.root)
        if not path.startswith(others)
        and not is_secondary(path[len(inside) + 1 :] if inside else path)
        and "/migrations/" not in path
        and not _LOCAL.search(path)
    ]
    found.sort(key=lambda path: (not _BY_NAME.search(path.rpartition("/")[2]), path.count("/"), path))
    return tuple(found[:_MOST])


def _below(folder: str, root: str) -> bool:
    return folder != root and (root == "." or folder.startswith(f"{root}/"))


def _covers(app: PythonApp, other: PythonApp) -> bool:
    """Tell whether an app installs all that another one asks for, so that it builds that one's code too."""
    return bool(app.manifest) and all(
        not found.direct or name in app.deps for name, found in other.deps.items()
    )


class Signals:
    """The first lines that show each signal, by name, and the config vars they name."""

    def __init__(
        self, found: Mapping[str, tuple[Evidence, ...]], names: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._found = found
        self._names = names

    def get(self, *names: str) -> tuple[Evidence, ...]:
        """Return the lines that show the first of `names` that is there at all."""
        return next((self._found[name] for name in names if name in self._found), ())

    def every(self, *names: str) -> tuple[Evidence, ...]:
        """Return the lines that show any of `names`."""
        return tuple(proof for name in names for proof in self._found.get(name, ()))

    def variable(self, name: str, usual: str = "") -> str:
        """Return the config var that a signal's lines name (`redis_var`): the usual one, a URL, the first."""
        names = self._names.get(name, ())
        ranked = sorted(names, key=lambda var: (var != usual, not var.endswith("_URL"), names.index(var)))
        return ranked[0] if ranked else ""


def signals(repo: Repo, app: PythonApp) -> Signals:
    """Return what the app's source files show, read once."""
    return repo.once(("python-signals", app.root), lambda: _signals(repo, app))


def _signals(repo: Repo, app: PythonApp) -> Signals:
    found: dict[str, tuple[Evidence, ...]] = {}
    names: dict[str, dict[str, None]] = {}
    for path in sources(repo, app):
        text = repo.text(path)
        for kind, words in _KEYS.items():
            enough = _ENOUGH if "?P<" in _PATTERNS[kind].pattern else 2
            if len(found.get(kind, ())) >= enough or not any(word in text for word in words):
                continue
            for match in _PATTERNS[kind].finditer(text):
                known = found.get(kind, ())
                start = text.rfind("\n", 0, match.start()) + 1
                if len(known) >= enough:
                    break
                if "#" in text[start : match.start()]:
                    continue
                for group, value in match.groupdict().items():
                    if value is not None:
                        names.setdefault(group, {})[value] = None
                found[kind] = (*known, repo.proof(path, text.count("\n", 0, match.start()) + 1))
    return Signals(found, {group: tuple(values) for group, values in names.items()})
