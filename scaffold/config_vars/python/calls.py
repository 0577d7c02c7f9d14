"""Which Python expressions read a variable: the forms of os.environ, its libraries and the app's wrappers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from scaffold.config_vars.python.libraries import Found, found, is_false, keyword, library_read, names_in
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.truth import default_node
from scaffold.config_vars.python.wrappers import Wrapper
from scaffold.config_vars.reads import Mode
from scaffold.families.python.syntax import dotted_name
from scaffold.patterns import lazy
from scaffold.record import replace

Wrappers = Mapping[str, tuple[Wrapper, ...]]
_NO_READS = frozenset(("read_env", "read_envfile", "prefixed", "seal", "parse_value"))
_OPTIONS = frozenset(("option", "argument", "Option", "Argument"))


def find_reads(node: ast.AST, scope: Scope, wrappers: Wrappers) -> Iterator[Found]:
    """Yield what an expression reads: a function of the app's own may read several variables."""
    if isinstance(node, ast.Call):
        yield from _called(node, scope, wrappers)
    elif (read := _plain(node, scope)) is not None:
        yield read


def find_read(node: ast.AST, scope: Scope, wrappers: Wrappers) -> Found | None:
    """Return the first thing that an expression reads, None where it reads nothing."""
    return next(find_reads(node, scope, wrappers), None)


def _plain(node: ast.AST, scope: Scope) -> Found | None:
    """Return what `os.environ[...]` or `... in os.environ` reads."""
    if isinstance(node, ast.Subscript):
        if scope.reader(node.value) != "os.environ" or not isinstance(node.ctx, ast.Load):
            return None
        return found(names_in(node.slice, scope), Mode.STRICT)
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return None
    asked = len(node.ops) == 1 and scope.reader(node.comparators[0]) in ("os.environ", "environ")
    return found(names_in(node.left, scope), Mode.TEST) if asked else None


def _called(node: ast.Call, scope: Scope, wrappers: Wrappers) -> Iterator[Found]:
    ways = (_of_system, _of_reader, _of_option, _of_foreign)
    for read in (way(node, scope) for way in ways):
        if read is not None:
            yield read
            return
    func = node.func
    last = func.attr if isinstance(func, ast.Attribute) else dotted_name(func)
    if last in wrappers:
        yield from _wrapped(node, wrappers[last], scope)
    elif isinstance(func, ast.Attribute):
        yield from _wrapped(node, wrappers.get(f"{scope.class_of(func.value)}.{last}", ()), scope)


def _of_system(node: ast.Call, scope: Scope) -> Found | None:
    """Read `os.getenv`, `dj_database_url.config`, `app.config.from_envvar`, `map(os.getenv, names)`."""
    origin = scope.origin(node.func)
    first = node.args[0] if node.args else keyword(node, "key", "variable_name")
    if origin == "os.getenv":
        return found(names_in(first, scope), Mode.PLAIN, default_node(node))
    if origin == "dj_database_url.config":
        named = names_in(keyword(node, "env") or (node.args[0] if node.args else None), scope)
        return found(named or ("DATABASE_URL",), Mode.PLAIN, keyword(node, "default"), "url")
    if origin in ("django_heroku.settings", "django_on_heroku.settings"):
        return found(("DATABASE_URL",), Mode.TEST)
    if origin.endswith(".config.from_envvar"):
        silent = keyword(node, "silent") is not None and not is_false(keyword(node, "silent"))
        return found(names_in(first, scope), Mode.TEST if silent else Mode.STRICT)
    if origin == "map" and len(node.args) == 2 and scope.is_getter(node.args[0]):
        return found(names_in(node.args[1], scope), Mode.PLAIN)
    return None


def _of_reader(node: ast.Call, scope: Scope) -> Found | None:
    """Read a call of, or a method on, the environment or a library's reader."""
    if not isinstance(node.func, ast.Attribute):
        kind = scope.reader(node.func)
        return library_read(node, kind, "", scope) if kind not in ("", "os.environ", "dynaconf") else None
    kind, method = scope.reader(node.func.value), node.func.attr
    if kind == "os.environ":
        if method not in ("get", "setdefault", "pop", "__getitem__"):
            return None
        default = default_node(node)
        mode = Mode.STRICT if default is None and method in ("pop", "__getitem__") else Mode.PLAIN
        first = node.args[0] if node.args else keyword(node, "key")
        return found(names_in(first, scope), mode, default)
    if kind in ("", "dynaconf"):
        kind = scope.reader(node.func)
        return library_read(node, kind, "", scope) if kind not in ("", "os.environ", "dynaconf") else None
    return None if method in _NO_READS else library_read(node, kind, method, scope)


