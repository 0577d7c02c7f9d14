"""Keyed lines merge by key: Procfile, env files, sets and sequences of lines, and files of one value."""

from __future__ import annotations

import pytest

from scaffold import merge
from scaffold.merge import Conflict


def conflict(base: str, yours: str, new: str) -> str:
    return f"<<<<<<< yours\n{yours}||||||| written by scaffold\n{base}=======\n{new}>>>>>>> scaffold now\n"


PROCFILE = {
    "neighbouring edits never meet": (
        "web: a\nworker: b\n",
        "web: mine\nworker: b\n",
        "web: a\nworker: c\n",
        "web: mine\nworker: c\n",
    ),
    "a new process type goes beside its neighbour, not to the end": (
        "web: a\nworker: b\n",
        "web: a\nworker: b\n\n# ours\ncron: mine\n",
        "web: a\nclock: c\nworker: b\n",
        "web: a\nclock: c\nworker: b\n\n# ours\ncron: mine\n",
    ),
    "before its neighbour where none stands above it": (
        "web: a\n",
        "y: 2\n# ours\nweb: b\nx: 1\n",
        "release: r\nweb: a\n",
        "y: 2\nrelease: r\n# ours\nweb: b\nx: 1\n",
    ),
    "but not above a comment that begins the file": (
        "web: a\n",
        "# ours\nweb: b\n",
        "release: r\nweb: a\n",
        "# ours\nweb: b\nrelease: r\n",
    ),
    "at the end where it has no neighbour": (
        "web: a\n",
        "x: 1\n\n",
        "web: a\nrelease: r\n",
        "x: 1\nrelease: r\n\n",
    ),
    "one that they took out stays out, whatever it is now": (
        "web: a\nworker: b\n",
        "web: a\n",
        "web: c\nworker: d\n",
        "web: c\n",
    ),
    "one that the code lost goes": (
        "web: a\nworker: b\n",
        "x: 1\nweb: a\nworker: b\n",
        "web: a\n",
        "x: 1\nweb: a\n",
    ),
    "their comment on one that goes stays": (
        "web: a\nworker: b\n",
        "web: a\n# ask Ops\nworker: b\n",
        "web: a\n",
        "web: a\n# ask Ops\n",
    ),
    "a comment of scaffold's goes with its line": (
        "# serves\nweb: a\n# works\nworker: b\n",
        "# serves\nweb: a\n# works\nworker: b\nx: 1\n",
        "# serves well\nweb: a\n# ticks\nclock: c\n",
        "# serves well\nweb: a\n# ticks\nclock: c\nx: 1\n",
    ),
    "a comment that they edited stays": (
        "# serves\nweb: a\n",
        "# serves us\nweb: a\n",
        "# serves well\nweb: b\n",
        "# serves us\nweb: b\n",
    ),
    "white space is no edit, and their spacing stays": (
        "web: run  a\n",
        "web :   run a \nx: 1\n",
        "web: run b\n",
        "web :   run b\nx: 1\n",
    ),
    "both added the same type: theirs": (
        "web: a\n",
        "web: a\nworker: mine\n",
        "web: b\nworker: c\n",
        "web: b\nworker: mine\n",
    ),
    "without a base, theirs and what it lacks": (
        "",
        "web: mine\n",
        "web: a\nworker: c\n",
        "web: mine\nworker: c\n",
    ),
    "of a type that stands twice the last counts": (
        "web: a\n",
        "web: x\nweb: a\n",
        "web: b\n",
        "web: x\nweb: b\n",
    ),
    "lines that Heroku drops stay": (
        "web: a\n",
        "web: a\nwhat is this\n",
        "web: b\n",
        "web: b\nwhat is this\n",
    ),
    "newlines, mark and the end of the file are theirs": (
        "web: a\nworker: b\n",
        "\ufeffx: 1\r\nweb: a\r\nworker: b\r\nlast: 2",
        "web: c\nclock: d\nworker: b\n",
        "\ufeffx: 1\r\nweb: c\r\nclock: d\r\nworker: b\r\nlast: 2",
    ),
    "mixed newlines: each line its own, new ones as most": (
        "web: a\nworker: b\n",
        "x: 1\r\nweb: a\nworker: b\r\ny: 2\r\n",
        "web: a\nclock: d\nworker: b\n",
        "x: 1\r\nweb: a\nclock: d\r\nworker: b\r\ny: 2\r\n",
    ),
    "an emptied file gets what is new, nothing else": (
        "web: a\n",
        "",
        "web: b\nworker: c\n",
        "worker: c\n",
    ),
}


