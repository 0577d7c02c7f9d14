"""Dart source -> reads: Platform.environment, fromEnvironment and dotenv maps, on text without comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import conditions, scope
from scaffold.config_vars.after import placed, verdicts
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_ALIAS = lazy(r"\b(\w+)\s*=\s*(?:Platform\.environment\b(?!\s*\[)|DotEnv\(|dotenv\.DotEnv\()")
_CONSTANT = lazy(r"\bconst\s+(?:String\s+)?(\w+)\s*=\s*(['\"])(\w+)\2\s*;")
_COMPILED = lazy(
    r"\b(String|bool|int)\.fromEnvironment\(\s*(['\"])(\w+)\2(?:\s*,\s*defaultValue:\s*(?:(['\"])(.*?)\4|([^,)\s]+)))?"
)
_TOKENS = lazy(
    r"//[^\n]*|/\*.*?\*/|r?'''.*?'''|r?\"\"\".*?\"\"\"|r'[^'\n]*'|r\"[^\"\n]*\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"",
    re.DOTALL,
)
_KINDS = {"bool": "boolean", "int": "number", "String": ""}


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield every read of the environment in the app's Dart files."""
    for path in scope.files(repo, root, others, (".dart",)):
        text = repo.text(path)
        if ("nvironment" in text or "otenv" in text or "DotEnv" in text) and scope.is_readable(text):
            yield from verdicts(text, _reads(path, text))


def _reads(path: str, text: str) -> Iterator[Read]:
    code, strings = _masked(text)
    maps = ["Platform\\.environment", "dotenv\\.env", "env\\.env", *map(re.escape, _ALIAS.findall(code))]
    constants = {found[1]: found[3] for found in _CONSTANT.finditer(text)}
    for found in re.finditer(rf"(?<![\w.])(?:io\.)?(?:{'|'.join(maps)})\s*\[", code):
        end = code.find("]", found.end())
        key = found.end() + len(text[found.end() :]) - len(text[found.end() :].lstrip())
        name = strings.get(key) or constants.get(code[found.end() : end].strip(), "")
        if end < 0 or not is_name(name):
            continue
        read = Read(name=name, path=path, line=text.count("\n", 0, found.start()) + 1)
        read = placed(read, text, found.start(), end + 1)
        if re.match(r"\s*=[^=]", text[end + 1 : end + 5]):
            continue
        yield _guarded(read, code, text, found.start())
    for given in _COMPILED.finditer(text):
        if code[given.start() : given.start() + 4].strip():
            default = given[5] if given[4] else given[6]
            mode = Mode.DEFAULT if default else Mode.TEST if given[1] != "String" else Mode.PLAIN
            line = text.count("\n", 0, given.start()) + 1
            yield Read(
                name=given[3],
                path=path,
                line=line,
                mode=mode,
                default=default,
                kind=_KINDS[given[1]],
                stage="build",
            )


def _masked(text: str) -> tuple[str, dict[int, str]]:
    """Blank comments and strings; return the code and the plain strings by where they start."""
    strings: dict[int, str] = {}

    def blank(found: re.Match[str]) -> str:
        if found[0][0] in "'\"" and not found[0].startswith(("'''", '"""')):
            strings[found.start()] = found[0][1:-1]
        return re.sub(r"[^\n]", " ", found[0])

    code = _TOKENS.sub(blank, text)
    return code, strings


def _guarded(read: Read, code: str, text: str, at: int) -> Read:
    """Note tests and the `if` blocks around a place, by counting braces backwards."""
    head = re.search(r"\bif\s*\([^;{}]*$", code[max(0, at - 200) : at])
    if head is not None and read.mode is Mode.PLAIN:
        return replace(read, mode=Mode.TEST)
    if re.match(r"[^;\n]*?\?[^.?\]]", text[at : at + 300].partition("\n")[0]) and read.mode is Mode.PLAIN:
        read = replace(read, mode=Mode.TEST)
    depth, spot = 0, at
    while (spot := max(code.rfind("{", 0, spot), code.rfind("}", 0, spot))) > 0:
        depth += 1 if code[spot] == "}" else -1
        if depth < 0:
            depth = 0
            line = text[text.rfind("\n", 0, spot) + 1 : spot]
            test = re.search(r"\bif\s*\((.*)\)\s*$", line)
            if test is not None and conditions.truth(test[1]) is False:
                return replace(read, guarded=True)
    return read
