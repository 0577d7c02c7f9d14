"""The stacks scaffold knows: one module each in this folder, found by listing it.

A module holds `detect(repo)`, which yields facts, and `STACK`. Every detector runs on every
repository; none knows of another; their order never matters.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scaffold.facts import AnyFact
from scaffold.repo import Repo

Detect = Callable[[Repo], Iterable[AnyFact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack: its name, its title for people, the stack of its language, its detector."""

    name: str
    title: str
    language: str
    detect: Detect


def all_stacks() -> tuple[Stack, ...]:
    """Return every stack of this folder, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").STACK for name in names)
