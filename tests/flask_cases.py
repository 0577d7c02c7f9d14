"""Small Flask apps, by what they show: their files, and the web commands they should get."""

from __future__ import annotations

FLASK = "from flask import Flask\n"

FLASK_CASES: dict[str, tuple[dict[str, str], list[str]]] = {
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
            "board/__init__.py": FLASK + "app = Flask(__name__)\nfrom board import views\n",
            "board/views.py": "from board import app\n@app.route('/')\ndef home(): return ''\n",
            "run.py": "from board import app\nif __name__ == '__main__':\n    app.run()\n",
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
}
