"""Write the result of a merge as YAML into the person's text: whole lines in blocks, spans in flow style."""

from __future__ import annotations

import itertools
import json

from scaffold.merge.merged import BASE, NEW, SPLIT, YOURS, Unmergeable
from scaffold.merge.nodes import Clash, Keep, Member, Mix, Node, Part, Result, Take
from scaffold.merge.yaml_nodes import Document, line_start, split_lead
from scaffold.patterns import lazy

_UNSAFE_IN_FLOW = lazy(r"[,\[\]{}#\n]|^[|>&*!%@`?-]|: |:$")


class Written:
    """The texts of the three sides; `marked` writes conflicts with their markers."""

    def __init__(self, base: Document | None, yours: Document, new: Document, *, marked: bool) -> None:
        self.base, self.yours, self.new, self.marked = base, yours, new, marked
        self.text = yours.text

    def document(self, result: Result) -> str:
        """Return the person's text with the result in the place of its value."""
        root = self.yours.root
        if isinstance(result, Keep):
            return self.text
        if not isinstance(result, Mix):
            raise Unmergeable("a document of another kind")
        if root.flow:
            return self.text[: root.start] + self._flow(result) + self.text[root.end :]
        if not root.members:
            return self.text + "".join(self._added(part, 0, first=not self.text) for part in result.parts)
        start = line_start(self.text, root.start)
        return self.text[:start] + self._block(result) + self.text[root.end :]

    def _block(self, mix: Mix) -> str:
        """Return the lines of a block; the first has no indent where it shares its line with a dash."""
        members = mix.node.members
        column = self.yours.column(members[0])
        indent = " " * column if self.yours.begins_line(members[0]) else ""
        kept = {part.yours.start for part in mix.parts if part.yours}
        out: list[str] = []
        last = -1
        for part in self._first_stays(mix):
            if part.yours is None:
                out.append(self._added(part, column, first=not out, indent=None if out else indent))
                continue
            lead = self._free_of(members, last, part.yours, kept) + self.yours.leads.get(part.yours.start, "")
            last = max(last, part.yours.start)
            if not out:
                lead = lead.lstrip(" \n" if column and not indent else "\n") if lead.strip() else ""
            begin = " " * column if out or lead else indent
            out.append(lead + self._marked(part, begin))
        return "".join(out) + self._free_of(members, last, None, kept)

    def _first_stays(self, mix: Mix) -> tuple[Part, ...]:
        """Put no key before the first where a dash or a comment above belongs to that."""
        first, parts = mix.node.members[0], mix.parts
        at = next((at for at, part in enumerate(parts) if part.yours), 0)
        above = self.text[: line_start(self.text, first.start)].rpartition("\n")[0].rpartition("\n")[2]
        free = self.yours.begins_line(first) and not above.lstrip().startswith("#")
        if not at or free or mix.node.kind == "list" or parts[at].yours != first:
            return parts
        return (parts[at], *parts[:at], *parts[at + 1 :])

    def _free_of(self, members: tuple[Member, ...], last: int, until: Member | None, kept: set[int]) -> str:
        """Return the comments that stand free above members that go, between the last kept one and this."""
        end = until.start if until else len(self.text)
        gone = [each for each in members if last < each.start < end and each.start not in kept]
        free = [split_lead(self.yours.leads.get(each.start, ""))[0] for each in gone]
        return "".join(lead for lead in free if lead.strip())

    def _marked(self, part: Part, begin: str) -> str:
        """Return a member of the person's from its indent on, between markers where it is a conflict."""
        assert part.yours is not None
        own = begin + self._member(part, part.yours)
        if not isinstance(part.result, Clash) or not self.marked:
            return own
        column = len(begin)
        sides = [
            begin + entry(document, member, column) if document and member else ""
            for document, member in ((self.base, part.base), (self.new, part.new))
        ]
        return f"{YOURS}\n{own}{BASE}\n{sides[0]}{SPLIT}\n{sides[1]}{NEW}\n"

    def _added(self, part: Part, column: int, *, first: bool, indent: str | None = None) -> str:
        """Return a member of the new text with the comment right above it."""
        assert part.new is not None
        gap, comment = split_lead(self.new.leads.get(part.new.start, ""))
        blank = "\n" if gap.strip(" ") and not first else ""
        begin = " " * column if indent is None else indent
        lead = "".join(" " * column + line.lstrip() for line in comment.splitlines(keepends=True))
        return (
            blank
            + ("" if first and not indent and column else lead)
            + begin
            + entry(self.new, part.new, column)
        )

    def _member(self, part: Part, own: Member) -> str:
        """Return a member of the person's, from its key or dash to the end of its last line."""
        result = part.result
        if isinstance(result, Keep | Clash):
            return self.text[own.start : own.end]
        if isinstance(result, Take):
            assert part.new is not None
            return self._taken(own, part.new)
        node = result.node
        if node.flow:
            return self.text[own.start : node.start] + self._flow(result) + self.text[node.end : own.end]
        if not result.parts:
            return self._emptied(own, node)
        start = node.start
        if self.yours.begins_line(node.members[0]):
            start = line_start(self.text, start)
        return self.text[own.start : start] + self._block(result)

    def _emptied(self, own: Member, node: Node) -> str:
        if self.yours.notes_in(own.start, own.end):
            raise Unmergeable("comments in what goes")
        return self.text[own.start : node.start].rstrip() + (" {}\n" if node.kind == "object" else " []\n")

    def _taken(self, own: Member, new: Member) -> str:
        """Return a member with the value of the new text; the key and a comment beside a scalar stay."""
        written = self.new.text[new.node.start : new.node.end]
        single = new.node.kind == "scalar" and "\n" not in written
        if own.node.kind == "scalar" and single and not self._is_block_scalar(own.node):
            before = self.text[own.start : own.node.start]
            if not written:
                before = before.rstrip(" ")
            elif before.endswith((":", "-")) and own.node.start == own.node.end:
                before += " "
            return before + written + self.text[own.node.end : own.end]
        if own.node.kind == "scalar" and self.yours.notes(own):
            raise Unmergeable("a comment beside what changes")
        delta = self.yours.column(own) - self.new.column(new)
        if not self.new.is_block(new):
            key = self.text[own.start : own.key_end]
            return key + (": " if own.key else " ") + flow_text(self.new.text, new.node) + "\n"
        return self.text[own.start : own.key_end] + shifted(self.new.text[new.key_end : new.end], delta)

    def _is_block_scalar(self, node: Node) -> bool:
        return self.text[node.start : node.start + 1] in ("|", ">")

    def _flow(self, mix: Mix) -> str:
        """Return a collection in brackets."""
        node = mix.node
        opened, closed = self.text[node.start], self.text[node.end - 1]
        if not mix.parts:
            return opened + closed
        if self.yours.notes_in(node.start, node.end):
            raise Unmergeable("comments in brackets")
        members = node.members
        gaps = {
            after.start: self.text[before.end : after.start] for before, after in itertools.pairwise(members)
        }
        out = [self.text[node.start + 1 : members[0].start] if members else ""]
        for number, part in enumerate(mix.parts):
            own = gaps.get(part.yours.start) if part.yours else None
            out += [(own or ", ") if number else "", self._flow_part(part, node.kind)]
        return opened + "".join(out) + (self.text[members[-1].end : node.end - 1] if members else "") + closed

    def _flow_part(self, part: Part, kind: str) -> str:
        own, new, result = part.yours, part.new, part.result
        if own is not None and isinstance(result, Keep | Clash):
            return self.text[own.start : own.end]
        if own is not None and isinstance(result, Mix):
            return (
                self.text[own.start : own.node.start] + self._flow(result) + self.text[own.node.end : own.end]
            )
        assert new is not None
        value = flow_text(self.new.text, new.node)
        key = self.text[own.start : own.key_end] if own else self.new.text[new.start : new.key_end]
        return f"{key}: {value}" if kind == "object" else value


