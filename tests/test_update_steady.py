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


@pytest.mark.parametrize("command", ["update --yes", "update --check", "init --yes", "diff"])
def test_a_source_file_that_cannot_be_parsed_takes_nothing_away(shop: Path, command: str) -> None:
    settings = shop / "shop/settings.py"
    sound = settings.read_text()
    settings.write_text(sound + "def broken(:\n")
    before = contents(shop)
    name, *words = command.split()
    code, _, talk = call(name, "-C", str(shop), *words)
    line = sound.count("\n") + 1
    assert code == 2
    assert f"shop/settings.py:{line}: def broken(:" in talk
    assert "config var STRIPE_SECRET_KEY" in talk
    assert contents(shop) == before
    settings.write_text(sound)
    assert is_settled(shop)


def test_an_app_whose_only_file_cannot_be_parsed_is_not_taken_for_another(tmp_path: Path) -> None:
    top = managed.repository(tmp_path, "flask_factory_argument")
    for path in (*top.rglob("*.py"),):
        path.write_text(path.read_text() + "def broken(:\n")
    before = contents(top)
    code, _, talk = update(top, "--yes")
    assert (code, "cannot be parsed" in talk) == (2, True), talk
    assert contents(top) == before


def test_a_file_that_never_could_be_parsed_stops_nothing(tmp_path: Path) -> None:
    top = tmp_path / "app"
    put(top, "app.py", "import os\nfrom flask import Flask\napp = Flask(__name__)\nKEY = os.environ['KEY']\n")
    put(top, "old.py", "print 'Python 2'\n")
    put(top, "requirements.txt", "flask\ngunicorn\n")
    assert call("init", "-C", str(top), "--yes")[0] == 0
    put(top, "app.py", "from flask import Flask\napp = Flask(__name__)\n")
    assert update(top, "--yes")[0] == 0
    assert not (top / "config-vars.toml").exists()
    assert is_settled(top)


def formation(top: Path) -> tuple[set[str], set[str]]:
    """Return the process types that app.json and bin/deploy give dynos."""
    line = next(
        text for text in (top / "bin/deploy").read_text().splitlines() if text.startswith("FORMATION=")
    )
    scaled = {word.partition("=")[0] for word in line.partition("=")[2].strip("'").split()}
    return set(json.loads((top / "app.json").read_text())["formation"]), scaled


def test_a_second_queue_leaves_the_first_its_dyno(shop: Path) -> None:
    with (shop / "Procfile").open("a") as file:
        file.write("mailer: celery -A shop worker -Q mail\n")
    assert update(shop, "--yes")[0] == 0
    names = {"web", "beat", "worker", "mailer"}
    assert formation(shop) == (names, names)
    assert is_settled(shop)


def test_a_renamed_queue_takes_the_dyno_along(shop: Path) -> None:
    managed.edit(shop, "Procfile", "worker: celery", "jobs: celery")
    assert update(shop, "--yes")[0] == 0
    names = {"web", "beat", "jobs"}
    assert formation(shop) == (names, names)
    assert is_settled(shop)


def test_a_rename_among_several_apps_of_one_tool_leaves_the_others(tmp_path: Path) -> None:
    top = managed.repository(tmp_path, "python_two_celery_apps")
    before = formation(top)[0]
    managed.edit(top, "Procfile", "reportworker:", "reports:")
    assert update(top, "--yes")[0] == 0
    names = before - {"reportworker"} | {"reports"}
    assert formation(top) == (names, names)
    assert is_settled(top)


def test_without_its_list_of_buildpacks_an_app_gets_no_half_of_one(tmp_path: Path) -> None:
    top = managed.repository(tmp_path, "django_shop")
    document = json.loads((top / "app.json").read_text())
    del document["buildpacks"]
    (top / "app.json").write_text(json.dumps(document, indent=2) + "\n")
    put(
        top,
        "package.json",
        '{"name": "x", "scripts": {"build": "vite build"}, "dependencies": {"vite": "5.0.0"}}',
    )
    assert update(top, "--yes")[0] == 0
    assert "heroku/nodejs" not in (top / "bin/deploy").read_text()
    assert "buildpacks" not in json.loads((top / "app.json").read_text())
    assert is_settled(top)


