"""What a push decides, what a comparison finds, and how an env file takes values: for any input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.facts import ConfigVar
from scaffold.live.compare import compare, development_value, must_be_set
from scaffold.live.masked import Masked
from scaffold.live.settle import Source, settle
from scaffold.manifests import env_file
from scaffold.merge import env_text
from tests.examples import examples

NAMES = st.sampled_from(
    [
        "SECRET_KEY",
        "API_TOKEN",
        "DATABASE_URL",
        "DEBUG",
        "SHOP_URL",
        "NODE_ENV",
        "GREETING",
        "HEROKU_X",
        "PORT",
    ]
)
TEXTS = st.one_of(
    st.sampled_from(["", " ", "x", "True", "1", "production", "development", "http://localhost", "changeme"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co", "Zs")), max_size=12),
)


@st.composite
def variables(draw: st.DrawFn) -> tuple[ConfigVar, ...]:
    found = []
    for name in draw(st.lists(NAMES, unique=True)):
        secret = draw(st.booleans())
        found.append(
            ConfigVar(
                stack="python",
                evidence=(),
                name=name,
                required=draw(st.booleans()),
                secret=secret,
                value=None if secret else draw(st.none() | TEXTS),
                generator="secret" if secret and draw(st.booleans()) else "",
                provided_by=draw(st.sampled_from(["", "", "platform", "postgres"])),
            )
        )
    return tuple(found)


VALUES = st.dictionaries(NAMES, TEXTS)


@examples(300)
@given(wanted=variables(), live=VALUES, source=VALUES, overwrite=st.booleans())
def test_a_push_never_touches_what_it_must_not(
    wanted: tuple[ConfigVar, ...], live: dict[str, str], source: dict[str, str], overwrite: bool
) -> None:
    by_name = {var.name: var for var in wanted}
    given_values = Source(values=source, name=".env", overwrite=overwrite)
    decided = settle(wanted, live, given_values, lambda: "random")
    names = [setting.name for setting in decided.to_set]
    assert len(names) == len(set(names))
    assert set(names) <= set(by_name)
    for setting in decided.to_set:
        var = by_name[setting.name]
        assert not var.provided_by
        assert setting.name != "HEROKU_X"
        assert overwrite or not live.get(setting.name, "").strip()
        assert setting.value in (source.get(setting.name), var.value, "random")
        if setting.origin == ".env":
            assert not development_value(var, setting.value)
    assert not {var.name for var in decided.to_ask} & set(names)
    for name, value in source.items():
        done = name in names or name in decided.left or live.get(name) == value
        assert done or not value.strip(), "a given value is taken, or it is said why not"


@examples(300)
@given(wanted=variables(), live=VALUES)
def test_after_a_push_nothing_that_it_can_set_is_lacking(
    wanted: tuple[ConfigVar, ...], live: dict[str, str]
) -> None:
    decided = settle(wanted, live, Source(), lambda: "f" * 64)
    after = {**live, **{setting.name: setting.value for setting in decided.to_set}}
    asked = {var.name for var in decided.to_ask}
    for finding in compare(wanted, after, ()):
        if finding.state in ("lacking", "empty") and finding.name != "HEROKU_X":
            var = finding.var
            assert var is not None
            assert finding.name in asked or var.provided_by or not (var.value or "x").strip()
            assert finding.name in asked or not must_be_set(var) or not (var.value or "x").strip()
    assert settle(wanted, after, Source(), lambda: "f" * 64).to_set == ()


@examples(300)
@given(
    before=st.lists(
        st.sampled_from(["A=1", "# B=2", "B='x\ny' # why", "", "export C=3", 'A="4"', "what"]), max_size=6
    ),
    newline=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    values=st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), TEXTS, min_size=1),
)
def test_what_is_put_into_an_env_file_is_read_from_it(
    before: list[str], newline: str, last: bool, values: dict[str, str]
) -> None:
    text = newline.join(line.replace("\n", newline) for line in before) + (newline if last and before else "")
    after = env_text.put(text, ".env", values)
    was = {line.name: line.value for line in env_file.parse(text, ".env") if not line.commented}
    now = {line.name: line.value for line in env_file.parse(after, ".env") if not line.commented}
    assert now == {**was, **values}
    assert env_text.put(after, ".env", values) == after
    assert after.count("export C=") == text.count("export C=")


LIVE = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
ODD = [
    "tab\there",
    "a\r\nb\rc",
    "it's\x1b[31m \u00a0\u200d\u2028",
    "C:\\",
    "\\'",
    "'\\",
    "$A ${B} $(c) `d` '",
    '{\n  "key": "-----BEGIN\\nabc"\n}',
    "\ufeff",
    "\n",
    "#",
    " a ",
]


@examples(500)
@given(st.dictionaries(st.sampled_from("ABCD"), st.one_of(LIVE, st.sampled_from(ODD)), min_size=1))
def test_every_value_that_an_app_can_have_is_read_back_as_it_was(values: dict[str, str]) -> None:
    text = env_text.put("# mine\n", ".env", values)
    assert {line.name: line.value for line in env_file.parse(text, ".env")} == values
    assert text.startswith("# mine\n")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        ("a=b", "a=b"),
        ('{"a": "b\\n"}', '\'{"a": "b\\n"}\''),
        ("-----BEGIN\n-----END", "'-----BEGIN\n-----END'"),
        ("it's 5$", '"it\'s 5$"'),
        ("it's $x", '"it\'s \\$x"'),
        ("a\r\nb", '"a\\r\\nb"'),
        ("C:\\", '"C:\\\\"'),
    ],
)
def test_single_quotes_are_taken_wherever_they_will_do(value: str, written: str) -> None:
    """Node's dotenv, python-dotenv and Ruby's agree on these; they unescape double quotes differently."""
    assert env_text.quoted(value) == written


@pytest.mark.parametrize(
    ("value", "can"), [("x", True), ("", True), ("ü\n", True), ("a\0", False), ("\udc80", False)]
)
def test_what_no_program_can_have_in_its_environment(value: str, can: bool) -> None:
    assert env_text.can_hold(value) is can


def test_a_value_is_shown_by_nothing_that_prints_objects() -> None:
    decided = settle(
        (ConfigVar(stack="python", evidence=(), name="API_TOKEN", required=True, secret=True),),
        {},
        Source(values={"API_TOKEN": Masked("hunter2")}, name=".env"),
        lambda: "",
    )
    assert decided.to_set[0].value == "hunter2"
    assert "hunter2" not in repr(decided)
