"""Services by language: what a driver in use creates, what a driver alone only says, what says nothing."""

# ruff: noqa: E501  (one app to a row)

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.pipeline import Analysis, Request, analyse_repo
from scaffold.repo import Repo

Files = dict[str, str]


class Texts(Repo):
    """A repository whose files are given as texts."""

    def __init__(self, files: Files) -> None:
        super().__init__(Path("/nowhere"), files)
        self.files_given = files

    def _read(self, path: str) -> str:
        return self.files_given[path]


def analysed(files: Files) -> Analysis:
    return analyse_repo(Texts(files), Request(top=Path("/nowhere")))


def created(analysis: Analysis) -> list[str]:
    assert analysis.plan is not None
    return [
        a.plan.partition(":")[0] + (f" as {a.attach_as}" if a.attach_as else "") for a in analysis.plan.addons
    ]


def said(analysis: Analysis) -> list[str]:
    assert analysis.plan is not None
    return [lost.value.partition(" (")[0] for lost in analysis.plan.considered if lost.what == "add-on"]


def flask(requirements: str, code: str) -> Files:
    app = f"import os\nfrom flask import Flask\napp = Flask(__name__)\n{code}\n"
    return {"requirements.txt": f"flask\ngunicorn\n{requirements}\n", "app.py": app}


def node(packages: str, code: str, dev: str = "") -> Files:
    listed = ", ".join(f'"{name}": "1"' for name in ("express", *packages.split()))
    later = ", ".join(f'"{name}": "1"' for name in dev.split())
    package = f'{{"name": "x", "scripts": {{"start": "node app.js"}}, "dependencies": {{{listed}}}, "devDependencies": {{{later}}}}}'
    app = f"const express = require('express')\n{code}\nexpress().listen(process.env.PORT)\n"
    return {"package.json": package, "package-lock.json": "{}", "app.js": app}


def sinatra(gems: str, code: str) -> Files:
    listed = "".join(f"gem '{name}'\n" for name in gems.split())
    app = f"require 'sinatra'\n{code}\nget('/') {{ 'x' }}\n"
    return {
        "Gemfile": f"source 'https://gems.example.com'\ngem 'sinatra'\ngem 'puma'\n{listed}",
        "app.rb": app,
        "config.ru": "require './app'\nrun Sinatra::Application\n",
    }


def go(module: str, code: str) -> Files:
    main = f'package main\n\nimport (\n\t"net/http"\n\t"os"\n\t"{module}"\n)\n\nfunc main() {{\n\t{code}\n\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)\n}}\n'
    return {"go.mod": f"module example.com/x\n\ngo 1.22\n\nrequire {module} v1.0.0\n", "main.go": main}


def php(packages: str, code: str) -> Files:
    listed = ", ".join(f'"{name}": "*"' for name in packages.split())
    return {
        "composer.json": f'{{"require": {{{listed}}}}}',
        "composer.lock": "{}",
        "index.php": f"<?php\n{code}\n",
    }


def dart(packages: str, code: str, later: str = "") -> Files:
    asked = "".join(f"  {name}: any\n" for name in ("shelf", *packages.split()))
    dev = "dev_dependencies:\n" + "".join(f"  {name}: any\n" for name in later.split()) if later else ""
    server = f"import 'dart:io';\nimport 'package:shelf/shelf_io.dart';\n\nFuture<void> main() async {{\n  final env = Platform.environment;\n  {code}\n  await serve(answer, InternetAddress.anyIPv4, int.parse(env['PORT'] ?? '8080'));\n}}\n"
    spec = f"name: shop\nenvironment:\n  sdk: ^3.4.0\ndependencies:\n{asked}{dev}"
    return {"pubspec.yaml": spec, "bin/server.dart": server}


_CACHES = "if os.environ.get('REDIS_URL'):\n    CACHE = {'url': os.environ['REDIS_URL']}\nelse:\n    CACHE = {'memory': True}"

