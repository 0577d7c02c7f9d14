"""`scaffold config` against a double of the Platform API; with HEROKU_CLI set, the real CLI reads it back."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffold.manifests import env_file
from tests import terminal
from tests.deploy import harness
from tests.deploy.platform import TOKEN, App, Platform
from tests.golden import call

APP = "my-shop"
SOURCE = """\
import os

SECRET_KEY = os.environ["SECRET_KEY"]
# The key of the payment provider
STRIPE_SECRET_KEY = os.environ["STRIPE_SECRET_KEY"]
SHOP_URL = os.environ["SHOP_URL"]
GREETING = os.environ.get("GREETING", "hello")
DEBUG = os.environ.get("DEBUG", "") == "1"
REDIS_URL = os.environ["REDIS_URL"]
"""
FILES = {
    "app.py": f"import redis\nfrom flask import Flask\n{SOURCE}\nstore = redis.from_url(REDIS_URL)\n"
    "app = Flask(__name__)\n",
    "requirements.txt": "flask\ngunicorn\nredis\n",
    ".gitignore": ".env*\n",
}
ODD = 'it\'s "$HOME" `id` \\ #=ü\n-----END'
VALUES = {"SECRET_KEY": "k" * 20, "STRIPE_SECRET_KEY": "sk_live_1", "SHOP_URL": "https://shop.my-shop.test"}
WHOLE = {**VALUES, "REDIS_URL": "redis://h"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository of a small shop, in git, that ignores its .env."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for path, text in FILES.items():
        (folder / path).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


@pytest.fixture(autouse=True)
def login(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Log in to the double: a home of its own, a `heroku` that writes down how it was called."""
    programs, home = tmp_path / "programs", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    script = harness.heroku_script().replace("exec ", f'printf "%s\\n" "$*" >> "{tmp_path}/called"\nexec ')
    (programs / "heroku").write_text(script, encoding="utf-8")
    (programs / "heroku").chmod(0o755)
    for name in [name for name in os.environ if name.startswith("HEROKU_") and name != "HEROKU_CLI"]:
        monkeypatch.delenv(name)
    for name, value in {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "HEROKU_API_KEY": TOKEN,
        "HEROKU_HOST": platform.url,
        "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
        "HEROKU_DISABLE_AUTOUPDATE": "true",
        "DISABLE_TELEMETRY": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return programs


def app_with(platform: Platform, config: dict[str, str], **values: Any) -> App:
    return platform.add(APP, config=dict(config), **values)


def config(shop: Path, *words: str) -> tuple[int, str, str]:
    action, *rest = words
    return call("config", action, "-C", str(shop), *rest)


def patches(platform: Platform) -> list[dict[str, str]]:
    return [
        body for method, path, body in platform.requests if (method, path[-12:]) == ("PATCH", "/config-vars")
    ]


def env_of(shop: Path, text: str, name: str = ".env") -> str:
    (shop / name).write_bytes(text.encode())
    return str(shop / name)


def hides(said: str, *values: str) -> bool:
    return not [value for value in values if value in said]


class TestList:
    def test_it_says_who_sets_each(self, shop: Path) -> None:
        code, said, _ = config(shop, "list")
        assert code == 0
        titles = [line for line in said.splitlines() if not line.startswith(" ")]
        assert titles == [
            "To be set by you",
            "Generated: any random text will do",
            "Optional",
            "Set by heroku-redis:mini",
        ]
        assert "STRIPE_SECRET_KEY  (secret)\n      The key of the payment provider\n      app.py:7" in said

    def test_its_json_is_the_record_of_each(self, shop: Path) -> None:
        code, said, _ = config(shop, "list", "--json")
        document = json.loads(said)
        assert code == 0
        assert document["schema_version"] == 1
        found = {var["name"]: var for var in document["config_vars"]}
        assert found["REDIS_URL"]["provided_by"] == "redis"
        assert found["SECRET_KEY"]["generator"] == "secret"
        assert found["GREETING"]["default"] == "hello"
        assert found["SHOP_URL"]["required"]

    @pytest.mark.parametrize(
        "value",
        [
            "https://admin:hunter2hunter2@shop.my-shop.test/x",
            "amqp://:hunter2hunter2@queue",
            "sk_live_hunter2hunter2xx1",
        ],
    )
    def test_a_default_that_is_a_credential_is_shown_nowhere(self, shop: Path, value: str) -> None:
        source = f'import os\nPLACE = os.environ.get("PLACE", "{value}")\n'
        (shop / "settings.py").write_text(source)
        for words in (["config", "list"], ["config", "list", "--json"], ["detect", "--json"]):
            code, said, talk = call(*words, "-C", str(shop))
            assert code == 0
            assert "PLACE" in said
            assert hides(said + talk, value, "hunter2")
        assert call("init", "-C", str(shop), "--yes")[0] == 0
        written = [path for path in shop.rglob("*") if path.is_file() and path.name != "settings.py"]
        assert not [path for path in written if b"hunter2" in path.read_bytes()]

    def test_it_needs_no_login(self, shop: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HEROKU_API_KEY")
        assert config(shop, "list")[0] == 0
        assert platform.requests == []

    def test_an_environment_that_nobody_knows_is_a_typing_error(self, shop: Path) -> None:
        code, _, talk = config(shop, "list", "--env", "prodcution")
        assert code == 2
        assert "prodcution" in talk

    def test_without_an_app_it_says_so(self, tmp_path: Path) -> None:
        assert call("config", "list", "-C", str(tmp_path / "home"))[0] == 3


class TestDiff:
    def test_it_says_what_is_lacking_empty_for_development_and_in_excess(
        self, shop: Path, platform: Platform
    ) -> None:
        app_with(
            platform,
            {
                "SECRET_KEY": "",
                "SHOP_URL": "http://localhost:3000",
                "DEBUG": "1",
                "OLD_TOKEN": "top-secret-old",
                "PORT": "1",
            },
        )
        code, said, _ = config(shop, "diff", "--app", APP, "--json")
        states = {finding["name"]: finding["state"] for finding in json.loads(said)["findings"]}
        assert code == 1
        assert states == {
            "STRIPE_SECRET_KEY": "lacking",
            "REDIS_URL": "lacking",
            "SECRET_KEY": "empty",
            "SHOP_URL": "development",
            "DEBUG": "development",
            "OLD_TOKEN": "excess",
        }
        code, said, _ = config(shop, "diff", "--app", APP)
        assert "heroku addons:create heroku-redis:mini -a my-shop" in said
        assert "app.py:7" in said
        assert hides(said, "top-secret-old", "localhost")

    def test_an_app_that_has_all_is_fine(self, shop: Path, platform: Platform) -> None:
        app_with(platform, WHOLE, addons=["heroku-redis:mini"])
        code, said, _ = config(shop, "diff", "--app", APP)
        assert code == 0
        assert "it has all that the source reads" in said

    def test_excess_alone_is_no_fault(self, shop: Path, platform: Platform) -> None:
        app_with(
            platform, {**WHOLE, "OLD": "x", "DATABASE_URL": "db"}, addons=["heroku-postgresql:essential-0"]
        )
        code, said, _ = config(shop, "diff", "--app", APP)
        assert code == 0
        assert "OLD" in said
        assert "DATABASE_URL" not in said

    def test_what_the_manifest_says_of_an_environment_counts(self, shop: Path, platform: Platform) -> None:
        (shop / "config-vars.toml").write_text(
            'format = 1\n[vars.GREETING]\nvalue = "hi"\n[env.staging.GREETING]\nvalue = "hi, tester"\n'
        )
        app_with(platform, {**WHOLE, "GREETING": "hi"})
        assert json.loads(config(shop, "diff", "--app", APP, "--json")[1])["findings"] == []
        code, said, _ = config(shop, "diff", "--app", APP, "--env", "staging", "--json")
        assert [(f["name"], f["state"]) for f in json.loads(said)["findings"]] == [("GREETING", "differs")]
        assert code == 0


class TestTarget:
    @pytest.fixture
    def named(self, shop: Path) -> Path:
        assert (
            call(
                "init",
                "-C",
                str(shop),
                "--yes",
                "--set",
                "staging_app=shop-staging",
                "--set",
                f"production_app={APP}",
            )[0]
            == 0
        )
        return shop

    def test_the_recorded_name_of_an_environment_is_taken(self, named: Path, platform: Platform) -> None:
        app_with(platform, WHOLE)
        assert config(named, "diff", "--env", "production")[0] == 0

    def test_staging_is_never_taken_for_production(self, named: Path, platform: Platform) -> None:
        code, _, talk = config(named, "push", "--yes", "--app", "shop-staging", "--env", "production")
        assert code == 2
        assert "staging" in talk
        assert platform.requests == []

    def test_which_of_two_is_asked(self, named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HEROKU_APP", APP)
        code, _, talk = config(named, "push", "--yes")
        assert code == 3
        assert "shop-staging" in talk

    def test_a_bad_name_is_refused(self, shop: Path, platform: Platform) -> None:
        assert config(shop, "diff", "--app", "../account")[0] == 2
        assert platform.requests == []


class TestPush:
    def test_all_is_set_in_one_release_and_no_value_is_shown(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {"REDIS_URL": "redis://h"})
        releases = len(app.releases)
        quoted = (
            ODD.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("$", "\\$")
            .replace("`", "\\`")
            .replace("\n", "\\n")
        )
        path = env_of(
            shop,
            f'STRIPE_SECRET_KEY="{quoted}"\r\nexport SHOP_URL=https://shop.my-shop.test\r\nUNREAD=never-sent\n',
        )
        code, said, talk = config(shop, "push", "--app", APP, "--from", path, "--yes")
        assert code == 0, talk
        assert app.config["STRIPE_SECRET_KEY"] == ODD
        assert app.config["SHOP_URL"] == "https://shop.my-shop.test"
        assert re.fullmatch("[0-9a-f]{64}", app.config["SECRET_KEY"])
        assert "UNREAD" not in app.config
        assert len(app.releases) == releases + 1
        assert len(patches(platform)) == 1
        assert hides(said + talk, app.config["SECRET_KEY"], "shop.my-shop.test", "never-sent", "id` ", TOKEN)
        assert [line.split()[:2] for line in said.splitlines() if line.startswith("  set")] == [
            ["set", "SECRET_KEY"],
            ["set", "SHOP_URL"],
            ["set", "STRIPE_SECRET_KEY"],
        ]

    def test_the_cli_reads_back_what_was_set(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        path = env_of(shop, "STRIPE_SECRET_KEY='sk'\nSHOP_URL=https://www.my-shop.test/?a=b&c=d\n")
        assert config(shop, "push", "--app", APP, "--from", path, "--yes")[0] == 0
        shown = subprocess.run(["heroku", "config", "-a", APP, "--json"], capture_output=True, check=True)
        assert json.loads(shown.stdout)["SHOP_URL"] == "https://www.my-shop.test/?a=b&c=d"

    def test_a_second_push_has_nothing_to_do(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {"STRIPE_SECRET_KEY": "sk", "SHOP_URL": "https://www.my-shop.test"})
        assert config(shop, "push", "--app", APP, "--yes")[0] == 0
        code, said, _ = config(shop, "push", "--app", APP, "--yes")
        assert code == 0
        assert "Nothing to set" in said
        assert len(patches(platform)) == 1

    def test_a_value_that_is_set_stays_unless_told(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, WHOLE)
        path = env_of(shop, "SHOP_URL=https://new.my-shop.test\nREDIS_URL=redis://elsewhere\n")
        code, said, _ = config(shop, "push", "--app", APP, "--from", path, "--yes")
        assert code == 0
        assert "leave  SHOP_URL" in said
        assert app.config == WHOLE
        assert config(shop, "push", "--app", APP, "--from", path, "--yes", "--overwrite")[0] == 0
        assert app.config == {**WHOLE, "SHOP_URL": "https://new.my-shop.test"}

    def test_values_of_the_developers_machine_stay_there(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        path = env_of(shop, "SHOP_URL=http://localhost:3000\nDEBUG=1\nSTRIPE_SECRET_KEY=changeme\n")
        code, _, talk = config(shop, "push", "--app", APP, "--from", path, "--yes")
        assert code == 3
        assert "SHOP_URL: the value in" in talk
        assert "developer's machine" in talk
        assert "STRIPE_SECRET_KEY: the value in" in talk
        assert patches(platform) == []

    def test_what_nobody_knows_sets_nothing_without_a_terminal(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        assert config(shop, "push", "--app", APP, "--yes")[0] == 3
        assert config(shop, "push", "--app", APP)[0] == 3
        assert patches(platform) == []

    def test_a_dry_run_sets_nothing(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        code, said, talk = config(shop, "push", "--app", APP, "--dry-run")
        assert code == 1
        assert "set    SECRET_KEY" in said
        assert "SHOP_URL has no value yet" in talk
        assert patches(platform) == []

    def test_more_than_heroku_takes_is_refused_before(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {"OTHER": "x" * 60_000})
        path = env_of(shop, f"STRIPE_SECRET_KEY=sk\nSHOP_URL=https://www.my-shop.test/{'y' * 6000}\n")
        code, _, talk = config(shop, "push", "--app", APP, "--from", path, "--yes")
        assert code == 2
        assert "65536" in talk
        assert patches(platform) == []

    def test_no_value_is_on_any_command_line(
        self, shop: Path, platform: Platform, tmp_path: Path, login: Path
    ) -> None:
        app_with(platform, {})
        git = shutil.which("git")
        (login / "git").write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{tmp_path}/called"\nexec {git} "$@"\n'
        )
        (login / "git").chmod(0o755)
        host = platform.url.removeprefix("http://")
        netrc = f"machine {host}\n  login p@example.com\n  password {TOKEN}\n"
        (tmp_path / "home" / ".netrc").write_text(netrc)
        (tmp_path / "home" / ".netrc").chmod(0o600)
        given = "".join(f"{name}={value}\n" for name, value in VALUES.items())
        environment = {name: value for name, value in os.environ.items() if name != "HEROKU_API_KEY"}
        ran = subprocess.run(
            [
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
            ],
            input=given,
            env=environment,
            cwd=terminal.TOP,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert platform.apps[APP].config == VALUES
        called = (tmp_path / "called").read_text()
        assert "auth:token" in called
        assert hides(called, TOKEN, *VALUES.values())

    def test_a_person_is_asked_for_what_is_missing(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        keys = [b"https://www.my-shop.test\r", b"sk_typed\r", b"\r"]
        code, seen = terminal.run(["config", "push", "-C", str(shop), "--app", APP], keys)
        assert code == 0, seen
        assert app.config["SHOP_URL"] == "https://www.my-shop.test"
        assert app.config["STRIPE_SECRET_KEY"] == "sk_typed"
        assert "sk_typed" not in seen
        assert "The key of the payment provider" in seen

    def test_an_empty_answer_is_for_later(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        code, seen = terminal.run(
            ["config", "push", "-C", str(shop), "--app", APP], [b"\r", b"sk_typed\r", b"\r"]
        )
        assert code == 1, seen
        assert set(app.config) == {"SECRET_KEY", "STRIPE_SECRET_KEY"}
        assert "SHOP_URL has no value yet" in seen

    def test_control_c_sets_nothing(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        code, seen = terminal.run(
            ["config", "push", "-C", str(shop), "--app", APP], [b"https://www.my-shop.test\r", b"\x03"]
        )
        assert code == 130, seen
        assert patches(platform) == []


class TestFaults:
    GIVEN = "STRIPE_SECRET_KEY=sk_live_1\nSHOP_URL=https://shop.my-shop.test\n"

    def push(self, shop: Path) -> tuple[int, str, str]:
        return config(shop, "push", "--app", APP, "--from", env_of(shop, self.GIVEN), "--yes")

    def test_unauthorised(self, shop: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        app_with(platform, {})
        monkeypatch.setenv("HEROKU_API_KEY", "an-old-token")
        code, said, talk = self.push(shop)
        assert code == 4
        assert "heroku login" in talk
        assert hides(said + talk, "an-old-token")
        assert platform.apps[APP].config == {}

    def test_no_such_app(self, shop: Path) -> None:
        code, _, talk = self.push(shop)
        assert code == 4
        assert f"no app {APP}" in talk

    def test_a_rate_limit_that_passes_is_waited_for(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        platform.fails.add("rate-limit-once")
        assert self.push(shop)[0] == 0
        assert app.config["SHOP_URL"] == VALUES["SHOP_URL"]

    def test_a_rate_limit_that_stays_ends_it(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        platform.fails.add("rate-limit")
        code, _, talk = self.push(shop)
        assert code == 4
        assert "no more requests" in talk
        assert len(platform.requests) == 4
        assert app.config == {}

    def test_an_answer_cut_off_after_the_work_was_done(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        platform.fails.add("cut-after")
        code, said, talk = self.push(shop)
        assert code == 0, talk
        assert "Set 3 config vars" in said
        assert app.config["STRIPE_SECRET_KEY"] == "sk_live_1"
        assert len(patches(platform)) == 1

    def test_a_connection_cut_before_the_work_was_done(self, shop: Path, platform: Platform) -> None:
        app = app_with(platform, {})
        platform.fails.add("cut-before")
        code, said, talk = self.push(shop)
        assert code == 4
        assert "did not set" in talk
        assert hides(said + talk, "sk_live_1")
        assert app.config == {}

    def test_an_error_of_heroku(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {})
        platform.fails.add("config")
        code, _, talk = self.push(shop)
        assert code == 4
        assert "Oops" in talk

    def test_nobody_at_home(self, shop: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HEROKU_HOST", "http://127.0.0.1:9")
        code, _, talk = self.push(shop)
        assert code == 4
        assert "cannot be reached" in talk

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example.com",
            "http://evil.example.com",
            "http://api.heroku.com",
            "heroku.com.evil.example.com",
        ],
    )
    def test_the_token_goes_to_no_stranger(
        self, shop: Path, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HEROKU_HOST", host)
        code, _, talk = self.push(shop)
        assert code == 4
        assert "HEROKU_HOST" in talk

    def test_no_login(self, shop: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        app_with(platform, {})
        monkeypatch.delenv("HEROKU_API_KEY")
        code, _, talk = self.push(shop)
        assert code == 4
        assert "heroku login" in talk
        assert platform.changes() == []

    def test_no_cli_and_no_token(self, shop: Path, login: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HEROKU_API_KEY")
        git = login.parent / "git-only"
        git.mkdir()
        (git / "git").symlink_to(str(shutil.which("git")))
        monkeypatch.setenv("PATH", str(git))
        code, _, talk = self.push(shop)
        assert code == 4
        assert "not installed" in talk


class TestPull:
    def test_values_come_into_a_private_file(self, shop: Path, platform: Platform) -> None:
        app_with(platform, {**WHOLE, "STRIPE_SECRET_KEY": ODD, "OLD": "x"})
        code, said, _ = config(shop, "pull", "--app", APP, "--to", str(shop / ".env"))
        assert code == 0
        lines = env_file.parse((shop / ".env").read_text(), ".env")
        assert {line.name: line.value for line in lines} == {**VALUES, "STRIPE_SECRET_KEY": ODD}
        assert stat.S_IMODE((shop / ".env").stat().st_mode) == 0o600
        assert "leave  REDIS_URL" in said
        assert "leave  OLD" in said
        assert hides(said, *VALUES.values(), "id` ")

    def test_what_is_there_stays_as_it_is(self, shop: Path, platform: Platform) -> None:
        app_with(platform, VALUES)
        before = "# mine\r\nSHOP_URL='http://localhost:3000' # here\r\nX=1"
        path = env_of(shop, before)
        assert config(shop, "pull", "--app", APP, "--to", path)[0] == 0
        after = Path(path).read_bytes().decode()
        assert after.startswith(before + "\r\n")
        assert after.count("SHOP_URL") == 1
        assert config(shop, "pull", "--app", APP, "--to", path, "--overwrite")[0] == 0
        found = {line.name: line.value for line in env_file.parse(Path(path).read_bytes().decode(), path)}
        assert found == {**VALUES, "X": "1"}

    def test_a_file_that_git_would_commit_is_refused(self, shop: Path, platform: Platform) -> None:
        app_with(platform, VALUES)
        code, _, talk = config(shop, "pull", "--app", APP, "--to", str(shop / "vars"))
        assert code == 2
        assert ".gitignore" in talk
        assert not (shop / "vars").exists()
        env_of(shop, "X=1\n")
        subprocess.run(["git", "-C", str(shop), "add", "-f", ".env"], check=True)
        code, _, talk = config(shop, "pull", "--app", APP, "--to", str(shop / ".env"))
        assert code == 2
        assert "rm --cached" in talk
        assert platform.requests == []

    def test_a_folder_is_no_file(self, shop: Path, platform: Platform) -> None:
        (shop / ".env").mkdir()
        assert config(shop, "pull", "--app", APP, "--to", str(shop / ".env"))[0] == 2
        assert platform.requests == []
