"""Context -> Tree, by copier in a temporary folder; and the answers, by copier's prompts.

The templates are plain copier templates: `copier.yml` holds the questions, `*.jinja` the files. They
get no shell (copier's `unsafe` stays off) and an undefined name is an error. A file that renders to
nothing but white space is not part of the tree. copier is imported late, by copier_run.py.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold import copier_run
from scaffold.errors import UserError
from scaffold.layers import files
from scaffold.record import record


@record(kw_only=False)
class Rendered:
    """One file to write: its bytes, whether it is executable, and whether nobody else may read it."""

    content: bytes
    executable: bool = False
    private: bool = False


Tree = Mapping[str, Rendered]
"""Paths from the top of the repository -> what to write there."""


def template_folder(name: str) -> Path | None:
    """Return the folder of a shipped template layer: in the wheel, else beside the package."""
    here = Path(__file__).resolve().parent
    for base in (here / "_templates", here.parent / "templates"):
        if (base / name).is_dir():
            return base / name
    return None


def layers(stack: str) -> tuple[Path, ...]:
    """Return the template layers for a stack, the common one first."""
    found = (template_folder("common"), template_folder(stack))
    kept = tuple(folder for folder in found if folder is not None)
    if not kept:
        raise UserError(
            "templates/missing",
            "the templates of scaffold are not installed",
            remedy="Install heroku-scaffold again.",
        )
    return kept


def version(folders: Sequence[Path]) -> str:
    """Return a digest over the files of template folders: their names, modes and bytes."""
    return files.version(folders)


def ask(
    layer: Path,
    context: Mapping[str, Any],
    *,
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    prompt: bool,
    extra: Path | None = None,
) -> dict[str, Any]:
    """Return the answers to a layer's questions: `given` ones as they are, the others asked or by default.

    `extra` is a template of the organisation's: its questions come after the shipped ones. Raises
    UserError for an answer that the question does not allow, KeyboardInterrupt on Ctrl-C.
    """
    with _scratch() as scratch:
        if extra is not None:
            from scaffold.layers import run

            return run.ask(layer, extra, context, given=given, defaults=defaults, prompt=prompt)
        worker = _copy(
            layer, scratch, {**context, **given}, defaults={**defaults, **given}, prompt=prompt, pretend=True
        )
        names = question_names(layer)
        combined, skipped = worker.answers.combined, worker.answers.hidden
    return {name: combined[name] for name in names if name in combined and name not in skipped}


def render(
    folders: Sequence[Path], context: Mapping[str, Any], extra: Path | None = None
) -> dict[str, Rendered]:
    """Render the layers one over the other; `extra`, a template of the organisation's, comes last.

    A file that renders to nothing is not written, even where an earlier layer has it.
    """
    tree: dict[str, Rendered] = {}
    for folder in folders:
        with _scratch() as scratch:
            _render_shipped(folder, extra, context, scratch)
            tree.update(_read(Path(scratch)))
    if extra is not None:
        from scaffold.layers import run

        with _scratch() as scratch:
            run.render(folders, extra, context, Path(scratch))
            tree.update(_read(Path(scratch)))
    return {path: tree[path] for path in sorted(tree) if tree[path].content.strip()}


def _render_shipped(folder: Path, extra: Path | None, context: Mapping[str, Any], target: str) -> None:
    if extra is not None:
        from scaffold.layers import run

        if run.has_partials(folder, extra):
            run.render_shipped(folder, extra, context, Path(target))
            return
    _copy(folder, target, context, defaults={}, prompt=False, pretend=False)


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    """Make a temporary folder for copier; a full or unwritable disk is an error to mend, not a bug."""
    try:
        with tempfile.TemporaryDirectory(prefix="scaffold-") as folder:
            yield folder
    except OSError as error:
        raise UserError(
            "templates/no-room",
            f"no temporary folder can be used: {error.strerror or error}",
            remedy="Set TMPDIR to a folder that can be written and has room.",
        ) from None


def _copy(
    folder: Path,
    target: str,
    data: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any],
    prompt: bool,
    pretend: bool,
) -> Any:
    try:
        return copier_run.copy(str(folder), target, data, defaults=defaults, prompt=prompt, pretend=pretend)
    except copier_run.errors() as error:
        if pretend:
            raise UserError(
                "answers/refused",
                f"an answer is not allowed: {error}",
                remedy="Answer it by --set NAME=VALUE; earlier answers are in .scaffold/answers.yml.",
            ) from error
        raise UserError(
            "templates/refused", f"the template {folder.name} cannot be rendered: {error}"
        ) from error


def question_names(folder: Path, extra: Path | None = None) -> tuple[str, ...]:
    """Return the names of the questions that a template layer asks, and those of the organisation's."""
    if extra is not None:
        from scaffold.layers import run

        return run.question_names(folder, extra)
    from scaffold.manifests import yaml_file

    path = folder / "copier.yml"
    document = yaml_file.parse(path.read_text(encoding="utf-8"), str(path)).value if path.is_file() else {}
    return tuple(name for name in document if not name.startswith("_"))


def _read(folder: Path) -> dict[str, Rendered]:
    """Return all files below a folder, those with nothing in them too."""
    tree = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            tree[path.relative_to(folder).as_posix()] = Rendered(_tidy(path.read_bytes()), executable)
    return tree


def _tidy(content: bytes) -> bytes:
    """End every file of text with exactly one newline."""
    return content if b"\0" in content else content.rstrip(b"\n") + b"\n"


def is_interactive() -> bool:
    """Tell whether a person can be asked: a terminal on both ends, and not CI."""
    return os.isatty(0) and os.isatty(1) and not os.environ.get("CI")
