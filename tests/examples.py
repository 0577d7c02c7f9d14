"""How many examples a property test draws."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"


def examples(number: int, **more: Any) -> settings:
    """Return settings for that many examples in an everyday run, ten times as many in `nox -s explore`."""
    return settings(max_examples=number * 10 if EXPLORING else number, deadline=None, **more)
