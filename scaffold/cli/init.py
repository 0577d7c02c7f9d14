"""`scaffold init`: detect, ask the little that cannot be found out, show, write."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from scaffold import state as states
from scaffold.cli import ask, out, report, settle, template, update_report, updating
from scaffold.cli.detect import add_detection_arguments, explain_undecided
from scaffold.errors import OK, UNDECIDED, UserError
from scaffold.pipeline import Request, analyse, place
from scaffold.record import replace
from scaffold.render import Rendered

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
    template.add_argument(parser)
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
    from scaffold import changes, regenerate, render

    top, root = place(arguments.directory, arguments.root)
    looking = arguments.dry_run or arguments.diff
    prompt = not arguments.yes and not looking and render.is_interactive()
    if not arguments.yes and not looking and not prompt:
        raise ask.needs_terminal()
    updating.recover(top, looking=looking)
    state = states.load(top)
    if unsettled := update_report.unsettled(top, state):
        return update_report.print_unsettled(top, unsettled)
    given = ask.given_answers(arguments.set, arguments.answers)
    layer, state = template.chosen(arguments.template, given, state, top, look=True)
    request = Request(
        top=top,
        stack=arguments.stack,
        root=root,
        config_vars=not arguments.no_config_vars,
        declined=state.declined,
        layer=layer,
    )
    analysis, request = settle.detect(request, state, given)
    if analysis.plan is None and analysis.ties and prompt:
        request = replace(request, answers={**request.answers, "app": analysis.ties[0].label})
        analysis = analyse(request)
    if analysis.plan is None:
        explain_undecided(analysis)
        return UNDECIDED
    said = ask.Said(given=given, prompt=prompt, asked=None if prompt else (), extra=request.extra)
    settled = settle.settle(analysis, request, state, said)
    state = replace(state, ejected=state.ejected - set(arguments.only))
    today = regenerate.look(settled, state)
    tree = _only(regenerate.texts(today), arguments.only)
    states.check_writable(top, tree)
    found = changes.plan_changes(
        top,
        tree,
        state,
        on_existing=arguments.on_existing,
        again=arguments.only,
        whole=not arguments.only,
    )
    todos = settled.plan.todos
    edited: Mapping[str, changes.Change] = {}
    if prompt:
        found = report.ask_existing(found, arguments.on_existing, state)
        todos, edited = report.ask_edits(top, todos)
    outcome = updating.outcome(today, found, (), todos, whole=not arguments.only, edited=edited)
    report.show(settled.analysis, settled.plan, found, diffs=arguments.diff or prompt)
    if news := template.news(state, outcome.state):
        out.data(f"  {news}")
    if looking:
        return OK
    if prompt and not report.confirm(found, edited):
        out.say("nothing was written")
        return OK
    updating.write_out(outcome, whole=not arguments.only)
    try:
        return report.finish(
            top, replace(settled.plan, todos=todos), (*found, *edited.values()), settled.answers
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; the files are written") from None


def _only(tree: Mapping[str, Rendered], only: list[str]) -> dict[str, Rendered]:
    unknown = [path for path in only if path not in tree]
    if unknown:
        raise UserError(
            "usage/only",
            f"{unknown[0]} is none of the files for this app",
            remedy="They are: " + ", ".join(sorted(tree)),
        )
    return {path: rendered for path, rendered in tree.items() if not only or path in only}
