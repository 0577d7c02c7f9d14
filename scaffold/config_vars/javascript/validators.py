"""One field of a schema -> must the variable be set, its default, kind and description; for each library."""

from __future__ import annotations

import re
from typing import Any

from scaffold.config_vars import conditions, nodes
from scaffold.config_vars.javascript.values import Values, fields
from scaffold.config_vars.reads import Mode
from scaffold.patterns import lazy
from scaffold.record import record, replace

_LIBRARIES = {
    "zod": "zod",
    "@t3-oss/env-nextjs": "zod",
    "@t3-oss/env-core": "zod",
    "znv": "zod",
    "joi": "joi",
    "@hapi/joi": "joi",
    "yup": "joi",
    "fluent-json-schema": "joi",
    "valibot": "valibot",
    "superstruct": "valibot",
    "@sinclair/typebox": "valibot",
    "typebox": "valibot",
    "envalid": "envalid",
    "@adonisjs/core/env": "zod",
    "@ioc:Adonis/Core/Env": "zod",
}
"""Module -> how its validators are written; those like Joi's let a variable be missing unless told."""

_USUAL = {
    "z": "zod",
    "zod": "zod",
    "Joi": "joi",
    "joi": "joi",
    "yup": "joi",
    "Yup": "joi",
    "envalid": "envalid",
}
_IMPORT = lazy(
    r"(?:import\s+(?:type\s+)?(?P<names>[^;'\"]+?)\s+from\s*|(?:const|let|var)\s+(?P<taken>[\w{},:\s$]+?)\s*=\s*require\(\s*)"
    r"['\"](?P<module>[^'\"]+)['\"]"
)
_DEFAULTS = frozenset("default catch prefault failover fallback defaulted withDefault defaultTo".split())
_OPTIONAL = frozenset("optional Optional nullish exactOptional notRequired maybe allow any unknown".split())
_AROUND = frozenset("preprocess pipe pipeAsync union lazy effect refine size nonempty trimmed".split())
_KINDS = {
    "bool": "boolean",
    "boolean": "boolean",
    "Boolean": "boolean",
    "stringbool": "boolean",
    "num": "number",
    "number": "number",
    "Number": "number",
    "Integer": "number",
    "integer": "number",
    "int": "number",
    "port": "number",
    "url": "url",
    "uri": "url",
    "httpUrl": "url",
    "array": "list",
    "Array": "list",
}


@record
class Field:
    """What a validator says of a variable."""

    mode: Mode
    default: str | None = None
    kind: str = ""
    told: str = ""


class Validators:
    """The validators of one script, by the names that its imports give the libraries."""

    def __init__(self, text: str, values: Values) -> None:
        self.values = values
        self.names = dict(_USUAL)
        for found in _IMPORT.finditer(text):
            style = _LIBRARIES.get(found["module"].removesuffix("/v4").removesuffix("/mini"))
            if style is not None:
                words = re.findall(r"[\w$]+(?=\s*(?:[,}]|$))", found["names"] or found["taken"])
                self.names |= dict.fromkeys(words, style)

    def field(self, node: Any | None, style: str = "", depth: int = 0) -> Field | None:
        """Return what an expression validates, None where it is no validator; `style` where that is sure."""
        if node is None or depth > 6:
            return None
        if node.kind() == "parenthesized_expression":
            return self.field(nodes.named(node)[0], style, depth + 1)
        if node.kind() == "ternary_expression":
            held = conditions.truth(node.field("condition").text())
            one = self.field(node.field("consequence"), style, depth + 1)
            other = self.field(node.field("alternative"), style, depth + 1)
            chosen = one if held else other
            return chosen if held is not None else _loosest([item for item in (one, other) if item])
        root, parts = chain(node)
        if root is None or root.kind() != "identifier":
            return None
        base = self._base(root, parts, style, depth)
        return _chained(base, parts, self) if base is not None else None

    def _base(self, root: Any, parts: list[tuple[str, list[Any]]], style: str, depth: int) -> Field | None:
        """Return what a chain starts from: a library, or a validator held in a constant."""
        held = self.values.constants.get(root.text())
        if held is not None and held.kind() in ("call_expression", "member_expression"):
            found = self.field(held, "", depth + 1)
            if found is not None:
                return found
        style = self.names.get(root.text(), style)
        if not style or not parts:
            return None
        return Field(mode=Mode.TEST if style == "joi" else Mode.STRICT)

    def inner(self, node: Any) -> Field | None:
        """Return the loosest validator among the elements of a list, or the one that stands there."""
        items = nodes.named(node) if node.kind() == "array" else [node]
        return _loosest([found for item in items if (found := self.field(item)) is not None])


