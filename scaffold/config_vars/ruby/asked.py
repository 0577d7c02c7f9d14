"""What Ruby names variables and asks for elsewhere, in code and views: `if site.imprint_url`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scaffold.config_vars import scope
from scaffold.config_vars.reads import Read
from scaffold.repo import Repo

_SUFFIXES = (".rb", ".erb", ".haml", ".slim", ".jbuilder")
_ANY = frozenset(
    ("api_key", "client_id", "client_secret", "access_token", "user_name", "base_url", "secret_key")
)
"""Names that many things have: that one is asked for says nothing of another."""

_BEFORE = r"(?:\b(?:if|unless|elsif|and|or|not)|&&|\|\||!)\s*\(?\s*(?:@?\w+[?!]?(?:\.|::|&\.))*@?"
_AFTER = r"(?:\.(?:present|blank|nil|empty)\?)?\s*(?:$|\)|-?%>|&&|\|\||\?\s|then\b|and\b|or\b|,)"


def asked(
    repo: Repo, root: str, others: tuple[str, ...], reads: Mapping[str, Sequence[Read]]
) -> Iterator[str]:
    """Yield the names whose being set the app's code asks for, without failing where they are not."""
    bound = {
        read.bound
        for name, found in reads.items()
        for read in found
        if "_" in read.bound and name.upper().endswith(read.bound.upper()) and read.bound not in _ANY
    }
    if not bound:
        return
    words = "|".join(map(re.escape, sorted(bound, key=len, reverse=True)))
    seek = re.compile(rf"{_BEFORE}({words}){_AFTER}", re.MULTILINE)
    for path in scope.files(repo, root, others, _SUFFIXES):
        text = repo.text(path)
        for found in seek.finditer(text) if any(name in text for name in bound) else ():
            line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            after = text[found.end() : found.end() + 120]
            if not re.search(r"\b(?:raise|abort|fail)\b|^\s*#", line) and not re.match(
                r"[^\n]*\n\s*(?:raise|abort|fail|exit)\b", after
            ):
                yield found[1]
