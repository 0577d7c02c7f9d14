"""What `update` works out before it writes: the proposals, the texts of today, what happens to each file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from scaffold import cache, changes, conflicts, edits, regenerate
from scaffold import state as states
from scaffold import write as writing
from scaffold.changes import Change
from scaffold.cli import ask, out, proposing, settle
from scaffold.cli.proposing import Wish
from scaffold.errors import UserError
from scaffold.facts import Todo
from scaffold.patterns import lazy
from scaffold.pipeline import Analysis, Request, place
from scaffold.proposals.model import Proposal
from scaffold.record import made, record, replace
from scaffold.regenerate import Today
from scaffold.render import Rendered
from scaffold.state import State
from scaffold.targets import existing

_VERSION_ALONE = lazy(r"\s*python-[\d.]+\s*")


@record
class Outcome:
    """What an update comes to. `state` is what is to be kept of it, `todos` what is left to the person.

    `mended` are the to-dos that were edits of a file: those are made.
    """

    top: Path
    today: Today
    state: State
    found: tuple[Change, ...]
    proposals: tuple[Proposal, ...]
    todos: tuple[Todo, ...]
    edited: Mapping[str, Change] = made(factory=dict)
    mended: tuple[Todo, ...] = ()

    @property
    def drifts(self) -> tuple[Change, ...]:
        """Return the files that an update changes, or cannot bring up to date."""
        return tuple(c for c in (*self.found, *self.edited.values()) if c.drifts or c.kind == "blocked")


def located(arguments: argparse.Namespace) -> tuple[Path, str]:
    """Return the top of the repository and the folder of the app that is meant. Raises UserError.

    Without -C and --root it is the nearest folder above that scaffold has written to.
    """
    directory = arguments.directory
    if directory == "." and not arguments.root:
        here = Path(directory).absolute()
        written = (each for each in (here, *here.parents) if (each / states.FOLDER / "state.json").is_file())
        directory = str(next(written, directory))
    return place(directory, arguments.root)


def work_out(analysis: Analysis, request: Request, state: State, wish: Wish) -> Outcome:
    """Settle the answers and the proposals, and compare today's texts with the disk. Raises UserError."""
    if not (wish.given or wish.again or wish.declined):
        known = settle.recorded(state, analysis, request)
        today = known and regenerate.look(known, state)
        same = known and state.versions == regenerate.versions(known.plan, known.request)
        if today and same and cache.is_known(regenerate.fingerprint(today)):
            return _compared(today, state.base_tree(), (), wish)
    _check_again(analysis, request, state, wish)
    said = ask.Said(
        given=wish.given,
        prompt=wish.prompt,
        extra=request.extra,
        asked=settle.to_ask(state, settle.plan_of(analysis), analysis, wish.again),
    )
    settled, offered = proposing.proposed(settle.settle(analysis, request, state, said), state, wish)
    today = regenerate.look(settled, replace(state, ejected=state.ejected - wish.again))
    done = _compared(today, regenerate.texts(today), offered, wish)
    waits = _is_behind(done.found) or any(change.writes or change.conflicts for change in done.found)
    if not waits and done.state == state:
        cache.keep(regenerate.fingerprint(today))
    return done


def _check_again(analysis: Analysis, request: Request, state: State, wish: Wish) -> None:
    """Refuse a name of `--ask` that nothing goes by. Raises UserError."""
    from scaffold import render

    layer = render.layers(settle.plan_of(analysis).stack)[0]
    questions_ = render.question_names(layer, request.extra)
    known = {*questions_, *state.answers, *state.declined, *state.base, *state.ejected}
    for name in sorted(wish.again - known):
        raise UserError(
            "usage/ask",
            f"--ask {name}: there is no question, declined proposal or file of that name",
            remedy="Known are: " + ", ".join(sorted(known)),
        )


def _compared(
    today: Today, tree: Mapping[str, Rendered], offered: tuple[Proposal, ...], wish: Wish
) -> Outcome:
    found = changes.plan_changes(today.settled.request.top, tree, today.state, again=wish.again)
    found, todos = with_edits(today, (*found, *_moved(today, found)))
    mended = tuple(todo for todo in today.plan.todos if todo not in todos)
    return replace(outcome(today, found, offered, todos), mended=mended)


