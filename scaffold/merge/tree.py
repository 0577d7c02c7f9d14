"""Merge JSON documents by key."""

from __future__ import annotations

import json
import re
from typing import Any

from scaffold.manifests import json_file


def add_missing(theirs: str, ours: str, path: str) -> str:
    """Return `theirs` with the keys of `ours` it lacks, at any depth of objects; lists stay theirs.

    Their text is returned as it is when nothing is missing; otherwise their order, indentation and
    newline style are kept. Raises ManifestError where `theirs` is not a JSON object.
    """
    document = json_file.parse_object(theirs.lstrip("\ufeff"), path)
    merged = _merged(document.value, json.loads(ours))
    if merged == document.value:
        return theirs
    newline = "\r\n" if "\r\n" in theirs else "\n"
    text = json.dumps(merged, indent=_indent(theirs), ensure_ascii=False) + "\n"
    text = re.sub(r"[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
    return text.replace("\n", newline)


def _merged(theirs: Any, ours: Any) -> Any:
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return theirs
    result = {key: _merged(value, ours.get(key)) for key, value in theirs.items()}
    return result | {key: value for key, value in ours.items() if key not in theirs}


def _indent(text: str) -> int | str:
    match = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    if match is None:
        return 2
    return "\t" if "\t" in match[1] else len(match[1])
