"""Source files that cannot be parsed just now -> a refusal, where what they proved would be taken away.

A mistake in settings.py hides what it reads; that is no reason to take its config vars out of every file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.errors import UserError
from scaffold.repo import Repo, is_secondary

_KINDS = {"processes": "process type", "addons": "add-on", "config_vars": "config var"}


def of_app(repo: Repo) -> dict[str, str]:
    """Return the files that detection met and could not parse, with the line and the reason."""
    return {
        path: f"{repo.proof(path, line)} ({reason})"
        for path, (line, reason) in sorted(repo.unparsed.items())
        if not is_secondary(path)
    }


def refusal(repo: Repo, old: Mapping[str, Any], new: Mapping[str, Any]) -> UserError | None:
    """Return why nothing can be taken away now: a file does not parse that did in the run before."""
    broken = {path: text for path, text in of_app(repo).items() if path not in old.get("unread", ())}
    lost = [f"{kind} {name}" for kind, name in _lost(old, new)] if broken else []
    if not lost or not old:
        return None
    more = f" and {len(lost) - 6} more" if len(lost) > 6 else ""
    return UserError(
        "source/unparsed",
        f"{next(iter(broken))} cannot be parsed, and what only it may prove would be taken away",
        evidence=[*broken.values()][:5],
        why=f"Gone would be: {', '.join(lost[:6])}{more}.",
        remedy="Mend the file and run this again. If it is right, and only too new for the Python that runs "
        "scaffold, run scaffold on a newer one; in a terminal you can go on all the same.",
    )


def _lost(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if old.get("app") != new.get("app"):
        yield "the app", str(old.get("app", ""))
    for key, kind in _KINDS.items():
        before, now = old.get(key, {}), new.get(key, {})
        yield from ((kind, name) for name in sorted(before) if name not in now)