@pytest.mark.parametrize(("base", "yours", "new", "expected"), PROCFILE.values(), ids=PROCFILE)
def test_procfile(base: str, yours: str, new: str, expected: str) -> None:
    merged = merge.three_way("backend/Procfile", base, yours, new)
    assert merged.text == expected
    assert not merged.conflicts


def test_a_process_that_both_changed_is_in_markers_and_its_neighbours_are_not() -> None:
    merged = merge.three_way(
        "Procfile", "web: a\nworker: b\n", "web: mine\nworker: b\n", "web: c\nworker: d\n"
    )
    assert merged.text == conflict("web: a\n", "web: mine\n", "web: c\n") + "worker: d\n"
    assert merged.conflicts == (Conflict("web", "web: a", "web: mine", "web: c"),)


def test_a_process_that_they_edited_and_the_code_lost_is_a_conflict() -> None:
    merged = merge.three_way("Procfile", "web: a\nworker: b\n", "web: a\nworker: mine\n", "web: a\n")
    assert merged.text == "web: a\n" + conflict("worker: b\n", "worker: mine\n", "")
    assert merged.conflicts == (Conflict("worker", "worker: b", "worker: mine", None),)


def test_markers_that_are_left_stay_and_are_told() -> None:
    marked = "x: 1\n" + conflict("web: a\n", "web: mine\n", "web: c\n")
    merged = merge.three_way("Procfile", "web: c\n", marked, "web: d\nworker: e\n")
    assert merged.text == marked
    assert merged.conflicts == (Conflict("line 2", "web: a", "web: mine", "web: c"),)
    assert merge.grow("Procfile", "", marked, "clock: c\n") == marked


ENV_BASE = """# Copy to .env

# Required
# signs
SECRET_KEY=
TOKEN=

# Optional
# DEBUG=1
"""

ENV = {
    "an edit and a change elsewhere": (
        ENV_BASE,
        ENV_BASE.replace("TOKEN=", "TOKEN=abc"),
        ENV_BASE.replace("# DEBUG=1", "# DEBUG=0"),
        ENV_BASE.replace("TOKEN=", "TOKEN=abc").replace("# DEBUG=1", "# DEBUG=0"),
    ),
    "an edited value stays, the changed comment above another follows": (
        ENV_BASE,
        ENV_BASE.replace("TOKEN=", "TOKEN=abc"),
        ENV_BASE.replace("TOKEN=", "TOKEN=xyz").replace("# signs", "# signs cookies"),
        ENV_BASE.replace("TOKEN=", "TOKEN=abc").replace("# signs", "# signs cookies"),
    ),
    "an edited one that the code lost stays": (
        ENV_BASE,
        ENV_BASE.replace("TOKEN=", "TOKEN=abc"),
        ENV_BASE.replace("TOKEN=\n", ""),
        ENV_BASE.replace("TOKEN=", "TOKEN=abc"),
    ),
    "the first of a group goes below the heading": (
        ENV_BASE,
        ENV_BASE + "\nOURS=1\n",
        ENV_BASE.replace("# signs", "# for us\nABLE=\n# signs"),
        ENV_BASE.replace("# signs", "# for us\nABLE=\n# signs") + "\nOURS=1\n",
    ),
    "a new group brings its heading": (
        ENV_BASE,
        ENV_BASE + "\nOURS=1\n",
        ENV_BASE.replace("# Optional", "# With a value\nHOST=x\nPORT=1\n\n# Optional"),
        ENV_BASE.replace("# Optional", "# With a value\nHOST=x\nPORT=1\n\n# Optional") + "\nOURS=1\n",
    ),
    "a group of which nothing is left goes with its heading": (
        ENV_BASE,
        "OURS=1\n" + ENV_BASE,
        ENV_BASE.replace("\n# Optional\n# DEBUG=1\n", ""),
        "OURS=1\n" + ENV_BASE.replace("\n# Optional\n# DEBUG=1\n", ""),
    ),
    "one that is in another group now goes there": (
        ENV_BASE,
        ENV_BASE.replace("SECRET_KEY=", "SECRET_KEY=mine"),
        ENV_BASE.replace("TOKEN=\n", "").replace("# DEBUG=1\n", "# DEBUG=1\n# TOKEN=\n"),
        ENV_BASE.replace("SECRET_KEY=", "SECRET_KEY=mine")
        .replace("TOKEN=\n", "")
        .replace("# DEBUG=1\n", "# DEBUG=1\n# TOKEN=\n"),
    ),
    "a heading with another text follows": (
        ENV_BASE,
        ENV_BASE.replace("TOKEN=", "TOKEN=abc"),
        ENV_BASE.replace("# Required", "# To be set"),
        ENV_BASE.replace("# Required", "# To be set").replace("TOKEN=", "TOKEN=abc"),
    ),
    "a comment of theirs that is a heading of scaffold's now stays": (
        "# Two\nA=1\nB=2\n",
        "# One\nA=1\n\nOURS=1\n",
        "# One\nC=1\n",
        "# One\nC=1\n\nOURS=1\n",
    ),
    "the comment at the top follows": (
        ENV_BASE,
        ENV_BASE + "OURS=1\n",
        ENV_BASE.replace("# Copy to .env", "# Copy this"),
        ENV_BASE.replace("# Copy to .env", "# Copy this") + "OURS=1\n",
    ),
    "a comment that they uncommented is an edit": (
        ENV_BASE,
        ENV_BASE.replace("# DEBUG=1", "DEBUG=1"),
        ENV_BASE.replace("# DEBUG=1", "# DEBUG=0"),
        ENV_BASE.replace("# DEBUG=1", "DEBUG=1"),
    ),
    "a value of several lines is one": (
        "A=1\nKEY='x\ny=1\nz'\n",
        "B=2\nKEY='x\ny=1\nz'\n",
        "KEY='x\nw=1'\nC=3\n",
        "B=2\nKEY='x\nw=1'\nC=3\n",
    ),
    "export is theirs": (
        "A=1\n",
        "export A=2\n",
        "A=1\nB=2\n",
        "export A=2\nB=2\n",
    ),
}


