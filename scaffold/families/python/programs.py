"""An app without a web process -> the script to run: a bot, a consumer, a schedule, a plain program.

What a script does for long is read from the calls it makes when it is run, never from its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scaffold.facts import Evidence, command
from scaffold.families.python.apps import Dependency, PythonApp
from scaffold.families.python.code import Module, module_of
from scaffold.families.python.deps import sound
from scaffold.families.python.imports import importable, target_of
from scaffold.families.python.libraries import BOTS, WEB_FRAMEWORKS
from scaffold.families.python.signals import sources
from scaffold.families.python.syntax import dotted_name, is_main_guard, tree_of
from scaffold.manifests import pyproject
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, join, relative

if TYPE_CHECKING:
    import ast

_STAYS = lazy(
    r"\b(?:run_polling|start_polling|infinity_polling|polling|run_until_disconnected|run_forever|idle"
    r"|start_consuming|run_pending|loop_forever|serve_forever|long_polling|SocketModeHandler|run_until_complete"
    r"|BlockingScheduler|set_wakeup_fd)\s*\(|\bwhile (?:True|1)\b"
    r"|\b(?:bot|client|self|discord\w*)\.(?:run|start|login|connect)\s*\("
    r"|\bstream\w*\.(?:filter|submissions|comments|user)\s*\(|\bRTMClient\("
)
_SOME_RUN = lazy(r"\b\w+\.(?:run|start)\s*\(|\basyncio\.run\s*\(|\banyio\.run\s*\(")
_WEBHOOK = lazy(r"\b(?:(?:start|run)_webhook|\w+\.(?:start|run_app)\s*\(\s*(?:\w+,\s*)?port\s*=)")
_PORT = lazy(r"""["']PORT["']""")
_POLLS = lazy(r"\b(?:run_polling|start_polling|infinity_polling|SocketModeHandler)\s*\(")
_CLOCK = lazy(r"\brun_pending\s*\(|\bBlockingScheduler\s*\(")
_SAID = lazy(r"\bpython[\d.]*\s+(?:-[uOB]\s+)*(?:\.?/)?(?:-m\s+([\w.]+)|([\w./-]+\.py))\b")
_SAYING = lazy(
    r"(?:README(?:\.\w+)?|Dockerfile(?:\.\w+)?|(?:docker-)?compose[\w.-]*\.ya?ml|[\w.-]+\.(?:sh|bat|service)|Makefile"
    r"|\.replit|replit\.nix|railway\.(?:json|toml)|nixpacks\.toml|ecosystem\.config\.c?js|package\.json)",
    re.IGNORECASE,
)
_STARTER = lazy(
    r"run|start|main|serve|connect|loop|polling|idle|\w+_(?:polling|forever|pending|disconnected|consuming)"
)
_NAMES = tuple("bot main __main__ run app start index launcher worker".split())
_SCRIPTS = ("setup.py", "conftest.py", "__init__.py", "manage.py")
_DEEPEST = 2


@record
class Program:
    """A script that can be run: its command, the bot library it runs on, whether it stays, or keeps time."""

    path: str
    command: str
    library: Dependency | None
    stays: bool
    clock: bool
    named_clock: bool
    serves: bool
    score: int
    evidence: tuple[Evidence, ...]


def programs(repo: Repo, app: PythonApp) -> tuple[Program, ...]:
    """Return the scripts that run the app, best first."""
    return repo.once(("python-programs", app.root), lambda: _programs(repo, app))


def _programs(repo: Repo, app: PythonApp) -> tuple[Program, ...]:
    if app.uses(*WEB_FRAMEWORKS) and not app.uses(*BOTS):
        return ()
    said = _said(repo, app)
    found = [made for path in _candidates(repo, app) if (made := _program(repo, app, path, said))]
    if not any(one.library for one in found):
        found += _scripts(repo, app)
    return tuple(sorted(found, key=lambda one: (-one.score, one.path.count("/"), one.path)))


def _scripts(repo: Repo, app: PythonApp) -> Iterator[Program]:
    """Yield the command that an installed project of a bot brings along (`[project.scripts]`)."""
    library = app.uses(*BOTS)
    path = join(app.root, "pyproject.toml")
    project = sound(repo, path, pyproject.parse) if library and app.manager in ("uv", "poetry") else None
    if library is None or project is None or not project.package_mode:
        return
    for name, target, line in project.scripts[:1]:
        yield Program(
            path=path,
            command=command(name),
            library=library,
            stays=bool(target),
            clock=False,
            named_clock=False,
            serves=False,
            score=30,
            evidence=(repo.proof(path, line),),
        )


def _candidates(repo: Repo, app: PythonApp) -> Iterator[str]:
    modules: tuple[str, ...] = ()
    if app.uses(*WEB_FRAMEWORKS):
        modules = tuple(BOTS[name] for name, found in app.deps.items() if name in BOTS and found.direct)
    for path in sources(repo, app):
        inside = relative(app.root, path)
        name = inside.rpartition("/")[2]
        if inside.count("/") <= _DEEPEST and name not in _SCRIPTS:
            text = repo.text(path)
            if modules and not any(module in text for module in modules):
                continue
            if (
                "__main__" in text
                or _STAYS.search(text)
                or _SOME_RUN.search(text)
                or name.removesuffix(".py") in _NAMES
            ):
                yield path


def _said(repo: Repo, app: PythonApp) -> Mapping[str, Evidence]:
    """Map the scripts that READMEs, Dockerfiles and shell scripts run to the line that does."""
    found: dict[str, Evidence] = {}
    for path in repo.where(lambda path: _SAYING.fullmatch(path.rpartition("/")[2])):
        if path.count("/") > app.root.count("/") + 1:
            continue
        for number, line in enumerate(repo.lines(path), 1):
            if "python" not in line:
                continue
            for match in _SAID.finditer(re.sub(r"""[\[\]",'`]+""", " ", line)):
                name = match[2] or match[1].replace(".", "/")
                found.setdefault(name.removeprefix("./"), repo.proof(path, number))
    return found


def _program(repo: Repo, app: PythonApp, path: str, said: Mapping[str, Evidence]) -> Program | None:
    tree = tree_of(repo, path)
    inside = relative(app.root, path)
    package = inside.removesuffix("/__main__.py").removesuffix(".py")
    name = inside.rpartition("/")[2]
    stem = name.removesuffix(".py")
    named = stem in _NAMES
    line = _run_line(tree, named) if tree else 0
    if not line and not (named and (tree is None or name == "__main__.py")):
        return None
    web = app.uses(*WEB_FRAMEWORKS)
    if web and _is_imported(repo, app, path):
        return None
    library = _library(repo, app, path)
    text = _without_comments(repo.text(path))
    if library and not web:
        text += "".join(_without_comments(repo.text(near.path)) for near in _near(repo, app, path)[1:])
    stays = bool(_STAYS.search(text)) or (
        library is not None and web is None and bool(_SOME_RUN.search(text))
    )
    told = said.get(inside) or said.get(path) or said.get(package) or said.get(inside.removesuffix(".py"))
    rank = (20 - _NAMES.index(stem)) if stem in _NAMES else (6 if "bot" in stem.lower() else 0)
    serves = library is not None and _is_webhook(text)
    deep = inside.count("/") > 0
    if deep and not (stays or named or told):
        return None
    rank += 40 * ("heroku" in stem.lower())
    score = 40 * bool(library) + 30 * stays + 25 * bool(told) + rank - 6 * inside.count("/")
    return Program(
        path=path,
        command=_command(repo, app, path),
        library=library,
        stays=stays or serves,
        clock=bool(_CLOCK.search(text)),
        named_clock=bool(_CLOCK.search(text)) and bool(re.search(r"clock|sched|cron", stem)),
        serves=serves,
        score=score,
        evidence=(repo.proof(path, line), *((told,) if told else ())),
    )


def _is_webhook(text: str) -> bool:
    """Tell whether a bot waits for requests on $PORT, and has no other way to run."""
    return bool(_WEBHOOK.search(text) and _PORT.search(text)) and not _POLLS.search(text)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))


