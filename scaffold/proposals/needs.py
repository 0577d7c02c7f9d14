"""What an app needs beside its processes, then and now: add-ons, buildpacks, config vars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold import policy
from scaffold.facts import ConfigVar
from scaffold.plan.model import Plan, PlannedAddon
from scaffold.proposals import reasons
from scaffold.proposals.decided import Decided
from scaffold.proposals.model import Proposal


def addons(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    from scaffold.proposals.decided import addon_key

    before, now = table(old, "addons"), table(new, "addons")
    planned = {addon_key(addon): addon for addon in plan.addons}
    for key in sorted(now.keys() - before.keys()):
        addon = planned.get(key)
        reason = reasons.of_addon(addon, plan) if addon else reasons.Reason(why="")
        yield Proposal(
            id=f"addon/{key}",
            what=f"add-on {now[key]}",
            why=reason.why,
            evidence=reason.evidence,
            declinable=not reason.declared,
            step="new",
        )
    for key in sorted(before.keys() & now.keys()):
        if before[key] != now[key]:
            yield _plan_change(key, before[key], now[key], planned.get(key))
    for key in sorted(before.keys() - now.keys()):
        yield Proposal(
            id=f"addon/{key}",
            what=f"add-on {before[key]} goes",
            why=withdrawn(plan, f"add-on {key}") or "nothing in the repository needs it any more",
            step="gone",
        )


def _plan_change(key: str, before: str, now: str, addon: PlannedAddon | None) -> Proposal:
    retired = policy.retired_plan(before)
    return Proposal(
        id=f"addon/{key}",
        what=f"add-on {before} -> {now}",
        why=f"{before} was retired" if retired else (addon.why if addon else ""),
        evidence=() if retired or not addon else addon.evidence,
    )


def buildpacks(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    before, now = list(old.get("buildpacks", [])), list(new.get("buildpacks", []))
    if not before or before == now:
        return
    for name in (name for name in now if name not in before):
        reason = reasons.of_buildpack(name, plan)
        order = f" (in order: {', '.join(now)})" if len(now) > 1 else ""
        yield Proposal(
            id=f"buildpack/{name}",
            what=f"buildpack {name}{order}",
            why=reason.why,
            evidence=reason.evidence,
            declinable=name != now[-1] and not reason.declared,
        )
    gone = [name for name in before if name not in now]
    for name in gone:
        instead = policy.retired_buildpack(name)
        yield Proposal(
            id=f"buildpack/{name}",
            what=f"buildpack {name} goes",
            why=f"it is retired: {instead}" if instead else "nothing in the repository needs it any more",
        )
    if sorted(before) == sorted(now):
        yield Proposal(
            id="buildpacks", what=f"buildpacks in another order: {', '.join(now)}", why=_last(plan)
        )


def _last(plan: Plan) -> str:
    return f"the buildpack of {plan.title} comes last, its process types count"


def config_vars(old: Decided, new: Decided, plan: Plan) -> Iterator[Proposal]:
    """Compare the config vars; of an older format only those are known that it wrote down."""
    known_all = "app" in old
    if not known_all and "config_vars" not in old:
        return
    before, now = table(old, "config_vars"), table(new, "config_vars")
    known = {var.name: var for var in plan.config_vars}
    for name in sorted(now.keys() - before.keys()):
        if known_all or not known[name].provided_by:
            yield _new_var(known[name])
    for name in sorted(before.keys() & now.keys()):
        if before[name] and before[name] != now[name]:
            reason = reasons.of_config_var(known[name])
            yield Proposal(
                id=f"config_var/{name}",
                what=f"config var {name}: {before[name]} -> {now[name]}",
                why=reason.why if reason.declared else known[name].why,
                evidence=reason.evidence,
            )
    for name in sorted(before.keys() - now.keys()):
        yield Proposal(
            id=f"config_var/{name}",
            what=f"config var {name} goes",
            why="nothing reads it any more",
            step="gone",
        )


def _new_var(var: ConfigVar) -> Proposal:
    from scaffold.proposals.decided import var_state

    reason = reasons.of_config_var(var)
    return Proposal(
        id=f"config_var/{var.name}",
        what=f"config var {var.name} ({var_state(var)})",
        why=reason.why,
        evidence=reason.evidence,
        declinable=not reason.declared,
    )


def withdrawn(plan: Plan, what: str) -> str:
    """Return why the person does not want it, "" where they said nothing."""
    return next(
        (lost.why for lost in plan.considered if lost.what == what and lost.why.startswith("you ")), ""
    )


def table(decided: Decided, key: str) -> Mapping[str, Any]:
    """Return a table of what was decided, an empty one where there is none."""
    found = decided.get(key)
    return found if isinstance(found, dict) else {}
