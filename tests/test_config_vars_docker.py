"""Shell scripts, images and compose files: what they read, what they set, and what is only told."""

# ruff: noqa: E501  (one form to a line)

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.config_vars import classify, env_files, shell, unquoted
from scaffold.facts import Evidence
from tests.examples import examples
from tests.test_config_vars_forms import Texts, found_in

# id, script in which NAME stands for the name, line, required, default
SCRIPTS = [
    ("plain", "echo $NAME\n", 1, False, None),
    ("in braces and quotes", 'x="a ${NAME} b"\n', 1, False, None),
    ("with a default", "run --a ${NAME:-d}\n", 1, False, "d"),
    ("with a quoted default", "run --a \"${NAME-'d e'}\"\n", 1, False, "d e"),
    ("with a blank default", "run ${NAME:-}\n", 1, False, None),
    ("with another's value as default", "run ${NAME:-$OTHER_ONE}\n", 1, False, None),
    ("a default that is kept", ': "${NAME:=d}"\n', 1, False, "d"),
    ("its own default", "export NAME=${NAME:-d}\nrun $NAME\n", 1, False, "d"),
    ("that it insists on", 'set -e\n: "${NAME:?is not set}"\n', 2, True, None),
    ("under set -u", "set -euo pipefail\nrun $NAME\n", 2, True, None),
    ("under nounset", "set -o nounset\nrun $NAME\n", 2, True, None),
    ("with a test that ends", '[ -z "$NAME" ] && exit 1\nrun\n', 1, True, None),
    ("with a test and a group that end", '[[ -z "${NAME}" ]] && {\n  echo x\n  exit 1\n}\n', 1, True, None),
    ("with an if that ends", 'if [ -z "$NAME" ]; then\n  echo "x"\n  exit 1\nfi\n', 1, True, None),
    ("with an if that copes", 'if [ -z "$NAME" ]; then\n  echo "x"\nfi\nexit 1\n', 1, False, None),
    ("with an alternative that ends", '[ -n "$NAME" ] || exit 1\n', 1, True, None),
    ("compared with nothing", 'if [ "$NAME" = "" ]; then\n  exit 2\nfi\n', 1, True, None),
    ("in a here-document", "cat > x <<EOF\na=$NAME\nEOF\n", 2, False, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "line", "required", "default"), [row[1:] for row in SCRIPTS], ids=[row[0] for row in SCRIPTS]
)
@examples(5)
@given(word=st.text(string.ascii_uppercase, min_size=3, max_size=8))
def test_a_script_that_the_procfile_starts_is_read(
    script: str, line: int, required: bool, default: str | None, word: str
) -> None:
    name = f"ZZ{word}_WORD"
    if classify.is_needed(name) or classify.is_optional(name):
        return
    files = {"Procfile": "web: ./launch.sh\n", "launch.sh": "#!/bin/sh\n" + script.replace("NAME", name)}
    found = found_in(files, "go")
    assert name in found
    assert line + 1 in [proof.line for proof in found[name].evidence]
    assert (found[name].required, found[name].default) == (required, default)


NO_READS = [
    "# $MY_NAME\n",
    "run # $MY_NAME\n",
    "echo '$MY_NAME'\n",
    "echo \\$MY_NAME\n",
    "awk '{print $MY_NAME}' x\n",
    "cat <<'EOF'\n$MY_NAME\nEOF\n",
    "MY_NAME=1\nrun $MY_NAME\n",
    "local MY_NAME=$1; run $MY_NAME\n",
    "for MY_NAME in a b; do run $MY_NAME; done\n",
    "while read -r MY_NAME; do run $MY_NAME; done\n",
    "export MY_NAME=$(date)\nrun $MY_NAME\n",
    'PREFIX="MY_" parse "$1"\neval $(make)\nrun $MY_NAME\n',
    "if x; then MY_NAME=2; fi\nrun $MY_NAME\n",
]


@pytest.mark.parametrize("script", NO_READS)
def test_quoted_texts_comments_and_the_scripts_own_variables_are_no_reads(script: str) -> None:
    assert [read.name for read in shell.reads("x.sh", script)] == []


