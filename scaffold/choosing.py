"""Candidates and request -> the app to plan for."""

from __future__ import annotations

from scaffold import stacks
from scaffold.errors import Undecided, UserError
from scaffold.facts import Strength
from scaffold.plan.model import Choice, Ranked
from scaffold.request import Request


def is_app(item: Ranked) -> bool:
    """Tell an app from a mere hint: a library, an asset build, a front end of nothing."""
    return item.uses.strength > Strength.HINT


def home_first(ranked: tuple[Ranked, ...], home: str) -> tuple[Ranked, ...]:
    """Put the apps in the folder of the earlier one first, unless that one is in another folder now."""
    here = tuple(item for item in ranked if home and is_app(item) and item.uses.root == _root_of(home))
    stack = home.partition(" in ")[0]
    moved = stack in {item.uses.stack for item in ranked} - {item.uses.stack for item in here}
    return ranked if moved else tuple(dict.fromkeys((*here, *ranked)))


def beside(ranked: tuple[Ranked, ...], home: str) -> tuple[Ranked, ...]:
    """Return the candidates that the best one must be compared with: at home, those in its folder."""
    if not ranked or not home or ranked[0].uses.root != _root_of(home):
        return ranked
    return tuple(item for item in ranked if item.uses.root == ranked[0].uses.root)


def _root_of(label: str) -> str:
    return label.partition(" in ")[2] or "."


def asked(ranked: tuple[Ranked, ...], request: Request) -> tuple[Ranked, ...]:
    """Keep the candidates that flags allow. Raises UserError where none is left of some."""
    label, stack, root = request.answers.get("app", ""), request.stack, request.root
    kept = tuple(
        item
        for item in ranked
        if (not label or item.label == label)
        and (not stack or item.uses.stack == stack)
        and (not root or item.uses.root == root)
    )
    if kept or not (label or stack or root):
        return kept
    wanted = label or " in ".join(part for part in (stack or "app", root) if part)
    known = stacks.names()
    if stack and stack not in known:
        raise UserError(
            "stack/unknown",
            f"there is no stack {stack!r}",
            remedy="Known are: " + ", ".join(known) + ".",
        )
    raise Undecided(
        "app/not-found",
        f"found no {wanted} here",
        evidence=[f"{item.label}: {item.uses.evidence[0]}" for item in ranked[:5] if item.uses.evidence],
        why="--stack, --root and --set app=... choose among what the code shows; they invent nothing.",
        remedy="Run `scaffold detect` without them to see what was found.",
    )


def choice_of(best: Ranked, ranked: tuple[Ranked, ...], request: Request) -> Choice:
    """Return the app to plan for: in a container, the language is that of the app inside."""
    stack = stacks.load(best.uses.stack)
    language = stack.language
    if best.uses.container:
        inside = next(
            (i.uses for i in ranked if i.uses.root == best.uses.root and not i.uses.container), None
        )
        language = stacks.load(inside.stack).language if inside else language
    return Choice(
        uses=best.uses,
        title=stack.title,
        language=language,
        family=frozenset({stack.name, stack.language}),
        answers=request.answers,
        versions=request.versions,
    )
