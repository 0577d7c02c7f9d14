"""Apps deployed as Docker images: a Dockerfile and its siblings, with compose services for their roles."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import Addon, AnyFact, Evidence, Image, Process, Strength, Uses
from scaffold.families.docker.apps import (
    Built,
    ImageFile,
    buildpack_could_build,
    built_services,
    compose_files,
    image_at,
    image_files,
    is_bot,
    is_production,
    role_of,
)
from scaffold.families.docker.doubts import image_doubts
from scaffold.families.docker.ports import fixed_port, missing_sources, start_of, starts_by_itself
from scaffold.families.docker.said import Said, said_by_people
from scaffold.manifests.compose import Service
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, join
from scaffold.stacks import Stack

_DEVELOPMENT = lazy(
    r"runserver|flask run|nodemon|ts-node|webpack serve|vite|next dev|run dev|yarn dev|pnpm dev|:dev|"
    r"--reload|watch|tail -f|sleep |/dev/null|artisan serve|npm install|yarn install|pytest|bundle install"
)
"""What a compose file runs on a developer's machine, not in production."""

_DECLARED_WEIGHT = 5
"""What a person declared outweighs; a bare Dockerfile gives way to any app that a buildpack builds."""


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of the images a repository can be deployed as, one app per root."""
    said = repo.derived(said_by_people)
    files = {image.path: image for image in image_files(repo)}
    for path in said.images.values():
        if path not in files and path in repo and (image := image_at(repo, path)):
            files[path] = image
    roots: dict[str, list[ImageFile]] = {}
    for image in files.values():
        roots.setdefault(_root(repo, image), []).append(image)
    for root, images in sorted(roots.items()):
        yield from _app(repo, root, images, said)


def _root(repo: Repo, image: ImageFile) -> str:
    """Return the folder of the app in an image: what compose builds it in, or the folder it copies from."""
    for built in built_services(repo):
        if built.dockerfile == image.path:
            return join(folder_of(built.compose), built.service.context)
    parts = image.root.lower().split("/")
    for name in ("docker", ".docker", "deploy", "deployment", "build"):
        if name in parts:
            return "/".join(image.root.split("/")[: parts.index(name)]) or "."
    return "." if missing_sources(repo, image) else image.root


def _app(repo: Repo, root: str, images: list[ImageFile], said: Said) -> Iterator[AnyFact]:
    services = [built for built in built_services(repo) if any(built.dockerfile == i.path for i in images)]
    named = {name: image for name, path in said.images.items() for image in images if image.path == path}
    by_process = named or _by_process(images, services)
    if list(by_process) == ["web"] and not named and is_bot(repo, by_process["web"], services):
        by_process = {"worker": by_process["web"]}
    web = by_process.get("web") or next(iter(by_process.values()))
    first = said.proof.get(web.path) or said.proof.get("")
    proof = repo.proof(web.path, web.content.chain()[0].line)
    declared = first is not None and (root == "." or web.path in said.proof)
    other_way = buildpack_could_build(repo, root)
    yield Uses(
        stack="docker",
        root=root,
        strength=Strength.DECLARED if declared else _strength(repo, root, web),
        weight=_DECLARED_WEIGHT if declared else int(not other_way),
        serves=declared or not other_way,
        container=True,
        why="a person declared it to be deployed as an image" if declared else f"{web.path} builds an image",
        evidence=((first, proof) if first else (proof, *_starts(repo, web))),
    )
    strength = Strength.DECLARED if declared else Strength.GENERIC
    for process, image in sorted(by_process.items()):
        yield Image(
            stack="docker",
            root=root,
            process=process,
            dockerfile=image.path,
            target=said.targets.get(process) or _target(image, services),
            context=_context(repo, root, image, declared=process in named),
            arguments=said.arguments,
            strength=strength,
            why=f"{image.path} builds the image of {process}",
            evidence=(repo.proof(image.path, image.content.chain()[0].line),),
        )
    yield from _processes(repo, root, by_process, services)
    yield from _addons(repo, root, services)
    for image in dict.fromkeys(by_process.values()):
        yield from image_doubts(repo, root, image)


def _context(repo: Repo, root: str, image: ImageFile, *, declared: bool) -> str:
    """Return the folder an image is built in: Heroku's is the Dockerfile's own, compose names another."""
    if not declared:
        for built in built_services(repo):
            if built.dockerfile == image.path:
                return join(folder_of(built.compose), built.service.context)
    return root if missing_sources(repo, image) else image.root


def _strength(repo: Repo, root: str, image: ImageFile) -> Strength:
    """Count only as a hint what would not start on Heroku: sources out of reach, no command, a fixed port."""
    if image.root != root or not starts_by_itself(image) or fixed_port(repo, image):
        return Strength.HINT
    return Strength.GENERIC


def _starts(repo: Repo, image: ImageFile) -> tuple[Evidence, ...]:
    start = image.command
    return (repo.proof(image.path, start.line),) if start else ()


def _by_process(images: list[ImageFile], services: list[Built]) -> dict[str, ImageFile]:
    """Give each process type its Dockerfile: by file names, then by compose; the plain one is web."""
    paths = {image.path: image for image in images}
    found: dict[str, ImageFile] = {}
    for image in images:
        if image.process in ("web", "worker", "clock"):
            found.setdefault(image.process, image)
        elif not image.process:
            found.setdefault("web", image)
    for built in services:
        image = paths[built.dockerfile]
        if built.process not in found and image not in found.values():
            found[built.process] = image
    if images and "web" not in found:
        found["web"] = next((image for image in images if image not in found.values()), images[0])
    return found


def _target(image: ImageFile, services: list[Built]) -> str:
    """Return the production stage to build, where the last one is not it."""
    names = [stage.name for stage in image.content.stages if stage.name]
    if image.content.stages and image.content.stages[-1].name.lower() in (
        "dev",
        "development",
        "test",
        "debug",
    ):
        return next(
            (name for name in names if name.lower() in ("production", "prod", "release", "runtime")), ""
        )
    asked = {b.service.target for b in services if b.dockerfile == image.path and is_production(b.compose)}
    return asked.pop() if len(asked) == 1 else ""


def _processes(
    repo: Repo, root: str, by_process: dict[str, ImageFile], services: list[Built]
) -> Iterator[AnyFact]:
    """Yield commands where the image's own would be wrong, or where compose starts more of the same image."""
    for process, image in sorted(by_process.items()):
        start = start_of(image)
        if process == "web" and start.command and start.instruction is not None:
            yield Process(
                stack="docker",
                root=root,
                name="web",
                command=start.command,
                strength=Strength.GENERIC,
                why=f"{image.path} starts it, with the port Heroku gives",
                evidence=(repo.proof(image.path, start.instruction.line),),
            )
    seen = set(by_process)
    for built in services:
        text = built.service.command
        if not text or _DEVELOPMENT.search(text):
            continue
        if built.process in seen and (built.process != "web" or starts_by_itself(by_process["web"])):
            continue
        seen.add(built.process)
        yield Process(
            stack="docker",
            root=root,
            name=built.process,
            command=text.replace("$$", "$"),
            strength=Strength.GENERIC,
            tool=built.service.name,
            why=f"the service {built.service.name} of {built.compose} runs it",
            evidence=(repo.proof(built.compose, built.service.command_line),),
        )


def _addons(repo: Repo, root: str, services: list[Built]) -> Iterator[AnyFact]:
    """Yield the backing services of the compose files; those the app's service is pointed at are needed."""
    found: dict[str, Addon] = {}
    for file in compose_files(repo):
        mine = [built.service for built in services if built.compose == file.path]
        if not mine and folder_of(file.path) != root:
            continue
        for service in file.services:
            role = role_of(service.image)
            named = any(_refers(one, service.name) for one in mine)
            if role and (role not in found or (named and found[role].strength is Strength.HINT)):
                found[role] = Addon(
                    stack="docker",
                    root=root,
                    service=role,
                    strength=Strength.FRAMEWORK if named else Strength.HINT,
                    why=f"{file.path} runs {service.image} beside the app",
                    evidence=(repo.proof(file.path, service.line),),
                )
    yield from found.values()


def _refers(service: Service, name: str) -> bool:
    """Tell whether a service depends on another one or is given its address."""
    return name in service.depends_on or any(name in value for _, value in service.environment)


MARKS = ("*[Dd]ocker*", "*compose*.y*ml", "heroku.y*ml")
STACK = Stack(name="docker", title="Docker image", language="docker", detect=detect)
