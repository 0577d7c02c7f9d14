"""Merging by key keeps every byte a person wrote and adds only what is missing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import merge
from scaffold.errors import ManifestError

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
LINES = st.dictionaries(NAMES, st.from_regex(r"[a-z][a-z :=$-]{0,20}[a-z]", fullmatch=True), max_size=6)


def procfile(lines: dict[str, str], newline: str = "\n") -> str:
    return "".join(f"{name}: {command}{newline}" for name, command in lines.items())


def test_a_procfile_keeps_its_comments_order_and_newlines() -> None:
    theirs = "# ours\r\nworker: a\r\nweb: mine --x: y"
    merged = merge.grow("Procfile", "", theirs, "web: gen\nrelease: migrate\n")
    assert merged == "# ours\r\nworker: a\r\nweb: mine --x: y\r\nrelease: migrate\r\n"


def test_an_env_file_takes_the_comment_with_the_variable() -> None:
    merged = merge.grow(".env.example", "", "A=1\n", "# about A\nA=2\n\n# about B\nB=\n")
    assert merged == "A=1\n\n# about B\nB=\n"


def test_app_json_keeps_values_order_and_indentation() -> None:
    theirs = '{\n\t"addons": ["x"],\n\t"env": {"B": "1"}\n}\n'
    merged = merge.grow("app.json", "", theirs, '{"name": "n", "env": {"A": "2", "B": "3"}, "addons": []}')
    assert json.loads(merged) == {"addons": ["x"], "env": {"B": "1", "A": "2"}, "name": "n"}
    assert merged.startswith('{\n\t"addons"')


def test_app_json_that_is_malformed_is_an_error_with_its_line() -> None:
    with pytest.raises(ManifestError, match=r"app\.json:2"):
        merge.grow("app.json", "", '{\n"a": }', "{}")


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_every_line_of_theirs_stays_and_every_key_of_ours_is_there(
    theirs: dict[str, str], ours: dict[str, str], newline: str
) -> None:
    before = procfile(theirs, newline)
    merged = merge.grow("Procfile", "", before, procfile(ours))
    lines = merged.replace("\r\n", "\n").split("\n")
    assert [line for line in lines if line.partition(":")[0] in theirs] == procfile(theirs).split("\n")[:-1]
    assert {line.partition(":")[0] for line in lines[:-1]} == set(theirs) | set(ours)
    assert merge.grow("Procfile", "", merged, procfile(ours)) == merged


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), JSON_VALUES, max_size=4)


@given(OBJECTS, OBJECTS)
def test_json_keeps_their_values_and_twice_is_once(
    theirs: dict[str, object], ours: dict[str, object]
) -> None:
    before = json.dumps(theirs, indent=2)
    once = merge.grow("app.json", "", before, json.dumps(ours))
    result = json.loads(once)
    for key, value in theirs.items():
        if not isinstance(value, dict):
            assert result[key] == value
    assert set(result) == set(theirs) | set(ours)
    assert merge.grow("app.json", "", once, json.dumps(ours)) == once
    if not set(ours) - set(theirs) and not any(isinstance(value, dict) for value in theirs.values()):
        assert once == before
