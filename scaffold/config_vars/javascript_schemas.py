"""Schemas that check the environment: zod, t3-env, envalid, Joi, yup, convict, env-var, Nest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy

_KEY = lazy(r"[A-Z][A-Z0-9_]{1,99}")
_FIELD = lazy(
    r"(z|zod|Joi|joi|yup|Yup|v|Type|t|S|s)\s*\.\s*\w+|(?:envalid\.)?(str|num|bool|url|email|port|host|json)\s*\("
)
_DEFAULT = lazy(
    r"\.(?:default|catch|prefault|failover)\(\s*(?:(['\"`])(.*?)\1|([\w.-]+))?|\bdefault\s*:\s*(?:(['\"`])(.*?)\4|([\w.-]+))"
)
_OPTIONAL = lazy(r"\.(?:optional|nullish|nullable|allow)\(|\bv\.optional\(|Type\.Optional\(")
_KINDS = {
    "bool": "boolean",
    "boolean": "boolean",
    "num": "number",
    "number": "number",
    "port": "number",
    "url": "url",
    "uri": "url",
    "int": "number",
}


def schema_reads(path: str, tree: Any) -> Iterator[Read]:
    """Yield the variables that schemas and config services in a script ask for."""
    text = tree.text()
    if re.search(
        r"createEnv|cleanEnv|\bz\.object|[Jj]oi\.object|[yY]up\.object|v\.object|Type\.Object|S\.object", text
    ):
        yield from _fields(path, tree)
    if "convict" in text:
        yield from _convict(path, tree)
    if "ConfigService" in text or "env-var" in text:
        yield from _services(path, tree)


def _fields(path: str, tree: Any) -> Iterator[Read]:
    for node in nodes.every(tree, "pair"):
        key, value = node.field("key"), node.field("value")
        if key is None or value is None or value.kind() != "call_expression":
            continue
        name, text = nodes.string(key) or key.text(), value.text()
        start = _FIELD.match(text)
        if start is None or not _KEY.fullmatch(name):
            continue
        mode, default = _mode(text, start)
        kind = next((_KINDS[word] for word in re.findall(r"[a-z]+", text[:60]) if word in _KINDS), "")
        yield Read(
            name=name, path=path, line=nodes.line(node), mode=mode, default=default, kind=kind, bound=name
        )


def _mode(text: str, start: re.Match[str]) -> tuple[Mode, str | None]:
    if found := _DEFAULT.search(text):
        default = found[2] if found[1] else found[5] if found[4] else found[3] or found[6]
        if default in (None, "", "undefined", "null"):
            return Mode.TEST, None
        return Mode.DEFAULT, default
    if _OPTIONAL.search(text):
        return Mode.TEST, None
    if (start[1] or "").lower() in ("joi", "yup") and ".required(" not in text:
        return Mode.TEST, None
    return Mode.STRICT, None


def _convict(path: str, tree: Any) -> Iterator[Read]:
    """`port: { doc: "...", default: 8080, env: "PORT" }`."""
    for node in nodes.every(tree, "pair"):
        name = nodes.string(node.field("value"))
        if node.field("key").text() != "env" or not name or not _KEY.fullmatch(name):
            continue
        said = {
            item.field("key").text(): item.field("value")
            for item in nodes.named(node.parent())
            if item.kind() == "pair"
        }
        given, doc = said.get("default"), nodes.string(said.get("doc")) or ""
        text = nodes.string(given) if given is not None else None
        if text is None and given is not None and given.kind() in ("number", "true", "false"):
            text = given.text()
        blank = given is None or given.kind() == "null" or text == ""
        yield Read(
            name=name,
            path=path,
            line=nodes.line(node),
            mode=Mode.PLAIN if blank else Mode.DEFAULT,
            default=text,
            told=doc,
        )


def _services(path: str, tree: Any) -> Iterator[Read]:
    """`config.get<string>("X")`, `config.getOrThrow("X")`, env-var's `env.get("X").required()`."""
    for node in nodes.every(tree, "call_expression"):
        callee, arguments = node.field("function"), nodes.named(node.field("arguments"))
        name = nodes.string(arguments[0]) if arguments else None
        if callee is None or name is None or not _KEY.fullmatch(name):
            continue
        found = re.fullmatch(
            r"(?:this\.)?(?:\w*[cC]onfig\w*|env)\.(get|getOrThrow)(?:<.*>)?", callee.text(), re.DOTALL
        )
        if found is None:
            continue
        above = node.parent().text() if node.parent() is not None else ""
        after = above[len(node.text()) :] if above.startswith(node.text()) else ""
        strict = found[1] == "getOrThrow" or after.startswith(".required")
        default = nodes.string(arguments[1]) if len(arguments) > 1 else None
        if given := re.match(r"\.default\(\s*['\"]?([^'\")]*)", after):
            default = given[1]
        mode = Mode.STRICT if strict else Mode.DEFAULT if default or len(arguments) > 1 else Mode.PLAIN
        yield Read(name=name, path=path, line=nodes.line(node), mode=mode, default=default)
