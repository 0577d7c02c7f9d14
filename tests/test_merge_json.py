"""JSON is merged by key and by item; what does not change keeps its bytes, and the result always parses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.merge import json_tree
from tests import merge_oracle

BASE = """{
  "name": "shop",
  "keywords": [
    "python"
  ],
  "env": {
    "DEBUG": {
      "value": "0"
    },
    "SECRET_KEY": {
      "generator": "secret"
    }
  },
  "addons": [
    "heroku-postgresql:hobby-dev"
  ],
  "buildpacks": [
    {
      "url": "heroku/python"
    }
  ]
}
"""


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


NEW = changed(
    BASE,
    ('"value": "0"\n    },', '"value": "1"\n    },\n    "PORT": {\n      "required": false\n    },'),
    ("hobby-dev", "essential-0"),
    (
        '    {\n      "url": "heroku/python"',
        '    {\n      "url": "heroku/nodejs"\n    },\n    {\n      "url": "heroku/python"',
    ),
)


def merged(base: str, yours: str, new: str) -> str:
    found = json_tree.three_way(base, yours, new, "app.json")
    assert not found.conflicts
    return found.text


def test_a_person_s_own_layout_stays_but_for_what_changes() -> None:
    yours = """{
\t"name" : "sh\\u00f6p \\/ ☕",

\t"addons": ["heroku-postgresql:hobby-dev","papertrail" ],
\t"env": {
\t\t"DEBUG": {"value": "0"},

\t\t"SECRET_KEY": {"generator": "secret"},
\t\t"MINE": 1.50e3
\t},
\t"buildpacks": [{"url": "heroku/python"}]
}"""
    assert (
        merged(BASE, yours, NEW)
        == """{
\t"name" : "sh\\u00f6p \\/ ☕",

\t"addons": ["heroku-postgresql:essential-0","papertrail" ],
\t"env": {
\t\t"DEBUG": {"value": "1"},
\t\t"PORT": {
\t\t\t"required" : false
\t\t},

\t\t"SECRET_KEY": {"generator": "secret"},
\t\t"MINE": 1.50e3
\t},
\t"buildpacks": [{"url" : "heroku/nodejs"}, {"url": "heroku/python"}]
}"""
    )


ONE_LINE = [
    ('{"a": 1}', '{"a": 1, "m": 0}', '{"a": 2}', '{"a": 2, "m": 0}'),
    ('{"a": 1}', '{"m": 0}', '{"a": 2}', '{"m": 0}'),
    ('{"a": 1}', '{"a":1,"m":0}', '{"a": 1, "b": {"c": [1]}}', '{"a":1,"b":{"c":[1]},"m":0}'),
    ('{"a": 1, "b": 2}', '{ "a": 1, "b": 2 }', '{"b": 2}', '{ "b": 2 }'),
    ('{"a": 1, "b": 2}', '{ "b": 2, "a": 1 }', '{"b": 2}', '{ "b": 2 }'),
    ('{"a": 1}', '{ "a": 1 }', "{}", "{}"),
    ("{}", "{}", '{"a": 1}', '{"a": 1}'),
    ('{"b": 0}', '{"a": 1, "a": 2, "m": 0}', '{"b": 0, "a": 3}', '{"a": 1, "a": 2, "m": 0}'),
    ('{"a": 2}', '{"a": 1, "a": 2, "m": 0}', '{"a": 3}', '{"a": 1, "a": 3, "m": 0}'),
    ('{"a": 2}', '{"a": 1, "a": 2, "m": 0}', "{}", '{"m": 0}'),
    ('{"a": 1}', '{"a": 1, "x": 0}', '{"a": true}', '{"a": true, "x": 0}'),
    ('{"a": "x"}', '{"a": "x", "m": 0}', '{"a": {"b": "x"}}', '{"a": {"b": "x"}, "m": 0}'),
    ('{"k": [1, 2, 3]}', '{"k": [ 1,2,3 ], "m": 0}', '{"k": [1, 3, 4]}', '{"k": [ 1,3,4 ], "m": 0}'),
    ('{"k": ["a"]}', '{"k": ["z", "a"]}', '{"k": ["b", "a"]}', '{"k": ["z", "b", "a"]}'),
    ('{"k": ["a"]}', '{"k": []}', '{"k": ["a", "b"]}', '{"k": ["b"]}'),
    ('{"k": ["a", "b"]}', '{"k": ["b", "a"]}', '{"k": ["a", "b", "c"]}', '{"k": ["b", "c", "a"]}'),
    ('{"k": [[1], 2]}', '{"k": [[1], 2], "m": 0}', '{"k": [[3]]}', '{"k": [[3]], "m": 0}'),
    (
        '{"command": ["a", "b"]}',
        '{"command": ["a", "b"], "m": 0}',
        '{"command": ["b", "a"]}',
        '{"command": ["b", "a"], "m": 0}',
    ),
]


@pytest.mark.parametrize(("base", "yours", "new", "result"), ONE_LINE)
def test_documents_on_one_line(base: str, yours: str, new: str, result: str) -> None:
    assert merged(base, yours, new) == result


LISTS = {
    "another plan is the same add-on": (
        "addons",
        (["pg:a", "redis:a"], ["redis:a", "pg:a", "mine"], ["pg:b", "redis:a"]),
        ["redis:a", "pg:b", "mine"],
    ),
    "an add-on that is attached under another name is another": (
        "addons",
        ([{"plan": "pg:a"}], [{"plan": "pg:a"}], [{"plan": "pg:b"}, {"plan": "pg:b", "as": "REPLICA"}]),
        [{"plan": "pg:b"}, {"plan": "pg:b", "as": "REPLICA"}],
    ),
    "an add-on that the person attached under a name": (
        "addons",
        ([{"plan": "pg:a"}], [{"as": "DB", "plan": "pg:a"}], [{"plan": "pg:b"}]),
        [{"as": "DB", "plan": "pg:b"}],
    ),
    "an add-on that was taken out stays out": ("addons", (["pg:a"], [], ["pg:b", "redis"]), ["redis"]),
    "an add-on that is needed no more goes": (
        "addons",
        (["pg:a", "redis"], ["redis", "pg:a", "x"], ["pg:a"]),
        ["pg:a", "x"],
    ),
    "the new order of buildpacks is followed": (
        "buildpacks",
        (["a", "b"], ["a", "m", "b"], ["b", "a"]),
        ["b", "m", "a"],
    ),
    "the person's order of buildpacks stays": (
        "buildpacks",
        (["a", "b"], ["b", "a"], ["a", "c", "b"]),
        ["b", "a", "c"],
    ),
    "what goes moved nothing else": (
        "buildpacks",
        (["a", "b", "c"], ["a", "c", "b"], ["b", "a"]),
        ["b", "a"],
    ),
    "what the person took out has no place that could change": (
        "buildpacks",
        (["a", "b", "c"], ["b", "a"], ["a", "c", "b"]),
        ["b", "a"],
    ),
    "the same new order of buildpacks": (
        "buildpacks",
        (["a", "b", "c"], ["c", "b", "a"], ["c", "b", "a", "d"]),
        ["c", "b", "a", "d"],
    ),
    "another version of a buildpack": (
        "buildpacks",
        (["https://example.com/b.git"], ["https://example.com/b.git", "m"], ["https://example.com/b#v2"]),
        ["https://example.com/b#v2", "m"],
    ),
}


@pytest.mark.parametrize(("key", "sides", "result"), LISTS.values(), ids=LISTS)
def test_items_of_lists(key: str, sides: tuple[list[Any], list[Any], list[Any]], result: list[Any]) -> None:
    base, yours, new = (json.dumps({key: side}) for side in sides)
    assert json.loads(merged(base, yours + "\n", new)) == {key: result}


CONFLICTS = [
    ({"a": 1}, {"a": 2}, {"a": 3}, ("a", "1", "2", "3")),
    ({"a": 1}, {"a": 2}, {}, ("a", "1", "2", None)),
    ({"a": "x"}, {"a": ["y"]}, {"a": {"b": "x"}}, ("a", '"x"', '["y"]', '{"b": "x"}')),
    (
        {"env": {"A": {"value": "1"}}},
        {"env": {"A": {"value": "2"}}},
        {"env": {"A": {"value": "3"}}},
        ("env.A.value", '"1"', '"2"', '"3"'),
    ),
    (
        {"addons": ["pg:a"]},
        {"addons": ["pg:b"]},
        {"addons": ["pg:c"]},
        ("addons.pg", '"pg:a"', '"pg:b"', '"pg:c"'),
    ),
    (
        {"buildpacks": ["a", "b", "c"]},
        {"buildpacks": ["b", "a", "c"]},
        {"buildpacks": ["a", "c", "b"]},
        ("buildpacks", '["a", "b", "c"]', '["b", "a", "c"]', '["a", "c", "b"]'),
    ),
]


@pytest.mark.parametrize(("base", "yours", "new", "conflict"), CONFLICTS)
def test_a_conflict_is_reported_and_yours_stays(
    base: Any, yours: Any, new: Any, conflict: tuple[Any, ...]
) -> None:
    text = json.dumps(yours, indent=3)
    found = json_tree.three_way(json.dumps(base), text, json.dumps(new), "app.json")
    assert found.text == text
    assert [(each.where, each.base, each.yours, each.new) for each in found.conflicts] == [conflict]


VARIABLES = [
    (
        {"generator": "secret"},
        {"value": "mine"},
        {"generator": "secret", "required": False},
        {"value": "mine"},
    ),
    ({"required": True}, {"value": "mine"}, {"generator": "secret"}, {"value": "mine"}),
    (
        {"required": True},
        {"value": "mine", "required": True},
        {"description": "d", "generator": "secret"},
        {"value": "mine", "required": True, "description": "d"},
    ),
    (
        {"value": "1"},
        {"value": "1", "required": False},
        {"generator": "secret"},
        {"value": "1", "required": False},
    ),
    (
        {"value": "1"},
        {"value": "1", "description": "mine"},
        {"generator": "secret"},
        {"generator": "secret", "description": "mine"},
    ),
    (None, {"value": "1"}, {"generator": "secret", "description": "d"}, {"value": "1", "description": "d"}),
]


@pytest.mark.parametrize(("base", "yours", "new", "result"), VARIABLES)
def test_a_variable_never_has_both_a_value_and_a_generator(
    base: Any, yours: Any, new: Any, result: Any
) -> None:
    old = {"env": {"A": base}} if base else {"name": "x"}
    sides = (json.dumps(side) for side in (old, {"env": {"A": yours}}, {"env": {"A": new}}))
    found = json.loads(json_tree.three_way(*sides, "app.json").text)
    assert found["env"]["A"] == result


def test_growing_adds_only_what_nobody_had() -> None:
    yours = '{\n    "env": {"MINE": "x"},\n    "addons": ["papertrail"]\n}\n'
    assert json_tree.grow(BASE, yours, NEW, "app.json") == (
        '{\n    "env": {"MINE": "x", "PORT": {"required": false}},\n    "addons": ["papertrail"]\n}\n'
    )


def test_without_a_base_every_key_is_added_and_lists_stay() -> None:
    grown = json.loads(json_tree.grow("", '{"addons": ["papertrail"]}', NEW, "app.json"))
    assert grown == {**json.loads(NEW), "addons": ["papertrail"]}


def test_limited_leaves_out_what_the_plan_does_not_want() -> None:
    full = json.dumps({"env": {"SECRET_KEY": {"generator": "secret"}}})
    left = json.loads(json_tree.limited(NEW, BASE, full, "app.json"))
    assert left == {
        **json.loads(NEW),
        "env": {"DEBUG": {"value": "1"}, "SECRET_KEY": {"generator": "secret"}},
        "buildpacks": [{"url": "heroku/python"}],
    }
    assert json_tree.limited(NEW, NEW, "{}", "app.json") == NEW


def test_missing_names_what_is_not_there() -> None:
    yours = '{"name": "x", "env": {"SECRET_KEY": {"value": "mine"}}, "addons": ["heroku-postgresql"]}'
    assert json_tree.missing(yours, NEW, "app.json") == (
        "keywords",
        "env.DEBUG",
        "env.PORT",
        "buildpacks",
    )


@pytest.mark.parametrize(
    ("text", "where"), [('{\n"a": }', "app.json:2"), ("[]", "app.json:1"), ("", "app.json:1")]
)
def test_a_malformed_file_is_an_error_with_its_line(text: str, where: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(where)):
        json_tree.three_way(BASE, text, NEW, "app.json")


def test_nesting_has_an_end() -> None:
    with pytest.raises(ManifestError, match="too deeply"):
        json_tree.three_way("", '{"a":' * 900 + "1" + "}" * 900, "{}", "app.json")


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def subset(*values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=4, unique_by=repr)


VARIABLE = some("x", "ü☕") | st.fixed_dictionaries(
    {},
    optional={
        "value": some("1", "2", ""),
        "generator": some("secret"),
        "required": st.booleans(),
        "description": some("a/b", "c"),
    },
)
APPS = st.fixed_dictionaries(
    {},
    optional={
        "name": some("a", "b", 1, 1.0, True, None),
        "keywords": subset("a", "b", "c", "d"),
        "env": st.dictionaries(some("A", "B", "C", "D"), VARIABLE, max_size=4) | some("odd", {}),
        "addons": subset(
            "pg:a",
            "pg:b",
            "redis",
            {"plan": "pg:a", "as": "X"},
            {"plan": "pg:b", "as": "X"},
            {"plan": "redis:b", "as": "Y"},
        ),
        "buildpacks": subset(
            *({"url": f"heroku/{name}"} for name in "abc"), {"url": "heroku/a.git#v2"}, "heroku/b"
        ),
        "formation": st.fixed_dictionaries(
            {}, optional={"web": st.fixed_dictionaries({"quantity": st.integers(0, 2)})}
        ),
        "odd": st.recursive(
            st.integers(0, 2),
            lambda x: st.lists(x, max_size=3) | st.dictionaries(some("a", "b"), x),
            max_leaves=5,
        ),
    },
)


@st.composite
def layouts(draw: st.DrawFn, value: Any) -> str:
    """Write a value in some person's layout."""
    unit = draw(some("  ", "    ", "\t"))
    colon = draw(some(": ", ":", " : "))
    inline = draw(some(0, 1, 2, 3))
    escaped = draw(st.booleans())

    def text(value: Any, at: str) -> str:
        if not isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=escaped).replace("/", "\\/" if escaped else "/")
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        names = draw(st.permutations(list(value))) if isinstance(value, dict) else range(len(value))
        keys = [f"{json.dumps(name)}{colon}" if isinstance(value, dict) else "" for name in names]
        flat = at.count(unit) >= inline
        parts = [key + text(value[name], at + unit) for key, name in zip(keys, names, strict=True)]
        if not parts:
            return draw(some(opened + closed, f"{opened} {closed}"))
        if flat:
            return draw(
                some(opened + ", ".join(parts) + closed, f"{opened} " + ",".join(parts) + f" {closed}")
            )
        gap = draw(some(",", ",", ",\n"))
        return opened + gap.join(f"\n{at}{unit}{part}" for part in parts) + f"\n{at}{closed}"

    return text(value, "") + draw(some("", "\n"))


