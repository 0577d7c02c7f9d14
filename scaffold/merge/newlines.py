"""A person's byte order mark, newlines and final newline: off for the merge, and on its result again."""

from __future__ import annotations

from scaffold.merge.line_diff import matches
from scaffold.merge.merged import lines_of

_MARK = "\ufeff"


def plain(text: str) -> str:
    r"""Return a text with "\n" behind every line and no byte order mark; an empty one stays empty."""
    text = text.removeprefix(_MARK).replace("\r\n", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


def restored(merged: str, yours: str) -> str:
    """Return a merged plain text in the form of the person's: their mark, newlines and end of the file.

    Where they mix newlines, a line that they have keeps its own and others take that of most lines.
    """
    mark = _MARK if yours.startswith(_MARK) else ""
    yours = yours.removeprefix(mark)
    there, lines = lines_of(plain(yours)), lines_of(merged)
    if there and lines and not yours.endswith("\n") and there[-1] == lines[-1]:
        merged = merged.removesuffix("\n")
    returns = yours.count("\r\n")
    if not returns:
        return mark + merged
    if returns == yours.count("\n"):
        return mark + merged.replace("\n", "\r\n")
    return mark + _mixed(merged, there, yours)


def _mixed(merged: str, there: list[str], yours: str) -> str:
    majority = "\r" if 2 * yours.count("\r\n") > yours.count("\n") else ""
    ends = ["\r" if row.endswith("\r") else "" for row in yours.split("\n")]
    rows = merged.split("\n")
    own = dict(matches(rows[:-1], there))
    return "\n".join(
        [
            *(row + (ends[own[at]] if at in own else majority) for at, row in enumerate(rows[:-1])),
            rows[-1],
        ]
    )
