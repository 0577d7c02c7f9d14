"""A .env that is part of the repository -> a doubt that names its secrets, never their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scaffold.config_vars import classify, figaro
from scaffold.facts import Doubt, Evidence, command
from scaffold.manifests import env_file
from scaffold.manifests.env_file import EnvLine
from scaffold.repo import Repo, join

_FILES = (".env", ".env.local", ".env.production", ".env.prod")
_SHORTEST = 6
"""A shorter value is a placeholder or a switch."""


def doubts(repo: Repo, stack: str, root: str) -> Iterator[Doubt]:
    """Yield a doubt for each .env that git does not ignore and that gives secrets their values."""
    settings = figaro.path_of(repo, root)
    paths = [join(folder, name) for folder in (root, ".") for name in _FILES]
    for path in dict.fromkeys((*paths, *((settings,) if settings else ()))):
        parse = figaro.parse if path == settings else env_file.parse
        held = dict(_secrets(repo.parsed(path, parse))) if path in repo else {}
        if held:
            names = ", ".join(list(held)[:5]) + (", ..." if len(held) > 5 else "")
            yield Doubt(
                stack=stack,
                root=root,
                id="vars/env-file-in-git",
                message=f"{path} is in the repository and holds secrets ({names}): "
                "whoever reads the repository knows them.",
                remedy=f"echo {command(path)} >> .gitignore; git rm --cached {command(path)}; "
                "then set new values on Heroku: the old ones stay in git's history.",
                evidence=tuple(
                    Evidence(path=path, line=line, text=f"{name}=***")
                    for name, line in list(held.items())[:5]
                ),
            )


def _secrets(items: Iterable[EnvLine]) -> Iterator[tuple[str, int]]:
    for item in items:
        if item.commented or len(item.value) < _SHORTEST:
            continue
        if classify.is_secret(item.name) and not classify.is_unusable(item.value):
            yield item.name, item.line
