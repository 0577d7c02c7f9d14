"""Files that speak of variables without reading them: .env.example and kin, README tables, app.json."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from scaffold.config_vars import classify, figaro
from scaffold.config_vars.reads import is_name
from scaffold.families.docker.apps import Built, built_services
from scaffold.manifests import env_file
from scaffold.manifests.env_file import EnvLine
from scaffold.manifests.gemfile import Gem, parse_gemfile
from scaffold.patterns import lazy
from scaffold.record import record, replace
from scaffold.repo import Repo, folder_of, join

_PLAIN = frozenset(
    ".env .env.prod .env.production .env.heroku .env.docker .env.default .env.defaults .env.copy .envcopy "
    "env env.production env.heroku env.default env.defaults default.env production.env".split()
)
_EXAMPLES = frozenset("example examples sample template dist tpl tmpl copy schema".split())
_ASIDE = frozenset("test tests testing ci dusk e2e py js ts json php rb md sh".split())
"""Words in a file's name that say: for tests, or source code."""
_OF_FILE = lazy(r"(?i)\bthis file\b|(?<!\w)\.env\b")
"""A comment that speaks of the file, not of the variable below it."""
_LIVE = frozenset((".env", ".env.production", ".env.default", ".env.defaults"))
_TABLE = lazy(r"\s*\|?\s*\**`*([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,})`*\**\s*\|(.+)")
_BULLET = lazy(
    r"\s*(?:[-*+]|\d+[.)])\s+(?:\*\*)?"
    r"(?:`{1,2}([A-Z][A-Z0-9_]{2,})(?:=[^`]*)?`{1,2}|([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+))(?:\*\*)?\s*(?:\([^)]*\)\s*)?(?:[:\u2013\u2014-]+|\bis\b)\s*(.+)"
)
_CONFIG_SET = lazy(r"heroku\s+config:(?:set|add)\s+(.+)")
_PAIR = lazy(r"([A-Z][A-Z0-9_]+)=")


@record
class Told:
    """What the repository's documents say of a variable.

    `value` stands in an example file, `committed` in a .env that is part of the repository ("" for a
    secret). `asked`: the deployment notes set it. `optional`: examples only hold it commented out.
    """

    description: str = ""
    value: str | None = None
    committed: str | None = None
    asked: bool = False
    optional: bool = False
    path: str = ""
    line: int = 0


def read(repo: Repo, root: str, others: Collection[str]) -> dict[str, Told]:
    """Return what is told of each variable, by name."""
    told: dict[str, Told] = {}
    shut = tuple(f"{other}/" for other in others if other not in (".", root))
    for path in dict.fromkeys((*_env_files(repo, root), *_named_by_compose(repo, root))):
        if not (shut and path.startswith(shut)):
            live = path.rpartition("/")[2].lower() in _LIVE and _is_loaded(repo, folder_of(path))
            _env_file(path, repo.parsed(path, env_file.parse), told, live=live)
    if settings := figaro.path_of(repo, root):
        _env_file(settings, repo.parsed(settings, figaro.parse), told, live=True)
    _composed(repo, root, told)
    for path in _documents(repo, root):
        _document(repo, path, told)
    return told


def _env_files(repo: Repo, root: str) -> list[str]:
    found = [
        path
        for path in repo.where(lambda path: _is_example(path.rpartition("/")[2].lower()))
        if (root == "." or folder_of(path) == "." or path.startswith(root + "/"))
        and path.count("/") <= root.count("/") + 3
    ]
    return sorted(found, key=lambda path: (path.count("/"), path))


def _is_example(name: str) -> bool:
    """Tell whether a file's name in small letters says that it lists variables."""
    if "env" not in name and not name.startswith("application"):
        return False
    words = set(re.split(r"[._-]", name))
    listed = not words.isdisjoint(("env", "envrc", "dotenv")) or {"application", "yml"} <= words
    return name in _PLAIN or (listed and not words.isdisjoint(_EXAMPLES) and words.isdisjoint(_ASIDE))


def _env_file(path: str, items: Iterable[EnvLine], told: dict[str, Told], *, live: bool) -> None:
    for item in items:
        known = told.get(item.name, Told())
        said = "" if _OF_FILE.search(item.comment) else clean(item.comment)
        described = replace(known, description=known.description or said)
        if item.commented:
            told[item.name] = replace(described, optional=known.value is None)
        else:
            told[item.name] = _assigned(replace(described, optional=False), item, path, live=live)


