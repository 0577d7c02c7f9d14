"""Template folders + context -> each rendered file with the template line that each of its lines comes from.

Every line of a template that is written as it stands gets a mark at its end, in a copy; the copy is
rendered as usual, then the marks are read off and removed. What a filter does to a mark shows: a text
that is not the same without them counts as untraced.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.errors import ManifestError, UserError
from scaffold.patterns import lazy
from scaffold.record import record

if TYPE_CHECKING:
    from jinja2 import Environment

_MARK = lazy("\ue000([0-9]+)\ue001")
_LINE_END = lazy("(\r\n|\r|\n)")
_SETTINGS = ("copier.yml", "copier.yaml")
_ENVOPS = (
    "block_start_string block_end_string variable_start_string variable_end_string comment_start_string "
    "comment_end_string line_statement_prefix line_comment_prefix trim_blocks lstrip_blocks "
    "keep_trailing_newline"
).split()


@record(kw_only=False)
class TemplateLine:
    """A line of a template, and the conditions (`if`, `for`) around it, the outermost first."""

    path: str
    line: int
    conditions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@record(kw_only=False)
class Traced:
    """A rendered text, and where each of its lines comes from."""

    text: str
    lines: tuple[TemplateLine, ...]


@record(kw_only=False)
class Layer:
    """A folder of templates, with the name to show for it."""

    label: str
    folder: Path


def trace(
    layers: Sequence[Layer], context: Mapping[str, Any], extra: Layer | None = None
) -> dict[str, Traced]:
    """Render the layers one over the other; `extra`, a template of the organisation's, comes last.

    Where they cannot be rendered with marks, only the template file is known, and no text.
    """
    from scaffold import render

    every = (*layers, *((extra,) if extra else ()))
    usual = _settings(layers[0].folder) if layers else {}
    marks: list[TemplateLine] = []
    with tempfile.TemporaryDirectory(prefix="scaffold-") as scratch:
        copies = []
        for at, layer in enumerate(every):
            copy = Path(scratch) / str(at) / layer.folder.name
            shutil.copytree(layer.folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            marks += _mark_all(layer.label, copy, _of(layer, usual), len(marks))
            copies.append(copy)
        try:
            tree = render.render(copies[: len(layers)], context, copies[-1] if extra else None)
        except UserError:
            tree = {}
    plain, guessed = _by_name(every, usual)
    found = {path: _read_off(rendered.content, marks, plain.get(path)) for path, rendered in tree.items()}
    untraced = {path: Traced("", (TemplateLine(name, 0),)) for path, name in guessed.items()}
    return {**untraced, **{path: traced for path, traced in found.items() if traced is not None}}


def _of(layer: Layer, usual: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings of a layer; what it does not say is as in the first one."""
    own = _settings(layer.folder)
    envops = [each.get("_envops") for each in (usual, own)]
    merged = {name: value for each in envops if isinstance(each, dict) for name, value in each.items()}
    return {**usual, "_subdirectory": "", **own, "_envops": merged}


def _settings(folder: Path) -> Mapping[str, Any]:
    from scaffold.manifests import yaml_file

    for name in _SETTINGS:
        if (folder / name).is_file():
            try:
                value = yaml_file.parse((folder / name).read_text(encoding="utf-8"), name).value
            except (ManifestError, UnicodeDecodeError):
                return {}
            return value if isinstance(value, dict) else {}
    return {}


def _suffix(settings: Mapping[str, Any]) -> str:
    said = settings.get("_templates_suffix")
    return ".jinja" if said is None else str(said)


def _environment(settings: Mapping[str, Any]) -> Environment:
    from jinja2.sandbox import SandboxedEnvironment

    said = settings.get("_envops")
    known = {"keep_trailing_newline": True, **(said if isinstance(said, dict) else {})}
    words = {"true": True, "false": False}
    given = {name: words.get(str(known[name]).lower(), known[name]) for name in _ENVOPS if name in known}
    return SandboxedEnvironment(**given)


