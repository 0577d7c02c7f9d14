"""Config services: convict, env-var, Nest's ConfigService, Strapi's and Adonis' env, nconf, webpack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.javascript.validators import chain
from scaffold.config_vars.javascript.values import Values, fields
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import has_any, lazy

MARK = lazy(
    r"ConfigService|\bconvict\b|['\"]env-var['\"]|\bnconf\b|EnvironmentPlugin|\(\s*\{[^(){}]*\benv\b[^(){}]*\}\s*\)\s*=>"
    r"|#start/env|@ioc:Adonis/Core/Env"
)
"""A script with one of these may ask a config service."""
_WORDS = (
    "ConfigService",
    "convict",
    "env-var",
    "nconf",
    "EnvironmentPlugin",
    "#start/env",
    "Adonis/Core/Env",
)
_HANDED = lazy(r"env\b[^(){}]*\}\s*\)\s*=>")


def is_marked(text: str) -> bool:
    """Tell whether a script may ask a config service; the words first, they cost nothing."""
    seen = has_any(text, _WORDS) or ("=>" in text and _HANDED.search(text))
    return bool(seen and MARK.search(text))


_KEY = lazy(r"[A-Z][A-Z0-9_]{1,99}")
_NEST = lazy(r"\b(\w+)\??\s*:\s*(?:\w+\.)?\w*ConfigService\b|\b(\w+)\s*=\s*[^;\n]*ConfigService\b")
_ENV_VAR = lazy(
    r"import\s+(?:\*\s+as\s+)?(\w+)\s+from\s*['\"]env-var['\"]|\b(\w+)\s*=\s*require\(\s*['\"]env-var['\"]|\b(\w+)\s*=\s*(?:\w+\.)?from\("
)
_GET = lazy(r"\{[^}]*\bget\b[^}]*\}\s*(?:from\s*|=\s*require\(\s*)['\"]env-var['\"]")
_ADONIS = lazy(r"import\s+(\w+)\s+from\s*['\"](?:#start/env|@ioc:Adonis/Core/Env)['\"]")
_STRAPI = lazy(r"\(\s*\{[^(){}]*\benv\b[^(){}]*\}\s*\)\s*=>")

Asked = tuple[Any, str, Mode, "str | None"]


def asked(tree: Any, values: Values) -> Iterator[Asked]:
    """Yield the calls that ask a service for a variable: place, name, mode, default."""
    text = tree.text()
    if not is_marked(text):
        return
    nest = _nest(text)
    holders = {name for found in _ENV_VAR.findall(text) for name in found if name}
    holders = holders if "env-var" in text else set()
    adonis = set(_ADONIS.findall(text))
    strapi = bool(_STRAPI.search(text))
    plain_get = bool(_GET.search(text))
    for node in nodes.every(tree, "call_expression"):
        callee, given = node.field("function"), nodes.named(node.field("arguments"))
        name = nodes.string(given[0]) if given else None
        if callee is None or name is None or not _KEY.fullmatch(name):
            continue
        holder, _, word = re.sub(r"[?!]|<.*>$|\s+", "", callee.text(), flags=re.DOTALL).rpartition(".")
        last = holder.rpartition(".")[2]
        if (last in holders and word == "get") or (plain_get and not holder and word == "get"):
            yield _env_var(node, name, values)
        elif nest and word in ("get", "getOrThrow") and (last in nest or "config" in last.lower()):
            mode = Mode.STRICT if word == "getOrThrow" else Mode.PLAIN
            yield node, name, *_second(given, mode, values)
        elif (last in adonis and word == "get") or (strapi and (callee.text() == "env" or holder == "env")):
            yield node, name, *_second(given, Mode.PLAIN, values)
    yield from _lists(tree, text, values)


def _nest(text: str) -> set[str]:
    """Return the names that Nest's ConfigService has in a script."""
    if "ConfigService" not in text:
        return set()
    return {name for found in _NEST.findall(text) for name in found if name}


