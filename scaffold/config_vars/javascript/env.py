"""Which expressions of a script stand for the environment: process.env, its aliases, copies, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.patterns import has_any, lazy

MARK = lazy(
    r"\bprocess\??\s*\.\s*env\b|\bprocess\[['\"]env|import\.meta\.env|\$env/|\b(?:Bun|Deno)\.env|['\"](?:node:)?process['\"]"
    r"|=\s*process\s*;|\bloadEnv\(|\.config\([^)]*\)\.parsed\b"
)
"""A text without one of these names no environment."""
_WORDS = ("process", "meta.env", "$env/", "Bun.env", "Deno.env", "loadEnv(", ").parsed")

_SPACE = lazy(r"[\s?!]+")
_PROCESS = ("process", "globalThis.process", "global.process", "window.process", "self.process")
_HOLDERS = ("import.meta", "Bun")
_IMPORT = lazy(
    r"import\s+(?:(?:\*\s+as\s+)?(?P<whole>\w+)\s*,?\s*)?(?:\{(?P<parts>[^}]*)\}\s*)?from\s*['\"](?P<from>(?:node:)?process|\$env/dynamic/\w+)['\"]"
)
_ENV_PART = lazy(r"\benv(?:\s+as\s+(\w+))?\b")
_SAME = frozenset(
    "parenthesized_expression as_expression satisfies_expression type_assertion non_null_expression".split()
)
_COPIES = lazy(
    r"(?:Object\.(?:assign|freeze|seal)|structuredClone|Proxy|(?:_|lodash)\.(?:clone|cloneDeep|merge|defaults))"
)
_COPIED = lazy(r"(?<![.\w])(\w+)\[[^\]]*\]\s*=\s*[^;\n]*\bprocess\.env\[")
"""An object that a loop fills from the environment."""
_APART = lazy(r"[{,\n/]\s*env\b")
"""How a pattern that takes `env` out of an object may begin."""


class Environment:
    """What stands for the environment in a script: `objects` to read of, `patterns` that take it apart."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.objects: list[Any] = []
        self.patterns: list[Any] = []
        self.copies: list[Any] = []
        self._seen: set[tuple[int, int]] = set()
        self._bound: set[tuple[str, int]] = set()
        text = tree.text()
        if "process.env" in text or (has_any(text, _WORDS) and MARK.search(text)):
            self._find(text)

    def add(self, names: Iterable[str]) -> None:
        """Take identifiers of these names for the environment, wherever the script has them."""
        for name in sorted(names):
            self._uses(name, self.tree)

    def _find(self, text: str) -> None:
        processes = {*_PROCESS, *(f"require({quote}{name}{quote})" for quote in "'\"" for name in _MODULES)}
        named: set[str] = set()
        for found in _IMPORT.finditer(text):
            parts = _ENV_PART.search(found["parts"] or "")
            if parts is not None:
                named.add(parts[1] or "env")
            if found["whole"] and "process" in found["from"]:
                processes.add(found["whole"])
        for node in self._roots(processes):
            self._take(node)
        if _APART.search(text):
            self._apart(processes)
        self.add(named | _copied(text))

    def _roots(self, processes: set[str]) -> Iterator[Any]:
        """Yield `process.env` in all its spellings, and the calls that read .env files."""
        for word in self.tree.find_all({"rule": {"kind": "property_identifier", "regex": "^(env|parsed)$"}}):
            node = word.parent()
            if node is None or node.kind() != "member_expression":
                continue
            holder = _SPACE.sub("", node.field("object").text())
            if word.text() == "parsed":
                if re.search(r"\.config\(.*\)$", holder, re.DOTALL):
                    yield node
            elif holder in processes or holder in _HOLDERS:
                yield node
        text = self.tree.text()
        if "process[" in text:
            for node in nodes.every(self.tree, "subscript_expression"):
                if nodes.string(node.field("index")) == "env" and node.field("object").text() in processes:
                    yield node
        if "loadEnv(" in text:
            for node in nodes.every(self.tree, "call_expression"):
                if node.field("function").text() == "loadEnv":
                    yield node

    def _apart(self, processes: set[str]) -> None:
        """Follow `const { env } = process`."""
        for node in nodes.every(self.tree, "variable_declarator"):
            value, pattern = node.field("value"), node.field("name")
            if value is None or pattern is None or pattern.kind() != "object_pattern":
                continue
            if _SPACE.sub("", value.text()) in processes:
                for item in nodes.named(pattern):
                    if re.match(r"env\b", item.text()):
                        self.bind(item.field("value") if item.kind() == "pair_pattern" else item, self.tree)

    def _take(self, node: Any) -> None:
        outer = self._widest(node)
        key = (outer.range().start.index, outer.range().end.index)
        if key in self._seen:
            return
        self._seen.add(key)
        self.objects.append(outer)
        parent = outer.parent()
        if parent is not None:
            self._follow(outer, parent, parent.kind())

    def _widest(self, node: Any) -> Any:
        """Return the outermost expression around a node that still is the environment."""
        while (parent := node.parent()) is not None:
            kind = parent.kind()
            empty = kind == "binary_expression" and nodes.same(parent.field("left"), node)
            if kind in _SAME or (empty and parent.field("right").text().strip("() ") == "{}"):
                node = parent
            elif kind == "spread_element" and parent.parent().kind() == "object":
                node = parent.parent()
                self.copies.append(node)
            elif kind == "arguments" and self._is_same(_callee(parent.parent())):
                node = parent.parent()
            else:
                break
        return node

    def _is_same(self, callee: str) -> bool:
        """Tell whether a call returns the environment it is given, as it is or behind a Proxy."""
        if _COPIES.fullmatch(callee):
            return True
        for function in functions(self.tree, callee) if callee.isidentifier() else ():
            given = re.split(r"\W+", "".join(item.text() for item in parameters(function)[:1]))[0]
            if given and re.search(rf"\breturn\s+(?:new\s+Proxy\(\s*)?{given}\s*[;,)]", function.text()):
                return True
        return False

    def exported(self) -> set[str]:
        """Return the names under which the script exports the environment ("default" too)."""
        found: set[str] = set()
        text = self.tree.text()
        for node in self.objects:
            parent = node.parent()
            kind = parent.kind() if parent is not None else ""
            left = parent.field("left") if kind == "assignment_expression" else None
            if kind == "export_statement" or (left is not None and left.text() == "module.exports"):
                found.add("default")
            elif kind == "variable_declarator" and nodes.same(parent.field("value"), node):
                found |= _exports(text, parent.field("name").text())
        return found | {name for copied in _copied(text) for name in _exports(text, copied)}

    def _follow(self, node: Any, parent: Any, kind: str) -> None:
        """Find what else stands for the environment where it is bound or handed on."""
        if kind == "variable_declarator" and nodes.same(parent.field("value"), node):
            self.bind(parent.field("name"), self.tree)
        elif kind in ("assignment_expression", "assignment_pattern") and nodes.same(
            parent.field("right"), node
        ):
            scope = _function(parent) if kind == "assignment_pattern" else self.tree
            self.bind(parent.field("left"), scope or self.tree)
        elif kind in ("required_parameter", "optional_parameter") and nodes.same(parent.field("value"), node):
            self.bind(parent.field("pattern"), _function(parent) or self.tree)
        elif kind == "arguments":
            self._handed(node, parent)
        elif kind in ("return_statement", "arrow_function"):
            self._returned(parent)

    def bind(self, pattern: Any | None, scope: Any) -> None:
        """Take a name, a pattern or a field for the environment within a scope."""
        if pattern is None:
            return
        kind = pattern.kind()
        if kind == "object_pattern":
            self.patterns.append(pattern)
            for item in nodes.named(pattern):
                if item.kind() == "rest_pattern":
                    self._uses(item.text().lstrip(". "), scope)
        elif kind in ("identifier", "shorthand_property_identifier_pattern"):
            self._uses(pattern.text(), scope)
        elif kind == "member_expression":
            whole = pattern.text()
            for node in nodes.every(self.tree, "member_expression"):
                if node.text() == whole and not nodes.same(node, pattern):
                    self._take(node)

    def _uses(self, name: str, scope: Any) -> None:
        key = (name, scope.range().start.index)
        if not nodes.is_word(name) or key in self._bound:
            return
        self._bound.add(key)
        for node in nodes.words(scope, name, "identifier"):
            parent = node.parent()
            declared = parent is not None and (
                parent.kind() in ("import_specifier", "import_clause", "formal_parameters", "pair_pattern")
                or (
                    any(nodes.same(parent.field(part), node) for part in ("name", "left", "pattern"))
                    and parent.kind() != "binary_expression"
                )
            )
            if not declared:
                self._take(node)

    def _handed(self, node: Any, arguments: Any) -> None:
        """Follow `load(process.env)` into the function of that name."""
        call = arguments.parent()
        name = _callee(call).rpartition(".")[2]
        places = [at for at, item in enumerate(nodes.named(arguments)) if nodes.same(item, node)]
        if not name or not places or call.kind() != "call_expression":
            return
        for function in functions(self.tree, name):
            given = parameters(function)
            if places[0] < len(given):
                item = given[places[0]]
                self.bind(item.field("pattern") or item.field("left") or item, function)

    def _returned(self, parent: Any) -> None:
        """Follow `const readEnv = () => process.env` to the calls of it."""
        function = parent if parent.kind() == "arrow_function" else _function(parent)
        name = function_name(function) if function is not None else ""
        if function is None or not name or parameters(function):
            return
        for call in nodes.every(self.tree, "call_expression"):
            if call.field("function").text() == name:
                self._take(call)


