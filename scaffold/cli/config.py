"""`scaffold config`: the app's config vars, and how an app on Heroku stands to them."""

from __future__ import annotations

import argparse
import importlib
import os
from typing import TYPE_CHECKING, Any

from scaffold import state as states
from scaffold.cli import out
from scaffold.cli.detect import add_place_arguments, explain_undecided
from scaffold.errors import FINDINGS, OK, UNDECIDED
from scaffold.facts import ConfigVar
from scaffold.pipeline import Request, analyse_recorded, place
from scaffold.plan.model import Plan
from scaffold.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scaffold.live.compare import Finding
    from scaffold.live.environment import Target
    from scaffold.live.platform_api import PlatformApi

SCHEMA_VERSION = 1

EXAMPLES = """\
examples:
  scaffold config list                              what the source reads, and who sets it
  scaffold config diff --app my-shop                what my-shop lacks, has empty, wrong or in excess
  scaffold config push --app my-shop --from .env    set what it lacks, in one release
  scaffold config pull --app my-shop                bring its values into .env for this machine
"""

_APP = "the app on Heroku (default: the one that init recorded for --env)"
_ENV = "staging, production, or another one of config-vars.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands below `config` and their arguments."""
    parser.epilog = EXAMPLES
    actions = parser.add_subparsers(prog="scaffold config", dest="action", required=True, metavar="ACTION")
    titles = {
        "list": "list the config vars that the source reads, with proof",
        "diff": "say what an app lacks, has empty, with a development value, or in excess; exit 1 if so",
        "push": "set what an app lacks in one release: given, generated, or asked",
        "pull": "write the values of an app to .env on this machine",
    }
    for name, title in titles.items():
        action = actions.add_parser(
            name, help=title, description=title, formatter_class=parser.formatter_class
        )
        add_place_arguments(action)
        action.add_argument("--env", default="", metavar="NAME", help=_ENV)
        if name != "list":
            action.add_argument("--app", default="", metavar="NAME", help=_APP)
        if name in ("list", "diff"):
            action.add_argument("--json", action="store_true", help="print one JSON document")
        if name == "push":
            action.add_argument(
                "--from", dest="source", default="", metavar="FILE", help="take values from an env file"
            )
            action.add_argument(
                "-y", "--yes", action="store_true", help="set without asking; a missing value ends the run"
            )
            action.add_argument("--dry-run", action="store_true", help="say what would be set, set nothing")
        if name == "pull":
            action.add_argument(
                "--to", default="", metavar="FILE", help="the file to write (default: .env in DIR)"
            )
        if name in ("push", "pull"):
            action.add_argument(
                "--overwrite", action="store_true", help="also change what has another value already"
            )


@record
class Scene:
    """What every action works on: the plan for the repository, and the answers that `init` recorded."""

    plan: Plan
    answers: Mapping[str, str]

    def config_vars(self, environment: str) -> tuple[ConfigVar, ...]:
        """Return the config vars of an environment. Raises UserError for one that nobody knows."""
        from scaffold.live.environment import check_environment

        check_environment(environment, self.plan.env_vars)
        return self.plan.env_vars.get(environment, self.plan.config_vars)


def run(arguments: argparse.Namespace) -> int:
    """Run one action. Returns its exit code, or raises UserError and its kin."""
    scene = _scene(arguments)
    if scene is None:
        return UNDECIDED
    actions: dict[str, Callable[[argparse.Namespace, Scene], int]] = {"list": show_list, "diff": show_diff}
    act = actions.get(arguments.action)
    if act is None:
        act = importlib.import_module(f"scaffold.cli.config_{arguments.action}").run
    return act(arguments, scene)


def _scene(arguments: argparse.Namespace) -> Scene | None:
    top, root = place(arguments.directory, arguments.root)
    state = states.load(top)
    answers, home = state.answers, str(state.plan.get("app", ""))
    request = Request(top=top, stack=arguments.stack, root=root, answers=answers, home=home)
    analysis, _ = analyse_recorded(request, {})
    if analysis.plan is None:
        explain_undecided(analysis)
        return None
    return Scene(plan=analysis.plan, answers=answers)


def connect() -> PlatformApi:
    """Return the Platform API for whoever is logged in. Raises HerokuError."""
    from scaffold.live import login
    from scaffold.live.platform_api import PlatformApi

    return PlatformApi(login.api_url(os.environ), login.token(os.environ))


def meant(arguments: argparse.Namespace, scene: Scene) -> Target:
    """Return the app and environment that the arguments mean. Raises UserError, Undecided."""
    from scaffold.live.environment import target

    return target(arguments.app, arguments.env, scene.answers)


def again(arguments: argparse.Namespace, aim: Target, action: str) -> str:
    """Return the command line of another action on the same app, to copy."""
    from scaffold.facts import command

    words = ["scaffold", "config", action]
    for flag, value in (
        ("-C", arguments.directory),
        ("--stack", arguments.stack),
        ("--root", arguments.root),
    ):
        words += [flag, value] if value not in ("", ".") else []
    return command(*words, "--app", aim.app, *(("--env", arguments.env) if arguments.env else ()))


