"""YAML is merged by key and by item; comments and layout stay, conflicts stand around an entry's lines."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold import merge
from scaffold.errors import ManifestError
from scaffold.merge import yaml_tree
from scaffold.merge.merged import BASE, NEW, SPLIT, YOURS, Unmergeable
from tests import merge_oracle

WAS = """\
setup:
  addons:
    - plan: "heroku-postgresql:mini"
build:
  docker:
    web: "Dockerfile"
run:
  web: "./serve --port $PORT"
  clock:
    command:
      - "./run clock"
    image: web
"""
NOW = """\
setup:
  addons:
    - plan: "heroku-postgresql:essential-0"
    - plan: "heroku-redis:mini"
build:
  docker:
    web: "Dockerfile"
release:
  command:
    - "./run migrate"
  image: web
run:
  web: "./serve --bind 0.0.0.0:$PORT"
  worker:
    command:
      - "./run worker"
    image: web
"""


def test_a_commented_file_takes_only_what_changes() -> None:
    yours = """\
# Ours. Ask ops before a change.

setup:
    config: {A: 'b', }   # not secret
    addons:
    # the database
    - plan: heroku-postgresql:mini   # small
      as: DATABASE
    - plan: papertrail

build:
    docker:
        web: Dockerfile
run:
    # the site
    web: './serve --port $PORT'   # all of it
    clock:
        command: ["./run clock"]
        image: web
# end"""
    found = yaml_tree.three_way(WAS, yours, NOW, "heroku.yml")
    assert found.conflicts == ()
    assert (
        found.text
        == """\
# Ours. Ask ops before a change.

setup:
    config: {A: 'b', }   # not secret
    addons:
    # the database
    - plan: "heroku-postgresql:essential-0"   # small
      as: DATABASE
    - plan: "heroku-redis:mini"
    - plan: papertrail

build:
    docker:
        web: Dockerfile
release:
  command:
    - "./run migrate"
  image: web
run:
    # the site
    web: "./serve --bind 0.0.0.0:$PORT"   # all of it
    worker:
      command:
        - "./run worker"
      image: web
# end"""
    )


def test_a_conflict_stands_around_its_entry_and_the_rest_is_merged() -> None:
    yours = WAS.replace("./serve", "./mine").replace("clock:", "clock: # nightly")
    found = yaml_tree.three_way(WAS, yours, NOW, "heroku.yml")
    assert [(each.where, each.base, each.yours, each.new) for each in found.conflicts] == [
        ("run.web", '"./serve --port $PORT"', '"./mine --port $PORT"', '"./serve --bind 0.0.0.0:$PORT"'),
        (
            "run.clock",
            'command:\n  - "./run clock"\nimage: web',
            'command:\n  - "./run clock"\nimage: web',
            None,
        ),
    ]
    _, _, run = found.text.partition("run:\n")
    assert (
        run
        == f"""\
{YOURS}
  web: "./mine --port $PORT"
{BASE}
  web: "./serve --port $PORT"
{SPLIT}
  web: "./serve --bind 0.0.0.0:$PORT"
{NEW}
  worker:
    command:
      - "./run worker"
    image: web
{YOURS}
  clock: # nightly
    command:
      - "./run clock"
    image: web
{BASE}
  clock:
    command:
      - "./run clock"
    image: web
{SPLIT}
{NEW}
"""
    )
    assert "heroku-redis" in found.text


WORKFLOW = """\
name: ci
on: [push]

jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - name: test
        run: |
          pip install -e .
          pytest
"""


def test_a_workflow_is_merged_step_by_step() -> None:
    yours = WORKFLOW.replace("on: [push]", "on: [push, workflow_dispatch]").replace(
        "      - name: test\n",
        "      # ours\n      - name: lint\n        run: lint\n\n      - name: test\n        if: always()\n",
    )
    new = (
        WORKFLOW.replace("checkout@v4", "checkout@v5")
        .replace("3.11", "3.13")
        .replace("[push]", "[push, pull_request]")
    )
    found = yaml_tree.three_way(WORKFLOW, yours, new.replace("pytest\n", "pytest -q\n"), "ci.yml")
    assert found.conflicts == ()
    assert found.text == yours.replace("checkout@v4", "checkout@v5").replace("3.11", "3.13").replace(
        "[push,", "[push, pull_request,"
    ).replace("pytest\n", "pytest -q\n")


