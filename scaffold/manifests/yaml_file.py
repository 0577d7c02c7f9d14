"""YAML with lines: parse(text, path) -> Yaml. The only import of the YAML library; tags are never run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scaffold.errors import ManifestError


@dataclass(frozen=True, slots=True)
class Yaml:
    """A parsed document (`value`, all scalars as strings but null) and where its keys and items stand."""

    value: Any
    path: str
    lines: dict[tuple[str | int, ...], int]

    def line(self, *keys: str | int) -> int:
        """Return the 1-based line of a key path ("services", "web"), 0 if it is not there."""
        return self.lines.get(keys, 0)

    def at(self, *keys: str) -> Any:
        """Return the value at a key path through mappings, or None."""
        value = self.value
        for key in keys:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value


def parse(text: str, path: str) -> Yaml:
    """Parse the first document of a YAML file. Raises ManifestError with the line of the fault."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        reader = loader(text)
        try:
            node = reader.get_node() if reader.check_node() else None
        finally:
            reader.dispose()
        lines: dict[tuple[str | int, ...], int] = {}
        return Yaml(_value(yaml, node, (), lines, 0), path, lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ManifestError(path, mark.line + 1 if mark else 0, f"not valid YAML: {problem}") from None
    except RecursionError:
        raise ManifestError(path, 0, "YAML nested too deeply") from None


_DEEP = 100


def _value(
    yaml: Any, node: Any, where: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], depth: int
) -> Any:
    """Turn a node into plain data; aliases are expanded, merge keys (`<<`) applied, to a bounded depth."""
    if node is None or depth > _DEEP or len(lines) > 200_000:
        return None
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(yaml, item, (*where, at), lines, depth + 1) for at, item in enumerate(node.value)]
    merged: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key, item in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            parts = item.value if isinstance(item, yaml.SequenceNode) else [item]
            for part in parts:
                if isinstance(part, yaml.MappingNode):
                    merged.update(_value(yaml, part, (*where, "<<"), lines, depth + 1))
            continue
        name = str(key.value)
        lines[(*where, name)] = key.start_mark.line + 1
        own[name] = _value(yaml, item, (*where, name), lines, depth + 1)
    return {**merged, **own}
