"""Any value survives the files it is written to: .env.example, config-vars.toml, app.json, bin/deploy."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import dotenv
import pytest
import tomli
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scaffold.context_vars import app_json_env, env_quote, toml_value
from scaffold.facts import ConfigVar
from scaffold.manifests import env_file
from tests.deploy.harness import script
from tests.examples import examples
from tests.golden import call

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

HARD = [
    "it's",
    'say "x"',
    "both ' and \"",
    "$HOME ${HOME} $(id) `id`",
    "'$HOME",
    "one\ntwo\n",
    "it's\ntwo",
    "a#b # c",
    "a = b",
    "C:\\dir\\",
    "a\\\\b\\n",
    "\\'",
    " lead and trail ",
    "\ttab\t",
    "car\rriage\r\n",
    '{"key": "-----BEGIN\\nabc"}',
    '{\n  "key": "v"\n}',
    "ü ☃ \u2028 \u00a0",
    "\x07\x7f\x85",
    "!x ~ * ? [a]",
    "",
    "'\"`$\\\n\r",
    "NAME=x",
    "\nOTHER=x\n",
    "{{ x }} {% y %} {# z #}",
]
VALUES = st.text(alphabet=st.sampled_from("ab'\"`$\\\n\r\t #=!{}()é☃\u2028\x07~*:")) | st.sampled_from(HARD)


def lines(values: list[str], *, one_line: bool = False) -> str:
    found = [f"V{number}={env_quote(value, one_line=one_line)}\n" for number, value in enumerate(values)]
    return "".join(found) + "LAST=1\n"


def wanted(values: list[str]) -> dict[str, str]:
    return {f"V{number}": value for number, value in enumerate(values)} | {"LAST": "1"}


def needs_escapes(value: str) -> bool:
    """Tell whether a value is one of those that loaders read differently, as `env_quote` says."""
    return '\\"' in env_quote(value) or re.search(r"\\[\\$`]", env_quote(value)) is not None


@UNHURRIED
@given(st.lists(VALUES, max_size=4))
@example(HARD)
def test_the_parser_reads_back_what_was_quoted(values: list[str]) -> None:
    found = {line.name: line.value for line in env_file.parse(lines(values), ".env")}
    assert found == wanted(values)


@UNHURRIED
@given(st.lists(VALUES, max_size=4))
@example(HARD)
@example(['"\r', "'x", "`"])
def test_a_value_in_one_line_survives_too_also_behind_a_comment_sign(values: list[str]) -> None:
    text = lines(values, one_line=True)
    assert text.count("\n") == len(values) + 1
    assert {line.name: line.value for line in env_file.parse(text, ".env")} == wanted(values)
    commented = "".join(f"# {line}\n" for line in text.split("\n")[:-1])
    found = [line for line in env_file.parse(commented, ".env") if line.commented]
    assert {line.name: line.value for line in found} == wanted(values)


@UNHURRIED
@given(st.lists(VALUES.filter(lambda value: not needs_escapes(value)), max_size=4))
def test_python_s_dotenv_reads_back_what_needs_no_escapes(values: list[str]) -> None:
    found = dotenv.dotenv_values(stream=io.StringIO(lines(values), newline=""), interpolate=False)
    assert found == wanted(values)


@UNHURRIED
@given(st.lists(VALUES.filter(lambda value: not needs_escapes(value)), max_size=4))
def test_node_s_dotenv_reads_back_what_needs_no_escapes(values: list[str]) -> None:
    assert by_the_rules_of_node(lines(values)) == wanted(values)


def by_the_rules_of_node(text: str) -> dict[str, str]:
    """Read a file as the dotenv of Node does: the one escape it knows is a line end in double quotes."""
    found = {}
    rest = text.replace("\r\n", "\n").replace("\r", "\n")
    while match := re.match(r"\s*(?:export\s+)?([\w.-]+)\s*=[ \t]*", rest):
        rest = rest[match.end() :]
        quoted = re.match(r"""(['"`])((?:\\\1|(?!\1)[\s\S])*)\1[^\n]*\n""", rest)
        if quoted and quoted[1] == '"':
            found[match[1]] = quoted[2].replace("\\n", "\n").replace("\\r", "\r")
        elif quoted:
            found[match[1]] = quoted[2]
        else:
            found[match[1]] = rest.partition("\n")[0].partition("#")[0].strip()
        rest = rest[quoted.end() :] if quoted else rest.partition("\n")[2]
    return found


@examples(25, parent=UNHURRIED)
@given(st.lists(VALUES.filter(lambda value: "\r" not in value), max_size=4))
@example([value for value in HARD if "\r" not in value])
def test_a_shell_that_sources_the_file_has_the_same_values(values: list[str]) -> None:
    names = wanted(values)
    read = "; ".join(f'printf "%s\\0" "${name}"' for name in names)
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "env"
        path.write_text(lines(values), encoding="utf-8", newline="")
        ran = subprocess.run(["bash", "-c", f'. "$1"; {read}', "x", path], capture_output=True, check=True)
    assert ran.stderr == b""
    assert dict(zip(names, ran.stdout.decode().split("\0"), strict=False)) == names


@cache
def deploy_functions() -> str:
    return "\n".join(line for line in script().decode().splitlines() if not line.startswith('main "'))


def by_the_deploy_script(text: str, names: list[str]) -> dict[str, str]:
    """Return the values of names as `--env-file` of bin/deploy reads them."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "env").write_text(text, encoding="utf-8", newline="")
        (folder / "deploy").write_text(deploy_functions(), encoding="utf-8")
        read = 'for name in "$@"; do printf "%s\\0" "$(from_env_file "$name")"; done'
        words = ["bash", "-c", f". ./deploy; ENV_TEXT=$(cat env); {read}", "x", *names]
        ran = subprocess.run(words, cwd=folder, capture_output=True, check=True)
    assert ran.stderr == b""
    found = zip(names, ran.stdout.decode().split("\0"), strict=False)
    return {name: json.loads(value) for name, value in found if value}


@examples(25, parent=UNHURRIED)
@given(st.lists(VALUES, max_size=3))
@example(HARD)
def test_the_deploy_script_reads_back_what_was_quoted(values: list[str]) -> None:
    assert by_the_deploy_script(lines(values), list(wanted(values))) == wanted(values)


FILES = st.lists(
    st.sampled_from(
        [
            "A=",
            "B = ",
            "export A=",
            "A: ",
            "#",
            " # c",
            "'",
            '"',
            "`",
            "\\",
            "\\n",
            "$x",
            "x y",
            " ",
            "\n",
            "\n",
            "\r\n",
            "é",
        ]
    ),
    max_size=14,
).map("".join)


@examples(60, parent=UNHURRIED)
@given(FILES)
@example("A='C:\\'\nB='x'\n")
@example('A="one\nB=2\n"\nB="x" # c\n')
@example("A=x #y\n\nA=\n# B=1\nB=#1\n")
@example("\ufeffA=1\r\nB='two\r\nlines'\r\n")
def test_the_deploy_script_reads_any_file_as_the_parser_does(text: str) -> None:
    expected = {line.name: line.value for line in env_file.parse(text, ".env") if not line.commented}
    assert by_the_deploy_script(text, ["A", "B"]) == {
        name: value for name, value in expected.items() if name in ("A", "B")
    }


@UNHURRIED
@given(VALUES)
def test_a_value_survives_toml_and_json(value: str) -> None:
    assert tomli.loads(f"value = {toml_value(value)}\n")["value"] == value
    var = ConfigVar(stack="declared", name="V", value=value, evidence=())
    assert json.loads(json.dumps(app_json_env([var])))["V"]["value"] == value


@pytest.fixture
def written(tmp_path: Path) -> Mapping[str, str]:
    """Return the files that `init` writes for an app whose manifest declares all hard values."""
    (tmp_path / "requirements.txt").write_text("flask==3.1\ngunicorn==23.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    records = [f"[vars.V{number}]\nvalue = {toml_value(value)}\n" for number, value in enumerate(HARD)]
    (tmp_path / "config-vars.toml").write_text(
        "format = 1\n" + "".join(records), encoding="utf-8", newline=""
    )
    code, _, talk = call("init", "-C", str(tmp_path), "--yes")
    assert code == 0, talk
    names = ("app.json", ".env.example", "bin/deploy")
    return {name: (tmp_path / name).read_bytes().decode() for name in names}


def test_every_file_that_init_writes_holds_the_same_values(written: Mapping[str, str]) -> None:
    hard = {f"V{number}": value for number, value in enumerate(HARD)}
    assert {name: entry["value"] for name, entry in json.loads(written["app.json"])["env"].items()} == hard
    example = env_file.parse(written[".env.example"], ".env.example")
    assert {line.name: line.value for line in example} == hard
    functions = "\n".join(x for x in written["bin/deploy"].split("\n") if not x.startswith('main "'))
    show = functions + '\nshow() { printf \'%s\\0\' "$1" "$3"; }\neach_config_var show\n'
    ran = subprocess.run(["bash"], input=show.encode(), capture_output=True, check=True)
    words = ran.stdout.decode().split("\0")[:-1]
    assert {name: json.loads(value) for name, value in zip(words[::2], words[1::2], strict=True)} == hard
