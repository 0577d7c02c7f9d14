"""JavaScript and TypeScript -> reads of process.env in all its forms, also through the app's helpers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.javascript import files, services
from scaffold.config_vars.javascript.build import inlined, settled
from scaffold.config_vars.javascript.helpers import Helper, passed_on, seek
from scaffold.config_vars.javascript.module import Module
from scaffold.config_vars.javascript.schemas import FIELD, LIBRARIES
from scaffold.config_vars.reads import Read
from scaffold.patterns import has_any, lazy
from scaffold.record import replace
from scaffold.repo import Repo

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro")
_GRAMMAR = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}
_SCRIPT = lazy(r"<script\b([^>]*)>(.*?)</script>|\A---\n(.*?)\n---", re.DOTALL | re.IGNORECASE)
_EXPRESSION = lazy(r"\{([^{}<>]*\bimport\.meta\.env\.[^{}<>]*)\}")
_RUN_BY_NODE = lazy(r"#!.*\bnode\b")
_SURE = ("import.meta.env", "$env/", "Bun.env", "Deno.env", "loadEnv(", ").parsed", "EnvironmentPlugin")
_IMPORTS = 4000
"""How much of a script holds what it imports."""
_PART = lazy(r"(\w+)(?:\s*(?:\bas\b|:)\s*(\w+))?")
"""A name that a script takes of another, with the one it gives it."""
_SERVICES = ("ConfigService", "convict", "env-var", "nconf", "#start/env", "Adonis/Core/Env")
_PROCESS = lazy(r"process(?:\??\s*\??\.\s*env\b|\[['\"]env|['\"]|\s*;|[ \t]*\n)")


def _is_marked(path: str, text: str) -> bool:
    """Tell whether a script may read the environment by itself."""
    if "process" in text and _PROCESS.search(text):
        return True
    env = "env" in text
    if (env or "Env(" in text or "EnvironmentP" in text) and has_any(text, _SURE):
        return True
    if env and "config/" in path and services.is_marked(text):
        return True
    imports = text[:_IMPORTS]
    if has_any(imports, _SERVICES):
        return True
    return has_any(imports, LIBRARIES) and FIELD.search(text) is not None


def read(repo: Repo, root: str, others: tuple[str, ...], *, assets: bool) -> Iterator[Read]:
    """Yield every read of the environment in the app's scripts; `assets` says that they only build."""
    texts = []
    for path in scope.files(repo, root, others, SUFFIXES):
        text = repo.text(path)
        if scope.is_readable(text):
            texts.append((path, text))
    texts += _programs(repo, root)
    helpers: dict[str, list[Helper]] = {}
    modules = {
        path: Module(path, tree, helpers)
        for path, text in texts
        if _is_marked(path, text) and (tree := _tree(path, text)) is not None
    }
    _find_helpers(modules)
    for taken in list(passed_on(texts, helpers)) if helpers else ():
        helpers.setdefault(taken.name, []).append(taken)
    modules |= _importers(texts, modules, helpers)
    if helpers:
        calls = seek(found for known in helpers.values() for found in known)
        names = sorted(helpers)
        for path, text in texts:
            if path in modules or not has_any(text, names) or not calls.search(text):
                continue
            if (tree := _tree(path, text)) is not None:
                modules[path] = Module(path, tree, helpers)
    own = frozenset(name for path, module in modules.items() for name in inlined(path, module.tree))
    reads = [found for path in sorted(modules) for found in modules[path].reads()]
    if not assets:
        reads += files.read(repo, root, others)
    sets = {name for module in modules.values() for name in module.places.sets}
    for found in settled(reads, own):
        yield replace(found, stage="build" if assets else found.stage, sets=found.name in sets)


def _programs(repo: Repo, root: str) -> list[tuple[str, str]]:
    """Return the programs in bin/ that Node runs by their first line."""
    prefix = "" if root == "." else root + "/"
    return [
        (path, text.replace("#!", "//", 1))
        for path in repo.under(f"{prefix}bin")
        if "." not in path.rpartition("/")[2] and _RUN_BY_NODE.match(text := repo.text(path))
    ]


def _find_helpers(modules: dict[str, Module]) -> None:
    """Find the helpers of all modules, then those that call helpers."""
    for _ in range(3):
        if not sum(module.find_helpers() for module in modules.values()):
            return


def _importers(
    texts: list[tuple[str, str]], modules: dict[str, Module], helpers: dict[str, list[Helper]]
) -> dict[str, Module]:
    """Return the modules that import an object which another module makes of process.env."""
    exported = {path: names for path, module in modules.items() if (names := module.environment.exported())}
    found: dict[str, Module] = {}
    for source, names in exported.items():
        stem = source.rpartition("/")[2].partition(".")[0]
        place = source.rpartition("/")[0].rpartition("/")[2] if stem == "index" else stem
        seek = re.compile(
            rf"import\s+([^;]+?)\s+from\s+['\"][^'\"]*\b{re.escape(place)}(?:\.\w+)?['\"]|(?:const|let|var)\s+([\w{{}}:,\s]+?)\s*=\s*require\(['\"][^'\"]*\b{re.escape(place)}(?:\.\w+)?['\"]\)"
        )
        for path, text in texts:
            if place not in text or path == source:
                continue
            for match in seek.finditer(text):
                taken = match[1] or match[2]
                whole = re.match(r"\s*(\w+)", taken)
                parts = _PART.findall(taken[taken.find("{") :] if "{" in taken else "")
                given = [name or word for word, name in parts if word in names]
                if "default" in names and whole is not None and not taken.lstrip().startswith("{"):
                    given.append(whole[1])
                tree = _tree(path, text) if given else None
                if tree is not None:
                    known = found.get(path) or modules.get(path) or Module(path, tree, helpers)
                    known.environment.add(given)
                    found[path] = known
    return found


def _tree(path: str, text: str) -> Any | None:
    suffix = path[path.rfind(".") :]
    grammar = _GRAMMAR.get(suffix, "javascript")
    if suffix in (".vue", ".svelte", ".astro"):
        grammar, text = "typescript", _scripts(text)
    return nodes.parse(text, grammar)


def _scripts(text: str) -> str:
    """Blank everything but the scripts of a component, line by line."""
    kept, at = [], 0
    for found in _SCRIPT.finditer(text):
        group = 2 if found[2] is not None else 3
        kept.append(_expressions(text[at : found.start(group)]))
        kept.append(found[group])
        at = found.end(group)
    return "".join((*kept, _expressions(text[at:])))


def _expressions(page: str) -> str:
    """Blank a page but for the expressions that read Vite's environment."""
    kept, at = [], 0
    for found in _EXPRESSION.finditer(page):
        kept.append("\n" * page.count("\n", at, found.start()) + f";({found[1]});")
        at = found.end()
    return "".join((*kept, "\n" * page.count("\n", at)))
