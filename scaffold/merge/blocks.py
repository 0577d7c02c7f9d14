"""The text of a file of keyed lines as blocks: entries with the comments above, headings, other lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from scaffold.merge.merged import lines_of, text_of
from scaffold.record import record


@record
class Block:
    """An entry with its key, or (without one) a heading or another line.

    `value` is what is compared, `above` the comments right above it, `group` the number of its paragraph
    and `heading` the line that this stands under.
    """

    lines: tuple[str, ...]
    key: str = ""
    value: str = ""
    above: tuple[str, ...] = ()
    is_heading: bool = False
    group: int = 0
    heading: str = ""

    @property
    def is_blank(self) -> bool:
        """Tell whether it is an empty line."""
        return not self.key and not self.lines[0].strip()


@record
class Entry:
    """Where an entry stands, [start, end), its key and what is compared of it."""

    key: str
    value: str
    start: int
    end: int


Reader = Callable[[str], Iterable[Entry]]
"""Finds the entries of a text."""


def read(text: str, reader: Reader, headings: Collection[str] = ()) -> list[Block]:
    """Lay a text out."""
    lines = lines_of(text)
    entries = {entry.start: entry for entry in reader(text)}
    blocks: list[Block] = []
    above: list[str] = []
    at = group = 0
    heading = ""
    while at < len(lines):
        line, entry = lines[at], entries.get(at)
        at = entry.end if entry else at + 1
        if entry:
            own = tuple(lines[entry.start : at])
            blocks.append(
                Block(
                    lines=own,
                    key=entry.key,
                    value=entry.value,
                    above=tuple(above),
                    group=group,
                    heading=heading,
                )
            )
            above = []
        elif line in headings and not above and (not blocks or blocks[-1].is_blank):
            heading = line
            blocks.append(Block(lines=(line,), is_heading=True))
        elif line.lstrip().startswith("#"):
            above.append(line)
        else:
            blocks += [Block(lines=(each,)) for each in (*above, line)]
            above = []
            group, heading = group + 1, ""
    return blocks + [Block(lines=(each,)) for each in above]


def write(blocks: Iterable[Block]) -> str:
    """Return the text of blocks."""
    return text_of(line for block in blocks for line in (*block.above, *block.lines))


def headings(texts: Iterable[str], reader: Reader) -> frozenset[str]:
    """Return the comments that begin a paragraph of entries and stand nowhere else, in scaffold's texts."""
    found: set[str] = set()
    counts: list[Counter[str]] = []
    for text in texts:
        blocks = read(text, reader)
        found |= {
            block.above[0]
            for before, block in zip([None, *blocks], blocks, strict=False)
            if block.key and block.above and (before is None or before.is_blank)
        }
        counts.append(Counter(lines_of(text)))
    return frozenset(line for line in found if all(count[line] <= 1 for count in counts))


def effective(blocks: Sequence[Block], *, commented: bool = False) -> dict[str, int]:
    """Return the index of the block that counts for each key: the last, a comment only where it is alone."""
    found: dict[str, int] = {}
    for at, block in enumerate(blocks):
        if not block.key:
            continue
        if commented and block.key in found and block.lines[0].lstrip().startswith("#"):
            continue
        found[block.key] = at
    return found


def without(blocks: Sequence[Block], gone: Collection[int], known: Collection[str]) -> list[Block]:
    """Return blocks without some: a known heading with nothing below goes too, and so does a double gap."""
    left: list[Block | None] = [None if at in gone else block for at, block in enumerate(blocks)]
    for at in sorted(gone):
        before = _next(left, at, -1)
        after = _next(left, at, 1)
        if before >= 0 and _is_bare(left, before, after, known):
            left[before] = None
            before = _next(left, before, -1)
        if (before < 0 or _blank(left[before])) and (after >= len(left) or _blank(left[after])):
            for edge in (after, before):
                if 0 <= edge < len(left):
                    left[edge] = None
                    break
    return [block for block in left if block]


def _next(blocks: Sequence[Block | None], at: int, step: int) -> int:
    at += step
    while 0 <= at < len(blocks) and blocks[at] is None:
        at += step
    return at


def _is_bare(blocks: Sequence[Block | None], at: int, after: int, known: Collection[str]) -> bool:
    block = blocks[at]
    ends = after >= len(blocks) or _blank(blocks[after])
    return ends and block is not None and block.is_heading and block.lines[0] in known


def _blank(block: Block | None) -> bool:
    return block is not None and block.is_blank
