"""Analysis -> the versioned JSON document of `scaffold detect --json` (schema: data/detect.schema.json)."""

from __future__ import annotations

from typing import Any

from scaffold import __version__
from scaffold.facts import AnyFact, Evidence, Strength
from scaffold.pipeline import Analysis
from scaffold.plan.model import Note, Plan, Ranked
from scaffold.record import fields

SCHEMA_VERSION = 1


def detect_document(analysis: Analysis) -> dict[str, Any]:
    """Return the document: plain data, in a stable order."""
    plan = analysis.plan
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "scaffold": __version__,
        "stack": plan.stack if plan else None,
        "stacks": [_candidate(item) for item in analysis.ranked],
        "root": plan.root if plan else ".",
    }
    document |= _planned(plan) if plan else _nothing()
    document["candidates"] = [item.label for item in analysis.ties]
    document["warnings"] = [_note(note) for note in (*(plan.notes if plan else ()), *analysis.problems)]
    document["facts"] = [fact_document(fact) for fact in (plan.facts if plan else analysis.facts)]
    return document


def _candidate(item: Ranked) -> dict[str, Any]:
    uses = item.uses
    return {
        "name": uses.stack,
        "root": uses.root,
        "strength": uses.strength.name.lower(),
        "serves": uses.serves,
        "evidence": _proofs(uses.evidence),
    }


def _planned(plan: Plan) -> dict[str, Any]:
    runtime = plan.runtime
    return {
        "layout": plan.layout,
        "container": plan.container,
        "processes": {process.name: process.command for process in plan.processes},
        "runtime": {runtime.language: runtime.version} if runtime else {},
        "buildpacks": list(plan.buildpacks),
        "addons": [
            {
                "plan": addon.plan,
                "service": addon.service,
                "sets": list(addon.sets),
                "why": addon.why,
                "evidence": _proofs(addon.evidence),
            }
            for addon in plan.addons
        ],
        "config_vars": [
            {
                key: value
                for key, value in fact_document(var).items()
                if key not in ("fact", "stack", "root", "strength")
            }
            for var in plan.config_vars
        ],
        "todos": [
            {"command": todo.command, "why": todo.why, "evidence": _proofs(todo.evidence)}
            for todo in plan.todos
        ],
        "considered": [
            {"what": loser.what, "value": loser.value, "why": loser.why, "evidence": _proofs(loser.evidence)}
            for loser in plan.considered
        ],
    }


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = {"layout": "top", "container": False, "processes": {}, "runtime": {}}
    return empty | {name: [] for name in ("buildpacks", "addons", "config_vars", "todos", "considered")}


def _note(note: Note) -> dict[str, Any]:
    return {"id": note.id, "message": note.message, "remedy": note.remedy, "evidence": _proofs(note.evidence)}


def _proofs(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    return [{"path": proof.path, "line": proof.line, "text": proof.text} for proof in evidence]


def fact_document(fact: AnyFact) -> dict[str, Any]:
    """Return one fact as plain data: its kind, its fields, its evidence."""
    document: dict[str, Any] = {"fact": type(fact).__name__}
    for name in fields(fact):
        value = getattr(fact, name)
        if name == "evidence":
            document["evidence"] = _proofs(value)
        elif isinstance(value, Strength):
            document[name] = value.name.lower()
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
    return document
