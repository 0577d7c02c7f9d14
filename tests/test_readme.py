"""README tells the truth: its run is the real one; every command, option and question is in it."""

from __future__ import annotations

import re
from pathlib import Path

from scaffold import render
from scaffold.cli import COMMANDS
from tests import golden
from tests.golden import call

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)\n```", README, re.DOTALL)
    assert found, mark
    return found[1]


def test_the_run_it_shows_is_what_the_demo_prints() -> None:
    fixture = re.search(r"fixtures/(\w+)/app", block("demo"))
    assert fixture
    printed = golden.expected(fixture[1])["init.txt"].partition("\n")[2].partition("warning:")[0]
    assert block("run") == printed.rstrip("\n")


def test_every_command_and_option_of_init_is_in_it() -> None:
    for command in COMMANDS:
        assert f"scaffold {command}" in README
        code, said, _ = call(command, "--help")
        assert code == 0
        for action in ("list", "diff", "push", "pull") if command == "config" else ():
            assert f"scaffold {command} {action}" in README
            said += call(command, action, "--help")[1]
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said)) - {"--help", "--directory"}:
            assert option in README, option


def test_every_question_is_in_it() -> None:
    common = render.template_folder("common")
    assert common
    for name in render.question_names(common):
        assert f"`{name}`" in README, name


def test_ci_calls_the_test_command() -> None:
    script = (Path(__file__).resolve().parent.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- tests -->" in script
    assert "pytest" in block("tests")
