"""Facts and answers -> one Plan, from which every file is rendered, so that they never disagree.

Nothing here names a stack: the app is the best-ranked `Uses`, and its plan is made of the facts of
that stack, of its language, and of what other stacks offer in its support at the same root.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from scaffold.facts import (
    About,
    Addon,
    AnyFact,
    CacheClear,
    ConfigVar,
    Doubt,
    Evidence,
    Fact,
    File,
    Image,
    Migration,
    Seed,
    Shim,
    Smoke,
    Tests,
    Todo,
    VarEdit,
)
from scaffold.plan import addons as services
from scaffold.plan.edited_vars import apply_edits, dropped_note, edited_environments
from scaffold.plan.model import Choice, Loser, Note, Plan, Ranked
from scaffold.plan.postdeploy import postdeploy
from scaffold.plan.processes import cd_prefix, plan_processes, scales, withdrawn_processes
from scaffold.plan.provision import merge_config_vars, plan_buildpacks, plan_runtime
from scaffold.plan.ranking import closeness, lost_apps
from scaffold.plan.withdrawn import gone, left_images, left_vars, outside_release
from scaffold.record import replace

F = TypeVar("F", bound=Fact)

_SECRETS = "vars/hard-coded-secret"

_CLOCKS = ("clock", "beat", "cron", "scheduler")

DECLARED = "declared"
"""The pseudo-stack of what a person wrote for deployment; it speaks for whichever app is at its root."""


def make_plan(facts: Iterable[AnyFact], choice: Choice, ranked: tuple[Ranked, ...] = ()) -> Plan:
    """Decide everything for the chosen app. Pure: the order of the facts does not matter."""
    every = tuple(sorted(set(facts), key=_order))
    uses = choice.uses
    mine = tuple(fact for fact in every if fact.root == uses.root and _completes(fact, choice))
    declared = tuple(fact for fact in every if fact.stack == DECLARED and fact.root in (uses.root, "."))
    relevant = (*mine, *declared)
    layout = _layout(uses.root, mine, container=uses.container)
    prefix = cd_prefix(uses.root) if layout == "cd" else ""
    processes, lost, ties = plan_processes(relevant, choice, prefix=prefix)
    merged = merge_config_vars(relevant, subdir_root=uses.root if layout == "subdir" else "")
    variables, declined = left_vars(merged, gone(relevant, "config_var"))
    clocked = any(process.name in _CLOCKS for process in processes)
    asked = (fact for fact in relevant if not (clocked and services.is_scheduler(fact)))
    addons, hinted = services.plan_addons(asked, variables, gone(relevant, "addon"))
    buildpacks, dropped = plan_buildpacks(
        every, choice, gone(relevant, "buildpack"), subdir=layout == "subdir"
    )
    runtime, runtime_notes = plan_runtime(mine, choice, build_root=uses.root if layout == "subdir" else ".")
    found_vars = services.provided(variables, addons)
    edits = _of(relevant, VarEdit)
    migration = outside_release(_best(relevant, Migration), processes)
    smoke, cache, tests = _best(mine, Smoke), _best(mine, CacheClear), _best(mine, Tests)
    images = left_images(_of(relevant, Image), withdrawn_processes(relevant, choice))
    built = {image.process for image in images} if uses.container else set()
    serves = "web" in built or any(process.name == "web" for process in processes)
    return Plan(
        stack=uses.stack,
        title=choice.title,
        language=choice.language,
        root=uses.root,
        layout=layout,
        images=images if uses.container else (),
        container=uses.container,
        processes=processes,
        runtime=runtime,
        buildpacks=() if uses.container else buildpacks,
        addons=addons,
        config_vars=apply_edits(found_vars, edits),
        migration=_prefixed(migration, prefix),
        smoke=((smoke.path, smoke.status) if smoke else ("/", 200)) if serves else None,
        cache_clear=prefix + cache.command if cache else "",
        test_command=prefix + tests.command if tests else "",
        postdeploy=postdeploy(relevant, _prefixed(migration, prefix), addons, prefix),
        files=_files(mine, declared, layout),
        about=_about(every),
        todos=_of(relevant, Todo),
        notes=(
            *_notes(relevant, lost),
            *services.notes(addons, variables, choice.language, relevant),
            *runtime_notes,
            *dropped_note(found_vars, edits),
            *closeness(ranked, uses, choice.family),
        ),
        considered=(
            *lost_apps(ranked, uses),
            *lost,
            *hinted,
            *(() if uses.container else dropped),
            *declined,
        ),
        facts=every,
        found_vars=found_vars,
        env_vars=edited_environments(found_vars, edits),
        scales=scales(relevant),
        open_choices={f"process_{name}": commands for name, commands in ties.items()},
    )


def _order(fact: AnyFact) -> tuple[str, str, int, str, str]:
    return (type(fact).__name__, fact.root, -int(fact.strength), fact.stack, repr(fact))


def _of(facts: Iterable[AnyFact], kind: type[F]) -> tuple[F, ...]:
    return tuple(dict.fromkeys(fact for fact in facts if isinstance(fact, kind)))


def _best(facts: Iterable[AnyFact], kind: type[F]) -> F | None:
    return max(_of(facts, kind), key=lambda fact: (int(fact.strength), repr(fact)), default=None)


def _completes(fact: AnyFact, choice: Choice) -> bool:
    """Tell whether a fact of the app's root speaks of the chosen app.

    An image holds an app of some language: what that app needs around it counts, how it starts does not.
    """
    if fact.stack in choice.family:
        return True
    return choice.uses.container and isinstance(fact, Addon | ConfigVar | Migration | Seed | Smoke)


def _prefixed(migration: Migration | None, prefix: str) -> Migration | None:
    if migration is None or not prefix or migration.root == ".":
        return migration
    return replace(migration, command=prefix + migration.command)


def _layout(root: str, mine: tuple[AnyFact, ...], *, container: bool) -> str:
    if root == "." or container:
        return "top"
    return "cd" if any(isinstance(fact, Shim) for fact in mine) else "subdir"


def _files(mine: tuple[AnyFact, ...], declared: tuple[AnyFact, ...], layout: str) -> tuple[File, ...]:
    """Return the stack's own files, and the root shims where the layout runs on them."""
    own = list(_of((*mine, *declared), File))
    for shim in _of(mine, Shim):
        if shim.path and layout != "subdir":
            own.append(
                File(
                    stack=shim.stack,
                    root=shim.root,
                    evidence=shim.evidence,
                    why=shim.why,
                    path=shim.path,
                    text=shim.text,
                )
            )
    return tuple(dict.fromkeys(own))


