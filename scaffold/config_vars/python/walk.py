"""One Python module -> its reads: each expression with the guards, fallbacks and tests around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from scaffold.config_vars.python.calls import Wrappers, find_reads
from scaffold.config_vars.python.checks import development_lines
from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.libraries import Found, schema_defaults
from scaffold.config_vars.python.loops import Loops
from scaffold.config_vars.python.places import Place, Places
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.tables import table_reads, value_text
from scaffold.config_vars.python.verdicts import find_verdicts
from scaffold.config_vars.reads import Mode, Read
from scaffold.families.python.syntax import dotted_name
from scaffold.record import replace


def _is_set(read: Read, assigned: Sequence[tuple[str, int, int]]) -> bool:
    """Tell whether the lines above a read put the variable into the environment."""
    return any(name == read.name and line < read.line <= last for name, line, last in assigned)


class Walk:
    """The reads of one module."""

    def __init__(
        self, path: str, index: Index, scope: Scope, wrappers: Wrappers, *, by_hand: bool = False
    ) -> None:
        self.path = path
        self.by_hand = by_hand
        self.index = index
        self.scope = scope
        self.wrappers = wrappers
        self.places = Places(index.parents, scope, wrappers)
        self.loops = Loops(index, scope)
        self.schema = {name: (kind, default) for name, kind, default in schema_defaults(scope)}

    def reads(self) -> Iterator[Read]:
        """Yield the module's reads; a test of the bound name elsewhere in it decides on its mode."""
        found = [*self._expressions(), *self._given(), *self._of_classes()]
        found += table_reads(self.path, self.index, self.scope)
        found += self._unread({read.name for read in found})
        apart = development_lines(self.scope.classes)
        found = [read for read in found if not any(read.line in lines for lines in apart)]
        if self.by_hand:
            found = [replace(read, guarded=True) for read in found]
        assigned = list(self._assigned())
        found = [replace(read, guarded=True) if _is_set(read, assigned) else read for read in found]
        bound = {read.bound for read in found if read.bound}
        yield from find_verdicts(self.index, self.scope, bound, self.places.missing).settle(found)

    def _of_classes(self) -> Iterator[Read]:
        """Yield what libraries read that fill the attributes of a class."""
        if self.scope.known_settings:
            from scaffold.config_vars.python.pydantic import pydantic_reads

            yield from pydantic_reads(self.path, self.scope)
        if any(origin.startswith("configurations") for origin in self.scope.origins.values()):
            from scaffold.config_vars.python.configurations import configurations_reads

            yield from configurations_reads(self.path, self.index, self.scope)

    def _assigned(self) -> Iterator[tuple[str, int, int]]:
        """Yield (name, line, last line of the block) of what the module puts into the environment itself."""
        for node in self.index.of(ast.Assign):
            target = node.targets[0]
            if not isinstance(target, ast.Subscript) or self.scope.reader(target.value) != "os.environ":
                continue
            holder = self.index.parents.get(node)
            if isinstance(holder, ast.If) and holder.orelse and node not in holder.orelse:
                holder = self.index.parents.get(holder)  # the other branch gives it a value as well
            taken = self.places.behind(node.value)
            last = getattr(holder, "end_lineno", None) or 1_000_000
            for row in self.loops.rows(target):
                name = self.scope.with_names(row).text(target.slice)
                if name and (taken is None or name not in taken.names):
                    yield name, node.lineno, last

    def _given(self) -> Iterator[Read]:
        """Yield what the module sets where it is missing: `if "X" not in environ: environ["X"] = "a"`."""
        for node in self.index.of(ast.Assign):
            target = node.targets[0]
            if not isinstance(target, ast.Subscript) or self.scope.reader(target.value) != "os.environ":
                continue
            name, above = self.scope.text(target.slice), self.index.parents.get(node)
            if (
                name
                and isinstance(above, ast.If)
                and node in above.body
                and self.places.asks(above.test, name)
            ):
                text = value_text(node.value, self.scope)
                mode = Mode.TEST if text is None else Mode.DEFAULT
                place = self.places.find(above, Place(name=name, mode=mode, default=node.value))
                yield Read(
                    name=name,
                    path=self.path,
                    line=node.lineno,
                    mode=mode,
                    default=text,
                    guarded=place.guarded,
                    sets=True,
                )

    def _expressions(self) -> Iterator[Read]:
        of = self.index.of
        for node in (*of(ast.Subscript), *of(ast.Call), *of(ast.Compare)):
            for row in self.loops.rows(node):
                scope = self.scope.with_names(row) if row else self.scope
                places = self.places.within(scope) if row else self.places
                for found in find_reads(node, scope, self.wrappers):
                    named = found.default.id if isinstance(found.default, ast.Name) else ""
                    told = replace(found, default=row[named]) if named in row else found
                    yield from self._placed(node, told, places)

    def _unread(self, names: set[str]) -> Iterator[Read]:
        """Yield what only the schema `Env(DEBUG=(bool, False))` names."""
        for name, (kind, default) in self.schema.items():
            if name not in names:
                text = None if default is None else value_text(default, self.scope)
                line = getattr(default, "lineno", 1)
                yield Read(name=name, path=self.path, line=line, mode=Mode.TEST, default=text, kind=kind)

    def _placed(self, node: ast.expr, found: Found, places: Places) -> Iterator[Read]:
        before = self._prefix(node) if found.library == "environs" else ""
        for name in found.names:
            place = Place(name=name, mode=found.mode, default=found.default, kind=found.kind)
            if found.either:
                place.instead += found.names
            if name in self.schema and place.default is None:
                kind, place.default = self.schema[name]
                place.kind = place.kind or kind
            place = places.find(node, place)
            yield Read(
                name=before + name,
                path=self.path,
                line=node.lineno,
                mode=place.mode,
                default=place.text,
                guarded=place.guarded,
                bound=place.bound,
                kind=place.kind,
                instead=tuple(other for other in place.instead if other != name),
                sets=isinstance(node, ast.Call) and dotted_name(node.func).endswith(".setdefault"),
                told=found.told,
            )

    def _prefix(self, node: ast.AST) -> str:
        """Return what `with env.prefixed("A_"):` blocks around a read of environs put before its name."""
        found: list[str] = []
        while (parent := self.index.parents.get(node)) is not None:
            for item in reversed(parent.items) if isinstance(parent, ast.With) else ():
                call = item.context_expr
                if isinstance(call, ast.Call) and dotted_name(call.func).endswith(".prefixed") and call.args:
                    found.insert(0, self.scope.text(call.args[0]) or "")
            node = parent
        return "".join(found)