def _of_option(node: ast.Call, scope: Scope) -> Found | None:
    """Read `@click.option("--token", envvar="TOKEN")` and typer's `Option("", envvar=...)`."""
    asked = keyword(node, "envvar")
    if asked is None or dotted_name(node.func).rpartition(".")[2] not in _OPTIONS:
        return None
    default = keyword(node, "default")
    if default is None and scope.origin(node.func).startswith("typer") and node.args:
        default = node.args[0]
    needed = isinstance(default, ast.Constant) and default.value is ...
    required = needed or (keyword(node, "required") is not None and not is_false(keyword(node, "required")))
    read = found(names_in(asked, scope), Mode.STRICT if required else Mode.TEST, None if needed else default)
    said = scope.text(keyword(node, "help"))
    return None if read is None else replace(read, told=said or "", either=len(read.names) > 1)


def _wrapped(node: ast.Call, wrappers: tuple[Wrapper, ...], scope: Scope) -> Iterator[Found]:
    for wrapper in wrappers:
        given = keyword(node, wrapper.key_name)
        if given is None and len(node.args) > wrapper.key:
            given = node.args[wrapper.key]
        default = keyword(node, wrapper.fallback_name)
        if default is None and 0 <= wrapper.fallback < len(node.args):
            default = node.args[wrapper.fallback]
        default = default or wrapper.default
        asked = [name.upper() if wrapper.upper else name for name in names_in(given, scope)]
        names = tuple(wrapper.before + name + wrapper.after for name in asked)
        mode = _mode(node, wrapper)
        if wrapper.flag is not None and mode is Mode.STRICT and _is_blank(default):
            default = None
        read = found(names, mode, default)
        if read is not None:
            yield replace(read, either=len(read.names) > 1)


def _mode(node: ast.Call, wrapper: Wrapper) -> Mode:
    """Return what a call of the app's own function comes to where the variable is missing."""
    flag = wrapper.flag
    if flag is None:
        return Mode.STRICT if wrapper.strict else Mode.PLAIN
    given = keyword(node, flag.name)
    if given is None and flag.at < len(node.args):
        given = node.args[flag.at]
    said = given.value if isinstance(given, ast.Constant) else flag.given
    return Mode.STRICT if bool(said) == flag.fails else Mode.TEST


_ENVIRONMENT = lazy(r"(?:\w+_)?env(?:s|ironment|_?vars?|_?utils?)?")
_CAPITALS = lazy(r"[A-Z][A-Z0-9_]{2,}")


def _of_foreign(node: ast.Call, scope: Scope) -> Found | None:
    """Read `get_string("X")` of a library's module that is named for the environment: `acme.envs`."""
    module, _, word = scope.origin(node.func).rpartition(".")
    if (
        dotted_name(node.func) not in scope.foreign
        or not word.islower()
        or not _ENVIRONMENT.fullmatch(module.rpartition(".")[2])
    ):
        return None
    name = scope.text(node.args[0] if node.args else keyword(node, "name"))
    if name is None or not _CAPITALS.fullmatch(name):
        return None
    needed = keyword(node, "required")
    strict = isinstance(needed, ast.Constant) and needed.value is True
    default = keyword(node, "default") or (node.args[1] if len(node.args) > 1 else None)
    told = scope.text(keyword(node, "description")) or ""
    mode = Mode.PLAIN if needed is None else Mode.STRICT if strict else Mode.TEST
    read = found((name,), mode, None if strict and _is_blank(default) else default)
    return None if read is None else replace(read, told=told)


def _is_blank(node: ast.expr | None) -> bool:
    """Tell whether a fallback is None or an empty text, which a function that insists takes for missing."""
    return isinstance(node, ast.Constant) and node.value in (None, "")
