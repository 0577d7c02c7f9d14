"""The Python family on small repositories: apps, workers, services, runtimes, shims and doubts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scaffold.checkout import open_repo
from scaffold.facts import (
    Addon,
    AnyFact,
    Buildpack,
    Doubt,
    File,
    Migration,
    Process,
    Runtime,
    Shim,
    Strength,
    Todo,
    Uses,
)
from scaffold.families.python.apps import PythonApp, add_command, app_of, needs, python_apps
from scaffold.repo import Repo
from scaffold.stacks import python


def repo_of(top: Path, files: Mapping[str, str]) -> Repo:
    for path, text in files.items():
        target = top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return open_repo(top)


def facts_of(top: Path, files: Mapping[str, str]) -> list[AnyFact]:
    return list(python.detect(repo_of(top, files)))


def processes(facts: list[AnyFact], root: str = ".") -> dict[str, str]:
    return {fact.name: fact.command for fact in facts if isinstance(fact, Process) and fact.root == root}


def addons(facts: list[AnyFact]) -> dict[str, tuple[int, str]]:
    return {fact.service: (int(fact.strength), fact.var) for fact in facts if isinstance(fact, Addon)}


def doubts(facts: list[AnyFact]) -> set[str]:
    return {fact.id for fact in facts if isinstance(fact, Doubt)}


def only_app(top: Path, files: Mapping[str, str]) -> PythonApp:
    (app,) = python_apps(repo_of(top, files))
    return app


# --- what an app declares ---------------------------------------------------------------------


def test_nested_requirements_are_production_and_others_are_not(tmp_path: Path) -> None:
    app = only_app(
        tmp_path,
        {
            "requirements.txt": "-r requirements/prod.txt\n",
            "requirements/prod.txt": "-r base.txt\ngunicorn\n",
            "requirements/base.txt": "Django>=5\n",
            "requirements/dev.txt": "-r base.txt\npytest\n",
        },
    )
    assert sorted(app.deps) == ["django", "gunicorn"]
    assert app.dev["pytest"].group == "dev"
    found = app.get("django")
    assert found is not None
    assert (found.evidence.path, found.evidence.line) == ("requirements/base.txt", 1)


def test_a_compiled_file_knows_what_was_asked_for(tmp_path: Path) -> None:
    app = only_app(
        tmp_path, {"requirements.in": "fastapi\n", "requirements.txt": "fastapi==0.1\nstarlette==0.2\n"}
    )
    assert app.uses("starlette") is None
    assert app.has("starlette") is not None


def test_an_extra_brings_its_server(tmp_path: Path) -> None:
    assert only_app(tmp_path, {"requirements.txt": "fastapi[standard]\n"}).has("uvicorn") is not None


def test_poetry_extras_are_not_installed(tmp_path: Path) -> None:
    text = '[tool.poetry]\nname="a"\n[tool.poetry.dependencies]\nmysqlclient = {version="*", optional=true}\n'
    app = only_app(tmp_path, {"pyproject.toml": text, "poetry.lock": ""})
    assert app.has("mysqlclient") is None
    assert app.manager == "poetry"


def test_a_tooling_pyproject_is_no_app(tmp_path: Path) -> None:
    assert python_apps(repo_of(tmp_path, {"pyproject.toml": "[tool.black]\nline-length = 90\n"})) == ()


def test_an_environment_is_no_source(tmp_path: Path) -> None:
    files = {
        "env/pyvenv.cfg": "home = /\n",
        "env/requirements.txt": "flask\n",
        "env/app.py": "import flask\n",
    }
    assert python_apps(repo_of(tmp_path, files)) == ()


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"requirements.txt": "flask\n"}, "printf '\\n%s\\n' gunicorn >> requirements.txt"),
        ({"requirements/prod.txt": "flask\n"}, "printf '\\n%s\\n' gunicorn >> requirements/prod.txt"),
        ({"Pipfile": '[packages]\nflask="*"\n'}, "pipenv install gunicorn"),
        ({"pyproject.toml": '[project]\nname="a"\n', "uv.lock": ""}, "uv add gunicorn"),
        ({"pyproject.toml": '[tool.poetry]\nname="a"\n', "poetry.lock": ""}, "poetry add gunicorn"),
        ({"api/requirements.txt": "flask\n"}, "printf '\\n%s\\n' gunicorn >> api/requirements.txt"),
        ({"a b/pyproject.toml": '[project]\nname="a"\n', "a b/uv.lock": ""}, "cd 'a b' && uv add gunicorn"),
    ],
)
def test_the_command_that_adds_a_package(tmp_path: Path, files: dict[str, str], command: str) -> None:
    app = only_app(tmp_path, files)
    assert add_command(app, "gunicorn") == command
    (todo,) = needs(app, "gunicorn", stack="flask")
    assert todo.command == command


def test_a_committed_environment_is_doubted(tmp_path: Path) -> None:
    for path in ("requirements.txt", "venv/pyvenv.cfg"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x\n")
    repo = Repo(tmp_path, ["requirements.txt", "venv/pyvenv.cfg"])
    assert "python/environment-in-git" in doubts(list(python.detect(repo)))


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        ({"api/app.py": ""}, ["api"]),
        ({"api/app.py": "", "tool.py": ""}, [".", "api"]),
        ({"api/app.py": "", "manage.py": ""}, [".", "api"]),
    ],
)
def test_a_top_that_only_leads_to_an_app_is_none(
    tmp_path: Path, files: dict[str, str], roots: list[str]
) -> None:
    lead = {"requirements.txt": "# here\n-r api/requirements.txt\n", "api/requirements.txt": "flask\n"}
    assert [app.root for app in python_apps(repo_of(tmp_path, lead | files))] == roots


def test_the_nearest_app_owns_a_file(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"requirements.txt": "a\n", "api/requirements.txt": "b\n", "api/x/y.py": ""})
    app = app_of(repo, "api/x/y.py")
    assert app is not None
    assert app.root == "api"


def test_a_broken_pipfile_beside_requirements_is_no_fault(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"requirements.txt": "flask\n", "Pipfile": 'x = "\n', "Pipfile.lock": "{}"})
    (app,) = python_apps(repo)
    assert app.manager == "pip"
    assert repo.broken(".") is None


def test_a_broken_pyproject_alone_is_a_fault(tmp_path: Path) -> None:
    repo = repo_of(tmp_path, {"pyproject.toml": "[project\n", "uv.lock": ""})
    list(python.detect(repo))
    assert repo.broken(".") is not None


# --- workers ----------------------------------------------------------------------------------

CELERY = "celery[redis]==5.4\n"


@pytest.mark.parametrize(
    ("files", "worker"),
    [
        pytest.param(
            {
                "proj/__init__.py": "from .celery import app as celery_app\n",
                "proj/celery.py": "from celery import Celery\napp = Celery('proj')\n",
            },
            "celery -A proj worker --loglevel=info",
            id="the package convention",
        ),
        pytest.param(
            {"tasks.py": "import celery\nqueue = celery.Celery('x')\n"},
            "celery -A tasks worker --loglevel=info",
            id="an odd name",
        ),
        pytest.param(
            {
                "main.py": (
                    "from flask import Flask\nfrom celery import Celery\n"
                    "app = Flask('x')\ncelery = Celery('x')\n"
                ),
            },
            "celery -A main.celery worker --loglevel=info",
            id="a module whose app is Flask's",
        ),
        pytest.param(
            {
                "app.py": (
                    "from celery import Celery\ndef make_celery(app):\n    c = Celery('x')\n    return c\n"
                ),
                "run_celery.py": "from app import make_celery\ncelery = make_celery(None)\n",
            },
            "celery -A run_celery worker --loglevel=info",
            id="a factory",
        ),
        pytest.param(
            {
                "make_celery.py": (
                    "from shop import create_app\nflask_app = create_app()\n"
                    "celery_app = flask_app.extensions['celery']\n"
                ),
            },
            "celery -A make_celery worker --loglevel=info",
            id="an extension of the Flask app",
        ),
        pytest.param(
            {
                "src/manage.py": "import django\n",
                "src/conf/__init__.py": "",
                "src/conf/settings.py": "",
                "src/conf/celery.py": (
                    "import os\nfrom celery import Celery\n"
                    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\napp = Celery('x')\n"
                ),
            },
            "cd src && celery -A conf worker --loglevel=info",
            id="below the manifest, by its settings module",
        ),
    ],
)
def test_the_celery_worker(tmp_path: Path, files: dict[str, str], worker: str) -> None:
    assert processes(facts_of(tmp_path, {"requirements.txt": CELERY, **files}))["worker"] == worker


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"requirements.txt": CELERY, "app.py": "print(1)\n"}, id="declared, not used"),
        pytest.param(
            {"requirements.txt": "#celery\n", "c.py": "from celery import Celery\napp = Celery()\n"},
            id="a comment",
        ),
        pytest.param(
            {"requirements.txt": CELERY, "tests/celery.py": "from celery import Celery\napp = Celery()\n"},
            id="in tests",
        ),
        pytest.param(
            {
                "requirements-dev.txt": CELERY,
                "requirements.txt": "rich\n",
                "c.py": "from celery import Celery\napp = Celery()\n",
            },
            id="for development",
        ),
    ],
)
def test_no_celery_worker(tmp_path: Path, files: dict[str, str]) -> None:
    assert not [command for command in processes(facts_of(tmp_path, files)).values() if "celery" in command]


def test_beat_from_the_database(tmp_path: Path) -> None:
    files = {
        "requirements.txt": CELERY + "django\ndjango-celery-beat\n",
        "manage.py": "import django\n",
        "site1/__init__.py": "",
        "site1/celery.py": "from celery import Celery\napp = Celery('x')\n",
        "site1/settings.py": "INSTALLED_APPS = ['django_celery_beat']\n",
    }
    found = processes(facts_of(tmp_path, files))
    expected = (
        "celery -A site1 beat --loglevel=info --scheduler django_celery_beat.schedulers:DatabaseScheduler"
    )
    assert found["beat"] == expected


@pytest.mark.parametrize(
    ("requirements", "settings", "worker"),
    [
        (
            "django-rq\n",
            "RQ_QUEUES = {'low': {}, 'default': {}, 'high': {}}\n",
            "python manage.py rqworker high default low",
        ),
        ("django-q2\n", "INSTALLED_APPS = ['django_q']\n", "python manage.py qcluster"),
        ("huey\n", "INSTALLED_APPS = ['huey.contrib.djhuey']\n", "python manage.py run_huey"),
        ("django-dramatiq\n", "INSTALLED_APPS = ['django_dramatiq']\n", "python manage.py rundramatiq"),
        ("channels\n", "x = ChannelNameRouter({'thumbs': 1})\n", "python manage.py runworker thumbs"),
        ("django-q2\n", "# INSTALLED_APPS = ['django_q']\n", None),
    ],
)
def test_workers_of_django(tmp_path: Path, requirements: str, settings: str, worker: str | None) -> None:
    files = {
        "requirements.txt": "django\n" + requirements,
        "manage.py": "import django\n",
        "site1/settings.py": settings,
    }
    assert processes(facts_of(tmp_path, files)).get("worker") == worker


@pytest.mark.parametrize(
    ("requirements", "files", "worker"),
    [
        (
            "rq\n",
            {"q.py": "from rq import Queue\nq = Queue('mail', connection=None)\n"},
            "rq worker --url $REDIS_URL mail",
        ),
        (
            "rq\nflask\n",
            {
                "manage.py": (
                    "from rq import Worker\n@manager.command\ndef run_worker():\n    Worker([]).work()\n"
                ),
            },
            "python manage.py run_worker",
        ),
        (
            "rq\nflask\n",
            {"app.py": "import rq\n@app.cli.command('work')\ndef f():\n    rq.Worker([]).work()\n"},
            "flask work",
        ),
        (
            "huey\n",
            {"jobs/q.py": "from huey import RedisHuey\nh = RedisHuey()\n"},
            "huey_consumer.py jobs.q.h",
        ),
        ("dramatiq\n", {"jobs.py": "import dramatiq\n@dramatiq.actor\ndef f(): ...\n"}, "dramatiq jobs"),
        (
            "arq\n",
            {"w.py": "import arq\nclass WorkerSettings:\n    redis_settings = 1\n"},
            "arq w.WorkerSettings",
        ),
    ],
)
def test_other_queues(tmp_path: Path, requirements: str, files: dict[str, str], worker: str) -> None:
    assert processes(facts_of(tmp_path, {"requirements.txt": requirements, **files}))["worker"] == worker


# --- programs ---------------------------------------------------------------------------------


def test_a_bot_beside_a_flask_page_is_a_worker(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "discord.py\nflask\n",
        "main.py": (
            "import discord\nfrom keep_alive import keep_alive\nclient = discord.Client()\n"
            "keep_alive()\nclient.run('t')\n"
        ),
        "keep_alive.py": "from flask import Flask\nfrom threading import Thread\napp = Flask('')\n",
    }
    assert processes(facts_of(tmp_path, files))["worker"] == "python main.py"


def test_a_bot_that_the_web_app_starts_is_no_process(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "discord.py\nflask\n",
        "app.py": "from flask import Flask\nimport bot\napp = Flask('')\n",
        "bot.py": (
            "import discord\nclient = discord.Client()\ndef go():\n"
            "    client.run('t')\nif __name__ == '__main__':\n    go()\n"
        ),
    }
    assert "worker" not in processes(facts_of(tmp_path, files))


def test_an_installed_bot_is_run_by_its_own_command(tmp_path: Path) -> None:
    text = '[project]\nname="a"\ndependencies=["aiogram"]\n[project.scripts]\ngreeter="a.cli:go"\n'
    text += '[build-system]\nrequires=["hatchling"]\n'
    files = {"pyproject.toml": text, "uv.lock": "", "src/a/cli.py": "import aiogram\ndef go(): ...\n"}
    assert processes(facts_of(tmp_path, files))["worker"] == "greeter"


def test_a_script_that_ends_is_doubted(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path, {"requirements.txt": "requests\n", "main.py": "import requests\nprint(requests.get('x'))\n"}
    )
    assert processes(facts)["worker"] == "python main.py"
    assert "python/ends-by-itself" in doubts(facts)


def test_a_library_is_only_a_hint(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path, {"setup.py": "from setuptools import setup\nsetup(name='a')\n", "a/__init__.py": ""}
    )
    assert [fact.strength for fact in facts if isinstance(fact, Uses)] == [Strength.HINT]


def test_a_folder_name_is_never_a_command(tmp_path: Path) -> None:
    files = {
        "a; touch x/requirements.txt": "discord.py\n",
        "a; touch x/bot.py": "import discord\ndiscord.Client().run('t')\n",
    }
    (shim,) = [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Shim)]
    assert shim.text == "-r 'a; touch x/requirements.txt'\n"


# --- services ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirements", "code", "expected"),
    [
        ("psycopg2-binary\n", "import os\nu = os.environ['DATABASE_URL']\n", {"postgres": (30, "")}),
        ("psycopg2-binary\n", "# os.environ['DATABASE_URL']\n", {"postgres": (10, "")}),
        ("dj-database-url\n", "dj_database_url.config(default='sqlite:///x')\n", {"postgres": (10, "")}),
        ("django-heroku\n", "django_heroku.settings(locals())\n", {"postgres": (30, "")}),
        ("redis\n", "redis.from_url(os.environ['REDISCLOUD_URL'])\n", {"redis": (30, "REDISCLOUD_URL")}),
        ("redis\n", "print('no use of it')\n", {"redis": (10, "")}),
        (
            "pika\n",
            "pika.BlockingConnection(os.environ['CLOUDAMQP_URL'])\n",
            {"rabbitmq": (30, "CLOUDAMQP_URL")},
        ),
        ("mysqlclient\n", "D = {'ENGINE': 'django.db.backends.mysql'}\n", {"mysql": (30, "")}),
        ("pymongo\n", "MongoClient(os.environ['MONGODB_URI'])\n", {"mongodb": (10, "")}),
    ],
)
def test_services(tmp_path: Path, requirements: str, code: str, expected: dict[str, tuple[int, str]]) -> None:
    assert addons(facts_of(tmp_path, {"requirements.txt": requirements, "config.py": code})) == expected


def test_alembic_by_itself(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "sqlalchemy\nalembic\n",
        "alembic.ini": "[alembic]\nscript_location = db/moves\n",
        "db/moves/versions/1.py": "",
    }
    (found,) = [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Migration)]
    assert (found.command, found.paths, found.strength) == (
        "alembic upgrade head",
        ("db/moves/versions",),
        Strength.GENERIC,
    )


def test_system_packages_come_first(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "pytesseract\n", "main.py": "import pytesseract\n"})
    (apt,) = [fact for fact in facts if isinstance(fact, Buildpack) and "apt" in fact.name]
    (file,) = [fact for fact in facts if isinstance(fact, File)]
    assert apt.position < 90
    assert file.text == "tesseract-ocr\ntesseract-ocr-eng\n"


# --- runtime and layout -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "asked", "where"),
    [
        ({"runtime.txt": "python-3.11.9\n", ".python-version": "3.12\n"}, "python-3.11.9", "runtime.txt"),
        ({".python-version": "# ours\n3.12\n"}, "3.12", ".python-version"),
        ({"Dockerfile": "FROM python:3.13-slim\n"}, "3.13", "Dockerfile"),
        ({".tool-versions": "nodejs 22\npython 3.12.1\n"}, "3.12.1", ".tool-versions"),
        ({"pyproject.toml": '[project]\nname="a"\nrequires-python=">=3.11"\n'}, ">=3.11", "pyproject.toml"),
        ({}, "", ""),
    ],
)
def test_the_python_asked_for(tmp_path: Path, files: dict[str, str], asked: str, where: str) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", **files})
    (found,) = [fact for fact in facts if isinstance(fact, Runtime)]
    assert found.asked == asked
    assert [proof.path for proof in found.evidence] == ([where] if where else [])


@pytest.mark.parametrize(
    ("files", "doubt"),
    [
        ({"requirements.txt": "a\n", "Pipfile.lock": "{}"}, "python/several-managers"),
        ({"requirement.txt": "a\n"}, "python/requirements-misspelt"),
        ({"requirements.txt": "a\n", "python-version": "3.12\n"}, "python/version-file-misspelt"),
        ({"requirements.txt": "a\n", ".python-version": "python-3.12\n"}, "python/version-file-invalid"),
        ({"requirements.txt": "a\n", ".python-version": "3.12\n3.13\n"}, "python/version-file-invalid"),
        ({"requirements.txt": "a\n", "runtime.txt": "3.12\n"}, "python/version-file-invalid"),
        ({"pyproject.toml": '[project]\nname="a"\ndependencies=["flask"]\n'}, "python/no-lock"),
        ({"environment.yml": "dependencies:\n  - flask\n"}, "python/conda"),
        ({"requirements.txt": "torch==2.3\n"}, "python/slug-size"),
        ({"requirements.txt": "x @ git+ssh://git@example.com/a/x.git\n"}, "python/private-git"),
        ({"requirements.txt": "flask==2.0.1\n"}, "python/werkzeug-unpinned"),
        ({"main.py": "import requests\n"}, "python/undeclared"),
    ],
)
def test_doubts(tmp_path: Path, files: dict[str, str], doubt: str) -> None:
    assert doubt in doubts(facts_of(tmp_path, files))


@pytest.mark.parametrize(
    ("files", "shim"),
    [
        ({"api/requirements.txt": "flask\n"}, ("requirements.txt", "-r api/requirements.txt\n")),
        ({"api/requirements.txt": "flask\n", "requirements.txt": "-r api/requirements.txt\n"}, ("", "")),
        ({"api/requirements.txt": "flask\n", "requirements.txt": "ruff\n"}, None),
        ({"api/pyproject.toml": '[project]\nname="a"\n', "api/uv.lock": ""}, None),
        ({"api/requirements.txt": "-e .\n", "api/setup.py": "setup()\n"}, None),
    ],
)
def test_shims(tmp_path: Path, files: dict[str, str], shim: tuple[str, str] | None) -> None:
    facts = [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Shim) and fact.root == "api"]
    assert [(fact.path, fact.text) for fact in facts] == ([shim] if shim else [])


def test_requirements_elsewhere_get_a_line_at_the_top(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements/production.txt": "flask\n", "requirements/dev.txt": "ruff\n"})
    (file,) = [fact for fact in facts if isinstance(fact, File)]
    assert (file.path, file.text) == ("requirements.txt", "-r requirements/production.txt\n")
    assert not [fact for fact in facts if isinstance(fact, Todo)]


NASTY = {
    "requirements.txt": "-r requirements.txt\n-r ../../up.txt\n-e\n[x]\n==1\n@ \n-r \\\n",
    "pyproject.toml": "project = [1]\n[tool]\npoetry = {dependencies = 3, group = {dev = 1}}\n",
    "Pipfile": "packages = 1\nrequires = []\n[scripts]\na = 1\n",
    "Pipfile.lock": '{"default": null, "_meta": {"requires": 3}}',
    "setup.cfg": "[options]\ninstall_requires = %(x)s\n[options.extras_require]\na =\n",
    "setup.py": "setup(install_requires=open('x').read(), **kwargs)\nx = [",
    "environment.yml": "dependencies: {a: [1, null]}\n",
    "uv.lock": '[[package]]\nname = 3\nversion = "\n',
    "poetry.lock": "\x00\x01[[package]]\n",
    "runtime.txt": "\n\n",
    ".python-version": "",
    "alembic.ini": "script_location =\n",
    "celery.py": "from celery import Celery\napp = Celery(\n",
    "mise.toml": "tools = 3\n",
    "bot.py": "print 'python 2'\n",
}


@pytest.mark.parametrize("name", sorted(NASTY))
@pytest.mark.parametrize("beside", ["", "celery\nredis\nrq\nalembic\naerich\n"])
def test_no_manifest_makes_detection_fall(tmp_path: Path, name: str, beside: str) -> None:
    files = {name: NASTY[name]}
    if beside:
        files.setdefault("requirements.txt", beside)
    facts_of(tmp_path, files)


def test_all_nasty_manifests_at_once(tmp_path: Path) -> None:
    facts_of(tmp_path, NASTY)