CREATED: list[tuple[str, Files, list[str]]] = [
    (
        "python driver as an extra",
        flask("databases[asyncpg]", "url = os.environ['DATABASE_URL']"),
        ["heroku-postgresql"],
    ),
    (
        "python settings in classes",
        flask("psycopg", "class Shop(Configuration):\n    DATABASES = values.DatabaseURLValue()"),
        ["heroku-postgresql"],
    ),
    ("python cache and queue", flask("redis\nrq", _CACHES), ["heroku-redis"]),
    (
        "python cache, and locks",
        flask("redis", f"{_CACHES}\nlocks = os.environ['REDIS_URL']"),
        ["heroku-redis"],
    ),
    ("python postgres", flask("psycopg2", "url = os.environ['DATABASE_URL']"), ["heroku-postgresql"]),
    (
        "python postgres 3",
        flask("psycopg[binary]", "url = os.environ['DATABASE_URL']"),
        ["heroku-postgresql"],
    ),
    ("python mysql", flask("pymysql", "url = os.environ['JAWSDB_URL']"), ["jawsdb"]),
    (
        "python cleardb",
        flask("pymysql", "url = os.environ['CLEARDB_DATABASE_URL']"),
        ["jawsdb as CLEARDB_DATABASE"],
    ),
    (
        "python redis",
        flask("redis", "import redis\nr = redis.from_url(os.environ['REDIS_URL'])"),
        ["heroku-redis"],
    ),
    (
        "python rediscloud",
        flask("redis", "import redis\nr = redis.from_url(os.environ['REDISCLOUD_URL'])"),
        ["heroku-redis as REDISCLOUD"],
    ),
    (
        "python sessions",
        flask(
            "redis flask-session".replace(" ", "\n"),
            "import redis\napp.config['SESSION_REDIS'] = redis.from_url(os.environ['SESSION_REDIS_URL'])",
        ),
        ["heroku-redis as SESSION_REDIS"],
    ),
    (
        "python amqp",
        flask("pika", "import pika\np = pika.URLParameters(os.environ['CLOUDAMQP_URL'])"),
        ["cloudamqp"],
    ),
    ("python memcached", flask("pylibmc", "servers = os.environ['MEMCACHIER_SERVERS']"), ["memcachier"]),
    ("python search", flask("elasticsearch", "url = os.environ['BONSAI_URL']"), ["bonsai"]),
    (
        "python search, own name",
        flask(
            "elasticsearch",
            "from elasticsearch import Elasticsearch\nes = Elasticsearch(os.environ['ELASTICSEARCH_URL'])",
        ),
        ["bonsai as ELASTICSEARCH"],
    ),
    (
        "python kafka",
        flask("kafka-python", "url = os.environ['KAFKA_URL']\ncert = os.environ['KAFKA_TRUSTED_CERT']"),
        ["heroku-kafka"],
    ),
    ("python mail", flask("", "user = os.environ['MAILGUN_SMTP_LOGIN']"), ["mailgun"]),
    (
        "node, TypeORM with Nest's settings",
        node(
            "pg typeorm @nestjs/typeorm @nestjs/config",
            "import { ConfigService } from '@nestjs/config'\nimport { TypeOrmModule } from '@nestjs/typeorm'\nTypeOrmModule.forRootAsync({ useFactory: (c: ConfigService) => ({ type: 'postgres', url: c.getOrThrow<string>('DATABASE_URL') }) })",
        ),
        ["heroku-postgresql"],
    ),
    (
        "node, TypeORM of one of two drivers",
        node(
            "pg mysql2 typeorm @nestjs/typeorm @nestjs/config",
            "import { ConfigService } from '@nestjs/config'\nimport { TypeOrmModule } from '@nestjs/typeorm'\nTypeOrmModule.forRootAsync({ useFactory: (c: ConfigService) => ({ type: 'mysql', url: c.getOrThrow<string>('DATABASE_URL') }) })",
        ),
        ["jawsdb as DATABASE"],
    ),
    (
        "node, Knex with Nest's settings",
        node(
            "pg knex @nestjs/config",
            "import { ConfigService } from '@nestjs/config'\nexport const options = (c: ConfigService) => ({ client: 'pg', connection: c.get('DATABASE_URL') })",
        ),
        ["heroku-postgresql"],
    ),
    (
        "node, queue of Nest",
        node(
            "bull @nestjs/bull",
            "import { BullModule } from '@nestjs/bull'\nBullModule.forRoot({ url: process.env.REDIS_URL })",
        ),
        ["heroku-redis"],
    ),
    (
        "node, newer queue of Nest",
        node(
            "@nestjs/bullmq bullmq @nestjs/config",
            "import { BullModule } from '@nestjs/bullmq'\nimport { ConfigService } from '@nestjs/config'\nBullModule.forRootAsync({ useFactory: (c: ConfigService) => ({ connection: { url: c.getOrThrow('REDIS_URL') } }) })",
        ),
        ["heroku-redis"],
    ),
    (
        "node postgres",
        node(
            "pg", "const { Pool } = require('pg')\nnew Pool({ connectionString: process.env.DATABASE_URL })"
        ),
        ["heroku-postgresql"],
    ),
    (
        "node postgres, own name",
        node(
            "pg", "const { Pool } = require('pg')\nnew Pool({ connectionString: process.env.POSTGRES_URL })"
        ),
        ["heroku-postgresql as POSTGRES"],
    ),
    (
        "node postgres, the app's name",
        node(
            "pg sequelize mysql2",
            "const { Sequelize } = require('sequelize')\nnew Sequelize(process.env.NOTES_DB_URL)",
        ),
        ["heroku-postgresql as NOTES_DB"],
    ),
    (
        "node mysql",
        node("mysql2", "const mysql = require('mysql2')\nmysql.createPool(process.env.JAWSDB_URL)"),
        ["jawsdb"],
    ),
    (
        "node redis",
        node("ioredis", "const Redis = require('ioredis')\nnew Redis(process.env.REDIS_URL)"),
        ["heroku-redis"],
    ),
    (
        "node sessions",
        node(
            "redis connect-redis",
            "const { createClient } = require('redis')\ncreateClient({ url: process.env.REDISTOGO_URL })",
        ),
        ["heroku-redis as REDISTOGO"],
    ),
    ("node amqp", node("amqplib", "require('amqplib').connect(process.env.CLOUDAMQP_URL)"), ["cloudamqp"]),
    (
        "node memcached",
        node("memjs", "require('memjs').Client.create(process.env.MEMCACHIER_SERVERS)"),
        ["memcachier"],
    ),
    (
        "node search",
        node(
            "@elastic/elasticsearch",
            "const { Client } = require('@elastic/elasticsearch')\nnew Client({ node: process.env.BONSAI_URL })",
        ),
        ["bonsai"],
    ),
    (
        "node kafka",
        node(
            "kafkajs",
            "const { Kafka } = require('kafkajs')\nnew Kafka({ brokers: process.env.KAFKA_URL.split(','), ssl: { ca: process.env.KAFKA_TRUSTED_CERT.trim() } })",
        ),
        ["heroku-kafka"],
    ),
    (
        "ruby postgres",
        sinatra("pg sequel", "DB = Sequel.connect(ENV.fetch('DATABASE_URL'))"),
        ["heroku-postgresql"],
    ),
    ("ruby mysql", sinatra("mysql2 sequel", "DB = Sequel.connect(ENV.fetch('JAWSDB_URL'))"), ["jawsdb"]),
    ("ruby redis", sinatra("redis", "R = Redis.new(url: ENV.fetch('REDIS_URL'))"), ["heroku-redis"]),
    (
        "ruby redistogo",
        sinatra("redis", "R = Redis.new(url: ENV.fetch('REDISTOGO_URL'))"),
        ["heroku-redis as REDISTOGO"],
    ),
    ("ruby amqp", sinatra("bunny", "B = Bunny.new(ENV.fetch('CLOUDAMQP_URL'))"), ["cloudamqp"]),
    (
        "ruby memcached",
        sinatra("dalli", "D = Dalli::Client.new(ENV.fetch('MEMCACHIER_SERVERS'))"),
        ["memcachier"],
    ),
    (
        "ruby search",
        sinatra("elasticsearch", "E = Elasticsearch::Client.new(url: ENV.fetch('BONSAI_URL'))"),
        ["bonsai"],
    ),
    (
        "ruby kafka",
        sinatra("rdkafka", "U = ENV.fetch('KAFKA_URL')\nC = ENV.fetch('KAFKA_TRUSTED_CERT')"),
        ["heroku-kafka"],
    ),
    ("go postgres", go("github.com/lib/pq", 'pq.Open(os.Getenv("DATABASE_URL"))'), ["heroku-postgresql"]),
    (
        "go redis",
        go("github.com/redis/go-redis/v9", 'redis.ParseURL(os.Getenv("REDIS_URL"))'),
        ["heroku-redis"],
    ),
    (
        "go amqp",
        go("github.com/rabbitmq/amqp091-go", 'amqp091.Dial(os.Getenv("CLOUDAMQP_URL"))'),
        ["cloudamqp"],
    ),
    ("go mysql", go("github.com/go-sql-driver/mysql", 'mysql.ParseDSN(os.Getenv("JAWSDB_URL"))'), ["jawsdb"]),
    (
        "php postgres",
        php(
            "ext-pdo_pgsql",
            "$url = parse_url(getenv('DATABASE_URL'));\n$db = new PDO('pgsql:host=' . $url['host']);",
        ),
        ["heroku-postgresql"],
    ),
    (
        "php mysql",
        php(
            "ext-mysqli", "$url = parse_url(getenv('CLEARDB_DATABASE_URL'));\n$db = new mysqli($url['host']);"
        ),
        ["jawsdb as CLEARDB_DATABASE"],
    ),
    (
        "dart postgres",
        dart("postgres", "final at = Uri.parse(env['DATABASE_URL']!);"),
        ["heroku-postgresql"],
    ),
    (
        "dart redis, the add-on's older name",
        dart("redis", "final at = Uri.parse(Platform.environment['REDISCLOUD_URL']!);"),
        ["heroku-redis as REDISCLOUD"],
    ),
    (
        "dart_frog",
        {
            "pubspec.yaml": "name: shop\nenvironment:\n  sdk: ^3.4.0\ndependencies:\n  dart_frog: ^1.0.0\n  postgres: ^3.0.0\n",
            "routes/index.dart": "import 'dart:io';\nResponse onRequest(RequestContext context) => Response(body: Platform.environment['DATABASE_URL']);\n",
        },
        ["heroku-postgresql"],
    ),
    ("php redis", php("predis/predis", "$r = new Predis\\Client(getenv('REDIS_URL'));"), ["heroku-redis"]),
]