@pytest.mark.parametrize(("base", "yours", "new", "expected"), ENV.values(), ids=ENV)
def test_env_file(base: str, yours: str, new: str, expected: str) -> None:
    merged = merge.three_way("app/.env.example", base, yours, new)
    assert merged.text == expected
    assert not merged.conflicts


LISTS = {
    "a pattern of theirs and one of scaffold's": (
        ".slugignore",
        "docs\ntests\n",
        "docs\ntests\n*.psd\n",
        "docs\nexamples\ntests\n",
        "docs\nexamples\ntests\n*.psd\n",
    ),
    "patterns that either took out": (
        ".slugignore",
        "docs\ntests\nspec\n",
        "docs\ntests\n",
        "tests\nspec\n",
        "tests\n",
    ),
    "a buildpack added by scaffold behind their own": (
        ".buildpacks",
        "heroku/nodejs\nheroku/python\n",
        "https://example.com/apt\nheroku/nodejs\nheroku/python\n",
        "heroku/nodejs\nheroku/ruby\nheroku/python\n",
        "https://example.com/apt\nheroku/nodejs\nheroku/ruby\nheroku/python\n",
    ),
    "a buildpack that they pinned stays pinned": (
        ".buildpacks",
        "heroku/nodejs\nheroku/python\n",
        "heroku/nodejs\nhttps://github.com/heroku/heroku-buildpack-python.git#v200\n",
        "heroku/nodejs\nheroku/ruby\nheroku/python\n",
        "heroku/nodejs\nheroku/ruby\nhttps://github.com/heroku/heroku-buildpack-python.git#v200\n",
    ),
    "a buildpack that they took out stays out under every name": (
        ".buildpacks",
        "heroku/nodejs\nheroku/python\n",
        "# no node\nheroku/python\n",
        "https://github.com/heroku/heroku-buildpack-nodejs\nheroku/python\nheroku/ruby\n",
        "# no node\nheroku/python\nheroku/ruby\n",
    ),
    "one that both added stands where they put it": (
        ".buildpacks",
        "heroku/python\n",
        "heroku/nodejs\nheroku/python\nx/y\n",
        "heroku/python\nheroku/nodejs\n",
        "heroku/nodejs\nheroku/python\nx/y\n",
    ),
    "a version with their comment": (
        ".python-version",
        "3.11\n",
        "# with Ops\n3.11\n",
        "3.13\n",
        "# with Ops\n3.13\n",
    ),
    "a version that only they changed": (
        "runtime.txt",
        "python-3.11\n",
        "python-3.12",
        "python-3.11\n",
        "python-3.12",
    ),
}


@pytest.mark.parametrize(("path", "base", "yours", "new", "expected"), LISTS.values(), ids=LISTS)
def test_lists_and_values(path: str, base: str, yours: str, new: str, expected: str) -> None:
    merged = merge.three_way(path, base, yours, new)
    assert merged.text == expected
    assert not merged.conflicts


def test_an_order_that_both_changed_is_a_conflict() -> None:
    merged = merge.three_way(".buildpacks", "a/a\nb/b\n", "b/b\na/a\n", "a/a\nb/b\nc/c\n")
    assert merged.text == "b/b\n" + conflict("", "a/a\n", "c/c\n")
    assert merged.conflicts == (Conflict("line 2", None, "a/a", "c/c"),)


