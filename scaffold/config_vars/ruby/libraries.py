"""Ruby's settings libraries -> reads: Figaro, dotenv, ENVied, anyway_config, Hanami's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.config_vars.ruby.names import Names, literal
from scaffold.config_vars.ruby.places import Places
from scaffold.patterns import lazy

_MARKS = ("ENVied", "Envied", "Figaro", "Anyway", "Dotenv", "ApplicationConfig", "::Settings")
_SETTINGS = lazy(r"class\s+[\w:]+\s*<\s*(?:Hanami|Dry::System)::Settings\b")
_REQUIRING = ("require_keys", "require_key")


def is_used(text: str) -> bool:
    """Tell whether a text may read variables through one of the libraries."""
    return any(mark in text for mark in _MARKS)


def reads(path: str, tree: nodes.Found, names: Names, places: Places) -> Iterator[Read]:
    """Yield what a script reads through a library."""
    for node in tree.every("call"):
        receiver, method = node.field("receiver"), node.field("method")
        if receiver is None or method is None:
            continue
        where, word = receiver.text(), method.text()
        if where in ("Figaro", "Dotenv", "Dotenv::Railtie") and word in _REQUIRING:
            found, mode = names.of(node.field("arguments")), Mode.STRICT
        elif where == "Figaro.env":
            found, mode = [word.rstrip("!?").upper()], Mode.STRICT if word.endswith("!") else Mode.PLAIN
            mode = Mode.TEST if word.endswith("?") else mode
        elif where in ("ENVied", "Envied") and re.fullmatch(r"[A-Z][A-Z0-9_]+", word):
            found, mode = [word], Mode.STRICT
        else:
            continue
        for name in found:
            read = places.read(path, node, name, mode, None) if is_name(name) else None
            if read is not None:
                yield read
    for node in tree.every("class"):
        yield from _anyway(path, node)
        yield from _settings(path, node)


_CONFIG_CLASS = lazy(r"class\s+(?:\w+::)*(\w+?)(?:Config)?\s*<\s*(?:Anyway::Config|ApplicationConfig)\b")
_SAID = lazy(r"^\s*(config_name|env_prefix)[ (]+[:\"'](\w+)", re.MULTILINE)
_WANTED = lazy(r"^\s*required[ (]+([^\n]*(?:,\n[^\n]*)*)", re.MULTILINE)


def _anyway(path: str, node: Any) -> Iterator[Read]:
    """`class MailConfig < Anyway::Config; attr_config :host, port: 25; end` reads MAIL_HOST, MAIL_PORT."""
    text = node.text()
    title = _CONFIG_CLASS.match(text)
    if title is None:
        return
    said = dict(_SAID.findall(text))
    plain = re.sub(r"(?<!^)(?=[A-Z])", "_", title[1])
    prefix = str(said.get("env_prefix") or said.get("config_name") or plain).upper()
    required = set(re.findall(r":(\w+)", " ".join(_WANTED.findall(text))))
    for call in nodes.every(node, "call"):
        method = call.field("method")
        if method is None or method.text() != "attr_config":
            continue
        for item in nodes.named(call.field("arguments")):
            parts = nodes.named(item) if item.kind() == "pair" else [item]
            name = parts[0].text().strip(":'\" ")
            value = literal(parts[1]) if len(parts) > 1 else None
            mode = Mode.STRICT if name in required else Mode.DEFAULT if len(parts) > 1 else Mode.TEST
            yield Read(
                name=f"{prefix}_{name.upper()}", path=path, line=nodes.line(item), mode=mode, default=value
            )


def _settings(path: str, node: Any) -> Iterator[Read]:
    """`class Settings < Hanami::Settings; setting :mail_host, default: 'a'; end` reads MAIL_HOST."""
    if not _SETTINGS.match(node.text()):
        return
    for call in nodes.every(node, "call"):
        method, arguments = call.field("method"), nodes.named(call.field("arguments"))
        if method is None or method.text() != "setting" or not arguments:
            continue
        said = {
            nodes.named(item)[0].text().strip(":"): nodes.named(item)[-1]
            for item in arguments[1:]
            if item.kind() == "pair"
        }
        name, made = (literal(arguments[0]) or "").upper(), said.get("constructor")
        insists = made is not None and not re.search(r"[Oo]ptional|Nil|Maybe", made.text())
        mode = Mode.DEFAULT if "default" in said else Mode.STRICT if insists else Mode.PLAIN
        if is_name(name):
            yield Read(
                name=name, path=path, line=nodes.line(call), mode=mode, default=literal(said.get("default"))
            )


_VARIABLE = lazy(r"^[ \t]*variable[ (]+:([A-Z][A-Z0-9_]+)([^\n]*)", re.MULTILINE)
_DEFAULT = lazy(r"default:\s*(?:proc\s*\{\s*)?['\"]([^'\"]*)['\"]")
_GROUP = lazy(r"^[ \t]*group[ (]+([^\n]*)\bdo\b.*?^end", re.MULTILINE | re.DOTALL)


def envfile(path: str, text: str) -> Iterator[Read]:
    """Read ENVied's Envfile: `variable :NAME, :integer`; the groups of development and tests are left out."""
    apart = [found.span() for found in _GROUP.finditer(text) if "production" not in found[1]]
    for found in _VARIABLE.finditer(text):
        if any(first <= found.start() < last for first, last in apart):
            continue
        given = _DEFAULT.search(found[2])
        mode = Mode.DEFAULT if "default:" in found[2] else Mode.STRICT
        line = text.count("\n", 0, found.start()) + 1
        yield Read(name=found[1], path=path, line=line, mode=mode, default=given[1] if given else None)
