"""`scaffold init`: detect, ask the little that cannot be found out, show, write."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import state as states
from scaffold.cli import ask, out, report
from scaffold.cli.detect import add_detection_arguments, explain_undecided
from scaffold.errors import OK, UNDECIDED, UserError
from scaffold.pipeline import Analysis, Request, analyse, analyse_recorded, place
from scaffold.plan.model import Plan
from scaffold.record import replace
from scaffold.render import Rendered
from scaffold.write import existing, write

if TYPE_CHECKING:
    from scaffold.changes import Change

EXAMPLES = """\
examples:
  scaffold init                       ask what cannot be found out, show the files, write them
  scaffold init --yes                 take every default; a file you wrote is never touched
  scaffold init --dry-run --diff      show what would be written
  scaffold init --set region=eu --set process_web='gunicorn shop.wsgi'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_detection_arguments(parser)
    parser.epilog = EXAMPLES
    parser.add_argument(
        "-y", "--yes", action="store_true", help="take every default and write; never touch your files"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="answer a question")
    parser.add_argument("--answers", metavar="FILE", help="answers as YAML: one NAME: VALUE a line")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    parser.add_argument("--diff", action="store_true", help="show the diff of every file, write nothing")
    parser.add_argument("--only", action="append", default=[], metavar="FILE", help="write this file alone")
    parser.add_argument(
        "--on-existing",
        choices=("keep", "merge", "replace"),
        help="what becomes of a file of yours that differs (default: keep; in a terminal it is asked)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Returns 0, 1 where a file could not be written, or raises UserError and its kin."""
    from scaffold import changes, render

    top, root = place(arguments.directory, arguments.root)
    looking = arguments.dry_run or arguments.diff
    prompt = not arguments.yes and not looking and render.is_interactive()
    if not arguments.yes and not looking and not prompt:
        raise ask.needs_terminal()
    state = states.load(top)
    given = ask.given_answers(arguments.set, arguments.answers)
    request = Request(
        top=top,
        stack=arguments.stack,
        root=root,
        answers={**state.answers, **given},
        config_vars=not arguments.no_config_vars,
    )
    analysis, request = analyse_recorded(request, given)
    if analysis.plan is None and analysis.ties and prompt:
        analysis = analyse(replace(request, answers={**request.answers, "app": analysis.ties[0].label}))
    if analysis.plan is None:
        explain_undecided(analysis)
        return UNDECIDED
    plan, analysis, answers = _settle(request, analysis, given, state, prompt=prompt)
    tree = _tree(plan, answers, arguments.only, analysis)
    states.check_writable(top, tree)
    found = changes.plan_changes(top, tree, state, arguments.on_existing)
    edited: Mapping[str, Change] = {}
    if prompt:
        found = report.ask_existing(found, arguments.on_existing)
        todos, edited = report.ask_edits(top, plan.todos)
        plan = replace(plan, todos=todos)
    own = states.files(answers, _managed(found, state, whole=not arguments.only))
    report.show(analysis, plan, found, diffs=arguments.diff or prompt)
    if looking:
        return OK
    if prompt and not report.confirm(found, edited):
        out.say("nothing was written")
        return OK
    _write(top, found, edited, own)
    try:
        return report.finish(top, plan, (*found, *edited.values()), answers)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; the files are written") from None


def _settle(
    request: Request, analysis: Analysis, given: Mapping[str, str], state: states.State, *, prompt: bool
) -> tuple[Plan, Analysis, dict[str, str]]:
    """Get the answers, and plan again where they change the plan."""
    from scaffold import render

    plan = analysis.plan
    if plan is None:
        raise UserError("app/none", "no plan could be made")
    layer = render.layers(plan.stack)[0]
    ask.check_known(given, layer)
    answers = ask.answers_for(plan, analysis, layer, given=given, recorded=state.answers, prompt=prompt)
    decided = {**request.answers, **answers}
    if any(decided.get(name) != request.answers.get(name) for name in decided if _decides(name)):
        again = analyse(replace(request, answers=decided))
        if again.plan is None:
            raise UserError("app/none", "no plan could be made with these answers")
        return again.plan, again, answers
    return plan, analysis, answers


def _decides(name: str) -> bool:
    """Tell whether an answer changes the plan itself rather than the text of a file."""
    return name in ("app", "runtime_version", "runtime_file") or name.startswith("process_")


def _tree(plan: Plan, answers: Mapping[str, str], only: list[str], analysis: Analysis) -> dict[str, Rendered]:
    from scaffold import output

    context = {
        **ask.typed_answers(answers),
        **ask.question_context(plan, analysis),
        **output.make_context(plan, answers, analysis.repo),
    }
    tree = output.make_tree(plan, context)
    if not only:
        return dict(tree)
    unknown = [path for path in only if path not in tree]
    if unknown:
        raise UserError(
            "usage/only",
            f"{unknown[0]} is none of the files for this app",
            remedy="They are: " + ", ".join(sorted(tree)),
        )
    return {path: rendered for path, rendered in tree.items() if path in only}


def _managed(found: tuple[Change, ...], state: states.State, *, whole: bool) -> dict[str, bytes]:
    """Return the base text of every file that is scaffold's after this run.

    A file that was there before and is the same by chance stays the person's.
    """
    managed = {} if whole else dict(state.base)
    for change in found:
        if change.kind in ("new", "update") or change.decision in ("merge", "replace"):
            managed[change.path] = change.ours.content
        elif change.path in state.base:
            managed[change.path] = state.base[change.path]
    return managed


def _write(
    top: Path, found: tuple[Change, ...], edited: Mapping[str, Change], own: Mapping[str, bytes]
) -> None:
    """Write the files, the accepted edits and the state that a later run merges from, all or nothing."""
    tree = {change.path: change.after for change in (*found, *edited.values()) if change.after is not None}
    scripts = {change.path for change in found if change.ours.executable}
    for path, content in own.items():
        if existing(top, path).content != content:
            tree[path] = Rendered(content, executable=path.removeprefix(f"{states.FOLDER}/base/") in scripts)
    write(top, tree)