def _command(repo: Repo, app: PythonApp, path: str) -> str:
    """Return how to run a file so that its own imports work: as a script, or as a module of its package."""
    inside = relative(app.root, path)
    module = module_of(repo, path)
    place = importable(repo, path, app.root)
    if place and (inside.endswith("/__main__.py") or any(one.level for one in module.imports)):
        name = place.module.removesuffix(".__main__")
        words = command("python", "-m", name)
        return words if place.folder == "." else f"{command('cd', place.folder)} && {words}"
    if place and place.folder not in (".", folder_of(inside)):
        return f"{command('cd', place.folder)} && {command('python', relative(place.folder, inside))}"
    if place and place.folder != ".":
        return f"{command('cd', place.folder)} && {command('python', relative(place.folder, inside))}"
    return command("python", inside)


def _run_line(tree: ast.Module, named: bool) -> int:
    """Return the line at which running the file does something: its main guard, a call, a loop; 0 if none.

    In a file whose name says that it is run (`named`) any call will do.
    """
    import ast

    own = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    calls = 0
    for node in tree.body:
        if isinstance(node, ast.If) and is_main_guard(node.test):
            return node.lineno
        works = isinstance(node, ast.While)
        if isinstance(node, (ast.With, ast.AsyncWith, ast.For, ast.Try)):
            works = named or any(_starts(inner, own) for inner in ast.walk(node))
        elif isinstance(node, ast.Expr):
            works = _starts(node.value, own) or (named and isinstance(node.value, (ast.Call, ast.Await)))
        if works:
            calls = node.lineno
    return calls


