"""`scaffold update` comes to an end, stays with its app, and takes nothing away by accident."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests import managed
from tests.golden import FIXTURES, call, contents


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A Django app with workers, after init."""
    return managed.repository(tmp_path)


def put(top: Path, path: str, text: str) -> None:
    (top / path).parent.mkdir(parents=True, exist_ok=True)
    (top / path).write_text(text, encoding="utf-8")


def update(top: Path, *words: str) -> tuple[int, str, str]:
    return call("update", "-C", str(top), *words)


def is_settled(top: Path) -> bool:
    """Tell whether the next check passes and the next update changes no byte."""
    before = contents(top)
    return update(top, "--check")[0] == 0 and update(top, "--yes")[0] == 0 and contents(top) == before


def add_service(top: Path) -> None:
    """Add an app that is proven better than a worker without a framework."""
    put(top, "svc/app.py", "from flask import Flask\napp = Flask(__name__)\n")
    put(top, "svc/requirements.txt", "flask\ngunicorn\n")


@pytest.mark.parametrize("name", ["node_delegating_root", "ruby_sinatra", "fastapi_package"])
def test_an_app_in_another_folder_does_not_take_over(tmp_path: Path, name: str) -> None:
    top = managed.repository(tmp_path, name)
    before = contents(top)
    add_service(top)
    code, said, _ = update(top, "--check")
    assert (code, "the app:" in said) == (0, False), said
    assert update(top, "--yes")[0] == 0
    after = contents(top)
    assert {path: after[path] for path in before if not path.startswith(".scaffold/")} == {
        path: text for path, text in before.items() if not path.startswith(".scaffold/")
    }


def test_an_app_of_equal_rank_in_another_folder_is_no_question(tmp_path: Path) -> None:
    top = managed.repository(tmp_path, "flask_factory")
    before = json.loads((top / ".scaffold/plan.json").read_text())["app"]
    for name in ("one", "two"):
        put(top, f"{name}/app.py", "from flask import Flask\napp = Flask(__name__)\n")
        put(top, f"{name}/requirements.txt", "flask\ngunicorn\n")
    code, said, talk = update(top, "--yes")
    assert code == 0, said + talk
    assert json.loads((top / ".scaffold/plan.json").read_text())["app"] == before


def test_an_app_that_moved_is_followed(tmp_path: Path) -> None:
    top = tmp_path / "app"
    put(top, "app.py", "from flask import Flask\napp = Flask(__name__)\n")
    put(top, "requirements.txt", "flask\ngunicorn\n")
    put(
        top,
        "package.json",
        '{"name": "x", "scripts": {"start": "node s.js"}, "dependencies": {"express": "5"}}',
    )
    put(top, "s.js", "require('express')().listen(process.env.PORT)\n")
    assert call("init", "-C", str(top), "--yes", "--set", "app=flask")[0] == 0
    (top / "backend").mkdir()
    for name in ("app.py", "requirements.txt"):
        (top / name).rename(top / "backend" / name)
    assert update(top, "--yes")[0] == 0
    assert json.loads((top / ".scaffold/plan.json").read_text())["app"] == "flask in backend"


def test_another_app_in_the_same_folder_can_be_declined(tmp_path: Path) -> None:
    top = managed.repository(tmp_path, "python_discord_bot")
    procfile = (top / "Procfile").read_bytes()
    put(
        top,
        "package.json",
        '{"name": "x", "scripts": {"start": "node s.js"}, "dependencies": {"express": "5"}}',
    )
    put(top, "s.js", "require('express')().listen(process.env.PORT)\n")
    said = update(top, "--check")[1]
    assert "to refuse: scaffold update --decline app" in said
    assert update(top, "--yes", "--decline", "app")[0] == 0
    assert (top / "Procfile").read_bytes() == procfile
    assert is_settled(top)


def test_a_version_that_a_person_wrote_stays_an_edit(shop: Path) -> None:
    base = (shop / ".scaffold/base/.python-version").read_bytes()
    put(shop, ".python-version", "3.13.1\n")
    assert update(shop, "--yes")[0] == 0
    assert update(shop, "--yes")[0] == 0
    assert (shop / ".python-version").read_text() == "3.13.1\n"
    assert (shop / ".scaffold/base/.python-version").read_bytes() == base
    assert is_settled(shop)


def test_check_fails_on_a_conflict_that_keeps_the_text_as_it_is(shop: Path) -> None:
    managed.edit(
        shop,
        "app.json",
        '"description": "Takes orders, reminds people of the unpaid ones."',
        '"description": "Ours"',
    )
    base = shop / ".scaffold/base/app.json"
    base.write_text(base.read_text().replace("Takes orders, reminds", "Takes orders and reminds"))
    assert update(shop, "--check")[0] == 1
    assert update(shop, "--yes")[0] == 1
    assert update(shop, "--continue")[0] == 0
    assert is_settled(shop)


def test_a_file_that_is_left_to_the_person_declares_no_more_than_before(tmp_path: Path) -> None:
    top = tmp_path / "app"
    shutil.copytree(FIXTURES / "nextjs_export" / "app", top)
    put(top, "heroku.yml", "build:\n  docker:\n    web: Dockerfile\n")
    assert call("init", "-C", str(top), "--yes")[0] == 0
    (top / "Procfile").write_text("# ours\n" + (top / "Procfile").read_text())
    put(top, "Dockerfile", 'FROM python:3.13\nCOPY . .\nCMD ["python", "-m", "http.server"]\n')
    code, said, _ = update(top, "--yes")
    assert code == 0
    assert "leave to you   Procfile" in said
    assert "# ours" in (top / "Procfile").read_text()
    assert is_settled(top)


def test_init_leaves_an_open_conflict_open(shop: Path) -> None:
    managed.edit(shop, "Procfile", "web: gunicorn shop.wsgi", "web: gunicorn shop.wsgi --workers 3")
    managed.edit(shop, "shop/settings.py", "shop.wsgi.application", "shop.serve.application")
    (shop / "shop/wsgi.py").rename(shop / "shop/serve.py")
    assert update(shop, "--yes")[0] == 1
    before = contents(shop)
    assert call("init", "-C", str(shop), "--yes")[0] == 1
    assert contents(shop) == before
    assert update(shop, "--abort")[0] == 0
