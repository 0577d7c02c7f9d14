"""How the tests of the Node family make a repository of a few texts and read its facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scaffold.checkout import open_repo
from scaffold.facts import AnyFact, Doubt, Migration, Process, Uses
from scaffold.repo import Repo
from scaffold.stacks import nextjs, node, static

SERVER = "const app = require('express')();\napp.listen(process.env.PORT || 3000);\n"
TYPED = "import express from 'express';\nexpress().listen(process.env.PORT);\n"


def package(scripts: dict[str, str] | None = None, *deps: str, dev: tuple[str, ...] = (), **more: Any) -> str:
    """Return the text of a package.json; a dependency may be `name=range`."""
    groups: dict[str, dict[str, str]] = {
        group: {name.partition("=")[0]: name.partition("=")[2] or "^1.0.0" for name in names}
        for group, names in (("dependencies", deps), ("devDependencies", dev))
    }
    return json.dumps({"scripts": scripts or {}, **groups, **more}, indent=1)


def repo_of(top: Path, files: dict[str, str]) -> Repo:
    """Write the files below `top` and index them."""
    for path, text in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return open_repo(top)


def facts_of(top: Path, files: dict[str, str]) -> list[AnyFact]:
    """Return the facts of the Node, Next.js and static stacks."""
    repo = repo_of(top, files)
    return [*node.detect(repo), *nextjs.detect(repo), *static.detect(repo)]


def commands(facts: list[AnyFact], root: str = ".") -> dict[str, str]:
    """Return the processes of a root by name, the release command among them."""
    found = {fact.name: fact.command for fact in facts if isinstance(fact, Process) and fact.root == root}
    release = [fact.command for fact in facts if isinstance(fact, Migration) and fact.root == root]
    return found | ({"release": release[0]} if release else {})


def doubts(facts: list[AnyFact]) -> set[str]:
    """Return the ids of the doubts."""
    return {fact.id for fact in facts if isinstance(fact, Doubt)}


def uses(facts: list[AnyFact], stack: str = "node", root: str = ".") -> Uses:
    """Return the app found at a root."""
    return next(f for f in facts if isinstance(f, Uses) and (f.stack, f.root) == (stack, root))
