"""`.scaffold/` in the user's repository: the answers, the versions, and the text scaffold last wrote.

    .scaffold/answers.yml    what was asked and answered (as copier keeps it, without `_src_path`)
    .scaffold/state.json     format and tool version, the managed files with their modes
    .scaffold/base/PATH      the pristine text of each managed file: the base that regeneration merges from

All of it is committed; nothing in it is a secret, a date or a path of one machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold import __version__
from scaffold.errors import UserError

FOLDER = ".scaffold"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What an earlier run left: the answers, and the base text of each file it wrote."""

    answers: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, bytes] = field(default_factory=dict)


def load(top: Path) -> State:
    """Read the state of an earlier run; an empty one where there is none. Raises UserError if malformed."""
    path = top / FOLDER / "state.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    except (OSError, ValueError) as error:
        raise _malformed(f"{FOLDER}/state.json", str(error)) from None
    _check_format(document)
    base = {}
    for name in document["files"]:
        pristine = top / FOLDER / "base" / name
        if _is_plain(name) and pristine.is_file():
            base[name] = pristine.read_bytes()
    return State(answers=_load_answers(top), base=base)


def own_output(top: Path) -> frozenset[str]:
    """Return the files that are byte for byte what scaffold wrote: they are evidence of nothing."""
    if not (top / FOLDER / "state.json").is_file():
        return frozenset()
    own = set()
    for name, pristine in load(top).base.items():
        path = top / name
        try:
            if path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") == pristine:
                own.add(name)
        except OSError:
            continue
    return frozenset(own)


def files(answers: Mapping[str, str], written: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of `.scaffold/` for these answers and managed files, in a stable order."""
    document = {"format": FORMAT, "scaffold": __version__, "files": sorted(written)}
    tree = {
        f"{FOLDER}/state.json": (json.dumps(document, indent=2, ensure_ascii=True) + "\n").encode(),
        f"{FOLDER}/answers.yml": _dump_answers(answers),
    }
    for name in sorted(written):
        tree[f"{FOLDER}/base/{name}"] = written[name]
    return tree


def _dump_answers(answers: Mapping[str, str]) -> bytes:
    lines = ["# The answers scaffold works from; change one with `scaffold init --set NAME=VALUE`.\n"]
    lines += [f"{name}: {json.dumps(answers[name])}\n" for name in sorted(answers)]
    return "".join(lines).encode()


def _load_answers(top: Path) -> dict[str, str]:
    path = top / FOLDER / "answers.yml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return {}
    return parse_answers(text, f"{FOLDER}/answers.yml")


def parse_answers(text: str, path: str) -> dict[str, str]:
    """Parse an answers file (a YAML mapping of names to scalars). Raises UserError."""
    from scaffold.manifests import yaml_file

    value: Any = yaml_file.parse(text, path).value
    if value is None:
        return {}
    if not isinstance(value, dict) or any(isinstance(item, dict | list) for item in value.values()):
        raise UserError("answers/malformed", f"{path}: a mapping of names to plain values is expected")
    return {
        str(name): "" if item is None else str(item)
        for name, item in value.items()
        if not name.startswith("_")
    }


def _check_format(document: Any) -> None:
    if not isinstance(document, dict) or not isinstance(document.get("files"), list):
        raise _malformed(f"{FOLDER}/state.json", "no list of files in it")
    if not isinstance(document.get("format"), int) or document["format"] > FORMAT:
        raise UserError(
            "state/newer",
            f"{FOLDER}/state.json was written by a newer scaffold ({document.get('scaffold')})",
            remedy="Install that version of heroku-scaffold or a later one.",
        )


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and not name.startswith("/") and ".." not in name.split("/")


def _malformed(path: str, reason: str) -> UserError:
    return UserError(
        "state/malformed",
        f"{path} cannot be read: {reason}",
        why="It holds what scaffold wrote last, so that your edits can be told from its own text.",
        remedy=f"Restore {FOLDER}/ from git, or remove it: files that exist then count as yours.",
    )
