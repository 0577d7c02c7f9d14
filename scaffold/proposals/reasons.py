"""Plan -> why something of it is so: the words and the places of the facts that it was made of."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold import policy
from scaffold.facts import Addon, AnyFact, Buildpack, ConfigVar, Evidence, Runtime, Strength, Uses
from scaffold.plan.model import Plan, PlannedAddon, PlannedProcess
from scaffold.record import record

_YOURS = ("config-vars.toml",)


@record
class Reason:
    """Why, where that is shown, and whether a person's own file says so: then nothing is to be declined."""

    why: str
    evidence: tuple[Evidence, ...] = ()
    declared: bool = False


def of_app(plan: Plan) -> Reason:
    """Return why this is the app."""
    found = [f for f in plan.facts if isinstance(f, Uses) and (f.stack, f.root) == (plan.stack, plan.root)]
    return _strongest(found, "it is what the repository holds now")


def of_stack_image(before: str, now: str, plan: Plan) -> Reason:
    """Return why another stack image is taken."""
    if "container" in (before, now):
        why = "the app is built as an image now" if plan.container else "buildpacks build the app now"
        return Reason(why=why, evidence=of_app(plan).evidence)
    status = policy.stack_status(before)
    return Reason(
        why=f"{before} is {status}" if status in ("retired", "deprecated") else "it is the one in use today"
    )


def of_runtime(language: str, before: str, now: str, plan: Plan) -> Reason:
    """Return why another version of the language is taken."""
    note = next((note.message for note in plan.notes if note.id == "runtime/changed"), "")
    evidence = plan.runtime.evidence if plan.runtime else ()
    declared = plan.runtime is not None and not plan.runtime.file
    known = policy.runtime(language)
    if note or known is None:
        return Reason(why=note, evidence=evidence, declared=declared)
    if _is_past(before, known):
        return Reason(why=f"{before} is past its end of life on Heroku", declared=declared)
    if before.startswith(f"{now}."):
        return Reason(why=f"the newest {now} is installed, whatever its patch", evidence=evidence)
    if evidence:
        said = next(
            (f.why for f in plan.facts if isinstance(f, Runtime) and f.evidence == evidence and f.why), ""
        )
        return Reason(why=said or f"the repository asks for {now}", evidence=evidence, declared=declared)
    return Reason(why="nothing holds it back: no version is asked for, and what is installed runs on it")


def _is_past(version: str, known: policy.RuntimePolicy) -> bool:
    """Tell whether a version is below the supported ones where the build refuses those, or past its day."""
    series = next((name for name in known.supported if version == name or version.startswith(f"{name}.")), "")
    if series:
        return known.eol.get(series, "9999") <= policy.checked()
    oldest = _numbers(known.supported[0])
    return known.replaces_older and _numbers(version)[: len(oldest)] < oldest


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def of_command(before: str, process: PlannedProcess, plan: Plan) -> Reason:
    """Return why a process type has another command."""
    old, now = before.split()[:1], process.command.split()[:1]
    if old != now and {*old, *now} <= _MANAGERS.keys():
        locks = _MANAGERS[now[0]]
        proofs = (proof for fact in plan.facts for proof in fact.evidence)
        shown = next((proof for proof in proofs if proof.path.rpartition("/")[2] in locks), None)
        return Reason(why=f"{now[0]} is the package manager now", evidence=(shown,) if shown else ())
    return Reason(why=process.why, evidence=process.evidence)


_MANAGERS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock", "bun.lockb"),
}


def of_addon(addon: PlannedAddon, plan: Plan) -> Reason:
    """Return why an add-on is wanted."""
    declared = any(
        isinstance(f, Addon) and f.service == addon.service and f.strength is Strength.DECLARED
        for f in plan.facts
    )
    return Reason(why=addon.why, evidence=addon.evidence, declared=declared)


def of_buildpack(name: str, plan: Plan) -> Reason:
    """Return why a buildpack is wanted."""
    found = [f for f in plan.facts if isinstance(f, Buildpack) and policy.buildpack_name(f.name) == name]
    return _strongest(found, "the app is built by it")


def of_config_var(var: ConfigVar) -> Reason:
    """Return why a config var is there."""
    proofs = var.evidence[:1]
    if var.strength is Strength.DECLARED or any(proof.path.endswith(_YOURS) for proof in proofs):
        return Reason(why="you declare it", evidence=proofs, declared=True)
    return Reason(why="it is read and was not declared", evidence=proofs)


def _strongest(found: Iterable[AnyFact], otherwise: str) -> Reason:
    best = max(found, key=lambda fact: (int(fact.strength), repr(fact)), default=None)
    if best is None:
        return Reason(why=otherwise)
    return Reason(
        why=best.why or otherwise, evidence=best.evidence, declared=best.strength is Strength.DECLARED
    )
