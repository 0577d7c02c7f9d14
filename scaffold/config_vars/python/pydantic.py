"""Classes that pydantic, or the app itself, fills from the environment, field by field."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from scaffold.config_vars.python.checks import is_development_class
from scaffold.config_vars.python.scope import Family, Scope
from scaffold.config_vars.python.tables import value_text
from scaffold.config_vars.python.wrappers import passed_names
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.record import record, replace

_BASES = frozenset(
    f"{module}.BaseSettings"
    for module in ("pydantic", "pydantic_settings", "pydantic.v1", "pydantic.env_settings")
)
_KINDS = {
    "bool": "boolean",
    "int": "number",
    "float": "number",
    "PositiveInt": "number",
    "NonNegativeInt": "number",
    "list": "list",
    "List": "list",
    "set": "list",
    "tuple": "list",
    "AnyUrl": "url",
    "HttpUrl": "url",
    "AnyHttpUrl": "url",
    "PostgresDsn": "url",
    "RedisDsn": "url",
    "MongoDsn": "url",
    "AmqpDsn": "url",
}
_DEPTH = 4


def settings_classes(scope: Scope) -> dict[str, Family]:
    """Return the classes that are filled from the environment, with how their fields are named there."""
    found = dict(scope.known_settings)
    for _ in range(3):
        for node in scope.classes:
            bases = [dotted_name(base).rpartition(".")[2] for base in node.bases]
            known = [found[base] for base in bases if base in found]
            if known or any(scope.origin(base) in _BASES for base in node.bases):
                own = _setting(node, "env_prefix")
                family = known[0] if known else Family()
                found[node.name] = family if own is None else replace(family, prefix=own)
    return found


BY_FIELD = ("__annotations__", "get_type_hints", "__dataclass_fields__", "fields(", "get_annotations")
"""What the text of a module holds that reads the environment by the annotations of a class."""


def own_classes(scope: Scope) -> Iterator[tuple[str, Family]]:
    """Yield the app's own classes that read the environment by their annotations."""
    for node in scope.classes:
        if not any(_is_environ(part) for part in ast.walk(node)):
            continue
        parts = [part for part in ast.walk(node) if isinstance(part, (ast.Subscript, ast.Call))]
        passed = next((found for part in parts for found in passed_names(part, scope)), ("", "", "", False))
        yield node.name, Family(prefix=passed[1], exact=not passed[3])


