"""What surrounds a read in Ruby: fallbacks, guards, tests, the name the value gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scaffold.config_vars import classify, conditions, nodes
from scaffold.config_vars.reads import Mode, Read
from scaffold.config_vars.ruby.after import Later
from scaffold.config_vars.ruby.names import Names, literal, targets_of
from scaffold.config_vars.ruby.settings import is_for_encryption, is_for_mail
from scaffold.patterns import lazy
from scaffold.record import made, mutable

FAILS = lazy(r"^\s*(?:raise|abort|exit|fail|exit!)\b", re.MULTILINE)
_READS = lazy(r"\bENV(?:\.fetch\(|\[)\s*['\"](\w+)['\"]")
_COPES = frozenset(
    "to_i to_s to_f to_a to_h to_sym present? blank? nil? inspect is_a? hash ! == != =~ try then tap "
    "eql? frozen? class dup presence".split()
)
_ASKING = ("present?", "blank?", "nil?", "empty?", "casecmp?", "in?", "presence")
_NEEDS_TEXT = lazy(
    r"(?:Integer|Float|Rational|Complex|URI|URI\.parse|JSON\.parse|Base64\.\w+|(?:::)?Digest::\w+\.\w+|File\.(?:read|open)|Time\.parse"
    r"|Date\.parse|Addressable::URI\.parse|OpenSSL::PKey::\w+\.new|Regexp\.new|Oj\.load|Zlib\.\w+)"
)
"""Calls that raise where nothing is given."""

_DECODES = lazy(r"(?:Base64|OpenSSL::(?:PKey|Cipher|X509)|RbNaCl|Fernet|Ed25519|JWT::JWK)\b[\w:.]*")
"""Calls that take a value of a particular form: random text is none."""

_BRANCHES = ("if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional")
_LISTS = ("select", "filter", "reject", "any?", "all?", "none?", "find", "detect", "find_all", "partition")
_LAST = ("body_statement", "method", "singleton_method")


@mutable
class _Place:
    mode: Mode
    default: str | None
    name: str
    guarded: bool = False
    bound: str = ""
    kind: str = ""
    used: bool = False
    sets: bool = False
    formed: bool = False
    instead: list[str] = made(factory=list)


class Places:
    """The surroundings of one script's reads."""

    def __init__(self, tree: nodes.Found, names: Names) -> None:
        self.tree = tree
        self.names = names

    def read(self, path: str, node: Any, name: str, mode: Mode, default: str | None) -> Read | None:
        """Return the read at a node with what surrounds it; None where the variable is only set."""
        place = _Place(mode=mode, default=default, name=name)
        for child, parent in nodes.parents(node):
            kind = parent.kind()
            if kind == "assignment" and nodes.same(parent.field("left"), node):
                return None
            if kind == "operator_assignment" and nodes.same(parent.field("left"), node):
                place.mode, place.default = self.fallback(parent.field("right"))
                place.sets = True
            self._step(child, parent, kind, place)
        if place.mode is Mode.PLAIN and place.default is None and is_for_mail(node, place.bound):
            place.mode = Mode.PLAIN if classify.provider(name) else Mode.FRAGILE
        if is_for_encryption(node, place.bound):
            place.bound = f"encryption_{place.bound}"
        return Read(
            name=name,
            path=path,
            line=nodes.line(node),
            mode=place.mode,
            default=place.default,
            guarded=place.guarded,
            bound=place.bound,
            kind=place.kind,
            instead=tuple(other for other in place.instead if other != name),
            sets=place.sets,
            formed=place.formed,
        )

    def _step(self, child: Any, parent: Any, kind: str, place: _Place) -> None:
        if kind in _BRANCHES:
            self._branch(child, parent, kind, place)
        elif kind == "binary":
            self._binary(child, parent, place)
        elif kind in ("begin", "body_statement", "rescue_modifier"):
            _rescued(child, parent, kind, place)
        if place.bound:
            return
        if kind == "call":
            self._call(child, parent, place)
        elif kind in ("assignment", "operator_assignment"):
            place.bound = re.split(r"\W+", parent.field("left").text().rstrip("'\"]"))[-1]
        elif kind == "right_assignment_list" and (targets := targets_of(parent)):
            at = next(i for i, item in enumerate(nodes.named(parent)) if nodes.same(item, child))
            place.bound = targets[at] if at < len(targets) else ""
        elif kind == "pair":
            place.bound = re.sub(r"\W", "", nodes.named(parent)[0].text())
        elif kind == "unary" and place.mode is Mode.PLAIN:
            place.mode = Mode.TEST
        elif kind in _LAST:
            place.bound = _method_of(child, parent)
        elif kind == "case" and place.mode is Mode.PLAIN and nodes.same(parent.field("value"), child):
            place.mode = Mode.TEST

    def _call(self, child: Any, parent: Any, place: _Place) -> None:
        method = parent.field("method")
        word = method.text() if method is not None else ""
        plain = place.mode is Mode.PLAIN and place.default is None
        if nodes.same(parent.field("block"), child):
            if word in _LISTS and place.mode in (Mode.PLAIN, Mode.TEST):
                place.mode = Mode.TEST
            return
        if not nodes.same(parent.field("receiver"), child):
            head = parent.text().partition("(")[0].partition(" ")[0]
            place.formed = place.formed or _DECODES.fullmatch(head) is not None
            if plain and not place.used and _NEEDS_TEXT.fullmatch(head):
                place.mode = Mode.FRAGILE
            elif plain and word in ("include?", "cast", "deserialize", "key?", "assert_valid_value"):
                place.mode = Mode.TEST
            if word in ("cast", "deserialize") and "Boolean" in head:
                place.kind = "boolean"
            elif head in ("Integer", "Float"):
                place.kind = "number"
            place.used = True
            return
        if word in ("to_i", "to_f"):
            place.kind = "number"
        elif word in _ASKING and plain:
            place.mode = Mode.TEST
        elif word not in _COPES and not _is_safe(parent) and plain and not place.used:
            place.mode = Mode.FRAGILE
        if word == "split":
            place.kind = "list"
        place.formed = place.formed or word in ("unpack", "unpack1", "hex", "byteslice")
        place.used = True

    def _binary(self, child: Any, parent: Any, place: _Place) -> None:
        left, right = parent.field("left"), parent.field("right")
        word = next((c.text() for c in parent.children() if not c.is_named()), "")
        if word in ("||", "or"):
            if nodes.same(left, child):
                self._fall_back(right, place)
        elif word in ("&&", "and"):
            if nodes.same(left, child):
                place.mode = Mode.TEST if place.mode in (Mode.PLAIN, Mode.FRAGILE) else place.mode
            elif conditions.truth(left.text()) is False or _asks(left.text(), place.name) is not None:
                place.guarded = True
        elif word in ("==", "!=", "=~", "===") and not place.bound:
            other = literal(right if nodes.same(left, child) else left)
            if other is not None or word == "=~" or _is_login(parent):
                place.mode = Mode.TEST if place.mode is Mode.PLAIN else place.mode
            else:
                place.bound = "-"
            if other in ("true", "false", "1", "0", "yes", "no", "on", "off"):
                place.kind = "boolean"
        elif word == "+" and place.mode is Mode.PLAIN and not place.bound and not place.used:
            place.mode = Mode.FRAGILE

    def _fall_back(self, node: Any, place: _Place) -> None:
        """Note what stands after `||`: other variables, a literal, something computed, a raise."""
        others = _READS.findall(node.text())
        place.instead += others
        if not others and place.mode is not Mode.DEFAULT:
            place.mode, place.default = self.fallback(node)

    def _branch(self, child: Any, parent: Any, kind: str, place: _Place) -> None:
        negative = kind.startswith("unless")
        test, body = parent.field("condition"), parent.field("consequence") or parent.field("body")
        rest = parent.field("alternative")
        if test is None:
            return
        if nodes.same(test, child) or nodes.inside(child, test):
            fails = body is not None and FAILS.search(body.text()) is not None
            if place.mode in (Mode.PLAIN, Mode.TEST) and not place.bound:
                place.mode = Mode.STRICT if fails else Mode.TEST
            place.bound = place.bound or "-"
            return
        asked = _asks(test.text(), place.name)
        if asked is not None and place.mode is not Mode.DEFAULT:
            held = nodes.inside(child, body) is not negative
            self._chosen(rest if nodes.inside(child, body) else body, place, there=asked is held)
            return
        true = conditions.truth(self._unfold(test.text()))
        true = true if true is None or not negative else not true
        if (true is False and nodes.inside(child, body)) or (true is True and nodes.inside(child, rest)):
            place.guarded = True

    def _chosen(self, other: Any, place: _Place, *, there: bool) -> None:
        """Note what serves instead where a branch is taken only with (or without) the variable itself."""
        if not there:
            return
        text = other.text().removeprefix("else").strip() if other is not None else ""
        values = [other] if literal(other) is not None else nodes.named(other)
        if FAILS.match(text):
            place.mode, place.default = Mode.STRICT, None
        elif len(values) == 1 and (found := literal(values[0])) is not None:
            place.mode, place.default = (Mode.DEFAULT, found) if found else (Mode.TEST, None)
        else:
            place.mode, place.guarded = Mode.TEST, True

    def _unfold(self, text: str) -> str:
        value = self.names.held.get(text.strip("() "))
        return str(value.text()) if value is not None else text

    def fallback(self, node: Any | None) -> tuple[Mode, str | None]:
        """Return the mode and literal default that an expression after `||` or in `fetch` gives."""
        if node is None or node.kind() == "nil":
            return Mode.PLAIN, None
        text = literal(node)
        if text is None and node.kind() in ("constant", "scope_resolution"):
            found = self.names.of(node)
            text = found[0] if len(found) == 1 else None
        if text == "":
            return Mode.PLAIN, ""
        if text is None and FAILS.search(node.text().strip("() \n{}")):
            return Mode.STRICT, None
        if text is None and re.search(r"localhost|127\.0\.0\.1", node.text()):
            text = "localhost"
        return Mode.DEFAULT, text

    def settled(self, reads: Iterable[Read]) -> Iterator[Read]:
        """Yield the reads, their modes settled by what the script does with the bound names."""
        found = list(reads)
        later = Later(self.tree, {read.bound for read in found if read.bound not in ("", "-")})
        yield from (later.settled(read) for read in found)


