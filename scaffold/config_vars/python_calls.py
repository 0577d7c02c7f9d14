"""Which Python expressions read a variable: the forms of os.environ, its libraries and the app's wrappers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python_index import Index
from scaffold.config_vars.python_scope import Scope
from scaffold.config_vars.python_truth import default_node, key_of
from scaffold.config_vars.reads import Mode, is_name
from scaffold.families.python_syntax import dotted_name
from scaffold.record import record

_COMMON = frozenset(
    "get pop items keys values update setdefault read load copy __getitem__ __init__ main".split()
)
_KINDS = {
    "bool": "boolean",
    "int": "number",
    "float": "number",
    "decimal": "number",
    "list": "list",
    "tuple": "list",
    "set": "list",
    "csv": "list",
    "url": "url",
    "db": "url",
    "db_url": "url",
    "database_url": "url",
    "dj_db_url": "url",
    "cache": "url",
    "cache_url": "url",
    "dj_cache_url": "url",
    "email_url": "url",
    "search_url": "url",
    "boolean": "boolean",
    "strtobool": "boolean",
    "str2bool": "boolean",
}
_USUAL_NAMES = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
}


@record
class Wrapper:
    """A function of the app's own that reads the variable it is given: where its name and default stand."""

    key: int
    fallback: int
    fallback_name: str
    strict: bool


@record
class Found:
    """An expression that reads variables: names, what happens without, the literal or not default."""

    names: tuple[str, ...]
    mode: Mode
    default: ast.expr | None = None
    kind: str = ""


def find_wrappers(index: Index, scope: Scope) -> dict[str, Wrapper]:
    """Return the functions that pass a parameter on as the name of a variable."""
    found: dict[str, Wrapper] = {}
    candidates: list[ast.Subscript | ast.Call] = [*index.of(ast.Subscript), *index.of(ast.Call)]
    for node in candidates:
        key = _passed(node, scope)
        function: ast.AST | None = node if key else None
        while function is not None:
            function = index.parents.get(function)
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = [
                    arg.arg
                    for arg in (*function.args.args, *function.args.kwonlyargs)
                    if arg.arg not in ("self", "cls")
                ]
                if key in names and function.name not in _COMMON:
                    found.setdefault(function.name, _wrapper(function, names, key))
    return found


def _passed(node: ast.Subscript | ast.Call, scope: Scope) -> str:
    """Return the name that an expression hands to the environment as a key, "" for none."""
    inner: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        inner = (
            node.slice
            if isinstance(node.slice, ast.Name) and scope.reader(node.value) == "os.environ"
            else None
        )
    elif node.args and isinstance(node.args[0], (ast.Name, ast.Call)) and _is_plain(node, scope):
        inner = node.args[0]
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not inner.args:
        inner = inner.func.value
    return inner.id if isinstance(inner, ast.Name) else ""


def _is_plain(call: ast.Call, scope: Scope) -> bool:
    if scope.origin(call.func) == "os.getenv":
        return True
    return isinstance(call.func, ast.Attribute) and scope.reader(call.func.value) == "os.environ"


def _key_name(call: ast.Call) -> str:
    """Return the parameter that `os.getenv(key)` or `os.environ.get(key)` is given, "" for another call."""
    first = call.args[0] if call.args else None
    named = isinstance(first, ast.Name) and dotted_name(call.func).endswith(("getenv", ".get"))
    return first.id if named and isinstance(first, ast.Name) else ""


def _returns_any(node: ast.AST, key: str) -> bool:
    """Tell whether a statement returns whatever the environment has: `return os.getenv(key, default)`."""
    return isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and _key_name(node.value) == key


def _wrapper(node: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str], key: str) -> Wrapper:
    rest = [name for name in names if name != key]
    wanted = [name for name in rest if "default" in name.lower() or "fallback" in name.lower()]
    fallback = (wanted or rest or [""])[0]
    copes = any(_returns_any(part, key) for part in ast.walk(node))
    raises = any(isinstance(part, ast.Raise) for part in ast.walk(node))
    soft = any(isinstance(part, ast.Call) and _key_name(part) == key for part in ast.walk(node))
    strict = not copes and (raises or not soft)
    return Wrapper(
        key=names.index(key),
        fallback=names.index(fallback) if fallback else -1,
        fallback_name=fallback,
        strict=strict,
    )


def find_read(
    node: ast.AST, scope: Scope, wrappers: dict[str, Wrapper], loops: dict[str, list[str]]
) -> Found | None:
    """Return what an expression reads, None where it reads nothing."""
    if isinstance(node, ast.Subscript):
        if scope.reader(node.value) != "os.environ" or not isinstance(node.ctx, ast.Load):
            return None
        return _found(_names(node.slice, scope, loops), Mode.STRICT)
    if isinstance(node, ast.Compare):
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            right = node.comparators[0]
            if scope.reader(right) == "os.environ":
                return _found(_names(node.left, scope, loops), Mode.TEST)
        return None
    return _called(node, scope, wrappers, loops) if isinstance(node, ast.Call) else None


def _found(
    names: tuple[str, ...], mode: Mode, default: ast.expr | None = None, kind: str = ""
) -> Found | None:
    kept = tuple(name for name in names if is_name(name))
    return Found(names=kept, mode=mode, default=default, kind=kind) if kept else None


