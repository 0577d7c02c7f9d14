"""Names that stand in a constant or in a list that a loop walks: `os.Getenv(KEY)` -> what KEY holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from scaffold.config_vars import nodes
from scaffold.patterns import lazy

_HELD = lazy(
    r"(?<![\w.\"'])(?P<id>@?[A-Za-z_]\w*)\s*(?::\s*&?(?:'static\s+)?[A-Za-z]+\s*)?(?:\s(?:string|String))?\s*(?::=|=|\s)\s*"
    r"[\"'](?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)[\"']"
)
_DEFINED = lazy(r"\bdefine\(\s*['\"](?P<id>\w+)['\"]\s*,\s*['\"](?P<name>[A-Z][A-Z0-9_]+)['\"]")
_LIST = lazy(
    r"(?<![\w.])(?P<id>[A-Za-z_]\w*)\s*(?::\s*[^=;\n]+)?(?::=|=)\s*(?P<items>[^;\"'\n]{0,60}[\[{(][^;\]})]*[\]})])"
)
_ITEM = lazy(r"[\"']([A-Z][A-Z0-9_]+)[\"']|(?<![\w.\"'])([A-Z][A-Z0-9_]+)(?![\w\"'(])")
_LOOPS = frozenset(
    (
        "for_statement",
        "for_expression",
        "foreach_statement",
        "enhanced_for_statement",
        "call_expression",
        "call",
    )
)
_HEAD = 600


class Constants:
    """The constants of one language's texts that hold names: a file's own first, then any file's."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._own: dict[str, dict[str, str]] = {}
        self._texts = dict(texts)

    def name(self, path: str, constant: str) -> str:
        """Return the name that a constant holds ("" for none); `a::B` and `A.B` are looked up by B."""
        last = re.split(r"::|\.", constant)[-1]
        if last in (own := self._held(path)):
            return own[last]
        if last == constant and last.islower():
            return ""
        found = {held[last] for other in self._texts if last in (held := self._held(other))}
        return found.pop() if len(found) == 1 else ""

    def walked(self, path: str, constant: str, node: Any) -> tuple[str, ...]:
        """Return the names that a variable takes in the loop or closure around a node."""
        word = re.compile(rf"\b{re.escape(constant)}\b")
        for _, parent in nodes.parents(node):
            if parent.kind() not in _LOOPS:
                continue
            text = parent.text()
            head = text[: text.find("{")] if parent.kind().startswith("for") else text[:_HEAD]
            if word.search(head) and (found := self._items(path, head)):
                return found
        return ()

    def _items(self, path: str, head: str) -> tuple[str, ...]:
        text = self._texts.get(path, "")
        lists = {found["id"]: found["items"] for found in _LIST.finditer(text)}
        named = [items for name, items in lists.items() if re.search(rf"(?<![\w.\"']){name}\b", head)]
        held = self._held(path)
        words = [a or held.get(b, "") for part in (head, *named) for a, b in _ITEM.findall(part)]
        return tuple(dict.fromkeys(word for word in words if word))

    def _held(self, path: str) -> dict[str, str]:
        if path not in self._own:
            text = self._texts.get(path, "")
            found = {match["id"]: match["name"] for match in _HELD.finditer(text)}
            found |= {match["id"]: match["name"] for match in _DEFINED.finditer(text)}
            self._own[path] = found
        return self._own[path]