def _about(facts: tuple[AnyFact, ...]) -> dict[str, str]:
    said: dict[str, str] = {}
    for fact in sorted(_of(facts, About), key=lambda fact: (fact.root, -int(fact.strength), repr(fact))):
        said.setdefault(fact.key, fact.value)
    return said


def _notes(facts: tuple[AnyFact, ...], lost: tuple[Loser, ...]) -> tuple[Note, ...]:
    """Return the doubts, each place of a secret told once, with the command that would serve better."""
    doubts = _of(facts, Doubt)
    told = {_place(proof) for doubt in doubts if _is_own_secret(doubt) for proof in doubt.evidence}
    better = next((loser.value for loser in lost if loser.what == "process web"), "")
    return tuple(
        Note(
            id=doubt.id,
            message=doubt.message,
            remedy=f"Start the production server: {better}"
            if better and doubt.id == "procfile/development-server"
            else doubt.remedy,
            evidence=doubt.evidence,
        )
        for doubt in doubts
        if doubt.id != _SECRETS or not {_place(proof) for proof in doubt.evidence} <= told
    )


def _is_own_secret(doubt: Doubt) -> bool:
    """Tell whether a stack itself doubts a secret, in words that fit its settings."""
    return "secret" in doubt.id and doubt.id != _SECRETS


def _place(proof: Evidence) -> tuple[str, int]:
    return (proof.path, proof.line)
