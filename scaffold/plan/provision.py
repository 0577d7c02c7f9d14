"""Buildpack, ConfigVar, Runtime facts -> what Heroku must provide, by today's names."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold import policy, versions
from scaffold.facts import AnyFact, Buildpack, ConfigVar, Runtime, Strength
from scaffold.patterns import lazy
from scaffold.plan.model import Choice, Loser, Note, PlannedRuntime
from scaffold.plan.withdrawn import Gone, loser
from scaffold.record import replace

_NAME = lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION_FILES = {"python": ".python-version"}


def plan_buildpacks(
    facts: Iterable[AnyFact], choice: Choice, withdrawn: Gone, *, subdir: bool
) -> tuple[tuple[str, ...], tuple[Loser, ...]]:
    """Return the buildpacks in run order, and those that a person took out.

    They are the person's own list, or the app's after those in its support. A list that scaffold wrote and
    they edited gets what the app needs since then; where they took out the app's own buildpack and put none
    in its place, Heroku is to find them all.
    """
    found: list[Buildpack] = []
    for fact in facts:
        if isinstance(fact, Buildpack) and fact.root in (choice.uses.root, "."):
            own = fact.root == choice.uses.root and (fact.stack in choice.family or fact.support)
            if own or fact.strength is Strength.DECLARED:
                found.append(fact)
    declared = [fact for fact in found if fact.strength is Strength.DECLARED]
    taken = [fact for fact in (declared or found) if fact.strength > Strength.HINT]
    names = _in_order(taken)
    if any(fact.edited for fact in declared):
        names = _with_new(names, _in_order(_by_code(found)), withdrawn)
    elif names and not declared and names[-1] in withdrawn:
        names = []
    if subdir and policy.subdir_buildpack().url not in names:
        names.insert(0, policy.subdir_buildpack().url)
    kept = tuple(name for name in names if declared or name not in withdrawn)
    wanted = dict.fromkeys((*names, *(policy.buildpack_name(fact.name) for fact in found)))
    out = (name for name in wanted if name in withdrawn and name not in kept)
    return kept, tuple(loser("buildpack", name, withdrawn[name]) for name in out)


def _in_order(facts: Iterable[Buildpack]) -> list[str]:
    ordered = sorted(facts, key=lambda fact: (fact.position, fact.name))
    return list(dict.fromkeys(policy.buildpack_name(fact.name) for fact in ordered))


def _by_code(facts: Iterable[Buildpack]) -> Iterable[Buildpack]:
    return (fact for fact in facts if Strength.HINT < fact.strength < Strength.DECLARED)


def _with_new(listed: list[str], needed: list[str], withdrawn: Gone) -> list[str]:
    """Return an edited list with what the app needs since then, each right before what it ran before."""
    names = list(listed)
    for at, name in enumerate(needed):
        bare = [policy.buildpack_name(other.partition("#")[0]) for other in names]
        if name not in bare and name not in withdrawn:
            behind = next((other for other in needed[at:] if other in bare), None)
            names.insert(bare.index(behind) if behind else len(names), name)
    return names


def merge_config_vars(facts: Iterable[AnyFact], *, subdir_root: str) -> dict[str, ConfigVar]:
    """Merge the facts of each variable to one, by name."""
    merged: dict[str, ConfigVar] = {}
    ordered = sorted(
        (f for f in facts if isinstance(f, ConfigVar)), key=lambda f: (-int(f.strength), repr(f))
    )
    for fact in ordered:
        known = merged.get(fact.name)
        merged[fact.name] = fact if known is None else _merge(known, fact)
    if subdir_root:
        merged_var = _subdir_var(subdir_root)
        merged[merged_var.name] = merged_var
    return {name: merged[name] for name in sorted(filter(_NAME.fullmatch, merged))}


def _merge(one: ConfigVar, other: ConfigVar) -> ConfigVar:
    """Complete the stronger fact of a variable by the weaker one; "text" and "run" say nothing.

    Whether it is required the stronger one knows: a person's app.json outranks the code.
    """
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))
    return replace(
        one,
        evidence=evidence,
        secret=one.secret or other.secret,
        value=one.value if one.value is not None or one.secret or other.secret else other.value,
        default=None
        if one.secret or other.secret
        else (one.default if one.default is not None else other.default),
        generator=one.generator or other.generator,
        description=one.description or other.description,
        provided_by=one.provided_by or other.provided_by,
        kind=other.kind if one.kind == "text" else one.kind,
        stage=other.stage if one.stage == "run" else one.stage,
    )


def _subdir_var(root: str) -> ConfigVar:
    pack = policy.subdir_buildpack()
    return ConfigVar(
        name=pack.config_var,
        value=root,
        required=True,
        stage="build",
        description="The folder of the app, for the subdirectory buildpack",
        stack="declared",
        evidence=(),
        why=f"the app is in {root} and the top of the repository cannot build it",
    )


def plan_runtime(
    facts: Iterable[AnyFact], choice: Choice, *, build_root: str
) -> tuple[PlannedRuntime | None, tuple[Note, ...]]:
    """Turn the asked-for version into one the platform accepts, with a note where that changed it.

    `build_root` is the folder whose version file the buildpack reads.
    """
    found = [f for f in facts if isinstance(f, Runtime) and f.language == choice.language]
    if not found:
        return None, ()
    best = max(found, key=lambda fact: (int(fact.strength), bool(fact.asked), repr(fact)))
    asked = choice.answers.get("runtime_version") or best.asked or choice.versions.get(choice.language, "")
    resolved = versions.resolve(choice.language, asked)
    source = best.evidence[0].path if best.evidence else ""
    runtime = PlannedRuntime(
        language=choice.language,
        version=resolved.version,
        asked=best.asked,
        file=_version_file(choice, source, build_root, changed=resolved.changed),
        evidence=best.evidence,
    )
    notes = (
        (Note(id="runtime/changed", message=resolved.note, evidence=best.evidence),) if resolved.note else ()
    )
    return runtime, notes


def _version_file(choice: Choice, source: str, build_root: str, *, changed: bool) -> str:
    """Return the file to write the version to, "" where the repository's own says it and may stay.

    runtime.txt wins over .python-version on Heroku, so never both.
    """
    usual = _VERSION_FILES.get(choice.language, "")
    if not usual or choice.uses.container:
        return ""
    read = [name if build_root == "." else f"{build_root}/{name}" for name in (usual, "runtime.txt")]
    wanted = choice.answers.get("runtime_file") or ("runtime.txt" if source == read[1] else usual)
    return "" if source in read and source.endswith(wanted) and not changed else wanted
