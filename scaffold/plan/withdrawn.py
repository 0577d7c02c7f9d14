"""What a person took out or declined -> what is left out of the plan, and why it was considered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scaffold.facts import AnyFact, ConfigVar, Fact, Image, Migration, Strength, Withdrawn
from scaffold.plan.model import Loser, PlannedProcess
from scaffold.record import replace

Gone = Mapping[str, Withdrawn]
"""What is left out, of one kind, by its name."""


def gone(facts: Iterable[AnyFact], kind: str) -> Gone:
    """Return what is withdrawn of a kind; what was taken out of a file is proven, and goes first."""
    found = [fact for fact in facts if isinstance(fact, Withdrawn) and fact.kind == kind]
    return {fact.name: fact for fact in sorted(found, key=lambda fact: (bool(fact.evidence), repr(fact)))}


def holds(fact: Fact) -> bool:
    """Tell whether a fact stands although its like was taken out elsewhere: a person's file says it."""
    return fact.strength is Strength.DECLARED and bool(fact.evidence)


def loser(what: str, value: str, why: Withdrawn) -> Loser:
    """Return the line that says what was left out."""
    return Loser(what=what, value=value, why=why.why, evidence=why.evidence)


def left_images(images: tuple[Image, ...], withdrawn: Gone) -> tuple[Image, ...]:
    """Return the images to build: not those of process types that are gone, but one at least."""
    return tuple(image for image in images if image.process not in withdrawn) or images


def left_vars(
    variables: Mapping[str, ConfigVar], withdrawn: Gone
) -> tuple[dict[str, ConfigVar], tuple[Loser, ...]]:
    """Return the variables without those that were declined, unless a person's file names them."""
    out = {name for name, var in variables.items() if name in withdrawn and not holds(var)}
    lost = tuple(loser("config var", name, withdrawn[name]) for name in sorted(out))
    return {name: var for name, var in variables.items() if name not in out}, lost


def outside_release(migration: Migration | None, processes: Iterable[PlannedProcess]) -> Migration | None:
    """Return the migration as one that the deploy script runs where no release phase is left to do so."""
    if migration is None or any(process.name == "release" for process in processes):
        return migration
    return replace(migration, in_release=False)