def _starts(node: ast.AST, own: set[str]) -> bool:
    """Tell whether a call starts a program: a function of the file itself, or a method named for it."""
    import ast

    if not isinstance(node, ast.Call):
        return False
    name = dotted_name(node.func)
    return name in own or bool(_STARTER.fullmatch(name.rpartition(".")[2])) or isinstance(node.func, ast.Call)


def _is_imported(repo: Repo, app: PythonApp, path: str) -> bool:
    """Tell whether another file of the app imports this one: then it is a part, not a program."""
    stem = re.escape(path.rpartition("/")[2].removesuffix(".py"))
    seek = re.compile(
        rf"^\s*(?:from\s+[\w.]*\b{stem}\s+import|import\s+[\w.]*\b{stem}\b|from\s+[\w.]+\s+import\s+.*\b{stem}\b)",
        re.M,
    )
    return any(other != path and seek.search(repo.text(other)) for other in sources(repo, app))


def _library(repo: Repo, app: PythonApp, path: str) -> Dependency | None:
    """Return the bot library that a script, or a file it imports directly, imports."""
    known = {BOTS[name]: found for name, found in app.deps.items() if name in BOTS and found.direct}
    if not known and not app.manifest:
        known = {BOTS[name]: Dependency(name=name, evidence=app.evidence) for name in BOTS}
    if not known:
        return None
    for there in _near(repo, app, path):
        for one in there.imports:
            top = one.module.partition(".")[0]
            if not one.level and top in known:
                return known[top]
    return None


def _near(repo: Repo, app: PythonApp, path: str) -> list[Module]:
    """Return a script and the files that it imports directly."""
    module = module_of(repo, path)
    near = [module]
    for one in module.imports:
        target = target_of(repo, module, one, tuple(dict.fromkeys((folder_of(path), app.root))))
        if target and len(near) < 12:
            near.append(module_of(repo, target))
    return near
