"""The command line: parse arguments, run one command, turn errors into exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from scaffold import __version__
from scaffold.cli import out
from scaffold.errors import BAD_INPUT, BUG, INTERRUPTED, UserError

COMMANDS = {
    "detect": "say what the repository is, with the proof of every fact; nothing is written",
    "init": "detect, ask what cannot be found out, and write the deployment files",
    "update": "after a change of the app or of scaffold: bring the files up to date, keep every edit",
    "eject": "stop managing a file: it stays as it is, and no later run writes it",
    "diff": "show how the files differ from what scaffold would write today, with the reason of each hunk",
    "explain": "trace a line of a generated file to its template, its fact and its proof",
    "config": "list the app's config vars; compare, set or fetch those of an app on Heroku",
}

_OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""Set in git hooks: they would lead every git that is started here to another repository than that of -C."""

EPILOG = """\
exit codes: 0 fine; 1 findings, drift or conflicts left; 2 usage or bad input;
3 nothing detected, candidates of equal rank, or an answer is needed and there is no terminal;
4 Heroku cannot be reached, or refuses (no login, no such app);
70 a bug in scaffold; 130 interrupted

example: scaffold init        in the top folder of your app
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    out.prepare()
    for name in _OTHER_REPOSITORY:
        os.environ.pop(name, None)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parser(words).parse_args(words)
        code: int = importlib.import_module(f"scaffold.cli.{arguments.command}").run(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except UserError as fault:
        out.error(fault)
        return fault.exit_code
    except (KeyboardInterrupt, EOFError) as stop:
        out.say(f"\n{stop}" if str(stop) else "\ninterrupted; nothing was written")
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001  (the last resort: a bug is reported as one, with its place)
        return _bug(bug)
    finally:
        out.flush()
    return code


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Return the formatter of help texts; asked for no width, argparse need not load the file tools."""
    return argparse.RawDescriptionHelpFormatter(prog, width=100)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; only the command that is called is imported."""
    parser = argparse.ArgumentParser(
        prog="scaffold",
        description="Find out what a repository is and write the files that deploy it to Heroku.",
        epilog=EPILOG,
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="version", version=f"scaffold {__version__}")
    commands = parser.add_subparsers(prog="scaffold", dest="command", required=True, metavar="COMMAND")
    for name, title in COMMANDS.items():
        sub = commands.add_parser(name, help=title, description=title, formatter_class=_formatter)
        if name in words:
            importlib.import_module(f"scaffold.cli.{name}").add_arguments(sub)
    return parser


def _bug(bug: Exception) -> int:
    trace = bug.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    out.say(f"bug: {type(bug).__name__} at {where}: {bug}")
    out.say("  -> This is a fault of scaffold, not of your repository; please report it.")
    if os.environ.get("SCAFFOLD_DEBUG"):
        raise bug
    return BUG
