"""The CI files that are asked for -> what a person must know of them, and what is left for them to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scaffold.ci import SERVICES, in_theirs
from scaffold.ci.jobs import Job, test_job
from scaffold.facts import Todo
from scaffold.plan.model import Note, Plan
from scaffold.repo import Repo

_TOKEN = "heroku authorizations:create --short --description 'CI {0}' | "
_SECRETS = {
    "github": (
        "gh api --silent -X PUT 'repos/{{owner}}/{{repo}}/environments/{0}'\n"
        + _TOKEN
        + "gh secret set HEROKU_API_KEY --env {0}"
    ),
    "gitlab": _TOKEN + "glab variable set HEROKU_API_KEY --scope {0} --masked --protected",
    "circleci": "",
}
"""The commands that give a service the token of an environment, without showing it."""
_ASKS = {
    "github": "GitHub deploys with a token of yours, one in each of its two environments; set there who must"
    " approve production",
    "gitlab": "GitLab deploys with a token of yours, one for each of its two environments; protect the branch"
    " and the tags v*",
    "circleci": "CircleCI deploys with tokens of yours: make the contexts heroku-staging and"
    " heroku-production in its organization settings, each with HEROKU_API_KEY"
    " (heroku authorizations:create makes one)",
}


def notes(
    plan: Plan, asked: Collection[str], repo: Repo, own: Collection[str], *, deploys: bool
) -> Iterator[Note]:
    """Yield what a person must know: why nothing is tested, which file of theirs gets no jobs."""
    if not deploys:
        yield Note(
            id="ci/no-script",
            message="no CI file is written: each runs bin/deploy, which optional_files leaves out",
            remedy="scaffold update --ask optional_files",
        )
        return
    job = test_job(plan, repo)
    if job.missing:
        yield Note(
            id="ci/no-tests",
            message=f"the CI files have no test job: {job.missing}",
            remedy=job.remedy,
        )
    for name in asked:
        yield from _of_file(plan, name, job, in_theirs(name, repo, own))
    for said in () if job.missing else job.left_out:
        yield Note(id="ci/service", message=said)


def _of_file(plan: Plan, name: str, job: Job, theirs: dict[str, object]) -> Iterator[Note]:
    path = SERVICES[name]
    if theirs.get("refused"):
        yield Note(id="ci/not-merged", message=f"{path} is yours and gets no jobs: {theirs['refused']}")
    elif theirs.get("untested"):
        yield Note(id="ci/untested", message=f"{path}: {theirs['untested']}")
    elif not theirs and not job.missing and name != "github" and not job.image:
        yield Note(id="ci/no-tests", message=f"{path} has no test job: no image for {plan.title} is known")


def todos(asked: Collection[str], base: Collection[str]) -> Iterator[Todo]:
    """Yield how each service gets its tokens, once: when its file is new."""
    for name in asked:
        if SERVICES[name] not in base:
            lines = [_SECRETS[name].format(environment) for environment in ("staging", "production")]
            yield Todo(
                stack="declared",
                evidence=(),
                why=_ASKS[name],
                command="\n".join(line for line in lines if line),
                after=True,
            )
