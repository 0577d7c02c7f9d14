"""Ruby source without comments, and the lines that match in it: what the Ruby family greps with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scaffold.facts import Evidence
from scaffold.manifests.ruby_text import code_lines
from scaffold.record import record
from scaffold.repo import Repo, join


@record
class Found:
    """A match in a source file: the place, and the match itself."""

    path: str
    line: int
    evidence: Evidence
    match: re.Match[str]


def code(repo: Repo, path: str) -> str:
    """Return a Ruby (or YAML, ERB) file with its comments emptied (line numbers hold), computed once."""
    return repo.once(("ruby-code", path), lambda: "\n".join(code_lines(repo.text(path))))


def find_each(repo: Repo, paths: Iterable[str], pattern: re.Pattern[str], hint: str = "") -> Iterator[Found]:
    """Yield every match of a pattern in some files; only files that hold the text `hint` are looked at."""
    for path in paths:
        raw = repo.text(path)
        if hint not in raw or not pattern.search(raw):
            continue
        text = code(repo, path)
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Found(path=path, line=line, evidence=repo.proof(path, line), match=match)


def find(repo: Repo, paths: Iterable[str], pattern: re.Pattern[str], hint: str = "") -> Found | None:
    """Return the first match of a pattern in some files."""
    return next(find_each(repo, paths, pattern, hint), None)


def rb_files(repo: Repo, home: str, *folders: str) -> tuple[str, ...]:
    """Return the .rb files below folders of an app's home, shallow ones first, each once."""

    def make() -> tuple[str, ...]:
        found: dict[str, None] = {}
        for folder in folders:
            for path in repo.suffixed(".rb", under=join(home, folder)):
                found[path] = None
        return tuple(found)

    return repo.once(("ruby-files", home, folders), make)


def config_files(repo: Repo, home: str) -> tuple[str, ...]:
    """Return the files that configure an app in production, the most specific first."""
    named = [join(home, path) for path in ("config/environments/production.rb", "config/application.rb")]
    initializers = [
        path for path in rb_files(repo, home, "config") if "/environments/" not in path and path not in named
    ]
    return tuple([path for path in named if path in repo] + initializers)


def top_files(repo: Repo, root: str, suffix: str = ".rb") -> tuple[str, ...]:
    """Return the files directly in a folder that end in `suffix`."""
    depth = 0 if root == "." else root.count("/") + 1
    found = repo.suffixed(suffix, under=root)
    return tuple(path for path in found if path.count("/") == depth)