@pytest.mark.parametrize(("files", "expected"), [row[1:] for row in CREATED], ids=[row[0] for row in CREATED])
def test_a_driver_in_use_creates(files: Files, expected: list[str]) -> None:
    assert created(analysed(files)) == expected


SAID: list[tuple[str, Files, list[str]]] = [
    ("python cache that copes without", flask("redis", _CACHES), ["Heroku Key-Value Store"]),
    ("python driver alone", flask("psycopg2", ""), ["Heroku Postgres"]),
    (
        "python mongodb",
        flask("pymongo", "from pymongo import MongoClient\nc = MongoClient(os.environ['MONGODB_URI'])"),
        ["MongoDB"],
    ),
    (
        "python sentry",
        flask("sentry-sdk", "import sentry_sdk\nsentry_sdk.init(os.environ.get('SENTRY_DSN'))"),
        ["Sentry"],
    ),
    ("python sentry without a variable", flask("sentry-sdk", "import sentry_sdk"), ["Sentry"]),
    (
        "python bucket of one's own",
        flask("boto3", "bucket = os.environ['AWS_STORAGE_BUCKET_NAME']"),
        ["Bucketeer"],
    ),
    ("python mail key", flask("sendgrid", "key = os.environ['SENDGRID_API_KEY']"), ["SendGrid"]),
    ("node driver alone", node("pg", ""), ["Heroku Postgres"]),
    (
        "node optional redis",
        node(
            "ioredis",
            "const Redis = require('ioredis')\nconst cache = process.env.REDIS_URL ? new Redis(process.env.REDIS_URL) : null",
        ),
        ["Heroku Key-Value Store"],
    ),
    ("node mongodb", node("mongoose", "require('mongoose').connect(process.env.MONGODB_URI)"), ["MongoDB"]),
    (
        "node sentry",
        node("@sentry/node", "require('@sentry/node').init({ dsn: process.env.SENTRY_DSN })"),
        ["Sentry"],
    ),
    (
        "node rollbar",
        node("rollbar", "new (require('rollbar'))(process.env.ROLLBAR_ACCESS_TOKEN)"),
        ["Rollbar"],
    ),
    ("node new relic", node("newrelic", "require('newrelic')"), ["New Relic"]),
    (
        "node cloudinary keys",
        node("cloudinary", "require('cloudinary').config({ api_secret: process.env.CLOUDINARY_API_SECRET })"),
        ["Cloudinary"],
    ),
    ("ruby new relic", sinatra("newrelic_rpm", ""), ["New Relic"]),
    ("ruby honeybadger", sinatra("honeybadger", "K = ENV.fetch('HONEYBADGER_API_KEY')"), ["Honeybadger"]),
    ("ruby redis gem alone", sinatra("redis", ""), ["Heroku Key-Value Store"]),
    ("dart driver alone", dart("postgres", ""), ["Heroku Postgres"]),
    ("dart driver and a comment", dart("redis", "// env['REDIS_URL'] later"), ["Heroku Key-Value Store"]),
    ("dart mongodb", dart("mongo_dart", "final db = Db(env['MONGODB_URI']!);"), ["MongoDB"]),
    ("dart driver of tests", dart("", "final at = env['DATABASE_URL'];", "postgres"), []),
    (
        "go driver alone",
        go("github.com/redis/go-redis/v9", "redis.NewClient(nil)"),
        ["Heroku Key-Value Store"],
    ),
]