def _names(node: ast.expr | None, scope: Scope, loops: dict[str, list[str]]) -> tuple[str, ...]:
    if isinstance(node, ast.Name) and node.id in loops:
        return tuple(loops[node.id])
    text = scope.text(node)
    return (text,) if text is not None else ()


def _called(
    node: ast.Call, scope: Scope, wrappers: dict[str, Wrapper], loops: dict[str, list[str]]
) -> Found | None:
    origin = scope.origin(node.func)
    first = node.args[0] if node.args else _keyword(node, "key", "var", "name", "env")
    if origin == "os.getenv":
        return _found(_names(first, scope, loops), Mode.PLAIN, default_node(node))
    if origin.startswith("dj_database_url."):
        return _database_url(node, origin, scope, loops)
    if origin in ("django_heroku.settings", "django_on_heroku.settings"):
        return _found(("DATABASE_URL",), Mode.TEST)
    if origin.endswith(".config.from_envvar"):
        silent = _keyword(node, "silent") is not None
        return _found(_names(first, scope, loops), Mode.TEST if silent else Mode.STRICT)
    if isinstance(node.func, ast.Attribute) and (kind := scope.reader(node.func.value)):
        return _method(node, kind, node.func, first, scope, loops)
    if kind := scope.reader(node.func):
        return _library(node, kind, "", first, scope, loops)
    last = dotted_name(node.func).rpartition(".")[2]
    return _wrapped(node, wrappers[last], scope, loops) if last in wrappers else None


def _database_url(node: ast.Call, origin: str, scope: Scope, loops: dict[str, list[str]]) -> Found | None:
    if not origin.endswith(".config"):
        return None
    named = _names(_keyword(node, "env") or (node.args[0] if node.args else None), scope, loops)
    return _found(named or ("DATABASE_URL",), Mode.PLAIN, _keyword(node, "default"), "url")


def _method(
    node: ast.Call,
    kind: str,
    func: ast.Attribute,
    first: ast.expr | None,
    scope: Scope,
    loops: dict[str, list[str]],
) -> Found | None:
    if kind == "os.environ":
        if func.attr not in ("get", "setdefault", "pop", "__getitem__"):
            return None
        default = default_node(node)
        mode = Mode.STRICT if default is None and func.attr in ("pop", "__getitem__") else Mode.PLAIN
        return _found(_names(first, scope, loops), mode, default)
    if kind == "dynaconf" or func.attr in ("read_env", "read_envfile", "prefixed", "seal", "parse_value"):
        return None
    return _library(node, kind, func.attr, first, scope, loops)


def _library(
    node: ast.Call, kind: str, method: str, first: ast.expr | None, scope: Scope, loops: dict[str, list[str]]
) -> Found | None:
    """Read a call of django-environ, environs, python-decouple, prettyconf or Starlette's Config."""
    if (
        method
        and method not in _KINDS
        and method
        not in (
            "str",
            "json",
            "path",
            "dict",
            "get_value",
            "get",
            "log_level",
            "date",
            "datetime",
            "uuid",
            "enum",
            "bytes",
            "field",
            "timedelta",
            "unicode",
            "float",
            "eval",
        )
    ):
        return None
    if isinstance(first, ast.Call):
        return None
    names = _names(first, scope, loops) or (
        (_USUAL_NAMES[method],) if method in _USUAL_NAMES and first is None else ()
    )
    # python-decouple takes (name, default, cast), django-environ and Starlette (name, cast, default).
    early = bool(method) or kind in ("environs", "decouple")
    default = _keyword(node, "default")
    if default is None and len(node.args) > (1 if early else 2):
        default = node.args[1 if early else 2]
    cast = _keyword(node, "cast") or (node.args[1] if len(node.args) > 1 and not early else None)
    word = dotted_name(cast.func if isinstance(cast, ast.Call) else cast).rpartition(".")[2].lower()
    return _found(names, Mode.STRICT, default, _KINDS.get(method) or _KINDS.get(word, ""))


def _wrapped(node: ast.Call, wrapper: Wrapper, scope: Scope, loops: dict[str, list[str]]) -> Found | None:
    if len(node.args) <= wrapper.key:
        return None
    default = None
    if wrapper.fallback >= 0:
        default = _keyword(node, wrapper.fallback_name)
        if default is None and len(node.args) > wrapper.fallback:
            default = node.args[wrapper.fallback]
    names = _names(node.args[wrapper.key], scope, loops)
    return _found(names, Mode.STRICT if wrapper.strict else Mode.PLAIN, default)


def _keyword(node: ast.Call, *names: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg in names), None)


def schema_defaults(scope: Scope) -> Iterator[tuple[str, str, ast.expr | None]]:
    """Yield (variable, cast, default) of `Env(DEBUG=(bool, False))`."""
    for name, value in scope.schemas.items():
        if scope.readers.get(name) == "environ" and isinstance(value, ast.Call):
            for keyword in value.keywords:
                if keyword.arg is None or not is_name(keyword.arg):
                    continue
                pair = keyword.value.elts if isinstance(keyword.value, ast.Tuple) else [keyword.value]
                cast = dotted_name(pair[0]).rpartition(".")[2]
                yield keyword.arg, _KINDS.get(cast, ""), pair[1] if len(pair) > 1 else None


__all__ = ["Found", "Wrapper", "find_read", "find_wrappers", "key_of", "schema_defaults"]