@given(text=st.text(max_size=200) | st.text("$A_{}'\"#\\\n<:-?=E", max_size=60))
def test_any_script_is_read_without_a_crash(text: str) -> None:
    assert all(1 <= read.line <= text.count("\n") + 1 for read in shell.reads("x.sh", text))


def test_which_scripts_run_is_told_by_what_starts_them() -> None:
    script = "#!/bin/sh\nrun $ZZ_WORD\n"
    assert "ZZ_WORD" in found_in({"bin/start": script}, "go")
    assert "ZZ_WORD" not in found_in({"bin/setup": script}, "go")
    assert "ZZ_WORD" not in found_in({"scripts/other.sh": script}, "go")
    assert "ZZ_WORD" not in found_in(
        {"entrypoint.sh": script, "Dockerfile": "FROM x\nCMD ./entrypoint.sh\n"}, "go"
    )
    assert "ZZ_WORD" in found_in({"package.json": '{"scripts": {"build": "x --a $ZZ_WORD"}}'}, "node")
    assert "ZZ_WORD" not in found_in({"package.json": '{"scripts": {"lint": "x --a $ZZ_WORD"}}'}, "node")
    assert "ZZ_WORD" in found_in({"Procfile": "web: x --a $ZZ_WORD\n"}, "go")
    assert found_in({"Procfile": "web: x --a $ZZ_SECRET\n"}, "go")["ZZ_SECRET"].required


MAIN = "import os\nx = os.environ['ZZ_WORD']\n"


@pytest.mark.parametrize(
    ("dockerfile", "required", "default"),
    [
        ("FROM python\nENV ZZ_WORD=d\n", False, "d"),
        ("FROM python\nENV A=1 \\\n    ZZ_WORD='d e'\n", False, "d e"),
        ("FROM python\nENV ZZ_WORD d e\n", False, "d e"),
        ("FROM python\nARG WORD=d\nENV ZZ_WORD=$WORD\n", False, "d"),
        ("FROM python AS base\nENV ZZ_WORD=d\n\nFROM base\nCMD x\n", False, "d"),
        ("FROM python AS build\nENV ZZ_WORD=d\n\nFROM python\nCMD x\n", True, None),
        ("FROM python\nARG ZZ_WORD=d\n", True, None),
        ("FROM python\nENV ZZ_WORD=\n", True, None),
        ("FROM python\nARG WORD\nENV ZZ_WORD=$WORD\n", True, None),
        ("FROM python\nENV ZZ_WORD=http://localhost:80\n", True, None),
    ],
)
def test_what_the_final_image_sets_is_a_default_that_serves(
    dockerfile: str, required: bool, default: str | None
) -> None:
    found = found_in({"Dockerfile": dockerfile, "app.py": MAIN}, "docker")
    assert (found["ZZ_WORD"].required, found["ZZ_WORD"].default) == (required, default)


def test_the_image_sets_nothing_for_an_app_that_a_buildpack_builds() -> None:
    files = {"Dockerfile": "FROM python\nENV ZZ_WORD=d\nCMD run $ZZ_OTHER\n", "app.py": MAIN}
    found = found_in(files, "python")
    assert (list(found), found["ZZ_WORD"].required) == (["ZZ_WORD"], True)


def test_the_entry_point_of_the_image_is_read_under_any_name() -> None:
    files = {
        "Dockerfile": 'FROM alpine\nCOPY docker/begin /begin\nENTRYPOINT ["/begin"]\nCMD run --a ${ZZ_OTHER:-d}\n',
        "docker/begin": '#!/bin/sh\n: "${ZZ_WORD:?}"\nexec "$@"\n',
        "other/begin": "#!/bin/sh\nrun $ZZ_NEVER\n",
    }
    found = found_in(files, "docker")
    assert (found["ZZ_WORD"].required, found["ZZ_OTHER"].default) == (True, "d")
    assert "ZZ_NEVER" not in found


COMPOSE = """\
services:
  app:
    build: .
    environment:
      ZZ_WORD: d
      ZZ_TOKEN: ${ZZ_TOKEN:?the token of the mail service}
      ZZ_PASSED: ${ZZ_PASSED:-e}
      ZZ_NUMBER: 5
    env_file: [conf/app.vars]
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: x
"""


