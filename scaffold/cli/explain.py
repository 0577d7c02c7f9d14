"""`scaffold explain FILE[:LINE]`: where a line of a generated file comes from, and what changes it."""

from __future__ import annotations

import argparse
import json
import os
import textwrap
from collections.abc import Sequence
from typing import Any

from scaffold import merge
from scaffold.changes import Change
from scaffold.cli import looking, out
from scaffold.cli.detect import add_detection_arguments
from scaffold.cli.updating import Outcome
from scaffold.errors import OK, UNDECIDED, UserError
from scaffold.plan.model import Loser
from scaffold.provenance import Origin
from scaffold.provenance.blocks import Block, block, blocks, missing
from scaffold.provenance.keyed_lines import Key, label, rows_of, shown, unit
from scaffold.provenance.on_disk import disk_lines, with_grown
from scaffold.repo import redact

EXAMPLES = """\
examples:
  scaffold explain Procfile            each process type: why it is there, what proves it
  scaffold explain app.json:12         one line
"""

_MOST = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("place", metavar="FILE[:LINE]", help="a file that scaffold writes, and a line of it")
    add_detection_arguments(parser)
    parser.epilog = EXAMPLES
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Returns 0 or raises UserError and its kin."""
    outcome = looking.look(arguments)
    if outcome is None:
        return UNDECIDED
    path, line = _place(arguments, outcome)
    change = looking.change_of(outcome, path)
    if change is None:
        raise looking.no_such_file(outcome, path)
    found = _blocks(outcome, change, line)
    if arguments.json:
        out.data(json.dumps(_document(change, found, whole=not line), indent=2))
        return OK
    status = _status(change)
    if status:
        out.data(f"{out.paint(path, 'bold')}: {status}")
    for at, each in enumerate(found):
        if at or status:
            out.data()
        _print(each, change, alone=bool(line))
    if not line:
        _print_missing(outcome, change)
    return OK


def _place(arguments: argparse.Namespace, outcome: Outcome) -> tuple[str, int]:
    """Split FILE:LINE; a file whose name ends so is taken as it is."""
    said = str(arguments.place)
    head, colon, tail = said.rpartition(":")
    if colon and head and (tail.isdigit() or not tail) and not os.path.exists(said):
        if not tail or not int(tail):
            raise UserError(
                "usage/line", f"{said}: lines are counted from 1", remedy=f"Say {head} or {head}:1."
            )
        return looking.path_inside(head, arguments, outcome), int(tail)
    return looking.path_inside(said, arguments, outcome), 0


def _status(change: Change) -> str:
    """Return what there is to say of the whole file, "" for one that is scaffold's."""
    if merge.has_markers(looking.text_of(change.before)):
        return "it holds an open conflict; settle it, then `scaffold update --continue`."
    return {
        "deleted": f"you deleted this file; it stays deleted (scaffold update --ask {change.path} brings it"
        " back). This is what scaffold would write:",
        "new": "not there yet; this is what `scaffold update` would write:",
        "own": "yours; you had this file before scaffold.",
        "adopted": "yours; you had this file before scaffold. An update only adds what the code newly needs.",
        "gone": "not needed any more; `scaffold update` takes it away.",
        "left": "not needed any more; you edited it, so it stays and is yours.",
        "blocked": f"{change.reason}. This is what scaffold would write:",
    }.get(change.kind, "")


def _blocks(outcome: Outcome, change: Change, line: int) -> list[Block]:
    today = looking.text_of(change.ours.content if change.ours else None)
    yours = today if change.before is None else looking.text_of(change.before)
    rows = rows_of(yours)
    if line > len(rows):
        raise UserError(
            "usage/line",
            f"{change.path} has {len(rows)} line{'' if len(rows) == 1 else 's'}, there is no line {line}",
            remedy=f"Name one of them, or {change.path} alone for all.",
        )
    found = looking.origins_of(outcome, change.path, today) if today else ()
    base = today if change.before is None else _base(change)
    lines = disk_lines(change.path, yours, base, today)
    if change.kind in ("own", "adopted"):
        added = outcome.today.state.added.get(change.path, b"")
        lines = with_grown(change.path, lines, looking.text_of(added))
    if line:
        return [block(change.path, (lines[line - 1],), found, today)]
    return blocks(lines, found, change.path, today)


def _base(change: Change) -> str | None:
    if change.kind in ("own", "adopted"):
        return None
    return looking.text_of(change.base if change.base is not None else change.before)


