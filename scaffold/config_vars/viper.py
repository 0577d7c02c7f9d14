"""Go's viper: keys that AutomaticEnv or BindEnv ties to variables, with the defaults of SetDefault."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars.after import placed, verdicts
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.patterns import lazy
from scaffold.repo import Repo

_NEW = lazy(r"(?<![\w.])(\w+(?:\.\w+)*)\s*(?::=|=)\s*viper\.New(?:WithOptions)?\(")
_PREFIX = lazy(r"\.SetEnvPrefix\(\s*\"(\w+)\"")
_REPLACER = lazy(r"SetEnvKeyReplacer\(\s*strings\.NewReplacer\(([^)]*)\)")
_CALL = lazy(
    r"(?<![\w.])(?P<on>\w+(?:\.\w+)*)\.(?P<call>Get\w*|IsSet|SetDefault|BindEnv|MustBindEnv)\(\s*\"(?P<key>[\w.-]+)\"\s*"
    r"(?:,\s*(?P<rest>[^\n]*?))?\)"
)
_LITERAL = lazy(r"\"(?P<text>[^\"]*)\"|(?P<plain>-?\d[\d.]*|true|false)$")
_FILES = ("config.yaml", "config.yml", "config.json", "config.toml", "app.env")


def read(repo: Repo, texts: list[tuple[str, str]]) -> Iterator[Read]:
    """Yield the variables behind the viper keys that the program asks for."""
    using = [(path, text) for path, text in texts if "viper" in text]
    if not using:
        return
    whole = "\n".join(text for _, text in using)
    holders = {"viper", *(name.rpartition(".")[2] for name in _NEW.findall(whole))}
    automatic = "AutomaticEnv()" in whole
    given = _Keys(whole)
    calls = [
        (path, text, call)
        for path, text in texts
        if ".Get" in text or "viper" in text
        for call in _CALL.finditer(text)
        if call["on"].rpartition(".")[2] in holders and not _is_comment(text, call.start())
    ]
    bound = {call["key"].lower(): call["rest"] or "" for _, _, call in calls if "BindEnv" in call["call"]}
    defaults = {
        call["key"].lower(): call["rest"] or "" for _, _, call in calls if call["call"] == "SetDefault"
    }
    filed = _filed(repo) if "ReadInConfig" in whole else ""
    found: dict[str, list[Read]] = {}
    for path, text, call in calls:
        key = call["key"].lower()
        if not automatic and key not in bound:
            continue
        mode, default = _default(defaults.get(key), asked=call["call"] == "IsSet")
        if mode is Mode.PLAIN and re.search(rf"(?im)^\W*{re.escape(key.rpartition('.')[2])}\b", filed):
            mode = Mode.DEFAULT
        for name in given.names(key, bound.get(key, "")):
            line = text.count("\n", 0, call.start()) + 1
            read = Read(name=name, path=path, line=line, mode=mode, default=default)
            found.setdefault(path, []).append(placed(read, text, call.start(), call.end()))
    for path, text in texts:
        yield from verdicts(text, found.get(path, ()))


class _Keys:
    """How keys become names: prefix and replacer."""

    def __init__(self, whole: str) -> None:
        prefix = _PREFIX.search(whole)
        self._prefix = prefix[1].upper() + "_" if prefix else ""
        pairs = re.findall(r"[\"`']([^\"`']*)[\"`']", found[1]) if (found := _REPLACER.search(whole)) else []
        self._pairs = list(zip(pairs[::2], pairs[1::2], strict=False))

    def names(self, key: str, bound: str) -> tuple[str, ...]:
        """Return the names that a key is read from, those that BindEnv gives it first."""
        written = [name for name in re.findall(r"\"(\w+)\"", bound) if is_name(name)]
        if written:
            return tuple(written)
        for old, new in self._pairs:
            key = key.replace(old, new)
        name = self._prefix + key.upper()
        return (name,) if is_name(name) else ()


def _default(rest: str | None, *, asked: bool) -> tuple[Mode, str | None]:
    if rest is None:
        return Mode.TEST if asked else Mode.PLAIN, None
    found = _LITERAL.match(rest.strip())
    if found is None:
        return Mode.DEFAULT, None
    text = found["text"] if found["text"] is not None else found["plain"]
    return (Mode.DEFAULT, text) if text else (Mode.TEST, None)


def _filed(repo: Repo) -> str:
    """Return the texts of configuration files that are part of the repository."""
    return "\n".join(repo.text(path) for path in repo.named(*_FILES))


def _is_comment(text: str, at: int) -> bool:
    return "//" in text[text.rfind("\n", 0, at) + 1 : at]
