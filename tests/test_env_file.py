"""The parser of .env files: quotes, escapes, values over several lines, comments, odd bytes."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.manifests.env_file import EnvLine, parse

VALUES = [
    ("A=1", "1"),
    ("A = 1 ", "1"),
    ("  export A=1", "1"),
    ("A: yes", "yes"),
    ("A=", ""),
    ("A=''", ""),
    ("A=a=b==", "a=b=="),
    ("A=a#b", "a#b"),
    ("A=a #b", "a"),
    ("A=#b", ""),
    ("A=two words", "two words"),
    ("A='it # is $B'", "it # is $B"),
    (r"A='it\'s'", "it's"),
    (r"A='a\nb'", r"a\nb"),
    (r'A="a\nb"', "a\nb"),
    (r'A="say \"x\" for \$5 \\ \d"', 'say "x" for $5 \\ \\d'),
    ('A=`it\'s "x"`', 'it\'s "x"'),
    ("A='C:\\'", "C:\\"),
    ('A="a\\\\"', "a\\"),
    ('A="x" # why', "x"),
    ('A="x"# why', "x"),
    ('A="x" y', '"x" y'),
    ('A="open', '"open'),
    ("A=ünï→", "ünï→"),
    ("\ufeffA=1", "1"),
    ("A=$B${C}", "$B${C}"),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[row[0] for row in VALUES])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["LF", "CRLF", "no end"])
def test_a_value_is_read_as_dotenv_loaders_read_it(text: str, value: str, end: str) -> None:
    lines = parse(text + end + ("B='next'" + end if end else ""), ".env")
    assert (lines[0].name, lines[0].value, lines[0].line) == ("A", value, 1)
    assert [(item.name, item.value, item.line) for item in lines[1:]] == ([("B", "next", 2)] if end else [])


def test_a_value_may_span_lines_and_the_next_line_is_counted_right() -> None:
    lines = parse("A=\"-----BEGIN\nabc=\n# no comment\n-----END\" # key\nB='x\ny'\nC=1\n", ".env")
    assert [(item.name, item.value, item.line) for item in lines] == [
        ("A", "-----BEGIN\nabc=\n# no comment\n-----END", 1),
        ("B", "x\ny", 5),
        ("C", "1", 7),
    ]
    assert lines[0].comment == "key"


COMMENTS = """\
# ---- Mail ----

# Where mail goes out,
# with the port behind it
# --------
SMTP_URL=
SMTP_FROM=a@b.example  # the sender
# Only for large lists
# SMTP_POOL=5
#SMTP_TRACE=  # prints each mail
# SMTP_NOTE=this is a sentence about nothing
# SMTP_NAME="two words"
PLAIN=1
not an assignment
LAST=1
"""


def test_a_comment_behind_an_assignment_or_above_it_belongs_to_it() -> None:
    found = [(item.name, item.comment) for item in parse(COMMENTS, ".env") if not item.commented]
    assert found == [
        ("SMTP_URL", "Where mail goes out, with the port behind it"),
        ("SMTP_FROM", "the sender"),
        ("PLAIN", ""),
        ("LAST", ""),
    ]


def test_an_assignment_in_a_comment_is_told_apart_from_a_sentence() -> None:
    assert [item for item in parse(COMMENTS, ".env") if item.commented] == [
        EnvLine(name="SMTP_POOL", value="5", line=9, end=9, comment="Only for large lists", commented=True),
        EnvLine(name="SMTP_TRACE", value="", line=10, end=10, comment="prints each mail", commented=True),
        EnvLine(name="SMTP_NAME", value="two words", line=12, end=12, commented=True),
    ]


@given(text=st.text(max_size=300) | st.text("AB=\"'`\\# \n:$", max_size=60))
def test_any_text_is_parsed_without_a_crash(text: str) -> None:
    count = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= item.line <= count for item in parse(text, ".env"))


NAMES = st.text(string.ascii_uppercase + "_", min_size=1, max_size=8)
ESCAPES = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "`": "\\`"}


@given(pairs=st.lists(st.tuples(NAMES, st.text(st.characters(exclude_characters="\r"))), max_size=5))
def test_any_value_survives_in_double_quotes(pairs: list[tuple[str, str]]) -> None:
    escaped = [
        f'{name}="{"".join(ESCAPES.get(letter, letter) for letter in value)}"\n' for name, value in pairs
    ]
    assert [(item.name, item.value) for item in parse("".join(escaped), ".env")] == pairs


@given(pairs=st.lists(st.tuples(NAMES, st.text(st.characters(exclude_characters="\r'\\"))), max_size=5))
def test_any_value_without_quotes_survives_in_single_quotes(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{name}='{value}'\n" for name, value in pairs)
    assert [(item.name, item.value) for item in parse(text, ".env")] == pairs
