"""`scaffold update`: detect again, merge what follows into the files, and keep every edit."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from scaffold import state as states
from scaffold.cli import ask, out, settle, template, update_json, update_report, updating
from scaffold.cli.detect import add_detection_arguments, explain_undecided
from scaffold.cli.proposing import Wish
from scaffold.errors import FINDINGS, OK, UNDECIDED, Undecided, UserError
from scaffold.pipeline import Request
from scaffold.state import State

EXAMPLES = """\
examples:
  scaffold update                     say what changed, show the diff, ask, write
  scaffold update --yes               accept every proposal; exit 1 where a conflict is left
  scaffold update --check             exit 1 where a file is not up to date; write nothing
  scaffold update --decline process/worker --ask region
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_detection_arguments(parser)
    parser.epilog = EXAMPLES
    parser.add_argument("-y", "--yes", action="store_true", help="accept every proposal and write")
    parser.add_argument("--check", action="store_true", help="exit 1 where update would change something")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    parser.add_argument("--diff", action="store_true", help="show the diff of every file, write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document, with --check or --yes")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="answer a question")
    parser.add_argument("--answers", metavar="FILE", help="answers as YAML: one NAME: VALUE a line")
    template.add_argument(parser)
    parser.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="NAME",
        help="ask again: a question, a proposal that was declined, a file that was deleted or ejected",
    )
    parser.add_argument(
        "--decline",
        action="append",
        default=[],
        metavar="ID",
        help="refuse a proposal for good, as process/worker",
    )
    parser.add_argument("--continue", dest="go_on", action="store_true", help="the conflicts are settled")
    parser.add_argument("--abort", action="store_true", help="bring back the files as they were before")


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Returns 0, 1 where something drifts or conflicts are left, or raises UserError."""
    try:
        return _run(arguments)
    except UserError as fault:
        if arguments.json:
            update_json.print_error(arguments.directory, fault)
        raise


def _run(arguments: argparse.Namespace) -> int:
    from scaffold import render

    top, root = updating.located(arguments)
    _check_usage(arguments)
    if arguments.go_on or arguments.abort:
        from scaffold.cli import update_conflicts

        return update_conflicts.settle(top, arguments) if arguments.go_on else update_conflicts.abort(top)
    looking = arguments.check or arguments.dry_run or arguments.diff
    prompt = not arguments.yes and not looking and not arguments.json and render.is_interactive()
    if not arguments.yes and not looking and not prompt:
        looking = arguments.check = True
    updating.recover(top, looking=looking)
    state = states.load(top)
    if not state.format:
        raise _nothing_here(top)
    unsettled = update_report.unsettled(top, state)
    if unsettled:
        if arguments.json:
            update_json.print_unsettled(arguments.directory, unsettled)
        return update_report.print_unsettled(top, unsettled)
    return _update(arguments, top, root, state, prompt=prompt, looking=looking)


def _update(
    arguments: argparse.Namespace, top: Path, root: str, state: State, *, prompt: bool, looking: bool
) -> int:
    given = ask.given_answers(arguments.set, arguments.answers)
    layer, state = template.chosen(arguments.template, given, state, top, look=not arguments.check)
    request = Request(
        top=top,
        stack=arguments.stack,
        root=root,
        config_vars=not arguments.no_config_vars,
        declined=state.declined - set(arguments.ask),
        layer=layer,
    )
    analysis, request = settle.detect(request, state, given)
    if analysis.plan is None:
        explain_undecided(analysis)
        if arguments.json:
            fault = Undecided("app/undecided", "no app, or several equally likely", remedy="--set app=NAME")
            update_json.print_error(arguments.directory, fault)
        return UNDECIDED
    wish = Wish(
        given=given, again=frozenset(arguments.ask), declined=frozenset(arguments.decline), prompt=prompt
    )
    done = updating.work_out(analysis, request, state, wish)
    if arguments.json:
        update_json.print_outcome(arguments.directory, done)
    else:
        update_report.show(done, diffs=arguments.diff or prompt, asked=prompt)
    if looking:
        update_report.say_fresh(done, as_json=arguments.json)
        drifts = bool(done.drifts) if arguments.check else any(c.kind == "conflict" for c in done.found)
        return FINDINGS if drifts else OK
    if prompt and not update_report.confirm(done):
        out.say("nothing was written")
        return OK
    updating.write_out(done)
    return update_report.finish(done, as_json=arguments.json)


def _check_usage(arguments: argparse.Namespace) -> None:
    ways = [
        name for name in ("check", "dry_run", "diff", "yes", "go_on", "abort") if getattr(arguments, name)
    ]
    alone = {"go_on": "--continue", "abort": "--abort"}
    if len(ways) > 1 and (
        set(ways) & alone.keys() or ("yes" in ways and set(ways) & {"check", "dry_run", "diff"})
    ):
        shown = " and ".join(alone.get(name, f"--{name.replace('_', '-')}") for name in ways)
        raise UserError("usage/update", f"{shown} do not go together", remedy="Say one of them.")


def _nothing_here(top: Path) -> UserError:
    there: Mapping[bool, str] = {
        True: f"{states.FOLDER}/ has no state.json: restore it from git, or run `scaffold init`.",
        False: "Run `scaffold init` first.",
    }
    return UserError(
        "state/none",
        "scaffold has written nothing here yet, so there is nothing to update",
        remedy=there[(top / states.FOLDER).is_dir()],
    )
