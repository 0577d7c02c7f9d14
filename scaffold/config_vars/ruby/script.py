"""One Ruby text -> its reads of the environment, direct ones and those through its helper methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scaffold.config_vars import nodes, scope
from scaffold.config_vars.reads import Mode, Read, is_name
from scaffold.config_vars.ruby import libraries
from scaffold.config_vars.ruby.names import Names, literal, targets_of
from scaffold.config_vars.ruby.places import Places
from scaffold.record import replace

_ENVIRONMENT = ("ENV", "::ENV")
_COPIES = ("to_h", "to_hash", "dup", "clone", "with_indifferent_access")
_ASKING = ("key?", "has_key?", "include?", "member?", "assoc")
_SEVERAL = ("values_at", "slice", "fetch_values", "extract!")
_ONE = ("fetch", "dig", "[]", "delete", *_ASKING)
_KINDS = (
    "assignment",
    "operator_assignment",
    "call",
    "element_reference",
    "binary",
    "class",
    "if",
    "unless",
    "if_modifier",
    "unless_modifier",
    "conditional",
)
"""What the questions to a script are about."""

_STATEMENTS = ("program", "body_statement", "then", "block_body", "do", "else", "ensure")


class Script:
    """One Ruby text: its reads of ENV."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.tree = nodes.Found(nodes.parse(text, "ruby"), _KINDS)
        self._library = libraries.is_used(text)
        self.names = Names(self.tree)
        self.places = Places(self.tree, self.names)
        self.copies: frozenset[str] = frozenset()
        held = self.names.held.items()
        self.copies = frozenset(name for name, value in held if self._is_environment(value))
        self.places_read = tuple(self._places_read())
        """The nodes that read the environment, each with the expressions of the names."""

    def reads(self) -> Iterator[Read]:
        """Yield the script's reads."""
        found = [read for node, names in self.places_read for read in self.at(node, names)]
        found += self._taken_away()
        if self._library:
            found += libraries.reads(self.path, self.tree, self.names, self.places)
        yield from self.finished(found)

    def finished(self, found: Sequence[Read]) -> Iterator[Read]:
        """Yield reads with what the whole script says of them."""
        task = scope.is_task(self.path)
        for read in self.places.settled(found):
            yield replace(read, guarded=True) if task else read

    def _places_read(self) -> Iterator[tuple[Any, list[Any]]]:
        for node in self.tree.every("element_reference"):
            parts = nodes.named(node)
            if len(parts) == 2 and self._is_environment(parts[0]):
                yield node, [parts[1]]
        for node in self.tree.every("call"):
            method = node.field("method")
            if method is None or not self._is_environment(node.field("receiver")):
                continue
            arguments = nodes.named(node.field("arguments"))
            if method.text() == "delete" and node.parent().kind() in _STATEMENTS:
                continue
            if method.text() in _ONE and arguments:
                yield node, arguments[:1]
            elif method.text() in _SEVERAL:
                yield node, arguments

    def _is_environment(self, node: Any | None) -> bool:
        if node is None:
            return False
        if node.text() in _ENVIRONMENT or (node.kind() == "identifier" and node.text() in self.copies):
            return True
        method = node.field("method") if node.kind() == "call" else None
        if method is None:
            return False
        if node.text() in ("Dotenv.parse", "Dotenv.parse()"):
            return True
        return method.text() in _COPIES and self._is_environment(node.field("receiver"))

    def at(self, node: Any, names: Sequence[Any], given: dict[str, list[str]] | None = None) -> list[Read]:
        """Return the reads at a node for all names that its name expressions stand for."""
        mode, default = self._mode(node)
        found = []
        texts = list(dict.fromkeys(text for name in names for text in self.names.of(name, given)))
        targets = targets_of(node)
        for at, text in enumerate(texts):
            read = self.places.read(self.path, node, text, mode, default) if is_name(text) else None
            if read is not None:
                found.append(replace(read, bound=targets[at]) if len(targets) == len(texts) else read)
        return found

    def _mode(self, node: Any) -> tuple[Mode, str | None]:
        """Return what the reading call itself says: its second argument or its block."""
        method = node.field("method") if node.kind() == "call" else None
        word = method.text() if method is not None else "[]"
        if word in _ASKING:
            return Mode.TEST, None
        if word != "fetch":
            return Mode.STRICT if word == "fetch_values" else Mode.PLAIN, None
        arguments, block = nodes.named(node.field("arguments")), node.field("block")
        if block is None:
            return self.places.fallback(arguments[1]) if len(arguments) > 1 else (Mode.STRICT, None)
        body = next(
            (part for part in nodes.named(block) if part.kind() in ("block_body", "body_statement")), None
        )
        inner = nodes.named(body)
        return self.places.fallback(inner[-1]) if inner else (Mode.PLAIN, None)

    def _taken_away(self) -> list[Read]:
        """Return what `%w[A B] - ENV.keys` asks for."""
        found = []
        for node in self.tree.every("binary"):
            right = node.field("right")
            if right is None or right.text() not in ("ENV.keys", "ENV.to_h.keys") or " - " not in node.text():
                continue
            for text in self.names.of(node.field("left")):
                read = self.places.read(self.path, node, text, Mode.TEST, None) if is_name(text) else None
                found += [read] if read is not None else []
        return found


