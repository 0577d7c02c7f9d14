"""Node.js servers, workers, bots and built sites: from package.json to the processes that run it."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact
from scaffold.families.node.facts import node_facts
from scaffold.repo import Repo
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the facts of every package in the repository that runs, serves or builds something."""
    return node_facts(repo)


MARKS = ("package.json",)
STACK = Stack(name="node", title="Node.js", language="node", detect=detect)
