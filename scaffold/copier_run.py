"""One run of copier, the only import of it: a template folder, answers -> files, or only the answers.

copier is made for templates in git and for one run per process. Here a template is a folder, so git is
not asked about it (a dozen processes per run), nothing is rendered where only answers are wanted, and a
template text is compiled once in the life of the process. Whatever of that a version of copier does not
know by these names is done its own way, only slower.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Hashable, Mapping
from types import CodeType
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
    """Render a folder into another and return copier's worker; `pretend` asks and renders nothing.

    A template gets no shell. Raises what copier and the template raise; KeyboardInterrupt on Ctrl-C at a
    question.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from copier.errors import CopierAnswersInterrupt

        try:
            with _worker()(
                src_path=folder,
                dst_path=target,
                data=dict(data),
                user_defaults=dict(defaults),
                defaults=not prompt,
                overwrite=True,
                quiet=True,
                unsafe=False,
                pretend=pretend,
            ) as worker:
                worker.run_copy()
                return worker
        except CopierAnswersInterrupt:
            raise KeyboardInterrupt from None


@functools.cache
def _worker() -> Any:
    """Return copier's worker without what a template in a folder has no use for."""
    from copier import Worker

    class FolderWorker(Worker):
        @functools.cached_property
        def template(self) -> Any:
            found = super().template
            found.vcs = None
            return found

        @functools.cached_property
        def jinja_env(self) -> Any:
            made: Any = super().jinja_env
            made.compile = _compile_once(made, repr(sorted(self.template.envops.items())))
            return made

        def _render_template(self) -> None:
            if not self.pretend:
                super()._render_template()

        def _sync_git_index_executable_bit(self, *_: Any) -> None:
            """Leave the index of the person's repository alone."""

    return FolderWorker


def _compile_once(environment: Any, settings: str) -> Callable[..., Any]:
    """Return `Environment.compile` with a memory.

    What a filter makes of a constant is part of the code, so the code belongs to the filters that were there.
    """
    compiled, compile_anew = _compiled(), environment.compile
    around = (settings, frozenset(environment.filters), frozenset(environment.extensions))

    def compile_once(source: Any, name: str | None = None, filename: str | None = None, **more: Any) -> Any:
        if more or not isinstance(source, str):
            return compile_anew(source, name, filename, **more)
        key = (around, name, environment.preprocess(source, name, filename))
        if key not in compiled:
            compiled[key] = compile_anew(source, name, filename)
        return compiled[key].replace(co_filename=filename or "<template>")

    return compile_once


@functools.cache
def _compiled() -> dict[Hashable, CodeType]:
    """Return the code of the templates that this process has compiled."""
    return {}


def errors() -> tuple[type[Exception], ...]:
    """Return what copier raises for an answer or a template that it cannot take."""
    from copier.errors import CopierError
    from jinja2 import TemplateError

    return CopierError, TemplateError, ValueError
