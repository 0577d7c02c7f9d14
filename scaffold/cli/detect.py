"""`scaffold detect`: what the repository is, and the proof of every fact. Nothing is written."""

from __future__ import annotations

import argparse
from collections.abc import Collection

from scaffold.cli import out
from scaffold.errors import OK, UNDECIDED, Undecided
from scaffold.pipeline import Analysis, Request, analyse, place, unplanned
from scaffold.plan.model import Note, Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_detection_arguments(parser)
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document (data/detect.schema.json)"
    )


def add_detection_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what every command that plans takes."""
    add_place_arguments(parser)
    parser.add_argument(
        "--no-config-vars", action="store_true", help="do not look for config vars in the source"
    )


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which repository and which app in it is meant."""
    parser.add_argument(
        "-C", "--directory", default=".", metavar="DIR", help="the repository (default: this folder)"
    )
    parser.add_argument("--stack", default="", metavar="NAME", help="deploy it as this stack")
    parser.add_argument("--root", default="", metavar="SUBDIR", help="deploy the app in this folder")


def run(arguments: argparse.Namespace) -> int:
    """Detect and print. Returns 0, or 3 where nothing or several equal candidates were found."""
    top, root = place(arguments.directory, arguments.root)
    request = Request(top=top, stack=arguments.stack, root=root, config_vars=not arguments.no_config_vars)
    try:
        analysis = analyse(request)
    except Undecided:
        if arguments.json:
            _print_json(unplanned(top))
        raise
    if arguments.json:
        _print_json(analysis)
    elif analysis.plan:
        print_plan(analysis, analysis.plan)
    if analysis.plan is None:
        explain_undecided(analysis)
        return UNDECIDED
    return OK


def _print_json(analysis: Analysis) -> None:
    import json

    from scaffold.document import detect_document

    out.data(json.dumps(detect_document(analysis), indent=2))


def explain_undecided(analysis: Analysis) -> None:
    """Say on stderr why no plan could be made, and what to do."""
    if analysis.ties:
        out.say("error: several apps here are equally likely; say which one to deploy:")
        for item in analysis.ties:
            out.say(f"  {item.flag}    {item.uses.evidence[0] if item.uses.evidence else ''}")
        return
    out.say("error: found no app that scaffold knows here")
    for item in analysis.ranked[:5]:
        out.say(f"  only a hint of {item.label}: {item.uses.why or 'nothing there runs by itself'}")
    if analysis.ranked:
        out.say(f"  -> To deploy it all the same: --stack {analysis.ranked[0].uses.stack}")
        return
    if analysis.repo.files:
        names = ", ".join(sorted({path.split("/")[0] for path in analysis.repo.files})[:12])
        out.say(f"  looked at {len(analysis.repo.files)} files: {names}")
    else:
        out.say("  the folder holds no files (those that git ignores do not count)")
    for note in analysis.problems:
        out.say(f"  {note.message}")
    out.say("  -> Run it in the top folder of your app. A stack is known by its manifest: requirements.txt,")
    out.say("     pyproject.toml, Gemfile, package.json, pubspec.yaml, Dockerfile, go.mod, composer.json ...")


def print_plan(analysis: Analysis, plan: Plan) -> None:
    """Print the plan for a person: each line of it with its proof."""
    where = "" if plan.root == "." else f" in {plan.root}"
    out.data(out.paint(f"{plan.title}{where}", "bold"))
    uses = next(
        (
            item.uses
            for item in analysis.ranked
            if (item.uses.stack, item.uses.root) == (plan.stack, plan.root)
        ),
        None,
    )
    for proof in uses.evidence[:3] if uses else ():
        out.data(f"    {proof}")
    if plan.runtime:
        asked = (
            f" (asked for: {plan.runtime.asked})" if plan.runtime.asked else " (nothing asks for a version)"
        )
        out.data(f"\n{plan.runtime.language} {plan.runtime.version}{asked}")
    if plan.processes:
        out.data("\nProcesses")
    for process in plan.processes:
        out.data(f"  {out.paint(process.name, 'cyan')}: {process.command}")
        for proof in process.evidence[:2]:
            out.data(f"      {proof}")
    for image in plan.images:
        out.data(f"  image {image.process}: {image.dockerfile}")
    if plan.buildpacks:
        out.data("\nBuildpacks, in order: " + ", ".join(plan.buildpacks))
    for addon in plan.addons:
        sets = f" (sets {', '.join(addon.sets)})" if addon.sets else ""
        out.data(f"\nAdd-on {addon.plan}{sets}: {addon.why}")
        for proof in addon.evidence[:2]:
            out.data(f"      {proof}")
    _print_vars(plan)
    if plan.considered:
        out.data("\nConsidered and not taken")
    for loser in plan.considered:
        out.data(f"  {loser.what} {loser.value}: {loser.why}")
    print_notes(analysis)


def _print_vars(plan: Plan) -> None:
    needed = [var for var in plan.config_vars if var.required and var.value is None and not var.generator]
    rest = len(plan.config_vars) - len(needed)
    if not plan.config_vars:
        return
    out.data(f"\nConfig vars to set ({rest} more are optional, generated or provided)")
    for var in needed:
        out.data(f"  {var.name}: {var.description or var.why or 'read without a default'}")
        for proof in var.evidence[:1]:
            out.data(f"      {proof}")


def print_notes(analysis: Analysis, *, without: Collection[Note] = ()) -> None:
    """Print the warnings on stderr, but for some."""
    for note in (*(analysis.plan.notes if analysis.plan else ()), *analysis.problems):
        if note in without:
            continue
        out.warn(note.message, note.remedy, note.evidence[:2])
