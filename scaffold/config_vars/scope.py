"""Which files production reads: the app's own, without tests, development settings, CI and vendored code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from scaffold.edited import person_text
from scaffold.patterns import lazy
from scaffold.repo import SECONDARY, Repo, relative

MAX_TEXT = 400_000
"""A longer source file is generated or vendored."""

_FOLDERS = (SECONDARY - {"template", "templates", "old", "legacy", "boilerplate"}) | frozenset(
    "ci .ci .github .gitlab .devcontainer .husky dist out vendor third_party tools tooling hack stories "
    "dev devtools benches perf terraform ansible k8s helm charts cdk infra infrastructure migrations "
    "factories seeds coverage htmlcov storybook-static typings @types testdata test_helpers support".split()
)
_PACKAGES = lazy(r"(?:^|/)src/\w+/(?:java|kotlin|scala|groovy)(?=/)")
"""A JVM source root: the folders below it are the parts of a package name, whatever they are called."""

_LAYERS = frozenset(("infra", "infrastructure", "support", "tools", "tooling"))
"""Names that mean tooling at the top, and a layer of the code below these folders."""

_CODE = frozenset(("src", "app", "lib", "internal", "pkg"))
_TASKS = frozenset("scripts script".split())
_FILES = lazy(
    r"conftest\.py|(?:test_.*|.*_tests?|tests|noxfile|fabfile|setup|local_?settings|settings_?(?:dev|local|test"
    r"|testing|development|ci)|(?:dev|local|test|testing|development)_?settings)\.py"
    r"|.*[._-](?:test|tests|spec|stories|e2e|mock|cy)\.\w+|.*_(?:spec|test)\.(?:rb|go|exs|dart)|.*\.d\.ts|.*\.min\.\w+"
    r"|.*Tests?\.(?:java|kt|cs|php)|(?:jest|cypress|playwright|karma|vitest|protractor|wdio|eslint|prettier"
    r"|stylelint|commitlint|lint-staged|codegen|babel)[\w.-]*|\.eslintrc.*|gulpfile.*|Gruntfile.*|nightwatch.*"
    r"|webpack\.dev\w*\.\w+|(?:dev|test)\.exs|simplecov.*|spec_helper\.rb|rails_helper\.rb|Dangerfile|Guardfile"
)
_SETTINGS = lazy(
    r"(?:^|/)(?:settings|config|conf|environments)/(?:\w+/)?"
    r"(?:dev|development|local|locals|test|tests|testing|ci|circleci|travis|docker_test)\.(?:py|rb|js|ts|json|exs|ya?ml)$"
)


def is_production(path: str, named: str = "") -> bool:
    """Tell whether a path below the app's root may run in production; `named` is text that names programs."""
    folder, _, name = path.rpartition("/")
    lowered = _folders(folder)
    if lowered is None or ("build" in lowered and name.endswith((".js", ".mjs", ".css"))):
        return False
    if _FILES.fullmatch(name) or _SETTINGS.search(path):
        return False
    return _TASKS.isdisjoint(lowered) or name in named or path in named


@lru_cache(maxsize=4096)
def _folders(path: str) -> tuple[str, ...] | None:
    """Return the names of a folder and those above it in lower case, None where production reads none."""
    packages = _PACKAGES.search(path + "/")
    lowered = tuple((path[: packages.end()] if packages else path).lower().split("/")) if path else ()
    aside = any(_is_aside(folder, lowered[:at]) for at, folder in enumerate(lowered))
    return None if aside or any(folder.endswith(".xcodeproj") for folder in lowered) else lowered


def _is_aside(folder: str, above: tuple[str, ...]) -> bool:
    """Tell whether a folder's name says that production does not read it, given the folders above it."""
    if folder.startswith("."):
        return True
    return folder in _FOLDERS and not (folder in _LAYERS and not _CODE.isdisjoint(above))


