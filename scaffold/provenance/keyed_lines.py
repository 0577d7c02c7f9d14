"""The text of a deployment file -> for each of its lines, the key that it belongs to.

A key is a path such as ("env", "STRIPE_KEY", "required"); list items go by what they are rather than
by their place ("addons", "heroku-postgresql"), so that the keys of two versions of a file can be compared.
A line that belongs to none (a brace, a comment, a blank) has the key ().
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scaffold.context_vars import GROUPS
from scaffold.errors import ManifestError
from scaffold.manifests import env_file, json_file, procfile, toml_file, yaml_file
from scaffold.patterns import lazy

Key = tuple[str, ...]

_COMMENTED = lazy(r"#+[ \t]*([A-Za-z_][A-Za-z0-9_]*)=")
_FUNCTION = lazy(r"(\w+)\(\) *\{(.*\})?")
_SETTING = lazy(r"([A-Z_]+)=")
_CONFIG_VAR = lazy(r"""\s*"\$1" '?([A-Za-z_][A-Za-z0-9_]*)'? (?:value|generated|secret|asked|copied) """)
_ADDON = lazy(r"""\s*"\$1" '?([a-z0-9-]+)""")


def rows_of(text: str) -> list[str]:
    """Return the lines of a text as git and editors count them."""
    rows = text.split("\n")
    return rows if rows[-1] else rows[:-1]


def line_keys(path: str, text: str) -> tuple[Key, ...]:
    """Return the key of each line; for a malformed file all are ()."""
    find = _FORMATS.get(path.rpartition("/")[2] if path != "bin/deploy" else path)
    try:
        found = find(text, path) if find else {}
    except ManifestError:
        found = {}
    return tuple(found.get(number, ()) for number in range(1, len(rows_of(text)) + 1))


def is_keyed(path: str) -> bool:
    """Tell whether the lines of a file have keys at all."""
    return path == "bin/deploy" or path.rpartition("/")[2] in _FORMATS


def shown(key: Key) -> str:
    """Write a key as a person reads it."""
    return ".".join(key)


_DEPTHS = {
    "app.json": {"keywords": 1, "env": 2, "formation": 2, "addons": 2, "buildpacks": 2, "environments": 2},
    "heroku.yml": {"setup": 3, "build": 3, "release": 1, "run": 2},
    "config-vars.toml": {"vars": 2, "env": 3},
    "deploy.yml": {"on": 2, "jobs": 3},
    "config.yml": {"parameters": 2, "jobs": 3, "workflows": 2},
    ".gitlab-ci.yml": {"variables": 2, "test": 2, "deploy-staging": 2, "deploy-production": 2},
}


def unit(path: str, key: Key) -> Key:
    """Return the part of a key that names one thing: a config var, a process type, an add-on."""
    depths = _DEPTHS.get(path.rpartition("/")[2])
    if not depths or not key:
        return key
    depth = depths.get(key[0], 1)
    deeper = depth > 1 and key[depth - 1 : depth] in (
        ("env",),
        ("services",),
        ("variables",),
        ("environment",),
    )
    return key[: depth + deeper]


def at_known_places(path: str, yours: str, base: str, text: str) -> str:
    """Return a text with the places where variables are read as they stand in the person's file.

    They move with every edit of the code, which is no difference; one that the person edited stays.
    """
    if path.rpartition("/")[2] != "config-vars.toml":
        return text
    there, before = (
        {key: row for key, row in zip(line_keys(path, each), rows_of(each), strict=True) if "read_at" in key}
        for each in (yours, base)
    )
    known = {key: row for key, row in there.items() if before.get(key, row) == row}
    rows = zip(line_keys(path, text), rows_of(text), strict=True)
    return "".join(f"{known.get(key, row)}\n" for key, row in rows)


_NAMES = {
    ("app.json", "env"): "config var",
    ("app.json", "formation"): "dynos of",
    ("app.json", "addons"): "add-on",
    ("app.json", "buildpacks"): "buildpack",
    ("app.json", "environments"): "environment",
    ("config-vars.toml", "vars"): "config var",
    ("config-vars.toml", "env"): "config var",
    ("bin/deploy", "each_config_var()"): "config var",
    ("bin/deploy", "each_addon()"): "add-on",
    ("heroku.yml", "run"): "process type",
    ("heroku.yml", "build"): "image",
    ("heroku.yml", "setup"): "add-on",
}
_ONLY = {
    "Procfile": "process type",
    ".env.example": "config var",
    ".buildpacks": "buildpack",
    ".slugignore": "pattern",
}


def label(path: str, key: Key) -> str:
    """Name what a key stands for, in a person's words: "process type worker"."""
    name = path if path == "bin/deploy" else path.rpartition("/")[2]
    if not key:
        return "this text"
    if name in (".python-version", "runtime.txt"):
        return "the language version"
    if (name, key) == ("app.json", ("stack",)):
        return "the stack image"
    word = _ONLY.get(name) or (_NAMES.get((name, key[0])) if len(key) > 1 else "")
    return f"{word} {key[-1]}" if word and (name in _ONLY or key == unit(path, key)) else shown(key)


