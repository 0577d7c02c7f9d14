"""Seed facts -> what a new review app runs once, after its first release."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.facts import AnyFact, Migration, Seed, Strength
from scaffold.plan.model import PlannedAddon

DATABASES = ("postgres", "mysql", "mongodb")


def postdeploy(
    facts: Iterable[AnyFact], migration: Migration | None, addons: Iterable[PlannedAddon], prefix: str
) -> str:
    """Return the command, "" for none.

    It takes a database of the review app's own, tables that a migration makes, and data that the code
    brings. Where a person wrote a postdeploy script, theirs is the one. A release phase migrates first.
    """
    found = [fact for fact in facts if isinstance(fact, Seed)]
    if not found or migration is None or not any(addon.service in DATABASES for addon in addons):
        return ""
    if any(fact.strength is Strength.DECLARED for fact in found):
        return ""
    best = max(found, key=lambda fact: (int(fact.strength), repr(fact)))
    seed = best.command if best.root == "." else prefix + best.command
    return seed if migration.in_release else f"{migration.command} && {seed}"