def chain(node: Any) -> tuple[Any | None, list[tuple[str, list[Any]]]]:
    """Split `z.coerce.number().default(5)` into its root and its words with their arguments."""
    parts: list[tuple[str, list[Any]]] = []
    given: list[Any] = []
    while node is not None:
        kind = node.kind()
        if kind == "call_expression":
            given = nodes.named(node.field("arguments"))
            node = node.field("function")
            if node is not None and node.kind() == "identifier":
                parts.append((node.text(), given))
                break
        elif kind == "member_expression":
            parts.append((node.field("property").text(), given))
            node, given = node.field("object"), []
        else:
            break
    return node, parts[::-1]


def _chained(found: Field, parts: list[tuple[str, list[Any]]], validators: Validators) -> Field:
    """Apply the words of a chain in order: `.optional()`, `.default("x")`, `v.optional(inner, "x")`."""
    words = [word for word, _ in parts]
    if "coerce" in words and {"boolean", "string"} & set(words):
        found = replace(found, mode=Mode.TEST)
    for word, given in parts:
        within = [item for node in given if (item := validators.inner(node)) is not None]
        if within and word in _AROUND | _OPTIONAL | _DEFAULTS:
            found = replace(
                within[-1] if word == "preprocess" else _loosest(within) or found, told=found.told
            )
        rest = given[1:] if within else given
        if word in _DEFAULTS and (rest or not within):
            found = _with_default(found, rest[0] if rest else None, validators.values)
        elif word in _OPTIONAL:
            found = replace(found, mode=Mode.TEST)
            if rest and word in ("optional", "nullish"):
                found = _with_default(found, rest[0], validators.values)
        elif word in ("required", "isRequired"):
            found = found if found.mode is Mode.DEFAULT else replace(found, mode=Mode.STRICT)
        elif word in ("describe", "description", "label") and given:
            found = replace(found, told=nodes.string(given[0]) or found.told)
        found = replace(found, kind=found.kind or _KINDS.get(word, ""))
        if rest and rest[-1].kind() == "object":
            found = _with_options(found, fields(rest[-1]), validators.values)
    return found


def _with_options(found: Field, options: dict[str, Any], values: Values) -> Field:
    """Apply envalid's and TypeBox's options."""
    for word in ("desc", "description"):
        if word in options:
            found = replace(found, told=nodes.string(options[word]) or found.told)
    if "requiredWhen" in options:
        found = replace(found, mode=Mode.TEST)
    return _with_default(found, options["default"], values) if "default" in options else found


def _with_default(found: Field, node: Any | None, values: Values) -> Field:
    text = values.literal(node)
    if node is not None and node.kind() == "arrow_function":
        text = values.literal(node.field("body"))
    if node is None or text == "" or node.text() in ("undefined", "null"):
        return replace(found, mode=Mode.TEST, default=text)
    return replace(found, mode=Mode.DEFAULT, default=text)


_LOOSE = (Mode.DEFAULT, Mode.TEST, Mode.STRICT)


def _loosest(found: list[Field]) -> Field | None:
    return min(found, key=lambda item: _LOOSE.index(item.mode), default=None)
