"""A Python module's names as far as they concern the environment: readers, constants, expressions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Mapping

from scaffold.config_vars.python.index import Index
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.record import record

_READERS = {
    "os.environ": "os.environ",
    "os.environb": "os.environ",
    "decouple.config": "decouple",
    "prettyconf.config": "decouple",
    "environs.env": "environs",
    "envparse.env": "environs",
}
_MAKERS = {
    "environ.Env": "environ",
    "environ.FileAwareEnv": "environ",
    "environs.Env": "environs",
    "environs.FileAwareEnv": "environs",
    "envparse.Env": "environs",
    "decouple.AutoConfig": "decouple",
    "decouple.Config": "decouple",
    "prettyconf.Configuration": "decouple",
    "starlette.config.Config": "starlette",
    "starlette.config.environ": "os.environ",
    "everett.manager.ConfigManager": "everett",
    "everett.manager.ConfigManager.basic_config": "everett",
    "everett.ConfigManager": "everett",
    "dynaconf.Dynaconf": "dynaconf",
    "dynaconf.LazySettings": "dynaconf",
}


@record
class Family:
    """How a class that is filled from the environment names its fields there.

    `exact`: as they are written, and only those in capitals.
    """

    prefix: str = ""
    exact: bool = False


class Scope:
    """What the names of one module mean: `readers` by kind, `texts` of constants, `values` of assignments."""

    def __init__(
        self,
        index: Index,
        shared: dict[str, str] | None = None,
        settings: Mapping[str, Family] | None = None,
        constants: Mapping[str, str] | None = None,
        handed: Collection[str] = (),
    ) -> None:
        self.origins: dict[str, str] = {}
        self.readers: dict[str, str] = dict.fromkeys(handed, "os.environ")
        self.texts: dict[str, str] = dict(constants or {})
        self.values: dict[str, ast.expr] = {}
        self.schemas: dict[str, ast.expr] = {}
        self.known_settings = settings or {}
        self.classes = index.of(ast.ClassDef)
        self.makers: dict[str, str] = {}
        self.absent: frozenset[ast.AST] = frozenset()
        """Imports of the app's own modules that are not in the repository."""
        self.foreign: frozenset[str] = frozenset()
        """Names that come from modules of others."""
        for node in index.of(ast.Import):
            for alias in node.names:
                head = alias.name.split(".")[0]
                self.origins[alias.asname or head] = alias.name if alias.asname else head
        for taken in index.of(ast.ImportFrom):
            self._import(taken, shared or {})
        for made in self.classes:
            kinds = (_MAKERS.get(self.origin(base), "") for base in made.bases)
            self.makers[made.name] = next(filter(None, kinds), "")
        for bound in index.of(ast.Assign):
            self._assign(bound.targets, bound.value)
        for noted in index.of(ast.AnnAssign):
            if noted.value is not None:
                self._assign([noted.target], noted.value)

    def origin(self, node: ast.expr) -> str:
        """Return the full dotted name of an expression, through the imports; "" for no name."""
        dotted = dotted_name(node)
        head, _, rest = dotted.partition(".")
        base = self.origins.get(head, head)
        return f"{base}.{rest}" if rest else base

    def reader(self, node: ast.expr) -> str:
        """Return the kind of reader an expression is: os.environ, environ, environs, decouple, dynaconf."""
        dotted = dotted_name(node)
        if not dotted:
            return self._made(node)
        if dotted.endswith(".ENVIRON") and self.reader(getattr(node, "value", node)) == "environ":
            return "os.environ"
        found = self.readers.get(dotted) or self.readers.get(dotted.removeprefix("self."))
        origin = self.origin(node)
        return found or _READERS.get(origin, "") or _MAKERS.get(origin, "") or self.makers.get(origin, "")

    def _made(self, node: ast.expr) -> str:
        """Return the kind of a reader that is made on the spot: `Env()`, `os.environ.copy()`."""
        if isinstance(node, ast.Dict):
            spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
            return "os.environ" if any(self.reader(value) == "os.environ" for value in spread) else ""
        if not isinstance(node, ast.Call):
            return ""
        copied = node.args[0] if dotted_name(node.func) == "dict" and len(node.args) == 1 else None
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("copy", "keys") and not node.args:
            copied = node.func.value
        if copied is not None and self.reader(copied) == "os.environ":
            return "os.environ"
        origin = self.origin(node.func)
        return _MAKERS.get(origin, "") or self.makers.get(origin, "")

    def is_getter(self, node: ast.expr) -> bool:
        """Tell whether an expression is `os.getenv` or a method of the environment that reads."""
        if isinstance(node, ast.Attribute) and node.attr in ("get", "__getitem__"):
            return self.reader(node.value) == "os.environ"
        return self.origin(node) == "os.getenv"

    def class_of(self, node: ast.expr) -> str:
        """Return the class that a name's value was made of: `c` after `c = Config()`."""
        value = self.values.get(dotted_name(node).removeprefix("self."))
        return dotted_name(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""

    def with_names(self, names: Mapping[str, ast.expr]) -> Scope:
        """Return the scope in which these names have these values."""
        inner = copy.copy(self)
        texts = {name: text for name, node in names.items() if (text := self.text(node)) is not None}
        inner.texts = {**self.texts, **texts}
        return inner

    def text(self, node: ast.expr | None) -> str | None:
        """Return the text an expression stands for: a literal, a constant, a sum or f-string of them."""
        if node is None:
            return None
        if isinstance(node, ast.Name):
            return self.texts.get(node.id)
        if isinstance(node, ast.Attribute):
            return self.texts.get(node.attr) if self._is_own(dotted_name(node.value)) else None
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            return node.value.decode("ascii", "replace")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left), self.text(node.right)
            return None if left is None or right is None else left + right
        if isinstance(node, ast.JoinedStr):
            parts = [self.text(p.value if isinstance(p, ast.FormattedValue) else p) for p in node.values]
            return None if None in parts else "".join(part or "" for part in parts)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            inner = self.text(node.func.value) if node.func.attr in ("upper", "lower") else None
            return inner if inner is None else inner.upper() if node.func.attr == "upper" else inner.lower()
        return literal(node)

    def _is_own(self, dotted: str) -> bool:
        return dotted in ("self", "cls") or any(made.name == dotted for made in self.classes)

    def _import(self, node: ast.ImportFrom, shared: dict[str, str]) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name
            self.origins[bound] = f"{node.module or ''}.{alias.name}"
            if alias.name in shared and (node.module or "").split(".")[0] not in (
                "os environ environs decouple prettyconf starlette django.conf dynaconf django".split()
            ):
                self.readers[bound] = shared[alias.name]

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        for target in targets:
            name = dotted_name(target).removeprefix("self.")
            if not name:
                continue
            self.values.setdefault(name, value)
            if isinstance(value, (ast.Name, ast.Attribute)) and self.is_getter(value):
                self.origins[name] = "os.getenv"
            kind = self.reader(value)
            if kind:
                self.readers[name] = kind
                self.schemas[name] = value
            if (text := literal(value)) is not None:
                self.texts.setdefault(name, text)
