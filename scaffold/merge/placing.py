"""Put new entries into a person's keyed lines, beside those that they stand beside in scaffold's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaffold.merge.blocks import Block, effective

_BLANK = Block(lines=("",))


def placed(
    there: Sequence[Block], new: Sequence[Block], keys: Iterable[str], *, commented: bool
) -> list[Block]:
    """Return the blocks with the entries of `new` that have these keys added, in the order of `new`."""
    blocks = list(there)
    at_new = effective(new, commented=commented)
    for key in keys:
        at, added = _spot(blocks, new, at_new[key], effective(blocks, commented=commented))
        blocks[at:at] = added
    return blocks


def _spot(
    blocks: Sequence[Block], new: Sequence[Block], at: int, known: dict[str, int]
) -> tuple[int, list[Block]]:
    """Return where an entry goes, and with what: a new paragraph brings its heading and a blank line."""
    block = new[at]
    above = [other for other in reversed(new[:at]) if other.key in known]
    below = [other for other in new[at + 1 :] if other.key in known]
    for other in above:
        if other.group == block.group:
            return known[other.key] + 1, [block]
    for other in below:
        if other.group == block.group:
            place = known[other.key]
            # A comment at the top may be about the whole file: nothing goes above it.
            return _end(blocks, place) if not place and blocks[0].above else place, [block]
    titled = [
        index for index, other in enumerate(blocks) if block.heading and other.lines == (block.heading,)
    ]
    if titled:
        return _end(blocks, titled[0]), [block]
    heading = [Block(lines=(block.heading,), is_heading=True)] if block.heading else []
    if above:
        return _end(blocks, known[above[0].key]), [_BLANK, *heading, block]
    if below:
        return _start(blocks, known[below[0].key]), [*heading, block, _BLANK]
    end = len(blocks)
    if not known and end:
        return end, [*([] if blocks[-1].is_blank else [_BLANK]), *heading, block]
    while end and blocks[end - 1].is_blank:
        end -= 1
    apart = end and (heading or block.group != next(other.group for other in new if other.key))
    return end, [*([_BLANK] if apart else []), *heading, block]


def _end(blocks: Sequence[Block], at: int) -> int:
    """Return where the paragraph of a block ends."""
    while at < len(blocks) and not blocks[at].is_blank:
        at += 1
    return at


def _start(blocks: Sequence[Block], at: int) -> int:
    """Return where the paragraph of a block begins."""
    while at and not blocks[at - 1].is_blank:
        at -= 1
    return at
