"""A template of the organisation's, over the shipped ones -> questions asked, files rendered.

copier runs on a folder that is made for it: the template's files, the shipped partials where the
template includes them (`_deploy/...`, and every shipped file under `_shipped/`), and a copier.yml of
ours with what we take of the template's own. The sandbox of copier stays; filters that read the
machine are taken out.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold import copier_run
from scaffold.errors import Undecided, UserError
from scaffold.layers import config, files
from scaffold.layers.config import LayerConfig

SHIPPED = "_shipped"
_OF_THE_MACHINE = (
    "expandvars",
    "expanduser",
    "fileglob",
    "realpath",
    "strftime",
    "ans_random",
    "shuffle",
    "random_mac",
)
"""Filters that would put the environment, the disk, the day or chance into a file."""


def ask(
    shipped: Path,
    extra: Path,
    context: Mapping[str, Any],
    *,
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    prompt: bool,
) -> dict[str, Any]:
    """Return the answers to the questions of the shipped layer and then of the template."""
    base, layer = config.shipped(shipped), config.read(extra)
    questions = config.merged_questions(base, layer)
    sure, likely = config.several(questions, given), config.several(questions, defaults)
    asked = (
        (config.shipped_document(base, layer), tuple(base.questions)),
        (config.own_document(base, layer), tuple(config.own_questions(base, layer))),
    )
    answers: dict[str, Any] = {}
    for document, names in asked:
        data = {**context, **sure, **answers}
        with tempfile.TemporaryDirectory(prefix="scaffold-") as scratch:
            folder = _with(Path(scratch) / "questions", document)
            with _sealed(), _faults(folder, extra, layer, asking=True):
                worker = copier_run.copy(
                    str(folder),
                    f"{scratch}/out",
                    data,
                    defaults={**likely, **sure},
                    prompt=prompt,
                    pretend=True,
                )
        combined, skipped = worker.answers.combined, worker.answers.hidden
        answers |= {name: combined[name] for name in names if name in combined and name not in skipped}
    return {name: _recordable(value, questions[name]) for name, value in answers.items()}


def _with(folder: Path, document: str) -> Path:
    """Return a folder of templates with this copier.yml."""
    folder.mkdir(exist_ok=True)
    (folder / "copier.yml").write_text(document, encoding="utf-8")
    return folder


def _recordable(value: Any, question: Mapping[str, Any]) -> Any:
    """Return an answer as it is read again: structured ones are JSON, which is YAML too."""
    if question.get("type") in ("json", "yaml") and not isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False)
    return value


def question_names(shipped: Path, extra: Path) -> tuple[str, ...]:
    """Return the names of all questions, the shipped ones first."""
    return tuple(config.merged_questions(config.shipped(shipped), config.read(extra)))


def render(shipped: Sequence[Path], extra: Path, context: Mapping[str, Any], target: Path) -> None:
    """Render a template over the shipped ones into a folder. Raises UserError for what it does wrong."""
    base, layer = config.shipped(shipped[0]), config.read(extra)
    data = config.several(config.merged_questions(base, layer), context)
    with tempfile.TemporaryDirectory(prefix="scaffold-") as scratch:
        folder = Path(scratch) / "template"
        hidden = {SHIPPED}
        for each in shipped:
            found = [file for file in files.files(each) if file.path != "copier.yml"]
            files.copy(found, folder, SHIPPED)
            partials = [file for file in found if file.path.startswith("_")]
            files.copy(partials, folder)
            hidden |= {file.path.partition("/")[0] for file in partials}
        files.copy((file for file in files.files(extra) if file.path != layer.path), folder)
        patterns = tuple(f"/{name}" for name in sorted(hidden))
        _with(folder, config.own_document(base, layer, patterns))
        with _sealed(), _faults(folder, extra, layer):
            copier_run.copy(str(folder), str(target), data, defaults={}, prompt=False, pretend=False)
        _check_output(target, (scratch, str(target)))


def has_partials(shipped: Path, extra: Path) -> bool:
    """Tell whether a template has a shipped partial in a version of its own."""
    return bool(_own_partials(shipped, extra))


def _own_partials(shipped: Path, extra: Path) -> list[files.TemplateFile]:
    known = {file.path for file in files.files(shipped) if file.path.startswith("_")}
    return [file for file in files.files(extra) if file.path in known]


def render_shipped(shipped: Path, extra: Path, context: Mapping[str, Any], target: Path) -> None:
    """Render a shipped layer with the template's versions of its partials."""
    with tempfile.TemporaryDirectory(prefix="scaffold-") as scratch:
        folder = Path(scratch) / "template"
        found = files.files(shipped)
        files.copy(found, folder, SHIPPED)
        files.copy(found, folder)
        files.copy(_own_partials(shipped, extra), folder)
        with _sealed(), _faults(folder, extra, LayerConfig()):
            copier_run.copy(str(folder), str(target), context, defaults={}, prompt=False, pretend=False)
        _check_output(target, (scratch, str(target)))


