"""One Python module -> its reads: each expression with the guards, fallbacks and tests around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars import classify
from scaffold.config_vars.python_calls import Wrappers, find_read, find_reads
from scaffold.config_vars.python_checks import compared_kind, fails, is_missing, softens, subscripted, tested
from scaffold.config_vars.python_index import Index
from scaffold.config_vars.python_libraries import Found, schema_defaults
from scaffold.config_vars.python_loops import Loops
from scaffold.config_vars.python_models import model_reads
from scaffold.config_vars.python_scope import Scope
from scaffold.config_vars.python_tables import table_reads, value_text
from scaffold.config_vars.python_truth import truth
from scaffold.config_vars.reads import Mode, Read
from scaffold.config_vars.scope import is_task
from scaffold.families.python_syntax import dotted_name, literal
from scaffold.patterns import lazy
from scaffold.record import made, mutable, replace

_DEV_CLASS = lazy(
    r"(?:\w*)(?:Dev|Development|Test|Testing|Tests|Local|CI)(?:ing)?(?:Config|Configuration|Settings)?"
)


@mutable
class _Place:
    """What the way up from a reading expression shows."""

    name: str
    mode: Mode
    default: ast.expr | None
    kind: str = ""
    guarded: bool = False
    bound: str = ""
    instead: list[str] = made(factory=list)
    used: bool = False
    missing: bool = False


class Walk:
    """The reads of one module."""

    def __init__(self, path: str, index: Index, scope: Scope, wrappers: Wrappers) -> None:
        self.path = path
        self.index = index
        self.scope = scope
        self.wrappers = wrappers
        self.parents = index.parents
        self.missing: set[str] = set()
        """Names of lists that hold what is not set."""
        self.loops = Loops(index, scope)
        self.schema = {name: (kind, default) for name, kind, default in schema_defaults(scope)}

    def reads(self) -> Iterator[Read]:
        """Yield the module's reads; a test of the bound name elsewhere in it decides on its mode."""
        found = [*self._expressions(), *self._given(), *model_reads(self.path, self.scope)]
        found += table_reads(self.path, self.index, self.scope)
        found += self._unread({read.name for read in found})
        if is_task(self.path):
            found = [replace(read, guarded=True) for read in found]
        verdicts = self._verdicts({read.bound for read in found if read.bound})
        for read in found:
            verdict = verdicts.get(read.bound)
            if verdict is None or read.mode not in (Mode.PLAIN, Mode.TEST):
                yield read
            elif read.mode is Mode.PLAIN or (verdict is Mode.STRICT and read.default is None):
                yield replace(read, mode=verdict)
            else:
                yield read

    def _given(self) -> Iterator[Read]:
        """Yield what the module sets where it is missing: `if "X" not in environ: environ["X"] = "a"`."""
        for node in self.index.of(ast.Assign):
            target = node.targets[0]
            if not isinstance(target, ast.Subscript) or self.scope.reader(target.value) != "os.environ":
                continue
            name, above = self.scope.text(target.slice), self.parents.get(node)
            if name and isinstance(above, ast.If) and node in above.body and self._asks(above.test, name):
                text = value_text(node.value, self.scope)
                mode = Mode.TEST if text is None else Mode.DEFAULT
                yield Read(name=name, path=self.path, line=node.lineno, mode=mode, default=text, sets=True)

    def _expressions(self) -> Iterator[Read]:
        of = self.index.of
        for node in (*of(ast.Subscript), *of(ast.Call), *of(ast.Compare)):
            for row in self.loops.rows(node):
                scope = self.scope.with_names(row) if row else self.scope
                for found in find_reads(node, scope, self.wrappers):
                    if isinstance(found.default, ast.Name) and found.default.id in row:
                        found = replace(found, default=row[found.default.id])  # noqa: PLW2901
                    yield from self._placed(node, found)

    def _unread(self, names: set[str]) -> Iterator[Read]:
        """Yield what only the schema `Env(DEBUG=(bool, False))` names."""
        for name, (kind, default) in self.schema.items():
            if name not in names:
                text = None if default is None else value_text(default, self.scope)
                line = getattr(default, "lineno", 1)
                yield Read(name=name, path=self.path, line=line, mode=Mode.TEST, default=text, kind=kind)

    def _placed(self, node: ast.expr, found: Found) -> Iterator[Read]:
        for name in found.names:
            place = _Place(name=name, mode=found.mode, default=found.default, kind=found.kind)
            if name in self.schema and place.default is None:
                kind, place.default = self.schema[name]
                place.kind = place.kind or kind
            self._climb(node, place)
            mode, default = self._fallback(name, place)
            yield Read(
                name=name,
                path=self.path,
                line=node.lineno,
                mode=mode,
                default=default,
                guarded=place.guarded,
                bound=place.bound,
                kind=place.kind,
                instead=tuple(other for other in place.instead if other != name),
                sets=isinstance(node, ast.Call) and dotted_name(node.func).endswith(".setdefault"),
            )

    def _fallback(self, name: str, place: _Place) -> tuple[Mode, str | None]:
        """Return the mode and the literal default; None and empty texts are no fallback."""
        if place.default is None:
            return place.mode, None
        if isinstance(place.default, ast.Constant) and place.default.value in (None, False):
            said = place.mode in (Mode.TEST, Mode.STRICT) or not classify.is_secret(name)
            return (Mode.TEST if said else Mode.PLAIN), None if place.default.value is None else "False"
        text = value_text(place.default, self.scope)
        if text == "":
            return (Mode.PLAIN if place.mode is not Mode.TEST else Mode.TEST), ""
        other = find_read(place.default, self.scope, self.wrappers)
        if other is not None:
            place.instead += other.names
            return Mode.PLAIN, None
        return Mode.DEFAULT, text

    def _climb(self, node: ast.expr, place: _Place) -> None:
        child: ast.AST = node
        while (parent := self.parents.get(child)) is not None:
            if isinstance(parent, (ast.If, ast.IfExp, ast.While)):
                self._branch(parent, child, place)
            elif isinstance(parent, (ast.Try, ast.With)):
                self._caught(parent, child, place)
            elif isinstance(parent, ast.comprehension):
                place.missing = place.missing or (child in parent.ifs and is_missing(child))
            elif isinstance(parent, ast.BoolOp):
                self._chain(parent, child, place)
            elif isinstance(parent, ast.ClassDef) and _DEV_CLASS.fullmatch(parent.name):
                place.guarded = True
            elif not place.bound:
                self._use(parent, child, place)
            child = parent
        if place.missing and place.bound:
            self.missing.add(place.bound)

    def _caught(self, parent: ast.Try | ast.With, child: ast.AST, place: _Place) -> None:
        """Note that a failure is caught, and what the name is given then."""
        if place.mode is not Mode.STRICT or child not in parent.body or not softens(parent):
            return
        place.mode = Mode.TEST
        for handler in parent.handlers if isinstance(parent, ast.Try) else ():
            for node in handler.body:
                if isinstance(node, ast.Assign) and dotted_name(node.targets[0]).endswith(place.bound or "."):
                    place.default = node.value

    def _branch(self, parent: ast.If | ast.IfExp | ast.While, child: ast.AST, place: _Place) -> None:
        if child is parent.test:
            if place.mode is Mode.PLAIN and place.default is None:
                place.mode = Mode.TEST
            if isinstance(parent, ast.If) and is_missing(parent.test) and fails(parent.body):
                place.mode = Mode.STRICT
            return
        if isinstance(parent, ast.IfExp) and child is parent.body and self._asks(parent.test, place.name):
            place.default = place.default or parent.orelse
            return
        held = truth(parent.test, self.scope)
        inside = parent.body if isinstance(parent.body, list) else [parent.body]
        if held is (child not in inside):
            place.guarded = True

    def _asks(self, test: ast.expr, name: str) -> bool:
        """Tell whether a condition reads the same variable."""
        parts = (find_read(node, self.scope, self.wrappers) for node in ast.walk(test))
        return any(part is not None and name in part.names for part in parts)

    def _chain(self, parent: ast.BoolOp, child: ast.AST, place: _Place) -> None:
        """`read or fallback`, `read and use`."""
        at = next((at for at, value in enumerate(parent.values) if value is child), 0)
        rest = parent.values[at + 1 :]
        if isinstance(parent.op, ast.And):
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
            place.guarded = place.guarded or any(
                truth(value, self.scope) is False for value in parent.values[:at]
            )
            return
        for value in rest:
            other = find_read(value, self.scope, self.wrappers)
            if other is not None:
                place.instead += other.names
            elif place.default is None or value_text(place.default, self.scope) == "":
                place.default = value
        place.used = True

    def _use(self, parent: ast.AST, child: ast.AST, place: _Place) -> None:
        """Note what is done with the value: a call on nothing fails, a comparison copes."""
        if isinstance(parent, ast.Attribute) and not place.used:
            called = isinstance(self.parents.get(parent), ast.Call)
            if called and place.mode is Mode.PLAIN and place.default is None:
                place.mode = Mode.FRAGILE
            place.kind = place.kind or ("list" if parent.attr == "split" else "")
            place.used = True
        elif isinstance(parent, ast.Call) and child in parent.args:
            self._argument(parent, place)
        elif isinstance(parent, ast.Compare):
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
            place.kind = place.kind or compared_kind(parent)
        elif isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            place.used = True
        elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            place.bound = dotted_name(target).rpartition(".")[2] or subscripted(target)
        elif isinstance(parent, ast.keyword):
            place.bound = parent.arg or ""
        elif isinstance(parent, ast.Dict):
            at = next((at for at, value in enumerate(parent.values) if value is child), -1)
            place.bound = (literal(parent.keys[at]) or "") if at >= 0 else ""

    def _argument(self, call: ast.Call, place: _Place) -> None:
        word = dotted_name(call.func).rpartition(".")[2]
        if word in ("int", "float", "Decimal"):
            place.kind = place.kind or "number"
            if place.mode is Mode.PLAIN and place.default is None and not place.used:
                place.mode = Mode.FRAGILE
        elif "bool" in word.lower() or word in ("literal_eval", "env_flag"):
            place.kind = place.kind or "boolean"
            if place.mode is Mode.PLAIN:
                place.mode = Mode.TEST
        place.used = True

    def _verdicts(self, names: set[str]) -> dict[str, Mode]:
        """Return how the module's own tests treat the names that hold values."""
        found: dict[str, Mode] = {}
        if not names:
            return found
        conditions: list[ast.If | ast.IfExp] = [*self.index.of(ast.If), *self.index.of(ast.IfExp)]
        for node in conditions:
            asked = tested(node.test) & names
            missing = bool(asked) and is_missing(node.test)
            failing = (
                bool(asked) and isinstance(node, ast.If) and fails(node.body if missing else node.orelse)
            )
            for name in asked:
                if name in self.missing and isinstance(node, ast.If):
                    failing = fails(node.orelse if missing else node.body)
                if found.get(name) is not Mode.STRICT:
                    found[name] = Mode.STRICT if failing else Mode.TEST
        for sure in self.index.of(ast.Assert):
            found |= dict.fromkeys(tested(sure.test) & names, Mode.STRICT)
        return found
