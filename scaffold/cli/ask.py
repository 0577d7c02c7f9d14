"""Answers for a rendering: from flags, files, an earlier run, a person (the only prompts), or detection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold import policy, render
from scaffold.errors import Undecided, UserError
from scaffold.output import make_context
from scaffold.pipeline import Analysis
from scaffold.plan.model import Plan, Ranked
from scaffold.state import parse_answers

LISTS = frozenset({"optional_files"})


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


def check_known(given: Mapping[str, str], layer: Path) -> None:
    """Refuse an answer that no question asks for. Raises UserError."""
    known = {*render.question_names(layer), "repository", "app_name", "team", "pipeline", "runtime_version"}
    for name in given:
        if name not in known and not name.startswith("process_"):
            raise UserError(
                "answers/unknown",
                f"there is no question {name!r}",
                remedy="Known are: " + ", ".join(sorted(known)) + ", and process_TYPE.",
            )


def answers_for(
    plan: Plan,
    analysis: Analysis,
    layer: Path,
    *,
    given: Mapping[str, str],
    recorded: Mapping[str, str],
    prompt: bool,
) -> dict[str, str]:
    """Return the answers to every question of the layer, asked in a terminal when `prompt`."""
    context = {**question_context(plan, analysis), **make_context(plan, recorded, analysis.repo)}
    offered = choices(plan, analysis)
    valid = {
        name: value for name, value in recorded.items() if not offered.get(name) or value in offered[name]
    }
    answers = render.ask(
        layer, context, given=typed_answers(given), defaults=typed_answers(valid), prompt=prompt
    )
    kept = {**{n: v for n, v in recorded.items() if n.startswith("process_")}, **given}
    return {**kept, **{name: _text(value) for name, value in answers.items() if value not in (None, "")}}


def _typed(name: str, value: str) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if name in LISTS else value


def typed_answers(answers: Mapping[str, str]) -> dict[str, Any]:
    """Return recorded answers as the templates see them: lists as lists."""
    return {name: _typed(name, value) for name, value in answers.items()}


def _text(value: Any) -> str:
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)


def question_context(plan: Plan, analysis: Analysis) -> dict[str, Any]:
    """Return what the questions of a template may speak of: detected values, the reasons, the choices."""
    offered = choices(plan, analysis)
    return {
        "detected": detected_answers(plan, analysis),
        "because": reasons(plan, analysis),
        "choices": offered,
        "offered": {name: [_literal(text) for text in texts] for name, texts in offered.items()},
    }


def _literal(text: str) -> str:
    """Escape a text of the repository for copier, which renders the items of a list of choices once more."""
    return text.replace("{", "{{ '{' }}")


def detected_answers(plan: Plan, analysis: Analysis) -> dict[str, str]:
    """Return the default of each question that detection knows."""
    base = app_name(plan.about.get("name") or analysis.repo.top.name)
    source = plan.runtime.evidence[0].path if plan.runtime and plan.runtime.evidence else ""
    uses_old = source.rpartition("/")[2] == "runtime.txt"
    return {
        "staging_app": app_name(f"{base[:22]}-staging") if base else "",
        "production_app": base,
        "runtime_file": "runtime.txt" if uses_old else ".python-version",
    }


def app_name(text: str) -> str:
    """Make a valid Heroku app name (3 to 30 of a-z, 0-9, dashes) of a text, "" where too little is left."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower())
    slug = re.sub(r"^[^a-z]+", "", slug)[:30].strip("-")
    return slug if len(slug) >= 3 else ""


def reasons(plan: Plan, analysis: Analysis) -> dict[str, str]:
    """Return the reason beside each prompt."""
    named = "from the name it gives itself" if plan.about.get("name") else "from the folder's name"
    proofs = [
        f"{item.label}: {item.uses.evidence[0]}" for item in _apps(plan, analysis) if item.uses.evidence
    ]
    return {
        "app": "; ".join(proofs) or "the only one",
        "process_web": "equally well proven",
        "staging_app": f"{named}; names are global on Heroku",
        "production_app": f"{named}; names are global on Heroku",
        "region": "us is the default; eu keeps data in Europe",
        "dyno_size": "basic is the smallest that does not sleep",
        "optional_files": "all are small and readable",
        "runtime_file": "runtime.txt is deprecated; .python-version took its place",
    }


def choices(plan: Plan, analysis: Analysis) -> dict[str, list[str]]:
    """Return what the choice questions offer, first the default; one choice is no question."""
    return {
        "app": [item.label for item in _apps(plan, analysis)],
        "process_web": list(plan.open_choices.get("process_web", ())),
        "region": list(policy.regions()),
        "dyno_size": list(policy.dyno_sizes()),
        "runtime_file": [".python-version", "runtime.txt"]
        if plan.language == "python" and not plan.container
        else [],
    }


def _apps(plan: Plan, analysis: Analysis) -> list[Ranked]:
    """Return the planned app, then those that tie with it or could stand in for it."""
    chosen = [i for i in analysis.ranked if (i.uses.stack, i.uses.root) == (plan.stack, plan.root)]
    if not chosen:
        return []
    best = chosen[0].rank
    rivals = [i for i in analysis.ranked if i not in chosen and i.rank[:3] >= best[:3]]
    boxed = [
        i for i in analysis.ranked if i.uses.container != plan.container and i.uses.root in (plan.root, ".")
    ]
    offered = [i for i in dict.fromkeys([*rivals, *boxed]) if i not in chosen and i.uses.strength > 10]
    return [*chosen, *offered[:5]]


def needs_terminal() -> Undecided:
    """Make the error for a run that would have to ask and cannot."""
    return Undecided(
        "ask/no-terminal",
        "an answer is needed and there is no terminal",
        remedy="--yes takes every default; --set NAME=VALUE and --answers FILE answer single questions.",
    )
