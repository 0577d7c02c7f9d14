"""Configuration files of the JVM that name variables: Spring, Quarkus, Micronaut, HOCON, Ktor; @Value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.manifests import yaml_file
from scaffold.patterns import lazy
from scaffold.repo import Repo

_PLACEHOLDER = lazy(r"\$\{(?P<name>[A-Za-z][\w.-]*)(?::(?P<default>(?:[^{}]|\{[^{}]*\})*))?\}")
_HOCON = lazy(
    r"^(?P<key>[^=#\n]*?)[=:]\s*(?:[^#\n]*?)\$\{(?P<loose>\?)?(?P<name>[A-Z][A-Z0-9_]+)\}", re.MULTILINE
)
_KTOR = lazy(
    r":\s*[\"']?\$(?P<loose>\?)?(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<default>[^\"'\n]*))?[\"']?\s*$", re.MULTILINE
)
_PROFILE = lazy(r"(?:application|bootstrap)(?:-(\w+))?\.\w+")
_OWN = lazy(
    r"(?:spring|server|local|random|java|user|os|file|path|line|project|pom|build|env|maven|settings|git|logging|management"
    r"|micronaut|quarkus|info|sun|parsedVersion|revision|changelist|basedir)(?:[.-].*)?"
)
"""What the framework, the build or the virtual machine defines."""


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield the variables that the app's configuration takes: placeholders and properties nobody defines."""
    files = list(scope.files(repo, root, others, (".properties", ".yml", ".yaml", ".conf")))
    defined = _Defined(repo, files)
    for path in files:
        name = path.rpartition("/")[2]
        profile = _PROFILE.fullmatch(name)
        if name.endswith(".conf"):
            yield from _hocon(repo, path)
        elif profile and (not profile[1] or re.match(r"(?i)prod|heroku|default|cloud", profile[1])):
            yield from _placeholders(repo, path, defined)
            if "ktor:" in repo.text(path):
                yield from _ktor(repo, path)
    for path in scope.files(repo, root, others, (".java", ".kt")):
        if "@Value(" in repo.text(path):
            yield from _values(repo, path, defined)


class _Defined:
    """The properties that some configuration file of the app defines, gathered when first asked."""

    def __init__(self, repo: Repo, files: list[str]) -> None:
        self._repo = repo
        self._files = files
        self._keys: set[str] | None = None

    def __contains__(self, name: str) -> bool:
        if self._keys is None:
            self._keys = {_relaxed(key) for path in self._files for key in self._of(path)}
        return _relaxed(name) in self._keys

    def _of(self, path: str) -> Iterator[str]:
        text = self._repo.text(path)
        if path.endswith(".properties"):
            yield from re.findall(r"^[ \t]*([\w.\[\]-]+)[ \t]*[=:]", text, re.MULTILINE)
        elif path.endswith((".yml", ".yaml")) and len(text) < 100_000:
            document = self._repo.try_parsed(path, yaml_file.parse)
            yield from _keys(document.value if document else None, "")
            yield from re.findall(r"^\s*([\w.-]+):", text, re.MULTILINE)


def _keys(value: object, above: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"{above}{key}"
            yield from _keys(item, f"{above}{key}.")


def _relaxed(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _placeholders(repo: Repo, path: str, defined: _Defined) -> Iterator[Read]:
    text = repo.text(path)
    for found in _PLACEHOLDER.finditer(text):
        if _is_comment(text, found.start()):
            continue
        name, default = _variable(found["name"], found["default"], defined), found["default"]
        if not name:
            continue
        default = default.strip("`") if default is not None else None
        mode = Mode.STRICT if default is None else Mode.DEFAULT if default else Mode.TEST
        plain = None if default and "${" in default else default
        yield Read(name=name, path=path, line=_line(text, found.start()), mode=mode, default=plain)


def _variable(name: str, default: str | None, defined: _Defined) -> str:
    """Return the variable behind a placeholder: itself, or a property that only the environment can give."""
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", name):
        return name
    if _OWN.fullmatch(name) or default is not None or name in defined:
        return ""
    spelled = (
        name if "." not in name and "-" not in name else re.sub(r"[.]", "_", name.replace("-", "")).upper()
    )
    return spelled if is_name(spelled) else ""


def _values(repo: Repo, path: str, defined: _Defined) -> Iterator[Read]:
    text = repo.text(path)
    for found in re.finditer(r"@Value\(\s*(?:value\s*=\s*)?\"\\?\$\{(?P<name>[a-z][\w.-]*)\}\"\s*\)", text):
        start = text.rfind("\n", 0, found.start()) + 1
        name = (
            ""
            if re.match(r"\s*(?://|\*|/\*)", text[start : found.start() + 1])
            else _variable(found["name"], None, defined)
        )
        if name:
            yield Read(name=name, path=path, line=_line(text, found.start()), mode=Mode.STRICT)


def _hocon(repo: Repo, path: str) -> Iterator[Read]:
    """Read `key = ${?NAME}`; an earlier `key = value` of the same key is its default."""
    text = repo.text(path)
    if "${" not in text:
        return
    for found in _HOCON.finditer(text):
        if found["key"].lstrip().startswith(("#", "//", ";")):
            continue
        key = found["key"].strip().strip('"')
        above = text[: found.start()]
        given = (
            re.findall(
                rf"^\s*\"?{re.escape(key)}\"?\s*[=:]\s*\"?([^\"\n$#]*?)\"?\s*(?:#.*|//.*)?$",
                above,
                re.MULTILINE,
            )
            if key
            else []
        )
        default = given[-1].strip() if given else None
        own = re.search(rf"^\s*{found['name']}\s*[=:]", text, re.MULTILINE)
        mode = Mode.DEFAULT if default else Mode.TEST if found["loose"] else Mode.STRICT
        if own is None:
            yield Read(
                name=found["name"],
                path=path,
                line=_line(text, found.start("name")),
                mode=mode,
                default=default or None,
            )


def _ktor(repo: Repo, path: str) -> Iterator[Read]:
    text = repo.text(path)
    for found in _KTOR.finditer(text):
        if not _is_comment(text, found.start()):
            default = found["default"]
            mode = Mode.DEFAULT if default else Mode.TEST if found["loose"] else Mode.STRICT
            yield Read(
                name=found["name"],
                path=path,
                line=_line(text, found.start("name")),
                mode=mode,
                default=default,
            )


def _is_comment(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return re.match(r"[^'\"]*(?:^|\s)#|\s*(?://|!)", text[start:at]) is not None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
