"""Regular expressions that are compiled at their first use: compiling all costs more than detection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    lazy = re.compile
else:

    class lazy:  # noqa: N801  (it stands in for a function)
        """A compiled pattern that is not compiled yet; it becomes one at the first use of it."""

        def __init__(self, pattern, flags=0):
            self.pattern = pattern
            self.flags = flags

        def __getattr__(self, name):
            compiled = re.compile(self.pattern, self.flags)
            for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


def has_any(text: str, words: Iterable[str]) -> bool:
    """Tell whether a text has one of these words: before a search or a parse, for thousands of files."""
    for word in words:  # noqa: SIM110  (a generator takes twice the time)
        if word in text:
            return True
    return False
