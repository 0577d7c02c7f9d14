"""What `scaffold config push` reads, which app it means, and whether the commands that it prints work."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scaffold.errors import UserError
from scaffold.facts import ConfigVar
from scaffold.live.environment import Target, target
from scaffold.live.settle import Source, settle
from tests import terminal
from tests.deploy.platform import Platform
from tests.golden import call
from tests.test_config import APP, VALUES, WHOLE, app_with, config, env_of, login, patches, shop

__all__ = ["login", "shop"]

BOTH = {"staging_app": "shop-staging", "production_app": APP}


@pytest.mark.parametrize(
    ("app", "environment", "answers", "meant"),
    [
        ("", "staging", BOTH, Target(app="shop-staging", environment="staging")),
        ("", "", {"production_app": APP}, Target(app=APP, environment="production")),
        (APP, "", BOTH, Target(app=APP, environment="production")),
        (APP, "production", BOTH, Target(app=APP, environment="production")),
        ("other", "production", BOTH, Target(app="other", environment="production")),
        ("other", "", BOTH, Target(app="other", environment="")),
        (
            APP,
            "production",
            {"staging_app": APP, "production_app": APP},
            Target(app=APP, environment="production"),
        ),
        (APP, "", {"staging_app": APP, "production_app": APP}, Target(app=APP, environment="")),
        (APP, "staging", BOTH, "usage/environment"),
        (APP, "review", BOTH, "usage/environment"),
        ("shop-staging", "production", {"staging_app": "shop-staging"}, "usage/environment"),
        ("My-Shop", "", {}, "usage/app"),
        (f"{APP}\n", "", {}, "usage/app"),
        ("", "staging", {"staging_app": "x; rm -rf ~"}, "usage/app"),
        ("", "", {"staging_app": "../account"}, "usage/app"),
        ("", "", BOTH, "ask/app"),
        ("", "review", BOTH, "ask/app"),
        ("", "", {}, "ask/app"),
    ],
)
def test_which_app_is_meant(app: str, environment: str, answers: dict[str, str], meant: Target | str) -> None:
    try:
        found: Target | str = target(app, environment, answers)
    except UserError as fault:
        found = fault.error_id
    assert found == meant


def var(name: str) -> ConfigVar:
    return ConfigVar(stack="python", evidence=(), name=name, required=True, secret=True)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("https://${SHOP_HOST}/x", "${SHOP_HOST}"),
        ("a\0b", "NUL"),
        ("https://$SHOP_HOST/x", ""),
        ("a${NOT_IN_THE_FILE}b", ""),
        ("x${SHOP_HOST:-y}", "${SHOP_HOST}"),
    ],
)
def test_a_value_that_would_not_mean_the_same_on_heroku_stays(value: str, told: str) -> None:
    given = Source(values={"API_TOKEN": value, "SHOP_HOST": "shop.my-shop.test"}, name=".env")
    decided = settle([var("API_TOKEN"), var("SHOP_HOST")], {}, given, lambda: "")
    assert [setting.name for setting in decided.to_set] == (
        ["SHOP_HOST"] if told else ["API_TOKEN", "SHOP_HOST"]
    )
    assert told in decided.left.get("API_TOKEN", "")
    assert "my-shop.test" not in decided.left.get("API_TOKEN", "")


def push(shop: Path, *words: str) -> tuple[int, str, str]:
    return config(shop, "push", "--app", APP, *words)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfeA\0=\0001\0", b"\x89PNG\r\n\x1a\n", b"just words\n", b"A=1\n" * 300_000],
    ids=["UTF-16", "an image", "words", "huge"],
)
def test_what_is_no_env_file_is_refused_before_anything_is_asked(
    shop: Path, platform: Platform, content: bytes
) -> None:
    (shop / ".env").write_bytes(content)
    code, _, talk = push(shop, "--from", str(shop / ".env"), "--yes")
    assert code == 2
    assert "bug" not in talk
    assert platform.requests == []


@pytest.mark.parametrize("path", ["", "none", "/dev/zero"], ids=["a folder", "nothing", "an endless device"])
def test_what_cannot_be_read_is_refused(shop: Path, platform: Platform, path: str) -> None:
    assert push(shop, "--from", str(shop / path), "--yes")[0] == 2
    assert platform.requests == []


def test_a_pipe_with_a_bom_and_crlf_is_read(shop: Path, platform: Platform) -> None:
    app = app_with(platform, {"SECRET_KEY": "k"})
    os.mkfifo(shop / "pipe")
    text = "\ufeffSHOP_URL=https://shop.my-shop.test\r\nSTRIPE_SECRET_KEY='a\r\nb'\r\n".encode()
    writer = threading.Thread(target=(shop / "pipe").write_bytes, args=(text,), daemon=True)
    writer.start()
    assert push(shop, "--from", str(shop / "pipe"), "--yes")[0] == 0
    assert app.config == {
        "SECRET_KEY": "k",
        "SHOP_URL": "https://shop.my-shop.test",
        "STRIPE_SECRET_KEY": "a\nb",
    }


def test_a_closed_standard_input_is_no_bug(shop: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "scaffold",
        "config",
        "push",
        "-C",
        str(shop),
        "--app",
        APP,
        "--from",
        "-",
        "--yes",
    ]
    ran = subprocess.run(
        ["sh", "-c", f"exec {shlex.join(words)} <&-"],
        cwd=terminal.TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "standard input" in ran.stderr


def test_values_are_not_typed_where_they_can_be_seen(shop: Path, platform: Platform) -> None:
    app_with(platform, {})
    code, seen = terminal.run(["config", "push", "-C", str(shop), "--app", APP, "--from", "-"], [])
    assert code == 2, seen
    assert "leave out --from" in seen


def test_a_person_is_told_why_the_file_is_not_enough(shop: Path, platform: Platform) -> None:
    app = app_with(platform, WHOLE | {"SHOP_URL": ""})
    path = env_of(shop, "SHOP_URL=http://localhost:3000\n")
    keys = [b"https://www.my-shop.test\r", b"\r"]
    code, seen = terminal.run(["config", "push", "-C", str(shop), "--app", APP, "--from", path], keys)
    assert code == 0, seen
    assert app.config["SHOP_URL"] == "https://www.my-shop.test"
    assert "developer's machine" in seen
    assert "leave  SHOP_URL" not in seen


@pytest.mark.parametrize("keys", [[b"\x04"], [b"https://www.my-shop.test\r", b"sk\r", b"\x04"]])
def test_the_end_of_the_input_sets_nothing(shop: Path, platform: Platform, keys: list[bytes]) -> None:
    app_with(platform, {})
    code, seen = terminal.run(["config", "push", "-C", str(shop), "--app", APP], keys)
    assert code == 130, seen
    assert patches(platform) == []


def test_what_is_no_text_is_left_for_later(shop: Path, platform: Platform) -> None:
    app = app_with(platform, {})
    keys = [b"\xff\xfe\r", b"\x1b[200~-----BEGIN\nabc\x1b[201~\r", b"\r"]
    code, seen = terminal.run(["config", "push", "-C", str(shop), "--app", APP], keys)
    assert code == 1, seen
    assert set(app.config) == {"SECRET_KEY", "STRIPE_SECRET_KEY"}
    assert app.config["STRIPE_SECRET_KEY"] == "-----BEGIN\nabc", "pasted over several lines"
    assert "abc" not in seen


def test_an_interrupt_while_heroku_works_says_where_to_look(shop: Path, platform: Platform) -> None:
    app_with(platform, {})
    platform.fails.add("slow")
    keys = [b"https://www.my-shop.test\r", b"sk\r", b"\r"]
    words = ["config", "push", "-C", str(shop), "--app", APP]
    code, seen = terminal.run(words, keys, end=signal.SIGINT)
    assert code == 130, seen
    assert f"scaffold config diff -C {shop} --app {APP}" in seen


def test_without_a_terminal_its_own_flags_are_named(shop: Path) -> None:
    code, _, talk = push(shop)
    assert code == 3
    assert "--yes" in talk
    assert "--answers" not in talk


def test_a_blank_value_is_none(shop: Path, platform: Platform) -> None:
    app_with(platform, WHOLE | {"SHOP_URL": ""})
    path = env_of(shop, "SHOP_URL='  '\nGREETING=' '\n")
    code, said, talk = push(shop, "--from", path, "--yes")
    assert code == 3
    assert "development" not in said + talk


def test_a_value_of_staging_is_not_called_one_of_production(shop: Path, platform: Platform) -> None:
    (shop / "config-vars.toml").write_text('format = 1\n[env.staging.GREETING]\nvalue = "hi"\n')
    app_with(platform, WHOLE)
    words = ("--app", APP, "--env", "staging")
    said = config(shop, "diff", *words)[1] + config(shop, "push", *words, "--yes")[1]
    assert said.count("GREETING") == 2
    assert "production" not in said


def test_a_dry_run_says_that_it_would_be_too_much(shop: Path, platform: Platform) -> None:
    app_with(platform, WHOLE | {"OTHER": "x" * 65_500, "SECRET_KEY": ""})
    assert push(shop, "--dry-run")[0] == 2


def test_the_command_that_diff_prints_means_the_same_app_and_environment(
    shop: Path, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_with(platform, {})
    (shop / "config-vars.toml").write_text('format = 1\n[env.canary.GREETING]\nvalue = "hi"\n')
    path = env_of(shop, "".join(f"{name}={value}\n" for name, value in VALUES.items()))
    monkeypatch.chdir(tmp_path)
    _, said, _ = call("config", "diff", "-C", "shop", "--app", APP, "--env", "canary")
    printed = next(line for line in said.splitlines() if "config push" in line).removeprefix("  -> scaffold ")
    assert call(*shlex.split(printed), "--from", path, "--yes")[0] == 0
    assert app.config == {**VALUES, "GREETING": "hi"}


def test_several_wrong_values_are_edited_together(shop: Path, platform: Platform) -> None:
    app_with(platform, WHOLE | {"SHOP_URL": "http://localhost"})
    assert "heroku config:edit SHOP_URL -a my-shop" in config(shop, "diff", "--app", APP)[1]
    platform.apps[APP].config["DEBUG"] = "1"
    assert "heroku config:edit -a my-shop" in config(shop, "diff", "--app", APP)[1]
