"""Whatever stands in an option: it is refused, or it arrives unchanged; nothing of it is ever run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deploy.harness import APP, Deployment, script
from tests.deploy.platform import Platform

SCRIPT = script(cache_clear="clear", pipeline="pipe")
OPTIONS = sorted(set(re.findall(r"^    (--[a-z-]+)\)$|^    (--[a-z-]+)\) ", SCRIPT.decode(), re.MULTILINE)))
WITH_VALUE = sorted({one or other for one, other in OPTIONS})
PARTS = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "&& touch pwned",
    "> pwned",
    "$HOME",
]
PARTS += [
    "${IFS}",
    "'",
    '"',
    "\\",
    "\n",
    "\t",
    " ",
    "*",
    "?",
    "[a-z]",
    "{1,2}",
    "~",
    "!!",
    "#",
    "%s",
    "-",
    "--",
    "=",
]
PARTS += ["app-name", "v1", "/", "/page", "200", "www.example.com", "main", "é", "\x1b[31m"]
VALUES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
LOAD = """
eval "$(sed '/^main "/d' "$0")"
parse_arguments "$@"
set +eu
for name in $(compgen -v); do printf "%s\\0" "${!name}" 2>/dev/null; done; exit 0
"""
EVIL = "a'\"; touch pwned; $(touch pwned) `touch pwned` && touch pwned | touch pwned > pwned * {1,2} \\ é"


def test_the_options_that_take_a_value_are_known() -> None:
    assert {"--app", "--ref", "--task", "--env-file", "--smoke-path", "--smoke-status", "--domain"} <= set(
        WITH_VALUE
    )
    told = set(re.findall(r"^  (--[a-z-]+) [A-Z]", SCRIPT.decode(), re.MULTILINE))
    assert told == set(WITH_VALUE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the script in it."""
    made = tmp_path_factory.mktemp("words")
    (made / "deploy").write_bytes(SCRIPT)
    return made


@settings(max_examples=80)
@given(option=st.sampled_from(WITH_VALUE), value=VALUES, joined=st.booleans())
def test_a_value_is_refused_or_unchanged(folder: Path, option: str, value: str, joined: bool) -> None:
    words = [f"{option}={value}"] if joined else [option, value]
    if option == "--domain":
        words.append("--create")
    ran = subprocess.run(
        ["bash", "-c", LOAD, "deploy", "staging", *words], cwd=folder, capture_output=True, check=False
    )
    if ran.returncode == 0:
        assert value.encode() in ran.stdout.split(b"\0")
    else:
        assert ran.returncode == 2, ran.stderr
    assert [path.name for path in folder.iterdir()] == ["deploy"]


@settings(max_examples=60)
@given(value=VALUES)
def test_a_command_that_is_shown_can_be_copied(folder: Path, value: str) -> None:
    show = """
    eval "$(sed '/^main "/d' "$0")"
    DRY_RUN=yes APP=x
    heroku() { printf '%s\\0' "$@"; }
    shown=$(one_off "$1")
    eval "${shown#+}"
    """
    words = ["bash", "-c", show, "deploy", value]
    ran = subprocess.run(words, cwd=folder, capture_output=True, check=True)
    assert ran.stdout.rstrip(b"\0").split(b"\0")[-1] == value.encode()
    assert [path.name for path in folder.iterdir()] == ["deploy"]


@pytest.mark.parametrize("value", [EVIL, "--upload-pack=touch pwned"], ids=["metacharacters", "an option"])
@pytest.mark.parametrize("option", WITH_VALUE)
def test_no_option_runs_anything(tmp_path: Path, platform: Platform, option: str, value: str) -> None:
    repo = Deployment(tmp_path, platform)
    repo.set_up(content=SCRIPT)
    config = {"SECRET_KEY": "x", "SETTINGS": "x", "PAYMENT_KEY": "x", "DATABASE_URL": "x"}
    platform.add(
        APP, config=config, addons=["heroku-postgresql:mini"], buildpacks=["heroku/nodejs", "heroku/python"]
    )
    ran = repo.run("staging", "--dry-run", option, value)
    assert ran.returncode in {0, 2, 3}, ran.stderr
    if ran.returncode == 0:
        printed = subprocess.run(
            ["bash", "-c", 'printf %q "$0"', value], capture_output=True, text=True, check=True
        )
        said = (f"Task: {value}", f"It must hold: {value}", printed.stdout)
        assert any(words in ran.stdout for words in said), ran.stdout
    assert platform.changes() == []
    assert not list(tmp_path.rglob("pwned"))


def test_an_option_of_an_odd_name_is_refused(folder: Path) -> None:
    for words in (
        ["--$(touch pwned)", "x"],
        ["$(touch pwned)"],
        ["--app"],
        ["--app="],
        ["--task", ""],
        ["-x"],
    ):
        ran = subprocess.run(
            ["bash", "deploy", "staging", *words], cwd=folder, capture_output=True, check=False
        )
        assert ran.returncode == 2
    assert [path.name for path in folder.iterdir()] == ["deploy"]
