"""JSON with lines: any document parses to the same value, and every key's line is where it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests import json_file, toml_file, yaml_file

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_every_key_and_item_has_the_line_it_stands_on(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    document = json_file.parse(text, "x.json")
    assert document.value == value
    lines = text.split("\n")
    for keys, line in document.lines.items():
        if isinstance(keys[-1], str):
            assert json.dumps(keys[-1]) in lines[line - 1]
    assert _count(value) == len(document.lines)


def _count(value: object) -> int:
    if isinstance(value, dict):
        return sum(1 + _count(item) for item in value.values())
    if isinstance(value, list):
        return sum(1 + _count(item) for item in value)
    return 0


@given(st.text())
def test_no_text_makes_the_parsers_crash(text: str) -> None:
    for parse in (json_file.parse, json_file.parse_object, toml_file.parse, yaml_file.parse):
        try:
            parse(text, "x")
        except ManifestError as error:
            assert error.path == "x"


def test_a_fault_names_its_line() -> None:
    with pytest.raises(ManifestError, match=r"a\.json:3: not valid JSON"):
        json_file.parse('{\n"a": 1,\n]', "a.json")
    with pytest.raises(ManifestError, match=r"b\.yml:2"):
        yaml_file.parse("a: 1\n  b: 2\n", "b.yml")
    with pytest.raises(ManifestError, match=r"c\.toml:2"):
        toml_file.parse("a = 1\nb = \n", "c.toml")


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    with pytest.raises(ManifestError):
        json_file.parse("[" * 100_000, "x")
    with pytest.raises(ManifestError):
        yaml_file.parse("[" * 20_000, "x")


def test_yaml_anchors_merge_and_bombs_end() -> None:
    document = yaml_file.parse("a: &x\n  k: 1\nb:\n  <<: *x\n  j: 2\n", "x")
    assert document.value == {"a": {"k": "1"}, "b": {"k": "1", "j": "2"}}
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
    )
    yaml_file.parse(bomb, "x")
