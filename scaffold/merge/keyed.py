"""Merge files of keyed lines by key, whatever their order: no two edits of different keys meet.

The person's order, comments, blank lines and lines that are no entry stay. A comment right above an entry
that scaffold wrote goes with it; a new entry is put beside those that it stands beside in scaffold's text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scaffold.merge.blocks import Block, Reader, effective, headings, read, without, write
from scaffold.merge.merged import Conflict, Merged, marked
from scaffold.merge.placing import placed
from scaffold.record import record, replace


def _as_new(_: Block, new: Block) -> tuple[str, ...]:
    return new.lines


@record
class Format:
    """A format of keyed lines: where its entries are, and how it differs from others.

    `rewrite` puts a new value into their line. `lenient`: what a person edited stays and is no conflict.
    `commented`: an entry may stand in a comment. `headed`: paragraphs have headings.
    """

    reader: Reader
    rewrite: Callable[[Block, Block], tuple[str, ...]] = _as_new
    lenient: bool = False
    commented: bool = False
    headed: bool = False

    def headings(self, *texts: str) -> frozenset[str]:
        """Return the headings of texts that scaffold wrote."""
        return headings(texts, self.reader) if self.headed else frozenset()

    def index(self, blocks: Sequence[Block]) -> dict[str, Block]:
        """Return the block that counts for each key."""
        return {key: blocks[at] for key, at in effective(blocks, commented=self.commented).items()}

    def three_way(self, base: str, yours: str, new: str, path: str) -> Merged:  # noqa: ARG002  (mergers share it)
        """Return `yours` with what changed from `base` to `new`."""
        known = self.headings(base, new)
        old, there, now = (read(text, self.reader, known) for text in (base, yours, new))
        retitled = _retitled(old, now)
        scaffolds = self.headings(base)
        own = {block.lines[0] for block in there if block.is_heading} - scaffolds
        old, there = ([_titled(block, retitled) for block in blocks] for blocks in (old, there))
        there = _begun(old, there, now)
        merge = _Merge(self, old, there, now)
        blocks = [merge.settled(at) for at in range(len(there))]
        left = without(blocks, merge.gone, {retitled.get(line, line) for line in scaffolds} - own)
        had = merge.before.keys() | merge.counted.keys()
        added = [key for key in merge.now if key not in had or key in merge.moved]
        text = write(placed(left, now, added, commented=self.commented))
        return Merged(text, tuple(merge.conflicts))

    def grow(self, base: str, yours: str, new: str, path: str) -> str:  # noqa: ARG002
        """Return `yours` with the entries of `new` that neither `base` nor it has."""
        known = self.headings(base, new)
        old, there, now = (read(text, self.reader, known) for text in (base, yours, new))
        had = {block.key for block in (*old, *there)}
        added = [key for key in self.index(now) if key not in had]
        return write(placed(there, now, added, commented=self.commented)) if added else yours

    def limited(self, new: str, base: str, full: str, path: str) -> str:  # noqa: ARG002
        """Return `new` without the entries that neither `base` nor `full` has."""
        known = {block.key for text in (base, full) for block in read(text, self.reader)}
        return self._filtered(new, lambda key: key in known)

    def without(self, new: str, yours: str, path: str) -> str:  # noqa: ARG002
        """Return `new` without the entries that `yours` has, "" where none is left."""
        known = {block.key for block in read(yours, self.reader)}
        there = {block.key for block in read(new, self.reader)}
        return self._filtered(new, lambda key: key not in known) if there - known - {""} else ""

    def _filtered(self, new: str, is_wanted: Callable[[str], bool]) -> str:
        headings = self.headings(new)
        blocks = read(new, self.reader, headings)
        extra = {at for at, block in enumerate(blocks) if block.key and not is_wanted(block.key)}
        return write(without(blocks, extra, headings)) if extra else new

    def missing(self, yours: str, new: str, path: str) -> tuple[str, ...]:  # noqa: ARG002
        """Return the keys of `new` that `yours` lacks."""
        there = {block.key for block in read(yours, self.reader)}
        return tuple(key for key in self.index(read(new, self.reader)) if key not in there)


class _Merge:
    """The three texts by key; collects the conflicts, the entries to take out, and those to put elsewhere."""

    def __init__(
        self, form: Format, base: Sequence[Block], yours: Sequence[Block], new: Sequence[Block]
    ) -> None:
        self.form = form
        self.yours = yours
        self.before = form.index(base)
        self.now = form.index(new)
        self.counted = effective(yours, commented=form.commented)
        self.edited = {each.key for each in yours if each.key in self.before and not self._left_alone(each)}
        self.conflicts: list[Conflict] = []
        self.gone: set[int] = set()
        self.moved: set[str] = set()

    def _left_alone(self, block: Block) -> bool:
        return block.value == self.before[block.key].value

    def settled(self, at: int) -> Block:
        """Return a block of yours as it is to be."""
        block = self.yours[at]
        old, wanted = self.before.get(block.key), self.now.get(block.key)
        if not block.key or old is None:
            return block
        counts = self.counted[block.key] == at
        if self._left_alone(block) and (block.key not in self.edited or (counts and wanted)):
            return self._followed(at, old, wanted)
        return self._contested(block, old, wanted) if counts else block

    def _followed(self, at: int, old: Block, wanted: Block | None) -> Block:
        """Return an entry that the person left alone as it is in the new text, or their comment on it."""
        block = self.yours[at]
        if wanted and not self._moves(block, old, wanted):
            same = wanted.value == old.value
            lines = block.lines if same else self.form.rewrite(block, wanted)
            return replace(block, lines=lines, above=_above(block, old, wanted))
        self.moved |= {block.key} if wanted else set()
        own = tuple(line for line in block.above if line not in old.above)
        if own:
            return Block(lines=own)
        self.gone.add(at)
        return block

    def _moves(self, block: Block, old: Block, wanted: Block) -> bool:
        """Tell whether an entry stands below another heading now, and the person left it where it was."""
        left = block.above == old.above and block.heading == old.heading
        return left and wanted.heading != old.heading and block.key not in self.edited

    def _contested(self, block: Block, old: Block, wanted: Block | None) -> Block:
        """Return an entry that the person edited, in markers where it changed in the new text too."""
        kept = replace(block, above=_above(block, old, wanted)) if wanted else block
        if self.form.lenient or (wanted and wanted.value in (old.value, block.value)):
            return kept
        lines = (old.lines, block.lines, wanted.lines if wanted else ())
        self.conflicts.append(Conflict(block.key, *("\n".join(side) if side else None for side in lines)))
        return replace(kept, lines=tuple(marked(*lines)))


def _above(block: Block, old: Block, wanted: Block) -> tuple[str, ...]:
    """Return the comment above an entry: the new one, unless theirs is another or a heading says it."""
    said = block.heading and block.heading in wanted.above
    return wanted.above if block.above == old.above and not said else block.above


def _begun(old: Sequence[Block], there: Sequence[Block], now: Sequence[Block]) -> list[Block]:
    """Return yours with the comment at the top as it is in the new text, unless the person edited it."""
    before, mine, wanted = map(_preamble, (old, there, now))
    was, said = ({line for block in side for line in block.lines if line} for side in (before, wanted))
    had = {line for block in there for line in (*block.above, *block.lines)}
    if mine != before or was <= said <= had:
        return list(there)
    return [*wanted, *there[len(mine) :]]


def _preamble(blocks: Sequence[Block]) -> list[Block]:
    """Return what stands before the first entry and its heading."""
    first = next((at for at, block in enumerate(blocks) if block.key or block.is_heading), len(blocks))
    return list(blocks[:first])


def _retitled(old: Sequence[Block], now: Sequence[Block]) -> dict[str, str]:
    """Return the headings that have another text now: those of paragraphs with an entry in common."""
    before = {block.heading for block in old}
    after = {block.heading: "" for block in now}
    place = {block.key: block.heading for block in now if block.key and block.heading not in before}
    found: dict[str, str] = {}
    for block in old:
        heading = place.get(block.key, "")
        if heading and block.heading and block.heading not in after and heading not in found.values():
            found.setdefault(block.heading, heading)
    return found


def _titled(block: Block, retitled: Mapping[str, str]) -> Block:
    if block.is_heading:
        return replace(block, lines=(retitled.get(block.lines[0], block.lines[0]),))
    return replace(block, heading=retitled.get(block.heading, block.heading))
