"""Calls of the libraries that wrap the environment: django-environ, environs, decouple, Starlette, ..."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.reads import Mode, is_name
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.record import record

_KINDS = {
    "bool": "boolean",
    "boolean": "boolean",
    "strtobool": "boolean",
    "str2bool": "boolean",
    "int": "number",
    "float": "number",
    "decimal": "number",
    "list": "list",
    "listof": "list",
    "tuple": "list",
    "set": "list",
    "csv": "list",
    "commaseparatedstrings": "list",
    "url": "url",
    "db": "url",
    "db_url": "url",
    "database_url": "url",
    "dj_db_url": "url",
    "cache": "url",
    "cache_url": "url",
    "dj_cache_url": "url",
    "email": "url",
    "email_url": "url",
    "dj_email_url": "url",
    "search": "url",
    "search_url": "url",
    "channels": "url",
    "channels_url": "url",
}
_USUAL_NAMES = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "search": "SEARCH_URL",
    "search_url": "SEARCH_URL",
    "channels": "CHANNELS_URL",
    "channels_url": "CHANNELS_URL",
}
_PLAIN = frozenset(
    "str json path dict get_value get log_level date time datetime uuid enum bytes field timedelta "
    "unicode eval".split()
)
"""Methods that read a variable and tell nothing of its kind."""

_DEFAULTS = ("default", "load_default", "missing")
_UNSET = ("notset", "undefined", "no_value", "missing")


@record
class Found:
    """An expression that reads variables: names, what happens without, the literal or not default."""

    names: tuple[str, ...]
    mode: Mode
    default: ast.expr | None = None
    kind: str = ""
    library: str = ""
    told: str = ""
    either: bool = False


def found(
    names: tuple[str, ...], mode: Mode, default: ast.expr | None = None, kind: str = ""
) -> Found | None:
    """Return what is read, None where no name can be one of a variable."""
    kept = tuple(name for name in names if is_name(name))
    return Found(names=kept, mode=mode, default=default, kind=kind) if kept else None


def keyword(node: ast.Call, *names: str) -> ast.expr | None:
    """Return the argument that a call gives by one of these names."""
    return next((keyword.value for keyword in node.keywords if keyword.arg in names), None)


def names_in(node: ast.expr | None, scope: Scope) -> tuple[str, ...]:
    """Return the names that an argument stands for: a text, or a list of texts."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return tuple(text for item in node.elts if (text := scope.text(item)) is not None)
    text = scope.text(node)
    return (text,) if text is not None else ()


def library_read(node: ast.Call, kind: str, method: str, scope: Scope) -> Found | None:
    """Return what a call of one of the libraries reads, None for another call."""
    if method and method not in _KINDS and method not in _PLAIN:
        return None
    first = node.args[0] if node.args else keyword(node, "key", "var", "name", "option", "item")
    if first is None and method in _USUAL_NAMES:
        names: tuple[str, ...] = (_USUAL_NAMES[method],)
    elif isinstance(first, ast.Call):
        return None
    else:
        names = tuple(_prefix(node, kind, scope) + name for name in names_in(first, scope))
    # python-decouple takes (name, default, cast), django-environ and Starlette (name, cast, default).
    early = bool(method) or kind in ("environs", "decouple")
    default = keyword(node, *_DEFAULTS)
    if default is None and kind != "everett" and len(node.args) > (1 if early else 2):
        default = node.args[1 if early else 2]
    if dotted_name(default).rpartition(".")[2].lower() in _UNSET:
        default = None
    cast = keyword(node, "cast", "parser", "subcast" if kind == "decouple" else "parser")
    if cast is None and len(node.args) > 1 and not early and kind != "everett":
        cast = node.args[1]
    word = dotted_name(cast.func if isinstance(cast, ast.Call) else cast).rpartition(".")[2].lower()
    silent = kind == "everett" and is_false(keyword(node, "raise_error"))
    kept = tuple(name for name in names if is_name(name))
    return (
        Found(
            names=kept,
            mode=Mode.TEST if silent else Mode.STRICT,
            default=default,
            kind=_KINDS.get(method) or _KINDS.get(word, ""),
            library=kind,
            told=literal(keyword(node, "doc", "help_text", "help")) or "",
        )
        if kept
        else None
    )


def is_false(node: ast.expr | None) -> bool:
    """Tell whether an argument is the literal False."""
    return isinstance(node, ast.Constant) and node.value is False


def _prefix(node: ast.Call, kind: str, scope: Scope) -> str:
    """Return what the reader puts before each name: `Config(env_prefix="APP_")`, `env.prefix = "APP_"`."""
    if kind == "everett":
        spaces = names_in(keyword(node, "namespace"), scope)
        return "".join(f"{space}_" for space in spaces).upper()
    reader = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    name = dotted_name(reader)
    if kind == "environ":
        return scope.texts.get(f"{name}.prefix", "")
    made = scope.schemas.get(name) if name else reader
    asked = keyword(made, "env_prefix") if isinstance(made, ast.Call) and kind == "starlette" else None
    return scope.text(asked) or ""


def schema_defaults(scope: Scope) -> Iterator[tuple[str, str, ast.expr | None]]:
    """Yield (variable, cast, default) of `Env(DEBUG=(bool, False))`."""
    for name, value in scope.schemas.items():
        if scope.readers.get(name) == "environ" and isinstance(value, ast.Call):
            for part in value.keywords:
                if part.arg is None or not is_name(part.arg):
                    continue
                pair = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
                cast = dotted_name(pair[0]).rpartition(".")[2]
                yield part.arg, _KINDS.get(cast, ""), pair[1] if len(pair) > 1 else None