def _procfile(text: str, path: str) -> dict[int, Key]:
    return {line.line: (line.name,) for line in procfile.parse(text, path)}


def _json(text: str, path: str) -> dict[int, Key]:
    document = json_file.parse(text, path)
    found: dict[int, Key] = {}
    for where, (first, last) in sorted(json_file.spans(text).items(), key=lambda item: len(item[0])):
        for number in range(first, last + 1):
            if number in (first, last) or where:
                found[number] = _named(document.value, where)
    return found


def _yaml(text: str, path: str) -> dict[int, Key]:
    document = yaml_file.parse(text, path)
    starts: dict[int, tuple[str | int, ...]] = {}
    for where, first in document.lines.items():
        if where and len(where) >= len(starts.get(first, ())):
            starts[first] = where
    found: dict[int, Key] = {}
    known: Key = ()
    for number, row in enumerate(text.split("\n"), 1):
        known = _named(document.value, starts[number]) if number in starts else known
        found[number] = known if row.strip() and not row.lstrip().startswith("#") else ()
    return found


def _named(value: Any, where: tuple[str | int, ...]) -> Key:
    """Return a path with each place in a list replaced by what stands there."""
    found: list[str] = []
    for part in where:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(part, str) or not isinstance(value, str) or len(where) == 2:
            found.append(part if isinstance(part, str) else _identity(value, part))
    return tuple(found)


def _identity(item: Any, at: int) -> str:
    said = item if isinstance(item, str) else None
    if isinstance(item, Mapping):
        said = next((item[name] for name in ("plan", "url") if isinstance(item.get(name), str)), None)
        if said and isinstance(item.get("as"), str):
            return f"{said.partition(':')[0]} as {item['as']}"
    if not said:
        return str(at)
    return said if "://" in said else said.partition(":")[0]


def _toml(text: str, path: str) -> dict[int, Key]:
    return {
        number: statement.keys
        for statement in toml_file.statements(toml_file.parse(text, path))
        for number in range(statement.first, statement.last + 1)
    }


def _env(text: str, path: str) -> dict[int, Key]:
    """Take the comments right above an assignment for its own, but for the titles of groups."""
    spans = {line.line: line for line in env_file.parse(text, path) if not line.commented}
    found: dict[int, Key] = {}
    above: list[int] = []
    end = 0
    for number, row in enumerate(text.split("\n"), 1):
        optional = _COMMENTED.match(row)
        assigned = spans.get(number)
        if number <= end:
            continue
        if assigned is not None or optional is not None:
            end = assigned.end if assigned else number
            name = assigned.name if assigned else optional[1] if optional else ""
            found |= dict.fromkeys([*above, *range(number, end + 1)], (name,))
            above = []
        elif row.startswith("#") and row.lstrip("# ") not in GROUPS:
            above.append(number)
        else:
            above = []
    return found


def _lines(text: str, path: str) -> dict[int, Key]:  # noqa: ARG001  (all formats share one signature)
    return {
        number: (row.strip(),)
        for number, row in enumerate(text.split("\n"), 1)
        if row.strip() and not row.startswith("#")
    }


def _version(text: str, path: str) -> dict[int, Key]:  # noqa: ARG001
    return {
        number: ("version",)
        for number, row in enumerate(text.split("\n"), 1)
        if row.strip() and not row.startswith("#")
    }


def _deploy(text: str, path: str) -> dict[int, Key]:  # noqa: ARG001
    """Tell settings, functions, and the lists of config vars and add-ons in two of them."""
    found: dict[int, Key] = {}
    function = ""
    for number, row in enumerate(text.split("\n"), 1):
        head = _FUNCTION.match(row)
        function = head[1] if head else function
        setting = None if function else _SETTING.match(row)
        if function:
            found[number] = (f"{function}()", *_listed(function, row))
        elif setting:
            found[number] = (setting[1],)
        if row == "}" or (head and head[2]):
            function = ""
    for number, row in reversed(list(enumerate(text.split("\n"), 1))):
        if row.startswith("#") and number not in found and number + 1 in found:
            found[number] = found[number + 1][:1]
    return found


def _listed(function: str, row: str) -> Key:
    pattern = {"each_config_var": _CONFIG_VAR, "each_addon": _ADDON}.get(function)
    match = pattern.match(row) if pattern else None
    return (match[1],) if match else ()


_FORMATS: Mapping[str, Callable[[str, str], dict[int, Key]]] = {
    "Procfile": _procfile,
    "app.json": _json,
    "heroku.yml": _yaml,
    "deploy.yml": _yaml,
    "config.yml": _yaml,
    ".gitlab-ci.yml": _yaml,
    "config-vars.toml": _toml,
    ".env.example": _env,
    ".buildpacks": _lines,
    ".slugignore": _lines,
    ".python-version": _version,
    "runtime.txt": _version,
    "bin/deploy": _deploy,
}