CASES = {
    "nothing there yet": ("", "# only a comment\n", "a: 1\n", "# only a comment\na: 1\n"),
    "a scalar becomes a block": (
        "a: 1\nm: 1\n",
        "a: 1\nm: 2\n",
        "a:\n- 1\n- 2\nm: 1\n",
        "a:\n- 1\n- 2\nm: 2\n",
    ),
    "a block becomes a scalar": ("a:\n  - [x]\n", "a:\n- [x]\nm: 2\n", "a: 1\n", "a: 1\nm: 2\n"),
    "no value becomes one": ("a:\nm: 1\n", "a:   # c\nm: 2\n", "a: 1\nm: 1\n", "a: 1   # c\nm: 2\n"),
    "a value becomes none": ("a: 1\n", "a: 1 # c\nm: 2\n", "a:\n", "a: # c\nm: 2\n"),
    "all that was there goes": (
        "a:\n  b: 1\nm: 1\n",
        "a:\n    b: 1\nm: 2\n",
        "m: 1\na: {}\n",
        "a: {}\nm: 2\n",
    ),
    "all items go": ("a:\n  - b\n", "a:\n- b\nm: 2\n", "a: []\n", "a: []\nm: 2\n"),
    "brackets lose and gain": ("a: [b, c]\n", "a: [ c, b ] # x\n", "a:\n  - c\n  - d: e\n  - f\n", None),
    "items in brackets": (
        "a: [b, c]\n",
        "a: [ m, b, c ] # x\n",
        "a:\n  - c\n  - 'f, g'\n",
        "a: [ m, c, 'f, g' ] # x\n",
    ),
    "keys in brackets": (
        "a: {b: 1}\n",
        "a: {b: 1, m: 2}\n",
        "a:\n  b: 2\n  c:\n    - 'x'\n",
        "a: {b: 2, c: ['x'], m: 2}\n",
    ),
    "a block of text": (
        "a: |\n  x\n\n  y\nm: 1\n",
        "a: |\n    x\n\n    y\n\nm: 2\n",
        "a: |\n  z\nm: 1\n",
        "a: |\n  z\n\nm: 2\n",
    ),
    "a first key goes": (
        "l:\n- id: x\n  a: 1\n  b: 2\n",
        "l:\n  - a: 1\n    # on b\n    b: 2\n    id: x\n",
        "l:\n- id: x\n  b: 2\n",
        "l:\n  - # on b\n    b: 2\n    id: x\n",
    ),
    "a first key comes": (
        "l:\n- id: x\n",
        "l:\n  - id: x\n    m: 1\n",
        "l:\n- a: 1\n  id: x\n",
        "l:\n  - id: x\n    a: 1\n    m: 1\n",
    ),
    "a comment stays with the first key": (
        "b: 1\n",
        "# b\nb: 1\nm: 1\n",
        "a: 1\nb: 1\n",
        "# b\nb: 1\na: 1\nm: 1\n",
    ),
    "a free comment stays": (
        "a: 1\nb: 2\nc: 3\n",
        "a: 1\n\n# part two\n\nb: 2\nc: 4\n",
        "a: 1\nc: 3\n",
        "a: 1\n\n# part two\n\nc: 4\n",
    ),
    "its comment comes along": (
        "a: 1\n",
        "a: 1\nm: 2\n",
        "a: 1\n\n# why\nb: 2\n",
        "a: 1\n\n# why\nb: 2\nm: 2\n",
    ),
    "deep in lists of lists": (
        "a: [[1], [2]]\n",
        "a:\n- - 1\n- - 2\nm: 1\n",
        "a: [[1]]\n",
        "a: [[1]]\nm: 1\n",
    ),
    "truth is no text": ("a: true\n", "a: 'true'\nb: 1\n", "a: true\n", "a: 'true'\nb: 1\n"),
    "the same otherwise written": ("a: yes\n", "a: on\nb: 1\n", "a: true\nc: 2\n", "a: on\nc: 2\nb: 1\n"),
}


