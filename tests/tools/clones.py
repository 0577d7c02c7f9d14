"""Compare what scaffold says with what people wrote, over a folder of clones.

    python -m tests.tools.clones FOLDER [--keep]

For each folder in FOLDER: copy it, take the people's Heroku files away, run detect and init, and hold
the answer against their Procfile and app.json. A command agrees when the program and its target do
(gunicorn and shop.wsgi), whatever the flags. The table is a way to look, not a verdict: people err too.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scaffold.manifests import procfile
from tests.golden import call

HEROKU_FILES = re.compile(r"^(Procfile.*|heroku\.yml|\.buildpacks|runtime\.txt)$")
FLAGS = re.compile(
    r"\s--?\S+([= ]\S+)?|\$\S+|\b[A-Z_]+=\S+"
    r"|\b(bundle exec|newrelic-admin run-program|env)\b|:application\b|:app\b"
)
COLUMNS = ("web", "release", "other", "addons", "env")


@dataclass
class Row:
    """One repository: what was found, and per column 1, 0, or None where people said nothing."""

    name: str
    stack: str = "-"
    fields: dict[str, float | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def main(folder: Path) -> int:
    """Print a row per clone and the means. Returns 1 where a run failed hard."""
    rows = [
        examine(path) for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")
    ]
    width = max((len(row.name) for row in rows), default=4)
    print(f"{'':{width}}  {'stack':8} " + " ".join(f"{name:>7}" for name in COLUMNS) + "  faults")
    for row in rows:
        cells = " ".join(f"{_cell(row.fields.get(name)):>7}" for name in COLUMNS)
        print(f"{row.name:{width}}  {row.stack:8} {cells}  {'; '.join(row.faults)}")
    means = " ".join(f"{_cell(_mean(rows, name)):>7}" for name in COLUMNS)
    print(f"{'mean':{width}}  {'':8} {means}  {sum(bool(row.faults) for row in rows)} with faults")
    return int(any(row.faults for row in rows))


def examine(clone: Path) -> Row:
    """Run scaffold on a copy of a clone without its Heroku files, and compare."""
    row = Row(clone.name)
    with TemporaryDirectory(prefix="clones-") as scratch:
        tree = Path(scratch) / clone.name
        shutil.copytree(clone, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        people = dict(take_away(tree))
        code, text, talk = call("detect", "-C", str(tree), "--json")
        if code not in (0, 3):
            row.faults.append(f"detect exits {code}: {talk.strip().splitlines()[-1] if talk.strip() else ''}")
        if code == 0:
            _compare(row, json.loads(text), people)
            _run_init(row, tree)
        elif code == 3:
            row.stack = "?"
    return row


def _run_init(row: Row, tree: Path) -> None:
    before = _contents(tree)
    code, _, _ = call("init", "-C", str(tree), "--yes")
    if code not in (0, 1):
        row.faults.append(f"init exits {code}")
    after = _contents(tree)
    if any(after.get(path) != content for path, content in before.items()):
        row.faults.append("a person's file changed")
    call("init", "-C", str(tree), "--yes")
    if _contents(tree) != after:
        row.faults.append("a second init changed something")


def take_away(tree: Path) -> Iterator[tuple[str, Any]]:
    """Take the Heroku files away and yield what they said: ("Procfile", {...}), ("app.json", {...})."""
    for path in sorted(tree.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        if not path.is_file() or path.is_symlink():
            continue
        if path.name == "app.json":
            try:
                document = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                continue
            if isinstance(document, dict) and {"env", "addons", "formation", "buildpacks", "stack"} & set(
                document
            ):
                yield "app.json", document
                path.unlink()
        elif HEROKU_FILES.match(path.name):
            if path.name == "Procfile":
                lines = procfile.parse(path.read_text(encoding="utf-8", errors="replace"), path.name)
                yield "Procfile", {line.name: line.command for line in lines}
            path.unlink()


def _compare(row: Row, document: dict[str, Any], people: dict[str, Any]) -> None:
    row.stack = document["stack"]
    mine, theirs = document["processes"], people.get("Procfile", {})
    for name in ("web", "release"):
        if name in theirs:
            row.fields[name] = float(name in mine and _agree(mine[name], theirs[name]))
    others = {
        name: command for name, command in theirs.items() if name not in ("web", "release", "console", "rake")
    }
    if others:
        kept = [command for name, command in mine.items() if name not in ("web", "release")]
        row.fields["other"] = sum(any(_agree(m, c) for m in kept) for c in others.values()) / len(others)
    app = people.get("app.json", {})
    if app.get("addons"):
        wanted = {_service(addon) for addon in app["addons"]}
        row.fields["addons"] = len(wanted & {_service(addon) for addon in document["addons"]}) / len(wanted)
    if isinstance(app.get("env"), dict) and app["env"]:
        found = {var["name"] for var in document["config_vars"]}
        row.fields["env"] = len(found & set(app["env"])) / len(app["env"])


def _service(addon: Any) -> str:
    text = addon.get("plan", "") if isinstance(addon, dict) else str(addon)
    return text.partition(":")[0]


def _agree(one: str, other: str) -> bool:
    words = [set(FLAGS.sub(" ", f" {text} ").replace("/", " ").split()) for text in (one, other)]
    return len(words[0] & words[1]) >= max(1, min(len(words[0]), len(words[1])) // 2)


def _contents(tree: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in tree.rglob("*") if path.is_file() and not path.is_symlink()
    }


def _mean(rows: list[Row], name: str) -> float | None:
    values = [value for row in rows if (value := row.fields.get(name)) is not None]
    return sum(values) / len(values) if values else None


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
