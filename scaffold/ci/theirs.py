"""A CI file that the person wrote -> what the deploy jobs have to fit into: its stages, its tests."""

from __future__ import annotations

from typing import Any

from scaffold.ci.scalars import scalar
from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.repo import Repo

_KEYWORDS = frozenset(
    "default image services stages types variables workflow include cache before_script after_script "
    "spec pages".split()
)
"""Top-level keys of .gitlab-ci.yml that are no jobs."""
_USUAL_STAGES = ("build", "test", "deploy")
_STAGES = ("staging", "production")
_OURS = ("deploy-staging", "deploy-production")
_FLOWS = ("heroku", "heroku-staging", "heroku-production")
_TESTS = ("test", "tests", "build-and-test", "build_and_test", "build")


def _document(repo: Repo, path: str) -> dict[str, Any]:
    try:
        found = yaml_file.parse(repo.whole(path), path).value
    except ManifestError:
        return {}
    return found if isinstance(found, dict) else {}


def gitlab(repo: Repo, path: str) -> dict[str, Any]:
    """Return the stages to write, so that theirs keep their order, and whether they have jobs."""
    document = _document(repo, path)
    own = repo.pristine.get(path, "")
    if not document:
        return {"jobs": True, "refused": "it cannot be read"}
    jobs = [
        name
        for name, job in document.items()
        if name not in _KEYWORDS and isinstance(job, dict) and not name.startswith(".")
    ]
    if any(name in jobs and f"{name}:" not in own for name in _OURS):
        return {"jobs": True, "refused": "it has jobs of the same name"}
    stages = document.get("stages")
    before = stages if isinstance(stages, list) else _USUAL_STAGES
    return {"jobs": True, "stages": [scalar(str(stage)) for stage in dict.fromkeys([*before, *_STAGES])]}


def circleci(repo: Repo, path: str) -> dict[str, Any]:
    """Return which job of theirs is the test, where that can be known."""
    document = _document(repo, path)
    own = repo.pristine.get(path, "")
    jobs = document.get("jobs")
    if not isinstance(jobs, dict) or document.get("setup"):
        return {"jobs": True, "refused": "its jobs are made elsewhere (orbs, or a set-up workflow)"}
    if str(document.get("version")) != "2.1":
        return {"jobs": True, "refused": "pipeline parameters need version 2.1"}
    flows = document.get("workflows")
    taken = {*jobs, *(flows if isinstance(flows, dict) else ())}
    if any(name in taken and f"{name}:" not in own for name in (*_OURS, *_FLOWS)):
        return {"jobs": True, "refused": "it has jobs or workflows of the same name"}
    test = next((name for name in _TESTS if name in jobs and _is_plain(document, name)), "")
    why = "none of its jobs is known to be the tests, so a deploy does not wait for them"
    return {"jobs": True, "test": test, "untested": "" if test else why}


def _is_plain(document: dict[str, Any], name: str) -> bool:
    """Tell whether a job can be called without more: no parameters, no context that it is given."""
    job = document["jobs"][name]
    if not isinstance(job, dict) or job.get("parameters"):
        return False
    flows = document.get("workflows")
    calls = [
        item
        for flow in (flows.values() if isinstance(flows, dict) else ())
        if isinstance(flow, dict) and isinstance(flow.get("jobs"), list)
        for item in flow["jobs"]
    ]
    said = [item[name] for item in calls if isinstance(item, dict) and name in item]
    return all(not isinstance(extra, dict) or set(extra) <= {"filters", "requires"} for extra in said)
