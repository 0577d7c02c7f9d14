"""One script -> its reads of the environment: members, patterns, calls, imports, schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.javascript import services
from scaffold.config_vars.javascript.build import is_development
from scaffold.config_vars.javascript.env import Environment
from scaffold.config_vars.javascript.helpers import Helper, helper, outcome, renamed
from scaffold.config_vars.javascript.places import Places
from scaffold.config_vars.javascript.schemas import LIBRARIES, schema_fields, schema_reads
from scaffold.config_vars.javascript.truth import Known
from scaffold.config_vars.javascript.validators import Field
from scaffold.config_vars.javascript.values import fields
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import has_any
from scaffold.record import replace

_VITE = ("MODE", "DEV", "PROD", "SSR", "BASE_URL")
_ENV_CALLS = ("Deno.env.get", "nconf.get")
_GETTERS = ("Reflect.get", "_.get", "lodash.get", "get")
_CHECKS = ("Reflect.has", "Object.hasOwn", "_.has", "has")


class Module:
    """One script: the names that stand for the environment in it, its constants, its reads."""

    def __init__(self, path: str, tree: Any, helpers: dict[str, list[Helper]]) -> None:
        self.path = path
        self.tree = tree
        self.helpers = helpers
        self.environment = Environment(tree)
        self.places = Places(tree)
        self.text: str = tree.text()
        self.renamed = {name: first for name, first, exported in renamed(self.text) if not exported}

    def reads(self) -> Iterator[Read]:
        """Yield the module's reads."""
        asked = [*self._members(), *self._calls(), *services.asked(self.tree, self.places.values)]
        apart = [read for pattern in self.environment.patterns for read in self._destructured(pattern)]
        truth = self.places.truth
        truth.known = [Known(*_span(place), name, mode, default) for place, name, mode, default in asked]
        truth.bound = {read.bound: Known(0, 0, read.name, read.mode, read.default).unset() for read in apart}
        found = [
            read
            for node, name, mode, default in asked
            if not is_development(self.path, node)
            and (read := self.places.read(self.path, node, name, mode=mode, default=default)) is not None
        ]
        found += [*apart, *self._copies(), *self._imports()]
        found = [*self._validated(self.places.settled(found))]
        yield from found
        yield from schema_reads(self.path, self.tree, self.places.values)
        yield from services.convict_reads(self.path, self.tree, self.places.values)

    def _validated(self, reads: Iterable[Read]) -> Iterator[Read]:
        """Apply schemas with keys of their own: `schema.parse({ port: process.env.PORT })`."""
        text = self.text
        reads, below = list(reads), dict[str, Field]()
        open_names = any(read.mode is Mode.PLAIN and read.bound != read.name for read in reads)
        if open_names and has_any(text, LIBRARIES):
            fields_found = schema_fields(text, self.tree, self.places.values)
            below = {key: found for key, _, found in fields_found if key != key.upper()}
        for read in reads:
            said = below.get(read.bound)
            if said is None or read.mode is not Mode.PLAIN:
                yield read
            else:
                default = read.default or said.default
                yield replace(read, mode=said.mode, default=default, kind=read.kind or said.kind)

    def _members(self) -> Iterator[tuple[Any, str, Mode, str | None]]:
        """Yield the expressions that read one variable of the environment, with its name."""
        for node in self.environment.objects:
            parent = node.parent()
            kind = parent.kind() if parent is not None else ""
            names: list[str] = []
            if kind == "member_expression" and nodes.same(parent.field("object"), node):
                if not nodes.is_called(parent):
                    names = [parent.field("property").text()]
                elif parent.field("property").text() in ("hasOwnProperty", "has"):
                    parent = parent.parent()
                    name = nodes.string((nodes.named(parent.field("arguments")) or [None])[0])
                    if name is not None and is_name(name):
                        yield parent, name, Mode.TEST, None
            elif kind == "subscript_expression" and nodes.same(parent.field("object"), node):
                names = self.places.values.texts(parent.field("index"))
            elif kind == "binary_expression" and " in " in parent.text():
                names = self.places.values.texts(parent.field("left"))
                parent = node
            elif kind == "arguments":
                yield from self._given(node, parent)
            vite = "import.meta" in node.text()
            yield from (
                (parent, n, Mode.PLAIN, None) for n in names if is_name(n) and not (vite and n in _VITE)
            )

    def _given(self, node: Any, arguments: Any) -> Iterator[tuple[Any, str, Mode, str | None]]:
        """Read `_.get(process.env, "X", "d")` and its kin."""
        items, call = nodes.named(arguments), arguments.parent()
        callee = call.field("function")
        if callee is None or len(items) < 2 or not nodes.same(items[0], node):
            return
        name, word = nodes.string(items[1]), callee.text()
        if name is None or not is_name(name):
            return
        if word in _CHECKS:
            yield call, name, Mode.TEST, None
        elif word in _GETTERS:
            mode, default = self.places.fallback(items[2] if len(items) > 2 else None)
            yield call, name, mode, default

    def _names_calls(self) -> bool:
        """Tell whether the script names a helper or a library's call, so that its calls are worth a look."""
        return has_any(self.text, (*_ENV_CALLS, *self.helpers))

    def _calls(self) -> Iterator[tuple[Any, str, Mode, str | None]]:
        if not self._names_calls():
            return
        for node in nodes.every(self.tree, "call_expression"):
            callee, arguments = node.field("function"), nodes.named(node.field("arguments"))
            if callee is None or not arguments:
                continue
            text = callee.text()
            plain = nodes.string(arguments[0]) if text in _ENV_CALLS else None
            if plain is not None and is_name(plain) and plain == plain.upper():
                mode, default = self.places.fallback(arguments[1] if len(arguments) > 1 else None)
                yield node, plain, mode, default
                continue
            found = self._helper(text)
            if found is None or len(arguments) <= found.key:
                continue
            mode, default = outcome(found, arguments, self.places)
            key, values = arguments[found.key], self.places.values
            for name in values.items(key) if found.many else values.texts(key):
                if is_name(name) and name == name.upper():
                    yield node, name, mode, default

    def _helper(self, callee: str) -> Helper | None:
        last = re.split(r"\W+", callee)[-1]
        last = self.renamed.get(last, last)
        for found in self.helpers.get(last, ()):
            if found.path == self.path or not found.is_generic():
                return found
        return None

    def _destructured(self, pattern: Any) -> Iterator[Read]:
        """`const { A, B = "x", C: c } = process.env`."""
        for item in nodes.named(pattern):
            name = bound = item.text()
            default, mode = None, Mode.PLAIN
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
                yield self._read(item, name, mode, default, bound)

    def _copies(self) -> Iterator[Read]:
        """`{ A: "x", ...process.env }`: the pairs before the environment are its defaults."""
        for table in self.environment.copies:
            spread = next(item for item in nodes.named(table) if item.kind() == "spread_element")
            for key, value in fields(table).items():
                if is_name(key) and key == key.upper() and _span(value) < _span(spread):
                    mode, default = self.places.fallback(value)
                    yield self._read(value, key, mode, default, key)

    def _imports(self) -> Iterator[Read]:
        """`import { A } from "$env/static/private"`: Svelte's build fails without it."""
        static = "$env/static/" in self.text
        for node in nodes.every(self.tree, "import_statement") if static else ():
            if "$env/static/" in node.text():
                for item in nodes.every(node, "import_specifier"):
                    found = self._read(item, nodes.named(item)[0].text(), Mode.STRICT, None, "")
                    yield replace(found, stage="build")

    def _read(self, node: Any, name: str, mode: Mode, default: str | None, bound: str) -> Read:
        return Read(name=name, path=self.path, line=nodes.line(node), mode=mode, default=default, bound=bound)

    def find_helpers(self) -> int:
        """Note the functions that read the variable they are given; return how many are new."""
        asked = [(node, key, False) for node, key in services.keyed(self.tree)]
        for node in self.environment.objects:
            parent = node.parent()
            if parent is not None and parent.kind() == "subscript_expression":
                asked.append((parent, parent.field("index"), False))
        known = self.helpers and self._names_calls()
        for node in nodes.every(self.tree, "call_expression") if known else ():
            arguments = nodes.named(node.field("arguments"))
            found = self._helper(node.field("function").text())
            if found is not None and len(arguments) > found.key:
                strict = found.strict and len(arguments) == 1 and found.flag < 0
                asked.append((node, arguments[found.key], strict))
            elif node.field("function").text() == "Deno.env.get" and arguments:
                asked.append((node, arguments[0], False))
        return sum(self._note(node, key, strict) for node, key, strict in asked)

    def _note(self, node: Any, key: Any | None, strict: bool) -> bool:
        if key is None or key.kind() != "identifier":
            return False
        found = helper(self.path, node, key.text(), self.places.asks, strict=strict)
        known = self.helpers.get(found.name, []) if found is not None else []
        if found is None or any(item.path == found.path for item in known):
            return False
        self.helpers.setdefault(found.name, []).append(found)
        return True


def _span(node: Any) -> tuple[int, int]:
    return node.range().start.index, node.range().end.index
