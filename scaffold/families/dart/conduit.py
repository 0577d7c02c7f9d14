"""Conduit and Aqueduct apps: the channel, the Configuration class as heroku.yaml, the database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import ConfigVar, Evidence
from scaffold.families.dart.apps import DartApp, blanked, sources
from scaffold.families.dart.code import DartClass, Field, classes, line_at
from scaffold.manifests import yaml_file
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, join

_BASES = frozenset(("Configuration", "ConfigurationItem"))
_DATABASES = frozenset(("DatabaseConfiguration", "DatabaseConnectionConfiguration"))
_PLAIN = frozenset(["String", "int", "double", "num", "bool", "Uri", "DateTime", "dynamic"])
_API = (("baseURL", True), ("clientID", False), ("clientSecret", False))
_SECRET = lazy(
    r"secret|password|passwd|token|private|credential|salt|(api|access|auth|jwt|signing)_?key", re.I
)


@record
class Service:
    """A Conduit app: its channel class, the proof that it uses a database, and its Configuration class."""

    channel: Evidence
    database: tuple[Evidence, ...]
    configuration: DartClass | None
    configuration_path: str
    known: dict[str, tuple[str, DartClass]]


_CHANNEL = lazy(r"\bclass\s+\w+\s+extends\s+(?:\w+\.)?(?:ApplicationChannel|RequestSink)\b")
_DATABASE = lazy(
    r"\b(?:ManagedContext|PostgreSQLPersistentStore)\s*(?:\.\w+\s*)?\(|\bextends\s+ManagedObject\b"
)


def service_of(repo: Repo, app: DartApp) -> Service | None:
    """Return the Conduit app of a package, None where no channel class is found."""
    channel: Evidence | None = None
    database: list[Evidence] = []
    known: dict[str, tuple[str, DartClass]] = {}
    for path in sources(repo, app, "lib", "bin", ""):
        text = repo.text(path)
        if not any(
            word in text for word in ("Channel", "RequestSink", "Managed", "PostgreSQL", "Configuration")
        ):
            continue
        code = blanked(repo, path)
        if channel is None and (found := _CHANNEL.search(code)):
            channel = repo.proof(path, line_at(code, found.start()))
        if found := _DATABASE.search(code):
            database.append(repo.proof(path, line_at(code, found.start())))
        if "Configuration" in code:
            known.update({item.name: (path, item) for item in classes(code)})
    if channel is None:
        return None
    path, configuration = _top_configuration(repo, known)
    if configuration and not database:
        database += [repo.proof(path, item.line) for item in configuration.fields if item.type in _DATABASES]
    return Service(
        channel=channel,
        database=tuple(database[:3]),
        configuration=configuration,
        configuration_path=path,
        known=known,
    )


def _top_configuration(repo: Repo, known: dict[str, tuple[str, DartClass]]) -> tuple[str, DartClass | None]:
    """Return the Configuration class that no other one holds, the one read from a file first."""
    found = {name: pair for name, pair in known.items() if _is_configuration(name, known)}
    held = {item.type for _, each in found.values() for item in each.fields}
    free = [pair for name, pair in sorted(found.items()) if name not in held]
    free.sort(
        key=lambda pair: f"{pair[1].name}(" not in repo.text(pair[0]) or "fromFile" not in repo.text(pair[0])
    )
    return free[0] if free else ("", None)


def _is_configuration(name: str, known: dict[str, tuple[str, DartClass]], depth: int = 0) -> bool:
    if name not in known or depth > 5:
        return False
    base = known[name][1].extends
    return base in _BASES or _is_configuration(base, known, depth + 1)


def _fields(item: DartClass, known: dict[str, tuple[str, DartClass]], depth: int = 0) -> tuple[Field, ...]:
    """Return the fields of a class after those it inherits."""
    base = known.get(item.extends)
    return (*(_fields(base[1], known, depth + 1) if base and depth < 5 else ()), *item.fields)


@record
class Rendered:
    """heroku.yaml's text, the variables it names, and the fields that no variable can hold."""

    text: str
    variables: tuple[ConfigVar, ...]
    unset: tuple[Evidence, ...]
    database: bool


