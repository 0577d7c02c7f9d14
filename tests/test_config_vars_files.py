"""Example files, README tables and lists, app.json: what they tell of variables that the code reads."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import env_files
from scaffold.pipeline import Request, analyse_repo
from tests.examples import examples
from tests.test_config_vars_forms import Texts, found_in

CODE = "import os\nx = os.environ['ZZ_WORD']\n"


@pytest.mark.parametrize(
    "name",
    [
        ".env.example",
        ".env.sample",
        ".env.template",
        ".env.dist",
        "env.example",
        "example.env",
        "sample.env",
        ".sample.env",
        ".env-example",
        ".env_example",
        ".env.production.example",
        ".env.prod.template",
        ".env.local.example",
        ".env.example.production",
        ".envrc.example",
        "dotenv.sample",
        "config/application.yml.example",
        "config/application.example.yml",
        "deploy/conf/.env.example",
    ],
)
def test_an_example_file_is_known_by_its_name(name: str) -> None:
    separator = ": " if "yml" in name else "="
    files = {
        "app.py": CODE,
        name: f"# What the word is\nexport ZZ_WORD{separator}'a b'\n".replace(
            "export " if "yml" in name else "\0", ""
        ),
    }
    told = env_files.read(Texts(files), ".", ())
    assert (told["ZZ_WORD"].value, told["ZZ_WORD"].description) == ("a b", "What the word is")
    found = found_in(files, "python")["ZZ_WORD"]
    assert (found.required, found.description, found.default) == (True, "What the word is", None)


@pytest.mark.parametrize(
    "name",
    [
        ".env.test",
        ".env.test.example",
        "env.example.py",
        "environment.yml",
        "application.yml",
        "a/b/c/d/.env.example",
    ],
)
def test_other_files_tell_nothing(name: str) -> None:
    assert env_files.read(Texts({name: "ZZ_WORD=1\n"}), ".", ()) == {}


def test_an_example_file_alone_is_no_read() -> None:
    assert (
        found_in(
            {"app.py": "x = 1\n", ".env.example": "ZZ_WORD=1\n", "README.md": "| `ZZ_WORD` | the word |\n"},
            "python",
        )
        == {}
    )


def test_what_examples_only_hold_commented_out_is_optional_unless_the_code_fails() -> None:
    code = "import os\na = os.getenv('ZZ_SECRET')\nb = os.environ['ZZ_TOKEN']\n"
    example = "# ZZ_SECRET=x  # for large lists\n# ZZ_TOKEN=x\n"
    plain = found_in({"app.py": code}, "python")
    found = found_in({"app.py": code, ".env.example": example}, "python")
    assert (plain["ZZ_SECRET"].required, found["ZZ_SECRET"].required, found["ZZ_TOKEN"].required) == (
        True,
        False,
        True,
    )
    assert found["ZZ_SECRET"].description == "for large lists"


DOCUMENTS = [
    ("README.md", "| Name | What |\n|---|---|\n| `ZZ_WORD` | the word to say | x |\n"),
    ("README.md", "| **ZZ_WORD** | the word to say |\n"),
    ("README.md", "- `ZZ_WORD`: the word to say\n"),
    ("README.md", "* **`ZZ_WORD`** - the word to say\n"),
    ("README.md", "- ZZ_WORD: the word to say\n"),
    ("README.md", "1. `ZZ_WORD=x` (required) \u2013 the word to say\n"),
    ("docs/configuration.rst", "* ``ZZ_WORD``: the word to say\n"),
    (".env.example", "ZZ_WORD=  # the word to say\n"),
    (".env.example", "# the word\n# to say\nZZ_WORD=\n"),
]


@pytest.mark.parametrize(("path", "text"), DOCUMENTS)
def test_documents_describe_what_the_code_reads(path: str, text: str) -> None:
    assert found_in({"app.py": CODE, path: text}, "python")["ZZ_WORD"].description == "the word to say"


def test_the_description_in_app_json_survives_and_comes_first() -> None:
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n" + CODE,
        "requirements.txt": "flask\ngunicorn\n",
        "app.json": '{"env": {"ZZ_WORD": {"description": "The word, as app.json says", "value": "x"}}}',
        ".env.example": "# another text\nZZ_WORD=y\n",
    }
    analysis = analyse_repo(Texts(files), Request(top=None, stack="", root="", answers={}, config_vars=True))  # type: ignore[arg-type]
    assert analysis.plan is not None
    var = next(var for var in analysis.plan.config_vars if var.name == "ZZ_WORD")
    assert (var.description, var.value) == ("The word, as app.json says", "x")
    assert {proof.path for proof in var.evidence} >= {"app.json", "app.py"}


def test_a_secret_of_an_example_file_is_never_shown() -> None:
    files = {
        "app.py": "import os\nx = os.getenv('ZZ_SECRET', 'kJ8sd7fKs92kds8f')\n",
        ".env.example": "ZZ_SECRET=kJ8sd7fKs92kds8f  # as kJ8sd7fKs92kds8fkJ8sd7fKs92kds8f\n",
    }
    assert "kJ8sd7" not in repr(found_in(files, "python"))


@examples(50)
@given(
    value=st.text(st.characters(exclude_characters="\r'\\")),
    word=st.text(string.ascii_uppercase, min_size=3, max_size=6),
)
def test_any_value_of_an_example_file_reaches_what_is_told(value: str, word: str) -> None:
    told = env_files.read(Texts({".env.example": f"A_{word}=1\nB_{word}='{value}'\r\nC_{word}=2\n"}), ".", ())
    assert [item.value for item in told.values()] == ["1", value, "2"]
