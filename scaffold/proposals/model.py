"""A proposal: what the repository or the platform asks for since the last run, and how a refusal is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from scaffold.facts import Evidence
from scaffold.record import record

Step = Literal["new", "changed", "gone"]


@record
class Proposal:
    """A change that the repository or the platform asks for.

    `id` names it ("process/worker") for `--decline` and `--ask`. How a refusal is kept: `answer` is
    the (question, answer) that holds on to what was, else the id is remembered where `declinable`.
    `accept` is the (question, answer) that brings the change, "" where the plan of today has it.
    """

    id: str
    what: str
    why: str
    evidence: tuple[Evidence, ...] = ()
    declinable: bool = False
    answer: tuple[str, str] = ("", "")
    accept: tuple[str, str] = ("", "")
    step: Step = "changed"

    @property
    def reason(self) -> str:
        """Return the reason in one line, with the first place that shows it."""
        proof = str(self.evidence[0]) if self.evidence else ""
        return ": ".join(part for part in (self.why.rstrip("."), proof) if part)

    @property
    def can_decline(self) -> bool:
        """Tell whether it is for the person to refuse."""
        return self.declinable or bool(self.answer[0])


def declined(proposals: Iterable[Proposal]) -> tuple[frozenset[str], dict[str, str]]:
    """Return how the refusal of these is kept: ids to remember, and answers that hold on to what was."""
    refused = tuple(proposals)
    ids = frozenset(proposal.id for proposal in refused if proposal.declinable)
    return ids, dict(proposal.answer for proposal in refused if proposal.answer[0])


def accepted(proposals: Iterable[Proposal]) -> dict[str, str]:
    """Return the answers that bring these proposals."""
    return dict(proposal.accept for proposal in proposals if proposal.accept[0])
