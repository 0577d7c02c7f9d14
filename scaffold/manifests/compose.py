"""A compose file -> its services: what they build or pull, their command, ports and variables."""

from __future__ import annotations

import shlex
from typing import Any

from scaffold.errors import ManifestError
from scaffold.manifests import yaml_file
from scaffold.record import record


@record
class Service:
    """A service. `context` is "" where nothing is built; `command` and `entrypoint` are shell commands."""

    name: str
    line: int
    image: str = ""
    context: str = ""
    dockerfile: str = ""
    target: str = ""
    command: str = ""
    command_line: int = 0
    entrypoint: str = ""
    ports: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    depends_on: tuple[str, ...] = ()
    mounts_source: bool = False
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()


@record
class Compose:
    """A compose file and its services, in order."""

    path: str
    services: tuple[Service, ...] = ()


def parse(text: str, path: str) -> Compose:
    """Parse a compose file. Raises ManifestError for what is not YAML."""
    document = yaml_file.parse(text, path)
    if document.value is not None and not isinstance(document.value, dict):
        raise ManifestError(path, 1, "a mapping is expected")
    services = document.at("services")
    if not isinstance(services, dict):
        return Compose(path=path)
    return Compose(
        path=path,
        services=tuple(
            _service(document, name, body) for name, body in services.items() if isinstance(body, dict)
        ),
    )


def _service(document: yaml_file.Yaml, name: str, body: dict[str, Any]) -> Service:
    build = body.get("build")
    built = build if isinstance(build, dict) else {}
    context = build if isinstance(build, str) else _text(built.get("context")) or ("." if built else "")
    return Service(
        name=name,
        line=document.line("services", name),
        image=_text(body.get("image")),
        context=context,
        dockerfile=_text(built.get("dockerfile")),
        target=_text(built.get("target")),
        command=_command(body.get("command")),
        command_line=document.line("services", name, "command"),
        entrypoint=_command(body.get("entrypoint")),
        ports=tuple(_port(item) for item in _items(body.get("ports"))),
        environment=tuple(_environment(body.get("environment"))),
        depends_on=tuple(_names(body.get("depends_on")) + _names(body.get("links"))),
        mounts_source=any(_is_source(item) for item in _items(body.get("volumes"))),
        profiles=tuple(_names(body.get("profiles"))),
        env_files=tuple(_paths(body.get("env_file"))),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [str(name) for name in value]
    return [item.partition(":")[0] for item in _items(value) if isinstance(item, str)]


def _command(value: Any) -> str:
    if isinstance(value, list):
        words = [item for item in value if isinstance(item, str)]
        if (
            len(words) == 3
            and words[0].rpartition("/")[2] in ("sh", "bash")
            and words[1].strip("-") in ("c", "lc")
        ):
            return words[2].strip()
        return " ".join(shlex.quote(word) for word in words)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _port(item: Any) -> str:
    if isinstance(item, dict):
        return _text(item.get("target"))
    return _text(item).rpartition(":")[2].partition("/")[0]


def _environment(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(str(name), _scalar(item)) for name, item in value.items()]
    pairs = [item.partition("=") for item in _items(value) if isinstance(item, str)]
    return [(name.strip(), item.strip()) for name, _, item in pairs]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else _text(value)


def _paths(value: Any) -> list[str]:
    listed = [value] if isinstance(value, str) else _items(value)
    return [path for item in listed if (path := _text(item.get("path") if isinstance(item, dict) else item))]


def _is_source(item: Any) -> bool:
    """Tell whether a volume mounts the repository itself, as development does."""
    source = _text(item.get("source")) if isinstance(item, dict) else _text(item).partition(":")[0]
    return source in (".", "./", "..", "$PWD", "${PWD}")
