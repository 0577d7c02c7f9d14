"""`scaffold diff`: how the files on disk differ from what scaffold would write today, and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from scaffold import conflicts
from scaffold.changes import Change
from scaffold.cli import looking, out
from scaffold.cli.detect import add_detection_arguments
from scaffold.cli.updating import Outcome
from scaffold.errors import FINDINGS, OK, UNDECIDED
from scaffold.merge.merged import Conflict
from scaffold.proposals.model import Proposal
from scaffold.provenance.causes import Cause
from scaffold.provenance.differences import hunks
from scaffold.provenance.keyed_lines import Key, at_known_places, shown
from scaffold.provenance.rules import cause_of
from scaffold.provenance.sides import Hunk, Sides, Told
from scaffold.record import record

EXAMPLES = """\
exit code 0 where nothing differs, 1 where something does; nothing is written
-: the line on disk; +: the line as scaffold would write it today

examples:
  scaffold diff                 every file
  scaffold diff Procfile        one of them
"""

_COLORS = {"yours": "yellow", "scaffold": "cyan", "conflict": "red"}


@record
class Difference:
    """How one file differs: a reason for all of it, or hunks with theirs."""

    change: Change
    reason: str = ""
    hunks: tuple[Hunk, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="these files only")
    add_detection_arguments(parser)
    parser.epilog = EXAMPLES
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Returns 0, 1 where a file differs, or raises UserError and its kin."""
    outcome = looking.look(arguments)
    if outcome is None:
        return UNDECIDED
    found = list(differences(outcome, _wanted(outcome, arguments)))
    if arguments.json:
        out.data(json.dumps(_document(found), indent=2))
    else:
        told: set[str] = set()
        for each in found:
            _print(each, told)
        if not found:
            out.data("Nothing differs: every file is as scaffold would write it today.")
    return FINDINGS if found else OK


def _wanted(outcome: Outcome, arguments: argparse.Namespace) -> list[Change]:
    if not arguments.files:
        return list(outcome.found)
    paths = [looking.path_inside(said, arguments, outcome) for said in arguments.files]
    for path in paths:
        if looking.change_of(outcome, path) is None:
            raise looking.no_such_file(outcome, path)
    return [change for change in outcome.found if change.path in paths]


def differences(outcome: Outcome, wanted: Iterable[Change]) -> Iterable[Difference]:
    """Yield how each file differs that does."""
    for change in wanted:
        reason = _whole(change)
        found = () if reason and change.kind != "new" else _hunks(outcome, change)
        if reason or found:
            yield Difference(change=change, reason=reason, hunks=found)


def _whole(change: Change) -> str:
    """Return the reason where one speaks for the whole file."""
    if change.kind == "deleted":
        return f"you deleted this file; it stays deleted (scaffold update --ask {change.path} brings it back)"
    if change.kind == "gone":
        return "not needed any more: update takes it away"
    if change.kind == "left":
        return change.reason
    if change.kind == "blocked":
        return f"scaffold cannot bring it up to date: {change.reason}"
    return "not there yet: update would write it" if change.kind == "new" else ""


def _open(outcome: Outcome, path: str) -> tuple[Conflict, ...]:
    """Return the conflicts of an earlier update in a file that nobody has looked at since."""
    opened = conflicts.find(outcome.top)
    return conflicts.untouched(outcome.top, opened).get(path, ()) if opened else ()


def _hunks(outcome: Outcome, change: Change) -> tuple[Hunk, ...]:
    yours = looking.text_of(change.before)
    adopted = change.kind in ("own", "adopted")
    base = looking.text_of(change.base)
    new = looking.text_of(change.ours.content if change.ours else None)
    merged = looking.text_of(change.after.content) if change.after else yours
    sides = Sides(
        path=change.path,
        yours=yours,
        base=base,
        new=at_known_places(change.path, yours, base, new),
        merged=at_known_places(change.path, yours, base, merged),
        adopted=adopted,
        conflicts=tuple(conflict.where for conflict in (*change.conflicts, *_open(outcome, change.path))),
    )
    known = looking.known_of(outcome, change.path)

    def tell(key: Key) -> Told:
        if adopted and change.reason:
            return Told(why=change.reason)
        cause = cause_of(known, change.path, key)
        proposal = looking.proposal_of(outcome, change.path, key)
        if proposal is None and key and len(key) == 1 and key[0].endswith("()"):
            return Told(why="scaffold's script for what the app needs now")
        return _told(proposal, cause)

    return hunks(sides, tell)


def _told(proposal: Proposal | None, cause: Cause) -> Told:
    proof = cause.evidence[0] if cause.evidence else None
    if proposal is None:
        return Told(proof=proof, why=cause.what)
    return Told(
        proof=proposal.evidence[0] if proposal.evidence else proof,
        why=proposal.why or cause.what,
        is_new=" -> " not in proposal.what,
        refuse=f"scaffold update --decline {proposal.id}" if proposal.can_decline else "",
    )


def _print(found: Difference, told: set[str]) -> None:
    """Print one file; how to refuse something is said once (`told`)."""
    change = found.change
    if found.reason:
        out.data(f"{out.paint(change.path, 'bold')}: {found.reason}")
    if found.hunks:
        out.data(f"--- {'/dev/null' if change.before is None else f'{change.path} on disk'}")
        out.data(f"+++ {change.path} as scaffold would write it today")
    for hunk in found.hunks:
        for reason in hunk.reasons if not found.reason else ():
            refuse = f"; to refuse: {reason.refuse}" if reason.refuse and reason.refuse not in told else ""
            out.data(out.paint(f"# {reason.text}{refuse}", _COLORS[reason.whose]))
            told.add(reason.refuse)
        out.data(hunk.head)
        for row in hunk.rows:
            out.data(out.paint(row, {"-": "red", "+": "green"}[row[0]]) if row[0] != " " else row)
    out.data()


def _document(found: list[Difference]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "differs": bool(found),
        "files": [
            {
                "path": each.change.path,
                "kind": each.change.kind,
                "reason": each.reason,
                "hunks": [_hunk(hunk) for hunk in each.hunks],
            }
            for each in found
        ],
    }


def _hunk(hunk: Hunk) -> dict[str, Any]:
    return {
        "start": hunk.start,
        "count": hunk.count,
        "new_start": hunk.new_start,
        "new_count": hunk.new_count,
        "lines": list(hunk.rows),
        "reasons": [
            {
                "keys": [shown(key) for key in reason.keys],
                "whose": reason.whose,
                "text": reason.text,
                "refuse": reason.refuse,
            }
            for reason in hunk.reasons
        ],
    }
