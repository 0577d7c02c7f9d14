"""Which app on Heroku is meant, and as which environment."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from scaffold import policy
from scaffold.errors import Undecided, UserError
from scaffold.record import record

_RECORDED = ("staging", "production")


@record
class Target:
    """An app on Heroku, and the environment whose values it takes ("" for none in particular)."""

    app: str
    environment: str

    def __str__(self) -> str:
        return f"{self.app} ({self.environment})" if self.environment else self.app


def target(app: str, environment: str, answers: Mapping[str, str]) -> Target:
    """Return the app that `--app` and `--env` mean, with the names that `init` recorded.

    HEROKU_APP is not looked at: an exported variable must not send staging's values to production.
    Raises UserError for a bad or contradicting name, Undecided where none is known.
    """
    recorded = {name: answers[f"{name}_app"] for name in _RECORDED if answers.get(f"{name}_app")}
    if app:
        return Target(app=_checked(app), environment=_environment(app, environment, recorded))
    if environment:
        if environment in recorded:
            return Target(app=_checked(recorded[environment]), environment=environment)
        raise Undecided(
            "ask/app", f"no name of a {environment} app is recorded", remedy="Name the app: --app NAME"
        )
    if len(recorded) == 1:
        (only,) = recorded
        return Target(app=_checked(recorded[only]), environment=only)
    raise Undecided(
        "ask/app",
        "which app is meant?",
        evidence=tuple(f"{name}: {recorded_app}" for name, recorded_app in recorded.items()),
        remedy="Name it: --env staging, --env production, or --app NAME"
        if recorded
        else "Name it: --app NAME",
    )


def _checked(app: str) -> str:
    if not re.fullmatch(policy.name_pattern("app"), app):
        raise UserError(
            "usage/app",
            f"{app!r} cannot be the name of an app",
            why="Heroku takes 3 to 30 lower-case letters, digits and dashes, a letter first.",
        )
    return app


def _environment(app: str, environment: str, recorded: Mapping[str, str]) -> str:
    """Return the environment of an app: the one that was asked for, which must be the recorded one."""
    known = [name for name, its in recorded.items() if its == app]
    if environment and known and environment not in known:
        raise UserError(
            "usage/environment",
            f"{app} is the {known[0]} app, not the {environment} one",
            evidence=(f".scaffold/answers.yml: {known[0]}_app: {app}",),
            remedy=f"Leave out --env, or name the {environment} app.",
        )
    return environment or (known[0] if len(known) == 1 else "")


def check_environment(environment: str, spoken_of: Collection[str]) -> None:
    """Refuse an environment that nobody knows: a typing error would be taken for "no difference".

    `spoken_of` are those of config-vars.toml. Raises UserError.
    """
    known = {*_RECORDED, "review", *spoken_of}
    if environment and environment not in known:
        raise UserError(
            "usage/environment",
            f"there is no environment {environment!r}",
            why=f"Known are {', '.join(sorted(known))}.",
            remedy=f"[env.{environment}.NAME] in config-vars.toml makes one.",
        )
