"""`scaffold config pull`: an app's values into an env file on this machine, which git must ignore."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from scaffold.cli import out
from scaffold.cli.config import Scene, connect, meant
from scaffold.errors import OK, UserError
from scaffold.facts import ConfigVar, Raw, command
from scaffold.live.masked import Masked
from scaffold.manifests import env_file
from scaffold.merge import env_text
from scaffold.render import Rendered
from scaffold.run import run as run_program
from scaffold.write import existing, repair, write


def run(arguments: argparse.Namespace, scene: Scene) -> int:
    """Run the action. Returns 0, or raises UserError and its kin; the file is written whole or not at all."""
    aim = meant(arguments, scene)
    wanted = scene.config_vars(aim.environment)
    shown = arguments.to or os.path.normpath(os.path.join(arguments.directory, ".env"))
    target = Path(os.path.abspath(shown))
    if told := repair(target.parent).message():
        out.say(told)
    before, seen = _before(target, shown)
    _check_ignored(Path(os.path.realpath(target)), shown)
    live = connect().config_vars(aim.app)
    values, left = _chosen(wanted, live)
    known = {line.name: line.value for line in env_file.parse(before, shown) if not line.commented}
    taken = {}
    for name, value in sorted(values.items()):
        here = known.get(name, "")
        if here.strip() and here != value and not arguments.overwrite:
            left[name] = f"it has another value in {shown}; --overwrite changes it"
        elif here != value or name not in known:
            taken[name] = value
    if taken:
        text = env_text.put(before, shown, taken)
        tree = {target.name: Rendered(text.encode(), private=True)}
        write(target.parent, tree, seen={target.name: seen})
    out.data(out.paint(str(aim), "bold"))
    for name in taken:
        out.data(f"  write  {name}")
    for name, why in sorted(left.items()):
        out.data(f"  leave  {name}  {why}")
    many = f"{len(taken)} value{'s' if len(taken) != 1 else ''}"
    out.data(f"Wrote {many} to {shown}." if taken else f"Nothing to write to {shown}.")
    return OK


def _chosen(
    wanted: tuple[ConfigVar, ...], live: dict[str, Masked]
) -> tuple[dict[str, Masked], dict[str, str]]:
    """Return the values for a developer's machine, and what is left on Heroku with the reason."""
    by_name = {var.name: var for var in wanted}
    values: dict[str, Masked] = {}
    left: dict[str, str] = {}
    for name, value in live.items():
        var = by_name.get(name)
        if var is None:
            left[name] = "nothing in the source reads it"
        elif var.provided_by:
            by = "Heroku" if var.provided_by == "platform" else f"the {var.provided_by} add-on"
            left[name] = f"{by} sets it there: the value would lead this machine to the live data"
        elif not env_text.can_hold(value):
            left[name] = "its value holds characters that no env file can have"
        else:
            values[name] = value
    return values, left


def _before(target: Path, shown: str) -> tuple[str, bytes | None]:
    """Read the file: its text, and its bytes, None where there is none yet."""
    there = existing(target.parent, target.name)
    if there.blocked or not target.parent.is_dir():
        raise UserError(
            "config/in-the-way", f"{shown} cannot be written: {there.blocked or 'there is no such folder'}"
        )
    try:
        return (there.content or b"").decode("utf-8"), there.content
    except UnicodeDecodeError:
        raise UserError("config/unreadable", f"cannot read {shown}: it is no UTF-8 text") from None


def _check_ignored(target: Path, shown: str) -> None:
    """Refuse to put secrets where the next commit would take them. Raises UserError."""
    folder = os.path.dirname(shown) or "."
    name = os.path.relpath(target, os.path.realpath(folder))
    rules = os.path.join(os.path.dirname(shown), ".gitignore")
    ignore = ("printf", "\\n%s\\n", name, Raw(">>"), rules)
    tracked = run_program(["git", "ls-files", "--error-unmatch", "--", target.name], cwd=target.parent)
    if tracked.code == 0:
        untrack = ("git", "-C", folder, "rm", "--cached", "--", name)
        raise UserError(
            "config/tracked",
            f"{shown} is committed to git, and the values are secrets",
            remedy=f"Take it out of git: {command(*untrack, Raw('&&'), *ignore)}",
        )
    ignored = run_program(["git", "check-ignore", "-q", "--", target.name], cwd=target.parent)
    if ignored.code == 1:
        raise UserError(
            "config/not-ignored",
            f"git does not ignore {shown}, and the values are secrets",
            why="The next `git add -A` would commit them.",
            remedy=f"Ignore it first: {command(*ignore)}",
        )
    if ignored.code != 0 and any((above / ".git").exists() for above in target.parents):
        raise UserError(
            "config/git",
            f"git cannot say whether it ignores {shown}, and the values are secrets",
            evidence=ignored.stderr.decode("utf-8", "replace").splitlines()[:1],
            remedy=f"See that this works: {command('git', '-C', folder, 'status')}",
        )