@pytest.mark.parametrize(("files", "expected"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_a_driver_alone_or_an_account_is_said(files: Files, expected: list[str]) -> None:
    found = analysed(files)
    assert (created(found), said(found)) == ([], expected)


RAKE = "namespace :mail do\n  desc 'Send the digest, run by Heroku Scheduler'\n  task digest: :environment do\n  end\n\n  desc 'Count'\n  task :count do\n  end\nend\n"
HELP = 'class Command(BaseCommand):\n    help = "Forgets old carts, run nightly by cron"\n'
MANUAL = "# Deploy\n\nheroku addons:create scheduler:standard\n\nThen let it run `node jobs/sweep.js` every day, after `rake db:migrate`.\n"

PERIODIC: list[tuple[str, Files, str]] = [
    ("a described rake task", {**sinatra("", ""), "lib/tasks/mail.rake": RAKE}, "`rake mail:digest`"),
    (
        "Heroku's usual file",
        {**sinatra("", ""), "lib/tasks/scheduler.rake": "task :sweep do\nend\n"},
        "`rake sweep`",
    ),
    (
        "a management command",
        {**flask("", ""), "shop/management/commands/forget.py": HELP},
        "`python manage.py forget`",
    ),
    ("a document", {**node("", ""), "docs/DEPLOY.md": MANUAL}, "`node jobs/sweep.js`"),
]


@pytest.mark.parametrize(
    ("files", "command"), [row[1:] for row in PERIODIC], ids=[row[0] for row in PERIODIC]
)
def test_a_periodic_task_is_said_with_its_command(files: Files, command: str) -> None:
    found = analysed(files)
    assert found.plan is not None
    assert created(found) == []
    [lost] = [lost for lost in found.plan.considered if lost.value == "Heroku Scheduler"]
    assert lost.why.count("`") == 2
    assert command in lost.why
    assert "heroku addons:create scheduler:standard" in lost.why


def test_a_document_that_names_the_scheduler_alone_is_said() -> None:
    files = {
        **flask("", ""),
        "README.md": "# Deploy\n\nheroku addons:create scheduler -a x\n\nThen open it.\n",
    }
    assert said(analysed(files)) == ["Heroku Scheduler"]


def test_a_clock_process_needs_no_scheduler() -> None:
    files = {
        **sinatra("", ""),
        "lib/tasks/mail.rake": RAKE,
        "Procfile": "web: bundle exec puma\nclock: bundle exec ruby clock.rb\n",
    }
    assert said(analysed(files)) == []


NOTHING: list[tuple[str, Files]] = [
    ("python smtp", flask("", "host = os.environ['SMTP_HOST']\nuser = os.environ['SMTP_USERNAME']")),
    ("python driver in a comment", flask("# psycopg2", "")),
    ("python development file", {**flask("", ""), "requirements-dev.txt": "psycopg2\nredis\n"}),
    ("node development driver", node("", "", dev="pg ioredis newrelic")),
    (
        "ruby development gems",
        {
            **sinatra("", ""),
            "Gemfile": "source 'https://gems.example.com'\ngem 'sinatra'\ngem 'puma'\ngroup :development, :test do\n  gem 'pg'\n  gem 'redis'\n  gem 'newrelic_rpm'\nend\n",
        },
    ),
]


APP_JSON: list[tuple[str, list[str], list[str]]] = [
    ('["heroku-postgresql:standard-0"]', ["heroku-postgresql:standard-0"], []),
    ('["heroku-postgresql:hobby-dev"]', ["heroku-postgresql:essential-0"], []),
    ('["rediscloud:30"]', ["rediscloud:30"], []),
    (
        '["heroku-redis", {"plan": "heroku-redis:mini", "as": "REDIS_CACHE"}]',
        ["heroku-redis", "heroku-redis:mini as REDIS_CACHE"],
        [],
    ),
    (
        '[{"plan": "heroku-redis:mini", "as": "REDIS_CACHE"}, "heroku-redis"]',
        ["heroku-redis", "heroku-redis:mini as REDIS_CACHE"],
        [],
    ),
    ('["cleardb:ignite"]', ["jawsdb:kitefin"], []),
    ('["mongolab:sandbox"]', [], ["MongoDB"]),
    ('["logentries"]', ["logentries"], []),
]


@pytest.mark.parametrize(("listed", "expected", "hinted"), APP_JSON, ids=[row[0] for row in APP_JSON])
def test_what_app_json_lists_is_taken_by_todays_names(
    listed: str, expected: list[str], hinted: list[str]
) -> None:
    found = analysed({**flask("", ""), "app.json": f'{{"name": "x", "addons": {listed}}}'})
    assert found.plan is not None
    assert [a.plan + (f" as {a.attach_as}" if a.attach_as else "") for a in found.plan.addons] == expected
    assert said(found) == hinted


@pytest.mark.parametrize("files", [row[1] for row in NOTHING], ids=[row[0] for row in NOTHING])
def test_what_production_does_not_use_says_nothing(files: Files) -> None:
    found = analysed(files)
    assert (created(found), said(found)) == ([], [])
