"""Running git on a foreign repository: no hook, no filter, no submodule, no prompt, a bounded time.

Credentials of an address reach git where no other user of the machine sees them, and no file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from scaffold.errors import UserError
from scaffold.record import record
from scaffold.run import Ended, run

LOOK, FETCH = 30.0, 120.0
"""Seconds that git may take to name its versions, and to bring one."""

_SAFE = (
    "core.hooksPath=/dev/null",
    "core.askPass=",
    "protocol.ext.allow=never",
    "fetch.recurseSubmodules=no",
    "maintenance.auto=false",
    "gc.auto=0",
)


@record
class Remote:
    """A git repository: its address without credentials, and those of this run only."""

    url: str
    login: str = ""


def call(
    remote: Remote, *words: str, timeout: float, folder: Path | None = None, stdin: bytes | None = None
) -> Ended:
    safe = [word for setting in _SAFE for word in ("-c", setting)]
    place = [f"--git-dir={folder}"] if folder else []
    ended = run(("git", *safe, *place, *words), stdin=stdin, env=_environment(remote), timeout=timeout)
    if ended.code == 127:
        raise UserError(
            "templates/no-git",
            "git is not installed: a template that is a git repository needs it",
            remedy="Install git, or name a folder.",
        )
    return ended


def _environment(remote: Remote) -> dict[str, str]:
    """Return the environment of git: the user's, but for another repository's, and without prompts."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(("GIT_SSH", "GIT_SSL", "GIT_HTTP", "GIT_CONFIG"))
    }
    env |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "LC_ALL": "C"}
    env["GIT_ALLOW_PROTOCOL"] = "https:ssh:file"
    if remote.url.startswith("https://"):
        return env | _login(remote, env)
    if "GIT_SSH" not in env:
        ssh = env.get("GIT_SSH_COMMAND") or _configured_ssh(env) or "ssh"
        env["GIT_SSH_COMMAND"] = f"{ssh} -o BatchMode=yes -o ConnectTimeout=15"
    return env


def _configured_ssh(env: Mapping[str, str]) -> str:
    return run(("git", "config", "core.sshCommand"), env=env, timeout=LOOK).stdout.decode().strip()


def _login(remote: Remote, env: Mapping[str, str]) -> dict[str, str]:
    """Hand the credentials of an address to git where other users of the machine cannot see them."""
    if not remote.login:
        return {}
    host = urlsplit(remote.url).netloc
    count = int(env.get("GIT_CONFIG_COUNT", "") or 0)
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.https://{remote.login}@{host}/.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": f"https://{host}/",
    }


def reason(ended: Ended, remote: Remote) -> str:
    """Return the reason that git gave, without credentials."""
    if ended.code == 124:
        return "git took too long"
    lines = [line.strip() for line in ended.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "ERROR:"))] or lines
    text = fatal[0].removeprefix("fatal:").strip() if fatal else f"git ended with {ended.code}"
    parts = {remote.login, *(part for part in remote.login.split(":") if len(part) > 3)} - {""}
    for part in sorted(parts, key=len, reverse=True):
        for form in (part, unquote(part), quote(unquote(part), safe="")):
            text = text.replace(form, "***")
    return text


def unreachable(remote: Remote, reason: str) -> UserError:
    return UserError(
        "templates/unreachable",
        f"the template {remote.url} cannot be fetched",
        evidence=[reason],
        remedy="git asks nobody here: it needs an ssh key in the agent or a credential helper. "
        f"Try: git ls-remote {remote.url}",
    )
