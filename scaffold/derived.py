"""Values derived from a repository, each with the files it was made from: views share what they do not hide.

Only the files that a view may hide are watched (WATCHED): those that scaffold writes and also reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable

from scaffold.record import made, mutable, record

WATCHED = frozenset(
    "Procfile app.json heroku.yml heroku.yaml .buildpacks config-vars.toml .env.example .python-version "
    "runtime.txt".split()
)
"""The last parts of the paths that are watched."""

Call = tuple[Callable[..., object], tuple[Hashable, ...]]


@mutable
class Trace:
    """What a value is made from while it is made: watched files, and results of calls that were derived."""

    paths: set[str] = made(factory=set)
    calls: dict[Call, object] = made(factory=dict)


@record
class Derived:
    """A value, the watched files that it was made from, and the results of the calls that it rests on."""

    value: object
    paths: frozenset[str]
    calls: tuple[tuple[Call, object], ...]

    def holds(self, hidden: Collection[str], call: Callable[..., object]) -> bool:
        """Tell whether it is the same without the hidden files, where `call` makes a derived call anew."""
        return self.paths.isdisjoint(hidden) and all(
            call(function, *arguments) == result for (function, arguments), result in self.calls
        )
