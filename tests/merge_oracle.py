"""The three-way merge of plain data, to hold the merges of texts against: nothing of the product is used."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import Any

GONE: Any = object()


def merge(base: Any, yours: Any, new: Any) -> tuple[Any, set[str]]:
    """Return the merged value and the dotted names of the conflicts; `base` may be GONE: nothing known."""
    clashes: set[str] = set()
    known = base is not GONE

    def same(one: Any, other: Any) -> bool:
        if one is GONE or other is GONE:
            return one is other
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    def settle(path: tuple[str, ...], b: Any, y: Any, n: Any) -> Any:
        if same(y, n) or same(b, n):
            return y
        if isinstance(y, dict) and isinstance(n, dict) and (b is GONE or isinstance(b, dict)):
            return objects(path, {} if b is GONE else b, y, n)
        if isinstance(y, list) and isinstance(n, list) and (b is GONE or isinstance(b, list)) and known:
            names = [label(path, side) for side in (b, y, n) if side is not GONE]
            if all(names):
                return lists(path, [] if b is GONE else b, y, n)
        return whole(path, b, y, n)

    def whole(path: tuple[str, ...], b: Any, y: Any, n: Any) -> Any:
        if y is GONE:
            return n if b is GONE else GONE
        if same(b, y):
            return n
        if b is not GONE:
            clashes.add(".".join(path))
        return y

    def entry(path: tuple[str, ...], b: Any, y: Any, n: Any) -> Any:
        if GONE in (y, n):
            return y if n is GONE and b is GONE else whole(path, b, y, n)
        return settle(path, b, y, n)

    def objects(path: tuple[str, ...], b: dict[str, Any], y: dict[str, Any], n: dict[str, Any]) -> Any:
        out = {}
        for key in {**y, **n}:
            found = entry((*path, key), *(side.get(key, GONE) for side in (b, y, n)))
            if found is not GONE:
                out[key] = found
        if path[-2:-1] == ("env",):
            out = bound(b, y, n, out)
        return out

    def bound(b: dict[str, Any], y: dict[str, Any], n: dict[str, Any], out: dict[str, Any]) -> dict[str, Any]:
        groups = [
            {k: v for k, v in side.items() if k in ("value", "generator", "required")} for side in (b, y, n)
        ]
        shapes = [{"value", "generator"} & side.keys() for side in groups]
        if shapes[1] == shapes[2] or same(groups[0], groups[1]) or same(groups[0], groups[2]):
            return out
        return {k: v for k, v in out.items() if k not in groups[0] | groups[1] | groups[2]} | groups[1]

    def lists(path: tuple[str, ...], b: list[Any], y: list[Any], n: list[Any]) -> Any:
        ours, was, wanted = (dict(zip(label(path, side) or [], side, strict=False)) for side in (y, b, n))
        if path[-1] == "addons":
            ours, was, wanted = one_of_each(ours, was, wanted)
        queue = list(ours)
        common = was.keys() & ours.keys() & wanted.keys()
        before, here, there = ([k for k in side if k in common] for side in (was, ours, wanted))
        if there != before and here == before:
            turn = [k for k in wanted if k in ours]
            queue = [turn.pop(0) if k in wanted else k for k in ours]
        elif there not in (before, here) and (
            path[-1] == "buildpacks" or (any(isinstance(i, dict) for i in n) and path[-1] != "addons")
        ):
            clashes.add(".".join(path))
            return y
        kept = []
        for k in queue:
            found = entry((*path, k), was.get(k, GONE), ours[k], wanted.get(k, GONE))
            if found is not GONE:
                kept.append((k, found))
        for k in [k for k in wanted if k not in ours and k not in was]:
            placed = [name for name, _ in kept]
            left = [name for name in takewhile(k.__ne__, wanted) if name in placed]
            right = [name for name in list(wanted)[list(wanted).index(k) :] if name in placed]
            at = placed.index(left[-1]) + 1 if left else placed.index(right[0]) if right else len(kept)
            kept.insert(at, (k, wanted[k]))
        return [value for _, value in kept]

    return settle((), base, yours, new), clashes


def label(path: tuple[str, ...], items: list[Any]) -> list[str] | None:
    """Name the items of a list; None where one has no name, or two have the same. Nothing has a mark."""
    out = []
    for item in items:
        if path[-1] == "addons":
            plan = item.get("plan") if isinstance(item, dict) else item
            name = str(plan).split(":")[0] + (
                f" as {item['as']}" if isinstance(item, dict) and item.get("as") else ""
            )
        elif path[-1] == "buildpacks":
            url = item.get("url") if isinstance(item, dict) else item
            name = str(url).split("#")[0].rstrip("/").removesuffix(".git")
        elif isinstance(item, dict):
            name = item.get("id") or item.get("name") or item.get("uses", "").split("@")[0] or None
        elif isinstance(item, list):
            name = None
        else:
            name = item if isinstance(item, str) else f"({item!r})"
        out.append(name)
    fine = path[-1] not in ("command", "run") and None not in out and len(set(out)) == len(out)
    return [*out, ""] if fine else None


def one_of_each(*sides: dict[str, Any]) -> list[dict[str, Any]]:
    """Name what is the only one of its service on every side by the service."""
    for service in {name.split(" as ")[0] for side in sides for name in side}:
        found = [[name for name in side if name.split(" as ")[0] == service] for side in sides]
        if [len(names) for names in found] == [1, 1, 1]:
            sides = tuple(
                {service if name == names[0] else name: value for name, value in side.items()}
                for names, side in zip(found, sides, strict=True)
            )
    return list(sides)
