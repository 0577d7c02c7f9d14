"""`scaffold config push`: set what an app lacks, all in one release; names are shown, values never."""

from __future__ import annotations

import argparse
import secrets
import sys

from scaffold import policy, render
from scaffold.cli import out
from scaffold.cli.config import Scene, again, connect, meant
from scaffold.errors import FINDINGS, OK, Undecided, UserError
from scaffold.facts import ConfigVar
from scaffold.live import settle
from scaffold.live.environment import Target
from scaffold.live.masked import SHOWN, Masked
from scaffold.live.platform_api import PlatformApi
from scaffold.live.settle import Setting, Settings, Source
from scaffold.manifests import env_file
from scaffold.merge import env_text

_RANDOM_BYTES = 32
_MOST_BYTES = 1_000_000
"""No env file is longer; a device or a disk image would be."""


def run(arguments: argparse.Namespace, scene: Scene) -> int:
    """Run the action. Returns 0, 1 where a needed value is still missing, or raises UserError and its kin."""
    prompt = not arguments.yes and not arguments.dry_run and render.is_interactive()
    if not (prompt or arguments.yes or arguments.dry_run):
        raise Undecided(
            "ask/no-terminal",
            "there is no terminal to ask at",
            remedy="--yes sets what is known without asking, --dry-run says what that is.",
        )
    aim = meant(arguments, scene)
    wanted = scene.config_vars(aim.environment)
    source = _source(arguments.source, overwrite=arguments.overwrite)
    api = connect()
    live = api.config_vars(aim.app)
    settings = settle.settle(wanted, live, source, lambda: secrets.token_hex(_RANDOM_BYTES))
    if settings.to_ask and arguments.yes:
        raise _unanswered(settings, aim)
    asked = _ask(settings) if prompt else ()
    chosen = tuple(sorted((*settings.to_set, *asked), key=lambda setting: setting.name))
    missing = [var for var in settings.to_ask if var.name not in {setting.name for setting in asked}]
    _show(aim, chosen, settings, missing)
    _check_size(live, chosen)
    if not chosen:
        out.data("Nothing to set.")
    elif not arguments.dry_run:
        if prompt and not _confirm(aim, chosen):
            out.say("nothing was set")
            return OK
        _set(api, aim, chosen, look=again(arguments, aim, "diff"))
    return FINDINGS if missing else OK


def _source(path: str, *, overwrite: bool) -> Source:
    """Read the env file that a person named; `-` is standard input. Raises UserError."""
    if not path:
        return Source(overwrite=overwrite)
    name = "standard input" if path == "-" else path
    try:
        raw = _standard_input() if path == "-" else _file(path)
        text = raw.decode("utf-8")
    except OSError as error:
        raise UserError("config/unreadable", f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError("config/unreadable", f"cannot read {name}: it is no UTF-8 text") from None
    if len(raw) > _MOST_BYTES:
        raise UserError(
            "config/unreadable", f"{name} is too large for an env file", remedy="Name an env file."
        )
    lines = [line for line in env_file.parse(text, path) if not line.commented]
    if text.strip() and not lines:
        raise UserError(
            "config/no-env-file", f"there is no line NAME=value in {name}", remedy="Name an env file."
        )
    return Source(values={line.name: Masked(line.value) for line in lines}, name=name, overwrite=overwrite)


def _file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(_MOST_BYTES + 1)


def _standard_input() -> bytes:
    """Read what is piped in; at a terminal the values would be seen while they are typed."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UserError(
            "config/no-input",
            "nothing is piped into standard input",
            remedy="Pipe an env file into it, or leave out --from: each value is asked for then.",
        )
    return sys.stdin.buffer.read(_MOST_BYTES + 1)


def _ask(settings: Settings) -> tuple[Setting, ...]:
    """Ask a person for each value; an empty answer leaves it for later."""
    import questionary

    given: list[Setting] = []
    for var in settings.to_ask:
        said = " ".join((var.description or var.why).split())
        if said:
            out.data(f"{var.name}: {said}")
        for proof in var.evidence[:1]:
            out.data(f"  {proof.path}:{proof.line}")
        if var.name in settings.left:
            out.data(f"  {settings.left[var.name]}")
        put = questionary.password if var.secret else questionary.text
        answer = put(f"{var.name} (empty: later)").unsafe_ask()
        if not env_text.can_hold(answer):
            out.warn(f"the terminal sent no UTF-8 text: {var.name} is left for later")
        elif answer.strip():
            given.append(Setting(name=var.name, value=Masked(answer.strip()), origin="you"))
    return tuple(given)


def _show(aim: Target, chosen: tuple[Setting, ...], settings: Settings, missing: list[ConfigVar]) -> None:
    out.data(out.paint(str(aim), "bold"))
    names = {setting.name for setting in chosen}
    left = {name: why for name, why in settings.left.items() if name not in names}
    width = max(map(len, (*names, *left)), default=0)
    for setting in chosen:
        out.data(f"  set    {setting.name:<{width}}  {SHOWN}  {setting.origin}")
    for name, why in left.items():
        out.data(f"  leave  {name:<{width}}  {why}")
    for var in missing:
        out.warn(f"{var.name} has no value yet: {var.why or var.description or 'the app needs it'}")


def _unanswered(settings: Settings, aim: Target) -> Undecided:
    return Undecided(
        "config/missing",
        f"{aim.app} needs values that nobody knows here; nothing was set",
        evidence=[
            f"{var.name}: {settings.left.get(var.name) or var.why or var.description}".rstrip(": ")
            for var in settings.to_ask
        ],
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


def _set(api: PlatformApi, aim: Target, chosen: tuple[Setting, ...], *, look: str) -> None:
    try:
        api.set_config_vars(aim.app, {setting.name: setting.value for setting in chosen})
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted while Heroku was setting them; look: {look}") from None
    out.data(f"Set {len(chosen)} config var{'s' if len(chosen) > 1 else ''} on {aim.app}.")
