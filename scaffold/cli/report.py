"""What `init` shows: the files and their diffs, what was written, what the person must still do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffold import changes, edits, merge
from scaffold.changes import Change, OnExisting
from scaffold.cli import out
from scaffold.cli.detect import print_notes
from scaffold.errors import FINDINGS, OK
from scaffold.facts import ConfigVar, Raw, Shim, Todo, command
from scaffold.pipeline import Analysis
from scaffold.plan.model import Plan, PlannedAddon
from scaffold.record import replace
from scaffold.run import run
from scaffold.state import State

_VERSION_FILES = (".python-version", "runtime.txt")
_VERBS = {
    "new": "write",
    "same": "unchanged",
    "update": "update",
    "merge": "merge",
    "kept": "keep yours",
    "conflict": "CONFLICT",
    "deleted": "stay deleted",
    "gone": "remove",
    "left": "leave to you",
    "blocked": "CANNOT WRITE",
}


def show(analysis: Analysis, plan: Plan, found: tuple[Change, ...], *, diffs: bool) -> None:
    """Print the decision, each process with its proof, and what happens to each file."""
    where = "" if plan.root == "." else f" in {plan.root}"
    out.data(out.paint(f"{plan.title}{where}", "bold"))
    for line in _why_layout(plan):
        out.data(f"  {line}")
    for process in plan.processes:
        out.data(f"  {out.paint(process.name, 'cyan')}: {process.command}")
        for proof in process.evidence[:1]:
            out.data(f"      because of {proof}")
    for image in plan.images:
        out.data(f"  {out.paint(image.process, 'cyan')}: image built from {image.dockerfile}")
    for addon in plan.addons:
        because = f" ({addon.evidence[0]})" if addon.evidence else ""
        named = f" as {', '.join(addon.sets)}" if addon.attach_as or addon.attachments or addon.copies else ""
        out.data(f"  add-on {addon.plan}{named}: {addon.why}{because}")
    if plan.buildpacks:
        out.data(f"  buildpacks, in order: {', '.join(plan.buildpacks)}")
    out.data()
    for change in found:
        out.data(f"  {verb(change):<12} {change.path}{f'  ({change.reason})' if change.reason else ''}")
        if diffs and change.kind != "same":
            out.data(changes.diff(change).rstrip("\n"))
    print_notes(analysis)


def _why_layout(plan: Plan) -> list[str]:
    if plan.layout == "cd":
        shims = [fact for fact in plan.facts if isinstance(fact, Shim) and fact.root == plan.root]
        why = shims[0].why if shims and shims[0].why else "the top names the app's dependencies there"
        return [f"Heroku builds the top; processes enter {plan.root}: {why.rstrip('.')}."]
    if plan.layout == "subdir":
        return [
            f"A subdirectory buildpack makes {plan.root} the build root,",
            "because the top of the repository cannot build this stack.",
        ]
    return []


def verb(change: Change) -> str:
    """Say in a word or two what happens to a file."""
    if change.kind in ("own", "adopted"):
        return "keep yours" if change.after is None else "replace" if change.kind == "own" else "merge"
    return _VERBS[change.kind]


def ask_existing(found: tuple[Change, ...], said: OnExisting | None, state: State) -> tuple[Change, ...]:
    """Ask, for each file that the person had before scaffold and that differs, what is to become of it."""
    if said is not None:
        return found
    return tuple(_ask_one(change, state) if _is_open(change, state) else change for change in found)


def _is_open(change: Change, state: State) -> bool:
    differs = change.ours is not None and change.before != change.ours.content
    return change.kind in ("own", "adopted") and change.path not in state.adopted and differs


def _ask_one(change: Change, state: State) -> Change:
    import questionary

    out.data(changes.diff(change).rstrip("\n"))
    options = ["keep mine", "replace it"]
    if merge.is_keyed(change.path):
        options.insert(1, "merge: add what is missing, keep the rest")
    answer = questionary.select(
        f"{change.path} exists and differs from what scaffold would write (shown above)", choices=options
    ).unsafe_ask()
    kind: OnExisting = (
        "merge" if answer.startswith("merge") else "replace" if answer.startswith("replace") else "keep"
    )
    return changes.decide(replace(change, kind="own", after=None), kind, state)


def ask_edits(top: Path, todos: tuple[Todo, ...]) -> tuple[tuple[Todo, ...], dict[str, Change]]:
    """Offer each to-do that is an edit of a file, with its diff; return the others and the edits taken."""
    import questionary

    left: list[Todo] = []
    accepted: dict[str, Change] = {}
    for todo in todos:
        change = edits.propose(top, todo, accepted)
        if change is None:
            left.append(todo)
            continue
        out.data(changes.diff(change).rstrip("\n"))
        if questionary.confirm(f"Edit {change.path} so? {todo.why}", default=True).unsafe_ask():
            accepted[change.path] = change
        else:
            left.append(todo)
    return tuple(left), accepted


def confirm(found: tuple[Change, ...], edited: Mapping[str, Change]) -> bool:
    """Ask once before writing."""
    import questionary

    count = sum(change.writes for change in found) + len(edited)
    if not count:
        return True
    return bool(
        questionary.confirm(f"Write {count} file{'s' if count > 1 else ''}?", default=True).unsafe_ask()
    )


def finish(top: Path, plan: Plan, found: tuple[Change, ...], answers: Mapping[str, str]) -> int:
    """Print what was written and what is still to do, in order, as commands to copy; return the exit code."""
    written = [change.path for change in found if change.writes]
    out.data()
    out.data(
        f"Wrote {len(written)} files." if written else "Nothing to write: every file is as it should be."
    )
    print_steps(todo_steps(top, plan, found, answers))
    blocked = [change for change in found if change.kind == "blocked"]
    for change in blocked:
        out.warn(f"{change.path} was not written: {change.reason}")
    return FINDINGS if blocked else OK


def print_steps(steps: list[tuple[str, str]]) -> None:
    """Print what the person must still do, in order, as commands to copy."""
    if steps:
        out.data(out.paint("\nNext, in this order:", "bold"))
    for number, (why, text) in enumerate(steps, 1):
        out.data(f"{number}. {why}")
        for line in text.splitlines():
            out.data(f"     {line}")


def todo_steps(
    top: Path, plan: Plan, found: tuple[Change, ...], answers: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return what the person must still do: reason and command (or lines to add)."""
    in_git = (top / ".git").exists()
    paths = [change.path for change in found if change.kind != "blocked"]
    steps = [] if in_git else [_start_git(top, paths, answers.get("branch") or "main")]
    steps += [(todo.why, todo.command) for todo in plan.todos if not todo.after]
    for change in found:
        lines = changes.missing_keys(change)
        if lines:
            steps.append(
                (
                    f"{change.path} is yours and was kept; add these lines to it (--on-existing merge does)",
                    "\n".join(lines),
                )
            )
        steps += version_step(change) + _ci_step(change)
    if in_git or len(steps) > 1:
        steps.append(commit(top, plan, paths, in_git=in_git))
    steps += deploy_steps(plan, found, answers)
    app = command(answers.get("staging_app") or "NAME")
    for todo in plan.todos:
        if todo.after:
            steps.append((todo.why, todo.command.replace("heroku run ", f"heroku run -a {app} ", 1)))
    return steps


