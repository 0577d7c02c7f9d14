"""A Django project's CACHES -> the command that empties the shared cache, where no other thing is lost."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import CacheClear, command
from scaffold.families.django.project import Project
from scaffold.families.django.settings import Settings
from scaffold.families.python.apps import PythonApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, relative

_BACKEND = lazy(r"'default': \{[^{}]*'BACKEND': '([\w.]+)'")
_OWN = frozenset({"DatabaseCache", "PyMemcacheCache", "PyLibMCCache", "MemcachedCache", "BMemcached"})
_QUEUES = ("celery", "rq", "django-rq", "huey", "dramatiq", "arq", "channels-redis", "django-q", "django-q2")
_SESSIONS = lazy(r"sessions\.backends\.cache'")
_CLEAR = "from django.core.cache import cache; cache.clear()"


def django_cache(repo: Repo, project: Project, app: PythonApp) -> Iterator[CacheClear]:
    """Yield the command for a cache that all dynos share: memcached, a table, or a Redis of its own.

    Clearing removes everything, not only what it wrote (docs.djangoproject.com: topics/cache): in Redis
    by FLUSHDB. So a Redis that may hold a queue is left alone, and so is a cache that holds the sessions.
    """
    settings = project.settings
    setting = settings.last("CACHES") if settings else None
    found = _BACKEND.search(setting.text()) if setting else None
    if not (settings and setting and found and project.manage) or _SESSIONS.search(_sessions(settings)):
        return
    kind = found[1].rpartition(".")[2]
    if kind not in _OWN and not ("redis" in found[1].lower() and _is_alone(settings, app)):
        return
    yield CacheClear(
        stack="django",
        root=app.root,
        command=command("python", relative(app.root, project.manage), "shell", "-c", _CLEAR),
        evidence=(repo.proof(setting.path, setting.node.lineno),),
        why=f"production caches in {kind}.",
    )


def _sessions(settings: Settings) -> str:
    return settings.all_text("SESSION_ENGINE")


def _is_alone(settings: Settings, app: PythonApp) -> bool:
    """Tell whether the cache is the only one that the project keeps in Redis."""
    others = (settings.all_text(name) for name in settings.values if name != "CACHES")
    return not app.has(*_QUEUES) and not any("redis" in text.lower() for text in others)
