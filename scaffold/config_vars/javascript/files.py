"""Files of Node libraries that name variables: node-config, dotenv-safe, Nuxt's runtimeConfig."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.javascript.values import Values, fields
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.manifests import json_file, yaml_file
from scaffold.patterns import lazy
from scaffold.repo import Repo

_CODE = ("js", "ts", "cjs", "mjs", "json5")
_FORMATS = ("json", "yaml", "yml", *_CODE)
_SAFE = lazy(r"""['"]dotenv-safe(?:/config)?['"]""")
_EXAMPLE = lazy(r"\bexample\s*:\s*(?:[\w.]+\(.*?)?['\"`](?:[^'\"`]*/)?([^/'\"`]+)['\"`]")
_LINE = lazy(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_WORDS = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the variables that the app's library files name."""
    prefix = "" if root == "." else root + "/"
    yield from _node_config(repo, prefix)
    yield from _dotenv_safe(repo, root, others, prefix)
    for name in ("nuxt.config.ts", "nuxt.config.js", "nuxt.config.mjs"):
        if prefix + name in repo and "runtimeConfig" in repo.text(prefix + name):
            yield from _nuxt(repo, prefix + name)


def _node_config(repo: Repo, prefix: str) -> Iterator[Read]:
    """Read node-config's custom-environment-variables, with the defaults of config/default.*."""
    named = [
        path for form in _FORMATS if (path := f"{prefix}config/custom-environment-variables.{form}") in repo
    ]
    if not named:
        return
    defaults: dict[str, str] = {}
    for name in ("default", "production"):
        for form in _FORMATS:
            defaults |= {
                key: text for key, (text, _) in _leaves(repo, f"{prefix}config/{name}.{form}").items()
            }
    for path in named:
        for key, (name, line) in _leaves(repo, path).items():
            if is_name(name) and key.rpartition(".")[2] != "__format":
                given = defaults.get(key.removesuffix(".__name"))
                mode = Mode.DEFAULT if given else Mode.PLAIN
                yield Read(name=name, path=path, line=line, mode=mode, default=given)


def _leaves(repo: Repo, path: str) -> dict[str, tuple[str, int]]:
    """Return the values of a configuration file, with their lines, by dotted key."""
    if path not in repo:
        return {}
    if path.endswith(_CODE):
        text = repo.text(path)
        tree = nodes.parse(f"({text})" if path.endswith("json5") else text, "javascript")
        table = next(iter(nodes.every(tree, "object")), None)
        return dict(_of_object(table, "", Values(tree))) if table is not None else {}
    parsed = repo.try_parsed(path, json_file.parse if path.endswith("json") else yaml_file.parse)
    found: dict[str, tuple[str, int]] = {}
    for key, value in _of_value(parsed.value if parsed is not None else None, ""):
        found[key] = (value, repo.line_of(path, rf"\b{re.escape(value)}\b"))
    return found


def _of_object(table: Any, above: str, values: Values) -> Iterator[tuple[str, tuple[str, int]]]:
    for key, value in fields(table).items():
        if value.kind() == "object":
            yield from _of_object(value, f"{above}{key}.", values)
        elif text := values.literal(value):
            yield above + key, (text, nodes.line(value))


def _of_value(value: object, above: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _of_value(item, f"{above}.{key}" if above else str(key))
    elif value is not None and above:
        yield above, str(value)


def _dotenv_safe(repo: Repo, root: str, others: tuple[str, ...], prefix: str) -> Iterator[Read]:
    """With dotenv-safe the app does not start unless all that .env.example names is set."""
    manifest = prefix + "package.json"
    if manifest not in repo or "dotenv-safe" not in repo.text(manifest):
        return
    for path in scope.files(repo, root, others, (".js", ".mjs", ".cjs", ".ts")):
        text = repo.text(path)
        if not _SAFE.search(text):
            continue
        given = _EXAMPLE.search(text)
        example = prefix + (given[1] if given else ".env.example")
        blank = re.search(r"allowEmptyValues\s*:\s*true", text) is not None
        yield from _all_of(repo, example, Mode.PLAIN if blank else Mode.STRICT)


def _all_of(repo: Repo, path: str, mode: Mode) -> Iterator[Read]:
    for number, line in enumerate(repo.lines(path) if path in repo else (), 1):
        found = _LINE.fullmatch(line)
        if found is not None:
            yield Read(name=found[1], path=path, line=number, mode=mode)


def _nuxt(repo: Repo, path: str) -> Iterator[Read]:
    """`runtimeConfig: { apiKey: "", public: { apiBase: "/api" } }` is set by NUXT_API_KEY and so on."""
    tree = nodes.parse(repo.text(path), "typescript")
    values = Values(tree)
    for node in nodes.every(tree, "pair"):
        if node.field("key").text() == "runtimeConfig" and node.field("value").kind() == "object":
            yield from _keys(path, node.field("value"), "NUXT", values)


def _keys(path: str, table: Any, above: str, values: Values) -> Iterator[Read]:
    for key, value in fields(table).items():
        name = f"{above}_{_WORDS.sub('_', key).upper()}"
        text = values.literal(value)
        if value.kind() == "object":
            yield from _keys(path, value, name, values)
        elif text is not None:
            mode = Mode.DEFAULT if text else Mode.PLAIN
            yield Read(name=name, path=path, line=nodes.line(value), mode=mode, default=text)
