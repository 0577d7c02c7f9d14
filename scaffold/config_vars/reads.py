"""What a reader of one language yields: one `Read` per place where the code asks the environment.

Readers say what stands there; whether a variable is required is decided later, from all its reads.
"""

from __future__ import annotations

from enum import Enum

from scaffold.patterns import lazy
from scaffold.record import record

NAME = lazy(r"[A-Za-z_][A-Za-z0-9_]{1,99}")


class Mode(Enum):
    """What happens at a read when the variable is not set."""

    STRICT = "strict"
    """The program fails: a KeyError, a raise, a schema that insists."""
    FRAGILE = "fragile"
    """The value is used in a way that fails on nothing: a method of None, TypeScript's `!`."""
    PLAIN = "plain"
    """The program goes on with nothing (None, nil, undefined, an empty text)."""
    DEFAULT = "default"
    """The program goes on with a fallback."""
    TEST = "test"
    """It is only asked whether the variable is there, or the code copes without it."""


@record
class Read:
    """One place that reads a variable; `default` is the literal it falls back to ("" for an empty one).

    `guarded`: runs only where something switches it on. `bound`: the name that the code gives the
    value. `instead`: variables that serve when this one is not set. `told`: a description in the code.
    `table`: the name is one of a table that is matched with the environment. `sets`: the app sets the
    variable itself where it is missing. `formed`: the value is decoded, so not any text will do.
    """

    name: str
    path: str
    line: int
    mode: Mode = Mode.PLAIN
    default: str | None = None
    guarded: bool = False
    bound: str = ""
    kind: str = ""
    stage: str = ""
    instead: tuple[str, ...] = ()
    told: str = ""
    table: bool = False
    sets: bool = False
    formed: bool = False


def is_name(text: object) -> bool:
    """Tell whether a value can be the name of a config var."""
    return isinstance(text, str) and NAME.fullmatch(text) is not None
