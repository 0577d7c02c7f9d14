"""Dart source -> reads: Platform.environment and its copies, what is compiled in, dotenv, envied, helpers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scaffold.config_vars import scope
from scaffold.config_vars.after import verdicts
from scaffold.config_vars.dart.places import Places
from scaffold.config_vars.dart.text import Source, constants, loops, scan
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.record import record, replace
from scaffold.repo import Repo

_MARKS = ("nvironment", "otenv", "otEnv", "nvied")
_MAP = r"(?:\bio\s*\.\s*)?\bPlatform\s*\.\s*environment\b"
_COPY = lazy(
    rf"\b(\w+)\s*(?:=(?!=)|=>)\s*(?:const\s+)?(?:(?:Map(?:<[^>]*>)?\.(?:from|of|unmodifiable)\(|\{{\s*\.\.\.|<[^>]*>\{{\s*\.\.\.)\s*)?"
    rf"(?:{_MAP}(?!\s*[\[.])|(?:\w+\s*\.\s*)?DotEnv\s*\()"
)
_METHODS = {
    "containsKey": Mode.TEST,
    "isDefined": Mode.TEST,
    "isEveryDefined": Mode.TEST,
    "maybeGet": Mode.PLAIN,
    "get": Mode.STRICT,
    "getOrElse": Mode.DEFAULT,
    "getInt": Mode.STRICT,
    "getBool": Mode.STRICT,
}
_COMPILED = lazy(r"\b(String|bool|int)\s*\.\s*(fromEnvironment|hasEnvironment)\s*\(")
_KINDS = {"bool": "boolean", "int": "number", "String": ""}
_FIELD = lazy(r"@EnviedField\s*\(")
_DECLARED = lazy(
    r"\s*(?:@\w+(?:\([^)]*\))?\s*)*(?:static\s+)?(?:const\s+|final\s+|late\s+)*(\w+)(\?)?\s+(\w+)"
)
_FUNCTION = lazy(r"\b(\w+)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:async\s*)?(=>|\{)")
_NO_FUNCTIONS = frozenset("if for while switch catch return assert super".split())


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield every read of the environment in the app's Dart files."""
    texts = {path: repo.text(path) for path in scope.files(repo, root, others, (".dart",))}
    files = {
        path: File(scan(path, text))
        for path, text in texts.items()
        if any(mark in text for mark in _MARKS) and scope.is_readable(text)
    }
    helpers: dict[str, Helper] = {}
    for file in files.values():
        yield from verdicts(file.source.text, file.reads())
        helpers |= {helper.name: helper for helper in file.helpers()}
    for path, text in texts.items():
        if any(f"{name}(" in text for name in helpers) and scope.is_readable(text):
            file = files.get(path) or File(scan(path, text))
            yield from verdicts(text, file.called(helpers))


@record
class Helper:
    """A function that passes its first parameter on as a name: what its own read says, its parameters."""

    name: str
    read: Read
    body: tuple[str, int, int]
    parameters: tuple[str, ...]
    given: tuple[str | None, ...]


