"""A text -> one YAML scalar, as a person would write it."""

from __future__ import annotations

from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.patterns import lazy

_NO_TEXT = lazy(r"(?i)[-+.]?[\d.][\d._:+ex-]*|true|false|yes|no|on|off|y|n|null|~")
"""What some reader of YAML takes for a number, a truth value or nothing: 3.10 is not 3.1."""


def scalar(text: str) -> str:
    """Write a text as one YAML scalar: plain where it reads back as the same text, else in double quotes."""
    plain = (
        text
        and not _NO_TEXT.fullmatch(text)
        and text.isprintable()
        and text == text.strip()
        and not text.endswith(":")
    )
    try:
        if plain and yaml_file.parse(f"k: {text}", "scalar").value == {"k": text}:
            return text
    except ManifestError:
        pass
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
