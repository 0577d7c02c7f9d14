"""Variables as found + the person's edits of config-vars.toml -> the variables the app is to have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scaffold.facts import ConfigVar, VarEdit
from scaffold.plan.model import Note
from scaffold.record import replace

_CLEARED = {
    "description": "",
    "required": False,
    "value": None,
    "default": None,
    "generator": "",
    "provided_by": "",
}
_SAID = (*_CLEARED, "secret", "stage", "kind")


def apply_edits(
    found: Iterable[ConfigVar], edits: Iterable[VarEdit], environment: str = ""
) -> tuple[ConfigVar, ...]:
    """Return the variables of the app, in an environment if one is named, sorted."""
    result = {var.name: var for var in found}
    for edit in sorted(edits, key=lambda edit: (edit.environment, edit.name)):
        if edit.environment not in ("", environment):
            continue
        var = result.pop(edit.name, None)
        if not edit.dropped:
            result[edit.name] = _edited(var or _new(edit), edit)
    return tuple(result[name] for name in sorted(result))


def edited_environments(
    found: tuple[ConfigVar, ...], edits: tuple[VarEdit, ...]
) -> dict[str, tuple[ConfigVar, ...]]:
    """Return the variables of each environment that the edits speak of."""
    names = sorted({edit.environment for edit in edits} - {""})
    return {name: apply_edits(found, edits, name) for name in names}


def dropped_note(found: tuple[ConfigVar, ...], edits: tuple[VarEdit, ...]) -> tuple[Note, ...]:
    """Say once which variables the app reads although the person took them out of config-vars.toml."""
    read = {var.name: var for var in found if var.evidence}
    dropped = [read[edit.name] for edit in edits if edit.dropped and edit.name in read]
    if not dropped:
        return ()
    names = ", ".join(var.name for var in dropped)
    return (
        Note(
            id="config-vars/dropped",
            message=f"The code reads {names}, which you took out of config-vars.toml: nothing sets it.",
            remedy="That is fine if the app does without; else write [vars.NAME] again.",
            evidence=tuple(var.evidence[0] for var in dropped),
        ),
    )


def _new(edit: VarEdit) -> ConfigVar:
    rest: dict[str, Any] = dict(edit.rest)
    return ConfigVar(stack=edit.stack, root=edit.root, name=edit.name, evidence=(), **rest)


def _edited(var: ConfigVar, edit: VarEdit) -> ConfigVar:
    """Lay an edit over a variable; who says how it gets its value says that nothing else sets it."""
    changes: dict[str, Any] = {field: _CLEARED[field] for field in edit.cleared if field in _CLEARED}
    changes |= {field: said for field in _SAID if (said := getattr(edit, field)) is not None}
    if changes.get("value") is not None:
        changes = {"generator": "", "provided_by": ""} | changes
    if changes.get("generator"):
        changes = {"value": None, "provided_by": ""} | changes
    if changes.get("provided_by"):
        changes = {"required": False} | changes
    if changes.get("secret", var.secret):
        changes |= {"value": None, "default": None}
    why = var.why if changes.get("required", var.required) == var.required else ""
    evidence = tuple(dict.fromkeys((*edit.evidence, *var.evidence)))
    return replace(var, evidence=evidence, why=why, **changes)
