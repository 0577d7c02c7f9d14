"""dynaconf: `Dynaconf(envvar_prefix="SHOP")` and `settings.DOOR` -> the variable SHOP_DOOR."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.libraries import is_false, keyword
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.python.tables import value_text
from scaffold.config_vars.python.truth import default_node
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.families.python.syntax import dotted_name, literal, tree_of
from scaffold.manifests import json_file, toml_file, yaml_file
from scaffold.record import replace
from scaffold.repo import Repo

_METHODS = frozenset(
    "get exists set setenv from_env as_dict to_dict reload load_file configure validators store update "
    "current_env env_for_dynaconf using_env clean unset get_fresh as_bool as_int as_float".split()
)
_FILES = ("settings.toml", "settings.yaml", "settings.yml", "settings.json")
_LAYERS = ("default", "global", "production")


def dynaconf_reads(repo: Repo, texts: list[tuple[str, str]]) -> Iterator[Read]:
    """Yield the uses of dynaconf's objects in the files (path, text), and what its validators name."""
    made: dict[str, str] = {}
    given: dict[str, str] = {}
    for path, text in texts:
        tree = tree_of(repo, path) if "dynaconf" in text else None
        if tree is not None:
            index = Index(tree)
            made |= _objects(index)
            for key, read in _validators(path, index, next(iter(made.values()), "DYNACONF")):
                given |= {key.upper(): read.default} if read.default is not None else {}
                yield read
    if not made:
        return
    given = _file_values(repo) | given
    seek = re.compile(rf"\b(?:{'|'.join(map(re.escape, made))})\s*[.\[(]")
    for path, text in texts:
        tree = tree_of(repo, path) if seek.search(text) else None
        if tree is not None:
            yield from _uses(path, Index(tree), made, given)


def _objects(index: Index) -> dict[str, str]:
    """Return the names of dynaconf's objects with the prefix of their variables."""
    found: dict[str, str] = {}
    for taken in index.of(ast.ImportFrom):
        if taken.module == "dynaconf":
            found |= {a.asname or a.name: "DYNACONF" for a in taken.names if a.name == "settings"}
    for node in index.of(ast.Assign):
        call, name = node.value, dotted_name(node.targets[0])
        made = dotted_name(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and name and made in ("Dynaconf", "LazySettings"):
            asked = keyword(call, "envvar_prefix", "ENVVAR_PREFIX_FOR_DYNACONF")
            prefix = "" if is_false(asked) else literal(asked)
            found[name] = "DYNACONF" if prefix is None else prefix.upper()
    return found


def _validators(path: str, index: Index, prefix: str) -> Iterator[tuple[str, Read]]:
    """Yield the keys that `Validator("DOOR", must_exist=True, default=...)` names, each with its read."""
    for call in index.of(ast.Call):
        if dotted_name(call.func).rpartition(".")[2] != "Validator":
            continue
        default, needed = keyword(call, "default"), keyword(call, "must_exist", "required")
        strict = needed is not None and not is_false(needed) and default is None
        mode = Mode.STRICT if strict else Mode.TEST if default is None else Mode.DEFAULT
        text = None if default is None else value_text(default, Scope(index))
        for key in filter(None, (literal(arg) for arg in call.args)):
            name = _full(prefix, key)
            if is_name(name):
                yield key, Read(name=name, path=path, line=call.lineno, mode=mode, default=text)


def _full(prefix: str, key: str) -> str:
    """Return the variable of a key; a key inside a table has two underscores."""
    name = key.replace(".", "__")
    return f"{prefix}_{name}".upper() if prefix else name.upper()


def _uses(path: str, index: Index, made: Mapping[str, str], given: Mapping[str, str]) -> Iterator[Read]:
    scope = Scope(index)
    own = {
        name: prefix
        for name, prefix in made.items()
        if not scope.origins.get(name, "").startswith(("django.", "flask."))
    }
    for node in index.parents:
        holder, key, mode, default = _use(node, index.parents.get(node), own)
        if not key or not is_name(name := _full(own[holder], key)):
            continue
        text = None if default is None else value_text(default, scope)
        read = Read(name=name, path=path, line=getattr(node, "lineno", 1), mode=mode, default=text)
        known = given.get(key.upper().replace(".", "__"))
        if known is not None:
            read = replace(read, mode=Mode.DEFAULT if known else Mode.PLAIN, default=known)
        yield read


def _use(
    node: ast.AST, above: ast.AST | None, own: Mapping[str, str]
) -> tuple[str, str, Mode, ast.expr | None]:
    """Return (object, key, mode, default) of `settings.KEY`, `settings["KEY"]` or `settings.get("KEY")`."""
    if isinstance(node, ast.Attribute) and node.attr not in _METHODS:
        more = f".{above.attr}" if isinstance(above, ast.Attribute) and above.attr.isupper() else ""
        key = node.attr + more if isinstance(node.ctx, ast.Load) else ""
        holder = dotted_name(node.value)
        return (holder, key, Mode.STRICT, None) if holder in own else ("", "", Mode.STRICT, None)
    if isinstance(node, ast.Subscript) and (holder := dotted_name(node.value)) in own:
        read = isinstance(node.ctx, ast.Load)
        return holder, (literal(node.slice) or "") if read else "", Mode.STRICT, None
    if isinstance(node, ast.Call) and node.args:
        called = dotted_name(node.func)
        holder, default = called.removesuffix(".get"), default_node(node)
        mode = Mode.DEFAULT if default is not None else Mode.STRICT if holder == called else Mode.PLAIN
        if holder in own:
            return holder, literal(node.args[0]) or "", mode, default
    return "", "", Mode.STRICT, None


def _file_values(repo: Repo) -> dict[str, str]:
    """Return what dynaconf's committed settings files give, by key."""
    found: dict[str, str] = {}
    for path in repo.where(lambda path: path.rpartition("/")[2] in _FILES):
        document = _document(repo, path)
        layers = [part for key, part in document.items() if str(key).lower() in _LAYERS]
        for layer in [part for part in layers if isinstance(part, dict)] or [document]:
            found |= dict(_leaves(layer, ""))
    return found


def _document(repo: Repo, path: str) -> dict[object, object]:
    value: object = None
    if path.endswith(".toml"):
        toml = repo.try_parsed(path, toml_file.parse)
        value = toml.value if toml else None
    elif path.endswith(".json"):
        json = repo.try_parsed(path, json_file.parse)
        value = json.value if json else None
    else:
        yaml = repo.try_parsed(path, yaml_file.parse)
        value = yaml.value if yaml else None
    return dict(value) if isinstance(value, dict) else {}


def _leaves(value: Mapping[object, object], before: str) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        name = f"{before}{key}".upper()
        if isinstance(item, dict):
            yield from _leaves(item, f"{name}__")
            yield name, ""
        else:
            yield name, ",".join(map(str, item)) if isinstance(item, list) else str(item)