def _asks(test: str, name: str) -> bool | None:
    """Tell whether a condition holds where the variable is set; None for one that does not ask for it."""
    found = re.fullmatch(
        rf"\(*(!|not )?\s*\(*(?:::)?ENV(?:\[\s*['\"]{name}['\"]\s*\]"
        rf"|\.(?:key\?|has_key\?|include\?|member\?|fetch)\(?\s*['\"]{name}['\"][^()]*\)?)"
        r"(?:\.to_s|\.strip)*(\.nil\?|\.blank\?|\.empty\?|\.present\?|\.presence)?\)*",
        test.strip(),
    )
    if found is None:
        return None
    return (found[1] is None) == (found[2] not in (".nil?", ".blank?", ".empty?"))


def _is_login(node: Any) -> bool:
    """Tell whether a comparison stands in a block that asks for a password: without one it stays shut."""
    return any(
        parent.kind() in ("block", "do_block")
        and parent.parent() is not None
        and re.search(r"Auth::Basic|http_basic", parent.parent().text().partition("\n")[0]) is not None
        for _, parent in nodes.parents(node)
    )


def _is_safe(call: Any) -> bool:
    return any(part.kind() == "&." or part.text() == "&." for part in call.children())


def _rescued(child: Any, parent: Any, kind: str, place: _Place) -> None:
    """Note that a failure is caught and the program goes on."""
    if place.mode not in (Mode.STRICT, Mode.FRAGILE):
        return
    if kind == "rescue_modifier":
        body, rescues = nodes.named(parent)[:1], nodes.named(parent)[1:]
        if body and nodes.same(body[0], child) and rescues and not FAILS.search(rescues[0].text()):
            place.mode = Mode.TEST
        return
    rescues = [item for item in nodes.named(parent) if item.kind() == "rescue"]
    if any(not FAILS.search(item.text()) for item in rescues) and child.kind() != "rescue":
        place.mode = Mode.TEST


def _method_of(child: Any, parent: Any) -> str:
    """Return the name of the method whose value an expression is, "" where it is not the last one."""
    if parent.kind() == "body_statement":
        inside = nodes.named(parent)
        method = parent.parent()
        if not inside or not nodes.same(inside[-1], child) or method is None:
            return ""
    else:
        method = parent
    name = method.field("name") if method.kind() in ("method", "singleton_method") else None
    return str(name.text()).rstrip("?!") if name is not None else ""
