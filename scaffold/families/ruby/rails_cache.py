"""A Rails application's cache store -> the command that empties it, where nothing else is lost by it."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import CacheClear, command
from scaffold.families.ruby.code import Found, code, config_files, find
from scaffold.families.ruby.rails import RailsApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_STORE = lazy(r"cache_store\s*(?:=|,)\s*(?:if[^\n]*\n\s*)?\[?\s*:(\w+)")
_NOT_SHARED = ("null_store", "memory_store", "file_store")
_SESSIONS = lazy(r"session_store\s*(?:=|\(|,)?\s*:(?:cache_store|mem_cache_store|dalli_store|redis\w*)")
_NAMESPACE = lazy(r"[^\n]*(?:[,{(]\s*\n[^\n]*)*?\bnamespace\b")
_IN_REDIS = (
    "sidekiq",
    "resque",
    "kredis",
    "redis-objects",
    "ohm",
    "redis-session-store",
    "redis-actionpack",
    "sneakers",
    "rollout",
    "split",
)


def rails_cache(repo: Repo, rails: RailsApp) -> Iterator[CacheClear]:
    """Yield the command for a cache that all dynos share and that holds no sessions.

    ActiveSupport::Cache::RedisCacheStore#clear empties the whole database unless the store has a namespace.
    """
    files = config_files(repo, rails.home)
    found = find(repo, files[:2], _STORE, "cache_store")
    if found is None or found.match[1] in _NOT_SHARED or find(repo, files, _SESSIONS, "session_store"):
        return
    if "redis" in found.match[1] and not _is_alone(repo, rails, found):
        return
    yield CacheClear(
        stack="rails",
        root=rails.app.root,
        command=f"bundle exec rails runner {command('Rails.cache.clear')}",
        evidence=(found.evidence,),
        why=f"production caches in {found.match[1]}.",
    )


def _is_alone(repo: Repo, rails: RailsApp, store: Found) -> bool:
    """Tell whether the store has a namespace, or no gem of the app keeps anything else in Redis."""
    behind = code(repo, store.path)[store.match.end() :]
    return bool(_NAMESPACE.match(behind)) or not (
        rails.app.has(*_IN_REDIS) or join(rails.home, "config/initializers/redis.rb") in repo
    )
