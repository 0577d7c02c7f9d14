"""The dated tables of scaffold/data that one family of stacks reads for itself: name -> table."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import tomli


@cache
def table(name: str) -> dict[str, Any]:
    """Return data/NAME.toml."""
    text = resources.files("scaffold").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomli.loads(text)
