"""JSON with the line of every key: parse(text, path) -> Json."""

from __future__ import annotations

import json

from scaffold.errors import ManifestError
from scaffold.manifests.located import Located
from scaffold.patterns import lazy

_TOKEN = lazy(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s"{}\[\],:]+')


class Json(Located):
    """A parsed JSON document."""

    __slots__ = ()


def parse(text: str, path: str) -> Json:
    """Parse a JSON document. Raises ManifestError with the line of the fault."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ManifestError(path, error.lineno, f"not valid JSON: {error.msg}") from None
    except RecursionError:
        raise ManifestError(path, 0, "JSON nested too deeply") from None
    except ValueError as error:
        raise ManifestError(path, 0, f"not valid JSON: {error}") from None
    return Json(value, path, _lines(text))


def parse_object(text: str, path: str) -> Json:
    """Parse a JSON document that must be an object."""
    document = parse(text, path)
    if not isinstance(document.value, dict):
        raise ManifestError(path, 1, "a JSON object is expected")
    return document


def spans(text: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Map each key path of a valid document, and () for all of it, to its first and last line."""
    ends: dict[tuple[str | int, ...], int] = {}
    starts = {(): 1, **_lines(text, ends)}
    return {where: (first, ends.get(where, first)) for where, first in starts.items()}


def _lines(
    text: str, ends: dict[tuple[str | int, ...], int] | None = None
) -> dict[tuple[str | int, ...], int]:
    """Map each key path to its line, by one pass over the tokens of a valid document.

    The last line of each object and array goes into `ends`.
    """
    found: dict[tuple[str | int, ...], int] = {}
    where: list[str | int] = []
    line, awaits_key = 1, False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "\n":
            line += 1
        elif token == "{":
            _mark(found, where, line)
            where.append("")
            awaits_key = True
        elif token == "[":
            _mark(found, where, line)
            where.append(-1)
            _next_item(where)
            awaits_key = False
        elif token in ("}", "]"):
            where.pop()
            awaits_key = False
            if ends is not None:
                ends[tuple(where)] = line
        elif token == ",":
            awaits_key = not _next_item(where)
        elif awaits_key and token != ":":
            where[-1] = str(json.loads(token))
            found[tuple(where)] = line
            awaits_key = False
        elif token != ":":
            _mark(found, where, line)
    return found


def _mark(found: dict[tuple[str | int, ...], int], where: list[str | int], line: int) -> None:
    if where and isinstance(where[-1], int):
        found.setdefault(tuple(where), line)


def _next_item(where: list[str | int]) -> bool:
    """Step to the next item where the innermost container is an array; tell whether it is one."""
    if where and isinstance(where[-1], int):
        where[-1] += 1
        return True
    return False
