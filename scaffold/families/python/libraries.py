"""What is known of Python packages: what they bring, the service they talk to, the import they give.

Canonical names throughout. A name missing here is no error, only one thing less that is known.
"""

from __future__ import annotations

IMPLIED = {
    "fastapi[standard]": ("uvicorn",),
    "fastapi[all]": ("uvicorn",),
    "fastapi-cli": ("uvicorn",),
    "fastapi-cli[standard]": ("uvicorn",),
    "litestar[standard]": ("uvicorn",),
    "quart": ("hypercorn",),
    "nicegui": ("uvicorn", "fastapi"),
    "channels[daphne]": ("daphne",),
    "django-heroku": ("dj-database-url", "whitenoise", "psycopg2"),
    "django-on-heroku": ("dj-database-url", "whitenoise", "psycopg2-binary"),
    "celery[redis]": ("redis",),
    "celery[sqs]": ("boto3",),
    "kombu[redis]": ("redis",),
    "django-environ[all]": (),
    "django-rq": ("rq", "redis"),
    "rq": ("redis",),
    "huey[redis]": ("redis",),
    "dramatiq[redis]": ("redis",),
    "dramatiq[rabbitmq]": ("pika",),
    "channels-redis": ("redis",),
    "django-redis": ("redis",),
    "flask-sqlalchemy": ("sqlalchemy", "flask"),
    "flask-migrate": ("alembic", "flask-sqlalchemy"),
    "sqlmodel": ("sqlalchemy",),
    "uvicorn-worker": ("uvicorn",),
    "apache-airflow": ("gunicorn", "flask"),
    "connexion[flask]": ("flask",),
    "connexion[uvicorn]": ("uvicorn",),
    "databases[asyncpg]": ("databases", "asyncpg"),
    "databases[postgresql]": ("databases", "asyncpg"),
    "databases[aiopg]": ("databases", "aiopg"),
    "databases[aiomysql]": ("databases", "aiomysql"),
    "databases[mysql]": ("databases", "aiomysql"),
    "ormar[postgresql]": ("databases", "asyncpg"),
    "tortoise-orm[asyncpg]": ("asyncpg",),
    "sqlalchemy[postgresql]": ("psycopg2",),
    "sqlalchemy[postgresql-asyncpg]": ("asyncpg",),
    "sqlalchemy[postgresql-psycopg]": ("psycopg",),
}
"""What a package, or one of its extras, installs besides itself (where no lock file says it)."""

POSTGRES_DRIVERS = ("psycopg2", "psycopg2-binary", "psycopg", "psycopg-binary", "asyncpg", "pg8000", "aiopg")
MYSQL_DRIVERS = ("mysqlclient", "pymysql", "mysql-connector-python", "mysql-connector", "aiomysql", "asyncmy")
"""Database drivers, by the service they talk to."""

MONGO_DRIVERS = ("pymongo", "motor", "mongoengine", "djongo", "beanie", "flask-pymongo", "odmantic")

BOTS = {
    "discord-py": "discord",
    "discord": "discord",
    "py-cord": "discord",
    "nextcord": "nextcord",
    "disnake": "disnake",
    "hikari": "hikari",
    "interactions-py": "interactions",
    "discord-py-interactions": "interactions",
    "python-telegram-bot": "telegram",
    "pytelegrambotapi": "telebot",
    "aiogram": "aiogram",
    "telethon": "telethon",
    "pyrogram": "pyrogram",
    "kurigram": "pyrogram",
    "pyrofork": "pyrogram",
    "tweepy": "tweepy",
    "praw": "praw",
    "asyncpraw": "asyncpraw",
    "twitchio": "twitchio",
    "slack-bolt": "slack_bolt",
    "slackclient": "slack",
    "slack-sdk": "slack_sdk",
    "vk-api": "vk_api",
    "mastodon-py": "mastodon",
    "matrix-nio": "nio",
    "vkbottle": "vkbottle",
    "irc": "irc",
    "sopel": "sopel",
    "schedule": "schedule",
    "apscheduler": "apscheduler",
    "pika": "pika",
    "aio-pika": "aio_pika",
    "kafka-python": "kafka",
    "confluent-kafka": "confluent_kafka",
    "aiokafka": "aiokafka",
    "paho-mqtt": "paho",
    "nats-py": "nats",
}
"""Packages of programs that run on without serving HTTP, and the module each is imported as."""

DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "discord": "discord.py",
    "dotenv": "python-dotenv",
    "jwt": "PyJWT",
    "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers",
    "environ": "django-environ",
    "decouple": "python-decouple",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "sklearn": "scikit-learn",
    "telebot": "pyTelegramBotAPI",
    "telegram": "python-telegram-bot",
    "yaml": "PyYAML",
    "dateutil": "python-dateutil",
    "serial": "pyserial",
    "flask_cors": "Flask-Cors",
    "flask_sqlalchemy": "Flask-SQLAlchemy",
    "flask_login": "Flask-Login",
    "flask_migrate": "Flask-Migrate",
    "flask_wtf": "Flask-WTF",
    "crispy_forms": "django-crispy-forms",
    "storages": "django-storages",
    "allauth": "django-allauth",
    "debug_toolbar": "django-debug-toolbar",
    "slack_bolt": "slack-bolt",
    "vk_api": "vk-api",
    "googleapiclient": "google-api-python-client",
    "socketio": "python-socketio",
    "magic": "python-magic",
}
"""Imported module -> the package to install, where the names differ."""

WEB_FRAMEWORKS = (
    "django flask fastapi starlette quart bottle falcon tornado aiohttp sanic pyramid cherrypy web-py "
    "streamlit dash gradio chainlit panel "
    "litestar robyn flask-restful flask-restx connexion masonite nicegui "
    "reflex uvicorn gunicorn daphne hypercorn waitress granian"
).split()
"""Packages whose app answers HTTP: a script beside them is what they start, not a worker."""

APT_PACKAGES = {
    "pytesseract": ("tesseract-ocr", "tesseract-ocr-eng"),
    "tesserocr": ("tesseract-ocr", "libtesseract-dev", "libleptonica-dev"),
    "ocrmypdf": ("tesseract-ocr", "ghostscript"),
    "opencv-python": ("libgl1",),
    "opencv-contrib-python": ("libgl1",),
    "pyzbar": ("libzbar0",),
    "pyodbc": ("unixodbc", "unixodbc-dev"),
    "python-ldap": ("libldap2-dev", "libsasl2-dev"),
    "django-auth-ldap": ("libldap2-dev", "libsasl2-dev"),
    "graphviz": ("graphviz",),
    "pygraphviz": ("graphviz", "libgraphviz-dev"),
    "pdfkit": ("wkhtmltopdf",),
    "imgkit": ("wkhtmltopdf",),
    "django-wkhtmltopdf": ("wkhtmltopdf",),
    "pyaudio": ("portaudio19-dev",),
    "xmlsec": ("libxmlsec1-dev", "pkg-config"),
    "python3-saml": ("libxmlsec1-dev", "pkg-config"),
    "pysaml2": ("xmlsec1",),
}
"""Programs and libraries of the system that a package cannot do without and Heroku's image lacks."""

LARGE = {
    "tensorflow": "tensorflow-cpu",
    "tensorflow-gpu": "tensorflow-cpu",
    "torch": "the CPU build of torch (--extra-index-url of its CPU wheels)",
    "torchvision": "the CPU build of torchvision",
}
"""Packages whose usual wheels alone come near Heroku's limit for a slug, and what to use instead."""
