"""The stacks scaffold knows: one module each in this folder, found by listing it.

A module holds `MARKS`, `detect(repo)`, which yields facts, and `STACK`. Every detector whose marks
the repository shows runs; none knows of another; their order never matters. `MARKS` is one literal
tuple of file names (`go.mod`) and patterns (`*.go`), read without importing the module: a Django
app need not pay for the parsers of eighteen other stacks.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterable
from functools import cache

from scaffold.facts import AnyFact
from scaffold.record import record
from scaffold.repo import Repo

Detect = Callable[[Repo], Iterable[AnyFact]]


@record
class Stack:
    """A stack: its name, its title for people, the stack of its language, its detector."""

    name: str
    title: str
    language: str
    detect: Detect


@cache
def names() -> tuple[str, ...]:
    """Return the names of all stacks, sorted."""
    files = os.listdir(os.path.dirname(__file__))
    return tuple(sorted(file[:-3] for file in files if file.endswith(".py") and not file.startswith("_")))


@cache
def load(name: str) -> Stack:
    """Import a stack's module and return the stack. Raises KeyError for a name there is none of."""
    if name not in names():
        raise KeyError(name)
    stack: Stack = importlib.import_module(f"{__name__}.{name}").STACK
    return stack


def marks(name: str) -> tuple[str, ...]:
    """Return the marks of a stack, read from the text of its module; without any, every file is one."""
    with open(os.path.join(os.path.dirname(__file__), f"{name}.py"), encoding="utf-8") as file:
        found = re.search(r"^MARKS = \(([^)]*)\)", file.read(), re.MULTILINE)
    return tuple(re.findall(r'"([^"]+)"', found[1])) if found else ("*",)


def all_stacks() -> tuple[Stack, ...]:
    """Return every stack of this folder, by name."""
    return tuple(load(name) for name in names())


def stacks_for(repo: Repo) -> tuple[Stack, ...]:
    """Return the stacks whose marks the repository shows, by name."""
    return tuple(load(name) for name in names() if repo.shows(*marks(name)))
