"""Merge YAML documents by key and by the identity of list items; lines that do not change stay.

Texts have "\n" line ends and no byte order mark. Conflicts stand in the text, in git's diff3 markers around
the lines of the entry. Every function raises ManifestError where the person's text is malformed, and
Unmergeable where it, or another, is so written that only a merge by lines is safe.
"""

from __future__ import annotations

from collections.abc import Callable

from scaffold.errors import ManifestError
from scaffold.merge import structure
from scaffold.merge.merged import Merged, Unmergeable
from scaffold.merge.nodes import Member, Node, Result, clashes, data
from scaffold.merge.structure import Rules
from scaffold.merge.yaml_nodes import Document, parse
from scaffold.merge.yaml_text import Written, shifted


def three_way(base: str, yours: str, new: str, path: str) -> Merged:
    """Return `yours` with what changed from `base` to `new`; "" is no base."""
    now = parse(yours, path)
    if yours in (base, new):
        return Merged(text=new)
    if base == new:
        return Merged(text=yours)
    old, wanted = _known(base, path), parse(new, path)
    result = structure.merged(old.root if old else None, now.root, wanted.root, _rules(old, now))
    text = _checked(Written(old, now, wanted, marked=False), result, yours, path)
    shown = {"yours": _shown(now), "new": _shown(wanted), "base": _shown(old or now)}
    conflicts = clashes(result, shown)
    if conflicts:
        text = _ended(Written(old, now, wanted, marked=True).document(result), yours)
    return Merged(text=text, conflicts=conflicts)


def grow(base: str, yours: str, new: str, path: str) -> str:
    """Return `yours` with what `new` has and neither of the others has."""
    old, now, wanted = _known(base, path), parse(yours, path), parse(new, path)
    rules = Rules(known=old is not None, grows=True)
    result = structure.merged(old.root if old else None, now.root, wanted.root, rules)
    return _checked(Written(old, now, wanted, marked=False), result, yours, path)


def limited(new: str, base: str, full: str, path: str) -> str:
    """Return `new` without what neither `base` nor `full` has."""
    wanted, old, most = parse(new, path), _known(base, path), _known(full, path)
    result = structure.limited(wanted.root, old.root if old else None, most.root if most else None)
    return _checked(Written(None, wanted, wanted, marked=False), result, new, path)


def without(new: str, yours: str, path: str) -> str:
    """Return `new` without what `yours` has, "" where nothing is left."""
    wanted = parse(new, path)
    kept = structure.without(wanted.root, parse(yours, path).root)
    return _checked(Written(None, wanted, wanted, marked=False), kept, new, path) if kept else ""


def missing(yours: str, new: str, path: str) -> tuple[str, ...]:
    """Return the dotted names of what `new` has and `yours` lacks."""
    return tuple(structure.missing(parse(yours, path).root, parse(new, path).root))


def _known(text: str, path: str) -> Document | None:
    """Lay out what was written before; what is spoilt is not known."""
    try:
        return parse(text, path) if text.strip() else None
    except ManifestError:
        return None


def _rules(old: Document | None, now: Document) -> Rules:
    def can_mark(container: Node, member: Member) -> bool:
        return not container.flow and now.begins_line(member)

    def has_notes(base: Member | None, yours: Member) -> bool:
        return bool(now.notes(yours) - (old.notes(base) if old and base else set()))

    return Rules(known=old is not None, can_mark=can_mark, has_notes=has_notes)


def _checked(written: Written, result: Result, yours: str, path: str) -> str:
    """Return the text, which must come to what the result comes to."""
    text = _ended(written.document(result), yours)
    if text == yours:
        return text
    try:
        found = parse(text, path).root.canon
    except ManifestError:
        found = ""
    if found != data(result):
        raise Unmergeable("the text cannot hold what it should")
    return text


def _ended(text: str, yours: str) -> str:
    """Take the line end off again where the person has none behind the same last line.

    Behind another one it stays: a marker would be none without it, and a block scalar would lose it.
    """
    if yours.endswith("\n") or text.splitlines()[-1:] != yours.splitlines()[-1:]:
        return text
    return text.removesuffix("\n")


def _shown(document: Document) -> Callable[[Node], str]:
    def shown(node: Node) -> str:
        column = document.column(node.members[0]) if node.members and not node.flow else 0
        return shifted(document.text[node.start : node.end], -column).rstrip("\n")

    return shown