def test_a_version_that_both_changed_is_told_and_stays_theirs() -> None:
    merged = merge.three_way(".python-version", "3.11\n", "# Ops\n3.12\n", "3.13\n")
    assert merged.text == "# Ops\n3.12\n"
    assert merged.conflicts == (Conflict("line 2", "3.11", "3.12", "3.13"),)


def test_an_adopted_file_grows_by_what_neither_it_nor_the_base_has() -> None:
    grown = merge.grow("Procfile", "web: a\nold: b\n", "web: mine", "web: c\nclock: t\nold: b\n")
    assert grown == "web: mine\nclock: t\n"
    assert merge.grow("bin/deploy", "a\n", "b\n", "c\n") == "b\n"
    assert merge.grow(".env.example", "A=1\n", "export B=2\r\n", "# Group\nA=1\nC=3\n") == (
        "export B=2\r\n\r\n# Group\r\nC=3\r\n"
    )


STRUCTURED = {
    "heroku.yml": ("run:\n  web: a\n  x: 1\n", "run:\n  web: mine\n  x: 1\n", "run:\n  web: a\n  x: 2\n"),
    "app.json": ('{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "a": 9,\n  "b": 2\n}\n', '{\n  "a": 1,\n  "b": 3\n}\n'),
}


@pytest.mark.parametrize(("path", "texts"), STRUCTURED.items(), ids=STRUCTURED)
def test_trees_keep_newlines_mark_and_end_of_the_file_too(path: str, texts: tuple[str, str, str]) -> None:
    base, yours, new = texts
    plain = merge.three_way(path, base, yours, new)
    assert not plain.conflicts
    theirs = "\ufeff" + yours.removesuffix("\n").replace("\n", "\r\n")
    formed = merge.three_way(path, base, theirs, new).text
    expected = plain.text
    ended = expected.removesuffix("\n") if path == "app.json" else expected
    assert formed == "\ufeff" + ended.replace("\n", "\r\n")


def test_a_text_is_limited_to_keys_that_are_known() -> None:
    assert merge.limited("Procfile", "web: a\nx: 1\ny: 2\n", "web: z\n", "y: 3\n") == "web: a\ny: 2\n"
    limited = merge.limited(".env.example", ENV_BASE, "SECRET_KEY=\n", "TOKEN=\n")
    assert limited == ENV_BASE.replace("\n# Optional\n# DEBUG=1\n", "")
    assert merge.limited(".python-version", "3.13\n", "", "") == "3.13\n"


def test_missing_keys_are_told_in_order() -> None:
    assert merge.missing("a/Procfile", "web : x", "release: r\nweb: a\nclock: c\n") == ("release", "clock")
    assert merge.missing(".env.example", "# A=1\n", "A=\nB=\n") == ("B",)
    assert merge.missing("bin/deploy", "", "x\n") == ()


def test_variables_of_the_manifest_grow_and_are_limited() -> None:
    head = "format = 1\n\n"
    a, b = "[vars.A]\nrequired = true\n", "[vars.B]\nrequired = false\n"
    assert merge.grow("config-vars.toml", "", head + a, f"{head}{b}\n{a}") == f"{head}{a}\n{b}"
    assert merge.grow("config-vars.toml", b, head + a, f"{head}{b}\n{a}") == head + a
    assert merge.limited("config-vars.toml", f"{head}{a}\n{b}", a, "") == head + a
    assert merge.missing("config-vars.toml", head + a, f"{head}{a}\n{b}") == ("B",)


FORMATS = {
    "Procfile": ("procfile", True),
    "web/Procfile.dev": ("procfile", True),
    "app.json": ("json", True),
    "heroku.yml": ("yaml", True),
    ".circleci/config.yml": ("yaml", True),
    ".github/workflows/ci.yaml": ("yaml", False),
    "x/.env.example": ("env", True),
    "config-vars.toml": ("config-vars", True),
    ".buildpacks": ("sequence", False),
    ".slugignore": ("set", False),
    "runtime.txt": ("value", False),
    "bin/deploy": ("text", False),
}


@pytest.mark.parametrize(("path", "expected"), FORMATS.items(), ids=FORMATS)
def test_the_format_is_known_by_the_name(path: str, expected: tuple[str, bool]) -> None:
    assert (merge.format_of(path), merge.is_keyed(path)) == expected


def test_a_comment_that_the_persons_heading_says_already_is_not_said_twice() -> None:
    base = "SECRET=1\nHOST=1\n\n# said by two\nTOKEN=1\n"
    new = "HOST=1\n# said by two\nSECRET=1\n"
    once = merge.three_way(".env.example", base, "SECRET=1\nHOST=1\nTOKEN=1\n", new).text
    assert once.count("# said by two") == 1
    assert merge.three_way(".env.example", base, once, new).text == once
