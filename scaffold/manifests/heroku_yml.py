"""heroku.yml -> images to build, commands to run, release command, add-ons and config of the setup."""

from __future__ import annotations

from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.manifests.app_json import changed
from scaffold.record import record, replace


@record
class BuiltImage:
    """An entry of build.docker."""

    process: str
    dockerfile: str
    target: str
    line: int


@record
class Command:
    """A command of `run` or `release` with its line, and the image it names."""

    name: str
    command: str
    image: str
    line: int


@record
class HerokuYml:
    """Heroku's manifest for containers."""

    path: str
    images: tuple[BuiltImage, ...] = ()
    commands: tuple[Command, ...] = ()
    addons: tuple[tuple[str, str, int], ...] = ()
    config: tuple[tuple[str, str, int], ...] = ()
    others: tuple[str, ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def processes(self) -> tuple[str, ...]:
        """Return the process types that it builds or runs, `release` too."""
        return tuple(
            dict.fromkeys((*(image.process for image in self.images), *(item.name for item in self.commands)))
        )


_SECTIONS = ("setup", "build", "release", "run")


def parse(text: str, path: str) -> HerokuYml:
    """Parse a heroku.yml. Raises ManifestError for what is not YAML or no mapping."""
    document = yaml_file.parse(text, path)
    if document.value is None:
        return HerokuYml(path=path)
    if not isinstance(document.value, dict):
        raise ManifestError(path, 1, "a mapping is expected")
    return HerokuYml(
        path=path,
        images=tuple(_images(document)),
        commands=tuple(_commands(document)),
        addons=tuple(_addons(document)),
        config=tuple(
            (name, value, document.line("setup", "config", name))
            for name, value in _mapping(document.at("setup", "config")).items()
            if isinstance(value, str)
        ),
        others=tuple(name for name in document.value if name not in _SECTIONS),
        arguments=tuple(
            (name, value)
            for name, value in _mapping(document.at("build", "config")).items()
            if isinstance(value, str)
        ),
    )


def without(theirs: HerokuYml, written: HerokuYml) -> HerokuYml:
    """Return what an edited heroku.yml says that the text it was edited from did not say."""
    images = [replace(image, line=0) for image in written.images]
    commands = [replace(item, line=0) for item in written.commands]
    return replace(
        theirs,
        images=tuple(image for image in theirs.images if replace(image, line=0) not in images),
        commands=tuple(item for item in theirs.commands if replace(item, line=0) not in commands),
        addons=changed(theirs.addons, written.addons),
        config=changed(theirs.config, written.config),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _images(document: yaml_file.Yaml) -> list[BuiltImage]:
    found = []
    for process, body in _mapping(document.at("build", "docker")).items():
        inner = _mapping(body)
        path = body if isinstance(body, str) else inner.get("dockerfile")
        target = inner.get("target")
        found.append(
            BuiltImage(
                process=process,
                dockerfile=path.removeprefix("./").strip("/") if isinstance(path, str) else "Dockerfile",
                target=target if isinstance(target, str) else "",
                line=document.line("build", "docker", process),
            )
        )
    return found


def _commands(document: yaml_file.Yaml) -> list[Command]:
    found = [
        _command(name, body, document.line("run", name))
        for name, body in _mapping(document.at("run")).items()
    ]
    release = document.at("release")
    if release is not None:
        found.append(_command("release", release, document.line("release")))
    return [item for item in found if item.command]


def _command(name: str, body: Any, line: int) -> Command:
    inner = _mapping(body)
    said = inner.get("command") if inner else body
    if isinstance(said, list):
        said = " ".join(item for item in said if isinstance(item, str))
    image = inner.get("image")
    return Command(
        name=name,
        command=" ".join(said.split()) if isinstance(said, str) else "",
        image=image if isinstance(image, str) else "",
        line=line,
    )


def _addons(document: yaml_file.Yaml) -> list[tuple[str, str, int]]:
    listed = document.at("setup", "addons")
    found = []
    for at, item in enumerate(listed if isinstance(listed, list) else []):
        plan = item if isinstance(item, str) else _mapping(item).get("plan")
        name = _mapping(item).get("as")
        if isinstance(plan, str) and plan.strip():
            found.append(
                (plan.strip(), name if isinstance(name, str) else "", document.line("setup", "addons", at))
            )
    return found
