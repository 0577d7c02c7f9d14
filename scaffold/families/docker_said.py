"""What people wrote that says an app is deployed as an image: heroku.yml, app.json, a CapRover file."""

from __future__ import annotations

from dataclasses import dataclass, field

from scaffold.facts import Evidence
from scaffold.manifests import app_json, heroku_yml
from scaffold.repo import Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Proof by Dockerfile path ("" for the app as such), and the Dockerfile that was named per process."""

    proof: dict[str, Evidence] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)


def said_by_people(repo: Repo) -> Said:
    """Read what declares containers for Heroku at the top of the repository."""
    proof: dict[str, Evidence] = {}
    images: dict[str, str] = {}
    manifest = repo.try_parsed("heroku.yml", heroku_yml.parse) if "heroku.yml" in repo else None
    for built in manifest.images if manifest else ():
        images[built.process] = built.dockerfile
        proof.setdefault(built.dockerfile, repo.proof("heroku.yml", built.line))
        proof.setdefault("", repo.proof("heroku.yml", built.line))
    app = repo.try_parsed("app.json", app_json.parse) if "app.json" in repo else None
    if app and app.stack == "container":
        proof.setdefault("", repo.proof("app.json", app.stack_line))
    return Said(proof=proof, images=images)