def _moved(today: Today, found: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the removal of the person's runtime.txt where its successor says all of it: it would win."""
    runtime = today.plan.runtime
    path = runtime.evidence[0].path if runtime and runtime.evidence else ""
    successor = any(c.path.rpartition("/")[2] == ".python-version" and c.kind == "new" for c in found)
    if not runtime or not successor or path.rpartition("/")[2] != "runtime.txt" or path in today.state.base:
        return ()
    there = existing(today.settled.request.top, path)
    if there.content is None or not _VERSION_ALONE.fullmatch(there.content.decode("utf-8", "replace")):
        return ()
    reason = "its version is in .python-version now"
    return (Change(path=path, kind="gone", before=there.content, ours=None, reason=reason),)


def outcome(
    today: Today,
    found: tuple[Change, ...],
    offered: tuple[Proposal, ...],
    todos: tuple[Todo, ...],
    *,
    whole: bool = True,
    edited: Mapping[str, Change] | None = None,
) -> Outcome:
    """Return what a run comes to, with the state that is to be kept of it."""
    settled, before = today.settled, today.state
    after = replace(
        changes.kept_state(found, before, whole=whole),
        format=states.FORMAT,
        answers=settled.answers,
        plan=regenerate.decided_of(settled),
        versions=regenerate.versions(settled.plan, settled.request),
        declined=settled.request.declined,
    )
    return Outcome(
        top=settled.request.top,
        today=today,
        state=after,
        found=found,
        proposals=offered,
        todos=todos,
        edited=edited or {},
    )


def with_edits(today: Today, found: tuple[Change, ...]) -> tuple[tuple[Change, ...], tuple[Todo, ...]]:
    """Make the edits that files of scaffold's need beside the merge: retired names that a person wrote."""
    top, base = today.settled.request.top, changes.kept_state(found, today.state, whole=True).base
    by_path = {change.path: change for change in found}
    left = []
    for todo in today.plan.todos:
        change = by_path.get(todo.edit_path)
        if change is None or todo.edit_path not in base or change.kind in ("blocked", "deleted", "conflict"):
            left.append(todo)
            continue
        edit = edits.propose(top, todo, {change.path: change} if change.after else {})
        if edit is None:
            left.append(todo)
            continue
        kind = change.kind if change.kind != "same" else "merge"
        by_path[change.path] = replace(change, kind=kind, after=edit.after, reason=todo.why)
    return tuple(by_path[change.path] for change in found), tuple(left)


def _is_behind(found: tuple[Change, ...]) -> bool:
    """Tell whether a file was left at an older text than that of today: it is to be looked at again."""
    return any(change.kind in ("blocked", "kept") for change in found)


def write_out(outcome: Outcome, *, whole: bool = True) -> None:
    """Write the files and the state, all or nothing, and tell git of the conflicts. Raises UserError.

    `whole` tells that these are all files of the app.
    """
    top, written = outcome.top, (*outcome.found, *outcome.edited.values())
    tree: dict[str, Rendered | None] = {c.path: c.after for c in written if c.writes}
    seen = {change.path: change.before for change in written if change.kind != "blocked"}
    for path, content in states.files(outcome.state).items():
        there = existing(top, path).content
        if content not in (there, _plain(there)):
            script = path.removeprefix(f"{states.FOLDER}/base/") in _scripts(outcome.found)
            tree[path], seen[path] = Rendered(content, script), there
    tree |= dict.fromkeys(states.stale(top, outcome.state))
    sides = _sides(outcome.found)
    kept = conflicts.record_of(top, sides, tree) if sides else conflicts.closed(top)
    if not tree and not kept:
        return
    writing.write(top, {**tree, **kept}, seen=seen)
    after = replace(outcome.today, state=outcome.state)
    if whole and not _is_behind(outcome.found):
        cache.keep(regenerate.fingerprint(after))
    if sides and (opened := conflicts.find(top)):
        conflicts.tell_git(top, sides, opened.index)


def _plain(content: bytes | None) -> bytes:
    """Return a text as scaffold writes it, whatever line ends git gave it here."""
    return (content or b"").replace(b"\r\n", b"\n")


def _scripts(found: tuple[Change, ...]) -> frozenset[str]:
    return frozenset(change.path for change in found if change.ours and change.ours.executable)


def _sides(found: tuple[Change, ...]) -> list[conflicts.Sides]:
    return [
        conflicts.Sides(
            path=change.path,
            base=change.base or b"",
            yours=change.before or b"",
            new=change.ours.content if change.ours else b"",
            conflicts=change.conflicts,
        )
        for change in found
        if change.kind == "conflict"
    ]


def recover(top: Path, *, looking: bool) -> None:
    """Finish or undo what a killed run left. Raises UserError where nothing may be written."""
    if looking:
        if writing.is_interrupted(top):
            raise UserError(
                "write/interrupted",
                "an earlier run was killed while it wrote",
                why="Its files are half old and half new until a run that writes brings them in order.",
                remedy="Run the command without --check, --dry-run and --diff.",
            )
        return
    message = writing.repair(top).message()
    if message:
        out.warn(message)
