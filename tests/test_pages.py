"""DEPLOYING.md and PIPELINES.md: no option, exit code or command in them is made up, none missing."""

from __future__ import annotations

import functools
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.harness import real_cli, script
from tests.deploy.platform import TOKEN, Platform
from tests.golden import call, copy_of
from tests.test_deploy_images import PLAN as CONTAINER

TOP = Path(__file__).resolve().parent.parent
PAGES = ("DEPLOYING.md", "PIPELINES.md")
ONE_OFF = {"migration": {"command": "migrate", "paths": ["migrations"], "in_release": False}}


def text(page: str) -> str:
    """Read a page."""
    return (TOP / page).read_text(encoding="utf-8")


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the page and the words of each command of a program, in blocks and in backticks."""
    for page in PAGES:
        old = False
        for line in text(page).splitlines():
            if line.startswith("## "):
                old = "old recipes" in line
            today = line.split("|", 2)[2] if old and line.startswith("|") else line
            found = [line.strip()] if line.startswith("    ") else re.findall(r"`([^`]+)`", today)
            for one in found:
                if one.startswith(program + " "):
                    yield page, shlex.split(one)[1:]


@functools.cache
def helps(tmp: Path) -> str:
    """Return what --help says in the scripts of several kinds of apps."""
    said = ""
    for number, changes in enumerate(({}, ONE_OFF, CONTAINER, {"pipeline": "pipe", "cache_clear": "clear"})):
        path = tmp / f"deploy{number}"
        path.write_bytes(script(**changes))
        said += subprocess.run(["bash", path, "--help"], capture_output=True, text=True, check=True).stdout
    return said


def options(said: str) -> set[str]:
    """Return the options that a help lists."""
    return set(re.findall(r"^  (--[a-z-]+)", said, re.MULTILINE))


def test_every_option_of_the_script_is_explained(tmp_path: Path) -> None:
    page = text("DEPLOYING.md").partition("\n## Options\n")[2].partition("\n## ")[0]
    explained = set(re.findall(r"--[a-z][a-z-]+", page.replace("--scope", "").replace("--description", "")))
    assert options(helps(tmp_path)) == explained - {"--short"}


def test_every_setting_of_the_script_is_explained() -> None:
    page = text("DEPLOYING.md").partition("\n## Settings\n")[2].partition("\n## ")[0]
    explained = {
        name for row in page.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split(" | ")[0])
    }
    settings = {
        name
        for changes in ({}, ONE_OFF, {"pipeline": "pipe", "cache_clear": "clear"})
        for name in re.findall(
            r"^([A-Z_]+)=", script(**changes).decode().partition("\nusage()")[0], re.MULTILINE
        )
        if not name.endswith("_SECONDS")
    }
    assert settings == explained


def test_no_command_of_the_script_is_made_up(tmp_path: Path) -> None:
    said = helps(tmp_path)
    known = set(re.findall(r"bin/deploy ([a-z|]+)", said)) | {"staging|production"}
    first = {word for words in known for word in words.split("|")}
    seen = list(commands("bin/deploy"))
    assert len(seen) > 10
    for page, words in seen:
        given = [word for word in words if word.startswith("--")]
        assert set(given) <= options(said) | {"--help", "--"}, (page, words)
        assert not words or words[0] in first | set(given), (page, words)


def test_every_exit_code_is_in_the_table(tmp_path: Path) -> None:
    codes = re.search(r"^Exit codes: (.*?)(?:\n\n|\.\n)", helps(tmp_path), re.MULTILINE | re.DOTALL)
    assert codes
    page = text("DEPLOYING.md").partition("\n## Exit codes\n")[2].partition("\n## ")[0]
    table = {code for row in re.findall(r"^\| ([\d, ]+) \|", page, re.MULTILINE) for code in row.split(", ")}
    assert set(re.findall(r"\b\d+\b", codes[1])) == table - {"129", "143"} | (
        {"129", "143"} & set(re.findall(r"\b\d+\b", codes[1]))
    )


@functools.cache
def cli_commands() -> dict[str, dict[str, Any]]:
    """Return the commands of the real CLI, by name and by alias."""
    quiet = {"DISABLE_TELEMETRY": "true", "HEROKU_SKIP_NEW_VERSION_CHECK": "true"}
    env = os.environ | quiet | {"HEROKU_DISABLE_AUTOUPDATE": "true"}
    ran = subprocess.run(
        [real_cli(), "commands", "--json"], capture_output=True, text=True, check=True, env=env
    )
    found = json.loads(ran.stdout)
    return {name: one for one in found for name in (one["id"], *one.get("aliases", []))}


def test_the_real_cli_knows_every_command_and_flag() -> None:
    seen = list(commands("heroku"))
    assert len(seen) > 15
    known = cli_commands()
    for page, (name, *words) in seen:
        assert name in known, (page, name)
        flags = known[name].get("flags", {})
        short = {flag["char"] for flag in flags.values() if flag.get("char")}
        negated = {f"no-{flag}" for flag, about in flags.items() if about.get("allowNo")}
        for word in words[: words.index("--")] if "--" in words else words:
            if word.startswith("--"):
                assert word[2:].partition("=")[0] in {*flags, *negated}, (page, name, word)
            elif word.startswith("-"):
                assert word[1:2] in short, (page, name, word)


def test_the_answers_that_the_pages_name_are_known() -> None:
    lines = [words for _, words in commands("scaffold")]
    sets = [word for words in lines if words[0] == "init" for word in words[1:] if "=" in word]
    assert len(sets) >= 3
    with copy_of("flask_factory") as app:
        flags = [flag for one in sets for flag in ("--set", one)]
        code, _, said = call("init", "-C", str(app), "--yes", "--dry-run", *flags)
    assert code == 0, said


def block(name: str) -> str:
    """Return the block of PIPELINES.md behind a mark."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", text("PIPELINES.md"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def scale(tmp_path: Path) -> Path:
    """The script of the page, as one commits it."""
    path = tmp_path / "bin" / "scale-by-clock"
    path.parent.mkdir()
    path.write_text(block("scale-by-clock"))
    path.chmod(0o755)
    return path


def test_the_jobs_of_the_clock_scale(scale: Path, platform: Platform) -> None:
    app = platform.add("my-app", formation={"web": (1, "Basic"), "worker": (1, "Standard-1X")})
    env = {"PATH": os.environ["PATH"], "HEROKU_API": platform.url, "SCALE_TOKEN": TOKEN}
    workers = []
    for job in block("jobs").splitlines():
        ran = subprocess.run(
            ["bash", "-c", job], cwd=scale.parent.parent, env=env, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert TOKEN not in ran.stdout + ran.stderr
        assert "SCALE_TOKEN" not in job
        workers.append(app.formation["worker"])
    assert workers == [(2, "Standard-1X"), (0, "Standard-1X")]
    assert app.formation["web"] == (1, "Basic")


@pytest.mark.parametrize(
    ("words", "token", "code"),
    [(["my-app", "worker=2"], "another", 22), (["my-app", "nothing=2"], TOKEN, 22)]
    + [(["my-app", word], TOKEN, 2) for word in ("worker=x", "worker", 'worker=1,"a":1', "worker=")],
)
def test_what_the_clock_cannot_do_fails(
    scale: Path, platform: Platform, words: list[str], token: str, code: int
) -> None:
    app = platform.add("my-app", formation={"worker": (1, "Basic")})
    env = {"PATH": os.environ["PATH"], "HEROKU_API": platform.url, "SCALE_TOKEN": token}
    ran = subprocess.run([scale, *words], env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    assert app.formation == {"worker": (1, "Basic")}
    assert TOKEN not in ran.stderr


def test_the_script_of_the_clock_is_clean(scale: Path) -> None:
    subprocess.run(["bash", "-n", scale], check=True)
    ran = subprocess.run(["shellcheck", scale], capture_output=True, text=True, check=False)
    assert ran.stdout == ""
