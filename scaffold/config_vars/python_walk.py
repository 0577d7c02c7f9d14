"""One Python module -> its reads: each expression with the guards, fallbacks and tests around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scaffold.config_vars import classify
from scaffold.config_vars.python_calls import Found, Wrapper, find_read, schema_defaults
from scaffold.config_vars.python_checks import compared_kind, fails, is_missing, softens, subscripted, tested
from scaffold.config_vars.python_index import Index
from scaffold.config_vars.python_models import model_reads
from scaffold.config_vars.python_scope import Scope
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

    mode: Mode
    default: ast.expr | None
    kind: str = ""
    guarded: bool = False
    bound: str = ""
    instead: list[str] = made(factory=list)
    used: bool = False


class Walk:
    """The reads of one module."""

    def __init__(self, path: str, index: Index, scope: Scope, wrappers: dict[str, Wrapper]) -> None:
        self.path = path
        self.index = index
        self.scope = scope
        self.wrappers = wrappers
        self.parents = index.parents
        self.schema = {name: (kind, default) for name, kind, default in schema_defaults(scope)}

    def reads(self) -> Iterator[Read]:
        """Yield the module's reads; a test of the bound name elsewhere in it decides on its mode."""
        found = [*self._expressions(), *model_reads(self.path, self.scope), *self._tables()]
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

    def _expressions(self) -> Iterator[Read]:
        of = self.index.of
        for node in (*of(ast.Subscript), *of(ast.Call), *of(ast.Compare)):
            found = find_read(node, self.scope, self.wrappers, self._loops(node))
            if found is not None:
                yield from self._placed(node, found)

    def _unread(self, names: set[str]) -> Iterator[Read]:
        """Yield what only the schema `Env(DEBUG=(bool, False))` names."""
        for name, (kind, default) in self.schema.items():
            if name not in names:
                text = None if default is None else self._text(default)
                line = getattr(default, "lineno", 1)
                yield Read(name=name, path=self.path, line=line, mode=Mode.TEST, default=text, kind=kind)

    def _tables(self) -> Iterator[Read]:
        """Yield the keys of the module's tables where the whole environment is matched with them.

        `{k.lower(): v for k, v in os.environ.items() if k.lower() in keys}`
        """
        if not any(self._matches_all(node) for node in self.index.of(ast.comprehension)):
            return
        for node in self.index.of(ast.Assign):
            value = node.value
            if not isinstance(value, ast.Dict) or len(value.keys) < 3:
                continue
            keys = [literal(key) for key in value.keys]
            if not all(key and re.fullmatch(r"[A-Za-z]\w+", key) for key in keys):
                continue
            for key, item, text in zip(value.keys, value.values, keys, strict=True):
                assert key is not None
                assert text is not None
                found = self._text(item)
                blank = isinstance(item, ast.Constant) and item.value is None
                mode = Mode.PLAIN if blank else Mode.DEFAULT
                default = None if blank else found
                yield Read(
                    name=text.upper(), path=self.path, line=key.lineno, mode=mode, default=default, table=True
                )

    def _matches_all(self, node: ast.comprehension) -> bool:
        if not node.ifs:
            return False
        source = node.iter
        if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute):
            source = source.func.value
        return self.scope.reader(source) == "os.environ" and any(
            isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In) for test in node.ifs
        )

    def _placed(self, node: ast.expr, found: Found) -> Iterator[Read]:
        for name in found.names:
            place = _Place(mode=found.mode, default=found.default, kind=found.kind)
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
        text = self._text(place.default)
        if text == "":
            return (Mode.PLAIN if place.mode is not Mode.TEST else Mode.TEST), ""
        other = find_read(place.default, self.scope, self.wrappers, {})
        if other is not None:
            place.instead += other.names
            return Mode.PLAIN, None
        return Mode.DEFAULT, text

    def _text(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant):
            return None if isinstance(node.value, (bytes, type(...))) else str(node.value)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            items = [literal(item) for item in node.elts]
            return None if None in items else ",".join(item or "" for item in items)
        return self.scope.text(node)

    def _climb(self, node: ast.expr, place: _Place) -> None:
        child: ast.AST = node
        while (parent := self.parents.get(child)) is not None:
            if isinstance(parent, (ast.If, ast.IfExp, ast.While)):
                self._branch(parent, child, place)
            elif isinstance(parent, ast.Try) and child in parent.body:
                if place.mode is Mode.STRICT and softens(parent):
                    place.mode = Mode.TEST
            elif isinstance(parent, ast.BoolOp):
                self._chain(parent, child, place)
            elif isinstance(parent, ast.ClassDef) and _DEV_CLASS.fullmatch(parent.name):
                place.guarded = True
            elif not place.bound:
                self._use(parent, child, place)
            child = parent

    def _branch(self, parent: ast.If | ast.IfExp | ast.While, child: ast.AST, place: _Place) -> None:
        if child is parent.test:
            if place.mode is Mode.PLAIN and place.default is None:
                place.mode = Mode.TEST
            if isinstance(parent, ast.If) and is_missing(parent.test) and fails(parent.body):
                place.mode = Mode.STRICT
            return
        held = truth(parent.test, self.scope)
        inside = parent.body if isinstance(parent.body, list) else [parent.body]
        if held is (child not in inside):
            place.guarded = True

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
            other = find_read(value, self.scope, self.wrappers, {})
            if other is not None:
                place.instead += other.names
            elif place.default is None or self._text(place.default) == "":
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

    def _loops(self, node: ast.AST) -> dict[str, list[str]]:
        """Return the loop variables around a node that run over literal lists."""
        key = node.slice if isinstance(node, ast.Subscript) else None
        if isinstance(node, ast.Call) and node.args:
            key = node.args[0]
        elif isinstance(node, ast.Compare):
            key = node.left
        if not isinstance(key, ast.Name):
            return {}
        parent: ast.AST | None = node
        while (parent := self.parents.get(parent)) is not None:  # type: ignore[arg-type]
            pairs: list[tuple[ast.expr, ast.expr]] = []
            if isinstance(parent, ast.For):
                pairs = [(parent.target, parent.iter)]
            elif isinstance(parent, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
                pairs = [(part.target, part.iter) for part in parent.generators]
            for target, source in pairs:
                if isinstance(target, ast.Name) and target.id == key.id:
                    return {key.id: self._listed(source)}
        return {}

    def _listed(self, node: ast.expr) -> list[str]:
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [text for item in node.elts if (text := literal(item)) is not None]
        if isinstance(node, ast.Dict):
            return [text for item in node.keys if (text := literal(item)) is not None]
        return self.scope.lists.get(dotted_name(node).removeprefix("self."), [])

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
                if found.get(name) is not Mode.STRICT:
                    found[name] = Mode.STRICT if failing else Mode.TEST
        for sure in self.index.of(ast.Assert):
            found |= dict.fromkeys(tested(sure.test) & names, Mode.STRICT)
        return found
