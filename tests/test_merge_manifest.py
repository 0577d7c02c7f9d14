"""config-vars.toml merges by variable and by key: the person's edits stay, all else follows the code."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold import merge
from scaffold.errors import ManifestError
from scaffold.manifests import config_vars_toml

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PATH = "config-vars.toml"
HEAD = "# The config vars of this app\nformat = 1\n"


def three_way(base: str, theirs: str, ours: str) -> str:
    return merge.three_way(PATH, base, theirs, ours).text


def text(**records: str) -> str:
    """Write a manifest: A="required = true; kind = 'text'"."""
    tables = [f"\n[vars.{name}]\n" + body.replace("; ", "\n") + "\n" for name, body in records.items()]
    return HEAD + "".join(tables)


A, B, C = "required = true; kind = 'text'", "required = false; default = '1'", "secret = true"

ROWS = {
    "a new variable goes to its sorted place": (
        text(A=A, C=C),
        text(A=A, C=C + "  # ours"),
        text(A=A, B=B, C=C),
        text(A=A, B=B, C=C + "  # ours"),
    ),
    "before the first and behind the last": (
        text(B=B),
        text(B=B + "; owner = 'web'"),
        text(A=A, B=B, C=C),
        text(A=A, B=B + "; owner = 'web'", C=C),
    ),
    "an edited field stays and the others follow": (
        text(A="required = true; kind = 'text'; read_at = ['a.py:1']"),
        text(A="required = false; kind = 'text'; read_at = ['a.py:1']"),
        text(A="required = true; kind = 'url'; read_at = ['b.py:2', 'c.py:3']"),
        text(A="required = false; kind = 'url'; read_at = ['b.py:2', 'c.py:3']"),
    ),
    "a field that was taken out stays out": (
        text(A="required = true; default = '1'"),
        text(A="required = true"),
        text(A="required = false; default = '2'"),
        text(A="required = false"),
    ),
    "a new field goes to its place": (
        text(A="required = true; stage = 'run'; owner = 'x'"),
        text(A="required = false; stage = 'run'; owner = 'x'"),
        text(A="description = 'd'; required = true; secret = false; stage = 'run'"),
        text(A="description = 'd'; required = false; secret = false; stage = 'run'; owner = 'x'"),
    ),
    "a field that the code gives no more goes": (
        text(A="required = false; default = '1'", B=B),
        text(A="required = false; default = '1'", B=B + " # b"),
        text(A="required = true", B=B),
        text(A="required = true", B=B + " # b"),
    ),
    "a variable that is read no more goes": (
        text(A=A, B=B, C=C),
        text(A=A, B=B, C="secret = true # c"),
        text(A=A, C=C),
        text(A=A, C="secret = true # c"),
    ),
    "the last one too": (
        text(A=A, B=B),
        text(A=A + " # a", B=B),
        text(A=A),
        text(A=A + " # a"),
    ),
    "but not one that was edited": (
        text(A=A, B=B),
        text(A=A, B="required = false; default = '2'"),
        text(A=A),
        text(A=A, B="required = false; default = '2'"),
    ),
    "nor one with a comment": (
        text(A=A, B=B),
        text(A=A, B="# why; " + B),
        text(A=A),
        text(A=A, B="# why; " + B),
    ),
    "nor one of which an environment speaks": (
        text(A=A, B=B),
        text(A=A, B=B) + "\n[env.staging]\nB = { required = true }\n",
        text(A=A),
        text(A=A, B=B) + "\n[env.staging]\nB = { required = true }\n",
    ),
    "a deleted variable stays deleted": (
        text(A=A, B=B),
        text(A=A),
        text(A=A, B=B + "; kind = 'url'"),
        text(A=A),
    ),
    "a variable that both added is completed": (
        text(A=A),
        text(A=A, B="description = 'mine'"),
        text(A=A, B="description = 'theirs'; required = true"),
        text(A=A, B="description = 'mine'; required = true"),
    ),
    "the order of the person stays": (
        text(A=A, C=C),
        text(C=C, A=A),
        text(A=A, B=B, C=C, D=A),
        text(C=C, D=A, A=A, B=B),
    ),
    "variables stand before the environments": (
        HEAD,
        HEAD + "\n# staging\n[env.staging.X]\nvalue = '1'\n",
        text(A=A),
        text(A=A) + "\n# staging\n[env.staging.X]\nvalue = '1'\n",
    ),
    "a comment above a header belongs to it": (
        text(A=A, C=C),
        text(A=A) + "\n# about C\n[vars.C]\nsecret = true\n",
        text(B=B, C=C),
        HEAD + "\n[vars.B]\nrequired = false\ndefault = '1'\n\n# about C\n[vars.C]\nsecret = true\n",
    ),
    "a comment that stands free stays where it was": (
        text(A=A, B=B),
        text(A=A) + "\n# a section\n\n[vars.B]\nrequired = false\ndefault = '1'\n",
        text(B=B),
        HEAD + "\n# a section\n\n[vars.B]\nrequired = false\ndefault = '1'\n",
    ),
    "a comment beside a value stays with the new one": (
        text(A="required = true; kind = 'text'"),
        text(A="required = true   # ask ops; kind = 'text'"),
        text(A="required = false; kind = 'text'"),
        text(A="required = false   # ask ops; kind = 'text'"),
    ),
    "an updated value may have stood in many lines": (
        text(A="read_at = [\n 'a.py:1',\n]; kind = 'text'"),
        text(A="read_at = [\n 'a.py:1',\n]; kind = 'url'"),
        text(A="read_at = ['b.py:1']; kind = 'text'"),
        text(A="read_at = ['b.py:1']; kind = 'url'"),
    ),
    "a record in another form is left as it is": (
        text(A=A, B=B),
        HEAD + "vars.A = {required = true, kind = 'text'}\n\n[vars.B]\nrequired = true\ndefault = '1'\n",
        text(A="required = false", B="required = false; default = '2'"),
        HEAD + "vars.A = {required = true, kind = 'text'}\n\n[vars.B]\nrequired = true\ndefault = '2'\n",
    ),
    "no secret is made of what the person gave a value": (
        text(A="required = true; secret = false"),
        text(A="required = true; secret = false; value = 'x'"),
        text(A="required = false; secret = true"),
        text(A="required = false; secret = false; value = 'x'"),
    ),
    "no default comes back to what the person made secret": (
        text(A="secret = false"),
        text(A="secret = true"),
        text(A="secret = false; default = '1'; kind = 'number'"),
        text(A="secret = true; kind = 'number'"),
    ),
    "no generator beside the value of an environment": (
        text(A="required = true"),
        text(A="required = true") + "\n[env.review.A]\nvalue = 'x'\n",
        text(A="required = false; secret = true"),
        text(A="required = false") + "\n[env.review.A]\nvalue = 'x'\n",
    ),
    "the explanation on top follows": (
        "# old\n" + text(A=A),
        "# old\n" + text(A=A + "; owner = 'x'"),
        "# new\n# longer\n" + text(A=A),
        "# new\n# longer\n" + text(A=A + "; owner = 'x'"),
    ),
    "one that the person edited does not": (
        "# old\n" + text(A=A),
        "# mine\n" + text(A=A),
        "# new\n" + text(A=A),
        "# mine\n" + text(A=A),
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("row", ROWS)
def test_a_merge(row: str, newline: str) -> None:
    base, theirs, ours, merged = ROWS[row]
    theirs, merged = theirs.replace("\n", newline), merged.replace("\n", newline)
    assert three_way(base, theirs, ours) == merged
    assert three_way(base, merged, ours) == merged
    assert three_way(ours, merged, ours) == merged


def test_without_a_base_only_what_is_missing_is_added() -> None:
    theirs = "format = 1\n[vars.B]\nrequired = false # no\n"
    merged = merge.three_way(PATH, "", theirs, text(A=A, B="required = true; kind = 'url'")).text
    assert merged == (
        "format = 1\n\n[vars.A]\nrequired = true\nkind = 'text'\n\n"
        "[vars.B]\nrequired = false # no\nkind = 'url'\n"
    )
    assert merge.three_way(PATH, "", merged, text(A=A, B="required = true; kind = 'url'")).text == merged


def test_a_mark_of_byte_order_and_a_missing_last_line_end_do_no_harm() -> None:
    base, theirs = text(A=A), "\ufeff" + text(A=A).rstrip("\n") + "; owner = 'x'".replace("; ", "\n")
    assert three_way(base, theirs, text(A=A, B=B)) == "\ufeff" + text(A=A + "; owner = 'x'", B=B)


@pytest.mark.parametrize(
    "theirs", ["format = 1\nvars = { A = { required = true } }\n", "format = 1\n[vars.A\n"]
)
def test_what_cannot_be_merged_is_an_error(theirs: str) -> None:
    with pytest.raises(ManifestError) as caught:
        three_way(HEAD, theirs, text(B=B))
    assert caught.value.remedy


FIELDS = st.fixed_dictionaries(
    {"required": st.booleans()},
    optional={
        "description": st.sampled_from(["one", 'a "b" # [c]']),
        "default": st.sampled_from(["1", "", "x = [y]"]),
        "kind": st.sampled_from(["text", "url"]),
        "read_at": st.lists(st.sampled_from(["a.py:1", "b.py:2"]), max_size=2),
    },
)
NAMES = st.sampled_from(["A", "B", "C", "D_1", "E"])
RECORDS = st.dictionaries(NAMES, FIELDS, max_size=5)
ORDER = (*config_vars_toml.FIELDS, "read_at")


def generated(records: dict[str, dict[str, Any]]) -> str:
    tables = []
    for name in sorted(records):
        body = records[name]
        tables.append(
            f"\n[vars.{name}]\n"
            + "".join(f"{key} = {json.dumps(body[key])}\n" for key in ORDER if key in body)
        )
    return HEAD + "".join(tables)


@st.composite
def edited(draw: st.DrawFn, base: str) -> str:
    """Edit a file as a person does: comments, other values, lines and tables out and in, another order."""
    blocks = base.split("\n\n")
    head, tables = blocks[0], blocks[1:]
    kept = [table for table in tables if draw(st.integers(0, 5))]
    kept = draw(st.permutations(kept))
    out = [head + draw(st.sampled_from(["", "\n# on top", "\nowner = 'me'"]))]
    for table in kept:
        lines = []
        for line in table.rstrip("\n").split("\n"):
            edit = draw(st.integers(0, 12))
            if edit == 0 and not line.startswith("["):
                continue
            if edit == 3:
                lines.append("# above")
            if edit == 4:
                lines.append("")
            other = re.sub("^required = true", "required = false", line) if edit == 1 else line
            lines.append(other + "  # beside" * (edit == 2))
            if edit == 5:
                lines.append(f"mine_{len(lines)} = [1, 2]")
        out.append("\n".join(lines))
    if draw(st.booleans()):
        out.append("[vars.MINE]\nvalue = 'a # b'")
    if draw(st.booleans()):
        out.append("# of staging\n[env.staging]\nA = { required = false }")
    result = ("\n" + draw(st.sampled_from(["", "\n"]))).join(["\n".join(out[:1]), *out[1:]])
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return (result + draw(st.sampled_from(["", "\n"]))).replace("\n", newline)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, str, str]:
    base, ours = generated(draw(RECORDS)), generated(draw(RECORDS))
    return base, draw(edited(base)), ours


@UNHURRIED
@given(RECORDS, RECORDS)
def test_nothing_edited_gives_the_new_text_and_nothing_new_gives_theirs(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    base, new = generated(one), generated(other)
    assert three_way(base, base, new) == new
    assert three_way(base, new, base) == new
    assert three_way(base, new, new) == new


@UNHURRIED
@given(cases())
def test_what_a_person_wrote_is_never_lost(case: tuple[str, str, str]) -> None:
    base, theirs, ours = case
    merged = three_way(base, theirs, ours)
    config_vars_toml.parse(merged, PATH)
    for mark in ("# beside", "# above", "# on top", "# of staging", "mine_", "owner = 'me'", "[vars.MINE]"):
        assert merged.count(mark) == theirs.count(mark), mark
    was, there, wanted, now = (tomli.loads(each).get("vars", {}) for each in (base, theirs, ours, merged))
    for name in was.keys() | there.keys() | wanted.keys():
        if name not in there:
            assert (name in now) == (name not in was), name
            continue
        for key, value in there[name].items():
            if value != was.get(name, {}).get(key):
                assert now[name][key] == value, (name, key)
        for key in was.get(name, {}).keys() - there[name].keys():
            assert key not in now[name]
    assert set(now) <= set(there) | set(wanted)


@UNHURRIED
@given(cases())
def test_what_nobody_edited_is_as_the_code_says(case: tuple[str, str, str]) -> None:
    base, theirs, ours = case
    was, there, wanted, now = (
        tomli.loads(each).get("vars", {}) for each in (base, theirs, ours, three_way(base, theirs, ours))
    )
    for name in wanted.keys() & there.keys():
        for key in wanted[name].keys() | was.get(name, {}).keys():
            if there[name].get(key) == was.get(name, {}).get(key) and key in wanted[name]:
                assert now[name].get(key) == wanted[name][key], (name, key)


@UNHURRIED
@given(cases())
def test_twice_is_once(case: tuple[str, str, str]) -> None:
    base, theirs, ours = case
    merged = three_way(base, theirs, ours)
    assert three_way(base, merged, ours) == merged
    assert three_way(ours, merged, ours) == merged


@UNHURRIED
@given(cases())
def test_nothing_new_changes_no_byte(case: tuple[str, str, str]) -> None:
    base, theirs, _ = case
    assert three_way(base, theirs, base) == theirs
