"""Write the skeleton of a stack: its module, a fixture, and its first app file.

python -m tests.tools.new_stack NAME
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent

MODULE = '''"""{title}: say here in one line what proves it and what serves it."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Strength, Uses
from scaffold.repo import Repo, folder_of
from scaffold.stacks import Stack


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Find {title} apps by their manifest."""
    for path in repo.named("{name}.manifest"):
        root = folder_of(path)
        yield Uses(stack="{name}", root=root, strength=Strength.GENERIC, evidence=(repo.proof(path),))


MARKS = ("{name}.manifest",)
STACK = Stack(name="{name}", title="{title}", language="{name}", detect=detect)
'''


def main(name: str) -> None:
    """Write the files; existing ones are never touched."""
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        sys.exit(f"{name!r}: a stack's name is lower-case letters and digits")
    files = {
        f"scaffold/stacks/{name}.py": MODULE.format(name=name, title=name.capitalize()),
        f"fixtures/{name}_basic/fixture.toml": f'situation = "the smallest {name} app that serves"\n',
        f"fixtures/{name}_basic/app/{name}.manifest": "replace me by a small app that looks real\n",
    }
    for path, text in files.items():
        target = TOP / path
        if target.exists():
            sys.exit(f"{path} exists")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else sys.exit("name the stack: python -m tests.tools.new_stack NAME")
    )
