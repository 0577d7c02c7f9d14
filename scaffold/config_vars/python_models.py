"""Classes that a library fills from the environment: pydantic settings and django-configurations values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python_scope import Scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.families.python_syntax import dotted_name, literal

_KINDS = {
    "bool": "boolean",
    "int": "number",
    "float": "number",
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
}


def model_reads(path: str, scope: Scope) -> Iterator[Read]:
    """Yield the variables that the module's settings classes read, by field."""
    settings = scope.settings_classes()
    classes = {node.name: node for node in scope.classes}
    for node in scope.classes:
        if node.name in settings:
            yield from _fields(path, node, node, classes, scope, "")
        elif any("Configuration" in dotted_name(base) for base in node.bases):
            yield from _values(path, node, scope)
    if not any("Configuration" in dotted_name(base) for node in scope.classes for base in node.bases):
        for node in scope.classes:
            yield from _values(path, node, scope)


def _fields(
    path: str,
    node: ast.ClassDef,
    top: ast.ClassDef,
    classes: dict[str, ast.ClassDef],
    scope: Scope,
    before: str,
) -> Iterator[Read]:
    prefix = before or _setting(top, "env_prefix") or ""
    delimiter = _setting(top, "env_nested_delimiter")
    for item in node.body:
        if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
            continue
        field = item.target.id
        if field.startswith("_") or field == "model_config" or "ClassVar" in ast.dump(item.annotation):
            continue
        kind = _type(item.annotation)
        nested = classes.get(kind)
        if delimiter and nested is not None and not before:
            yield from _fields(path, nested, top, classes, scope, f"{prefix}{field}{delimiter}".upper())
            continue
        default, aliases = _default(item.value)
        optional = "None" in ast.dump(item.annotation) or "Optional" in ast.dump(item.annotation)
        mode, text = _mode(item.value, default)
        if mode is Mode.PLAIN and text is None and optional and not _is_needed_type(kind):
            mode = Mode.TEST
        names = aliases or [(prefix + field).upper()]
        for at, name in enumerate(filter(is_name, names)):
            yield Read(
                name=name,
                path=path,
                line=item.lineno,
                mode=mode if at == 0 else Mode.TEST,
                default=text,
                bound=field,
                kind=_KINDS.get(kind, ""),
                instead=tuple(names[1:]) if at == 0 else (),
                told=_described(item.value),
            )


def _is_needed_type(kind: str) -> bool:
    return kind in ("SecretStr",)


def _mode(value: ast.expr | None, default: ast.expr | None) -> tuple[Mode, str | None]:
    if value is None or (default is None and isinstance(value, ast.Call)) or _is_ellipsis(default):
        return Mode.STRICT, None
    if isinstance(default, ast.Constant):
        if default.value is None:
            return Mode.PLAIN, None
        return (Mode.PLAIN if default.value == "" else Mode.DEFAULT), str(default.value)
    if isinstance(default, (ast.List, ast.Tuple)):
        items = [literal(item) for item in default.elts]
        return Mode.DEFAULT, ",".join(item or "" for item in items) if None not in items else None
    return Mode.DEFAULT, None


def _is_ellipsis(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _default(value: ast.expr | None) -> tuple[ast.expr | None, list[str]]:
    """Return the default expression and the names that `Field(...)` gives."""
    if not isinstance(value, ast.Call) or dotted_name(value.func).rpartition(".")[2] not in (
        "Field",
        "SecretStr",
    ):
        return value, []
    default = value.args[0] if value.args else None
    names: list[str] = []
    for keyword in value.keywords:
        if keyword.arg in ("default", "default_factory"):
            default = keyword.value
        elif keyword.arg in ("env", "alias", "validation_alias"):
            names = [
                text
                for part in ast.walk(keyword.value)
                if isinstance(part, ast.expr) and (text := literal(part))
            ]
    return default, names


def _described(value: ast.expr | None) -> str:
    if not isinstance(value, ast.Call):
        return ""
    return next((literal(k.value) or "" for k in value.keywords if k.arg in ("description", "title")), "")


def _type(node: ast.expr) -> str:
    """Return the name of a field's type, through Optional and unions with None."""
    if isinstance(node, ast.BinOp):
        return _type(node.right if isinstance(node.left, ast.Constant) else node.left)
    if isinstance(node, ast.Subscript):
        outer = dotted_name(node.value).rpartition(".")[2]
        return _type(node.slice) if outer in ("Optional", "Annotated") else outer
    if isinstance(node, ast.Tuple) and node.elts:
        return _type(node.elts[0])
    return dotted_name(node).rpartition(".")[2] or (literal(node) or "")


def _setting(node: ast.ClassDef, name: str) -> str:
    """Return a text of `model_config` or of the inner class `Config`."""
    for item in ast.walk(node):
        if isinstance(item, ast.keyword) and item.arg == name:
            return literal(item.value) or ""
        if isinstance(item, ast.Dict):
            for key, value in zip(item.keys, item.values, strict=True):
                if literal(key) == name:
                    return literal(value) or ""
        if isinstance(item, ast.Assign) and any(dotted_name(target) == name for target in item.targets):
            return literal(item.value) or ""
    return ""


def _values(path: str, node: ast.ClassDef, scope: Scope) -> Iterator[Read]:
    """Yield `NAME = values.SecretValue()` of django-configurations."""
    for item in node.body:
        if not isinstance(item, ast.Assign) or not isinstance(item.value, ast.Call):
            continue
        call, target = item.value, dotted_name(item.targets[0])
        origin = scope.origin(call.func)
        if not origin.startswith("configurations.values.") or not target:
            continue
        said = {keyword.arg: keyword.value for keyword in call.keywords}
        name = literal(said.get("environ_name")) or target
        asked = said.get("environ_prefix")
        prefix = "DJANGO" if asked is None else literal(asked) or ""
        word = origin.rpartition(".")[2]
        default = call.args[0] if call.args else said.get("default")
        required = word == "SecretValue" or "environ_required" in said
        mode, text = (
            (Mode.STRICT, None)
            if required
            else (Mode.TEST, None)
            if default is None
            else _mode(default, default)
        )
        if word in ("DatabaseURLValue", "CacheURLValue", "EmailURLValue", "SearchURLValue"):
            prefix, name = "", word.replace("URLValue", "").upper() + "_URL"
        full = f"{prefix}_{name}" if prefix else name
        if is_name(full):
            yield Read(name=full, path=path, line=item.lineno, mode=mode, default=text, bound=target)
