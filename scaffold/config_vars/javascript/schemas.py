"""Schemas that check the environment: zod, t3-env, envalid, Joi, yup, valibot, JSON schemas, classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.config_vars import nodes
from scaffold.config_vars.javascript.validators import Field, Validators
from scaffold.config_vars.javascript.values import Values, fields
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import has_any, lazy
from scaffold.record import replace

LIBRARIES = (
    *("'zod", '"zod', "joi'", 'joi"', "'yup", '"yup', "valibot", "superstruct", "typebox", "envalid"),
    *("env-schema", "fastify/env", "fastify-env", "class-validator", "t3-oss/env", "fluent-json-schema"),
    *("adonisjs/core/env", "Adonis/Core/Env", "'znv", '"znv'),
)
"""A script with a schema names one of these."""
FIELD = lazy(
    r"^[ \t]+(?:public\s+|readonly\s+)*['\"]?[A-Z][A-Z0-9_]+['\"]?[?!]?\s*[:=]|\.prop\(", re.MULTILINE
)
"""What a field of such a schema looks like."""

_KEY = lazy(r"[A-Z][A-Z0-9_]{1,99}")
_CLASSES = lazy(r"\bprocess\.env\b|validateSync|\bvalidate\(|plainToClass|plainToInstance")
_OPTIONAL = ("IsOptional", "CannotUseWith", "ValidateIf")
_INSISTS = lazy(r"@(?:IsNotEmpty|IsDefined|Length|MinLength|IsHexadecimal|Is(?:Url|Email|UUID|In)|Matches)\(")
_TYPES = {"number": "number", "boolean": "boolean"}


def schema_reads(path: str, tree: Any, values: Values) -> Iterator[Read]:
    """Yield the variables that the schemas in a script ask for."""
    text = tree.text()
    if not has_any(text, LIBRARIES) and not re.search(r"createEnv|cleanEnv", text):
        return
    for key, node, found in schema_fields(text, tree, values):
        if _KEY.fullmatch(key):
            yield _read(path, node, key, found)
    if re.search(r"env-schema|fastify(?:/|-)env|envSchema", text):
        yield from _json_schema(path, tree, values)
    if "class-validator" in text and _CLASSES.search(text):
        yield from _classes(path, tree, values)


def schema_fields(text: str, tree: Any, values: Values) -> Iterator[tuple[str, Any, Field]]:
    """Yield key, place and validation of every field of a schema, whatever its key."""
    validators = Validators(text, values)
    for node in nodes.every(tree, "pair"):
        key = nodes.string(node.field("key")) or node.field("key").text()
        call = _call_around(node)
        whole = _whole(call) if call is not None else ""
        style = _style(node, call) if _KEY.fullmatch(key) else ""
        found = validators.field(node.field("value"), style)
        if found is None:
            continue
        if re.search(r"\.(?:partial|deepPartial)\(\s*\)", whole):
            found = replace(found, mode=Mode.TEST if found.mode is Mode.STRICT else found.mode)
        elif re.search(r"presence\s*:\s*['\"]required", whole) and ".optional(" not in node.text():
            found = replace(found, mode=Mode.STRICT if found.mode is Mode.TEST else found.mode)
        yield key, node, found
    if ".prop(" in text:
        for node in nodes.every(tree, "call_expression"):
            given = nodes.named(node.field("arguments"))
            if node.field("function").text().endswith(".prop") and len(given) > 1:
                found = validators.field(given[1])
                if found is not None:
                    yield nodes.string(given[0]) or "", given[0], found


def _call_around(pair: Any) -> Any | None:
    """Return the call that a pair's object is an argument of."""
    above = pair.parent().parent()
    call = above.parent() if above is not None and above.kind() == "arguments" else None
    return call if call is not None and call.kind() == "call_expression" else None


def _whole(call: Any) -> str:
    """Return the text of a call with what is called on its result, without its arguments."""
    outer = call
    while (parent := outer.parent()) is not None and parent.kind() in (
        "member_expression",
        "call_expression",
    ):
        outer = parent
    return str(outer.text())[len(call.text()) :]


def _style(pair: Any, call: Any | None) -> str:
    """Return the library of a schema that is handed to cleanEnv or createEnv, by itself or under "server"."""
    table = pair.parent()
    if call is not None:
        return "envalid" if call.field("function").text().rpartition(".")[2] == "cleanEnv" else ""
    above = table.parent()
    if above is not None and above.kind() == "pair":
        holder = _call_around(above)
        named = above.field("key").text() in ("server", "client", "shared")
        return (
            "zod" if named and holder is not None and holder.field("function").text() == "createEnv" else ""
        )
    return ""


def _json_schema(path: str, tree: Any, values: Values) -> Iterator[Read]:
    """`{ required: ["A"], properties: { A: { type: "string", default: "x" } } }`."""
    for node in nodes.every(tree, "pair"):
        if node.field("key").text() != "properties" or node.field("value").kind() != "object":
            continue
        required = values.items(fields(node.parent()).get("required"))
        for item in nodes.named(node.field("value")):
            key = nodes.string(item.field("key")) or item.field("key").text() if item.kind() == "pair" else ""
            if not _KEY.fullmatch(key) or item.field("value").kind() != "object":
                continue
            said = fields(item.field("value"))
            default = values.literal(said.get("default"))
            mode = Mode.STRICT if key in required else Mode.PLAIN
            yield _read(
                path,
                item,
                key,
                Field(
                    mode=Mode.DEFAULT if default else mode,
                    default=default,
                    kind=_TYPES.get(values.literal(said.get("type")) or "", ""),
                    told=values.literal(said.get("description")) or "",
                ),
            )


def _classes(path: str, tree: Any, values: Values) -> Iterator[Read]:
    """Fields of a class with class-validator's decorators."""
    for node in nodes.every(tree, "public_field_definition"):
        name = node.field("name").text()
        marks = [child.text() for child in node.children() if child.kind() == "decorator"]
        given = node.field("value")
        if not _KEY.fullmatch(name) or not (marks or given is not None):
            continue
        default = values.literal(given)
        optional = any(word in mark for mark in marks for word in _OPTIONAL) or f"{name}?" in node.text()
        if given is not None and default is None:
            read = re.search(rf"\.{name}\s*(?:(?:\?\?|\|\|)\s*(?:''|\"\"))?$", given.text())
            insists = read is not None and not optional and any(_INSISTS.match(mark) for mark in marks)
            if not insists and not optional and (marks or read is None):
                continue
            given = None if insists else given
        mode = Mode.DEFAULT if default else Mode.TEST if optional or given is not None else Mode.STRICT
        said = " ".join(marks)
        kind = "boolean" if "IsBoolean" in said else "number" if re.search("Is(?:Number|Int)", said) else ""
        kind = kind or ("url" if re.search(r"IsUr[li]", said) else "")
        line = next(child for child in node.children() if child.text() == name)
        yield _read(path, line, name, Field(mode=mode, default=default, kind=kind))


def _read(path: str, node: Any, name: str, found: Field) -> Read:
    return Read(
        name=name,
        path=path,
        line=nodes.line(node),
        mode=found.mode,
        default=found.default,
        kind=found.kind,
        bound=name,
        told=found.told,
    )
