"""What people wrote that says an app goes to Heroku as an image: heroku.yml, app.json, their CI files."""

from __future__ import annotations

from scaffold.edited import person_app_json, person_heroku_yml
from scaffold.facts import Evidence
from scaffold.manifests import heroku_yml
from scaffold.manifests.heroku_yml import HerokuYml
from scaffold.patterns import lazy
from scaffold.record import made, record
from scaffold.repo import Repo


@record
class Said:
    """Proof by Dockerfile path ("" for the app as such), the Dockerfile and the target named per process,
    and the build arguments.
    """

    proof: dict[str, Evidence] = made(factory=dict)
    images: dict[str, str] = made(factory=dict)
    targets: dict[str, str] = made(factory=dict)
    arguments: tuple[tuple[str, str], ...] = ()


def container_manifest(repo: Repo) -> HerokuYml | None:
    """Return heroku.yml, or a heroku.yaml that was meant to be one (Conduit has a file of that name too).

    Of an edited one that scaffold wrote, only the edits count.
    """
    if "heroku.yml" in repo:
        return person_heroku_yml(repo, "heroku.yml")
    if "heroku.yaml" in repo:
        found = repo.try_parsed("heroku.yaml", heroku_yml.parse)
        return found if found and found.images else None
    return None


_PUSHES = lazy(
    r"^[^#\n]*(?:heroku container:(?:push|release)|registry\.heroku\.com/|usedocker:\s*[\"']?true|"
    r"heroku-docker-deploy@)"
)
_SCRIPTS = (".gitlab-ci.yml", ".travis.yml", "deploy.sh", ".circleci/config.yml")


def _pushed(repo: Repo) -> Evidence | None:
    """Return the line of a CI file or deploy script that sends an image to Heroku."""
    for path in (*repo.under(".github/workflows"), *_SCRIPTS):
        if path not in repo or "heroku" not in repo.text(path).lower():
            continue
        if line := repo.line_of(path, _PUSHES):
            return repo.proof(path, line)
    return None


def said_by_people(repo: Repo) -> Said:
    """Read what declares containers for Heroku at the top of the repository."""
    proof: dict[str, Evidence] = {}
    images: dict[str, str] = {}
    manifest = container_manifest(repo)
    if manifest is None:
        manifest = HerokuYml(path="")
    for built in manifest.images:
        images[built.process] = built.dockerfile
        proof.setdefault(built.dockerfile, repo.proof(manifest.path, built.line))
        proof.setdefault("", repo.proof(manifest.path, built.line))
    app = person_app_json(repo, "app.json")
    if app and app.stack == "container":
        proof.setdefault("", repo.proof("app.json", app.stack_line))
    if "" not in proof and (pushed := _pushed(repo)):
        proof[""] = pushed
    targets = {built.process: built.target for built in manifest.images if built.target}
    return Said(proof=proof, images=images, targets=targets, arguments=manifest.arguments)
