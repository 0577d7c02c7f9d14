"""Conduit's YAML -> the variables of `key: $NAME`; its Configuration class says which must be set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import scope
from scaffold.config_vars.reads import Mode, Read
from scaffold.families.dart.code import blank, classes
from scaffold.patterns import lazy
from scaffold.repo import Repo

_FILES = lazy(r"(?:config|configuration|heroku)(?:\.(?!test|dev|local|ci)\w+)?\.ya?ml")
_VALUE = lazy(
    r"^[ \t]*(?:-[ \t]+)?(?:(\w+)[ \t]*:[ \t]*|-[ \t]+)['\"]?\$([A-Z][A-Z0-9_]+)['\"]?[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the variables that the app's configuration names."""
    prefix = "" if root == "." else root + "/"
    names = [
        name
        for path in repo.where(lambda path: path.startswith(prefix) and _FILES.fullmatch(path[len(prefix) :]))
        if "/" not in (name := path[len(prefix) :])
    ]
    if len(names) > 1:
        names = [name for name in names if ".src." not in name]
    found = [(prefix + name, match) for name in names for match in _VALUE.finditer(repo.text(prefix + name))]
    needed = _fields(repo, root, others) if found else {}
    for path, match in found:
        mode = Mode.STRICT if needed.get(match[1] or "", True) else Mode.TEST
        line = repo.text(path).count("\n", 0, match.start(2)) + 1
        yield Read(name=match[2], path=path, line=line, mode=mode, bound=match[1] or "")


def _fields(repo: Repo, root: str, others: tuple[str, ...]) -> dict[str, bool]:
    """Return the fields of the Configuration classes: name -> must be given."""
    known: dict[str, bool] = {}
    for path in scope.files(repo, root, others, (".dart",)):
        text = repo.text(path)
        if "Configuration" not in text:
            continue
        for item in classes(blank(text)):
            if item.extends.endswith(("Configuration", "ConfigurationItem")):
                for field in item.fields:
                    known[field.name] = known.get(field.name, False) or field.required
    return known