def test_a_variable_that_only_the_manifest_knows_now_is_as_it_stands_there(shop: Path) -> None:
    managed.edit(
        shop,
        "config-vars.toml",
        'description = "Secret key of the payment provider"',
        'description = "Ask Ana"',
    )
    text = (shop / "shop/settings.py").read_text()
    (shop / "shop/settings.py").write_text(text.partition("# Secret key of the payment")[0])
    assert update(shop, "--yes")[0] == 0
    assert json.loads((shop / "app.json").read_text())["env"]["STRIPE_SECRET_KEY"] == {
        "description": "Ask Ana",
        "required": True,
    }
    assert is_settled(shop)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"defaults": [1]}',
        '{"runtime": "x"}',
        '{"app": 5, "unread": 5, "config_vars": [], "buildpacks": 3}',
        '{"processes": {"web": 3}, "addons": {"redis": null}, "defaults": {"app": 3}}',
        '{"buildpacks": [1], "config_vars": {"SECRET_KEY": []}}',
    ],
)
def test_a_plan_of_another_shape_is_no_plan(shop: Path, text: str) -> None:
    (shop / ".scaffold/plan.json").write_text(text)
    assert update(shop, "--check")[0] == 0
    assert update(shop, "--yes")[0] == 0
    assert is_settled(shop)


def test_init_of_one_file_leaves_the_others_to_the_update(tmp_path: Path) -> None:
    top = tmp_path / "app"
    shutil.copytree(FIXTURES / "django_shop" / "app", top)
    assert call("init", "-C", str(top), "--yes", "--only", "Procfile")[0] == 0
    assert update(top, "--check")[0] == 1
    assert update(top, "--yes")[0] == 0
    assert (top / "app.json").exists()
    assert is_settled(top)


def test_a_file_that_was_not_merged_is_looked_at_again(shop: Path) -> None:
    managed.edit(shop, "app.json", '"keywords"', '"success_url": "/",\n  "keywords"')
    put(shop, "extra.py", "import os\nEXTRA = os.environ['EXTRA_KEY']\n")
    assert call("init", "-C", str(shop), "--yes", "--on-existing", "keep")[0] == 0
    assert "EXTRA_KEY" not in (shop / "app.json").read_text()
    assert update(shop, "--check")[0] == 1
    assert update(shop, "--yes")[0] == 0
    assert "EXTRA_KEY" in (shop / "app.json").read_text()
    assert is_settled(shop)


def test_a_file_in_the_way_is_said_each_time(shop: Path) -> None:
    (shop / "Procfile").write_bytes(b"web: gunicorn shop.wsgi # \xff\n")
    put(shop, "extra.py", "import os\nEXTRA = os.environ['EXTRA_KEY']\n")
    assert update(shop, "--yes")[0] == 1
    assert [update(shop, "--check")[0] for _ in range(2)] == [1, 1]


def test_a_recorded_app_that_is_gone_binds_nobody(shop: Path) -> None:
    (shop / ".scaffold/answers.yml").write_text('app: "rails in backend"\n')
    assert update(shop, "--yes")[0] == 0
    assert is_settled(shop)


@pytest.fixture
def adopted(tmp_path: Path) -> Path:
    """A Django app whose Procfile and app.json are the person's, with what scaffold added to them."""
    top = tmp_path / "app"
    shutil.copytree(FIXTURES / "django_shop" / "app", top)
    put(top, "Procfile", "web: gunicorn shop.wsgi --workers 4\n# ours\n")
    put(top, "app.json", '{\n  "name": "ours",\n  "env": {\n    "MINE": {"value": "1"}\n  }\n}\n')
    put(top, ".env.example", "MINE=1\n")
    assert call("init", "-C", str(top), "--yes", "--on-existing", "merge")[0] == 0
    assert is_settled(top)
    return top


