"""Figaro's config/application.yml, where git holds it: what it sets in production."""

from __future__ import annotations

import re

from scaffold.manifests import env_file
from scaffold.manifests.env_file import EnvLine
from scaffold.manifests.gemfile import parse_gemfile
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_SECTION = lazy(
    r"^([a-z]\w*):[ \t]*(?:[&#][^\n]*)?$(?:(?:\n[ \t]*(?:#[^\n]*)?$)*\n[ \t]+[^\s#][^\n]*$)*", re.MULTILINE
)


def path_of(repo: Repo, root: str) -> str:
    """Return the path of the file where production installs Figaro and the repository has it, else ""."""
    path, gemfile = join(root, "config/application.yml"), join(root, "Gemfile")
    asked = repo.try_parsed(gemfile, parse_gemfile) if path in repo and gemfile in repo else None
    loads = asked is not None and any(
        gem.name == "figaro" and gem.groups.isdisjoint(("development", "test")) for gem in asked.gems
    )
    return path if loads else ""


def parse(text: str, path: str) -> tuple[EnvLine, ...]:
    """Return what the file sets in production: the keys of that section first, then those of all."""
    own: set[int] = set()
    for found in _SECTION.finditer(text):
        first = text.count("\n", 0, found.start()) + 1
        own |= set(range(first, first + found[0].count("\n") + 1)) if found[1] == "production" else set()
    kept = _SECTION.sub(lambda found: found[0] if found[1] == "production" else _blank(found[0]), text)
    return tuple(sorted(env_file.parse(kept, path), key=lambda item: item.line not in own))


def _blank(text: str) -> str:
    return "\n" * text.count("\n")
