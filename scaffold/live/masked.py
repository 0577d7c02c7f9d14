"""A text that must not be shown: whoever prints the object around it prints stars."""

from __future__ import annotations


class Masked(str):
    """A value of a config var, or a token. It is a text wherever it is used, and `***` in every `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


SHOWN = "*****"
"""What stands for a value in everything that is printed: also its length stays hidden."""