@pytest.mark.parametrize(("base", "yours", "new", "result"), CASES.values(), ids=CASES)
def test_forms(base: str, yours: str, new: str, result: str | None) -> None:
    found = yaml_tree.three_way(base, yours, new, "x.yml")
    assert (found.conflicts == ()) == (result is not None)
    if result is None:
        assert picked(found.text, "yours") == yours
    else:
        assert found.text == result


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: !secret x\n",
        "a: 1\n---\nb: 1\n",
        "a: 1\n...\n",
        "%YAML 1.1\n---\na: 1\n",
        "? a\n: 1\n",
        "? [a]\n: 1\n",
        "a: [b: 1]\n",
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}\n",
        "a: {{ b }}\n",
        "a: {[b]: 1}\n",
        "a: 'x\u2028y'\n",
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_others(text: str) -> None:
    with pytest.raises(Unmergeable):
        yaml_tree.three_way("", text, "z: 1\n", "x.yml")


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [", 2), ("a: 1\n<<<<<<< yours\n", 2), ("a: {b: 1\n}}\n", 2)]
)
def test_a_malformed_file_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ManifestError, match=r"x\.yml:\d"):
        yaml_tree.three_way("", text, "z: 1\n", "x.yml")


def test_growing_and_naming_what_is_missing() -> None:
    yours = "build:\n  docker: {web: Dockerfile.prod}\nsetup:\n  addons: [papertrail]\n"
    assert yaml_tree.missing(yours, NOW, "heroku.yml") == (
        "setup.addons.heroku-postgresql",
        "setup.addons.heroku-redis",
        "release",
        "run",
    )
    grown = yaml_tree.grow(WAS, yours, NOW, "heroku.yml")
    added = NOW[NOW.index("release:") : NOW.index("run:")]
    assert grown == yours.replace("setup:", added + "setup:").replace(
        "trail]", 'trail, {plan: "heroku-redis:mini"}]'
    )
    assert yaml_tree.limited(NOW, WAS, grown, "heroku.yml") == NOW[: NOW.index("  worker:")]
    assert yaml_tree.limited(NOW, WAS, "", "heroku.yml") == NOW[: NOW.index("  worker:")].replace(
        added, ""
    ).replace('    - plan: "heroku-redis:mini"\n', "")


def picked(text: str, side: str) -> str:
    """Settle all conflicts for one side."""
    marks = "|".join(map(re.escape, (YOURS, BASE, SPLIT, NEW)))
    pieces = re.split(rf"^({marks})\n", text, flags=re.MULTILINE)
    wanted = {"yours": YOURS, "base": BASE, "new": SPLIT}[side]
    return pieces[0] + "".join(
        piece for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True) if mark in (wanted, NEW)
    )


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def subset(*values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=4, unique_by=repr)


SCALARS = some(
    "a", "b c", "x: y", "- q", "#n", "5", "", "yes", "ü", "one\ntwo\n", "[l]", "it's", 1, 2.5, True, None
)
ANY = st.recursive(
    SCALARS,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(some("k", "l", "m n"), x, max_size=3),
    max_leaves=6,
)
STEP = st.fixed_dictionaries(
    {"name": some("s1", "s2", "s3")},
    optional={"run": some("make", "a\nb\n", "c # d"), "with": st.dictionaries(some("p", "q"), SCALARS)},
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "setup": st.fixed_dictionaries(
            {},
            optional={
                "addons": subset({"plan": "pg:a"}, {"plan": "pg:b"}, "redis", {"plan": "pg:a", "as": "X"})
            },
        ),
        "run": st.dictionaries(
            some("web", "worker", "clock"),
            some("./a", "./b --port $PORT")
            | st.fixed_dictionaries({"command": subset("c", "d"), "image": some("web")}),
            max_size=3,
        ),
        "on": subset("push", "pull_request", "tag"),
        "steps": st.lists(STEP, max_size=3, unique_by=lambda step: step["name"]),
        "odd": ANY,
    },
)


@functools.cache
def is_plain(text: str) -> bool:
    return yaml.safe_load(text) == text and bool(re.fullmatch(r"[\w./$-][\w ./$-]*", text))