def version_step(change: Change) -> list[tuple[str, str]]:
    """Return the step that mends a version file of the person's own, none for any other file."""
    kept = change.kind == "own" and change.after is None
    if change.ours is None or not kept or not change.path.endswith(_VERSION_FILES):
        return []
    version = change.ours.content.decode().strip()
    why = f"{change.path} is yours and was kept; Heroku needs another version in it"
    return [(why, command("echo", version, Raw(">"), change.path))]


def _ci_step(change: Change) -> list[tuple[str, str]]:
    """Return the step that brings the deploy jobs into a CI file of the person's own, none for any other."""
    kept = change.kind == "own" and change.after is None and change.ours is not None
    if not kept or not change.path.endswith(".yml") or change.before == (change.ours and change.ours.content):
        return []
    grows = merge.is_keyed(change.path)
    how, said = ("merge", "adds them to it") if grows else ("replace", "writes them in its place")
    words = ("scaffold", "init", "--yes", "--only", change.path, "--on-existing", how)
    return [(f"{change.path} is yours and was kept, so it has no deploy jobs; this {said}", command(*words))]


def _start_git(top: Path, paths: list[str], branch: str) -> tuple[str, str]:
    """Return the step that makes a git repository of the folder: first, since other steps use git."""
    forced = [command("git", "add", "-f", *paths, ".scaffold")] if (top / ".gitignore").exists() else []
    steps = (command("git", "init", "-b", branch), "git add -A", *forced, "git commit -m 'First commit'")
    return ("Heroku deploys from git, and this folder is no git repository yet", " && ".join(steps))


