"""What of a Dockerfile will hurt on Heroku: a port of its own, no shell, no command, sources out of reach."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence
from scaffold.families.docker.apps import ImageFile
from scaffold.families.docker.ports import (
    fixed_port,
    ignored_port,
    missing_sources,
    outside_copies,
    script_port,
    start_of,
    starts_by_itself,
)
from scaffold.repo import Repo


def image_doubts(repo: Repo, root: str, image: ImageFile) -> Iterator[AnyFact]:
    """Yield the doubts about one Dockerfile, each with its line."""
    if image.process in ("", "web"):
        yield from _port(repo, root, image)
    yield from _command(repo, root, image)
    yield from _base(repo, root, image)
    yield from _context(repo, root, image)
    for stage in image.content.chain():
        for volume in stage.all("VOLUME"):
            yield _doubt(
                root,
                "docker/volume",
                "Heroku has no volumes: what is written there is lost at the next restart.",
                "Keep files in an object store, data in an add-on.",
                repo.proof(image.path, volume.line),
            )


def _doubt(root: str, name: str, message: str, remedy: str, *proof: Evidence) -> Doubt:
    return Doubt(stack="docker", root=root, id=name, message=message, remedy=remedy, evidence=proof)


def _port(repo: Repo, root: str, image: ImageFile) -> Iterator[AnyFact]:
    start = start_of(image)
    if start.instruction is not None and start.fault == "literal":
        yield _doubt(
            root,
            "docker/port",
            "The container listens on a port of its own; Heroku routes to $PORT only."
            + (" heroku.yml starts it with $PORT instead." if start.command else ""),
            "" if start.command else "Use the shell form with $PORT.",
            repo.proof(image.path, start.instruction.line),
        )
    elif start.instruction is not None and start.fault == "exec":
        yield _doubt(
            root,
            "docker/exec-form",
            "$PORT in the exec form is never expanded: the program gets the five characters.",
            "Write it in the shell form: " + (start.command or "sh -c '...'") + ".",
            repo.proof(image.path, start.instruction.line),
        )
    elif start.instruction is not None and (found := script_port(repo, image, start.instruction))[0]:
        yield _doubt(
            root,
            "docker/port",
            f"{found[0]} starts the server on a port of its own; Heroku routes to $PORT only.",
            "Write $PORT there.",
            repo.proof(*found),
        )
    elif (exposed := ignored_port(repo, image)) is not None:
        yield _doubt(
            root,
            "docker/port",
            f"The image exposes {exposed.value}, which Heroku ignores, and nothing here reads PORT.",
            "Let the program listen on $PORT.",
            repo.proof(image.path, exposed.line),
        )
    elif (fixed := fixed_port(repo, image)) is not None:
        yield _doubt(
            root,
            "docker/port",
            f"{fixed.value} listens on its own port and nothing here tells it $PORT.",
            "Let its configuration be made from a template with $PORT when the container starts.",
            repo.proof(image.path, fixed.line),
        )


def _command(repo: Repo, root: str, image: ImageFile) -> Iterator[AnyFact]:
    if not starts_by_itself(image):
        yield _doubt(
            root,
            "docker/no-command",
            f"{image.path} has neither CMD nor ENTRYPOINT: the container would end at once.",
            "Add CMD with the program that serves.",
            repo.proof(image.path),
        )


def _base(repo: Repo, root: str, image: ImageFile) -> Iterator[AnyFact]:
    last = image.content.chain()[-1]
    if (
        last.base.lower() == "scratch"
        or "distroless/static" in last.base
        or last.base.endswith("distroless/base")
    ):
        yield _doubt(
            root,
            "docker/no-shell",
            f"{last.base} has no shell: Heroku's one-off dynos and commands of heroku.yml need /bin/sh.",
            "Build the last stage on a small image with a shell (alpine, debian slim).",
            repo.proof(image.path, last.line),
        )
    if "arm" in last.platform.lower() or last.base.lower().startswith(("arm32v", "arm64v")):
        yield _doubt(
            root,
            "docker/platform",
            "The image is built for ARM; Heroku's dynos are amd64.",
            "Use --platform=linux/amd64.",
            repo.proof(image.path, last.line),
        )


def _context(repo: Repo, root: str, image: ImageFile) -> Iterator[AnyFact]:
    for copied in outside_copies(image):
        yield _doubt(
            root,
            "docker/context",
            "Heroku builds in the Dockerfile's own folder: nothing above it can be copied.",
            "Move the Dockerfile up to the folder that holds all it copies.",
            repo.proof(image.path, copied.line),
        )
        return
    if (copied_from_top := missing_sources(repo, image)) is not None:
        yield _doubt(
            root,
            "docker/context",
            f"It copies from the top, but Heroku builds {image.path} in {image.root}.",
            "Move the Dockerfile to the top of the repository.",
            repo.proof(image.path, copied_from_top.line),
        )