class File:
    """One Dart file: its reads, the helper functions it defines, the calls of such."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.known = constants(source)
        self.known |= {name: values for name, values in loops(source, self.known).items() if values}
        self.places = Places(source, self.known)

    def reads(self) -> Iterator[Read]:
        """Yield the file's own reads."""
        for start, end, names, mode, default in self._sites():
            for name in names:
                if is_name(name):
                    yield self._later(self.places.read(name, start, end, mode, default))
        yield from self._compiled()
        yield from self._envied()

    def _maps(self) -> str:
        text = self.source.text
        names = [
            _MAP,
            r"\bdotenv(?:\s*\.\s*env)?",
            *(rf"\b{name}" for name in _COPY.findall(self.source.code)),
        ]
        if "package:dotenv/dotenv.dart" in text:
            names += [r"\benv", r"\bdotenv\s*\.\s*env"]
        return "|".join(dict.fromkeys(names))

    def _sites(self) -> Iterator[tuple[int, int, list[str], Mode, str | None]]:
        """Yield the places that read a map of the environment: offsets, names, mode, default."""
        code = self.source.code
        for found in re.finditer(rf"(?<!['\"$])(?:{self._maps()})\s*(?:\[|\.\s*(\w+)\s*\()", code):
            word = found[1] or "[]"
            mode = Mode.PLAIN if word == "[]" else _METHODS.get(word)
            if mode is None:
                continue
            end = self.source.closing(found.end() - 1)
            parts = list(self.source.parts(found.end(), end))
            after = self.source.skip(end + 1)
            set_here = word == "[]" and re.compile(r"=(?!=)").match(code, after)
            if parts and not set_here:
                mode, default = self._given(word, parts, mode)
                yield found.start(), end + 1, self._names(*parts[0]), mode, default

    def _given(self, word: str, parts: Sequence[tuple[int, int]], mode: Mode) -> tuple[Mode, str | None]:
        """Return what further arguments say: `fallback: 'd'`, `() => 'd'`."""
        for start, end in parts[1:]:
            said = re.compile(r"\s*(?:fallback\s*:|orElse\s*:)?\s*(?:\(\s*\)\s*=>)?\s*").match(
                self.source.code, start
            )
            given = self.source.literal(said.end()) if said is not None and said.end() < end else None
            return (Mode.DEFAULT, given[0]) if given is not None and given[0] else (Mode.TEST, None)
        return (Mode.PLAIN if word == "getOrElse" else mode), None

    def _names(self, start: int, end: int) -> list[str]:
        values = self.source.texts(start, end)
        word = self.source.code[start:end].strip().rpartition(".")[2]
        return values or self.known.get(word, [])

    def _later(self, read: Read) -> Read:
        """Take the default of `name ??= 'd'` further down."""
        if not read.bound or read.mode is not Mode.PLAIN:
            return read
        found = re.search(rf"(?<![\w.]){re.escape(read.bound)}\s*\?\?=", self.source.code)
        given = self.source.literal(found.end()) if found is not None else None
        return replace(read, mode=Mode.DEFAULT, default=given[0]) if given is not None and given[0] else read

    def _compiled(self) -> Iterator[Read]:
        for found in _COMPILED.finditer(self.source.code):
            end = self.source.closing(found.end() - 1)
            parts = list(self.source.parts(found.end(), end))
            default = None
            for start, _ in parts[1:]:
                colon = self.source.code.find(":", start)
                given = self.source.literal(colon + 1)
                default = given[0] if given is not None else None
            asks = found[2] == "hasEnvironment" or found[1] != "String"
            mode = Mode.DEFAULT if default else Mode.TEST if asks or len(parts) > 1 else Mode.PLAIN
            for name in filter(is_name, self._names(*parts[0]) if parts else ()):
                line = self.source.line(found.start())
                kind = "" if found[2] == "hasEnvironment" else _KINDS[found[1]]
                yield Read(
                    name=name,
                    path=self.source.path,
                    line=line,
                    mode=mode,
                    default=default,
                    kind=kind,
                    stage="build",
                )

    def _envied(self) -> Iterator[Read]:
        """Read envied's fields: its generator takes the values when the app is built."""
        constant = re.search(r"useConstantCase\s*:\s*true", self.source.code) is not None
        for found in _FIELD.finditer(self.source.code):
            end = self.source.closing(found.end() - 1)
            said = {
                key[1]: key.end()
                for start, _ in self.source.parts(found.end(), end)
                if (key := re.compile(r"\s*(\w+)\s*:").match(self.source.code, start))
            }
            field = _DECLARED.match(self.source.code, end + 1)
            name = self.source.literal(said["varName"]) if "varName" in said else None
            plain = field[3] if field is not None else ""
            plain = re.sub(r"(?<!^)(?=[A-Z])", "_", plain).upper() if constant else plain
            default = self.source.literal(said["defaultValue"]) if "defaultValue" in said else None
            free = "optional" in said or (field is not None and field[2] is not None)
            mode = Mode.TEST if free else Mode.STRICT
            mode = Mode.DEFAULT if "defaultValue" in said else mode
            if is_name(called := name[0] if name is not None else plain):
                line = self.source.line(found.start())
                given = default[0] if default is not None else None
                yield Read(
                    name=called, path=self.source.path, line=line, mode=mode, default=given, stage="build"
                )

    def helpers(self) -> Iterator[Helper]:
        """Yield the functions whose first parameter is the name of the variable they read."""
        raw = list(self._raw_sites())
        for found in _FUNCTION.finditer(self.source.code) if raw else ():
            if found[1] in _NO_FUNCTIONS:
                continue
            start = found.end() - 1 if found[3] == "{" else found.end()
            end = self.source.closing(start) if found[3] == "{" else self.source.code.find(";", start)
            parameters = [
                (re.findall(r"\w+", self.source.code[slice(*part)].partition("=")[0]) or [""])[-1]
                for part in self._flat(found.start(2), found.end(2))
            ]
            sites = [
                site for site in raw if parameters and start <= site[0] < end and site[2] == parameters[0]
            ]
            if not sites:
                continue
            read = self.places.read("\0", sites[0][0], sites[0][1], sites[0][3])
            read = next(verdicts(self.source.text[start:end], [read]))
            yield Helper(
                name=found[1],
                read=read,
                body=(self.source.code[start:end], found.start(), end),
                parameters=tuple(parameters),
                given=tuple(self._defaults(found.start(2), found.end(2))),
            )

    def _raw_sites(self) -> Iterator[tuple[int, int, str, Mode]]:
        """Yield the reads whose key is a bare word: offsets, the word, mode."""
        code = self.source.code
        for found in re.finditer(rf"(?:{self._maps()})\s*\[\s*(\w+)\s*\]", code):
            yield found.start(), found.end(), found[1], Mode.PLAIN

    def _defaults(self, start: int, end: int) -> Iterator[str | None]:
        for first, last in self._flat(start, end):
            equals = self.source.code.find("=", first, last)
            given = self.source.literal(equals + 1) if equals >= 0 else None
            yield given[0] if given is not None else None

    def _flat(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parameters of a function, those in `{}` and `[]` too."""
        for first, last in self.source.parts(start, end):
            at = self.source.skip(first)
            if self.source.code[at : at + 1] in ("{", "["):
                yield from self.source.parts(at + 1, self.source.closing(at))
            else:
                yield first, last

    def called(self, helpers: dict[str, Helper]) -> Iterator[Read]:
        """Yield the reads that the file makes through helper functions."""
        seek = re.compile(rf"(?:\b\w+\s*\.\s*)?\b({'|'.join(map(re.escape, helpers))})\s*\(")
        for found in seek.finditer(self.source.code):
            helper = helpers[found[1]]
            end = self.source.closing(found.end() - 1)
            parts = list(self.source.parts(found.end(), end))
            if not parts or re.compile(r"\s*(?:async\s*)?(?:=>|\{)").match(self.source.code, end + 1):
                continue
            mode, default = self._of_call(helper, parts)
            for name in filter(is_name, self._names(*parts[0])):
                yield self._later(self.places.read(name, found.start(), end + 1, mode, default))

    def _of_call(self, helper: Helper, parts: Sequence[tuple[int, int]]) -> tuple[Mode, str | None]:
        """Return what happens in a call without the variable: the helper's own way, or the given fallback."""
        mode, default = helper.read.mode, helper.read.default
        if mode is not Mode.DEFAULT or default is not None:
            return mode, default
        for at, name in enumerate(helper.parameters[1:], 1):
            if not re.search(rf"\b{name}\b", helper.body[0]):
                continue
            for start, _ in parts[1:]:
                said = re.compile(rf"\s*{name}\s*:").match(self.source.code, start)
                if said is not None and (given := self.source.literal(said.end())) is not None:
                    return (Mode.DEFAULT if given[0] else Mode.PLAIN), given[0]
            given = self.source.literal(parts[at][0]) if at < len(parts) else None
            default = given[0] if given is not None else helper.given[at] if at < len(helper.given) else None
            return (Mode.DEFAULT if default else Mode.PLAIN), default
        return mode, default