def commit(
    top: Path, plan: Plan, paths: list[str], *, in_git: bool, message: str = "Add Heroku files"
) -> tuple[str, str]:
    """Return the step that commits what was written, and what the steps before it changed."""
    ignored = _ignored(top, [*paths, ".scaffold/state.json"]) if in_git else []
    add = command("git", "add", *(["-f"] if ignored else []), *paths, ".scaffold")
    why = "Commit the files" + (
        f" ({', '.join(ignored)} would be ignored by git, hence -f)" if ignored else ""
    )
    commit = "git commit -a -m" if plan.todos else "git commit -m"
    return (why, f"{add} && {commit} '{message}'")


def deploy_steps(plan: Plan, found: tuple[Change, ...], answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the commands that make the app and deploy it."""
    needed = [
        v
        for v in plan.env_vars.get("staging", plan.config_vars)
        if v.required and v.value is None and not v.generator and not v.provided_by
    ]
    app = answers.get("staging_app", "")
    named = "" if app else " --app NAME"
    steps = [("Log in to Heroku", "heroku login")]
    scripts = [change for change in found if change.path == "bin/deploy"]
    if any(map(_is_ours, scripts)):
        why = "Create the app with its add-ons, buildpacks and config vars, and deploy"
        if needed:
            more = " ..." if len(needed) > 8 else ""
            why += f" (it asks for {', '.join(var.name for var in needed[:8])}{more})"
        steps.append((why, f"bin/deploy staging --create{named}"))
    else:
        why = "bin/deploy is your own and was kept; without it, create" if scripts else "Create"
        steps.append((f"{why} the app and deploy", "\n".join(plain_commands(plan, answers))))
    return steps


def _is_ours(change: Change) -> bool:
    """Tell whether a script is scaffold's, edited or not: a person's own of that name does something else."""
    if change.kind == "blocked":
        return False
    kept = change.kind == "own" and change.after is None
    return not kept or b"scaffold" in (change.before or b"")


def addon_commands(addon: PlannedAddon, app: str) -> list[str]:
    """Return the commands that create an add-on and give it every name: to attach it, it needs one itself."""
    name = f"{app}-{addon.service}".lower()
    extra = ["--as", addon.attach_as] if addon.attach_as else []
    extra += ["--name", name] if addon.attachments else []
    lines = [command("heroku", "addons:create", addon.plan, *extra, "--wait", "-a", app)]
    for other in addon.attachments:
        lines.append(command("heroku", "addons:attach", name, "--as", other, "-a", app))
    lines += [
        f'heroku config:set {var}="$(heroku config:get {source} -a {app})" -a {app}'
        for var, source in addon.copies
    ]
    return lines


def config_var_commands(var: ConfigVar, app: str) -> list[str]:
    """Return the command that sets a config var, none for one that needs no value or has one already."""
    if var.provided_by:
        return []
    if var.value is not None and not var.secret:
        return [command("heroku", "config:set", f"{var.name}={var.value}", "-a", app)]
    if var.generator:
        return [f'heroku config:set {var.name}="$(openssl rand -hex 32)" -a {app}']
    return [f"heroku config:set {var.name}=... -a {app}"] if var.required else []


def plain_commands(plan: Plan, answers: Mapping[str, str]) -> list[str]:
    """Return the Heroku commands that do by hand what the script would."""
    from scaffold import policy

    app = answers.get("staging_app") or "NAME"
    stack = "container" if plan.container else policy.stack_image()
    lines = [command("heroku", "create", app, "--stack", stack, "--region", answers.get("region", "us"))]
    lines += [command("heroku", "buildpacks:add", name, "-a", app) for name in plan.buildpacks]
    for addon in plan.addons:
        lines += addon_commands(addon, app)
    for var in plan.env_vars.get("staging", plan.config_vars):
        lines += config_var_commands(var, app)
    lines.append(f"git push https://git.heroku.com/{app}.git HEAD:refs/heads/main")
    scale = [
        f"{p.name}={p.quantity}" for p in plan.processes if p.name not in ("web", "release") and p.quantity
    ]
    if scale:
        lines.append(command("heroku", "ps:scale", *scale, "-a", app))
    return lines


def _ignored(top: Path, paths: list[str]) -> list[str]:
    ended = run(["git", "-C", str(top), "check-ignore", "--no-index", *paths])
    return ended.stdout.decode("utf-8", "replace").split("\n")[:-1] if ended.code == 0 else []
