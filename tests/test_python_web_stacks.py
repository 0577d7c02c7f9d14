"""Which web command Django, Flask, FastAPI and other Python web apps get, by what their files say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scaffold.facts import AnyFact, Migration, Process, Strength, Uses
from scaffold.families.python import python_apps
from scaffold.families.python_web import other_web
from scaffold.repo import Repo
from scaffold.stacks import django, fastapi, flask

FLASK = "from flask import Flask\n"
FASTAPI = "from fastapi import FastAPI\n"
MANAGE = (
    "import os, sys\n\ndef main():\n"
    "    os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\n"
    "    from django.core.management import execute_from_command_line\n"
    "    execute_from_command_line(sys.argv)\n"
)
WSGI = (
    "import os\nfrom django.core.wsgi import get_wsgi_application\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\napplication = get_wsgi_application()\n"
)
SETTINGS = "INSTALLED_APPS = ['django.contrib.staticfiles']\nROOT_URLCONF = 'x.urls'\n"


def repo_of(top: Path, files: Mapping[str, str]) -> Repo:
    """Write the files below `top` and index them."""
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Repo(top, tuple(files))


def facts_of(repo: Repo) -> list[AnyFact]:
    """Return what the Python web detectors say of a repository."""
    found: list[AnyFact] = [*django.detect(repo), *flask.detect(repo), *fastapi.detect(repo)]
    for app in python_apps(repo):
        found += other_web(repo, app)
    return found


def webs(facts: list[AnyFact]) -> list[str]:
    """Return the web commands that are more than a hint, with their build root where it is no top."""
    return [
        fact.command if fact.root == "." else f"[{fact.root}] {fact.command}"
        for fact in facts
        if isinstance(fact, Process) and fact.name == "web" and fact.strength > Strength.HINT
    ]


CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a Flask object of any name": (
        {"requirements.txt": "flask\ngunicorn\n", "gallery.py": FLASK + "server = Flask(__name__)\n"},
        ["gunicorn gallery:server"],
    ),
    "a Flask object with a type": (
        {"requirements.txt": "Flask==3.0\ngunicorn\n", "app.py": FLASK + "application: Flask = Flask('x')\n"},
        ["gunicorn app:application"],
    ),
    "Flask imported under another name": (
        {"requirements.txt": "flask\ngunicorn\n", "app.py": "import flask as f\nweb = f.Flask(__name__)\n"},
        ["gunicorn app:web"],
    ),
    "a factory without arguments": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "shop/__init__.py": FLASK
            + "def create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
        },
        ["gunicorn 'shop:create_app()'"],
    ),
    "a factory that a wsgi.py calls": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "shop/__init__.py": FLASK + "def build(name):\n    return Flask(name)\n",
            "wsgi.py": "from shop import build\nsite = build('prod')\n",
        },
        ["gunicorn wsgi:site"],
    ),
    "a factory in a src layout": (
        {
            "pyproject.toml": "[project]\nname='shop'\ndependencies=['flask', 'gunicorn']\n",
            "src/shop/__init__.py": "",
            "src/shop/web.py": FLASK
            + "from shop.models import X\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
            "src/shop/models.py": "X = 1\n",
        },
        ["gunicorn --chdir src 'shop.web:create_app()'"],
    ),
    "a package that makes the app and a run.py that runs it": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "site/__init__.py": FLASK + "app = Flask(__name__)\nfrom site import views\n",
            "site/views.py": "from site import app\n@app.route('/')\ndef home(): return ''\n",
            "run.py": "from site import app\nif __name__ == '__main__':\n    app.run()\n",
        },
        ["gunicorn run:app"],
    ),
    "a run.py without a guard is not imported": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "board/__init__.py": FLASK + "app = Flask(__name__)\n",
            "run.py": "from board import app\napp.run(port=5000)\n",
        },
        ["gunicorn board:app"],
    ),
    "a single file that runs the app without a guard": (
        {"requirements.txt": "flask\ngunicorn\n", "app.py": FLASK + "app = Flask(__name__)\napp.run()\n"},
        ["FLASK_RUN_FROM_CLI=true gunicorn app:app"],
    ),
    "an app in a subfolder with sibling imports": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "server/app.py": FLASK + "from models import db\napp = Flask(__name__)\n",
            "server/models.py": "db = None\n",
        },
        ["gunicorn --chdir server app:app"],
    ),
    "a folder whose name is no Python name": (
        {"requirements.txt": "flask\ngunicorn\n", "my-app/main.py": FLASK + "app = Flask(__name__)\n"},
        ["gunicorn --chdir my-app main:app"],
    ),
    "an app with its own requirements in a subfolder": (
        {"api/requirements.txt": "flask\ngunicorn\n", "api/app.py": FLASK + "app = Flask(__name__)\n"},
        ["[api] gunicorn app:app"],
    ),
    "FLASK_APP decides between two objects": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "one.py": FLASK + "app = Flask(__name__)\n",
            "two.py": FLASK + "app = Flask(__name__)\n",
            ".flaskenv": "FLASK_APP=two.py\n",
        },
        ["gunicorn two:app"],
    ),
    "two equal objects are both said": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "one.py": FLASK + "app = Flask(__name__)\n",
            "two.py": FLASK + "app = Flask(__name__)\n",
        },
        ["gunicorn one:app", "gunicorn two:app"],
    ),
    "app.py beside main.py, where flask itself looks": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "main.py": FLASK + "app = Flask(__name__)\n",
            "app.py": FLASK + "app = Flask(__name__)\n",
        },
        ["gunicorn app:app"],
    ),
    "an old copy beside the app": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "site_old.py": FLASK + "app = Flask(__name__)\n",
            "website.py": FLASK + "app = Flask(__name__)\n",
        },
        ["gunicorn website:app"],
    ),
    "the object with the routes": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "alpha.py": FLASK + "app = Flask(__name__)\n",
            "beta.py": FLASK + "app = Flask(__name__)\n@app.route('/')\ndef home(): return ''\n",
        },
        ["gunicorn beta:app"],
    ),
    "a FastAPI app that mounts another": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "main.py": FASTAPI + "api = FastAPI()\nsite = FastAPI()\nsite.mount('/api', api)\n",
        },
        ["uvicorn main:site --host 0.0.0.0 --port $PORT"],
    ),
    "a thread that keeps a bot awake": (
        {
            "requirements.txt": "flask\ndiscord.py\n",
            "main.py": "import discord\nfrom keep_alive import keep_alive\nkeep_alive()\n"
            "discord.Client().run('x')\n",
            "keep_alive.py": FLASK + "from threading import Thread\napp = Flask('')\n"
            "def run():\n    app.run(host='0.0.0.0')\n"
            "def keep_alive():\n    Thread(target=run).start()\n",
        },
        [],
    ),
    "a file with a dash in its name": (
        {"requirements.txt": "flask\ngunicorn\n", "my-app.py": FLASK + "app = Flask(__name__)\n"},
        ["gunicorn my-app:app"],
    ),
    "a subclass of Flask": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "app.py": FLASK + "class Site(Flask):\n    pass\nsite = Site(__name__)\n",
        },
        ["gunicorn app:site"],
    ),
    "Flask-SocketIO with eventlet": (
        {
            "requirements.txt": "flask\nflask-socketio\neventlet\ngunicorn\n",
            "app.py": FLASK + "app = Flask(__name__)\n",
        },
        ["gunicorn -k eventlet -w 1 app:app"],
    ),
    "waitress where gunicorn is not declared": (
        {"requirements.txt": "flask\nwaitress\n", "app.py": FLASK + "app = Flask(__name__)\n"},
        ["waitress-serve --port=$PORT app:app"],
    ),
    "Flask only in a comment": (
        {"requirements.txt": "# flask\nrequests\n", "app.py": "# from flask import Flask\nprint('x')\n"},
        [],
    ),
    "a test that makes its own app": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "app.py": FLASK + "app = Flask(__name__)\n",
            "tests/test_app.py": FLASK + "app = Flask('t')\n",
        },
        ["gunicorn app:app"],
    ),
    "a gunicorn.conf.py that pins a port is overruled": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "app.py": FLASK + "app = Flask(__name__)\n",
            "gunicorn.conf.py": "bind = '127.0.0.1:8000'\n",
        },
        ["gunicorn --bind 0.0.0.0:$PORT app:app"],
    ),
    "app.py beside a package of the same name": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "app.py": "from app import create_app\napp = create_app()\n",
            "app/__init__.py": FLASK + "def create_app():\n    return Flask(__name__)\n",
        },
        ["gunicorn 'app:create_app()'"],
    ),
    "a FastAPI object in a package": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "app/__init__.py": "",
            "app/main.py": FASTAPI + "from app.db import x\napi = FastAPI()\n",
            "app/db.py": "x = 1\n",
        },
        ["uvicorn app.main:api --host 0.0.0.0 --port $PORT"],
    ),
    "a FastAPI object with sibling imports": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "app/main.py": FASTAPI + "from db import x\napp = FastAPI()\n",
            "app/db.py": "x = 1\n",
        },
        ["cd app && uvicorn main:app --host 0.0.0.0 --port $PORT"],
    ),
    "a FastAPI factory": (
        {
            "requirements.txt": "fastapi[standard]\n",
            "main.py": FASTAPI + "def create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n",
        },
        ["uvicorn --factory main:create_app --host 0.0.0.0 --port $PORT"],
    ),
    "a FastAPI app that opens a file beside it": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "service/main.py": FASTAPI + "app = FastAPI()\nmodel = open('model.bin')\n",
            "service/model.bin": "x",
        },
        ["cd service && uvicorn main:app --host 0.0.0.0 --port $PORT"],
    ),
    "a runner that names the FastAPI app": (
        {
            "requirements.txt": "fastapi\nuvicorn\ngunicorn\n",
            "core/old.py": FASTAPI + "app = FastAPI()\n",
            "core/new.py": FASTAPI + "app = FastAPI()\n",
            "run.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('core.new:app')\n",
        },
        ["gunicorn -k uvicorn.workers.UvicornWorker core.new:app"],
    ),
    "a socket server around FastAPI": (
        {
            "requirements.txt": "fastapi\nuvicorn\npython-socketio\n",
            "main.py": FASTAPI + "import socketio\napp = FastAPI()\nsio = socketio.AsyncServer()\n"
            "socket_app = socketio.ASGIApp(sio, app)\n",
        },
        ["uvicorn main:socket_app --host 0.0.0.0 --port $PORT"],
    ),
    "a Django project at the top": (
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings"),
            "shop/__init__.py": "",
            "shop/settings.py": SETTINGS + "WSGI_APPLICATION = 'shop.wsgi.application'\n",
            "shop/wsgi.py": WSGI.format("shop.settings"),
        },
        ["gunicorn shop.wsgi"],
    ),
    "Django in a folder of its own below its requirements": (
        {
            "requirements.txt": "Django\ngunicorn\n",
            "project/manage.py": MANAGE.format("conf.settings"),
            "project/conf/settings.py": SETTINGS,
            "project/conf/wsgi.py": WSGI.format("conf.settings"),
        },
        ["gunicorn --chdir project conf.wsgi"],
    ),
    "Django with its packages in src": (
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings"),
            "src/shop/settings.py": SETTINGS,
            "src/shop/wsgi.py": WSGI.format("shop.settings"),
        },
        ["gunicorn --pythonpath src shop.wsgi"],
    ),
    "Channels with daphne": (
        {
            "requirements.txt": "Django\nchannels\ndaphne\n",
            "manage.py": MANAGE.format("chat.settings"),
            "chat/settings.py": SETTINGS + "ASGI_APPLICATION = 'chat.asgi.application'\n",
            "chat/wsgi.py": WSGI.format("chat.settings"),
            "chat/asgi.py": "from channels.routing import ProtocolTypeRouter\n"
            "application = ProtocolTypeRouter({})\n",
        },
        ["daphne -b 0.0.0.0 -p $PORT chat.asgi:application"],
    ),
    "a library's test project is only a hint": (
        {
            "setup.py": "from setuptools import setup\nsetup(name='lib', install_requires=['django'])\n",
            "tests/manage.py": MANAGE.format("tests.settings"),
            "tests/settings.py": SETTINGS,
        },
        [],
    ),
    "Django without a wsgi.py": (
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings"),
            "shop/settings.py": SETTINGS,
        },
        ["gunicorn 'django.core.wsgi:get_wsgi_application()'"],
    ),
    "Streamlit": (
        {"requirements.txt": "streamlit\n", "my app.py": "import streamlit as st\nst.write('x')\n"},
        ["streamlit run 'my app.py' --server.port $PORT --server.address 0.0.0.0 --server.headless true"],
    ),
    "Dash with its server": (
        {
            "requirements.txt": "dash\ngunicorn\n",
            "index.py": "import dash\napp = dash.Dash(__name__)\nserver = app.server\n",
        },
        ["gunicorn index:server"],
    ),
    "Quart": (
        {
            "requirements.txt": "quart\nhypercorn\n",
            "app.py": "from quart import Quart\napp = Quart(__name__)\n",
        },
        ["hypercorn --bind 0.0.0.0:$PORT app:app"],
    ),
    "Sanic": (
        {"requirements.txt": "sanic\n", "server.py": "from sanic import Sanic\napp = Sanic('x')\n"},
        ["sanic server:app --host 0.0.0.0 --port $PORT"],
    ),
    "Gradio": (
        {
            "requirements.txt": "gradio\n",
            "app.py": "import gradio as gr\ndemo = gr.Interface(str, 'text', 'text')\ndemo.launch()\n",
        },
        ["GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=$PORT python app.py"],
    ),
    "a plain server that reads PORT": (
        {
            "requirements.txt": "",
            "server.py": "import os\nfrom http.server import HTTPServer\n"
            "HTTPServer(('', int(os.environ.get('PORT', 8000))), None).serve_forever()\n",
        },
        ["python server.py"],
    ),
    "Starlette": (
        {
            "requirements.txt": "starlette\nuvicorn\n",
            "app.py": "from starlette.applications import Starlette\napp = Starlette()\n",
        },
        ["uvicorn app:app --host 0.0.0.0 --port $PORT"],
    ),
    "an object of a folder with shell characters": (
        {"requirements.txt": "flask\ngunicorn\n", "a; touch x/app.py": FLASK + "app = Flask(__name__)\n"},
        ["gunicorn --chdir 'a; touch x' app:app"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES.keys())
def test_web_command(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert webs(facts_of(repo_of(tmp_path, files))) == expected


def test_every_fact_has_evidence(tmp_path: Path) -> None:
    for number, (files, _) in enumerate(CASES.values()):
        for fact in facts_of(repo_of(tmp_path / str(number), files)):
            assert fact.evidence, fact


def test_production_settings_are_named(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings.local"),
            "shop/settings/__init__.py": "",
            "shop/settings/base.py": SETTINGS,
            "shop/settings/local.py": "from .base import *\n",
            "shop/settings/production.py": "from .base import *\nDEBUG = False\n",
            "shop/wsgi.py": WSGI.format("shop.settings.local"),
            "blog/migrations/__init__.py": "",
        },
    )
    facts = facts_of(repo)
    values = {getattr(fact, "name", ""): getattr(fact, "value", "") for fact in facts}
    assert values["DJANGO_SETTINGS_MODULE"] == "shop.settings.production"
    assert [fact.command for fact in facts if isinstance(fact, Migration)] == [
        "python manage.py migrate --noinput"
    ]


def test_secret_key_is_never_shown(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings"),
            "shop/settings.py": SETTINGS + "SECRET_KEY = 'very-private-text'\n",
        },
    )
    facts = facts_of(repo)
    assert any(getattr(fact, "id", "") == "django/secret-key-in-code" for fact in facts)
    assert "very-private-text" not in repr(facts)


def test_an_app_under_a_main_guard_is_no_candidate(tmp_path: Path) -> None:
    text = FLASK + "if __name__ == '__main__':\n    app = Flask(__name__)\n    app.run()\n"
    facts = facts_of(repo_of(tmp_path, {"requirements.txt": "flask\ngunicorn\n", "app.py": text}))
    assert webs(facts) == []
    assert any(getattr(fact, "id", "") == "flask/app-under-main-guard" for fact in facts)
    assert all(fact.strength == Strength.HINT for fact in facts if isinstance(fact, Uses))