def _is_environ(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in ("environ", "getenv")


@record
class _Model:
    """What the fields of a class share."""

    path: str
    scope: Scope
    classes: Mapping[str, ast.ClassDef]
    settings: Mapping[str, Family]
    exact: bool
    delimiter: str
    old: bool
    guarded: bool
    names: Mapping[str, list[str]]


def pydantic_reads(path: str, scope: Scope) -> Iterator[Read]:
    """Yield the variables that the module's settings classes read, by field."""
    settings = settings_classes(scope)
    classes = {node.name: node for node in scope.classes}
    for node in scope.classes:
        if node.name in settings:
            model = _Model(
                path=path,
                scope=scope,
                classes=classes,
                settings=settings,
                exact=settings[node.name].exact,
                delimiter=_setting(node, "env_nested_delimiter") or "",
                old="pydantic_settings" not in " ".join(scope.origins.values()),
                guarded=is_development_class(node.name),
                names=_renamed(node),
            )
            yield from _fields(node, model, settings[node.name].prefix, 0)


def _fields(node: ast.ClassDef, model: _Model, prefix: str, depth: int) -> Iterator[Read]:
    for at, item in enumerate(node.body):
        if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
            continue
        field = item.target.id
        if field.startswith("_") or field == "model_config" or "ClassVar" in ast.dump(item.annotation):
            continue
        if model.exact and not field.isupper():
            continue
        kind = _type(item.annotation)
        nested = model.classes.get(kind)
        if nested is not None and kind in model.settings:
            continue
        if model.delimiter and nested is not None and depth < _DEPTH:
            yield from _fields(nested, model, f"{prefix}{field}{model.delimiter}", depth + 1)
            continue
        after = node.body[at + 1] if at + 1 < len(node.body) else None
        yield from _field(item, model, prefix + field, _docstring(after))


def _field(item: ast.AnnAssign, model: _Model, name: str, told: str) -> Iterator[Read]:
    assert isinstance(item.target, ast.Name)
    call = _call(item)
    default, aliases = _default(item.value, call)
    optional = "None" in (dumped := ast.dump(item.annotation)) or "Optional" in dumped
    mode, text = read_mode(default, model.scope)
    kind = _type(item.annotation)
    if mode is Mode.STRICT and default is None and optional and model.old:
        mode = Mode.PLAIN
    if mode is Mode.PLAIN and text is None and optional and kind != "SecretStr":
        mode = Mode.TEST
    names = [alias.upper() for alias in aliases or model.names.get(item.target.id, [])] or [name.upper()]
    for at, known in enumerate(filter(is_name, names)):
        yield Read(
            name=known,
            path=model.path,
            line=item.lineno,
            mode=mode if at == 0 else Mode.TEST,
            default=text,
            guarded=model.guarded,
            bound=item.target.id,
            kind=_KINDS.get(kind, ""),
            instead=tuple(names[1:]) if at == 0 else (),
            told=_described(call) or told,
        )


def read_mode(default: ast.expr | None, scope: Scope) -> tuple[Mode, str | None]:
    """Return what happens with this default, and its text."""
    if default is None or (isinstance(default, ast.Constant) and default.value is ...):
        return Mode.STRICT, None
    if isinstance(default, ast.Constant) and default.value is None:
        return Mode.PLAIN, None
    if isinstance(default, ast.Call) and dotted_name(default.func).endswith("SecretStr") and default.args:
        default = default.args[0]
    text = value_text(default, scope)
    return (Mode.PLAIN if text == "" else Mode.DEFAULT), text


def _call(item: ast.AnnAssign) -> ast.Call | None:
    """Return the `Field(...)` of a field: its value, or a part of `Annotated[str, Field(...)]`."""
    parts = [item.value, *(ast.walk(item.annotation))]
    return next(
        (
            part
            for part in parts
            if isinstance(part, ast.Call) and dotted_name(part.func).rpartition(".")[2] == "Field"
        ),
        None,
    )


def _default(value: ast.expr | None, call: ast.Call | None) -> tuple[ast.expr | None, list[str]]:
    """Return the default expression and the names that `Field(...)` gives."""
    if call is None:
        return value, []
    default = value if value is not call else None
    if call.args and default is None:
        default = call.args[0]
    names: list[str] = []
    for keyword in call.keywords:
        if keyword.arg in ("default", "default_factory"):
            default = keyword.value
        elif keyword.arg in ("env", "alias", "validation_alias"):
            parts = [part for part in ast.walk(keyword.value) if isinstance(part, ast.expr)]
            names = [text for part in parts if (text := literal(part))]
    return default, names


def _docstring(node: ast.stmt | None) -> str:
    text = literal(node.value) if isinstance(node, ast.Expr) else None
    return (text or "").strip().split("\n\n")[0]


def _described(call: ast.Call | None) -> str:
    keywords = call.keywords if call is not None else []
    return next((literal(k.value) or "" for k in keywords if k.arg in ("description", "title")), "")


def _type(node: ast.expr) -> str:
    """Return the name of a field's type, through Optional and unions with None."""
    if isinstance(node, ast.BinOp):
        return _type(node.right if isinstance(node.left, ast.Constant) else node.left)
    if isinstance(node, ast.Subscript):
        outer = dotted_name(node.value).rpartition(".")[2]
        return _type(node.slice) if outer in ("Optional", "Annotated", "Union") else outer
    if isinstance(node, ast.Tuple) and node.elts:
        return _type(node.elts[0])
    return dotted_name(node).rpartition(".")[2] or (literal(node) or "")


def _setting(node: ast.ClassDef, name: str) -> str | None:
    """Return a text of `model_config`, of the inner class `Config` or of the class statement itself."""
    for item in ast.walk(node):
        if isinstance(item, ast.keyword) and item.arg == name:
            return literal(item.value)
        if isinstance(item, ast.Dict):
            for key, value in zip(item.keys, item.values, strict=True):
                if literal(key) == name:
                    return literal(value)
        if isinstance(item, ast.Assign) and any(dotted_name(target) == name for target in item.targets):
            return literal(item.value)
    return None


def _renamed(node: ast.ClassDef) -> dict[str, list[str]]:
    """Return the names by field of `class Config: fields = {"key": {"env": "KEY"}}`."""
    inner = [item for item in node.body if isinstance(item, ast.ClassDef) and item.name == "Config"]
    tables = [
        item.value
        for config in inner
        for item in config.body
        if isinstance(item, ast.Assign) and dotted_name(item.targets[0]) == "fields"
    ]
    found: dict[str, list[str]] = {}
    for table in tables:
        for key, value in zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ():
            parts = value.values if isinstance(value, ast.Dict) else [value]
            texts = [text for part in parts for leaf in ast.walk(part) if (text := _text(leaf))]
            found[literal(key) or ""] = texts
    return found


def _text(node: ast.AST) -> str:
    return (literal(node) or "") if isinstance(node, ast.expr) else ""
