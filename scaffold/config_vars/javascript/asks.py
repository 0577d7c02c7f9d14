"""Tests and failures of a script: what stops the program, which functions do, where a name is asked for."""

from __future__ import annotations

import re
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.javascript.env import enclosing, functions, parameters
from scaffold.patterns import lazy

_FAILS = lazy(
    r"\bthrow\b|\bexit\(|\babort\(|\bPromise\.reject|\bfail\(|\b[sS]how(?:Help|Usage)\(|\b(?:print)?[uU]sage\(|\binvariant\(|\bassert(?:\.fail)?\(|\bpanic\("
)
_PUSHED = lazy(r"\b([\w.]+)\.(?:push|add)\(|\b([\w.]+)\[[^\]]*\]\s*=[^=]|\b(\w+)\s*=\s*(?:true|false)\b")
_FOREIGN = lazy(
    r"(?:this\.)?(?:req|request|res|response|ctx|context|body|params|query|args|argv|props|data|user|event|message|msg|err|error"
    r"|interaction|document|window)\b"
)
"""Objects whose fields are not the app's settings."""
_LOGS = lazy(r"(?:await\s+)?(?:[\w.]*\blog(?:ger)?\b|console)(?:\.\w+)?\(")
_COUNTED = lazy(r"\b([\w.]+)\.(?:length|size)\b|Object\.keys\(([\w.]+)\)|^\(!?(\w+)\)$")


class Asks:
    """What the conditions of one script tell."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.text: str = tree.text()
        self._failing: dict[str, bool] = {}
        self._lists: frozenset[str] | None = None

    def fails(self, node: Any) -> bool:
        """Tell whether code stops the program: by itself, by a function, by a list of failures."""
        text = node.text()
        if _FAILS.search(text):
            return True
        if any(self._stops(name) for name in re.findall(r"(?<![.\w])([a-z_$][\w$]*)\(", text)):
            return True
        pushed = [name for found in _PUSHED.findall(text) for name in found if name]
        return bool(pushed) and not self._counted().isdisjoint(pushed)

    def warns(self, node: Any) -> str:
        """Return what code says where it only writes to the log, "" where it does anything else."""
        statements = nodes.named(node) if node.kind() == "statement_block" else [node]
        lines = [statement.text() for statement in statements]
        return " ".join(lines) if lines and all(_LOGS.match(line) for line in lines) else ""

    def _stops(self, name: str) -> bool:
        """Tell whether the statements of a function of the script end in a failure."""
        if name not in self._failing:
            self._failing[name] = False
            self._failing[name] = any(
                _FAILS.search(statement.text())
                for function in functions(self.tree, name)
                if (body := function.field("body")) is not None
                for statement in (nodes.named(body) if body.kind() == "statement_block" else [body])
                if statement.kind() not in ("if_statement", "try_statement", "lexical_declaration")
            )
        return self._failing[name]

    def _counted(self) -> frozenset[str]:
        """Return the lists that stop the program when something is in them."""
        if self._lists is None:
            self._lists = frozenset()
            self._lists = frozenset(
                name
                for node in nodes.every(self.tree, "if_statement")
                if (body := node.field("consequence")) is not None and _FAILS.search(body.text())
                for found in _COUNTED.findall(node.field("condition").text())
                for name in found
                if name
            )
        return self._lists

    def refuses(self, name: str, call: Any, argument: Any) -> bool:
        """Tell whether a function of the script fails when this argument is not given."""
        given = [nodes.same(item, argument) for item in nodes.named(call.field("arguments"))]
        for function in functions(self.tree, name) if True in given else ():
            taken = parameters(function)
            if given.index(True) < len(taken):
                word = re.split(r"\W+", taken[given.index(True)].text())[0]
                if word and _refused(function, word, self):
                    return True
        return False

    def assigned(self, body: Any, target: str) -> Any | None:
        """Return the value that code gives to a variable, by the text it is written with."""
        for node in nodes.every(body, "assignment_expression"):
            if node.field("left").text() == target:
                return node.field("right")
        return None

    def uses(self, name: str) -> list[Any]:
        """Return the places where a name is used, with the object it is a field of."""
        if self.text.count(name) < 2 or not nodes.is_word(name):
            return []
        found = []
        for node in nodes.words(self.tree, name, "identifier", "property_identifier"):
            parent = node.parent()
            if node.kind() == "identifier":
                found.append(node)
            elif parent.kind() == "member_expression" and not _FOREIGN.match(parent.text()):
                found.append(parent)
        return [node for node in found if not _is_parameter(node, name)]


def _is_parameter(node: Any, name: str) -> bool:
    """Tell whether a function around a use takes a parameter of the name."""
    return node.kind() == "identifier" and any(
        re.search(rf"\b{re.escape(name)}\b", taken.text())
        for function in enclosing(node)
        for taken in parameters(function)
    )


def _refused(function: Any, word: str, asks: Asks) -> bool:
    seek = (
        rf"!\s*{word}\b|\b{word}\s*===?\s*(?:undefined|null|['\"]['\"])"
        rf"|typeof\s+{word}\s*===?\s*['\"]undefined"
    )
    for node in nodes.every(function, "if_statement"):
        body = node.field("consequence")
        if body is not None and re.search(seek, node.field("condition").text()) and asks.fails(body):
            return True
    return re.search(rf"\b(?:assert|invariant)(?:\.ok)?\(\s*{word}\b", function.text()) is not None