_MODULES = ("process", "node:process")
_FUNCTIONS = (
    "function_declaration",
    "arrow_function",
    "function_expression",
    "method_definition",
    "generator_function_declaration",
)


def _copied(text: str) -> set[str]:
    """Return the names of objects that are filled from the environment key by key."""
    return set(_COPIED.findall(text)) if "process.env[" in text else set()


def _exports(text: str, name: str) -> set[str]:
    """Return the names that a script exports one of its own names under."""
    if not nodes.is_word(name):
        return set()
    word = re.escape(name)
    found = {name} if re.search(rf"\bexport\s+(?:const|let|var)\s+{word}\b", text) else set()
    if re.search(rf"\b(?:export|module\.exports\s*=)\s*\{{[^}}]*\b{word}\b|\bexports\.{word}\s*=", text):
        found.add(name)
    if re.search(rf"\b(?:export\s+default|module\.exports\s*=)\s*{word}\s*(?:;|$)", text, re.MULTILINE):
        found.add("default")
    return found


def _callee(call: Any | None) -> str:
    """Return the text of what a call or a `new` calls."""
    if call is None:
        return ""
    callee = call.field("function") or call.field("constructor")
    return str(callee.text()) if callee is not None else ""


def _function(node: Any) -> Any | None:
    return next((parent for _, parent in nodes.parents(node) if parent.kind() in _FUNCTIONS), None)


def enclosing(node: Any) -> Iterator[Any]:
    """Yield the functions around a node, the innermost first."""
    yield from (parent for _, parent in nodes.parents(node) if parent.kind() in _FUNCTIONS)


def parameters(function: Any) -> list[Any]:
    """Return what a function takes; an arrow function's only name stands without brackets."""
    alone = function.field("parameter")
    return nodes.named(function.field("parameters")) if alone is None else [alone]


def functions(tree: Any, name: str) -> Iterator[Any]:
    """Yield the functions of this name."""
    for node in nodes.every(tree, *_FUNCTIONS):
        if function_name(node) == name:
            yield node


def function_name(function: Any) -> str:
    """Return the name that a function is declared with or assigned to, "" for none."""
    name, parent = function.field("name"), function.parent()
    if name is None and parent is not None:
        name = {"variable_declarator": "name", "assignment_expression": "left", "pair": "key"}.get(
            parent.kind()
        )
        name = parent.field(name) if name else None
        if name is None and parent.kind() in ("public_field_definition", "field_definition"):
            name = parent.field("name") or parent.field("property")
    return str(name.text()).rpartition(".")[2] if name is not None else ""
