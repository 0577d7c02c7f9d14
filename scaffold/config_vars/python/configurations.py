"""django-configurations: `NAME = values.SecretValue()` -> the variable DJANGO_NAME."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python.checks import is_development_class
from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.pydantic import read_mode
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.patterns import lazy

_MODULE = "configurations.values."
_URLS = ("DatabaseURLValue", "CacheURLValue", "EmailURLValue", "SearchURLValue")
"""Values that are named after themselves: DATABASE_URL, with no prefix."""

_KIND = lazy(r"(Boolean)|(Integer|PositiveInteger|Float|Decimal)|(.*(?:List|Tuple|Set))|(.*URL)")
_KINDS = ("", "boolean", "number", "list", "url")


def configurations_reads(path: str, index: Index, scope: Scope) -> Iterator[Read]:
    """Yield the variables of the values in the module's classes, and of values that are named."""
    for call in index.of(ast.Call):
        origin = scope.origin(call.func)
        if origin.startswith(_MODULE):
            yield from _value(path, call, origin.removeprefix(_MODULE), index, scope)


def _value(path: str, call: ast.Call, word: str, index: Index, scope: Scope) -> Iterator[Read]:
    above = index.parents.get(call)
    target = dotted_name(above.targets[0]) if isinstance(above, ast.Assign) else ""
    owner = index.parents.get(above) if above is not None else None
    inside = isinstance(owner, ast.ClassDef)
    said = {keyword.arg: keyword.value for keyword in call.keywords}
    named = literal(said.get("environ_name"))
    if _is(said.get("environ"), False) or not (named or (inside and target)):
        return
    default = call.args[0] if call.args else said.get("default")
    strict = word == "SecretValue" or _is(said.get("environ_required"), True)
    mode, text = (Mode.TEST, None) if default is None else read_mode(default, scope)
    name = named or (
        word.removesuffix("Value").replace("URL", "").upper() + "_URL" if word in _URLS else target
    )
    asked = said.get("environ_prefix")
    prefix = ("" if word in _URLS else "DJANGO") if asked is None else literal(asked) or ""
    full = f"{prefix}_{name}" if prefix else name
    found = _KIND.match(word)
    if is_name(full):
        yield Read(
            name=full,
            path=path,
            line=call.lineno,
            mode=Mode.STRICT if strict else mode,
            default=None if strict else text,
            guarded=isinstance(owner, ast.ClassDef) and is_development_class(owner.name),
            bound=target,
            kind=_KINDS[found.lastindex or 0] if found is not None else "",
        )


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
