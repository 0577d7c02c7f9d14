"""Small Python web apps other than Flask, by what they show: their files, and their web commands."""

from __future__ import annotations

from tests.flask_cases import FLASK

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

PYTHON_CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a FastAPI app that mounts another": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "main.py": FASTAPI + "api = FastAPI()\nsite = FastAPI()\nsite.mount('/api', api)\n",
        },
        ["uvicorn main:site --host 0.0.0.0 --port $PORT"],
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
    "an ASGI application that is a function": (
        {
            "requirements.txt": "Django\nuvicorn\ngunicorn\nchannels\n",
            "manage.py": MANAGE.format("chat.settings"),
            "chat/settings.py": SETTINGS,
            "chat/wsgi.py": WSGI.format("chat.settings"),
            "chat/asgi.py": "from channels.routing import ProtocolTypeRouter\n\n\n"
            "async def application(scope, receive, send):\n    await inner(scope, receive, send)\n",
        },
        ["gunicorn -k uvicorn.workers.UvicornWorker chat.asgi:application"],
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
