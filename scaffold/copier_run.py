"""One run of copier, the only import of it: a template folder, answers -> files, or only the answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any


def copy(
    folder: str,
    target: str,
    data: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any],
    prompt: bool,
    pretend: bool,
) -> Any:
    """Render a folder into another and return copier's worker. A template gets no shell.

    Raises what copier and the template raise; KeyboardInterrupt on Ctrl-C at a question.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from copier import run_copy
        from copier.errors import CopierAnswersInterrupt

        try:
            return run_copy(
                folder,
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


def errors() -> tuple[type[Exception], ...]:
    """Return what copier raises for an answer or a template that it cannot take."""
    from copier.errors import CopierError
    from jinja2 import TemplateError

    return CopierError, TemplateError, ValueError
