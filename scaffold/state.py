"""`.scaffold/` in the user's repository: what was asked and decided, and the text scaffold last wrote.

    .scaffold/answers.yml    what was asked and answered (as copier keeps it, without `_src_path`)
    .scaffold/plan.json      what was decided, so that a later run can say what changed
    .scaffold/state.json     format; versions of tool, templates and platform data; adopted, declined, ejected
    .scaffold/base/PATH      the pristine text of each managed file: the base that regeneration merges from
    .scaffold/added/PATH     what scaffold added to a file that the person had before

All of it is committed; nothing in it is a secret, a date of a run or a path of one machine. Where git has
left its conflict markers in one of these files, both sides are read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import answers_file
from scaffold.errors import UserError
from scaffold.record import made, record
from scaffold.targets import existing

if TYPE_CHECKING:
    from scaffold.render import Rendered

FOLDER = ".scaffold"
FORMAT = 2
_BASE, _ADDED = f"{FOLDER}/base", f"{FOLDER}/added"
_NOT_READ = ("bin/", ".github/", ".circleci/", ".gitlab-ci.yml", ".slugignore")
"""Managed files that say nothing of the app: an edited one is evidence of nothing either."""

_TEXTS = ("app", "stack_image", "runtime_file")
_LISTS = ("buildpacks", "unread")


@record
class State:
    """What an earlier run left. `format` is 0 where there was none.

    `base` is the text of each file as scaffold made it last; of an `adopted` one, which the person had
    before, what scaffold would have written; `added` is what it added to such a file. `merged` are the
    files of `.scaffold/` in which git left both sides of a merge: then `base` has this branch's text, and
    `theirs` that of the other. `plan` is what was decided, empty where an older format did not keep it.
    """

    format: int = 0
    answers: Mapping[str, str] = made(factory=dict)
    base: Mapping[str, bytes] = made(factory=dict)
    theirs: Mapping[str, bytes] = made(factory=dict)
    added: Mapping[str, bytes] = made(factory=dict)
    plan: Mapping[str, Any] = made(factory=dict)
    versions: Mapping[str, str] = made(factory=dict)
    adopted: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    ejected: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()

    def base_tree(self) -> dict[str, Rendered]:
        """Return the base texts as files to write."""
        from scaffold.render import Rendered

        return {path: Rendered(content) for path, content in self.base.items()}

    def wrote(self, path: str, content: bytes) -> bool:
        """Tell whether these bytes are what scaffold wrote there, whatever the newline style."""
        plain = content.replace(b"\r\n", b"\n")
        return path not in self.adopted and plain in (self.base.get(path), self.theirs.get(path))


def load(top: Path) -> State:
    """Read the state of an earlier run; an empty one where there is none. Raises UserError if malformed."""
    texts = _texts(top, "state.json")
    if not texts:
        return State()
    documents = [_document(text, f"{FOLDER}/state.json") for text in texts]
    first, last = documents[0], documents[-1]
    names = sorted({name for each in documents for name in _based(top, each)})
    base, theirs = _bases(top, _BASE, names)
    added = {
        name: text for name, text in _bases(top, _ADDED, _listed(top, _ADDED))[0].items() if name in base
    }
    merged = [name for name in ("state.json", "answers.yml", "plan.json") if len(_texts(top, name)) > 1]
    return State(
        format=min(each["format"] for each in documents),
        answers=_answers(top),
        base=base,
        theirs=theirs,
        added=added,
        plan=_plan(top),
        versions={name: str(value) for name, value in {**first, **last}.items() if isinstance(value, str)},
        adopted=_names(documents, "adopted") & base.keys(),
        declined=_names(documents, "declined"),
        ejected=frozenset(filter(_is_plain, _names(documents, "ejected"))),
        merged=(*merged, *(f"base/{name}" for name in sorted(theirs))),
    )


def _texts(top: Path, name: str) -> list[str]:
    """Read a file of `.scaffold/`: its sides where git left a conflict, none where it is not there."""
    there = existing(top, f"{FOLDER}/{name}")
    if there.blocked and not os.path.islink(top / FOLDER):
        raise _malformed(f"{FOLDER}/{name}", there.blocked)
    if there.content is None:
        return []
    try:
        text = there.content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _malformed(f"{FOLDER}/{name}", str(error)) from None
    if "<<<<<<<" not in text:
        return [text]
    from scaffold import merge

    return list(merge.sides(text) or (text,))


def _document(text: str, path: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(path, str(error)) from None
    if not isinstance(document, dict):
        raise _malformed(path, "a JSON object is expected")
    if not isinstance(document.get("format"), int) or document["format"] < 1:
        raise _malformed(path, "no format number in it")
    if document["format"] > FORMAT:
        raise UserError(
            "state/newer",
            f"{path} was written by a newer scaffold ({document.get('scaffold')})",
            remedy="Install that version of heroku-scaffold or a later one.",
        )
    if document["format"] == 1 and not isinstance(document.get("files"), list):
        raise _malformed(path, "no list of files in it")
    return document


def _based(top: Path, document: Mapping[str, Any]) -> list[str]:
    """Return the files that have a base text: format 1 lists them, later ones are what lies in the folder."""
    if document["format"] == 1:
        return [name for name in document["files"] if _is_plain(name)]
    return _listed(top, _BASE)


def _listed(top: Path, where: str) -> list[str]:
    found = []
    for folder, folders, names in os.walk(top / where):
        folders.sort()
        here = os.path.relpath(folder, top / where).replace(os.sep, "/")
        found += [name if here == "." else f"{here}/{name}" for name in names]
    return [name for name in found if _is_plain(name)]


def _bases(top: Path, where: str, names: Iterable[str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    base: dict[str, bytes] = {}
    theirs: dict[str, bytes] = {}
    for name in names:
        texts = _texts(top, f"{where.removeprefix(FOLDER + '/')}/{name}")
        if texts:
            base[name] = texts[0].encode()
        if len(texts) > 1:
            theirs[name] = texts[-1].encode()
    return base, theirs


def _answers(top: Path) -> dict[str, str]:
    """Read the answers; of two sides of a merge this branch's come first."""
    found: dict[str, str] = {}
    for text in reversed(_texts(top, "answers.yml")):
        found |= answers_file.parse(text, f"{FOLDER}/answers.yml")
    return found


