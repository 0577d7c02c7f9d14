"""Context -> Tree, by copier in a temporary folder; and the answers, by copier's prompts.

The templates are plain copier templates: `copier.yml` holds the questions, `*.jinja` the files. They
get no shell (copier's `unsafe` stays off) and an undefined name is an error. A file that renders to
nothing but white space is not part of the tree. copier is imported here only, and late.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.errors import UserError
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


def ask(
    layer: Path,
    context: Mapping[str, Any],
    *,
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    prompt: bool,
) -> dict[str, Any]:
    """Return the answers to a layer's questions: `given` ones as they are, the others asked or by default.

    Raises UserError for an answer that the question does not allow, KeyboardInterrupt on Ctrl-C.
    """
    with _scratch() as scratch:
        worker = _copy(
            layer, scratch, {**context, **given}, defaults={**defaults, **given}, prompt=prompt, pretend=True
        )
        names = question_names(layer)
        combined, skipped = worker.answers.combined, worker.answers.hidden
    return {name: combined[name] for name in names if name in combined and name not in skipped}


def render(folders: Sequence[Path], context: Mapping[str, Any]) -> dict[str, Rendered]:
    """Render the layers one over the other."""
    tree: dict[str, Rendered] = {}
    for folder in folders:
        with _scratch() as scratch:
            _copy(folder, scratch, context, defaults={}, prompt=False, pretend=False)
            tree.update(_read(Path(scratch)))
    return dict(sorted(tree.items()))


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from copier import run_copy
        from copier.errors import CopierAnswersInterrupt, CopierError
        from jinja2 import TemplateError

        try:
            return run_copy(
                str(folder),
                target,
                data=dict(data),
                user_defaults=dict(defaults),
                defaults=not prompt,
                overwrite=True,
                quiet=True,
                unsafe=False,
                pretend=pretend,
            )
        except CopierAnswersInterrupt:
            raise KeyboardInterrupt from None
        except (CopierError, TemplateError, ValueError) as error:
            if pretend:
                raise UserError(
                    "answers/refused",
                    f"an answer is not allowed: {error}",
                    remedy="Answer it by --set NAME=VALUE; earlier answers are in .scaffold/answers.yml.",
                ) from error
            raise UserError(
                "templates/refused", f"the template {folder.name} cannot be rendered: {error}"
            ) from error


def question_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the questions that a template layer asks."""
    from scaffold.manifests import yaml_file

    path = folder / "copier.yml"
    document = yaml_file.parse(path.read_text(encoding="utf-8"), str(path)).value if path.is_file() else {}
    return tuple(name for name in document if not name.startswith("_"))


def _read(folder: Path) -> dict[str, Rendered]:
    tree = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if content.strip():
                executable = bool(path.stat().st_mode & stat.S_IXUSR)
                tree[path.relative_to(folder).as_posix()] = Rendered(_tidy(content), executable)
    return tree


def _tidy(content: bytes) -> bytes:
    """End every file with exactly one newline."""
    return content.rstrip(b"\n") + b"\n"


def is_interactive() -> bool:
    """Tell whether a person can be asked: a terminal on both ends, and not CI."""
    return os.isatty(0) and os.isatty(1) and not os.environ.get("CI")