_TOLD = {
    "edited": "You edited this; `scaffold update` keeps your edit.",
    "added": "You added this; `scaffold update` keeps it.",
    "outdated": "Scaffold wrote this last time; `scaffold update` would change it now.",
    "withdrawn": "Scaffold wrote this last time, and the code does not call for it any more.",
    "own": "Yours; scaffold never wrote this.",
    "grown": "Scaffold added this to your file.",
    "clash": "You edited this, and scaffold would change it, too: an update leaves a conflict.",
    "conflict": "An open conflict: keep a side or write your own, and take the marker lines out.",
}


def _missing(change: Change) -> list[tuple[Key, str, bool]]:
    if change.before is None or change.ours is None:
        return []
    texts = (looking.text_of(text) for text in (change.before, change.base, change.ours.content))
    return missing(change.path, *texts)


def _print_missing(outcome: Outcome, change: Change) -> None:
    adopted = change.kind in ("own", "adopted")
    for key, row, was in _missing(change):
        named = label(change.path, key)
        out.data()
        if was and adopted:
            out.data(f"Not in it: {named}. It is yours: what you left out stays out.")
        elif was:
            out.data(f"You took out {named}; it stays out. Scaffold would write: {row.strip()}")
        else:
            proposal = looking.proposal_of(outcome, change.path, key)
            why = f" ({proposal.reason})" if proposal and proposal.reason else ""
            out.data(f"New: `scaffold update` would add {named}{why}: {row.strip()}")


def _whose(block: Block, change: Change) -> str:
    """Return the status of a block: an edit may clash with what scaffold would write now."""
    name, status = shown(unit(block.path, block.key)), block.lines[0].status
    places = (f"{conflict.where}." for conflict in change.conflicts)
    clashes = status == "edited" and any(
        f"{name}.".startswith(at) or at.startswith(f"{name}.") for at in places
    )
    return "clash" if clashes else status


def _print(block: Block, change: Change, *, alone: bool) -> None:
    path = block.path
    first, last = block.lines[0], block.lines[-1]
    where = f"{path}:{first.number}" + (f"-{last.number}" if last.number != first.number else "")
    key = block.key if alone else unit(path, block.key)
    named = f"  {out.paint(label(path, key), 'cyan')}" if block.key else ""
    out.data(f"{out.paint(where, 'bold')}{named}")
    if alone or len(block.lines) == 1:
        out.data(f"    {redact(first.text.strip())}")
    said = _TOLD.get(_whose(block, change), "")
    if said and (alone or first.status != "own"):
        out.data(f"  {said}")
    if block.instead and first.status != "same":
        out.data(f"  scaffold:     {redact(block.instead.strip())}")
    if block.origin is not None:
        _print_origin(block.origin)


def _print_origin(origin: Origin) -> None:
    for row in textwrap.wrap(origin.what, 98):
        out.data(f"  {row}")
    for at, proof in enumerate(origin.evidence[:_MOST]):
        out.data(f"  {'' if at else 'because of':<13} {proof}")
    if len(origin.evidence) > _MOST:
        more = len(origin.evidence) - _MOST
        out.data(f"  {'':<13} and {more} more place{'s' if more > 1 else ''}")
    for loser in origin.rejected[:_MOST]:
        out.data(f"  {'rather than':<13} {_rejected(loser)}")
    out.data(f"  {'template':<13} {origin.template or 'none: the file comes from scaffold itself'}")
    for at, change in enumerate(origin.changes):
        out.data(f"  {'' if at else 'to change it':<13} {change}")


def _rejected(loser: Loser) -> str:
    proof = f" ({loser.evidence[0]})" if loser.evidence else ""
    return f"{loser.what} {loser.value}{proof}: {loser.why}"


def _document(change: Change, blocks: Sequence[Block], *, whole: bool) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "path": change.path,
        "kind": change.kind,
        "blocks": [_block_document(block) for block in blocks],
        "missing": [
            {"key": shown(key), "scaffold_writes": row, "taken_out": was}
            for key, row, was in (_missing(change) if whole else ())
        ],
    }


def _block_document(block: Block) -> dict[str, Any]:
    origin = block.origin
    return {
        "first": block.lines[0].number,
        "last": block.lines[-1].number,
        "key": shown(block.key),
        "text": [redact(line.text) for line in block.lines],
        "status": block.lines[0].status,
        "scaffold_writes": redact(block.instead or block.lines[0].text) if origin else None,
        "what": origin.what if origin else "",
        "template": origin.template if origin else "",
        "evidence": [
            {"path": proof.path, "line": proof.line, "text": proof.text}
            for proof in (origin.evidence if origin else ())
        ],
        "rejected": [
            {"what": loser.what, "value": loser.value, "why": loser.why}
            for loser in (origin.rejected if origin else ())
        ],
        "changes": list(origin.changes) if origin else [],
    }