@st.composite
def layouts(draw: st.DrawFn, value: Any, *, comments: bool = False, flow: bool = True) -> str:
    """Write a document as some person would."""
    unit = draw(some(2, 3, 4))
    dashes = draw(some(0, 1))
    count = 0

    def note(before: str) -> str:
        nonlocal count
        if not comments or draw(st.integers(0, 3)):
            return ""
        count += 1
        return f"{before}# note {count}"

    def brackets(value: Any) -> str:
        if isinstance(value, list):
            return "[" + draw(some("", " ")) + ", ".join(map(brackets, value)) + draw(some("]", " ]"))
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {brackets(item)}" for key, item in value.items()) + "}"
        return json.dumps(value, ensure_ascii=False)

    def scalar(value: Any, at: int) -> str:
        plain = isinstance(value, str) and is_plain(value)
        forms = [json.dumps(value, ensure_ascii=False)]
        if isinstance(value, str) and "\n" not in value:
            forms.append("'" + value.replace("'", "''") + "'")
            forms += [value] if plain and value.strip() == value else []
        elif isinstance(value, str):
            forms.append("|\n" + "".join(" " * at + line + "\n" for line in value.splitlines()).rstrip("\n"))
        form = draw(st.sampled_from(forms))
        return form if "\n" in form else form + note("  ")

    def block(value: Any, at: int) -> list[str]:
        """Return the lines of a value at a column, "" in front where it begins behind its key."""
        if not isinstance(value, (list, dict)) or not value or (flow and at and not draw(st.integers(0, 2))):
            return [
                "",
                *(scalar(value, at + 1) if not isinstance(value, (list, dict)) else brackets(value)).split(
                    "\n"
                ),
            ]
        names = draw(st.permutations(list(value))) if isinstance(value, dict) else range(len(value))
        out: list[str] = []
        for number, name in enumerate(names):
            if out and comments:
                out += draw(some([], [], [""], ["", " " * at + "# part", ""])) if number else []
                out += [line for line in [note(" " * at)] if line]
            item = value[name]
            if isinstance(value, dict):
                deeper = at + (unit if isinstance(item, dict) else dashes * unit)
                head, lines = f"{name}:", block(item, deeper)
            else:
                head, lines = "-", block(item, at + 2)
                if lines[0] and isinstance(item, dict):
                    lines = ["", lines[0].lstrip(), *lines[1:]]
            if lines[0] == "":
                out += [" " * at + f"{head} {lines[1]}".rstrip(" "), *lines[2:]]
            else:
                out += [" " * at + head + note(" "), *lines]
        return out

    lines = block(value, 0)
    body = lines[1:] if lines[0] == "" else [*([f"# top {draw(some(1, 2))}"] if comments else []), *lines]
    return (
        "\n".join(body) + ("\n" if "|\n" in "\n".join(body) else draw(some("\n", "")))
        if value != {}
        else draw(some("{}\n", "", "# none\n"))
    )


