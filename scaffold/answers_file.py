"""answers.yml: what was asked and answered, as copier keeps it, without `_src_path`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scaffold.errors import ManifestError, UserError


def dump(answers: Mapping[str, str]) -> bytes:
    """Write answers, one a line, in a stable order."""
    lines = ["# The answers scaffold works from; change one with `scaffold update --set NAME=VALUE`.\n"]
    lines += [f"{name}: {json.dumps(answers[name])}\n" for name in sorted(answers)]
    return "".join(lines).encode()


def parse(text: str, path: str) -> dict[str, str]:
    """Parse an answers file (a YAML mapping of names to scalars). Raises UserError."""
    from scaffold.manifests import yaml_file

    try:
        value: Any = yaml_file.parse(text, path).value
    except ManifestError as error:
        raise UserError(
            "answers/malformed", error.summary, remedy=f"Mend {path}: one NAME: VALUE a line."
        ) from None
    if value is None:
        return {}
    if not isinstance(value, dict) or any(isinstance(item, dict | list) for item in value.values()):
        raise UserError("answers/malformed", f"{path}: a mapping of names to plain values is expected")
    return {
        str(name): "" if item is None else str(item)
        for name, item in value.items()
        if not name.startswith("_")
    }
