"""Plan and answers -> what the questions of a template may speak of: defaults, reasons, choices.

Nothing here asks anybody: cli/ask.py does, by copier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from scaffold import policy
from scaffold.output import OPTIONAL
from scaffold.pipeline import Analysis
from scaffold.plan.model import Plan, Ranked
from scaffold.plan.ranking import tied
from scaffold.repo import Repo

LISTS = frozenset({"optional_files", "ci"})
"""Questions with several answers, recorded with commas between them."""


def _typed(name: str, value: str) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if name in LISTS else value


def typed_answers(answers: Mapping[str, str]) -> dict[str, Any]:
    """Return recorded answers as the templates see them: lists as lists."""
    return {name: _typed(name, value) for name, value in answers.items()}


def as_text(value: Any) -> str:
    """Return an answer as it is recorded."""
    if not isinstance(value, list):
        return str(value)
    parts = [str(part) for part in value]
    return json.dumps(parts) if any("," in part for part in parts) else ",".join(parts)


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
        "pipeline": "it promotes what runs on staging to production; it costs nothing",
        "region": "us is the default; eu keeps data in Europe",
        "dyno_size": "basic is the smallest that does not sleep",
        "optional_files": "all are small and readable",
        "runtime_file": "runtime.txt is deprecated; .python-version took its place",
        "ci": _ci_reason(analysis.repo),
    }


def choices(plan: Plan, analysis: Analysis) -> dict[str, list[str]]:
    """Return what the choice questions offer, first the default; one choice is no question."""
    return {
        "app": [item.label for item in _apps(plan, analysis)],
        "process_web": list(plan.open_choices.get("process_web", ())),
        "region": list(policy.regions()),
        "dyno_size": list(policy.dyno_sizes()),
        "ci": _ci_services(analysis.repo),
        "runtime_file": [".python-version", "runtime.txt"]
        if plan.language == "python" and not plan.container
        else [],
    }


_CI_SIGNS = {"github": ".github/", "circleci": ".circleci/", "gitlab": ".gitlab-ci.yml"}


def _ci_shown(repo: Repo) -> dict[str, str]:
    """Return the CI services that a repository shows, and by what: its files, then where it is hosted."""
    found = {
        name: f"there is {sign}"
        for name, sign in _CI_SIGNS.items()
        if (repo.has_folder(sign[:-1]) if sign.endswith("/") else sign in repo)
    }
    hosts = {name: f"it is hosted on {repo.git.host}" for name in _CI_SIGNS if name in repo.git.host}
    return {**found, **{name: why for name, why in hosts.items() if name not in found}}


def _ci_services(repo: Repo) -> list[str]:
    return list(dict.fromkeys([*_ci_shown(repo), *_CI_SIGNS]))


def _ci_reason(repo: Repo) -> str:
    shown = _ci_shown(repo)
    told = "; ".join(f"{name}: {why}" for name, why in shown.items())
    return told or "nothing shows which one you use; none is fine"


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


FOLLOWING = frozenset({"app", "process_web", "runtime_file", "optional_files"})
"""Questions whose recorded answer follows detection where it only took the default: the others are names and
sizes of what exists on Heroku, which no run changes by itself."""


def defaults(plan: Plan, analysis: Analysis) -> dict[str, str]:
    """Return what detection alone would answer; a name that only the folder gives is not detected."""
    found = {"runtime_file": detected_answers(plan, analysis)["runtime_file"], "optional_files": OPTIONAL}
    if analysis.ranked and not tied(analysis.ranked)[1:]:
        found["app"] = analysis.ranked[0].label
    for name, commands in plan.open_choices.items():
        found[name] = commands[0]
    if plan.about.get("name"):
        names = detected_answers(plan, analysis)
        found |= {name: names[name] for name in ("staging_app", "production_app")}
    return {name: value for name, value in sorted(found.items()) if value}


def chosen(answers: Mapping[str, str], default: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that a person chose, without those that only took the default of a question."""
    return {
        name: value
        for name, value in answers.items()
        if not (name in FOLLOWING and default.get(name) == value)
    }


def label(plan: Plan) -> str:
    """Name the planned app as the question `app` does."""
    return plan.stack if plan.root == "." else f"{plan.stack} in {plan.root}"
