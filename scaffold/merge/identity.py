"""What makes an item of a list the same item in another text, and which keys of an entry are bound.

Formats of app.json and heroku.yml: https://devcenter.heroku.com/articles/app-json-schema and
https://devcenter.heroku.com/articles/build-docker-images-heroku-yml (checked 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Sequence

from scaffold.merge.nodes import Member, Node

BOUND = frozenset({"value", "generator", "required"})
"""Keys of a variable in app.json that are chosen together."""
SOURCES = frozenset({"value", "generator"})
"""Of these a variable has one at most."""
_ONE_VALUE = frozenset(
    {"command", "entrypoint", "args", "cmd", "script", "before_script", "after_script", "test", "run"}
)
"""Lists of words or lines that are one command."""


def is_variable(where: Sequence[str]) -> bool:
    """Tell whether a place is the entry of a variable in app.json: env.NAME, environments.X.env.NAME."""
    return (len(where) == 2 and where[0] == "env") or (
        len(where) == 4 and where[0] == "environments" and where[2] == "env"
    )


def is_referred_to(where: Sequence[str]) -> bool:
    """Tell whether a list only declares names that entries elsewhere use: the stages of .gitlab-ci.yml."""
    return tuple(where) == ("stages",)


def is_ordered(where: Sequence[str], items: Sequence[Node]) -> bool:
    """Tell whether the order of a list's items means something."""
    return where[-1:] == ("buildpacks",) or any(
        item.kind == "object" for item in items if not _is_addon(where)
    )


def names(where: Sequence[str], node: Node) -> list[str] | None:
    """Name each item of a list, None where the list can only be seen as one value."""
    if where and where[-1] in _ONE_VALUE:
        return None
    found = [_name(where, member.node) for member in node.members]
    if None in found or len(set(found)) < len(found):
        return None
    return [name for name in found if name is not None]


def aligned(where: Sequence[str], *sides: dict[str, Member]) -> tuple[dict[str, Member], ...]:
    """Name an add-on by its service alone where each side has one of it, however that is attached."""
    if not _is_addon(where):
        return sides
    services = [[name.partition(" as ")[0] for name in side] for side in sides]
    single = {name for name in services[0] if all(names.count(name) == 1 for names in services)}
    return tuple(
        {
            service if service in single else name: side[name]
            for service, name in zip(names, side, strict=True)
        }
        for names, side in zip(services, sides, strict=True)
    )


def _is_addon(where: Sequence[str]) -> bool:
    return where[-1:] == ("addons",)


def _name(where: Sequence[str], item: Node) -> str | None:
    if _is_addon(where):
        return _addon(item)
    if where[-1:] == ("buildpacks",):
        return _buildpack(item)
    if item.kind == "scalar":
        return item.scalar if isinstance(item.scalar, str) else f"({item.scalar})"
    return _titled(item) if item.kind == "object" else None


def _text(item: Node, key: str) -> str | None:
    member = item.named().get(key)
    found = member.node.scalar if member else None
    return found if isinstance(found, str) and found else None


def _addon(item: Node) -> str | None:
    """Name an add-on by its service and attachment, so that another plan makes no other add-on."""
    plan = item.scalar if item.kind == "scalar" else _text(item, "plan")
    if not isinstance(plan, str):
        return None
    attached = _text(item, "as") if item.kind == "object" else None
    service = plan.partition(":")[0]
    return f"{service} as {attached}" if attached else service


def _buildpack(item: Node) -> str | None:
    url = item.scalar if item.kind == "scalar" else _text(item, "url")
    if not isinstance(url, str):
        return None
    return url.partition("#")[0].rstrip("/").removesuffix(".git")


def _titled(item: Node) -> str | None:
    """Name an item by its id, its name, or the action it uses, whose version may change.

    An item of one key, such as a step or a job of CircleCI, goes by that and by the name of what it holds.
    """
    for key in ("id", "name"):
        if _text(item, key):
            return _text(item, key)
    uses = _text(item, "uses")
    if uses or len(item.members) != 1 or item.members[0].node.kind != "object":
        return uses.partition("@")[0] if uses else None
    held = item.members[0]
    named = _titled(held.node) if len(held.node.members) > 1 else None
    return f"{held.key} {named}" if named else held.key
