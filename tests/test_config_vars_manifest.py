"""config-vars.toml: what is read, what is refused and where, and that the schema says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests import config_vars_toml, toml_file
from scaffold.manifests.config_vars_toml import parse
from tests import golden

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCHEMA = json.loads(
    (Path(config_vars_toml.__file__).parent.parent / "data" / "config-vars.schema.json").read_text()
)
VALID = jsonschema.Draft202012Validator(SCHEMA).is_valid

WHOLE = """\
format = 1

[vars.CDN_URL]
description = "Where images are"
required = true
secret = false
value = "https://a.example.com"
stage = "build"
kind = "url"
owner = "web team"
read_at = ["app.py:3", "b.py:9"]

[vars.API_TOKEN]
secret = true

[vars.SIGNING_KEY]
generator = "secret"

[env.staging.CDN_URL]
value = "https://b.example.com"

[env.review]
API_TOKEN.required = false
SIGNING_KEY = { value = "any" }
ONLY_HERE = { value = "1" }
"""


def test_a_record_is_read_with_its_line_and_keys_that_are_not_known_stay() -> None:
    entry = parse(WHOLE, "config-vars.toml").vars["CDN_URL"]
    assert (entry.line, entry.description, entry.required, entry.secret) == (
        3,
        "Where images are",
        True,
        False,
    )
    assert (entry.value, entry.default, entry.stage, entry.kind) == (
        "https://a.example.com",
        None,
        "build",
        "url",
    )
    assert entry.read_at == ("app.py:3", "b.py:9")
    assert entry.unknown == {"owner": "web team"}


def test_an_environment_lies_over_the_record() -> None:
    manifest = parse(WHOLE, "config-vars.toml")
    assert manifest.entry("CDN_URL", "production").value == "https://a.example.com"
    staging = manifest.entry("CDN_URL", "staging")
    assert (staging.value, staging.description, staging.line) == (
        "https://b.example.com",
        "Where images are",
        19,
    )
    assert manifest.entry("API_TOKEN", "review").required is False
    assert manifest.entry("API_TOKEN", "review").secret is True
    assert manifest.names() == ("API_TOKEN", "CDN_URL", "SIGNING_KEY")
    assert manifest.names("review") == ("API_TOKEN", "CDN_URL", "ONLY_HERE", "SIGNING_KEY")
    assert manifest.entry("ABSENT", "staging").required is None


def test_a_value_of_an_environment_ends_the_generator() -> None:
    review = parse(WHOLE, "config-vars.toml").entry("SIGNING_KEY", "review")
    assert (review.value, review.generator) == ("any", None)


REFUSED = [
    ("[vars.A]\n", 0, "does not say its format"),
    ("format = '1'\n", 1, "whole number"),
    ("\nformat = 2\n", 2, "newer than this scaffold knows"),
    ("format = 1\nvars = 3\n", 2, "must be a table"),
    ("format = 1\n[vars]\nA = 'x'\n", 3, "`vars.A` must be a table"),
    ("format = 1\n[vars.A]\nrequired = 'yes'\n", 3, "true or false"),
    ("format = 1\n[vars.A]\n\nvalue = 3\n", 4, "text in quotes"),
    ("format = 1\n[vars.A]\nstage = 'later'\n", 3, 'one of "build", "run"'),
    ("format = 1\n[vars.A]\ngenerator = 'uuid'\n", 3, 'must be one of "secret"'),
    ("format = 1\n[vars.A]\nread_at = 'app.py'\n", 3, "must be a list"),
    ('format = 1\n[vars."A-B"]\n', 2, "no name of a config var"),
    ("format = 1\n[vars.1A]\n", 2, "no name of a config var"),
    ("format = 1\n[env.Staging.A]\nvalue = 'x'\n", 2, "no name of an environment"),
    ("format = 1\n[env.staging]\nA = 1\n", 3, "`env.staging.A` must be a table"),
    ("format = 1\n[vars.A]\ngenerator = 'secret'\nvalue = 'x'\n", 3, "both a value and a generator"),
    ("format = 1\n[vars.A]\nsecret = true\nvalue = 'hunter2'\n", 4, "is secret and has a value"),
    ("format = 1\n[vars.A]\nsecret = true\ndefault = 'hunter2'\n", 4, "is secret and has a default"),
    (
        "format = 1\n[vars.A]\nsecret = true\n[env.review.A]\nvalue = 'hunter2'\n",
        5,
        "is secret and has a value",
    ),
    ("format = 1\n[vars.A\n", 2, "not valid TOML"),
]


@pytest.mark.parametrize(("text", "line", "message"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_is_wrong_is_named_with_its_line_and_what_to_do(text: str, line: int, message: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(text, "config-vars.toml")
    assert caught.value.line == line
    assert message in caught.value.message
    assert caught.value.remedy
    shown = " ".join((caught.value.summary, caught.value.why, caught.value.remedy))
    assert "hunter2" not in shown


@pytest.mark.parametrize("text", [row[0] for row in REFUSED[:-1]])
def test_the_schema_refuses_what_the_parser_refuses(text: str) -> None:
    over_two_tables = "[env.review.A]" in text
    assert over_two_tables or not VALID(tomli.loads(text))


def goldens() -> list[Path]:
    return sorted(golden.FIXTURES.glob("*/expected/files/**/config-vars.toml"))


@pytest.mark.parametrize("path", goldens(), ids=lambda path: path.parts[-4])
def test_every_golden_is_valid_and_reads_back_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = tomli.loads(text)
    jsonschema.validate(document, SCHEMA)
    manifest = parse(text, "config-vars.toml")
    lines = text.split("\n")
    for name, entry in manifest.vars.items():
        assert lines[entry.line - 1] == f"[vars.{name}]"
        assert not (entry.secret and (entry.value or entry.default))
    assert len(manifest.vars) == len(document["vars"])


TEXT = st.text(alphabet="aé \"'\\\n#[=$\x7f", max_size=4)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "description": TEXT,
        "required": st.booleans() | TEXT,
        "secret": st.booleans(),
        "value": TEXT | st.integers(),
        "default": TEXT,
        "generator": st.sampled_from(["", "secret", "uuid"]),
        "stage": st.sampled_from(["build", "run", ""]),
        "kind": st.sampled_from(["text", "url", "colour"]),
        "read_at": st.lists(TEXT, max_size=2) | st.just("x"),
        "mine": st.integers(),
    },
)
NAMES = st.sampled_from(["A", "B_2", "_c", "1x", "a-b"])


DOCUMENTS = st.fixed_dictionaries(
    {"format": st.sampled_from([1, 1, 1, 2, "1"])},
    optional={"vars": st.dictionaries(NAMES, RECORDS, max_size=3)},
)


@UNHURRIED
@given(DOCUMENTS)
def test_the_parser_accepts_exactly_what_the_schema_accepts(document: dict[str, Any]) -> None:
    text = as_toml(document)
    try:
        manifest = parse(text, "x.toml")
    except ManifestError:
        assert not VALID(document)
        return
    assert VALID(document)
    assert {name: said(entry) for name, entry in manifest.vars.items()} == document.get("vars", {})


def said(entry: config_vars_toml.Entry) -> dict[str, Any]:
    known = {field: getattr(entry, field) for field in config_vars_toml.FIELDS}
    known["read_at"] = None if entry.read_at is None else list(entry.read_at)
    return {field: value for field, value in known.items() if value is not None} | dict(entry.unknown)


def as_toml(document: dict[str, Any]) -> str:
    lines = [f"format = {json.dumps(document['format'])}"]
    for name, body in document.get("vars", {}).items():
        lines.append(f"[vars.{name}]")
        lines += [f"{key} = {written(value)}" for key, value in body.items()]
    return "\n".join(lines) + "\n"


def written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


KEY_LINES = [
    ("a = 1\n\n[b]\nc = 2\n", {("a",): 1, ("b",): 3, ("b", "c"): 4}),
    ('[vars."A".x]\ny.z = 1\n', {("vars", "A", "x"): 1, ("vars", "A", "x", "y"): 2}),
    ('a = """\n[b]\nc = 1\n"""\nd = 2\n', {("a",): 1, ("d",): 5}),
    ("a = '''x\n'[b]\n'''\nd = 2\n", {("a",): 1, ("d",): 4}),
    ('a = """x\\"""\nb = 1"""\nd = 2\n', {("a",): 1, ("d",): 3}),
    ("a = [\n  'x', # ]\n  ']',\n]\nd = 2\n", {("a",): 1, ("d",): 5}),
    ('# """\na = "#[" # [\nd = 2\n', {("a",): 2, ("d",): 3}),
    ("[ a . 'b' ]   # [c]\r\nd = 2\r\n", {("a", "b"): 1, ("a", "b", "d"): 2}),
    ("[[a]]\nb = 1\n[[a]]\nb = 2\n", {("a",): 1, ("a", "b"): 2}),
]


@pytest.mark.parametrize(("text", "lines"), KEY_LINES, ids=[row[0] for row in KEY_LINES])
def test_keys_stand_where_they_are_written_and_nowhere_in_strings(
    text: str, lines: dict[tuple[str, ...], int]
) -> None:
    found = toml_file.key_lines(toml_file.parse(text, "x.toml"))
    assert found == {**found, **lines}
    assert not any("b" in key for key in found) or any("b" in key for key in lines)
