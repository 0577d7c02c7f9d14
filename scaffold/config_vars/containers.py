"""What a container gets: ENV of the image that is run, and compose's `environment` where no code tells."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping

from scaffold.config_vars import classify
from scaffold.config_vars.env_files import Told
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.config_vars.scripts import images
from scaffold.manifests.dockerfile import Dockerfile, Instruction
from scaffold.patterns import lazy
from scaffold.repo import Repo

_REFERENCE = lazy(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_SOURCE = (".sh", "Dockerfile", "Procfile", "heroku.yml", "package.json")


def read(repo: Repo, root: str, told: Mapping[str, Told], reads: Collection[Read]) -> Iterator[Read]:
    """Yield what an image sets; where its program is not in the repository, all that it is told to get."""
    known = {read.name for read in reads}
    opaque = not any(not read.path.endswith(_SOURCE) and "." in read.path for read in reads)
    for image in images(repo, root):
        for name, value, line in _environment(image.content):
            if classify.is_foreign(name) or classify.is_secret(name) or (name not in known and not opaque):
                continue
            place = repo.line_of(image.path, rf"\b{name}\b", after=line - 1) or line
            serves = not classify.is_unusable(value)
            yield Read(name=name, path=image.path, line=place, mode=Mode.DEFAULT, default=value, sets=serves)
        for name, line in _arguments(image.content):
            if name not in known and is_name(name):
                yield Read(
                    name=name, path=image.path, line=line, mode=Mode.TEST, stage="build", told=_BUILD_ARGUMENT
                )
    if opaque:
        for name, item in told.items():
            if item.path and is_name(name) and name not in known and (item.value is not None or item.asked):
                mode = Mode.TEST if item.value and not classify.is_unusable(item.value) else Mode.PLAIN
                yield Read(name=name, path=item.path, line=item.line, mode=mode)


_BUILD_ARGUMENT = "Build argument: build.config of heroku.yml gives it, config vars do not reach the build."


def _arguments(content: Dockerfile) -> Iterator[tuple[str, int]]:
    """Yield name and line of each ARG without a value that the build of the final image takes."""
    given: set[str] = set()
    for stage in reversed(content.chain()):
        for item in stage.instructions:
            if item.name in ("ENV", "ARG"):
                given.update(name for name, _ in _pairs(item))
            if item.name == "ARG" and "=" not in item.value and item.value.split()[:1] != []:
                yield from ((name, item.line) for name in item.value.split() if name not in given)


def _environment(content: Dockerfile) -> Iterator[tuple[str, str, int]]:
    """Yield name, value and line of each ENV of the final image, without those that are not known yet."""
    given: dict[str, str] = {}
    found: dict[str, tuple[str, int]] = {}
    for stage in reversed(content.chain()):
        for item in stage.instructions:
            if item.name not in ("ENV", "ARG"):
                continue
            for name, value in _pairs(item):
                said = _resolved(value, given)
                if said is not None:
                    given[name] = said
                if item.name == "ENV" and is_name(name):
                    found[name] = (said or "", item.line)
    yield from ((name, value, line) for name, (value, line) in found.items() if value)


def _pairs(item: Instruction) -> list[tuple[str, str]]:
    """Return the assignments of an ENV or ARG: `A=1 B="x y"`, or the old `A the rest`."""
    try:
        words = shlex.split(item.value)
    except ValueError:
        words = item.value.split()
    if words and "=" not in words[0]:
        rest = item.value.partition(" ")[2].strip()
        return [(words[0], rest)] if item.name == "ENV" and rest else []
    pairs = (word.partition("=") for word in words if "=" in word)
    return [(name, value) for name, _, value in pairs]


def _resolved(value: str, given: Mapping[str, str]) -> str | None:
    """Return a value with its references replaced, None where one is not known in the image."""
    missing = False

    def known(name: str, other: str | None) -> str:
        nonlocal missing
        if name in given:
            return given[name]
        missing = missing or other is None
        return other or ""

    text = _REFERENCE.sub(lambda found: known(found[1] or found[3], found[2]), value)
    return None if missing else text
