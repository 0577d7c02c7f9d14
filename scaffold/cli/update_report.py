"""What `update` shows: what changed, what follows from it, what happens to each file, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffold import changes, conflicts
from scaffold.changes import Change
from scaffold.cli import out, proposing, report, template, update_steps
from scaffold.cli.detect import print_notes
from scaffold.cli.updating import Outcome
from scaffold.errors import FINDINGS, OK
from scaffold.facts import Todo
from scaffold.merge.merged import Conflict
from scaffold.plan.model import Note
from scaffold.proposals.model import Proposal
from scaffold.repo import redact
from scaffold.state import State

_QUIET = ("same", "own", "adopted", "deleted")


def show(outcome: Outcome, *, diffs: bool, asked: bool = False) -> None:
    """Print what changed since the last run with its reasons, and what happens to each file.

    What was `asked` about was told with the question.
    """
    news = template.news(outcome.today.state, outcome.state)
    proposed = outcome.proposals if outcome.drifts else ()
    if asked and any(proposal.can_decline for proposal in proposed):
        proposed = ()
    if proposed or outcome.mended or news:
        out.data(out.paint(proposing.HEAD, "bold"))
    if news:
        out.data(f"  {news}")
    for proposal in proposed:
        proposing.say(proposal.what, proposal.reason)
        if proposal.can_decline:
            out.data(f"      to refuse: scaffold update --decline {proposal.id}")
    for todo in outcome.mended:
        proposing.say(todo.why, "; ".join(_as_reason(note.message) for note in _notes_of(todo, outcome)))
    if proposed or outcome.mended or news:
        out.data()
    for change in (*outcome.found, *outcome.edited.values()):
        if change.kind not in _QUIET or change.writes:
            _show_change(outcome, change, diffs=diffs)
    if outcome.drifts:
        print_notes(outcome.today.settled.analysis, without=_told(outcome))


def _notes_of(todo: Todo, outcome: Outcome) -> list[Note]:
    """Return the doubts that an edit settles."""
    return [note for note in outcome.today.plan.notes if todo.evidence and note.evidence == todo.evidence]


def _told(outcome: Outcome) -> list[Note]:
    """Return the doubts that are told already, as the reason of a change."""
    moved = any(proposal.id == "runtime" for proposal in outcome.proposals)
    runtime = [note for note in outcome.today.plan.notes if moved and note.id == "runtime/changed"]
    return [*runtime, *(note for todo in outcome.mended for note in _notes_of(todo, outcome))]


def _as_reason(message: str) -> str:
    text = message.rstrip(".")
    return text[0].lower() + text[1:] if text.startswith("The ") else text


def _show_change(outcome: Outcome, change: Change, *, diffs: bool) -> None:
    told = any(todo.edit_path == change.path for todo in outcome.mended)
    reason = "" if told else change.reason or _why_new(outcome, change)
    out.data(f"  {report.verb(change):<14} {change.path}{f'  ({reason})' if reason else ''}")
    for conflict in change.conflicts:
        how = "you changed what is not needed any more" if conflict.new is None else "both changed"
        out.data(f"      {how}: {conflict.where}")
        if why := _why_changed(outcome, change.path, conflict.where):
            out.data(f"      because {why}")
    if diffs and change.writes:
        out.data(changes.diff(change).rstrip("\n"))


def _why_new(outcome: Outcome, change: Change) -> str:
    """Return why a file of a stack's own is there, and that only line numbers move in a manifest."""
    if change.writes and not change.drifts:
        return "only where the variables are read"
    return next((file.why for file in outcome.today.plan.files if file.path == change.path), "")


def _why_changed(outcome: Outcome, path: str, key: str) -> str:
    """Return why the command of a process type is another one in today's text of a Procfile."""
    view = outcome.today.views.get(path)
    process = view.plan.process(key) if view and view.plan else None
    return str(Proposal(id="", what="", why=process.why, evidence=process.evidence).reason) if process else ""


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
    refused = sorted(outcome.state.declined - outcome.today.state.declined)
    if refused:
        again = " ".join(f"--ask {name}" for name in refused)
        out.data(f"Declined, and not proposed again: {', '.join(refused)} (scaffold update {again})")
    if written:
        out.data()
        out.data(f"Updated {len(written)} file{'s' if len(written) > 1 else ''}.")
    else:
        out.data("Nothing to write: every file is as it should be.")
    if not any(change.kind == "conflict" for change in outcome.found):
        report.print_steps(update_steps.steps(outcome))


def _print_conflicts(clashes: list[Change]) -> None:
    if not clashes:
        return
    out.data()
    out.data(out.paint("Conflicts, for you to settle:", "bold"))
    for change in clashes:
        line = conflicts.first_marker(change.after.content if change.after else b"")
        for conflict in change.conflicts:
            _print_conflict(change.path, line, conflict)
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
    return "***" if any(map(classify.is_secret, conflict.where.split("."))) else redact(value.rstrip("\n"))


def _print_conflict(path: str, line: int, conflict: Conflict) -> None:
    where = "" if conflict.where.startswith("line ") else f": {conflict.where}"
    out.data(f"  {path}:{line}{where}" if line else f"  {path} (it keeps yours){where}")
    for title, value in (("yours", conflict.yours), ("scaffold now", conflict.new)):
        if value is None or "\n" not in value.rstrip("\n"):
            out.data(f"      {title + ':':<13} {_shown(conflict, value)}")


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


_OPEN_HERE = (
    "-> Edit the files, then `scaffold update --continue`; "
    "`scaffold update --abort` brings back the old ones.",
)
_OPEN_IN_GIT = (
    "They are git's: two branches changed these files.",
    "-> Settle them, then `scaffold update`. Where nobody edited a file by hand, one side will do:",
    "   git checkout --ours FILE; update adds what the code needs. Leave .scaffold/ as git merged it.",
)


def print_unsettled(top: Path, found: Mapping[str, str]) -> int:
    """Say which conflicts are open; return the exit code."""
    out.say("error: conflicts are left to be settled")
    for line in found.values():
        out.say(f"  {line}")
    for line in _OPEN_HERE if conflicts.find(top) else _OPEN_IN_GIT:
        out.say(f"  {line}")
    return FINDINGS
