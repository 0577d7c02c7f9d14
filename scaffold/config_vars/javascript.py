"""JavaScript and TypeScript -> reads of process.env in all its forms, also through the app's wrappers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.javascript_places import Places
from scaffold.config_vars.javascript_schemas import schema_reads
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.repo import Repo

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro")
MARKS = (
    "process.env",
    "process?.env",
    "import.meta.env",
    "$env/",
    "Bun.env",
    "Deno.env",
    "ConfigService",
    "convict",
    "env-var",
    "= process;",
    "'process'",
    '"process"',
    "node:process",
)
_COPIED = lazy(r"\b(\w+)\[[^\]]*\]\s*=\s*[^;\n]*\bprocess\.env\[")
"""An object that a loop fills from the environment."""
_GRAMMAR = {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}
_SCRIPT = lazy(r"<script\b([^>]*)>(.*?)</script>|\A---\n(.*?)\n---", re.DOTALL | re.IGNORECASE)
_ENV = {
    "rule": {"any": [{"pattern": p} for p in ("process.env", "import.meta.env", "Bun.env", "process?.env")]}
}


def read(repo: Repo, root: str, others: tuple[str, ...], *, assets: bool) -> Iterator[Read]:
    """Yield every read of the environment in the app's scripts; `assets` says that they only build."""
    texts = []
    for path in scope.files(repo, root, others, SUFFIXES):
        text = repo.text(path)
        if scope.is_readable(text):
            texts.append((path, text))
    trees = {
        path: tree
        for path, text in texts
        if any(mark in text for mark in MARKS) and (tree := _tree(path, text)) is not None
    }
    wrappers: dict[str, tuple[int, int, bool]] = {}
    modules = {path: Module(path, tree, wrappers) for path, tree in trees.items()}
    for module in modules.values():
        module.find_wrappers()
    modules |= _importers(texts, modules, wrappers)
    if wrappers:
        seek = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(wrappers)))})\s*(?:<\w+>)?\(\s*['\"`][A-Z]")
        for path, text in texts:
            if path not in modules and seek.search(text) and (tree := _tree(path, text)) is not None:
                modules[path] = Module(path, tree, wrappers)
    for path in sorted(modules):
        for found in modules[path].reads():
            yield _staged(found, assets)


def _importers(
    texts: list[tuple[str, str]],
    modules: dict[str, Module],
    wrappers: dict[str, tuple[int, int, bool]],
) -> dict[str, Module]:
    """Return the modules that import an object which another module makes of process.env."""
    exported = {path: names for path, module in modules.items() if (names := module.exported())}
    found: dict[str, Module] = {}
    for source, names in exported.items():
        stem = source.rpartition("/")[2].partition(".")[0]
        place = source.rpartition("/")[0].rpartition("/")[2] if stem == "index" else stem
        seek = re.compile(
            rf"import\s+([^;]+?)\s+from\s+['\"][^'\"]*\b{re.escape(place)}(?:\.\w+)?['\"]|(?:const|let|var)\s+([\w{{}},\s]+?)\s*=\s*require\(['\"][^'\"]*\b{re.escape(place)}(?:\.\w+)?['\"]\)"
        )
        for path, text in texts:
            if place not in text or path == source:
                continue
            for match in seek.finditer(text):
                taken = match[1] or match[2]
                whole = re.match(r"\s*(\w+)", taken)
                given = [
                    word
                    for word in re.findall(r"\w+", taken[taken.find("{") :] if "{" in taken else "")
                    if word in names
                ]
                if "default" in names and whole is not None and not taken.lstrip().startswith("{"):
                    given.append(whole[1])
                tree = _tree(path, text) if given else None
                if tree is not None:
                    known = found.get(path) or modules.get(path) or Module(path, tree, wrappers)
                    known.add_aliases(set(given))
                    found[path] = known
    return found


def _staged(read: Read, assets: bool) -> Read:
    from scaffold.record import replace

    return replace(read, stage="build") if assets else read


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
        kept.append("\n" * text.count("\n", at, found.start(group)))
        kept.append(found[group])
        at = found.end(group)
    return "".join(kept)


class Module:
    """One script: the names that stand for the environment in it, its constants, its reads."""

    def __init__(self, path: str, tree: Any, wrappers: dict[str, tuple[int, int, bool]]) -> None:
        self.path = path
        self.tree = tree
        self.wrappers = wrappers
        self.places = Places(tree)
        self.objects = list(tree.find_all(_ENV))
        self._aliases()

    def exported(self) -> set[str]:
        """Return the names under which the module exports an object made of process.env ("default" too)."""
        text = self.tree.text()
        if "process.env" not in text or "export" not in text:
            return set()
        made = set(
            re.findall(
                r"\b(?:const|let|var)\s+(\w+)(?:\s*:[^=;]+)?\s*=\s*(?:\{[^{}]*\.\.\.)?process\.env\b(?![.\[?])",
                text,
            )
        )
        made |= set(re.findall(r"\b(\w+)\s*=\s*\{[^{}]*\.\.\.process\.env\b", text))
        found = {
            name
            for name in made
            if re.search(rf"export\s+(?:const|let|var)\s+{name}\b|export\s*\{{[^}}]*\b{name}\b", text)
        }
        whole = re.search(
            r"export\s+default\s+(process\.env\b(?![.\[])|\w+)|module\.exports\s*=\s*(process\.env\b(?![.\[])|\w+)\s*;?$",
            text,
            re.MULTILINE,
        )
        if whole is not None and (whole[1] or whole[2]) in made | {"process.env"}:
            found.add("default")
        return found

    def reads(self) -> Iterator[Read]:
        """Yield the module's reads."""
        found = [*self._objects(), *self._calls(), *self._imports()]
        found += schema_reads(self.path, self.tree)
        yield from self.places.settled(found)

    def _aliases(self) -> None:
        """Add the identifiers that are bound to process.env."""
        names = {n for node in self.objects if (n := _bound_name(node))}
        names |= set(_COPIED.findall(self.tree.text())) if self.objects else set()
        for node in nodes.every(self.tree, "import_statement", "variable_declarator"):
            text = node.text()
            if re.search(r"\benv\b", text) and re.search(
                r"from\s+['\"](?:node:process|process|\$env/dynamic/\w+)['\"]|=\s*process$", text
            ):
                names.add("env")
        self.add_aliases(names)

    def add_aliases(self, names: set[str]) -> None:
        """Take identifiers of these names for the environment."""
        if not names:
            return
        regex = "^(?:" + "|".join(map(re.escape, sorted(names))) + ")$"
        for node in self.tree.find_all({"rule": {"kind": "identifier", "regex": regex}}):
            parent = node.parent()
            if parent is not None and parent.kind() in (
                "member_expression",
                "subscript_expression",
                "variable_declarator",
            ):
                self.objects.append(node)

    def _objects(self) -> Iterator[Read]:
        for node in self.objects:
            parent = node.parent()
            if parent is None:
                continue
            kind = parent.kind()
            if kind == "member_expression" and nodes.same(parent.field("object"), node):
                name = parent.field("property").text()
                if not nodes.is_called(parent):
                    yield from self._named(parent, [name], build="import.meta" in node.text())
            elif kind == "subscript_expression" and nodes.same(parent.field("object"), node):
                yield from self._named(parent, self.places.texts(parent.field("index")))
            elif kind == "variable_declarator" and nodes.same(parent.field("value"), node):
                yield from self._destructured(parent.field("name"))
            elif kind == "binary_expression" and " in " in parent.text():
                name = nodes.string(parent.field("left"))
                yield from self._named(parent, [name] if name else [])

    def _named(self, node: Any, names: list[str], *, build: bool = False) -> Iterator[Read]:
        for name in names:
            if is_name(name) and not (build and name in ("MODE", "DEV", "PROD", "SSR", "BASE_URL")):
                found = self.places.read(self.path, node, name)
                if found is not None:
                    yield found

    def _destructured(self, pattern: Any | None) -> Iterator[Read]:
        """`const { A, B = "x", C: c } = process.env`."""
        if pattern is None or pattern.kind() != "object_pattern":
            return
        for item in nodes.named(pattern):
            name = item.text()
            bound, default, mode = name, None, Mode.PLAIN
            if item.kind() == "object_assignment_pattern":
                parts = nodes.named(item)
                name = bound = parts[0].text()
                mode, default = self.places.fallback(parts[-1])
            elif item.kind() == "pair_pattern":
                value = item.field("value")
                name = nodes.string(item.field("key")) or item.field("key").text()
                bound = value.text()
                if value.kind() == "assignment_pattern":
                    bound = value.field("left").text()
                    mode, default = self.places.fallback(value.field("right"))
            elif item.kind() != "shorthand_property_identifier_pattern":
                continue
            if is_name(name):
                yield Read(
                    name=name, path=self.path, line=nodes.line(item), mode=mode, default=default, bound=bound
                )

    def _calls(self) -> Iterator[Read]:
        for node in nodes.every(self.tree, "call_expression"):
            callee, arguments = node.field("function"), nodes.named(node.field("arguments"))
            name = nodes.string(arguments[0]) if arguments else None
            if callee is None or not is_name(name):
                continue
            assert name is not None
            text = callee.text()
            last = text.rpartition(".")[2]
            if text == "Deno.env.get":
                yield from self._named(node, [name])
            elif last in self.wrappers:
                _, fallback, strict = self.wrappers[last]
                given = arguments[fallback] if 0 <= fallback < len(arguments) else None
                mode, default = (
                    self.places.fallback(given)
                    if given is not None
                    else (Mode.STRICT if strict else Mode.PLAIN, None)
                )
                found = self.places.read(self.path, node, name, mode=mode, default=default)
                if found is not None and name == name.upper():
                    yield found

    def _imports(self) -> Iterator[Read]:
        """`import { A } from "$env/static/private"`: Svelte's build fails without it."""
        for node in nodes.every(self.tree, "import_statement"):
            text = node.text()
            if "$env/static/" in text:
                for item in nodes.every(node, "import_specifier"):
                    yield Read(
                        name=nodes.named(item)[0].text(),
                        path=self.path,
                        line=nodes.line(item),
                        mode=Mode.STRICT,
                        stage="build",
                    )

    def find_wrappers(self) -> None:
        """Note the functions that read the variable they are given: name -> (key, fallback, strict)."""
        for node in self.objects:
            parent = node.parent()
            if parent is None or parent.kind() != "subscript_expression":
                continue
            index = parent.field("index")
            if index is None or index.kind() != "identifier":
                continue
            found = self.places.function_around(parent, index.text())
            if found is not None:
                self.wrappers[found[0]] = found[1:]


def _bound_name(node: Any) -> str:
    parent = node.parent()
    if parent is not None and parent.kind() == "variable_declarator":
        name = parent.field("name")
        if name is not None and name.kind() == "identifier" and nodes.same(parent.field("value"), node):
            return str(name.text())
    return ""
