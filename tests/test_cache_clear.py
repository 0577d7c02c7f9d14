"""The command that empties the app's cache after a deploy: never where it would empty anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.checkout import open_repo
from scaffold.facts import AnyFact, CacheClear
from scaffold.stacks import django
from tests.ruby_cases import RAILS, facts
from tests.test_seeds import DJANGO, written

CLEARS = "python manage.py shell -c 'from django.core.cache import cache; cache.clear()'"


def clears(found: list[AnyFact]) -> list[str]:
    """Return the commands that empty a cache."""
    return [fact.command for fact in found if isinstance(fact, CacheClear)]


@pytest.mark.parametrize(
    ("backend", "settings", "requirements", "is_cleared"),
    [
        ("django.core.cache.backends.memcached.PyMemcacheCache", "", "", True),
        ("django_bmemcached.memcached.BMemcached", "", "", True),
        ("django.core.cache.backends.db.DatabaseCache", "", "", True),
        ("django.core.cache.backends.locmem.LocMemCache", "", "", False),
        ("django.core.cache.backends.dummy.DummyCache", "", "", False),
        ("django.core.cache.backends.filebased.FileBasedCache", "", "", False),
        ("django.core.cache.backends.redis.RedisCache", "", "", True),
        ("django_redis.cache.RedisCache", "", "", True),
        ("django_redis.cache.RedisCache", "", "celery==5.4\n", False),
        (
            "django_redis.cache.RedisCache",
            "QUEUES = {'default': {'URL': os.environ['REDIS_URL']}}\n",
            "",
            False,
        ),
        ("django_redis.cache.RedisCache", "", "django-q2==1.7\n", False),
        (
            "django.core.cache.backends.memcached.PyMemcacheCache",
            "SESSION_ENGINE = 'django.contrib.sessions.backends.cache'\n",
            "",
            False,
        ),
        (
            "django.core.cache.backends.memcached.PyMemcacheCache",
            "SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'\n",
            "",
            True,
        ),
    ],
)
def test_caches_of_django(
    tmp_path: Path, backend: str, settings: str, requirements: str, is_cleared: bool
) -> None:
    caches = f"CACHES = {{'default': {{'BACKEND': '{backend}', 'LOCATION': os.environ['CACHE_URL']}}}}\n"
    files = DJANGO | {
        "requirements.txt": DJANGO["requirements.txt"] + requirements,
        "shop/settings.py": "import os\n" + DJANGO["shop/settings.py"] + settings + caches,
    }
    found = clears(list(django.detect(open_repo(written(tmp_path, files)))))
    assert found == ([CLEARS] if is_cleared else [])


@pytest.mark.parametrize(
    ("store", "gems", "more", "is_cleared"),
    [
        (":mem_cache_store", "", {}, True),
        (":solid_cache_store", 'gem "sidekiq"\n', {}, True),
        (":null_store", "", {}, False),
        (':redis_cache_store, { url: ENV["REDIS_URL"] }', "", {}, True),
        (':redis_cache_store, { url: ENV["REDIS_URL"] }', 'gem "sidekiq"\n', {}, False),
        (':redis_cache_store, { url: ENV["REDIS_URL"] }', 'gem "resque"\n', {}, False),
        (
            ':redis_cache_store, {\n    url: ENV["REDIS_URL"],\n    namespace: "cache"\n  }',
            'gem "sidekiq"\n',
            {},
            True,
        ),
        (
            ':redis_cache_store, { url: ENV["REDIS_URL"] }\n  config.active_record.namespace = 1',
            'gem "sidekiq"\n',
            {},
            False,
        ),
        (
            ":mem_cache_store",
            "",
            {"config/initializers/session_store.rb": "Rails.application.config.session_store :cache_store\n"},
            False,
        ),
    ],
)
def test_caches_of_rails(
    tmp_path: Path, store: str, gems: str, more: dict[str, str], is_cleared: bool
) -> None:
    production = f"Rails.application.configure do\n  config.cache_store = {store}\nend\n"
    files = RAILS | {"Gemfile": RAILS["Gemfile"] + gems, "config/environments/production.rb": production}
    found = clears(facts(tmp_path, files | more))
    assert found == (["bundle exec rails runner Rails.cache.clear"] if is_cleared else [])
