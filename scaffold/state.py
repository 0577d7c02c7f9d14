"""`.scaffold/` in the user's repository: the answers, the versions, and the text scaffold last wrote.

    .scaffold/answers.yml    what was asked and answered (as copier keeps it, without `_src_path`)
    .scaffold/state.json     format and tool version, the managed files with their modes
    .scaffold/base/PATH      the pristine text of each managed file: the base that regeneration merges from

All of it is committed; nothing in it is a secret, a date or a path of one machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scaffold import __version__
from scaffold.errors import ManifestError, UserError
from scaffold.record import made, record
from scaffold.targets import existing

FOLDER = ".scaffold"
FORMAT = 1


@record
class State:
    """What an earlier run left: the answers, and the base text of each file it wrote."""

    answers: Mapping[str, str] = made(factory=dict)
    base: Mapping[str, bytes] = made(factory=dict)


def load(top: Path) -> State:
    """Read the state of an earlier run; an empty one where there is none. Raises UserError if malformed."""
    text = _text(top, "state.json")
    if text is None:
        return State()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"{FOLDER}/state.json", str(error)) from None
    _check_format(document)
    base = {}
    for name in filter(_is_plain, document["files"]):
        pristine = existing(top, f"{FOLDER}/base/{name}").content
        if pristine is not None:
            base[name] = pristine
    answers = parse_answers(_text(top, "answers.yml") or "", f"{FOLDER}/answers.yml")
    return State(answers=answers, base=base)


def _text(top: Path, name: str) -> str | None:
    """Read a file of `.scaffold/`, None where it is not there or not the repository's own."""
    there = existing(top, f"{FOLDER}/{name}")
    if there.blocked and not os.path.islink(top / FOLDER):
        raise _malformed(f"{FOLDER}/{name}", there.blocked)
    try:
        return None if there.content is None else there.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"{FOLDER}/{name}", str(error)) from None


@record
class Output:
    """What scaffold wrote: `unedited` files are evidence of nothing; the base text of the `edited` ones."""

    unedited: frozenset[str]
    edited: Mapping[str, str]


def output(top: Path) -> Output:
    """Tell which files are byte for byte what scaffold wrote, and which a person has edited since."""
    unedited, edited = set(), {}
    for name, pristine in load(top).base.items():
        there = existing(top, name).content
        if there is not None and there.replace(b"\r\n", b"\n") == pristine:
            unedited.add(name)
        elif there is not None:
            edited[name] = pristine.decode("utf-8", "replace")
    return Output(unedited=frozenset(unedited), edited=edited)


def check_writable(top: Path, paths: Iterable[str]) -> None:
    """Refuse to go on where the record of these files could not be kept. Raises UserError."""
    own = ["state.json", "answers.yml", *(f"base/{path}" for path in sorted(paths))]
    fault = next((there for name in own if (there := existing(top, f"{FOLDER}/{name}").blocked)), "")
    if fault:
        raise UserError(
            "state/in-the-way",
            f"nothing was written: {fault}",
            why="Without that record a later run could not tell its own text from yours.",
            remedy=f"Make {FOLDER} a folder of the repository, or remove it.",
        )


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


def parse_answers(text: str, path: str) -> dict[str, str]:
    """Parse an answers file (a YAML mapping of names to scalars). Raises UserError."""
    from scaffold.manifests import yaml_file

    try:
        value: Any = yaml_file.parse(text, path).value
    except ManifestError as error:
        raise UserError(
            "answers/malformed", error.summary, remedy=f"Mend {path}: one NAME: VALUE a line."
        ) from None
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
    if not isinstance(document.get("format"), int) or document["format"] < 1:
        raise _malformed(f"{FOLDER}/state.json", "no format number in it")
    if document["format"] > FORMAT:
        raise UserError(
            "state/newer",
            f"{FOLDER}/state.json was written by a newer scaffold ({document.get('scaffold')})",
            remedy="Install that version of heroku-scaffold or a later one.",
        )


def _is_plain(name: object) -> bool:
    """Tell whether a recorded name can be that of a file in the repository."""
    if not isinstance(name, str) or not name.isprintable():
        return False
    return {"", ".", "..", ".git"}.isdisjoint(name.split("/"))


def _malformed(path: str, reason: str) -> UserError:
    return UserError(
        "state/malformed",
        f"{path} cannot be read: {reason}",
        why="It holds what scaffold wrote last, so that your edits can be told from its own text.",
        remedy=f"Restore {FOLDER}/ from git, or remove it: files that exist then count as yours.",
    )
