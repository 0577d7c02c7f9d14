"""A file of scaffold's that a person edited: only the edits are theirs, and what they took out stays out."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import edits
from scaffold.checkout import open_repo
from scaffold.context import template_context
from scaffold.facts import Addon, Buildpack, ConfigVar, Doubt, Process, Scale, Strength, Todo, Withdrawn
from scaffold.pipeline import Analysis, Request, analyse, analyse_repo
from scaffold.plan.model import Plan
from scaffold.repo import Repo
from tests import golden

APP = {
    "manage.py": (
        'import os\nimport sys\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
        "from django.core.management import execute_from_command_line as run\n\nrun(sys.argv)\n"
    ),
    "shop/__init__.py": "",
    "shop/settings.py": (
        'import os\n\nimport dj_database_url\n\nSECRET_KEY = os.environ["SECRET_KEY"]\n'
        'MAIL_FROM = os.environ["MAIL_FROM"]\nALLOWED_HOSTS = ["*"]\n'
        'DATABASES = {"default": dj_database_url.config()}\nWSGI_APPLICATION = "shop.wsgi.application"\n'
        'CELERY_BROKER_URL = os.environ["REDIS_URL"]\n'
    ),
    "shop/wsgi.py": (
        "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
    ),
    "shop/celery.py": (
        'from celery import Celery\n\napp = Celery("shop", broker="redis://")\n'
        'app.config_from_object("django.conf:settings", namespace="CELERY")\napp.autodiscover_tasks()\n'
    ),
    "shop/a.js": "// x\n",
    "requirements.txt": (
        "django==5.2\ngunicorn==23.0\ncelery==5.4\nredis==5.0\npsycopg[binary]==3.2\ndj-database-url==2.3\n"
    ),
    ".python-version": "3.13\n",
    "package.json": (
        '{"name": "shop", "scripts": {"build": "esbuild shop/a.js"}, "devDependencies": {"esbuild": "1"}}\n'
    ),
    "package-lock.json": "{}\n",
}


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("edited") / "shop"
    for path, text in APP.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    assert golden.call("init", "-C", str(top), "--yes")[0] == 0
    return top


@pytest.fixture
def app(initialised: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(initialised, tmp_path / "shop"))


Edit = Callable[[str], str]


def edit(app: Path, path: str, change: Edit) -> None:
    before = (app / path).read_text()
    after = change(before)
    assert after != before
    (app / path).write_text(after)


def planned(app: Path, **request: Any) -> Plan:
    plan = analyse(Request(top=app, **request)).plan
    assert plan is not None
    return plan


def document(**changes: Any) -> Edit:
    """Change top-level keys of app.json: a function is given the value that is there."""

    def change(text: str) -> str:
        value = json.loads(text)
        for key, new in changes.items():
            value[key] = new(value[key]) if callable(new) else new
        return json.dumps(value, indent=2) + "\n"

    return change


def left(plan: Plan) -> dict[str, str]:
    """Return why each thing was left out, by what it is."""
    return {f"{loser.what} {loser.value}": loser.why for loser in plan.considered}


def names(plan: Plan) -> tuple[str, ...]:
    return tuple(process.name for process in plan.processes)


def lines(*kept: str, add: str = "") -> Edit:
    """Keep the lines of these process types, and add one."""
    return lambda text: (
        "".join(line for line in text.splitlines(keepends=True) if line.partition(":")[0] in kept) + add
    )


ALL = ("web", "release", "worker")


def test_a_line_of_scaffolds_own_is_no_declaration(app: Path) -> None:
    edit(app, "Procfile", lines(*ALL, add="reports: python reports.py\n"))
    plan = planned(app)
    assert names(plan) == ("web", "release", "reports", "worker")
    assert [process.name for process in plan.processes if process.declared] == ["reports"]
    assert plan.process("reports").evidence[0].line == 4  # type: ignore[union-attr]


def test_scaffolds_own_line_goes_with_the_code_that_called_for_it(app: Path) -> None:
    edit(app, "Procfile", lines(*ALL, add="reports: python reports.py\n"))
    (app / "shop" / "celery.py").unlink()
    edit(app, "requirements.txt", lambda text: text.replace("celery==5.4\n", ""))
    assert names(planned(app)) == ("web", "release", "reports")


def test_a_command_that_was_edited_is_declared_and_no_withdrawal(app: Path) -> None:
    edit(app, "Procfile", lambda text: text.replace("gunicorn shop.wsgi", "gunicorn shop.wsgi --threads 4"))
    plan = planned(app)
    assert plan.process("web").command == "gunicorn shop.wsgi --threads 4"  # type: ignore[union-attr]
    assert not [fact for fact in plan.facts if isinstance(fact, Withdrawn)]


def test_a_process_type_that_was_taken_out_is_out_everywhere(app: Path) -> None:
    edit(app, "Procfile", lines("web", "release"))
    plan = planned(app)
    assert names(plan) == ("web", "release")
    assert "worker" not in template_context(plan, {})["plan"]["formation"]
    assert left(plan)["process worker celery -A shop worker --loglevel=info"] == "you took it out of Procfile"
    assert golden.call("init", "-C", str(app), "--yes")[0] == 0
    assert "worker" not in (app / "bin" / "deploy").read_text().partition("usage()")[0]
    assert "worker" not in json.loads((app / "app.json").read_text())["formation"]


def test_web_can_be_taken_out(app: Path) -> None:
    edit(app, "Procfile", lines("release", "worker"))
    plan = planned(app)
    assert names(plan) == ("release", "worker")
    assert plan.smoke is None


def test_without_a_release_phase_the_deploy_script_migrates(app: Path) -> None:
    edit(app, "Procfile", lines("web", "worker"))
    plan = planned(app)
    assert names(plan) == ("web", "worker")
    assert plan.migration is not None
    assert not plan.migration.in_release
    assert golden.call("init", "-C", str(app), "--yes")[0] == 0
    assert "MIGRATION='python manage.py migrate --noinput'" in (app / "bin" / "deploy").read_text()


def test_a_worker_under_another_name_replaces_the_one_that_was_found(app: Path) -> None:
    edit(app, "Procfile", lambda text: text.replace("worker: celery", "queue: celery"))
    plan = planned(app)
    assert names(plan) == ("web", "release", "queue")
    assert plan.process("queue").declared  # type: ignore[union-attr]


def test_another_file_of_the_persons_outweighs_what_is_gone_from_one(app: Path) -> None:
    edit(app, "app.json", document(addons=lambda listed: listed[:1]))
    (app / "heroku.yml").write_text("setup:\n  addons:\n    - plan: heroku-redis:premium-0\n")
    plan = planned(app)
    assert [addon.plan for addon in plan.addons] == [
        "heroku-postgresql:essential-0",
        "heroku-redis:premium-0",
    ]


def test_an_add_on_that_was_taken_out_is_out_and_its_variable_is_asked_for(app: Path) -> None:
    assert [addon.service for addon in planned(app).addons] == ["postgres", "redis"]
    edit(app, "app.json", document(addons=lambda listed: listed[:1]))
    plan = planned(app)
    assert [addon.service for addon in plan.addons] == ["postgres"]
    assert left(plan)["add-on Heroku Key-Value Store"] == "you took it out of app.json"
    assert {var.name: var.provided_by for var in plan.config_vars}["REDIS_URL"] == ""


@pytest.mark.parametrize("other", ["heroku-redis:premium-0", "rediscloud:30"])
def test_another_plan_of_an_add_on_is_no_withdrawal(app: Path, other: str) -> None:
    edit(app, "app.json", lambda text: text.replace("heroku-redis:mini", other, 1))
    plan = planned(app)
    assert [addon.plan for addon in plan.addons] == ["heroku-postgresql:essential-0", other]
    assert [fact.plan for fact in plan.facts if isinstance(fact, Addon) and fact.stack == "declared"] == [
        other
    ]


def test_an_add_on_beside_scaffolds_own_is_one_more(app: Path) -> None:
    more = {"plan": "heroku-redis:mini", "as": "CACHE"}
    edit(app, "app.json", document(addons=lambda listed: [*listed, more]))
    plan = planned(app)
    assert [(addon.plan, addon.attach_as) for addon in plan.addons] == [
        ("heroku-postgresql:essential-0", ""),
        ("heroku-redis:mini", ""),
        ("heroku-redis:mini", "CACHE"),
    ]


def test_one_of_two_add_ons_of_a_role_can_be_taken_out(app: Path) -> None:
    base = app / ".scaffold" / "base" / "app.json"
    more = {"plan": "heroku-redis:mini", "as": "CACHE"}
    edit(app, ".scaffold/base/app.json", document(addons=lambda listed: [*listed, more]))
    assert base.is_file()
    gone = [fact.name for fact in planned(app).facts if isinstance(fact, Withdrawn)]
    assert gone == ["redis as CACHE"]
    assert [addon.service for addon in planned(app).addons] == ["postgres", "redis"]


def test_a_buildpack_that_was_taken_out_is_out(app: Path) -> None:
    edit(app, "app.json", document(buildpacks=lambda listed: listed[1:]))
    plan = planned(app)
    assert plan.buildpacks == ("heroku/python",)
    assert left(plan)["buildpack heroku/nodejs"] == "you took it out of app.json"


def test_no_buildpacks_at_all_are_none(app: Path) -> None:
    edit(app, "app.json", document(buildpacks=[]))
    assert planned(app).buildpacks == ()


def test_a_buildpack_list_counts_as_a_whole(app: Path) -> None:
    added = "https://github.com/heroku/heroku-buildpack-apt"
    edit(app, ".buildpacks", lambda text: f"{added}\n{text}")
    plan = planned(app)
    assert plan.buildpacks == ("heroku-community/apt", "heroku/nodejs", "heroku/python")
    assert [fact.name for fact in plan.facts if isinstance(fact, Buildpack) and fact.stack == "declared"] == [
        added,
        "https://github.com/heroku/heroku-buildpack-nodejs",
        "https://github.com/heroku/heroku-buildpack-python",
    ]


def test_a_buildpack_that_is_held_to_a_version_was_not_taken_out(app: Path) -> None:
    edit(app, ".buildpacks", lambda text: text.replace("-nodejs", "-nodejs#v250"))
    plan = planned(app)
    assert not [fact for fact in plan.facts if isinstance(fact, Withdrawn)]
    assert len(plan.buildpacks) == 2


def test_dynos_that_a_person_changed_are_what_the_script_starts(app: Path) -> None:
    sizes = {"web": {"quantity": 2, "size": "standard-1x"}, "worker": {"quantity": 1, "size": "basic"}}
    edit(app, "app.json", document(formation=sizes))
    plan = planned(app)
    told = [fact for fact in plan.facts if isinstance(fact, Scale)]
    assert [(fact.process, fact.quantity, fact.size) for fact in told] == [("web", 2, "standard-1x")]
    assert template_context(plan, {"dyno_size": "eco"})["plan"]["formation"] == {
        "web": {"quantity": 2, "size": "standard-1x"},
        "worker": {"quantity": 1, "size": "eco"},
    }


def test_only_the_entries_of_app_json_that_were_edited_are_the_persons(app: Path) -> None:
    edit(
        app,
        "app.json",
        document(
            env=lambda env: {**env, "MAIL_FROM": {"value": "shop@example.com"}},
            scripts={"postdeploy": "python manage.py migrate"},
            description="The best shop",
        ),
    )
    plan = planned(app)
    told = [fact for fact in plan.facts if fact.stack == "declared"]
    assert [fact.name for fact in told if isinstance(fact, ConfigVar)] == ["MAIL_FROM"]
    assert [fact.id for fact in told if isinstance(fact, Doubt)] == ["app-json/postdeploy"]
    assert plan.about["description"] == "The best shop"
    about = [fact for fact in told if fact.strength is Strength.DECLARED and hasattr(fact, "key")]
    assert [getattr(fact, "key", "") for fact in about] == ["description"]


def test_a_malformed_app_json_is_an_error_all_the_same(app: Path) -> None:
    (app / "app.json").write_text("{")
    code, _, talk = golden.call("detect", "-C", str(app))
    assert code == 2
    assert "app.json:1: not valid JSON" in talk


def test_a_file_that_was_deleted_withdraws_nothing(app: Path) -> None:
    for path in ("Procfile", "app.json", ".buildpacks"):
        (app / path).unlink()
    assert not [fact for fact in planned(app).facts if isinstance(fact, Withdrawn)]


def test_what_was_declined_is_left_out_with_the_way_back(app: Path) -> None:
    declined = {"process/worker", "addon/redis", "config_var/MAIL_FROM", "buildpack/heroku/nodejs"}
    plan = planned(app, declined=frozenset(declined))
    assert names(plan) == ("web", "release")
    assert [addon.service for addon in plan.addons] == ["postgres"]
    assert plan.buildpacks == ("heroku/python",)
    assert "MAIL_FROM" not in {var.name for var in (*plan.config_vars, *plan.found_vars)}
    assert sorted(why for why in left(plan).values() if why.startswith("you declined")) == sorted(
        f"you declined it; `--ask {item}` brings it back" for item in declined
    )


def test_what_a_person_writes_themselves_is_not_declined(app: Path) -> None:
    edit(app, "Procfile", lambda text: text.replace("--loglevel=info", "-c 2"))
    edit(app, "app.json", document(env=lambda env: {**env, "MAIL_FROM": {"value": "a@example.com"}}))
    plan = planned(app, declined=frozenset({"process/worker", "config_var/MAIL_FROM"}))
    assert plan.process("worker").command.endswith("-c 2")  # type: ignore[union-attr]
    assert "MAIL_FROM" in {var.name for var in plan.config_vars}


def test_an_empty_answer_means_no_such_process_type(app: Path) -> None:
    plan = planned(app, answers={"process_worker": ""})
    assert names(plan) == ("web", "release")
    assert "answered (--set process_worker=)" in left(plan).values()
    edit(app, "Procfile", lambda text: text.replace("--loglevel=info", "-c 2"))
    assert names(planned(app, answers={"process_worker": ""})) == ("web", "release")


def test_an_empty_answer_is_kept_for_the_next_run(app: Path) -> None:
    assert golden.call("init", "-C", str(app), "--yes", "--set", "process_worker=")[0] == 0
    assert golden.call("init", "-C", str(app), "--yes")[0] == 0
    assert "worker" not in (app / "Procfile").read_text()
    assert "worker" not in (app / "bin" / "deploy").read_text().partition("usage()")[0]


def test_an_edited_deploy_script_is_no_part_of_the_app(app: Path) -> None:
    edit(
        app,
        "package.json",
        lambda text: text.replace('"scripts": {', '"scripts": {"heroku-x": "bin/deploy", '),
    )
    edit(app, "bin/deploy", lambda text: text.replace("BOOT_SECONDS=", "BOOT_SECONDS=$MY_SECONDS"))
    assert {var.name for var in planned(app).config_vars} == {
        "DATABASE_URL",
        "DJANGO_SETTINGS_MODULE",
        "MAIL_FROM",
        "REDIS_URL",
        "SECRET_KEY",
    }


class Texts(Repo):
    """A repository whose files are given as texts."""

    def __init__(self, files: dict[str, str], pristine: dict[str, str]) -> None:
        super().__init__(Path("/nowhere"), files, pristine=pristine)
        self.files_given = files

    def _read(self, path: str) -> str:
        return self.files_given[path]


WRITTEN = {
    "web": "gunicorn shop.wsgi",
    "release": "python manage.py migrate --noinput",
    "worker": "celery -A shop worker --loglevel=info",
}
COMMANDS = st.sampled_from(["", "python a.py", "bin/run --port $PORT", "python b.py # c"])


@given(
    theirs=st.fixed_dictionaries({name: st.just(text) | COMMANDS for name, text in WRITTEN.items()}),
    added=st.dictionaries(st.sampled_from(["clock", "reports"]), COMMANDS.filter(bool)),
    chance=st.randoms(use_true_random=False),
)
def test_any_edit_of_a_procfile_is_obeyed(
    theirs: dict[str, str], added: dict[str, str], chance: random.Random
) -> None:
    said = {name: text for name, text in (theirs | added).items() if text}
    order = list(said)
    chance.shuffle(order)
    pristine = "".join(f"{name}: {text}\n" for name, text in WRITTEN.items())
    text = "".join(f"{name}:  {said[name]}\n" for name in order)
    repo = Texts(APP | {"Procfile": text}, {"Procfile": pristine})
    plan = analyse_repo(repo, Request(top=Path("/nowhere"), config_vars=False)).plan
    assert plan is not None
    assert {process.name: process.command for process in plan.processes} == said
    own = {name for name, command in said.items() if WRITTEN.get(name) == command}
    assert {process.name for process in plan.processes if not process.declared} == own


def reordered(text: str) -> str:
    def turned(value: Any) -> Any:
        return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    return json.dumps(turned(json.loads(text)), indent=4)


def respaced(text: str) -> str:
    return "\n".join(line.replace(": ", " :  ", 1) for line in reversed(text.splitlines())) + "\n\n"


NOTHING: dict[str, list[Edit]] = {
    "Procfile": [respaced],
    "app.json": [reordered, lambda text: json.dumps(json.loads(text))],
    "heroku.yml": [lambda text: "# ours\n" + text.replace('"', "'")],
    ".buildpacks": [lambda text: "# ours\n" + text.replace("\n", " \n")],
}


@pytest.mark.parametrize("name", [*golden.samples(), "docker_compose_roles", "docker_entry_point_vars"])
def test_an_edit_that_says_nothing_new_changes_nothing(name: str) -> None:
    extra = [str(word) for word in golden.settings(name).get("arguments", [])]
    with golden.copy_of(name) as app:
        theirs = golden.contents(app)
        if golden.call("init", "-C", str(app), "--yes", *extra)[0]:
            return
        managed = {
            path: (app / path).read_text()
            for path in golden.contents(app)
            if path.rpartition("/")[2] in NOTHING and path not in theirs and not path.startswith(".scaffold")
        }
        hidden = result(app, managed, {})
        for path, text in managed.items():
            for change in (*NOTHING[path.rpartition("/")[2]], lambda text: text.replace("\n", "\r\n")):
                (app / path).write_bytes(change(text).encode())
                rest = {other: kept for other, kept in managed.items() if other != path}
                assert result(app, rest, {path: text}).plan == hidden.plan, path
            (app / path).write_text(text)


def result(app: Path, hidden: dict[str, str], pristine: dict[str, str]) -> Analysis:
    return analyse_repo(open_repo(app, hidden=hidden, pristine=pristine), Request(top=app))


RETIRED = """{
  "name": "hobby shop on heroku-18",
  "stack": "heroku-18",
  "addons": ["heroku-postgresql:hobby-dev", {
    "as": "CACHE",
    "plan": "heroku-redis:hobby-dev"
  }],
  "formation": {
    "web": {
      "quantity": 1,
      "size": "hobby"
    },
    "worker": {
      "quantity": 1,
      "size": "hobby"
    }
  },
  "buildpacks": [{"url": "https://github.com/moneymeets/python-poetry-buildpack"}]
}
"""


def test_each_retired_name_comes_with_the_edit_that_mends_the_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.json").write_text(RETIRED)
    todos = [fact for fact in planned(tmp_path).todos if fact.edit_path == "app.json"]
    assert len(todos) == 6
    for order in (todos, todos[::-1]):
        accepted: dict[str, Any] = {}
        for todo in order:
            change = edits.propose(tmp_path, todo, accepted)
            assert change is not None, todo
            accepted["app.json"] = change
        text = accepted["app.json"].after.content.decode()
        assert json.loads(text) == {
            "name": "hobby shop on heroku-18",
            "stack": "heroku-24",
            "addons": ["heroku-postgresql:essential-0", {"as": "CACHE", "plan": "heroku-redis:mini"}],
            "formation": {
                "web": {"quantity": 1, "size": "basic"},
                "worker": {"quantity": 1, "size": "basic"},
            },
            "buildpacks": [{"url": "heroku/python"}],
        }


def test_a_retired_name_in_heroku_yml_is_mended_in_its_own_spelling(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.13\nCMD gunicorn app:app -b 0.0.0.0:$PORT\n")
    (tmp_path / "heroku.yml").write_text(
        "setup:\n  addons:\n  - plan: heroku-postgresql:hobby-dev\nbuild:\n  docker:\n    web: Dockerfile\n"
    )
    todos = [fact for fact in planned(tmp_path).facts if isinstance(fact, Todo)]
    assert [(todo.edit_path, todo.edit_old, todo.edit_new) for todo in todos] == [
        ("heroku.yml", "heroku-postgresql:hobby-dev", "heroku-postgresql:essential-0")
    ]


def test_in_an_edited_heroku_yml_only_the_edits_are_declared(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.13\nCMD gunicorn app:app -b 0.0.0.0:$PORT\n")
    written = (
        'setup:\n  addons:\n    - plan: "heroku-redis:mini"\nbuild:\n  docker:\n    web: "Dockerfile"\n'
        'run:\n  worker:\n    command:\n      - "rq worker"\n    image: web\n'
    )
    (tmp_path / "heroku.yml").write_text(
        'build:\n  docker:\n    web: "Dockerfile"\nrun:\n  clock: python clock.py\n'
    )
    repo = open_repo(tmp_path, pristine={"heroku.yml": written})
    plan = analyse_repo(repo, Request(top=tmp_path)).plan
    assert plan is not None
    told = [fact for fact in plan.facts if fact.stack == "declared"]
    assert [fact.name for fact in told if isinstance(fact, Process)] == ["clock"]
    assert {(fact.kind, fact.name) for fact in told if isinstance(fact, Withdrawn)} == {
        ("process", "worker"),
        ("addon", "redis"),
    }