def test_compose_tells_what_the_apps_container_gets_and_not_what_its_database_gets() -> None:
    files = {
        "docker-compose.yml": COMPOSE,
        "Dockerfile": "FROM x\n",
        "conf/app.vars": "ZZ_FILED=f # its file\n",
    }
    told = env_files.read(Texts(files), ".", ())
    assert {name: item.value for name, item in told.items()} == {
        "ZZ_WORD": "d",
        "ZZ_TOKEN": "",
        "ZZ_PASSED": "e",
        "ZZ_NUMBER": "5",
        "ZZ_FILED": "f",
    }
    assert (told["ZZ_TOKEN"].description, told["ZZ_FILED"].description) == (
        "the token of the mail service",
        "its file",
    )
    assert (told["ZZ_WORD"].path, told["ZZ_WORD"].line) == ("docker-compose.yml", 5)


def test_a_list_of_environment_is_read_as_a_mapping_is() -> None:
    compose = "services:\n  app:\n    build: .\n    environment:\n      - ZZ_WORD=d\n      - ZZ_BARE\n"
    told = env_files.read(Texts({"compose.yml": compose, "Dockerfile": "FROM x\n"}), ".", ())
    assert {name: item.value for name, item in told.items()} == {"ZZ_WORD": "d", "ZZ_BARE": ""}


def test_compose_alone_is_no_proof_where_the_code_can_be_read() -> None:
    files = {"docker-compose.yml": COMPOSE, "Dockerfile": "FROM python\n", "app.py": MAIN}
    assert list(found_in(files, "docker")) == ["ZZ_WORD"]
    assert list(found_in(files, "python")) == ["ZZ_WORD"]


def test_of_an_image_whose_program_is_elsewhere_compose_and_env_are_all_there_is() -> None:
    files = {"docker-compose.yml": COMPOSE, "Dockerfile": "FROM vendor/app\nENV ZZ_SET=s\n"}
    found = found_in(files, "docker")
    assert set(found) == {"ZZ_WORD", "ZZ_TOKEN", "ZZ_PASSED", "ZZ_NUMBER", "ZZ_SET"}
    assert found["ZZ_TOKEN"].required
    assert found["ZZ_SET"].default == "s"
    assert not found["ZZ_PASSED"].required


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("Dockerfile", "ENV ZZ_SECRET=hunter2hunter ZZ_WORD=d"),
        ("docker-compose.yml", "      ZZ_SECRET: hunter2hunter"),
        ("docker-compose.yml", "      - ZZ_SECRET=hunter2hunter"),
        ("start.sh", "run ${ZZ_SECRET:-hunter2hunter}"),
        ("start.sh", "ZZ_SECRET=hunter2hunter run $ZZ_WORD"),
        ("application.properties", "mail.api-key=hunter2hunter ${ZZ_WORD}"),
        ("application.yml", "  password: ${ZZ_SECRET:hunter2hunter}"),
        (".env.example", "ZZ_SECRET=hunter2hunter"),
    ],
)
def test_a_secret_without_quotes_is_covered_in_proofs(path: str, line: str) -> None:
    shown = unquoted.covered(Evidence(path=path, line=1, text=line)).text
    assert "hunter2" not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "line", ["  secret: ${ZZ_SECRET}", "ENV ZZ_WORD=d", "run --token $ZZ_TOKEN", ": ${ZZ_SECRET:?is not set}"]
)
def test_names_and_references_stay_in_proofs(line: str) -> None:
    assert unquoted.covered(Evidence(path="start.sh", line=1, text=line)).text == line


def test_a_build_argument_without_a_value_is_one_of_the_build() -> None:
    text = (
        "FROM node:22\nARG TARGETARCH\nARG COMMIT_NOTE\nARG SIZE=3\nENV SHOWN=$COMMIT_NOTE\nRUN echo $SIZE\n"
        "COPY . .\nCMD node app.js\n"
    )
    found = found_in({"Dockerfile": text, "app.js": "console.log(process.env.SHOP_URL)\n"}, "docker")
    argument = found["COMMIT_NOTE"]
    assert (argument.required, argument.stage, argument.evidence[0].line) == (False, "build", 3)
    assert "build.config" in argument.description
    assert not {"TARGETARCH", "SIZE"} & set(found)