def entry(document: Document, member: Member, column: int) -> str:
    """Return a member of another text as lines of a block at a column, the first without its indent."""
    if document.is_block(member):
        return shifted(document.text[member.start : member.end], column - document.column(member))
    value = flow_text(document.text, member.node)
    is_item = member.key_end == member.start
    return f"- {value}\n" if is_item else f"{document.text[member.start : member.key_end]}: {value}\n"


def shifted(text: str, by: int) -> str:
    """Indent all lines but the first more, or less where `by` is negative."""
    first, *rest = text.splitlines(keepends=True)
    return first + "".join(line if not line.strip() else _moved(line, by) for line in rest)


def _moved(line: str, by: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return " " * by + line if by > 0 else line[min(-by, blanks) :]


def flow_text(text: str, node: Node) -> str:
    """Return a value so that it can stand in brackets."""
    if node.kind == "scalar":
        written = text[node.start : node.end]
        quoted = written[:1] in ("'", '"') and "\n" not in written
        if isinstance(node.scalar, str) and not quoted and _UNSAFE_IN_FLOW.search(written):
            return json.dumps(node.scalar, ensure_ascii=False)
        return written or "null"
    if node.kind == "list":
        return "[" + ", ".join(flow_text(text, member.node) for member in node.members) + "]"
    pairs = [f"{text[each.start : each.key_end]}: {flow_text(text, each.node)}" for each in node.members]
    return "{" + ", ".join(pairs) + "}"
