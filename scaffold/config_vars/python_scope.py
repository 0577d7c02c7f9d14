"""A Python module's names as far as they concern the environment: readers, constants, expressions."""

from __future__ import annotations

import ast

from scaffold.config_vars.python_index import Index
from scaffold.families.python_syntax import dotted_name, literal

_READERS = {
    "os.environ": "os.environ",
    "os.environb": "os.environ",
    "decouple.config": "decouple",
    "prettyconf.config": "decouple",
    "prettyconf.casts": "",
}
_MAKERS = {
    "environ.Env": "environ",
    "environ.FileAwareEnv": "environ",
    "environs.Env": "environs",
    "environs.FileAwareEnv": "environs",
    "environs.EnvValidationError": "",
    "decouple.AutoConfig": "decouple",
    "decouple.Config": "decouple",
    "prettyconf.Configuration": "decouple",
    "starlette.config.Config": "starlette",
    "starlette.config.environ": "os.environ",
    "dynaconf.Dynaconf": "dynaconf",
    "dynaconf.LazySettings": "dynaconf",
}
_BASES = frozenset(
    f"{module}.BaseSettings"
    for module in ("pydantic", "pydantic_settings", "pydantic.v1", "pydantic.env_settings")
)


class Scope:
    """What the names of one module mean: `readers` by kind, `texts` of constants, `values` of assignments."""

    def __init__(
        self, index: Index, shared: dict[str, str] | None = None, settings: set[str] | None = None
    ) -> None:
        self.origins: dict[str, str] = {}
        self.readers: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        self.values: dict[str, ast.expr] = {}
        self.schemas: dict[str, ast.expr] = {}
        self.known_settings = settings or set()
        self.classes = index.of(ast.ClassDef)
        for node in index.of(ast.Import):
            for alias in node.names:
                head = alias.name.split(".")[0]
                self.origins[alias.asname or head] = alias.name if alias.asname else head
        for taken in index.of(ast.ImportFrom):
            self._import(taken, shared or {})
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
            return _MAKERS.get(self.origin(node.func), "") if isinstance(node, ast.Call) else ""
        found = self.readers.get(dotted) or self.readers.get(dotted.removeprefix("self."))
        return found or _READERS.get(self.origin(node), "") or _MAKERS.get(self.origin(node), "")

    def text(self, node: ast.expr | None) -> str | None:
        """Return the text an expression stands for: a literal, a constant, a sum or f-string of them."""
        if node is None:
            return None
        if isinstance(node, ast.Name):
            return self.texts.get(node.id)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left), self.text(node.right)
            return None if left is None or right is None else left + right
        if isinstance(node, ast.JoinedStr):
            parts = [self.text(p.value if isinstance(p, ast.FormattedValue) else p) for p in node.values]
            return None if None in parts else "".join(part or "" for part in parts)
        return literal(node)

    def settings_classes(self) -> set[str]:
        """Return the names of the classes that pydantic fills from the environment."""
        found = set(self.known_settings)
        for _ in range(3):
            for node in self.classes:
                if any(
                    self.origin(base) in _BASES or dotted_name(base).rpartition(".")[2] in found
                    for base in node.bases
                ):
                    found.add(node.name)
        return found

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
            kind = self.reader(value)
            if kind:
                self.readers[name] = kind
                self.schemas[name] = value
            if (text := literal(value)) is not None:
                self.texts.setdefault(name, text)
            if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
                self.lists[name] = [text for item in value.elts if (text := literal(item)) is not None]
