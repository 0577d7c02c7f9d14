"""What stands around a read in Dart: fallbacks, `!`, tests, guards, the name the value gets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.config_vars import conditions
from scaffold.config_vars.dart.text import Source
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.record import mutable, replace

_FAILS = lazy(r"\(?\s*(?:throw\b|rethrow\b|exit\s*\(|fail\w*\s*\(|die\s*\(|abort\s*\()")
_FAILING = lazy(r"\b(?:throw|exit\s*\(|fail\w*\s*\(|abort\s*\()")
_PARSED = lazy(
    r"\b(int|double|num|Uri|DateTime|BigInt|bool|jsonDecode|json)(?:\.(try)?(?:[pP]arse|decode))?\s*\(\s*$"
)
_BOUND = lazy(
    r"(?:\bget\s+(\w+)\s*=>|(\w+)\s*(?:=(?![=>])|:(?!:)))\s*(?:await\s+|\(|const\s+|\w+(?:\.\w+)*\(\s*)*$"
)
_CHAIN = lazy(r"(\?)?\.\s*\w+\s*")
_AS = lazy(r"as\s+\w+(?!\s*[?\w<])")


@mutable
class _Place:
    mode: Mode
    default: str | None = None
    kind: str = ""


class Places:
    """The surroundings of one text's reads; `known` are the values of its constants."""

    def __init__(self, source: Source, known: Mapping[str, list[str]]) -> None:
        self.source = source
        self.code = source.code
        self.known = known

    def read(self, name: str, start: int, end: int, mode: Mode, default: str | None = None) -> Read:
        """Return the read whose expression lies between two offsets, with what surrounds it."""
        place = _Place(mode=mode, default=default)
        self._before(start, place)
        instead = self._after(end, place)
        read = Read(
            name=name,
            path=self.source.path,
            line=self.source.line(start),
            mode=place.mode,
            default=place.default,
            bound=self._bound(start),
            kind=place.kind,
            instead=tuple(other for other in instead if other != name),
        )
        return self._in_branches(read, start, end)

    def _bound(self, start: int) -> str:
        found = _BOUND.search(self.code[max(0, start - 160) : start])
        return (found[1] or found[2]) if found else ""

    def _before(self, start: int, place: _Place) -> None:
        parsed = _PARSED.search(self.code[max(0, start - 60) : start].replace("(", "(", 1))
        if parsed is None:
            return
        place.kind = {"int": "number", "double": "number", "num": "number", "bool": "boolean"}.get(
            parsed[1], ""
        )
        if place.mode is Mode.PLAIN and parsed[2] is None and place.default is None:
            place.mode = Mode.FRAGILE

    def _after(self, at: int, place: _Place) -> list[str]:
        """Follow what comes after a read, outwards; return the variables that serve instead."""
        instead: list[str] = []
        for _ in range(8):
            at = self._closed(at)
            rest = self.code[at : at + 4]
            if rest.startswith("??") and not rest.startswith("??="):
                at = self._fallback(self.source.skip(at + 2), place, instead)
                if at < 0:
                    break
            elif rest.startswith(("==", "!=")):
                self._compared(at, place)
                break
            elif rest.startswith("!"):
                place.mode = Mode.STRICT if place.mode in (Mode.PLAIN, Mode.FRAGILE) else place.mode
                break
            elif rest.startswith("? ") or rest.startswith("?\n"):
                self._chosen(at, place, there=True)
                break
            elif (chain := _CHAIN.match(self.code, at)) is not None:
                if place.mode in (Mode.PLAIN, Mode.FRAGILE) and place.default is None:
                    place.mode = Mode.TEST if chain[1] else Mode.FRAGILE
                if ".split" in chain[0]:
                    place.kind = "list"
                at = chain.end()
                at = self.source.closing(at) + 1 if self.code[at : at + 1] == "(" else at
            elif _AS.match(self.code, at) is not None:
                place.mode = Mode.STRICT if place.mode is Mode.PLAIN else place.mode
                break
            else:
                break
        return instead

    def _closed(self, at: int) -> int:
        """Return where the code goes on after blanks and closing brackets."""
        at = self.source.skip(at)
        while self.code[at : at + 1] == ")":
            at = self.source.skip(at + 1)
        return at

    def _fallback(self, at: int, place: _Place, instead: list[str]) -> int:
        """Note what stands after `??`; return where to go on, -1 where nothing more can follow."""
        given = self.source.literal(at)
        word = re.compile(r"[\w.]+(?!\s*[\w(\[.])").match(self.code, at)
        if given is None and word is not None:
            held = self.known.get(word[0].rpartition(".")[2], [])
            given = (held[0], word.end()) if len(held) == 1 else None
        if given is not None:
            place.default = given[0]
            place.mode = Mode.DEFAULT if given[0] else Mode.PLAIN
            return given[1] if not given[0] else -1
        end = self._statement(at)
        if _FAILS.match(self.code, at):
            place.mode = Mode.STRICT
        elif others := self._reads(at, end):
            instead += others
            place.mode = Mode.PLAIN if place.mode is Mode.FRAGILE else place.mode
            return self.code.find("]", at) + 1
        elif re.compile(r"null\b").match(self.code, at) is None:
            local = re.search(r"localhost|127\.0\.0\.1", self.source.text[at:end])
            place.mode, place.default = Mode.DEFAULT, "localhost" if local else None
        return -1

    def _reads(self, at: int, end: int) -> list[str]:
        found = re.compile(r"(?:environment|env|Env)\s*\[").match(self.code, at) or re.compile(
            r"[\w.]*(?:environment|env)\s*\["
        ).match(self.code, at)
        given = self.source.literal(found.end()) if found is not None and found.end() < end else None
        return [given[0]] if given is not None else []

    def _statement(self, at: int) -> int:
        found = re.compile(r"[;,\n]").search(self.code, at)
        return found.start() if found else len(self.code)

    def _compared(self, at: int, place: _Place) -> None:
        """Note a comparison: with null before a choice, or with a literal."""
        equal, at = self.code.startswith("==", at), self.source.skip(at + 2)
        given = self.source.literal(at)
        if given is not None:
            if place.mode in (Mode.PLAIN, Mode.FRAGILE):
                place.mode = Mode.TEST
            if given[0] in ("true", "false", "1", "0", "yes"):
                place.kind = "boolean"
        elif self.code.startswith("null", at):
            place.mode = Mode.TEST if place.mode in (Mode.PLAIN, Mode.FRAGILE) else place.mode
            after = self._closed(at + 4)
            if self.code[after : after + 1] == "?":
                self._chosen(after, place, there=not equal)

    def _chosen(self, at: int, place: _Place, *, there: bool) -> None:
        """Note the literal that `... ? A : B` gives where the variable is not set."""
        colon = self._colon(at + 1)
        given = self.source.literal(colon + 1 if there else at + 1)
        if place.mode in (Mode.PLAIN, Mode.TEST) and given is not None and given[0]:
            place.mode, place.default = Mode.DEFAULT, given[0]

    def _colon(self, at: int) -> int:
        depth = 0
        for spot in range(at, min(len(self.code), at + 500)):
            letter = self.code[spot]
            depth += (letter in "([{") - (letter in ")]}")
            if depth < 0 or letter == ";":
                return spot
            if letter == ":" and depth == 0:
                return spot
        return at

    def _in_branches(self, read: Read, start: int, end: int) -> Read:
        """Note the conditions that a read stands in or under."""
        asked = rf"(?:containsKey\(\s*['\"]{read.name}['\"]\s*\)|\[\s*['\"]{read.name}['\"]\s*\]\s*!=\s*null)"
        head = self.source.text[max(0, start - 200) : start]
        if re.search(asked + r"[^;{}]*(?:\?|&&)\s*(?:\w+(?:\.\w+)*\()?$", head):
            given = self.source.literal(self._colon(end) + 1) if head.rstrip().endswith("?") else None
            default = given[0] if given is not None else None
            return replace(read, mode=Mode.DEFAULT if default else Mode.TEST, default=default)
        for opened, closed in self._conditions(start):
            test = self.source.text[opened + 1 : closed]
            if closed >= start:
                read = self._tested(read, closed)
            elif re.search(asked, test) and read.mode is not Mode.DEFAULT:
                read = replace(read, mode=Mode.TEST, guarded=True)
            elif conditions.truth(test) is False:
                read = replace(read, guarded=True)
        return read

    def _tested(self, read: Read, closed: int) -> Read:
        """Return a read in the condition of an `if`: its body fails or the code copes."""
        if read.mode not in (Mode.PLAIN, Mode.TEST):
            return read
        at = self.source.skip(closed + 1)
        block = self.code[at : at + 1] == "{"
        end = self.source.closing(at) if block else self.code.find(";", at)
        fails = _FAILING.search(self.code, at, max(end, at)) is not None
        return replace(read, mode=Mode.STRICT if fails else Mode.TEST)

    def _conditions(self, start: int) -> list[tuple[int, int]]:
        """Return the brackets of the `if`s whose condition or block holds an offset."""
        found = []
        for match in re.compile(r"\bif\s*\(").finditer(self.code, max(0, start - 4000), start):
            closed = self.source.closing(match.end() - 1)
            at = self.source.skip(closed + 1)
            last = self.source.closing(at) if self.code[at : at + 1] == "{" else self.code.find(";", at)
            if closed >= start or at <= start <= last:
                found.append((match.end() - 1, closed))
        return found
