"""`scaffold config push`: set what an app lacks, all in one release; names are shown, values never."""

from __future__ import annotations

import argparse
import secrets
import sys

from scaffold import policy, render
from scaffold.cli import ask, out
from scaffold.cli.config import Scene, connect, meant
from scaffold.errors import FINDINGS, OK, UserError
from scaffold.facts import ConfigVar
from scaffold.live import settle
from scaffold.live.environment import Target
from scaffold.live.masked import SHOWN, Masked
from scaffold.live.platform_api import PlatformApi
from scaffold.live.settle import Setting, Settings, Source
from scaffold.manifests import env_file

_RANDOM_BYTES = 32


def run(arguments: argparse.Namespace, scene: Scene) -> int:
    """Run the action. Returns 0, 1 where a needed value is still missing, or raises UserError and its kin."""
    prompt = not arguments.yes and not arguments.dry_run and render.is_interactive()
    if not (prompt or arguments.yes or arguments.dry_run):
        raise ask.needs_terminal()
    aim = meant(arguments, scene)
    wanted = scene.config_vars(aim.environment)
    source = _source(arguments.source, overwrite=arguments.overwrite)
    api = connect()
    live = api.config_vars(aim.app)
    settings = settle.settle(wanted, live, source, lambda: secrets.token_hex(_RANDOM_BYTES))
    if settings.to_ask and arguments.yes:
        raise _unanswered(settings, aim)
    asked = _ask(settings.to_ask) if prompt else ()
    chosen = tuple(sorted((*settings.to_set, *asked), key=lambda setting: setting.name))
    missing = [var for var in settings.to_ask if var.name not in {setting.name for setting in asked}]
    _show(aim, chosen, settings, missing)
    if not chosen:
        out.data("Nothing to set.")
    elif not arguments.dry_run:
        _check_size(live, chosen)
        if prompt and not _confirm(aim, chosen):
            out.say("nothing was set")
            return OK
        _set(api, aim, chosen)
    return FINDINGS if missing else OK


def _source(path: str, *, overwrite: bool) -> Source:
    """Read the env file that a person named; `-` is standard input. Raises UserError."""
    if not path:
        return Source(overwrite=overwrite)
    try:
        if path == "-":
            raw = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                raw = file.read()
        text = raw.decode("utf-8")
    except OSError as error:
        raise UserError("config/unreadable", f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError("config/unreadable", f"cannot read {path}: it is no UTF-8 text") from None
    name = "standard input" if path == "-" else path
    lines = [line for line in env_file.parse(text, path) if not line.commented]
    if text.strip() and not lines:
        raise UserError(
            "config/no-env-file", f"there is no line NAME=value in {name}", remedy="Name an env file."
        )
    return Source(values={line.name: Masked(line.value) for line in lines}, name=name, overwrite=overwrite)


def _ask(wanted: tuple[ConfigVar, ...]) -> tuple[Setting, ...]:
    """Ask a person for each value; an empty answer leaves it for later."""
    import questionary

    given: list[Setting] = []
    for var in wanted:
        said = " ".join((var.description or var.why).split())
        if said:
            out.data(f"{var.name}: {said}")
        for proof in var.evidence[:1]:
            out.data(f"  {proof.path}:{proof.line}")
        put = questionary.password if var.secret else questionary.text
        answer = put(f"{var.name} (empty: later)").unsafe_ask()
        if answer.strip():
            given.append(Setting(name=var.name, value=Masked(answer.strip()), origin="you"))
    return tuple(given)


def _show(aim: Target, chosen: tuple[Setting, ...], settings: Settings, missing: list[ConfigVar]) -> None:
    out.data(out.paint(str(aim), "bold"))
    width = max((len(name) for name in (*(s.name for s in chosen), *settings.left)), default=0)
    for setting in chosen:
        out.data(f"  set    {setting.name:<{width}}  {SHOWN}  {setting.origin}")
    for name, why in settings.left.items():
        out.data(f"  leave  {name:<{width}}  {why}")
    for var in missing:
        out.warn(f"{var.name} has no value yet: {var.why or var.description or 'the app needs it'}")


def _unanswered(settings: Settings, aim: Target) -> UserError:
    fault = ask.needs_terminal()
    return type(fault)(
        "config/missing",
        f"{aim.app} needs values that nobody knows here; nothing was set",
        evidence=[f"{var.name}: {var.why or var.description}".rstrip(": ") for var in settings.to_ask],
        remedy="Put them into a file that git ignores and name it: --from FILE (or - for standard input).",
    )


def _check_size(live: dict[str, Masked], chosen: tuple[Setting, ...]) -> None:
    limit = policy.limit("config_vars_kb") * 1024
    after = settle.size({**live, **{setting.name: setting.value for setting in chosen}})
    if after > limit:
        raise UserError(
            "config/too-large",
            f"the config vars would take {after} bytes, and Heroku allows {limit}",
            why="Nothing was set.",
            remedy="Keep large values, such as certificates and key files, in another place.",
        )


def _confirm(aim: Target, chosen: tuple[Setting, ...]) -> bool:
    import questionary

    plural = "s" if len(chosen) > 1 else ""
    question = (
        f"Set {len(chosen)} config var{plural} on {aim.app}? It makes one release and restarts the app."
    )
    return bool(questionary.confirm(question, default=True).unsafe_ask())


def _set(api: PlatformApi, aim: Target, chosen: tuple[Setting, ...]) -> None:
    try:
        api.set_config_vars(aim.app, {setting.name: setting.value for setting in chosen})
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted while Heroku was setting them; look: scaffold config diff --app {aim.app}"
        ) from None
    out.data(f"Set {len(chosen)} config var{'s' if len(chosen) > 1 else ''} on {aim.app}.")