WRITTEN = APPS.flatmap(layouts)


def equal(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(WRITTEN, WRITTEN, WRITTEN)
def test_the_text_comes_to_what_the_data_comes_to(base: str, yours: str, new: str) -> None:
    found = json_tree.three_way(base, yours, new, "app.json")
    if base == yours:
        assert found.text == new
        return
    data, clashes = merge_oracle.merge(*(json.loads(text) for text in (base, yours, new)))
    assert equal(json.loads(found.text), data)
    assert {conflict.where for conflict in found.conflicts} == clashes
    again = json_tree.three_way(base, found.text, new, "app.json")
    assert again.text == found.text


@given(APPS, APPS, st.data())
def test_a_file_that_is_only_laid_out_anew_becomes_the_new_one(
    base: Any, new: Any, data: st.DataObject
) -> None:
    yours = data.draw(layouts(base))
    found = json_tree.three_way(json.dumps(base, indent=2), yours, json.dumps(new, indent=2), "app.json")
    assert not found.conflicts
    assert equal(json.loads(found.text), new)


@given(WRITTEN, APPS, st.data())
def test_nothing_new_changes_no_byte(base: str, yours: Any, data: st.DataObject) -> None:
    text = data.draw(layouts(yours))
    assert json_tree.three_way(base, text, base, "app.json").text == text
    same = data.draw(layouts(yours))
    if base != text:
        found = json_tree.three_way(base, text, same, "app.json")
        assert (found.text, found.conflicts) == (text, ())
    assert json_tree.limited(text, text, "{}", "app.json") == text
    assert json_tree.missing(text, same, "app.json") == ()


@given(WRITTEN, WRITTEN, WRITTEN)
def test_growing_takes_nothing_away(base: str, yours: str, new: str) -> None:
    grown = json_tree.grow(base, yours, new, "app.json")
    assert within(json.loads(yours), json.loads(grown))
    assert json_tree.grow(base, grown, new, "app.json") == grown
    words = iter(re.findall(r'"(?:[^"\\]|\\.)*"|[\w.]+', grown))
    assert all(word in words for word in re.findall(r'"(?:[^"\\]|\\.)*"|[\w.]+', yours))


def within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return [item for item in whole if item in part] == part
    return equal(part, whole)


@given(APPS, APPS, st.data())
def test_members_that_only_the_person_has_keep_their_text(base: Any, new: Any, data: st.DataObject) -> None:
    extra = data.draw(st.dictionaries(some("x1", "x2", "x3"), VARIABLE, min_size=1))
    texts = {
        key: json.dumps(key) + " :  " + data.draw(layouts(value)).strip() for key, value in extra.items()
    }
    rows = [*texts.values(), *(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in base.items())]
    yours = "{\n  " + ",\n  ".join(data.draw(st.permutations(rows))) + "\n}"
    found = json_tree.three_way(json.dumps(base), yours, json.dumps(new), "app.json")
    assert not found.conflicts
    assert all(text in found.text for text in texts.values())
    assert equal(json.loads(found.text), {**new, **extra})


@given(APPS, st.data())
def test_edits_of_different_keys_never_conflict(base: dict[str, Any], data: st.DataObject) -> None:
    sides = [data.draw(APPS), data.draw(APPS)]
    turn = {key: data.draw(st.booleans()) for key in sorted({*base, *sides[0], *sides[1]})}

    def edited(number: int) -> dict[str, Any]:
        taken = [base if turn[key] == bool(number) else sides[number] for key in turn]
        return {key: side[key] for key, side in zip(turn, taken, strict=True) if key in side}

    yours, new = edited(0), edited(1)
    found = json_tree.three_way(json.dumps(base), data.draw(layouts(yours)), json.dumps(new), "app.json")
    assert not found.conflicts
    both = [yours if turn[key] else new for key in turn]
    expected = {key: side[key] for key, side in zip(turn, both, strict=True) if key in side}
    assert equal(json.loads(found.text), expected)