def _plan(top: Path) -> dict[str, Any]:
    texts = _texts(top, "plan.json")
    if not texts:
        return {}
    try:
        document = json.loads(texts[0])
    except (ValueError, RecursionError):
        return {}
    known = document if isinstance(document, dict) else {}
    return {key: value for key, value in known.items() if _is_shaped(key, value)}


def _is_shaped(key: str, value: object) -> bool:
    """Tell whether an entry of plan.json is of the kind that was written there; by hand, anything can be."""
    if key in _TEXTS:
        return isinstance(value, str)
    items = value if isinstance(value, list) else value.values() if isinstance(value, dict) else (None,)
    return isinstance(value, list) == (key in _LISTS) and all(isinstance(item, str) for item in items)


def _names(documents: Iterable[Mapping[str, Any]], key: str) -> frozenset[str]:
    lists = (each.get(key) for each in documents)
    return frozenset(
        name for each in lists if isinstance(each, list) for name in each if isinstance(name, str)
    )


@record
class Output:
    """What scaffold wrote: `unedited` files are evidence of nothing; the base text of the `edited` ones."""

    unedited: frozenset[str]
    edited: Mapping[str, str]


def says_nothing(path: str) -> bool:
    """Tell whether a file is no evidence of the app: a script, or the file of a CI service."""
    return path.startswith(_NOT_READ)


def output(top: Path, state: State | None = None) -> Output:
    """Tell which files are byte for byte what scaffold wrote, and which a person has edited since.

    Of an adopted file, what scaffold added to it is its own text: all else is the person's.
    """
    known = load(top) if state is None else state
    unedited, edited = set(), {}
    for name in known.base:
        there = existing(top, name).content
        pristine = known.added.get(name, b"") if name in known.adopted else known.base[name]
        if not pristine:
            continue
        mute = says_nothing(name) and name not in known.adopted
        if there is not None and (known.wrote(name, there) or mute):
            unedited.add(name)
        elif there is not None:
            edited[name] = pristine.decode("utf-8", "replace")
    return Output(unedited=frozenset(unedited), edited=edited)


def check_writable(top: Path, paths: Iterable[str]) -> None:
    """Refuse to go on where the record of these files could not be kept. Raises UserError."""
    own = ["state.json", "answers.yml", "plan.json", *(f"base/{path}" for path in sorted(paths))]
    fault = next((there for name in own if (there := existing(top, f"{FOLDER}/{name}").blocked)), "")
    if fault:
        raise UserError(
            "state/in-the-way",
            f"nothing was written: {fault}",
            why="Without that record a later run could not tell its own text from yours.",
            remedy=f"Make {FOLDER} a folder of the repository, or remove it.",
        )


def files(state: State) -> dict[str, bytes]:
    """Return the files of `.scaffold/` for a state, in a stable order."""
    document = {
        "format": FORMAT,
        **{name: state.versions[name] for name in sorted(state.versions)},
        **{
            name: sorted(names)
            for name, names in (
                ("adopted", state.adopted),
                ("declined", state.declined),
                ("ejected", state.ejected),
            )
            if names
        },
    }
    tree = {
        f"{FOLDER}/state.json": dump_json(document),
        f"{FOLDER}/answers.yml": answers_file.dump(state.answers),
    }
    if state.plan:
        tree[f"{FOLDER}/plan.json"] = dump_json(state.plan)
    for name in sorted(state.base):
        tree[f"{_BASE}/{name}"] = state.base[name]
    for name in sorted(state.added.keys() & state.adopted):
        tree[f"{_ADDED}/{name}"] = state.added[name]
    return tree


def dump_json(document: Any) -> bytes:
    """Write a document as JSON that reviews line by line."""
    return (json.dumps(document, indent=2, ensure_ascii=True) + "\n").encode()


def stale(top: Path, state: State) -> list[str]:
    """Return the texts on disk that the state no longer has: an update takes them away."""
    there = {*(f"{_BASE}/{name}" for name in _listed(top, _BASE))}
    there |= {f"{_ADDED}/{name}" for name in _listed(top, _ADDED)}
    return sorted(there - files(state).keys())


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
