"""What decides detection and planning instead of the code: flags, answers, what an earlier run chose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.record import made, record

if TYPE_CHECKING:
    from scaffold.layers.source import Layer


@record
class Request:
    """What the user asked for: the folder, and what decides detection instead of the code.

    `top` is the top of the repository; `answers` are `--set` values and recorded answers. `declined`
    are proposals that a person does not want: "process/worker", "addon/redis", "config_var/API_KEY",
    "buildpack/heroku/nodejs". `layer` is the organisation's template: for the rendering, not for detection.
    `home` is the app that an earlier run chose, as the question `app` names it: an app in another folder
    does not take its place while it is there.
    """

    top: Path
    stack: str = ""
    root: str = ""
    answers: Mapping[str, str] = made(factory=dict)
    config_vars: bool = True
    versions: Mapping[str, str] = made(factory=dict)
    declined: frozenset[str] = frozenset()
    layer: Layer | None = None
    home: str = ""

    @property
    def extra(self) -> Path | None:
        """Return the folder of the organisation's template, if there is one."""
        return self.layer.folder if self.layer else None