def test_an_edit_of_what_scaffold_added_to_a_file_stays(adopted: Path) -> None:
    managed.edit(adopted, "Procfile", "shop worker --loglevel=info", "shop worker --concurrency 2")
    managed.edit(adopted, "Procfile", "beat: celery", "clock: celery")
    managed.edit(adopted, "app.json", "Secret key of the payment provider", "Ask Ana")
    managed.edit(adopted, "app.json", "heroku-redis:mini", "heroku-redis:premium-0")
    managed.edit(adopted, ".env.example", "STRIPE_SECRET_KEY=", "STRIPE_SECRET_KEY=test")
    procfile = (adopted / "Procfile").read_text()
    for _ in range(3):
        assert update(adopted, "--yes")[0] == 0
        assert (adopted / "Procfile").read_text() == procfile
        assert "\nSTRIPE_SECRET_KEY=test\n" in (adopted / ".env.example").read_text()
        document = json.loads((adopted / "app.json").read_text())
        assert document["env"]["STRIPE_SECRET_KEY"]["description"] == "Ask Ana"
        assert {"plan": "heroku-redis:premium-0"} in document["addons"]
        assert is_settled(adopted)


def test_what_scaffold_added_to_a_file_follows_the_code_beside_an_edit(adopted: Path) -> None:
    managed.edit(adopted, "Procfile", "shop worker --loglevel=info", "shop worker --concurrency 2")
    put(adopted, "extra.py", "import os\nEXTRA = os.environ['EXTRA_KEY']\n")
    settings = (adopted / "shop/settings.py").read_text()
    put(adopted, "shop/settings.py", settings.partition("# Secret key of the payment")[0])
    assert update(adopted, "--yes")[0] == 0
    env = json.loads((adopted / "app.json").read_text())["env"]
    assert ("EXTRA_KEY" in env, "STRIPE_SECRET_KEY" in env, "MINE" in env) == (True, False, True)
    assert "--concurrency 2" in (adopted / "Procfile").read_text()
    assert is_settled(adopted)


@pytest.mark.parametrize("theirs", ['{"expo": {"slug": "x"}}', '{"name": "x", "displayName": "X"}'])
def test_an_app_json_that_serves_two_tools_is_settled_at_once(tmp_path: Path, theirs: str) -> None:
    top = tmp_path / "app"
    shutil.copytree(FIXTURES / "django_shop" / "app", top)
    put(top, "app.json", theirs + "\n")
    assert call("init", "-C", str(top), "--yes", "--on-existing", "merge")[0] == 0
    assert is_settled(top)
    document = json.loads((top / "app.json").read_text())
    assert document.keys() > json.loads(theirs).keys()
    assert document["buildpacks"] == [{"url": "heroku/python"}]
    put(top, "app.json", theirs + "\n")
    update(top, "--yes")
    assert "BUILDPACKS=(heroku/python)" in (top / "bin/deploy").read_text()


def test_a_list_of_buildpacks_in_a_file_of_theirs_is_the_whole_list(tmp_path: Path) -> None:
    top = tmp_path / "app"
    shutil.copytree(FIXTURES / "django_shop" / "app", top)
    put(top, "app.json", '{\n  "name": "ours"\n}\n')
    assert call("init", "-C", str(top), "--yes")[0] == 0
    put(top, "app.json", '{\n  "name": "ours",\n  "buildpacks": [{"url": "heroku-community/apt"}]\n}\n')
    (top / "Procfile").write_text((top / "Procfile").read_text() + "extra: bin/extra\n")
    put(top, "extra.py", "import os\nEXTRA = os.environ['EXTRA_KEY']\n")
    assert update(top, "--yes")[0] == 0
    assert is_settled(top)
