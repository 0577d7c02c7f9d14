"""Objects and factories of a web framework -> the one a server should load, ranked by proof.

What a person's own line names comes first, then a module made for serving, then the object that is run,
then a factory. What cannot be imported (made under a main guard) is no candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scaffold.facts import Evidence
from scaffold.families.python.code import module_of
from scaffold.families.python.imports import Importable, importable
from scaffold.families.python.mentions import mentions
from scaffold.families.python.objects import CodeObject, code_objects
from scaffold.families.python.roots import best_app
from scaffold.families.python.server import Target
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary

SERVING = frozenset({"wsgi", "asgi"})
ENTRIES = frozenset(
    {
        *("app", "main", "run", "server", "application", "manage", "index", "api", "web", "autoapp", "start"),
        *("flask_app", "webapp", "backend", "__main__", "runserver", "wsgi", "asgi", "webserver", "launch"),
    }
)
_OTHERS = frozenset(
    {
        *("tasks", "task", "worker", "workers", "celery", "celery_app", "celery_worker", "seed", "seeds"),
        *("seeder", "conftest", "config", "settings", "models", "model", "utils", "db", "database", "email"),
        *(
            "cron",
            "scheduler",
            "jobs",
            "setup",
            "init_db",
            "create_db",
            "db_create",
            "migrate",
            "shell",
            "cli",
        ),
        *(
            "test",
            "tests",
            "extensions",
            "forms",
            "schemas",
            "fixtures",
            "scripts",
            "noxfile",
            "views",
            "routes",
        ),
        *("locustfile", "dev", "debug", "import_data", "populate", "console", "helpers", "gunicorn_config"),
    }
)
_ASIDE = frozenset(
    {"old", "backup", "bak", "copy", "orig", "test", "tmp", "draft", "demo", "example", "legacy"}
)
_HUNG = "route|get|post|put|patch|delete|include_router|register_blueprint|add_\\w+|mount"
_SHALLOW = 2
_APP_MADE = lazy(
    r"^(?:from [\w.]+ import [^\n]*\b(?:\w*_)?(?:app|application|server|api|factory)\b|"
    r"\w*app\w*\s*=\s*\w*(?:create|make|init|build|app))",
    re.MULTILINE | re.IGNORECASE,
)


@record
class Entry:
    """A candidate to serve, with how it is imported, its score and the lines that speak for it.

    `blocks` says that importing its module starts a server, because the call that runs it has no guard.
    `routes` counts what is hung on it in its own file.
    """

    found: CodeObject
    root: str
    target: Target
    score: int
    evidence: tuple[Evidence, ...]
    blocks: bool = False
    named: bool = False
    routes: int = 0


@record
class Sought:
    """What is looked for: objects of `classes`, in files that hold one of `needles`.

    `packages` declare it; `stems` are the files in which its own command looks for the app.
    """

    classes: tuple[str, ...]
    needles: tuple[str, ...]
    packages: tuple[str, ...]
    stems: tuple[str, ...] = ()


def web_entries(repo: Repo, sought: Sought) -> tuple[Entry, ...]:
    """Return the candidates to serve, best first."""
    needles = sought.needles
    paths = _first_paths(repo, needles)
    found = code_objects(repo, sought.classes, paths)
    if not any(_fits(one) for one in found):
        more = [path for path in repo.suffixed(".py") if any(needle in repo.text(path) for needle in needles)]
        found = code_objects(repo, sought.classes, tuple(dict.fromkeys((*paths, *more))))
    entries = [entry for one in found if (entry := _entry(repo, one, sought))]
    return tuple(
        sorted(entries, key=lambda entry: (-entry.score, -entry.routes, entry.found.path, entry.found.line))
    )


def _fits(found: CodeObject) -> bool:
    return not is_secondary(found.path) and not found.guarded and not (found.factory and found.args)


def _first_paths(repo: Repo, needles: Sequence[str]) -> tuple[str, ...]:
    """Return the files worth reading first: shallow ones and those named like an entry point."""
    first = [
        path
        for path in repo.suffixed(".py")
        if path.count("/") <= _SHALLOW or _stem(path) in ENTRIES or path.endswith("/__init__.py")
    ]
    return tuple(
        path
        for path in first
        if (path.count("/") <= 1 and _stem(path) in ENTRIES) or _is_likely(repo.text(path), needles)
    )


def _is_likely(text: str, needles: Sequence[str]) -> bool:
    """Tell whether a file names the framework, or imports or makes something that is called an app."""
    return any(needle in text for needle in needles) or bool(_APP_MADE.search(text))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py").lower()


def _entry(repo: Repo, found: CodeObject, sought: Sought) -> Entry | None:
    if found.awaited or found.part >= 0:
        return None
    root = best_app(repo, folder_of(found.path), *sought.packages).root
    place = importable(repo, found.path, root)
    if place is None:
        return None
    target = Target(module=place.module, name=found.name, factory=found.factory, folder=place.folder)
    named = tuple(_named(repo, found, place))
    text = repo.text(found.path)
    name = re.escape(found.name)
    blocks = _blocks(repo, found)
    runs = bool(re.search(rf"\b(?:{name}|socketio|sio)\.run\(|uvicorn\.run\(|\bserve\(", text))
    inner = re.search(rf"\.mount\([^)\n]*\b{name}\b", text) and not re.search(rf"\b{name}\.mount\(", text)
    score = _score(found, bool(named), runs, bool(module_of(repo, found.path).run_guard), place)
    score += (_stem(found.path) in sought.stems) - 10 * blocks - 4 * bool(inner)
    return Entry(
        found=found,
        root=root,
        target=target,
        score=score,
        evidence=(found.proof(repo), *named[:1]),
        blocks=blocks,
        named=bool(named),
        routes=len(re.findall(rf"\b{name}\.(?:{_HUNG})\(", text)),
    )


def _named(repo: Repo, found: CodeObject, place: Importable) -> Iterator[Evidence]:
    """Yield the lines in which a person names this object, by any path that ends in its module."""
    full = found.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for mention in mentions(repo):
        same = full == mention.module or full.endswith(f".{mention.module}") or place.module == mention.module
        if same and mention.name in ("", found.name):
            yield mention.evidence


def _score(found: CodeObject, named: bool, runs: bool, guard: bool, place: Importable) -> int:
    stem = _stem(found.path)
    score = 8 * named + 5 * (stem in SERVING) + 3 * runs + guard + 2 * (stem in ENTRIES)
    score -= place.module.count(".") + 6 * (stem in _OTHERS or stem.startswith("test_"))
    score -= 4 * bool(_ASIDE & set(re.split(r"[-_.\d]", stem)))
    score -= 12 * is_secondary(found.path) + 30 * found.guarded
    if found.factory:
        score += 1 - 20 * bool(found.args) - 3 * (found.how == "imported")
    elif found.how == "imported":
        score += 3 if runs or stem in ENTRIES else -10
    else:
        score += 3 + (found.how in ("wrapped", "called"))
    return score


def _blocks(repo: Repo, found: CodeObject) -> bool:
    """Tell whether a top-level statement without a guard starts the development server."""
    import ast

    from scaffold.families.python.syntax import dotted_name, statements, tree_of

    tree = tree_of(repo, found.path)
    for node, guarded in statements(tree.body) if tree else ():
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not guarded:
            callee = dotted_name(node.value.func)
            if callee in (f"{found.name}.run", "socketio.run", "uvicorn.run", "web.run_app"):
                return True
    return False


def best_entries(entries: Sequence[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Return, for each build root, its best candidate, and those that are as good and not the same app."""
    chosen: dict[str, list[Entry]] = {}
    for entry in entries:
        best = chosen.setdefault(entry.root, [])
        equal = not best or (entry.score == best[0].score and 2 * entry.routes >= best[0].routes)
        if equal and not any(_same_app(one.found, entry.found) for one in best):
            best.append(entry)
    return {root: tuple(found) for root, found in chosen.items()}


def _same_app(one: CodeObject, other: CodeObject) -> bool:
    """Tell whether two names are one object, or two in the same file."""
    places = {one.path, one.source} & {other.path, other.source}
    return bool(places - {""})