_TASK = lazy(
    r"(?:^|/)(?:management/commands|lib/tasks|lib/capistrano|config/deploy|deploy|db)/|\.rake$|(?:^|/)Rakefile$|(?:^|/)(?:environments|settings)/(?:staging|stage|qa|review|demo|sandbox)\.\w+$|(?:^|/)(?:manage_\w+|seeds?)\.(?:py|rb)$|(?:^|/)tasks\.rb$|(?:^|/)bin/[^/]+\.py$"
)


_MANIFESTS = {
    ".py": "requirements.txt pyproject.toml Pipfile setup.py environment.yml manage.py",
    ".rb": "Gemfile gems.rb",
    ".js": "package.json",
    ".prisma": "package.json",
    ".go": "go.mod",
    ".php": "composer.json",
    ".java": "pom.xml build.gradle build.gradle.kts",
    ".kt": "pom.xml build.gradle build.gradle.kts",
    ".rs": "Cargo.toml",
    ".ex": "mix.exs",
    ".dart": "pubspec.yaml",
}
"""What makes a folder below the app one of its own, by the first suffix asked for."""


def _is_apart(repo: Repo, root: str, other: str, suffixes: tuple[str, ...]) -> bool:
    """Tell whether a folder where another app was seen is built by itself in this language."""
    if other in (".", root) or root.startswith(other + "/"):
        return False
    manifests = _MANIFESTS.get(suffixes[0])
    return manifests is None or any(f"{other}/{name}" in repo for name in manifests.split())


_SIDE_SCRIPT = lazy(
    r""""[\w:-]*(?:test|lint|dev|format|e2e|coverage|flaky|bench|storybook|ci\b|watch)[\w:-]*"\s*:\s*"(?:\\.|[^"\\])*\""""
)
_BY_HAND = lazy(r"^(?:from|import) invoke\b", re.MULTILINE)
"""What a `tasks.py` says that is run by hand, rather than by Celery."""


def is_task(path: str) -> bool:
    """Tell whether a file runs by hand or elsewhere: a management command, a rake task, seeds, staging."""
    return _TASK.search(path) is not None


def files(
    repo: Repo, root: str, others: Collection[str], suffixes: tuple[str, ...], *, every: bool = False
) -> Iterator[str]:
    """Yield the files with these suffixes that belong to the app at `root`, shallow ones first.

    `every` keeps development files too (for tables of descriptions and tests of settings).
    """
    if not suffixes:
        return
    yield from repo.derived(_files, root, tuple(others), suffixes, every)


def _files(
    repo: Repo,
    root: str,
    others: tuple[str, ...],
    suffixes: tuple[str, ...],
    every: bool,
) -> tuple[str, ...]:
    return tuple(_listed(repo, root, others, suffixes, every=every))


def _listed(
    repo: Repo, root: str, others: tuple[str, ...], suffixes: tuple[str, ...], *, every: bool
) -> Iterator[str]:
    shut = tuple(f"{other}/" for other in others if _is_apart(repo, root, other, suffixes))
    named = repo.derived(commands, root)
    known: dict[str, bool] = repo.once(("production", root, named), dict)
    for path in repo.suffixed(*suffixes, under=root):
        if shut and path.startswith(shut):
            continue
        if not every and path not in known:
            known[path] = _is_run(repo, root, path, named)
        if every or known[path]:
            yield path


def _is_run(repo: Repo, root: str, path: str, named: str) -> bool:
    return is_production(relative(root, path), named) and not _is_by_hand(repo, path)


def _is_by_hand(repo: Repo, path: str) -> bool:
    return path.endswith("tasks.py") and _BY_HAND.search(repo.text(path)) is not None


def commands(repo: Repo, root: str) -> str:
    """Return the texts that name the programs which run on deployment."""
    prefix = "" if root == "." else root + "/"
    names = ("package.json", "Procfile", "app.json", "composer.json", "Dockerfile", "heroku.yml")
    texts = (person_text(repo, prefix + name) for name in names if prefix + name in repo)
    return "\n".join(_SIDE_SCRIPT.sub("", text) for text in texts)


def is_readable(text: str) -> bool:
    """Tell whether a text was written by a person: neither huge nor minified."""
    if len(text) > MAX_TEXT:
        return False
    return len(text) < 20_000 or len(text) / (text.count("\n") + 1) < 300
