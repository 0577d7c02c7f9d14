"""YAML with lines: parse(text, path) -> Yaml. The only import of the YAML library; tags are never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests.located import Located


class Yaml(Located):
    """A parsed YAML document; all scalars are strings but null."""

    __slots__ = ()


def parse(text: str, path: str) -> Yaml:
    """Parse the first document of a YAML file. Raises ManifestError with the line of the fault."""
    import yaml

    loader = yaml.SafeLoader if _is_deep(text) else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with _faults_of(path):
        reader = loader(text)
        try:
            node = reader.get_node() if reader.check_node() else None
        finally:
            reader.dispose()
        builder = _Builder(yaml)
        return Yaml(builder.value(node), path, builder.lines)


def events(text: str, path: str) -> list[tuple[str, Any]]:
    """Return what a parser meets in a YAML file, by name, with marks. Raises ManifestError."""
    import yaml

    with _faults_of(path):
        return [
            (type(event).__name__.removesuffix("Event"), event) for event in yaml.parse(text, yaml.SafeLoader)
        ]


def scalar(event: Any, path: str) -> Any:
    """Return the value of a scalar that has no tag: text, a number, a truth value, a day, None."""
    import yaml

    loader: Any = yaml.SafeLoader("")
    with _faults_of(path):
        tag = loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        return loader.construct_object(yaml.ScalarNode(tag, event.value))


@contextmanager
def _faults_of(path: str) -> Iterator[None]:
    """Turn what the library raises into errors with the line of the fault."""
    import yaml

    try:
        yield
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ManifestError(path, mark.line + 1 if mark else 0, f"not valid YAML: {problem}") from None
    except RecursionError:
        raise ManifestError(path, 0, "YAML nested too deeply") from None
    except ValueError as error:
        raise ManifestError(path, 0, f"not valid YAML: {error}") from None


def plain(text: str, path: str) -> Any:
    """Parse the only document of a YAML file into typed values. Raises ManifestError with the line."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ManifestError(path, mark.line + 1 if mark else 0, f"not valid YAML: {problem}") from None
    except (RecursionError, ValueError) as error:
        raise ManifestError(path, 0, f"not valid YAML: {error}") from None


_DEEP = 100
_ALIASED = 20_000
"""More nodes than this are not repeated for aliases: only a bomb has them."""


def _is_deep(text: str) -> bool:
    """Tell whether a document may be nested so deeply that the C loader would overrun its stack."""
    if re.search(r"(?:[-?:] +){200}", text):
        return True
    if text.count("[") + text.count("{") < 300:
        return False
    depth = deepest = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match[0] in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest >= 300


class _Builder:
    """Nodes to plain data; aliases are expanded, merge keys (`<<`) applied, both within bounds."""

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._seen: set[int] = set()
        self._aliased = 0

    def value(self, node: Any, where: tuple[str | int, ...] = (), depth: int = 0) -> Any:
        """Return the value of a node, and keep the lines below it."""
        if node is None or depth > _DEEP or self._is_too_much(node):
            return None
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, self.yaml.ScalarNode):
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
        if isinstance(node, self.yaml.SequenceNode):
            return [self.value(item, (*where, at), depth + 1) for at, item in enumerate(node.value)]
        return self._mapping(node, where, depth)

    def _is_too_much(self, node: Any) -> bool:
        if id(node) in self._seen:
            self._aliased += 1
        self._seen.add(id(node))
        return self._aliased > _ALIASED

    def _mapping(self, node: Any, where: tuple[str | int, ...], depth: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                parts = item.value if isinstance(item, self.yaml.SequenceNode) else [item]
                for part in parts:
                    if isinstance(part, self.yaml.MappingNode):
                        merged.update(self.value(part, (*where, "<<"), depth + 1) or {})
                continue
            name = str(key.value)
            self.lines[(*where, name)] = key.start_mark.line + 1
            own[name] = self.value(item, (*where, name), depth + 1)
        return {**merged, **own}
