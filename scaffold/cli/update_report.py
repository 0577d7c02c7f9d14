"""What `update` shows: what changed, what follows from it, what happens to each file, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffold import changes, conflicts
from scaffold.changes import Change
from scaffold.cli import out, report, template
from scaffold.cli.detect import print_notes
from scaffold.cli.updating import Outcome
from scaffold.errors import FINDINGS, OK
from scaffold.merge.merged import Conflict
from scaffold.repo import redact
from scaffold.state import State

_QUIET = ("same", "own", "adopted", "deleted")


def show(outcome: Outcome, *, diffs: bool) -> None:
    """Print what changed since the last run with its reasons, and what happens to each file."""
    news = template.news(outcome.today.state, outcome.state)
    proposed = outcome.proposals if outcome.drifts else ()
    if proposed or news:
        out.data(out.paint("Changed since the last run:", "bold"))
    if news:
        out.data(f"  {news}")
    for proposal in proposed:
        out.data(f"  {proposal.what}")
        if proposal.reason:
            out.data(f"      because {proposal.reason}")
        if proposal.can_decline:
            out.data(f"      to refuse: scaffold update --decline {proposal.id}")
    if proposed or news:
        out.data()
    for change in (*outcome.found, *outcome.edited.values()):
        if diffs or change.kind not in _QUIET or change.writes:
            _show_change(change, diffs=diffs)
    if outcome.drifts:
        print_notes(outcome.today.settled.analysis)


def _show_change(change: Change, *, diffs: bool) -> None:
    out.data(f"  {report.verb(change):<14} {change.path}{f'  ({change.reason})' if change.reason else ''}")
    for conflict in change.conflicts:
        out.data(f"      both changed {conflict.where}")
    if diffs and change.writes:
        out.data(changes.diff(change).rstrip("\n"))


def say_fresh(outcome: Outcome, *, as_json: bool) -> None:
    """Say so where an update would change nothing."""
    if not as_json and not outcome.drifts:
        out.data("Everything is up to date.")


def confirm(outcome: Outcome) -> bool:
    """Ask once before writing; nothing to write is no question."""
    return report.confirm(outcome.found, outcome.edited)


def finish(outcome: Outcome, *, as_json: bool) -> int:
    """Print what was written and what is left to do; return the exit code."""
    written = [change for change in (*outcome.found, *outcome.edited.values()) if change.writes]
    clashes = [change for change in outcome.found if change.kind == "conflict"]
    blocked = [change for change in outcome.found if change.kind == "blocked"]
    if not as_json:
        _print_written(outcome, written)
        _print_conflicts(clashes)
    for change in blocked:
        out.warn(f"{change.path} was not written: {change.reason}")
    return FINDINGS if clashes or blocked else OK


def _print_written(outcome: Outcome, written: list[Change]) -> None:
    if not written:
        out.data("Nothing to write: every file is as it should be.")
        return
    out.data()
    out.data(f"Updated {len(written)} file{'s' if len(written) > 1 else ''}.")
    steps = report.update_steps(
        outcome.top, outcome.today.plan, outcome.todos, tuple(written), outcome.state.answers
    )
    if any(change.kind == "conflict" for change in written):
        return
    report.print_steps(steps)


def _print_conflicts(clashes: list[Change]) -> None:
    if not clashes:
        return
    out.data()
    out.data(out.paint("Conflicts, for you to settle:", "bold"))
    for change in clashes:
        line = conflicts.first_marker(change.after.content if change.after else b"")
        where = f"{change.path}:{line}" if line else f"{change.path} (it keeps yours)"
        for conflict in change.conflicts:
            out.data(f"  {where}: {conflict.where}")
            if not line:
                out.data(f"      yours:        {_shown(conflict, conflict.yours)}")
                out.data(f"      scaffold now: {_shown(conflict, conflict.new)}")
    out.data(
        f"Both sides of each are in {conflicts.FOLDER}/report.txt. "
        "Edit the files (`git mergetool` works, too), then"
    )
    out.data("     scaffold update --continue")
    out.data("or bring back what was before with")
    out.data("     scaffold update --abort")


def _shown(conflict: Conflict, value: str | None) -> str:
    """Return one side for the screen; what may be a secret is not shown."""
    from scaffold.config_vars import classify

    if value is None:
        return "(not there)"
    return "***" if any(map(classify.is_secret, conflict.where.split("."))) else redact(value)


def unsettled(top: Path, state: State) -> dict[str, str]:
    """Return the files with conflicts of an earlier update, or of a merge, and where they are."""
    found = {
        path: f"{path}:{line}: conflict markers"
        for path, line in conflicts.marked(top, sorted(state.base.keys() - state.ejected)).items()
    }
    opened = conflicts.find(top)
    for path, clashes in (conflicts.untouched(top, opened) if opened else {}).items():
        names = ", ".join(clash.where for clash in clashes)
        found.setdefault(path, f"{path}: {names}, not yet settled (scaffold update --continue)")
    return found


def print_unsettled(found: Mapping[str, str]) -> int:
    """Say which conflicts are open; return the exit code."""
    out.say("error: conflicts are left to be settled")
    for line in found.values():
        out.say(f"  {line}")
    out.say(
        "  -> Edit the files, then `scaffold update --continue`; "
        "`scaffold update --abort` brings back the old ones."
    )
    return FINDINGS