def equal(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def load(text: str) -> Any:
    found = {} if (value := yaml.safe_load(text)) is None else value
    return {"on" if key is True else key: item for key, item in found.items()}


WRITTEN = DOCUMENTS.flatmap(layouts)


@given(DOCUMENTS, st.data())
def test_the_generated_layouts_are_what_they_say(value: Any, data: st.DataObject) -> None:
    text = data.draw(layouts(value, comments=True))
    assert equal(load(text), value)


@settings(deadline=None)
@given(WRITTEN, DOCUMENTS.flatmap(lambda value: layouts(value, flow=False)), WRITTEN)
def test_the_text_comes_to_what_the_data_comes_to(base: str, yours: str, new: str) -> None:
    found = yaml_tree.three_way(base, yours, new, "x.yml")
    if base == yours:
        assert found.text == new
        return
    was = load(base) if base else merge_oracle.GONE
    data, clashes = merge_oracle.merge(was, load(yours), load(new))
    assert bool(found.conflicts) == bool(clashes)
    if not clashes:
        assert equal(load(found.text), data)
        assert yaml_tree.three_way(base, found.text, new, "x.yml").text == found.text


@settings(deadline=None)
@given(WRITTEN, DOCUMENTS.flatmap(lambda value: layouts(value, comments=True)), WRITTEN)
def test_no_comment_is_lost_and_each_side_of_the_conflicts_parses(base: str, yours: str, new: str) -> None:
    try:
        found = yaml_tree.three_way(base, yours, new, "x.yml")
    except Unmergeable:
        return
    if base == yours:
        return
    there = re.findall(r"# (?:note|part|top|none) ?\d*", picked(found.text, "yours"))
    assert sorted(there) == sorted(re.findall(r"# (?:note|part|top|none) ?\d*", yours))
    for side in ("yours", "base", "new"):
        assert isinstance(load(picked(found.text, side)), dict)
    assert found.text.count(YOURS) == found.text.count(NEW) == len(found.conflicts)


@settings(deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.data())
def test_a_file_that_is_only_laid_out_anew_becomes_the_new_one(
    base: Any, new: Any, data: st.DataObject
) -> None:
    sides = [data.draw(layouts(side)) for side in (base, base, new)]
    found = yaml_tree.three_way(*sides, "x.yml") if sides[0] else None
    if found:
        assert not found.conflicts
        assert equal(load(found.text), new)


@settings(deadline=None)
@given(WRITTEN, DOCUMENTS, st.data())
def test_nothing_new_changes_no_byte(base: str, yours: Any, data: st.DataObject) -> None:
    text = data.draw(layouts(yours, comments=True))
    assert yaml_tree.three_way(base, text, base, "x.yml").text == text
    same = data.draw(layouts(yours))
    if base != text:
        found = yaml_tree.three_way(base, text, same, "x.yml")
        assert (found.text, found.conflicts) == (text, ())
    assert yaml_tree.limited(text, text, "{}", "x.yml") == text
    assert yaml_tree.missing(text, same, "x.yml") == ()


@settings(deadline=None)
@given(WRITTEN, DOCUMENTS.flatmap(lambda value: layouts(value, comments=True)), WRITTEN)
def test_growing_takes_no_line_away(base: str, yours: str, new: str) -> None:
    try:
        grown = yaml_tree.grow(base, yours, new, "x.yml")
    except Unmergeable:
        return
    assert yaml_tree.grow(base, grown, new, "x.yml") == grown
    there = iter(grown.split("\n"))
    changed = [line for line in yours.split("\n") if not line.rstrip().endswith(("]", "}"))]
    assert all(line in there for line in changed)


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_edits_of_different_keys_never_conflict(base: dict[str, Any], data: st.DataObject) -> None:
    sides = [data.draw(DOCUMENTS), data.draw(DOCUMENTS)]
    turn = {key: data.draw(st.booleans()) for key in sorted({*base, *sides[0], *sides[1]})}

    def edited(number: int) -> dict[str, Any]:
        taken = [base if turn[key] == bool(number) else sides[number] for key in turn]
        return {key: side[key] for key, side in zip(turn, taken, strict=True) if key in side}

    yours, new = edited(0), edited(1)
    texts = [data.draw(layouts(side)) or "{}" for side in (base, yours, new)]
    found = yaml_tree.three_way(*texts, "x.yml")
    assert not found.conflicts
    both = [yours if turn[key] else new for key in turn]
    wanted = {key: side[key] for key, side in zip(turn, both, strict=True) if key in side}
    assert equal(load(found.text), wanted)


def test_by_name_of_the_file_and_by_lines_where_keys_are_not_safe() -> None:
    yours = NOW.replace("./run worker", "./mine").replace("\n", "\r\n")
    new = NOW.replace("essential-0", "essential-1")
    assert merge.three_way("heroku.yml", NOW, yours, new).text == yours.replace("essential-0", "essential-1")
    anchored = "x: &x 1\n" + NOW
    found = merge.three_way("heroku.yml", NOW, anchored, new)
    assert found == merge.Merged(text=anchored.replace("essential-0", "essential-1"))
    assert merge.grow("heroku.yml", NOW, anchored, new + "z: 1\n") == anchored
    assert merge.limited("heroku.yml", anchored, NOW, "") == anchored
    assert merge.missing("heroku.yml", anchored, NOW) == ()
