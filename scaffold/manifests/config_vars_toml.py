"""config-vars.toml -> the record of each config var, and what differs in an environment.

format = 1
[vars.NAME]               the whole record of a variable
[env.ENVIRONMENT.NAME]    what differs in staging, production, review ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from scaffold.errors import ManifestError
from scaffold.manifests import toml_file
from scaffold.patterns import lazy
from scaffold.record import made, record, replace

NAME = "config-vars.toml"
FORMAT = 1

TEXTS = ("description", "value", "default", "generator", "stage", "kind", "provided_by")
FLAGS = ("required", "secret")
FIELDS = (
    "description",
    "required",
    "secret",
    "value",
    "default",
    "generator",
    "stage",
    "kind",
    "provided_by",
)
"""The fields of a record, in the order in which they are written; `read_at` comes last."""
WORDS = {
    "generator": ("", "secret"),
    "stage": ("build", "run"),
    "kind": ("text", "boolean", "number", "url", "list"),
}

_VARIABLE = lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_ENVIRONMENT = lazy(r"[a-z][a-z0-9_-]*")
_WHY = "scaffold takes the config vars of the app from this file."


@record
class Entry:
    """What a manifest says of a variable; None where it says nothing. `unknown` holds all other keys."""

    name: str
    line: int = 0
    description: str | None = None
    required: bool | None = None
    secret: bool | None = None
    value: str | None = None
    default: str | None = None
    generator: str | None = None
    stage: str | None = None
    kind: str | None = None
    provided_by: str | None = None
    read_at: tuple[str, ...] | None = None
    unknown: Mapping[str, Any] = made(factory=dict)


@record
class Manifest:
    """A parsed config-vars.toml: the record of each variable, and what environments say of it."""

    path: str
    format: int
    vars: Mapping[str, Entry]
    env: Mapping[str, Mapping[str, Entry]]
    env_lines: Mapping[str, int] = made(factory=dict)
    unknown: Mapping[str, int] = made(factory=dict)
    """Other keys at the top, with their lines."""

    def names(self, environment: str = "") -> tuple[str, ...]:
        """Return the variables of the app in an environment, sorted."""
        return tuple(sorted({*self.vars, *self.env.get(environment, {})}))

    def entry(self, name: str, environment: str = "") -> Entry:
        """Return the record of a variable with what an environment says of it laid over."""
        base = self.vars.get(name, Entry(name=name))
        over = self.env.get(environment, {}).get(name)
        return base if over is None else _overlaid(base, over)


def _overlaid(base: Entry, over: Entry) -> Entry:
    """Lay one record over another; a value ends a generator, and a generator a value."""
    said = {field: getattr(over, field) for field in (*FIELDS, "read_at")}
    said = {field: value for field, value in said.items() if value is not None}
    if "value" in said:
        said.setdefault("generator", None)
    elif said.get("generator"):
        said["value"] = None
    return replace(base, line=over.line, unknown={**base.unknown, **over.unknown}, **said)


def parse(text: str, path: str) -> Manifest:
    """Parse a manifest of config vars. Raises ManifestError; its message never shows a value."""
    document = toml_file.parse(text, path)
    return _Reader(path, toml_file.key_lines(document)).manifest(document.value)


@record(kw_only=False)
class _Reader:
    """One pass over a parsed document: types, names and words are checked where they stand."""

    path: str
    lines: Mapping[tuple[str, ...], int]

    def manifest(self, value: Mapping[str, Any]) -> Manifest:
        self._check_format(value)
        declared = {entry.name: entry for entry in self._entries(value, ("vars",))}
        env: dict[str, dict[str, Entry]] = {}
        for environment in self._table(value, "env", ("env",)):
            if not _ENVIRONMENT.fullmatch(environment):
                self._refuse(
                    ("env", environment),
                    f"{environment!r} is no name of an environment",
                    remedy="Write a word in lower case, such as [env.staging.NAME].",
                )
            entries = self._entries(value["env"], ("env", environment))
            env[environment] = {entry.name: self._checked(entry, declared, environment) for entry in entries}
        return Manifest(
            path=self.path,
            format=value["format"],
            vars=declared,
            env=env,
            env_lines={name: self._line(("env", name)) for name in env},
            unknown={key: self._line((key,)) for key in value if key not in ("format", "vars", "env")},
        )

    def _check_format(self, value: Mapping[str, Any]) -> None:
        said = value.get("format")
        if said is None:
            self._refuse((), "it does not say its format", remedy=f"Put `format = {FORMAT}` at its top.")
        if not isinstance(said, int) or isinstance(said, bool) or said < 1:
            self._refuse(("format",), "`format` must be a whole number", remedy=f"Write `format = {FORMAT}`.")
        if said > FORMAT:
            self._refuse(
                ("format",),
                f"format {said} is newer than this scaffold knows ({FORMAT})",
                remedy="Install a later version of heroku-scaffold.",
            )

    def _entries(self, value: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Entry]:
        for name in self._table(value, keys[-1], keys):
            where = (*keys, name)
            if not _VARIABLE.fullmatch(name):
                self._refuse(
                    where,
                    f"{name!r} is no name of a config var",
                    remedy="Use letters, digits and underscores, and no digit first.",
                )
            yield self._entry(name, self._table(value[keys[-1]], name, where), where)

    def _entry(self, name: str, said: Mapping[str, Any], where: tuple[str, ...]) -> Entry:
        known = {field: self._field(field, said[field], where) for field in FIELDS if field in said}
        if "read_at" in said:
            known["read_at"] = self._places(said["read_at"], where)
        unknown = {key: value for key, value in said.items() if key not in known}
        entry = Entry(name=name, line=self._line(where), unknown=unknown, **known)
        self._check_secret(entry, where)
        if entry.value is not None and entry.generator:
            self._refuse(
                (*where, "generator"), f"{name} has both a value and a generator", remedy="Keep one of them."
            )
        return entry

    def _checked(self, entry: Entry, declared: Mapping[str, Entry], environment: str) -> Entry:
        """Refuse a value for a variable that the manifest calls secret elsewhere."""
        base = declared.get(entry.name)
        if base is not None and base.secret and entry.secret is None:
            self._check_secret(replace(entry, secret=True), ("env", environment, entry.name))
        return entry

    def _check_secret(self, entry: Entry, where: tuple[str, ...]) -> None:
        for field in ("value", "default"):
            if entry.secret and getattr(entry, field):
                self._refuse(
                    (*where, field),
                    f"{entry.name} is secret and has a {field} here",
                    why="This file is committed: whoever reads the repository reads the secret.",
                    remedy=f"Take the line out, set {entry.name} on Heroku, and give it a new value there"
                    " if this one was ever committed.",
                )

    def _field(self, field: str, value: object, where: tuple[str, ...]) -> Any:
        keys = (*where, field)
        wanted = bool if field in FLAGS else str
        if not isinstance(value, wanted):
            form = "true or false" if wanted is bool else f'a text in quotes: {field} = "..."'
            self._refuse(keys, f"`{field}` of {where[-1]} must be {form}")
        words = WORDS.get(field)
        if words and value not in words:
            allowed = ", ".join(f'"{word}"' for word in words if word)
            self._refuse(keys, f"`{field}` of {where[-1]} must be one of {allowed}")
        return value

    def _places(self, value: object, where: tuple[str, ...]) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._refuse((*where, "read_at"), f'`read_at` of {where[-1]} must be a list such as ["app.py:3"]')
        return tuple(value)

    def _table(self, value: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
        found = value.get(key, {})
        if not isinstance(found, dict):
            self._refuse(keys, f"`{'.'.join(keys)}` must be a table: [{'.'.join(keys)}]")
        return found

    def _line(self, keys: tuple[str, ...]) -> int:
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 0)

    def _refuse(self, keys: tuple[str, ...], message: str, *, why: str = _WHY, remedy: str = "") -> NoReturn:
        raise ManifestError(self.path, self._line(keys), message, why=why, remedy=remedy)