def show_list(arguments: argparse.Namespace, scene: Scene) -> int:
    """Print the config vars by what becomes of them."""
    config_vars = scene.config_vars(arguments.env)
    if arguments.json:
        _print_json({"environment": arguments.env, "config_vars": [_document(var) for var in config_vars]})
        return OK
    if not config_vars:
        out.data("The source reads no config vars.")
    for title, group in _groups(config_vars, scene.plan):
        out.data(out.paint(title, "bold"))
        for var in group:
            _print_var(var)
    return OK


def _document(var: ConfigVar) -> dict[str, Any]:
    from scaffold.document import fact_document

    left_out = ("fact", "stack", "root", "strength")
    return {key: value for key, value in fact_document(var).items() if key not in left_out}


def _groups(config_vars: tuple[ConfigVar, ...], plan: Plan) -> list[tuple[str, list[ConfigVar]]]:
    groups: dict[str, list[ConfigVar]] = {
        name: []
        for name in ("To be set by you", "Generated: any random text will do", "With a value", "Optional")
    }
    slugs = {addon.service: addon.plan for addon in plan.addons}
    for var in config_vars:
        if var.provided_by:
            by = "Heroku" if var.provided_by == "platform" else slugs.get(var.provided_by, var.provided_by)
            groups.setdefault(f"Set by {by}", []).append(var)
        elif var.generator:
            groups["Generated: any random text will do"].append(var)
        elif var.value is not None:
            groups["With a value"].append(var)
        else:
            groups["To be set by you" if var.required else "Optional"].append(var)
    return [(title, found) for title, found in groups.items() if found]


def _print_var(var: ConfigVar) -> None:
    marks = [word for word, holds in (("secret", var.secret), ("at build", var.stage == "build")) if holds]
    marks += [var.kind] if var.kind != "text" else []
    shown = var.value if var.value is not None else var.default
    told = f"  {'= ' if var.value is not None else 'default '}{shown}" if shown and not var.secret else ""
    beside = f"  ({', '.join(marks)})" if marks else ""
    out.data(f"  {out.paint(var.name, 'cyan')}{beside}{told}")
    said = " ".join((var.description or var.why).split())
    if said:
        out.data(f"      {said}")
    if var.evidence:
        more = f" and {len(var.evidence) - 1} more" if len(var.evidence) > 1 else ""
        out.data(f"      {var.evidence[0].path}:{var.evidence[0].line}{more}")


_TITLES = {
    "lacking": "lacks",
    "empty": "is empty",
    "development": "has a development value",
    "differs": "has another value",
    "excess": "is not needed",
}


def show_diff(arguments: argparse.Namespace, scene: Scene) -> int:
    """Print how an app stands to what the source reads. Returns 1 where something is at fault."""
    from scaffold.live.compare import compare

    aim = meant(arguments, scene)
    wanted = scene.config_vars(aim.environment)
    api = connect()
    live = api.config_vars(aim.app)
    found = compare(wanted, live, api.provided(aim.app))
    faults = [finding for finding in found if finding.fault]
    if arguments.json:
        _print_json(
            {
                "app": aim.app,
                "environment": aim.environment,
                "findings": [_finding_document(finding) for finding in found],
            }
        )
        return FINDINGS if faults else OK
    out.data(out.paint(str(aim), "bold") + f": {len(live)} config vars are set")
    for finding in found:
        out.data(f"  {_TITLES[finding.state]:<24} {out.paint(finding.name, 'cyan')}  {finding.why}")
        for proof in finding.var.evidence[:1] if finding.var else ():
            out.data(f"  {'':<24}   {proof.path}:{proof.line}")
    if not found:
        out.data("  it has all that the source reads, and nothing else")
    _print_remedies(found, scene.plan, aim, push=again(arguments, aim, "push"))
    return FINDINGS if faults else OK


def _finding_document(finding: Finding) -> dict[str, Any]:
    proofs = finding.var.evidence if finding.var else ()
    return {
        "name": finding.name,
        "state": finding.state,
        "fault": finding.fault,
        "why": finding.why,
        "evidence": [{"path": proof.path, "line": proof.line} for proof in proofs],
    }


def _print_remedies(found: tuple[Finding, ...], plan: Plan, aim: Target, *, push: str) -> None:
    from scaffold.facts import command

    lacking = [finding.var for finding in found if finding.var and finding.state in ("lacking", "empty")]
    for addon in plan.addons:
        if any(var.provided_by == addon.service for var in lacking):
            named = ("--as", addon.attach_as) if addon.attach_as else ()
            out.data(f"  -> {command('heroku', 'addons:create', addon.plan, *named, '-a', aim.app)}")
    if any(var.provided_by in ("", "platform") for var in lacking):
        out.data(f"  -> {push}")
    wrong = [finding.name for finding in found if finding.state == "development"]
    if wrong:
        edit = ("heroku", "config:edit", *(wrong if len(wrong) == 1 else ()), "-a", aim.app)
        out.data(f"  -> Set another value: {command(*edit)}")
    excess = [finding.name for finding in found if finding.state == "excess"]
    if excess:
        out.data(
            f"  -> If nothing else needs them: {command('heroku', 'config:unset', '-a', aim.app, *excess)}"
        )


def _print_json(document: dict[str, Any]) -> None:
    import json

    out.data(json.dumps({"schema_version": SCHEMA_VERSION, **document}, indent=2))
