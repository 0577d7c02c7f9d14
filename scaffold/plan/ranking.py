"""Uses facts -> candidates, best first; which of them are equal, which are close."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.facts import AnyFact, Strength, Uses
from scaffold.plan.model import Loser, Note, Ranked
from scaffold.repo import is_secondary


def rank(uses: Uses) -> tuple[int, ...]:
    """Rank an app: not among tests and examples, then strength, serving, proof, nearness to the top."""
    aside = uses.root != "." and is_secondary(uses.root + "/x")
    depth = 0 if uses.root == "." else uses.root.count("/") + 1
    return (int(not aside), int(uses.strength), int(uses.serves), uses.weight, -depth)


def candidates(facts: Iterable[AnyFact]) -> tuple[Ranked, ...]:
    """Return the apps found, one per stack and root, best first."""
    best: dict[tuple[str, str], Uses] = {}
    for fact in facts:
        if isinstance(fact, Uses):
            known = best.get((fact.stack, fact.root))
            if known is None or (rank(fact), repr(fact)) > (rank(known), repr(known)):
                best[fact.stack, fact.root] = fact
    ranked = [Ranked(uses=uses, rank=rank(uses)) for uses in best.values()]
    return tuple(sorted(ranked, key=lambda r: (tuple(-part for part in r.rank), r.uses.root, r.uses.stack)))


def tied(ranked: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
    """Return the apps of equal, highest rank: one is a decision, several are a question."""
    return tuple(item for item in ranked if item.rank == ranked[0].rank)


def closeness(ranked: tuple[Ranked, ...], chosen: Uses, family: frozenset[str]) -> tuple[Note, ...]:
    """Warn where another app of the same strength was passed over."""
    for item in ranked:
        other = item.uses
        if other.root == chosen.root and (other.stack == chosen.stack or other.stack in family):
            continue
        if rank(other)[:3] >= rank(chosen)[:3] and other.strength > Strength.HINT:
            label = item.label
            return (
                Note(
                    id="app/close-choice",
                    message=f"{label} is also an app here; taken was {Ranked(uses=chosen, rank=()).label}.",
                    remedy=f"To deploy the other one: {item.flag} (or --root and --stack).",
                    evidence=other.evidence[:2],
                ),
            )
    return ()


def lost_apps(ranked: tuple[Ranked, ...], chosen: Uses) -> tuple[Loser, ...]:
    """Say of every other candidate why it lost."""
    return tuple(
        Loser(what="app", value=item.label, why=_why_lost(item.uses, chosen), evidence=item.uses.evidence[:3])
        for item in ranked
        if (item.uses.stack, item.uses.root) != (chosen.stack, chosen.root)
    )


def _why_lost(uses: Uses, chosen: Uses) -> str:
    mine, best = rank(uses), rank(chosen)
    if mine[0] < best[0]:
        return "it lies in a tests, examples or documentation folder"
    if mine[1] < best[1]:
        words = {Strength.HINT: "only hinted at", Strength.GENERIC: "found by convention only"}
        said = words.get(uses.strength, "less directly stated")
        return f"{said}, where {chosen.stack} is {_stated(chosen.strength)}"
    if mine[2] < best[2]:
        return "it serves no HTTP by itself"
    if mine[3] < best[3]:
        return f"less proof of it than of {chosen.stack}"
    if mine[4] < best[4]:
        return "it lies deeper in the repository"
    return "another was chosen"


def _stated(strength: Strength) -> str:
    return {
        Strength.DECLARED: "declared for deployment",
        Strength.FRAMEWORK: "a declared framework with an entry point in the code",
        Strength.GENERIC: "found by convention",
    }.get(strength, "hinted at")
