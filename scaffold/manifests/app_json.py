"""app.json -> what Heroku reads of it: env, add-ons, buildpacks, formation, scripts, stack."""

from __future__ import annotations

from typing import Any

from scaffold.manifests import json_file
from scaffold.record import record


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
    formation: tuple[tuple[str, int, str, int], ...] = ()
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


def parse(text: str, path: str) -> AppJson:
    """Parse an app.json. Raises ManifestError for what is not JSON or no object."""
    document = json_file.parse_object(text, path)
    value: dict[str, Any] = document.value
    if (
        "expo" in value
        or "displayName" in value
        or not (_OURS & value.keys() or set(value) <= {"name", "description"})
    ):
        return AppJson(path=path, is_heroku=False)
    return AppJson(
        path=path,
        is_heroku=True,
        name=_text(value.get("name")),
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
            found.append((plan, _text(_mapping(item).get("as")), document.line("addons", at)))
    return found


def _buildpacks(document: json_file.Json) -> list[tuple[str, int]]:
    found = []
    for at, item in enumerate(_items(document.at("buildpacks"))):
        url = item if isinstance(item, str) else _text(_mapping(item).get("url"))
        if url:
            found.append((url, document.line("buildpacks", at, "url") or document.line("buildpacks", at)))
    return found


def _formation(document: json_file.Json) -> list[tuple[str, int, str, int]]:
    found = []
    for name, body in _mapping(document.at("formation")).items():
        inner = _mapping(body)
        quantity = inner.get("quantity")
        count = quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else 1
        found.append((name, max(count, 0), _text(inner.get("size")), document.line("formation", name)))
    return found


def _scripts(document: json_file.Json) -> list[tuple[str, str, int]]:
    found = []
    for name, body in _mapping(document.at("scripts")).items():
        text = body if isinstance(body, str) else _text(_mapping(body).get("command"))
        if text:
            found.append((name, text.strip(), document.line("scripts", name)))
    return found
