"""A Rust program -> its subcommands (clap): the one that serves, that works, that migrates."""

from __future__ import annotations

import re

from scaffold.facts import Evidence
from scaffold.families.code_text import code
from scaffold.families.rust.apps import Program
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_ENUM = lazy(
    r"#\[derive\([^)]*\b(?:Parser|Subcommand|StructOpt)\b[^)]*\)\][\s\S]*?\benum\s+\w+\s*\{([\s\S]*?)\n\}"
)
_VARIANT = lazy(r"^ {4}([A-Z]\w*)\s*(?:[,({]|$)", re.MULTILINE)

SERVE = ("Serve", "Server", "Start", "Web", "Http", "Api", "Run", "Listen")
WORK = ("Worker", "BackgroundWorker", "Workers", "Jobs", "Consumer", "Scheduler")
MIGRATE = ("Migrate", "Migration", "Migrations")


@record
class Subcommand:
    """A subcommand as it is typed, and the line of its variant."""

    word: str
    evidence: Evidence


def subcommand(repo: Repo, program: Program, names: tuple[str, ...]) -> Subcommand | None:
    """Return the first of these subcommands that a program has."""
    for path in program.files[:300]:
        if "clap" not in repo.text(path) and "structopt" not in repo.text(path).lower():
            continue
        text = code(repo, path)
        found: dict[str, int] = {}
        for enum in _ENUM.finditer(text):
            for variant in _VARIANT.finditer(enum[1]):
                start = enum.start(1) + variant.start(1)
                found.setdefault(variant[1], text.count("\n", 0, start) + 1)
        name = next((item for item in names if item in found), "")
        if name:
            word = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
            return Subcommand(word=word, evidence=repo.proof(path, found[name]))
    return None
