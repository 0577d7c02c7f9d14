"""Lines of scripts, images and settings files -> the same lines without the values of secrets."""

from __future__ import annotations

import re

from scaffold.config_vars import classify
from scaffold.facts import Evidence
from scaffold.patterns import lazy
from scaffold.record import replace

_CODE = (
    ".py",
    ".rb",
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".tsx",
    ".go",
    ".php",
    ".java",
    ".kt",
    ".rs",
    ".cs",
    ".ex",
    ".exs",
)
_GIVEN = lazy(r"(\$\{(\w+)(?::?[-=]|:(?![?+])))([^}$\"']+)(?=\})")
_SET = lazy(r"((?<![\w$])([A-Za-z_][\w.-]*)[\"']?(?:\s*=\s*|\s*:\s+))([^\s\"'${}<\[(|>&][^\s\"']*)")


def covered(proof: Evidence) -> Evidence:
    """Return the evidence with `***` for what it gives to secret names without quotes; code has quotes."""
    if proof.path.endswith(_CODE):
        return proof

    def cover(found: re.Match[str]) -> str:
        name = re.sub(r"[.-]", "_", found[2])
        return f"{found[1]}***" if classify.is_secret(name) and not found[3].startswith("***") else found[0]

    return replace(proof, text=_SET.sub(cover, _GIVEN.sub(cover, proof.text)))