class Helper:
    """A method that passes its parameter on as a variable's name."""

    def __init__(self, script: Script, method: Any, node: Any, names: Sequence[Any]) -> None:
        self.script, self.node, self.names = script, node, names
        self.name = _name_of(method)
        self.parameters = nodes.named(method.field("parameters")) or _block_parameters(method)
        self.owner, self.body = _owner(method), str((method.field("body") or method).text())

    def reads(self, caller: Script, call: Any) -> list[Read]:
        """Return the reads that a call of the method makes."""
        arguments = nodes.named(call.field("arguments"))
        given: dict[str, list[str]] = {}
        for at, parameter in enumerate(self.parameters):
            name = _parameter(parameter)
            if parameter.kind() == "splat_parameter":
                given[name] = [text for item in arguments[at:] for text in caller.names.of(item)]
            elif parameter.kind() != "keyword_parameter" and at < len(arguments):
                given[name] = caller.names.of(arguments[at])
        inner = self.script.at(self.node, self.names, given)
        found = []
        for read in self.script.places.settled(inner):
            mode, default = read.mode, read.default
            if mode is Mode.DEFAULT and default is None:
                mode, default = self._fallback(caller, arguments)
            outer = caller.places.read(caller.path, call, read.name, mode, default)
            if outer is not None:
                found.append(
                    replace(outer, kind=outer.kind or read.kind, guarded=outer.guarded or read.guarded)
                )
        return found

    def _fallback(self, caller: Script, arguments: Sequence[Any]) -> tuple[Mode, str | None]:
        """Return what a call gives for the case that the variable is not set."""
        for at, parameter in enumerate(self.parameters):
            if parameter.kind() not in ("optional_parameter", "keyword_parameter") and at == 0:
                continue
            name = _parameter(parameter)
            if name not in re.findall(r"\w+", self.body):
                continue
            for argument in arguments:
                if argument.kind() == "pair" and nodes.named(argument)[0].text().strip(":") == name:
                    return caller.places.fallback(nodes.named(argument)[-1])
            if (
                parameter.kind() != "keyword_parameter"
                and at < len(arguments)
                and arguments[at].kind() != "pair"
            ):
                return caller.places.fallback(arguments[at])
            values = nodes.named(parameter)
            return self.script.places.fallback(values[1] if len(values) > 1 else None)
        return Mode.DEFAULT, None


def helpers(script: Script) -> Iterator[Helper]:
    """Yield the methods of a script that read the variable which a parameter names."""
    for node, names in script.places_read:
        if all(literal(name) is not None for name in names):
            continue
        words = {word for name in names for word in re.findall(r"[a-z_]\w*", name.text())}
        for _, parent in nodes.parents(node):
            if parent.kind() in ("method", "singleton_method") or _is_lambda(parent):
                helper = Helper(script, parent, node, names)
                known = {_parameter(parameter) for parameter in helper.parameters}
                looped = {name for name in known if re.search(rf"\b{re.escape(name)}\.each\b", parent.text())}
                if helper.name and (known & words or looped):
                    yield helper
                break


def called(script: Script, known: dict[str, Helper]) -> Iterator[Read]:
    """Yield the reads that a script makes through helper methods."""
    found: list[Read] = []
    for node in script.tree.every("call"):
        method, receiver = node.field("method"), node.field("receiver")
        word = method.text() if method is not None else ""
        if receiver is not None and (word in ("call", "()") or not word):
            word = receiver.text()
            receiver = None
        helper = known.get(word)
        if helper is None or not nodes.named(node.field("arguments")):
            continue
        if receiver is not None and word in _COMMON and receiver.text().rpartition("::")[2] != helper.owner:
            continue
        if script.path != helper.script.path or not nodes.inside(node, helper.node):
            found += helper.reads(script, node)
    yield from script.finished(found)


_COMMON = ("fetch", "get", "[]", "read", "key?", "call", "env", "value", "config", "set", "new")


def _is_lambda(node: Any) -> bool:
    parent = node.parent()
    return bool(
        parent is not None
        and parent.kind() == "assignment"
        and (
            node.kind() == "lambda"
            or (node.kind() == "call" and re.match(r"(?:lambda|proc|Proc\.new)\b", node.text()))
        )
    )


def _name_of(method: Any) -> str:
    if method.kind() in ("method", "singleton_method"):
        name = method.field("name")
        return str(name.text()) if name is not None else ""
    return str(method.parent().field("left").text())


def _block_parameters(method: Any) -> list[Any]:
    for part in nodes.every(method, "block_parameters", "lambda_parameters"):
        return nodes.named(part)
    return []


def _parameter(node: Any) -> str:
    parts = nodes.named(node)
    return str((parts[0] if parts else node).text())


def _owner(method: Any) -> str:
    """Return the name of the class or module around a method."""
    for _, parent in nodes.parents(method):
        if parent.kind() in ("class", "module") and parent.field("name") is not None:
            return str(parent.field("name").text()).rpartition("::")[2]
    return ""
