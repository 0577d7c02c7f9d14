"""Where each line of a generated file comes from: its template, the fact that it states, the proof of that.

`origins` answers for a whole text, whether or not it is the one on disk. What a person edits is theirs:
what it is compared with is what scaffold would write there.
"""

from __future__ import annotations

from scaffold.facts import Evidence
from scaffold.plan.model import Loser
from scaffold.provenance.causes import Known
from scaffold.provenance.keyed_lines import Key, line_keys
from scaffold.provenance.on_disk import aligned
from scaffold.provenance.rules import cause_of
from scaffold.provenance.template_lines import TemplateLine, Traced
from scaffold.record import record


@record
class Origin:
    """Where the lines from `first` to `last` come from, and what changes them.

    `key` is () for what belongs to the file as a whole. `template` is "" where the text comes from the
    plan itself (a file that the stack adds).
    """

    path: str
    first: int
    last: int
    key: Key
    what: str
    template: str
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[Loser, ...] = ()
    changes: tuple[str, ...] = ()


def origins(known: Known, path: str, text: str, traced: Traced | None = None) -> tuple[Origin, ...]:
    """Return the origin of each line of a text that scaffold generates, in order.

    `traced` is the same text as it was followed through the templates.
    """
    templates = _templates(known, path, text, traced)
    found = []
    for number, key in enumerate(line_keys(path, text), 1):
        cause = cause_of(known, path, key)
        found.append(
            Origin(
                path=path,
                first=number,
                last=number,
                key=key,
                what=cause.what,
                template=templates.get(number, ""),
                evidence=cause.evidence,
                rejected=cause.rejected,
                changes=cause.changes,
            )
        )
    return tuple(found)


def _templates(known: Known, path: str, text: str, traced: Traced | None) -> dict[int, str]:
    """Return the template line of each line; where keys were left out of a text, of those that are left."""
    if any(file.path == path for file in known.plan.files) or traced is None:
        return {}
    lines = [str(line) for line in traced.lines]
    if traced.text == text:
        return dict(enumerate(lines, 1))
    usual = traced.lines[0].path if traced.lines else ""
    return {
        **dict.fromkeys(range(1, text.count("\n") + 1), usual),
        **{number: lines[at - 1] for number, at in aligned(traced.text, text).items()},
    }


__all__ = ["Known", "Origin", "TemplateLine", "Traced", "origins"]
