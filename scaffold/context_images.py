"""The images of a container app as templates see them: what is built, and what runs in each."""

from __future__ import annotations

from typing import Any

from scaffold.facts import Image
from scaffold.plan.model import Plan


def container(plan: Plan) -> dict[str, Any]:
    """Return the images by process type, the distinct builds, and what each process type runs of them.

    `types` name their build by number, from 1; a `command` of "" is the Dockerfile's own.
    """
    builds: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for image in plan.images:
        build = _build(image)
        if build not in builds:
            builds.append(build)
        numbers[image.process] = builds.index(build) + 1
    commands = {process.name: process.command for process in plan.processes}
    shared = {process.name: process.image for process in plan.processes}
    return {
        "images": [_image(image) for image in plan.images],
        "builds": builds,
        "types": [
            {
                "process": name,
                "build": numbers.get(name) or numbers.get(shared.get(name, ""), 1),
                "command": commands.get(name, ""),
            }
            for name in dict.fromkeys((*numbers, *commands))
        ],
    }


def _image(image: Image) -> dict[str, str]:
    return {
        "process": image.process,
        "dockerfile": image.dockerfile,
        "command": image.command,
        "target": image.target,
    }


def _build(image: Image) -> dict[str, Any]:
    return {
        "dockerfile": image.dockerfile,
        "context": image.context,
        "target": image.target,
        "arguments": [list(argument) for argument in image.arguments],
    }