def _mark_all(label: str, copy: Path, settings: Mapping[str, Any], first: int) -> list[TemplateLine]:
    """Mark every template in the copy, counting from `first`; return what the marks stand for."""
    from jinja2 import TemplateError

    environment, suffix = _environment(settings), _suffix(settings)
    marks: list[TemplateLine] = []
    for path in sorted(copy.rglob("*")):
        if path.is_symlink() or not path.is_file() or not path.name.endswith(suffix):
            continue
        if path.name in _SETTINGS:
            continue
        name = f"{label}/{path.relative_to(copy).as_posix()}"
        try:
            source = path.read_bytes().decode("utf-8")
            written = written_lines(source, environment)
        except (UnicodeDecodeError, TemplateError):
            continue
        rows = _LINE_END.split(source)
        for number, conditions in written.items():
            rows[2 * number - 2] += f"\ue000{first + len(marks)}\ue001"
            marks.append(TemplateLine(name, number, conditions))
        path.write_bytes("".join(rows).encode())
    return marks


def written_lines(source: str, environment: Environment) -> dict[int, tuple[str, ...]]:
    """Return the lines whose end is written as it stands, each with the conditions around it."""
    found: dict[int, tuple[str, ...]] = {}
    around: list[str] = []
    inside: list[str] | None = None
    for line, kind, value in environment.lex(source):
        if kind == "data":
            found |= dict.fromkeys(range(line, line + value.count("\n")), tuple(around))
        elif kind == "block_begin":
            inside = []
        elif kind == "block_end" and inside is not None:
            _enter(around, "".join(inside).split())
            inside = None
        elif inside is not None:
            inside.append(value)
    last = len(_LINE_END.split(source)) // 2 + 1
    return {line: conditions for line, conditions in found.items() if line < last}


def _enter(around: list[str], words: Sequence[str]) -> None:
    """Follow a tag into the block that it opens, or out of the one that it ends."""
    tag = words[0] if words else ""
    if tag in ("if", "for"):
        around.append(" ".join(words))
    elif tag in ("else", "elif") and around:
        around[-1] = " ".join((*words, "of", around[-1].partition(" of ")[2] or around[-1]))
    elif tag in ("endif", "endfor") and around:
        around.pop()


def _by_name(layers: Sequence[Layer], usual: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return, by where they end up, the files that are copied as they are, and those that are rendered."""
    plain: dict[str, str] = {}
    rendered: dict[str, str] = {}
    for layer in layers:
        settings = _of(layer, usual)
        suffix, inner = _suffix(settings), layer.folder / str(settings["_subdirectory"])
        for path in sorted(file for file in inner.rglob("*") if file.is_file()):
            name = path.relative_to(inner).as_posix()
            shown = f"{layer.label}/{path.relative_to(layer.folder).as_posix()}"
            if suffix and not name.endswith(suffix):
                plain[name] = shown
            else:
                rendered[name.removesuffix(suffix)] = shown
                plain.pop(name.removesuffix(suffix), None)
    return plain, rendered


def _read_off(content: bytes, marks: Sequence[TemplateLine], plain: str | None) -> Traced | None:
    """Return the text without its marks; a line without one belongs to that of the next mark."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    rows = _tidied(text.split("\n"))
    if not any(rows):
        return None
    if plain is not None and not _MARK.search(text):
        return Traced("\n".join(rows), tuple(TemplateLine(plain, at) for at in range(1, len(rows))))
    found: list[TemplateLine] = []
    known = marks[0] if marks else TemplateLine("", 0)
    for row in reversed(rows[:-1]):
        numbers = [int(match[1]) for match in _MARK.finditer(row)]
        known = marks[numbers[-1]] if numbers and numbers[-1] < len(marks) else known
        found.append(known)
    return Traced("\n".join(_MARK.sub("", row) for row in rows), tuple(reversed(found)))


def _tidied(rows: Iterable[str]) -> list[str]:
    """End the rows as every file ends: with one line end, whatever marks stand in the last ones."""
    kept = list(rows)
    while kept and not _MARK.sub("", kept[-1]):
        kept.pop()
    return [*kept, ""]
