"""What becomes of people's own deployment files: `init --yes --on-existing merge` over a folder of clones.

python -m tests.tools.kept FOLDER     a row per repository: files of theirs that were merged, lines of
                                      theirs that were lost (none may be), lines added, bytes a second run
                                      changes (none may be); then every added line
"""

from __future__ import annotations

import difflib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold.record import record
from tests.golden import call


@record
class Row:
    """What happened to one repository."""

    name: str
    code: int
    merged: tuple[str, ...]
    lost: tuple[str, ...]
    added: tuple[str, ...]
    again: tuple[str, ...]


def files(top: Path) -> dict[str, bytes]:
    """Read every file of a repository, without git's own and links."""
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file() and not path.is_symlink() and ".git" not in path.relative_to(top).parts
    }


def look(folder: Path, command: tuple[str, ...]) -> Row:
    """Run init twice on a copy of a repository and compare."""
    with TemporaryDirectory(prefix="kept-") as scratch:
        app = Path(scratch) / folder.name
        shutil.copytree(folder, app, symlinks=True)
        before = files(app)
        code, _, talk = call(*command, "-C", str(app))
        after = files(app)
        changed = [path for path, content in before.items() if after.get(path) != content]
        compared = [_compare(path, before[path], after.get(path, b"")) for path in changed]
        second = call(*command, "-C", str(app))[0]
        last = files(app)
    again = [path for path in {*after, *last} if after.get(path) != last.get(path)]
    return (
        Row(
            name=folder.name,
            code=code,
            merged=tuple(changed),
            lost=tuple(line for lost, _ in compared for line in lost),
            added=tuple(line for _, added in compared for line in added),
            again=(*sorted(again), *(() if second == code else (f"exit {second}",))),
        )
        if code in (0, 1)
        else Row(name=folder.name, code=code, merged=(), lost=(), added=(talk.split("\n")[0],), again=())
    )


def _compare(path: str, before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """Return the lines that are gone and those that are new; a comma at the end of a JSON line is neither."""
    old, new = (_lines(path, content) for content in (before, after))
    lost, added = [], []
    for line in difflib.ndiff(old, new):
        if line.startswith("- "):
            lost.append(f"{path}: {line[2:]}")
        elif line.startswith("+ "):
            added.append(f"{path}: {line[2:]}")
    return lost, added


def _lines(path: str, content: bytes) -> list[str]:
    lines = content.decode("utf-8", "replace").splitlines()
    return [line.rstrip(" ,") for line in lines] if path.endswith(".json") else lines


def rows(folder: Path) -> Iterator[Row]:
    """Yield a row for each repository in a folder."""
    for each in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield look(each, ("init", "--yes", "--on-existing", "merge"))


def main(folder: str) -> int:
    """Print the table; return 1 where a line was lost or a second run changed anything."""
    found = []
    print(f"{'repository':<44} exit merged lost added again")
    for row in rows(Path(folder)):
        found.append(row)
        counts = f"{len(row.merged):>6} {len(row.lost):>4} {len(row.added):>5} {len(row.again):>5}"
        print(f"{row.name:<44} {row.code:>4} {counts}")
    for row in found:
        for title, lines in (("lost", row.lost), ("again", row.again), ("added", row.added)):
            for line in lines:
                print(f"{row.name}  {title}  {line}")
    return int(any(row.lost or row.again for row in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
