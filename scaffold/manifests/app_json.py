"""app.json -> what Heroku reads of it: env, add-ons, buildpacks, formation, scripts, stack."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, TypeVar

from scaffold.manifests import json_file
from scaffold.record import record, replace

Entry = TypeVar("Entry", bound="tuple[object, ...]")


@record
class Var:
    """An entry of `env`; `required` as Heroku takes it (true unless said or given a value)."""

    name: str
    line: int
    value: str | None = None
    required: bool = True
    generator: str = ""
    description: str = ""


@record
class Dynos:
    """An entry of `formation`: None and "" where it does not say how many dynos, or of which size."""

    name: str
    line: int
    quantity: int | None = None
    size: str = ""


@record
class AppJson:
    """Heroku's app.json. `is_heroku` is false for another tool's file of that name (Expo, React Native)."""

    path: str
    is_heroku: bool
    name: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    website: str = ""
    repository: str = ""
    logo: str = ""
    stack: str = ""
    stack_line: int = 0
    env: tuple[Var, ...] = ()
    addons: tuple[tuple[str, str, int], ...] = ()
    buildpacks: tuple[tuple[str, int], ...] = ()
    formation: tuple[Dynos, ...] = ()
    scripts: tuple[tuple[str, str, int], ...] = ()


_OURS = frozenset(
    [
        "env",
        "addons",
        "buildpacks",
        "formation",
        "scripts",
        "stack",
        "environments",
        "success_url",
        "image",
        "website",
        "repository",
        "keywords",
        "logo",
    ]
)
_HEROKU_ALONE = frozenset(["addons", "buildpacks", "environments", "formation", "stack"])


def parse(text: str, path: str) -> AppJson:
    """Parse an app.json. Raises ManifestError for what is not JSON or no object."""
    document = json_file.parse_object(text, path)
    value: dict[str, Any] = document.value
    if not _is_heroku(value.keys()):
        return AppJson(path=path, is_heroku=False)
    return AppJson(
        path=path,
        is_heroku=True,
        name="" if "displayName" in value else _text(value.get("name")),
        description=_text(value.get("description")),
        keywords=tuple(item for item in _items(value.get("keywords")) if isinstance(item, str)),
        website=_text(value.get("website")),
        repository=_text(value.get("repository")),
        logo=_text(value.get("logo")),
        stack=_text(value.get("stack")),
        stack_line=document.line("stack"),
        env=tuple(_env(document)),
        addons=tuple(_addons(document)),
        buildpacks=tuple(_buildpacks(document)),
        formation=tuple(_formation(document)),
        scripts=tuple(_scripts(document)),
    )


def _is_heroku(keys: Set[str]) -> bool:
    """Tell whether Heroku's keys are in it; the keys of an app for phones may stand beside them."""
    if keys & {"expo", "displayName"}:
        return bool(keys & _HEROKU_ALONE)
    return bool(keys & _OURS) or keys <= {"name", "description"}


def without(theirs: AppJson, written: AppJson) -> AppJson:
    """Return what an edited app.json says that the text it was edited from did not say.

    An entry counts as a whole, and so does the list of buildpacks.
    """
    same: dict[str, Any] = {key: "" for key in _WORDS if getattr(theirs, key) == getattr(written, key)}
    env = [replace(var, line=0) for var in written.env]
    listed = [name for name, _ in theirs.buildpacks] != [name for name, _ in written.buildpacks]
    return replace(
        theirs,
        env=tuple(var for var in theirs.env if replace(var, line=0) not in env),
        addons=changed(theirs.addons, written.addons),
        buildpacks=theirs.buildpacks if listed else (),
        formation=tuple(_changed_dynos(theirs, written)),
        scripts=changed(theirs.scripts, written.scripts),
        keywords=theirs.keywords if theirs.keywords != written.keywords else (),
        **same,
    )


_WORDS = ("name", "description", "website", "repository", "logo", "stack")


def changed(items: tuple[Entry, ...], written: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the entries that differ from every one that was written; the last part of each is its line."""
    own = {item[:-1] for item in written}
    return tuple(item for item in items if item[:-1] not in own)


def _changed_dynos(theirs: AppJson, written: AppJson) -> Iterator[Dynos]:
    own = {item.name: item for item in written.formation}
    for item in theirs.formation:
        before = own.get(item.name, Dynos(name=item.name, line=0))
        quantity = None if item.quantity == before.quantity else item.quantity
        size = "" if item.size == before.size else item.size
        if quantity is not None or size:
            yield replace(item, quantity=quantity, size=size)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _env(document: json_file.Json) -> list[Var]:
    found = []
    for name, body in _mapping(document.at("env")).items():
        line = document.line("env", name)
        if isinstance(body, dict):
            value = body.get("value")
            found.append(
                Var(
                    name=name,
                    line=line,
                    value=_scalar(value),
                    required=body.get("required") not in (False, "false"),
                    generator="secret" if body.get("generator") == "secret" else "",
                    description=_text(body.get("description")),
                )
            )
        else:
            found.append(Var(name=name, line=line, value=_scalar(body)))
    return found


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return value if isinstance(value, str) and value else None


def _addons(document: json_file.Json) -> list[tuple[str, str, int]]:
    found = []
    for at, item in enumerate(_items(document.at("addons"))):
        plan = item if isinstance(item, str) else _text(_mapping(item).get("plan"))
        if plan:
            line = document.line("addons", at, "plan") or document.line("addons", at)
            found.append((plan, _text(_mapping(item).get("as")), line))
    return found


def _buildpacks(document: json_file.Json) -> list[tuple[str, int]]:
    found = []
    for at, item in enumerate(_items(document.at("buildpacks"))):
        url = item if isinstance(item, str) else _text(_mapping(item).get("url"))
        if url:
            found.append((url, document.line("buildpacks", at, "url") or document.line("buildpacks", at)))
    return found


def _formation(document: json_file.Json) -> list[Dynos]:
    found = []
    for name, body in _mapping(document.at("formation")).items():
        inner = _mapping(body)
        quantity = inner.get("quantity")
        known = isinstance(quantity, int) and not isinstance(quantity, bool) and quantity >= 0
        line = document.line("formation", name, "size") or document.line("formation", name)
        size = _text(inner.get("size"))
        found.append(Dynos(name=name, line=line, quantity=quantity if known else None, size=size))
    return found


def _scripts(document: json_file.Json) -> list[tuple[str, str, int]]:
    found = []
    for name, body in _mapping(document.at("scripts")).items():
        text = body if isinstance(body, str) else _text(_mapping(body).get("command"))
        if text:
            found.append((name, text.strip(), document.line("scripts", name)))
    return found
