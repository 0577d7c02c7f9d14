"""Any other text merges by lines as git merges it; markers are found and taken apart."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import merge
from scaffold.merge import Conflict
from scaffold.merge.line_diff import hunks
from tests.examples import examples

WORDS = ("yours", "written by scaffold", "scaffold now")


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def split(text: str) -> str:
    return lines(*text.split())


ROWS = {
    "changes apart are both taken": ("a b c d e", "A b c d e", "a b c d E", "A b c d E"),
    "the same change is one": ("a b c", "a X c", "a X c Y", "a X c Y"),
    "an addition of either side": ("a b c d", "a X b c d", "a b c Y d", "a X b c Y d"),
    "lines that both took out": ("a b c d e", "a d e", "a d", "a d"),
    "without a base, all lines of both": ("", "a b", "a b c", "a b c"),
}


@pytest.mark.parametrize(("base", "yours", "new", "expected"), ROWS.values(), ids=ROWS)
def test_text(base: str, yours: str, new: str, expected: str) -> None:
    merged = merge.three_way("bin/deploy", *map(split, (base, yours, new)))
    assert merged == merge.Merged(split(expected))


def test_a_conflict_holds_what_differs_and_nothing_else() -> None:
    merged = merge.three_way("x.sh", split("a b c"), split("a H M T c"), split("a H N T c"))
    assert merged.text == lines(
        "a", "H", "<<<<<<< yours", "M",
        "||||||| written by scaffold", "b", "=======", "N", ">>>>>>> scaffold now",
        "T", "c",
    )  # fmt: skip
    assert merged.conflicts == (Conflict("line 3", "b", "M", "N"),)


def test_edits_of_neighbouring_lines_are_a_conflict_as_in_git() -> None:
    merged = merge.three_way("x.sh", split("a b c d"), split("a B c d"), split("a b C d"))
    assert merged.conflicts == (Conflict("line 2", "b\nc", "B\nc", "b\nC"),)


def test_a_yaml_file_that_does_not_parse_is_merged_by_lines() -> None:
    texts = ("a: 1\nb: [\nc: 2\n", "a: 1\nb: [\nc: 3\n", "a: 0\nb: [\nc: 2\n")
    assert merge.three_way("ci.yml", *texts).text == "a: 0\nb: [\nc: 3\n"


def oracle(folder: Path, base: str, yours: str, new: str) -> tuple[str, int]:
    """Merge with git in the same style: its text and the number of conflicts."""
    if shutil.which("git") is None:
        pytest.skip("git is not there")
    for name, text in (("base", base), ("yours", yours), ("new", new)):
        (folder / name).write_text(text)
    names = [part for word in WORDS for part in ("-L", word)]
    command = ["git", "merge-file", "--zdiff3", "-p", *names, "yours", "base", "new"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "usage" in done.stderr:
        pytest.skip("this git knows no zdiff3")
    return done.stdout, done.returncode


EDITS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.integers(0, 3)), max_size=4)


def edited(base: list[str], edits: list[tuple[int, int, int]], fresh: str) -> list[str]:
    """Take out some lines and put in new ones; the words are the same for both sides now and then."""
    result = list(base)
    for at, gone, come in edits:
        result[at : at + gone] = [f"{fresh if come < 3 else 'both'}{at}.{number}" for number in range(come)]
    return result


@examples(120)
@given(size=st.integers(0, 20), mine=EDITS, theirs=EDITS)
def test_texts_without_repeated_lines_merge_exactly_as_in_git(
    tmp_path_factory: pytest.TempPathFactory,
    size: int,
    mine: list[tuple[int, int, int]],
    theirs: list[tuple[int, int, int]],
) -> None:
    base = [f"line {number}" for number in range(size)]
    texts = [lines(*each) for each in (base, edited(base, mine, "m"), edited(base, theirs, "t"))]
    if len(set(texts)) < 3 or not size:
        return
    merged = merge.three_way("x.sh", *texts)
    text, conflicts = oracle(tmp_path_factory.getbasetemp(), *texts)
    assert merged.text == text
    assert len(merged.conflicts) == conflicts


def script(rng: random.Random, size: int) -> list[str]:
    common = ("", "}", "fi", "  return 1", "done", "else")
    return [
        rng.choice(common) if rng.random() < 0.35 else f"  command {rng.randrange(10**6)}"
        for _ in range(size)
    ]


def reworked(rng: random.Random, base: list[str], count: int) -> list[str]:
    """Take out, put in, copy and move lines."""
    result = list(base)
    for _ in range(count):
        at, size, to = rng.randrange(len(result)), rng.randrange(1, 4), rng.randrange(len(result))
        block = result[at : at + size]
        kind = rng.randrange(4)
        if kind in (0, 3):
            del result[at : at + size]
        if kind == 1:
            result[at:at] = script(rng, size)
        if kind >= 2:
            result[to:to] = block
    return result


def test_scripts_with_repeated_lines_merge_as_in_git_but_for_very_few(tmp_path: Path) -> None:
    rng = random.Random(5)
    conflicted = otherwise = 0
    for _ in range(150):
        base = script(rng, 80)
        texts = [lines(*each) for each in (base, reworked(rng, base, 4), reworked(rng, base, 4))]
        merged = merge.three_way("x.sh", *texts)
        text, conflicts = oracle(tmp_path, *texts)
        conflicted += bool(conflicts)
        otherwise += bool(conflicts) != bool(merged.conflicts) or (not conflicts and text != merged.text)
    assert conflicted > 20, "the texts meet often enough to tell"
    assert otherwise <= 1


def test_a_long_script_merges_at_once() -> None:
    rng = random.Random(1)
    base = script(rng, 2000)
    texts = [lines(*each) for each in (base, reworked(rng, base, 60), reworked(rng, base, 60))]
    start = time.process_time()
    merge.three_way("bin/deploy", *texts)
    merge.three_way("bin/deploy", lines(*base), lines(*script(rng, 2000)), lines(*script(rng, 2000)))
    merge.three_way("bin/deploy", "x\n" * 2000, "x\n" * 1800 + "y\n" * 300, "z\nx\n" * 1000)
    assert time.process_time() - start < 3


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_hunks_make_one_text_of_the_other(old: list[str], new: list[str]) -> None:
    result: list[str] = []
    at = 0
    for hunk in hunks(old, new):
        assert at == 0 or hunk.start > at
        result += [*old[at : hunk.start], *new[hunk.new_start : hunk.new_end]]
        at = hunk.end
    assert result + old[at:] == new


CONFLICT = "a\n<<<<<<< HEAD\nb\n||||||| 1f2e\nc\n=======\nd\ne\n>>>>>>> other branch\nf\n"

MARKED = {
    "a conflict of git's": (CONFLICT, 2, ("a\nb\nf\n", "a\nd\ne\nf\n")),
    "one without the base": (
        CONFLICT.replace("||||||| 1f2e\nc\n", ""),
        2,
        ("a\nb\nf\n", "a\nd\ne\nf\n"),
    ),
    "two of them": (CONFLICT * 2, 2, ("a\nb\nf\n" * 2, "a\nd\ne\nf\n" * 2)),
    "with carriage returns": (
        CONFLICT.replace("\n", "\r\n"),
        2,
        ("a\r\nb\r\nf\r\n", "a\r\nd\r\ne\r\nf\r\n"),
    ),
    "underlines are none": ("Title\n=======\n\n<<<<<<<< eight\n>>>>>>>word\n", 0, None),
    "half of one is left": ("a\n>>>>>>> scaffold now\n", 2, None),
    "only the base is left": ("a\n||||||| written by scaffold\nb\n", 2, None),
    "the end is missing": ("<<<<<<< yours\na\n=======\nb\n", 1, None),
    "an underline inside of a side": (
        "<<<<<<< x\nTitle\n=======\n>>>>>>> y\n",
        1,
        ("Title\n", ""),
    ),
    "no text": ("", 0, None),
}


@pytest.mark.parametrize(("text", "line", "taken"), MARKED.values(), ids=MARKED)
def test_markers(text: str, line: int, taken: tuple[str, str] | None) -> None:
    assert merge.has_markers(text) == line
    assert merge.sides(text) == taken
