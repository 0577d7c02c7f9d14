"""Answers for a rendering: from flags, files, an earlier run, a person (the only prompts), or detection."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from scaffold import render
from scaffold.answers_file import parse as parse_answers
from scaffold.errors import Undecided, UserError
from scaffold.git_folder import is_branch
from scaffold.output import make_context
from scaffold.pipeline import Analysis
from scaffold.plan.model import Plan
from scaffold.proposals.model import Proposal
from scaffold.questions import as_text, choices, question_context, typed_answers
from scaffold.record import made, record


@record
class Said:
    """What a run says of the answers: `given` ones, and where `prompt`, which to ask.

    `asked` names the questions to ask although they have a recorded answer (None: all of them); `extra`
    is the organisation's template, which may have more of them.
    """

    given: Mapping[str, str]
    prompt: bool
    asked: Collection[str] | None = made(factory=tuple)
    extra: Path | None = None


_UNASKED = frozenset(
    "repository app_name team runtime_version branch staging_domains production_domains "
    "maintenance_page error_page".split()
)
"""Answers that `--set` gives and no prompt asks for."""


def given_answers(sets: list[str], answers_file: str | None) -> dict[str, str]:
    """Read `--answers FILE` and `--set NAME=VALUE`, the latter stronger. Raises UserError."""
    given: dict[str, str] = {}
    if answers_file:
        path = Path(answers_file)
        try:
            given = parse_answers(path.read_text(encoding="utf-8"), answers_file)
        except OSError as error:
            raise UserError("answers/unreadable", f"cannot read {answers_file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UserError(
                "answers/unreadable", f"cannot read {answers_file}: it is no UTF-8 text"
            ) from None
    for item in sets:
        name, equals, value = item.partition("=")
        if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*", name.strip()):
            raise UserError(
                "usage/set", f"--set {item!r} is not NAME=VALUE", remedy="For example: --set region=eu"
            )
        given[name.strip()] = value
    return given


def check_known(given: Mapping[str, str], layer: Path, extra: Path | None = None) -> None:
    """Refuse an answer that no question asks for. Raises UserError."""
    names = render.question_names(layer, extra)
    known = {*names, *_UNASKED}
    for name in given:
        if name not in known and not name.startswith("process_"):
            raise UserError(
                "answers/unknown",
                f"there is no question {name!r}",
                remedy="Known are: " + ", ".join(sorted(known)) + ", and process_TYPE.",
            )
    if "branch" in given and not is_branch(given["branch"]):
        raise UserError(
            "answers/refused",
            f"{given['branch']!r} is no name of a branch that can be deployed",
            remedy="Letters, digits, dots, dashes, underscores and slashes; for example: --set branch=main",
        )


def answers_for(
    plan: Plan,
    analysis: Analysis,
    recorded: Mapping[str, str],
    said: Said,
) -> dict[str, str]:
    """Return the answers to every question of the templates, asked in a terminal where that was said."""
    layer, given, asked = render.layers(plan.stack)[0], said.given, said.asked
    context = {**question_context(plan, analysis), **make_context(plan, recorded, analysis.repo)}
    offered = choices(plan, analysis)
    valid = {name: value for name, value in recorded.items() if _is_offered(offered, name, value)}
    settled = {} if asked is None else {name: value for name, value in valid.items() if name not in asked}
    answers = render.ask(
        layer,
        context,
        given=typed_answers({**settled, **given}),
        defaults=typed_answers(valid),
        prompt=said.prompt,
        extra=said.extra,
    )
    names = render.question_names(layer, said.extra)
    kept = {**{name: value for name, value in recorded.items() if name not in names}, **given}
    if analysis.repo.git.branch:
        kept.setdefault("branch", analysis.repo.git.branch)
    return {**kept, **{name: as_text(value) for name, value in answers.items() if value not in (None, "")}}


def _is_offered(choices_: Mapping[str, Collection[str]], name: str, value: str) -> bool:
    offered = choices_.get(name)
    said = typed_answers({name: value})[name]
    return not offered or set(said if isinstance(said, list) else [said]) <= set(offered)


def no_longer_offered(plan: Plan, analysis: Analysis, recorded: Mapping[str, str]) -> list[str]:
    """Return the recorded answers that are no choice any more: their questions are asked anew."""
    offered = choices(plan, analysis)
    return [name for name in sorted(recorded) if not _is_offered(offered, name, recorded[name])]


def refused(offered: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Let the person take out proposals in a terminal; return those that they do not want."""
    if not offered:
        return ()
    import questionary

    choices_ = [questionary.Choice(one.what, value=one.id, checked=True) for one in offered]
    kept = questionary.checkbox(
        "Which of these changes do you want? (space takes one out, for good)", choices=choices_
    ).unsafe_ask()
    return tuple(one for one in offered if one.id not in kept)


def needs_terminal() -> Undecided:
    """Make the error for a run that would have to ask and cannot."""
    return Undecided(
        "ask/no-terminal",
        "an answer is needed and there is no terminal",
        remedy="--yes takes every default; --set NAME=VALUE and --answers FILE answer single questions.",
    )
