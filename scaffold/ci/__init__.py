"""Plan, answers and repository -> what the CI files say: the test job, the pins, what is theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scaffold import policy
from scaffold.ci.jobs import Job, test_job
from scaffold.ci.scalars import scalar
from scaffold.ci.theirs import circleci, gitlab
from scaffold.plan.model import Plan
from scaffold.repo import Repo

SERVICES = {
    "github": ".github/workflows/deploy.yml",
    "circleci": ".circleci/config.yml",
    "gitlab": ".gitlab-ci.yml",
}
"""The CI services, each with the file that it reads."""

_ALONE = {"jobs": False, "stages": (), "test": "", "refused": "", "untested": ""}
"""What is known of theirs where there is no file of the person's."""


def context(
    plan: Plan, asked: Collection[str], repo: Repo, own: Collection[str], branch: str
) -> dict[str, Any]:
    """Return what the templates of the CI files speak of; `own` are the files that scaffold wrote before."""
    found: dict[str, Any] = {**dict.fromkeys(SERVICES), "pins": pins(), "branch": scalar(branch)}
    job = test_job(plan, repo)
    for name in asked:
        theirs = in_theirs(name, repo, own)
        found[name] = {**_ALONE, **theirs, "job": None if theirs.get("jobs") else _as_data(job, name)}
    return found


def in_theirs(name: str, repo: Repo, own: Collection[str]) -> dict[str, Any]:
    """Return what the person's own file for a service says, {} where there is none to add jobs to."""
    path = SERVICES[name]
    if path not in repo or path in own or name == "github":
        return {}
    return (circleci if name == "circleci" else gitlab)(repo, path)


def _as_data(job: Job, name: str) -> dict[str, Any] | None:
    """Return the test job as the templates see it, None where it cannot be had on this service."""
    if job.missing or (name != "github" and not job.image):
        return None
    return job.data("" if name == "gitlab" else "localhost")


def pins() -> dict[str, Any]:
    """Return the versions of what the files use, with `uses` for an action by its name."""
    table = policy.table("ci")
    return {**table["deploy"], "uses": {name: uses(name) for name in table["actions"] if "/" in name}}


def uses(name: str) -> str:
    """Return an action pinned to the commit of its release, which stands in a comment beside it."""
    pinned: Mapping[str, str] = policy.table("ci")["actions"][name]
    return f"{name}@{pinned['sha']} # {pinned['version']}"
