"""What `update --json` prints: one document for each repository, also where it cannot be looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scaffold.changes import Change
from scaffold.cli import out, report
from scaffold.cli.updating import Outcome
from scaffold.errors import UserError
from scaffold.proposals.model import Proposal

SCHEMA_VERSION = 1


def print_outcome(directory: str, outcome: Outcome) -> None:
    """Print what an update comes to."""
    before, now = outcome.today.state.versions, outcome.state.versions
    _print(
        directory,
        app=str(outcome.state.plan.get("app", "")),
        drift=bool(outcome.drifts),
        files=[_file(change) for change in (*outcome.found, *outcome.edited.values())],
        proposals=[_proposal(proposal) for proposal in outcome.proposals],
        versions={"written": dict(before), "now": dict(now)},
    )


def print_unsettled(directory: str, found: Mapping[str, str]) -> None:
    """Print which conflicts of an earlier update are open."""
    _print(directory, drift=True, unsettled=list(found.values()))


def print_error(directory: str, fault: UserError) -> None:
    """Print why the repository cannot be looked at."""
    said = {
        "id": fault.error_id,
        "summary": fault.summary,
        "remedy": fault.remedy,
        "exit_code": fault.exit_code,
    }
    _print(directory, error=said)


def _print(directory: str, **found: Any) -> None:
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "directory": directory,
        "app": "",
        "drift": None,
        "unsettled": [],
        "files": [],
        "proposals": [],
        "versions": {"written": {}, "now": {}},
        "error": None,
    }
    out.data(json.dumps(document | found, indent=2))


def _file(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "action": report.verb(change),
        "changes": change.drifts,
        "reason": change.reason,
        "conflicts": [conflict.where for conflict in change.conflicts],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "what": proposal.what,
        "why": proposal.why,
        "evidence": [str(proof) for proof in proposal.evidence],
        "declinable": proposal.can_decline,
    }
