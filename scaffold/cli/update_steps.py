"""What is left to the person after an update, in order, as commands to copy."""

from __future__ import annotations

from scaffold import policy
from scaffold.cli import report
from scaffold.cli.updating import Outcome
from scaffold.facts import ConfigVar, command
from scaffold.plan.model import PlannedAddon
from scaffold.proposals.decided import addon_key
from scaffold.record import record, replace

_LOCAL = (".env.example", "config-vars.toml")
"""Files that change nothing on Heroku by themselves."""


@record
class _News:
    """What is new and must be given to an app that exists already."""

    stack_image: str
    buildpacks: tuple[str, ...]
    addons: tuple[PlannedAddon, ...]
    config_vars: tuple[ConfigVar, ...]

    @property
    def words(self) -> list[str]:
        """Name it."""
        return [
            *([f"the stack image {self.stack_image}"] if self.stack_image else []),
            *(["the buildpacks"] if self.buildpacks else []),
            *(addon.plan for addon in self.addons),
            *(var.name for var in self.config_vars),
        ]


def steps(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what the person must still do: reason and command."""
    plan = outcome.today.plan
    written = [change.path for change in (*outcome.found, *outcome.edited.values()) if change.writes]
    todo = [(todo.why, todo.command) for todo in outcome.todos if not todo.after and todo.command]
    for change in outcome.found:
        if mended := report.version_step(change):
            todo += mended
            written.append(change.path)
    if (outcome.top / ".git").exists() and (written or outcome.state != outcome.today.state):
        left = replace(plan, todos=tuple(todo for todo in outcome.todos if todo.command))
        todo.append(report.commit(outcome.top, left, written, in_git=True, message="Update Heroku files"))
    if set(written) - set(_LOCAL):
        todo += _deploy(outcome)
    return [*todo, *_superfluous(outcome)]


def _deploy(outcome: Outcome) -> list[tuple[str, str]]:
    news = _news(outcome)
    app = outcome.state.answers.get("staging_app", "")
    if (outcome.top / "bin/deploy").is_file() and "bin/deploy" in outcome.state.base:
        named = "" if app else " --app NAME"
        if not news.words:
            return [("Deploy it", f"bin/deploy staging{named}")]
        why = f"Deploy it; --create gives the app what it lacks ({', '.join(news.words)})"
        return [(why, f"bin/deploy staging --create{named}")]
    name = app or "NAME"
    lines = _plain(news, name)
    what = f"Give the app what is new ({', '.join(news.words)}), and deploy" if lines else "Deploy it"
    push = f"git push https://git.heroku.com/{command(name)}.git HEAD:refs/heads/main"
    return [(what, "\n".join([*lines, push]))]


def _news(outcome: Outcome) -> _News:
    plan, steps = outcome.today.plan, {proposal.id: proposal.step for proposal in outcome.proposals}
    kinds = {name.partition("/")[0] for name in steps}
    return _News(
        stack_image=str(outcome.state.plan.get("stack_image", "")) if "stack_image" in steps else "",
        buildpacks=plan.buildpacks if {"buildpack", "buildpacks"} & kinds else (),
        addons=tuple(addon for addon in plan.addons if steps.get(f"addon/{addon_key(addon)}") == "new"),
        config_vars=tuple(
            var
            for var in plan.config_vars
            if steps.get(f"config_var/{var.name}") in ("new", "changed") and _to_set(var)
        ),
    )


def _to_set(var: ConfigVar) -> bool:
    return not var.provided_by and (var.required or var.value is not None or bool(var.generator))


def _plain(news: _News, app: str) -> list[str]:
    """Return the Heroku commands that do by hand what the script would."""
    lines = [command("heroku", "stack:set", news.stack_image, "-a", app)] if news.stack_image else []
    if news.buildpacks:
        lines.append(command("heroku", "buildpacks:clear", "-a", app))
        lines += [command("heroku", "buildpacks:add", name, "-a", app) for name in news.buildpacks]
    for addon in news.addons:
        lines += report.addon_commands(addon, app)
    for var in news.config_vars:
        lines += report.config_var_commands(var, app)
    return lines


def _superfluous(outcome: Outcome) -> list[tuple[str, str]]:
    """Return how to get rid of the add-ons that nothing needs any more: they bill until then."""
    app = outcome.state.answers.get("staging_app") or "NAME"
    found = []
    for proposal in outcome.proposals:
        if proposal.step == "gone" and proposal.id.startswith("addon/"):
            service = policy.addon(proposal.id.split("/")[1].partition(":")[0]).service
            why = f"{service} bills until it is destroyed, with its data; where nothing of that is needed"
            found.append((why, command("heroku", "addons:destroy", service, "-a", app)))
    return found