def _assigned(known: Told, item: EnvLine, path: str, *, live: bool) -> Told:
    """Add what an assignment tells; one that is commented out only describes."""
    committed = "" if classify.is_secret(item.name) else item.value
    live = live and not (classify.is_needed(item.name) and classify.is_unusable(item.value))
    return replace(
        known,
        value=item.value if known.value is None else known.value,
        committed=committed if live and item.value and known.committed is None else known.committed,
        path=known.path or path,
        line=known.line or item.line,
    )


_SAID = lazy(r"\$\{(?P<name>\w+)(?::?(?P<word>[-?])(?P<rest>[^}]*))?\}|\$(?P<plain>\w+)")


def _services(repo: Repo, root: str) -> Iterator[Built]:
    """Yield the compose services that run the app at `root`."""
    for built in built_services(repo):
        if join(folder_of(built.compose), built.service.context) == root:
            yield built


def _named_by_compose(repo: Repo, root: str) -> Iterator[str]:
    for built in _services(repo, root):
        paths = (join(folder_of(built.compose), path) for path in built.service.env_files)
        yield from (path for path in paths if path in repo)


def _composed(repo: Repo, root: str, told: dict[str, Told]) -> None:
    """Add what compose gives to the app's container: `A: 1`, `A: ${A:-1}`, `A: ${A:?what it is}`, `A`."""
    for built in _services(repo, root):
        for name, value in built.service.environment:
            known = told.get(name, Told())
            if known.value is not None or not is_name(name):
                continue
            said = _SAID.fullmatch(value)
            message = said["rest"] if said and said["word"] == "?" else ""
            given = (said["rest"] or "") if said and said["word"] == "-" else "" if said else value
            told[name] = replace(
                known,
                value=given,
                optional=False,
                description=known.description or (clean(message) if " " in message else ""),
                path=known.path or built.compose,
                line=known.line or repo.line_of(built.compose, rf"\b{name}\b", after=built.service.line),
            )


_LOADERS = lazy(
    r"dotenv|decouple|environ|pydantic-settings|laravel/framework|symfony/|conduit"
    r'|"(?:next|vite|nuxt|react-scripts|gatsby|@nestjs/config|@vue/cli-service)"|--env-file'
)
_MANIFESTS = (
    "requirements.txt pyproject.toml Pipfile package.json composer.json pubspec.yaml go.mod Cargo.toml"
)


def _is_loaded(repo: Repo, folder: str) -> bool:
    """Tell whether what is built in a folder declares something that loads .env files."""
    prefix = "" if folder == "." else folder + "/"
    gemfile = repo.try_parsed(prefix + "Gemfile", parse_gemfile) if prefix + "Gemfile" in repo else None
    if gemfile is not None and any(_is_loading_gem(gem) for gem in gemfile.gems):
        return True
    return any(
        _LOADERS.search(repo.text(prefix + name)) for name in _MANIFESTS.split() if prefix + name in repo
    )


def _is_loading_gem(gem: Gem) -> bool:
    """Tell whether production installs a gem that loads .env files: it leaves the other groups out."""
    return gem.name in ("dotenv", "dotenv-rails") and gem.groups.isdisjoint(("development", "test"))


def _documents(repo: Repo, root: str) -> list[str]:
    tops = {".", root, "docs"} | ({root + "/docs"} if root != "." else set())
    return [
        path
        for path in repo.suffixed(".md", ".rst", ".markdown", ".txt")
        if folder_of(path) in tops
        and re.match(
            r"(?i)readme|deploy|heroku|install|config|setup|environment|env|contributing",
            path.rpartition("/")[2],
        )
    ][:12]


def _document(repo: Repo, path: str, told: dict[str, Told]) -> None:
    text = repo.text(path)
    if len(text) > 200_000:
        return
    for line in text.split("\n"):
        if found := _CONFIG_SET.search(line):
            for name in _PAIR.findall(found[1]):
                told[name] = replace(told.get(name, Told()), asked=True)
            continue
        row = _TABLE.match(line) or _BULLET.match(line)
        if row is not None:
            name, cells = row[1] or row[2], [clean(cell) for cell in row[row.lastindex or 0].split("|")]
            said = max(cells, key=lambda cell: (" " in cell, len(cell)), default="")
            if " " in said and not told.get(name, Told()).description:
                told[name] = replace(told.get(name, Told()), description=said)


def clean(text: str) -> str:
    """Return a description as one line without markup; what looks like a secret is cut."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]{1,80}>|[`*]", "", text)
    text = re.sub(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w+/-]{24,}={0,2}", "***", text)
    text = " ".join(text.split()).strip(" -:=#")
    return text[:200]