def render(repo: Repo, app: DartApp, service: Service) -> Rendered:
    """Write heroku.yaml from the fields of the Configuration class: each value from a config var."""
    writer = _Writer(repo, app, service.known)
    if service.configuration is not None:
        writer.write(service.configuration_path, service.configuration, (), 0)
    return Rendered(
        text="\n".join(writer.lines) + "\n" if writer.lines else "{}\n",
        variables=tuple(writer.variables),
        unset=tuple(writer.unset),
        database=writer.databases > 0,
    )


class _Writer:
    """Collects the lines of heroku.yaml while it walks the nested Configuration classes."""

    def __init__(self, repo: Repo, app: DartApp, known: dict[str, tuple[str, DartClass]]) -> None:
        self.repo, self.app, self.known = repo, app, known
        self.lines: list[str] = []
        self.variables: list[ConfigVar] = []
        self.unset: list[Evidence] = []
        self.databases = 0
        self.samples = tuple(_samples(repo, app))

    def write(self, path: str, item: DartClass, above: tuple[str, ...], depth: int) -> None:
        """Write the fields of one class, indented below its key."""
        for field in _fields(item, self.known):
            self._field(path, field, (*above, field.name), depth)

    def _field(self, path: str, field: Field, keys: tuple[str, ...], depth: int) -> None:
        indent = "  " * depth
        proof = self.repo.proof(path, field.line)
        if field.type in _DATABASES:
            self.databases += 1
            name = "DATABASE_URL" if self.databases == 1 else f"{upper_snake(field.name)}_URL"
            self._variable(indent, field, name, proof, "URL of the PostgreSQL database")
        elif field.type == "APIConfiguration":
            self.lines.append(f"{indent}{field.name}:")
            for key, required in _API:
                part = Field(
                    name=key,
                    type="String",
                    nullable=not required,
                    defaulted=False,
                    optional=False,
                    line=field.line,
                )
                self._variable(indent + "  ", part, upper_snake("_".join((*keys, key))), proof)
        elif field.type in self.known and _is_configuration(field.type, self.known) and depth < 4:
            self.lines.append(f"{indent}{field.name}:")
            self.write(*self.known[field.type], keys, depth + 1)
        elif field.type in _PLAIN:
            self._variable(indent, field, self._named(keys) or upper_snake("_".join(keys)), proof)
        elif field.required:
            self.lines.append(f"{indent}{field.name}: {'{}' if field.type.startswith('Map') else '[]'}")
            self.unset.append(proof)

    def _variable(self, indent: str, field: Field, name: str, proof: Evidence, said: str = "") -> None:
        self.lines.append(f"{indent}{field.name}: ${name}")
        kind = {"int": "number", "double": "number", "num": "number", "bool": "boolean"}.get(
            field.type, "text"
        )
        self.variables.append(
            ConfigVar(
                stack="dart",
                root=self.app.root,
                name=name,
                required=field.required,
                secret=name != "DATABASE_URL" and _SECRET.search(name) is not None,
                description=said or f"{field.name} of the app's configuration",
                provided_by="postgres" if name == "DATABASE_URL" else "",
                kind="url" if name.endswith("_URL") else kind,
                why="the app's Configuration class reads it through heroku.yaml",
                evidence=(proof,),
            )
        )

    def _named(self, keys: tuple[str, ...]) -> str:
        """Return the variable that a configuration file of the repository names for these keys."""
        for sample in self.samples:
            value = sample.at(*keys)
            if isinstance(value, str) and re.fullmatch(r"\$[A-Za-z_]\w*", value):
                return value[1:]
        return ""


def _samples(repo: Repo, app: DartApp) -> Iterator[yaml_file.Yaml]:
    for name in ("config.yaml", "config.src.yaml", "config.example.yaml"):
        path = join(app.root, name)
        if path in repo and (document := repo.try_parsed(path, yaml_file.parse)):
            yield document


def upper_snake(name: str) -> str:
    """Return a Dart name as a variable's: clientID -> CLIENT_ID."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return spaced.upper().strip("_")
