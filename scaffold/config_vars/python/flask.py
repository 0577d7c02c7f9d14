"""Flask: `app.config.from_prefixed_env()` and `app.config["DOOR"]` -> the variable FLASK_DOOR."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.libraries import keyword
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.tables import value_text
from scaffold.config_vars.reads import Mode, Read
from scaffold.families.python.syntax import dotted_name, literal, tree_of
from scaffold.repo import Repo

MARK = "from_prefixed_env"
_OWN = frozenset(
    "DEBUG TESTING PROPAGATE_EXCEPTIONS PERMANENT_SESSION_LIFETIME SESSION_COOKIE_NAME SERVER_NAME ENV "
    "APPLICATION_ROOT PREFERRED_URL_SCHEME MAX_CONTENT_LENGTH SEND_FILE_MAX_AGE_DEFAULT".split()
)
"""Settings that Flask gives a value itself."""


def flask_reads(repo: Repo, texts: list[tuple[str, str]]) -> Iterator[Read]:
    """Yield the keys of the app's config in the files (path, text); those the code sets have a default."""
    asking = [tree_of(repo, path) for path, text in texts if MARK in text]
    prefix = next(filter(None, (_prefix(Index(tree)) for tree in asking if tree is not None)), "")
    if not prefix:
        return
    trees = [(path, tree_of(repo, path)) for path, text in texts if "config" in text]
    indexes = [(path, Index(tree)) for path, tree in trees if tree is not None]
    known = {key: text for _, index in indexes for key, text in _given(index)}
    for path, index in indexes:
        reading: list[ast.Subscript | ast.Call] = [*index.of(ast.Subscript), *index.of(ast.Call)]
        for node in reading:
            key, mode = _key(node)
            if key and key not in _OWN:
                default = known.get(key)
                if key in known:
                    mode = Mode.PLAIN if default == "" else Mode.DEFAULT
                yield Read(
                    name=f"{prefix}_{key}",
                    path=path,
                    line=node.lineno,
                    mode=mode,
                    default=default,
                    bound=key,
                )


def _prefix(index: Index) -> str:
    for call in index.of(ast.Call):
        if dotted_name(call.func).endswith(f".{MARK}"):
            asked = keyword(call, "prefix") or (call.args[0] if call.args else None)
            return literal(asked) or "FLASK"
    return ""


def _key(node: ast.Subscript | ast.Call) -> tuple[str, Mode]:
    """Return the key of `app.config["KEY"]` or `.get("KEY")`, and what happens without it."""
    if isinstance(node, ast.Subscript):
        read = isinstance(node.ctx, ast.Load) and dotted_name(node.value).endswith(".config")
        return ((literal(node.slice) or "") if read else ""), Mode.STRICT
    if not node.args or not dotted_name(node.func).endswith(".config.get"):
        return "", Mode.PLAIN
    return literal(node.args[0]) or "", Mode.PLAIN if len(node.args) == 1 else Mode.DEFAULT


def _given(index: Index) -> Iterator[tuple[str, str | None]]:
    """Yield what the code itself gives: `config["KEY"] = ...`, `from_mapping(KEY=...)`, `KEY = ...`."""
    scope = Scope(index)
    for node in index.of(ast.Assign):
        target = node.targets[0]
        key = literal(target.slice) if isinstance(target, ast.Subscript) else dotted_name(target)
        if key and key.isupper():
            yield key, value_text(node.value, scope)
    for call in index.of(ast.Call):
        last = dotted_name(call.func).rpartition(".")[2]
        for part in call.keywords if last in ("from_mapping", "update") else ():
            if part.arg and part.arg.isupper():
                yield part.arg, value_text(part.value, scope)
        if last == "setdefault" and len(call.args) == 2:
            yield literal(call.args[0]) or "", value_text(call.args[1], scope)