def _check_output(target: Path, places: tuple[str, ...]) -> None:
    """Refuse files where none may be, and files that name the temporary folders of this run."""
    for path in sorted(target.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(target).as_posix()
        parts = name.lower().split("/")
        if ".git" in parts or parts[0] == ".scaffold" or not name.isprintable():
            raise config.fault_at(repr(name), 0, "no template may write there")
        if any(place.encode() in path.read_bytes() for place in places):
            raise config.fault_at(name, 0, "it would name a temporary folder of this machine (_copier_conf)")


@contextlib.contextmanager
def _sealed() -> Iterator[None]:
    """Take the filters that read the machine from copier's environment while a foreign template runs."""
    from jinja2_ansible_filters.core_filters import FilterModule

    whole = FilterModule.filters

    def harmless(module: Any) -> dict[str, Any]:
        return {name: value for name, value in whole(module).items() if name not in _OF_THE_MACHINE}

    FilterModule.filters = harmless
    try:
        yield
    finally:
        FilterModule.filters = whole


@contextlib.contextmanager
def _faults(folder: Path, extra: Path, layer: LayerConfig, *, asking: bool = False) -> Iterator[None]:
    """Turn whatever a template raises into an error that names its file and line.

    All exceptions are meant: what a foreign template does (a division, a missing key) is its fault, not a
    bug of scaffold. What the disk refuses passes as it is.
    """
    from jinja2 import TemplateError

    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, TemplateError):
            raise
        causes = [error, *filter(None, (error.__cause__, error.__context__))]
        if asking and not any(isinstance(each, TemplateError) for each in causes):
            raise _bad_answer(error) from error
        path, line = _where(causes, folder)
        message = str(error) or type(error).__name__
        named = re.fullmatch(r"Error rendering template path (.*?): (.*)", message, re.DOTALL)
        if named:
            path, line, message = named[1], 0, named[2]
        if not path:
            path, line = _guess(message, extra, layer, asking=asking)
        raise config.fault_at(path, line, message) from error


def _bad_answer(error: Exception) -> UserError:
    if re.search(r'Question "\w+" is required', str(error)):
        name = str(error).split('"')[1]
        return Undecided(
            "answers/required", f"the template asks for {name}", remedy=f"Answer it: --set {name}=VALUE"
        )
    return UserError(
        "answers/refused",
        f"an answer is not allowed: {error}",
        remedy="Answer it by --set NAME=VALUE; earlier answers are in .scaffold/answers.yml.",
    )


def _where(causes: Sequence[BaseException], folder: Path) -> tuple[str, int]:
    """Return the template file and line in which an error was raised, "" where it was in none."""
    top = f"{folder.resolve()}/"
    for error in causes:
        name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if isinstance(name, str) and isinstance(line, int):
            return name.removeprefix(top).removeprefix(f"{SHIPPED}/"), line
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith(top):
                return frame.filename.removeprefix(top), frame.lineno or 0
    return "", 0


def _guess(message: str, extra: Path, layer: LayerConfig, *, asking: bool) -> tuple[str, int]:
    """Name the likely place of an error outside of the files' text: copier.yml, or a file's name."""
    named = re.search(r"'(\w+)' is undefined", message)
    if layer.path and asking:
        lines = (extra / layer.path).read_text(encoding="utf-8", errors="replace").splitlines()
        found = [at for at, text in enumerate(lines, 1) if named and named[1] in text]
        return layer.path, found[0] if found else 0
    rendered = [file.path for file in files.files(extra) if "{" in file.path]
    return (rendered[0] if len(rendered) == 1 else "the name of a file"), 0
