"""Hold the config vars that detection finds against every name in people's app.json, misses by their cause.

    python -m tests.tools.names FOLDER

For each clone in FOLDER that has an app.json with `env`: copy it, take the people's Heroku files away,
detect, and compare the names. A cause is looked up in the tree, never in the answer:

    platform    Heroku, a buildpack, a framework or a tool reads it by itself
    add-on      an add-on sets it
    nowhere     no file of the repository has the name, but the Heroku files that were taken away
    documents   only documentation and examples have it
    aside       only tests, development files, CI and scripts have it
    missed      a file that production reads has it: the real misses

The other way round, what detection calls required and people's app.json does not name is counted.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scaffold.config_vars import classify, scope
from tests.golden import call
from tests.tools.clones import take_away

DOCUMENTS = re.compile(r"(?i)\.(md|rst|txt|adoc|html?|po|svg)$|(^|/)\.?[\w.]*env[\w.]*$|(^|/)docs?/|^license")
CAUSES = ("platform", "add-on", "nowhere", "documents", "aside", "missed")


def main(folder: Path) -> int:
    """Print a line per clone and the totals. Returns 0."""
    total: Counter[str] = Counter()
    for clone in sorted(path for path in folder.iterdir() if path.is_dir()):
        with TemporaryDirectory(prefix="names-") as scratch:
            tree = Path(scratch) / clone.name
            shutil.copytree(clone, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            declared = _declared(dict(take_away(tree)))
            if declared:
                _examine(clone.name, tree, declared, total)
    _print(total)
    return 0


def _declared(people: dict[str, Any]) -> set[str]:
    env = people.get("app.json", {}).get("env")
    return set(env) if isinstance(env, dict | list) else set()


def _examine(name: str, tree: Path, declared: set[str], total: Counter[str]) -> None:
    code, text, _ = call("detect", "-C", str(tree), "--json")
    if code:
        print(f"{name}: detect exits {code}")
        return
    document = json.loads(text)
    found = {var["name"]: var for var in document["config_vars"]}
    causes = {item: _cause(tree, item) for item in sorted(declared - set(found))}
    required = {item for item, var in found.items() if var["required"] and not var["provided_by"]}
    total["declared"] += len(declared)
    total["found"] += len(declared & set(found))
    total["required beside them"] += len(required - declared)
    total["read beside them"] += len(set(found) - declared)
    total.update(causes.values())
    said = "; ".join(
        f"{cause}: {' '.join(n for n, c in causes.items() if c == cause)}"
        for cause in CAUSES
        if cause in causes.values()
    )
    print(f"{name}: {len(declared & set(found))} of {len(declared)}{f' ({said})' if said else ''}")


def _cause(tree: Path, name: str) -> str:
    if classify.is_foreign(name) or classify.is_framework(name):
        return "platform"
    if classify.provider(name):
        return "platform" if classify.provider(name) == "platform" else "add-on"
    places = list(_places(tree, name))
    if not places:
        return "nowhere"
    code = [path for path in places if not DOCUMENTS.search(path)]
    if not code:
        return "documents"
    return "missed" if any(scope.is_production(path) for path in code) else "aside"


def _places(tree: Path, name: str) -> Iterator[str]:
    whole = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
    for path in tree.rglob("*"):
        readable = path.is_file() and not path.is_symlink() and path.stat().st_size < scope.MAX_TEXT
        if readable and whole.search(path.read_text(encoding="utf-8", errors="replace")):
            yield path.relative_to(tree).as_posix()


def _print(total: Counter[str]) -> None:
    declared = total["declared"]
    print(
        f"\n{total['found']} of {declared} declared names are found ({total['found'] / max(1, declared):.0%})"
    )
    for cause in CAUSES:
        print(f"  {cause:<10} {total[cause]}")
    findable = total["found"] + total["missed"]
    print(f"of those that production code has: {total['found'] / max(1, findable):.0%}")
    print(
        f"read, not declared: {total['read beside them']}, {total['required beside them']} of them required"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