def keyed(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the calls that ask Nest's ConfigService for a name held in a variable, with that variable."""
    nest = _nest(tree.text())
    for node in nodes.every(tree, "call_expression") if nest else ():
        given = nodes.named(node.field("arguments"))
        callee = re.sub(r"<.*>$|\s+", "", node.field("function").text(), flags=re.DOTALL)
        holder, _, word = callee.rpartition(".")
        if word in ("get", "getOrThrow") and holder.rpartition(".")[2] in nest and given:
            yield node, given[0]


def _second(given: list[Any], mode: Mode, values: Values) -> tuple[Mode, str | None]:
    """Return what a call's second argument makes of a missing variable."""
    if len(given) < 2 or given[1].kind() == "object" or given[1].text() in ("undefined", "null"):
        return mode, None
    text = values.literal(given[1])
    return (Mode.DEFAULT, text) if text != "" else (mode, "")


def _env_var(node: Any, name: str, values: Values) -> Asked:
    """`env.get("X").required().default("d").asString()`."""
    outer = node
    while (parent := outer.parent()) is not None and parent.kind() in (
        "member_expression",
        "call_expression",
    ):
        outer = parent
    mode, default = Mode.PLAIN, None
    for word, given in chain(outer)[1]:
        if word == "required" and not (given and given[0].text() == "false"):
            mode = Mode.STRICT
        elif word == "default" and given:
            mode, default = _second([None, *given], mode, values)
    return outer, name, Mode.TEST if mode is Mode.PLAIN else mode, default


def _lists(tree: Any, text: str, values: Values) -> Iterator[Asked]:
    """`nconf.env(["A"])`, `new webpack.EnvironmentPlugin(["A"])` and `({ A: "d" })`."""
    if "nconf" not in text and "EnvironmentPlugin" not in text:
        return
    for node in nodes.every(tree, "call_expression", "new_expression"):
        callee = node.field("function") or node.field("constructor")
        given = nodes.named(node.field("arguments"))
        word = callee.text() if callee is not None else ""
        plugin = word.endswith("EnvironmentPlugin")
        if not given or not (plugin or word.endswith("nconf.env") or word.endswith(").env")):
            continue
        table = fields(given[0]) if given[0].kind() == "object" else {}
        for name, value in table.items():
            if plugin and _KEY.fullmatch(name):
                yield value, name, *_second([None, value], Mode.PLAIN, values)
        listed = fields(given[0]).get("whitelist") if table and not plugin else given[0]
        for item in nodes.named(listed) if listed is not None and listed.kind() == "array" else ():
            name = nodes.string(item) or ""
            if _KEY.fullmatch(name):
                yield item, name, Mode.STRICT if plugin else Mode.PLAIN, None


def convict_reads(path: str, tree: Any, values: Values) -> Iterator[Read]:
    """`port: { doc: "...", format: "port", default: 8080, env: "PORT" }`."""
    text = tree.text()
    if "convict" not in text:
        return
    checked = re.search(r"\.validate\(", text) is not None
    for node in nodes.every(tree, "pair"):
        name = nodes.string(node.field("value"))
        if node.field("key").text() != "env" or not name or not _KEY.fullmatch(name):
            continue
        said = fields(node.parent())
        given, shape = said.get("default"), said.get("format")
        default = values.literal(given)
        null = given is None or given.text() in ("null", "undefined")
        free = shape is None or shape.text() == "'*'" or "nullable" in said
        mode = (
            Mode.STRICT
            if null and checked and not free
            else Mode.PLAIN
            if null or default == ""
            else Mode.DEFAULT
        )
        word = (nodes.string(shape) or shape.text() if shape is not None else "").lower()
        kind = {"port": "number", "int": "number", "nat": "number", "number": "number", "boolean": "boolean"}
        yield Read(
            name=name,
            path=path,
            line=nodes.line(node),
            mode=mode,
            default=default,
            kind=kind.get(word, "url" if word == "url" else "list" if word == "array" else ""),
            told=nodes.string(said.get("doc")) or "",
        )
