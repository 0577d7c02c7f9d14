"""What a Node app needs around its web process: workers, migrations, services, its place, its build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.facts import Addon, Buildpack, File, Shim, Strength
from tests.node_cases import SERVER, commands, doubts, facts_of, package, uses

QUEUE = "const { Worker } = require('bullmq');\nnew Worker('q', async () => 1);\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {
                "package.json": package({"start": "node app", "worker": "node w.js"}, "express", "bullmq"),
                "app.js": SERVER,
                "w.js": QUEUE,
            },
            {"web": "npm start", "worker": "npm run worker"},
            id="a worker script",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node app"}, "express", "bullmq"),
                "app.js": SERVER,
                "worker.js": QUEUE,
            },
            {"web": "npm start", "worker": "node worker.js"},
            id="a worker file that nothing starts",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node app"}, "express", "bullmq"),
                "app.js": "require('./worker');\n" + SERVER,
                "worker.js": QUEUE,
            },
            {"web": "npm start"},
            id="a worker that the web process imports",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node app"}, "express"),
                "app.js": SERVER,
                "public/worker.js": "self.onmessage = () => postMessage(1);\n",
            },
            {"web": "npm start"},
            id="a worker of the browser",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"start": "node app", "clock": "node cron.js"}, "express", "node-cron"
                ),
                "app.js": SERVER,
                "cron.js": "require('node-cron').schedule('* * * * *', () => 1);\n",
            },
            {"web": "npm start", "clock": "npm run clock"},
            id="a clock",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node app.js"}, "@slack/bolt"),
                "app.js": "const { App } = require('@slack/bolt');\nnew App({}).start();\n",
            },
            {"web": "npm start"},
            id="a Slack app that is called over HTTP",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node app.js"}, "@slack/bolt"),
                "app.js": "const { App } = require('@slack/bolt');\nnew App({ socketMode: true }).start();\n",
            },
            {"worker": "npm start"},
            id="a Slack app in socket mode",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node bot.js"}, "discord.js", "express"),
                "bot.js": "require('discord.js');\nrequire('express')().listen(3000);\n",
            },
            {"worker": "npm start"},
            id="a bot that keeps itself awake on a port of its own",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node bot.js"}, "telegraf"),
                "bot.js": "const { Telegraf } = require('telegraf');\nnew Telegraf('').launch();\n",
            },
            {"worker": "npm start"},
            id="a bot that polls",
        ),
    ],
)
def test_processes_beside_the_web_one(tmp_path: Path, files: dict[str, str], found: dict[str, str]) -> None:
    assert commands(facts_of(tmp_path, files)) == found


@pytest.mark.parametrize(
    ("scripts", "deps", "files", "release"),
    [
        pytest.param(
            {}, ("prisma",), ["prisma/migrations/1/migration.sql"], "npx prisma migrate deploy", id="Prisma"
        ),
        pytest.param({}, ("knex",), ["knexfile.js", "migrations/1.js"], "npx knex migrate:latest", id="Knex"),
        pytest.param(
            {},
            ("knex",),
            ["data/knexfile.js", "data/migrations/1.js"],
            "npx knex migrate:latest --knexfile data/knexfile.js",
            id="Knex elsewhere",
        ),
        pytest.param(
            {}, ("sequelize-cli",), ["migrations/1.js"], "npx sequelize-cli db:migrate", id="Sequelize"
        ),
        pytest.param({}, ("drizzle-kit",), ["drizzle/0000.sql"], "npx drizzle-kit migrate", id="Drizzle"),
        pytest.param(
            {"db:migrate": "knex migrate:latest"},
            ("knex",),
            ["migrations/1.js"],
            "npm run db:migrate",
            id="a script",
        ),
        pytest.param(
            {"migrate": "prisma migrate dev"},
            ("prisma",),
            ["prisma/migrations/1/migration.sql"],
            "npx prisma migrate deploy",
            id="a script that is for development",
        ),
        pytest.param(
            {"heroku-release": "node r.js"},
            ("knex",),
            ["r.js"],
            "npm run heroku-release",
            id="a release script",
        ),
        pytest.param({}, ("knex",), ["app/x.js"], None, id="a tool without migrations"),
    ],
)
def test_the_release_process(
    tmp_path: Path, scripts: dict[str, str], deps: tuple[str, ...], files: list[str], release: str | None
) -> None:
    made = {"package.json": package({"start": "node app.js", **scripts}, "express", *deps), "app.js": SERVER}
    found = commands(facts_of(tmp_path, {**made, **dict.fromkeys(files, "\n")}))
    assert found.get("release") == release


@pytest.mark.parametrize(
    ("deps", "code", "strength"),
    [
        pytest.param(
            "pg", "new (require('pg').Pool)({ url: process.env.DATABASE_URL })", "FRAMEWORK", id="in use"
        ),
        pytest.param("pg", "", "HINT", id="only declared"),
        pytest.param("pg", "// require('pg') with process.env.DATABASE_URL", "HINT", id="in a comment"),
        pytest.param(
            "mongoose", "require('mongoose').connect(process.env.MONGODB_URI)", "HINT", id="no add-on for it"
        ),
    ],
)
def test_services(tmp_path: Path, deps: str, code: str, strength: str) -> None:
    files = {
        "package.json": package({"start": "node app.js"}, "express", deps),
        "app.js": SERVER + code + ";\n",
    }
    found = [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Addon)]
    assert [fact.strength.name for fact in found] == [strength]


def test_a_dev_driver_is_no_service(tmp_path: Path) -> None:
    files = {
        "package.json": package({"start": "node a"}, "express", dev=("pg",)),
        "a.js": SERVER + "require('pg')\n",
    }
    assert not [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Addon)]


def test_a_server_in_a_folder_beats_its_client_and_builds_it(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "server/package.json": package({"start": "node i.js"}, "express"),
            "server/i.js": SERVER + "app.use(express.static('../client/build'));\n",
            "client/package.json": package({"build": "react-scripts build"}, "react-scripts"),
        },
    )
    assert uses(facts, root="server").strength > uses(facts, root="client").strength
    shim = next(fact for fact in facts if isinstance(fact, Shim) and fact.root == "server")
    assert "cd client" in json.loads(shim.text)["scripts"]["heroku-postbuild"]


def test_a_top_that_starts_what_it_does_not_install_is_only_a_hint(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "package.json": package({"start": "cd server && npm start"}),
            "server/package.json": package({"start": "node i.js"}, "express"),
            "server/i.js": SERVER,
        },
    )
    assert uses(facts).strength is Strength.HINT
    assert uses(facts, root="server").strength is Strength.FRAMEWORK


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        pytest.param(
            {"package.json": package({"build": "react-scripts build"}, "react-scripts")}, "build", id="React"
        ),
        pytest.param(
            {
                "package.json": package({"build": "vue-cli-service build"}, dev=("@vue/cli-service",)),
                "vue.config.js": "module.exports = { outputDir: 'web' };\n",
            },
            "web",
            id="Vue with a folder of its own",
        ),
        pytest.param(
            {
                "package.json": package({"build": "ng build"}, "@angular/core", dev=("@angular/cli",)),
                "angular.json": json.dumps(
                    {
                        "projects": {
                            "a": {
                                "architect": {
                                    "build": {
                                        "builder": "@angular/build:application",
                                        "options": {"outputPath": "dist/a"},
                                    }
                                }
                            }
                        }
                    }
                ),
            },
            "dist/a/browser",
            id="Angular's application builder",
        ),
        pytest.param(
            {
                "package.json": package({"build": "vite build --outDir=pages"}, dev=("vite",)),
                "index.html": "<p>",
            },
            "pages",
            id="Vite with a flag",
        ),
    ],
)
def test_built_sites_are_served_by_nginx(tmp_path: Path, files: dict[str, str], folder: str) -> None:
    facts = facts_of(tmp_path, files)
    assert commands(facts)["web"] == "bin/start-nginx-static"
    assert [fact.name for fact in facts if isinstance(fact, Buildpack)] == [
        "heroku/nodejs",
        "heroku-community/nginx",
    ]
    assert f"root /app/{folder};" in next(fact.text for fact in facts if isinstance(fact, File))


@pytest.mark.parametrize("folder", ["../out", "a;b", "<%= 1 %>", "x y"])
def test_an_odd_output_folder_never_reaches_the_configuration(tmp_path: Path, folder: str) -> None:
    files = {
        "package.json": package({"build": "vite build"}, dev=("vite",)),
        "index.html": "<p>",
        "vite.config.js": f"export default {{ build: {{ outDir: '{folder}' }} }};\n",
    }
    facts = facts_of(tmp_path, files)
    assert not [fact for fact in facts if isinstance(fact, File)]
    assert "static/odd-folder" in doubts(facts)


@pytest.mark.parametrize(
    ("scripts", "config", "web"),
    [
        pytest.param({"start": "next start"}, "", "npm start -- -p $PORT", id="the usual start"),
        pytest.param({"start": "next start -p $PORT"}, "", "npm start", id="a start that takes the port"),
        pytest.param({"start": "next dev"}, "", "npx next start -p $PORT", id="a start for development"),
        pytest.param({}, "", "npx next start -p $PORT", id="no scripts"),
        pytest.param(
            {"start": "next start"}, "output: 'export'", "bin/start-nginx-static", id="an exported site"
        ),
        pytest.param(
            {"start": "next start"}, "// output: 'export'", "npm start -- -p $PORT", id="a comment about it"
        ),
    ],
)
def test_next(tmp_path: Path, scripts: dict[str, str], config: str, web: str) -> None:
    files = {
        "package.json": package({"build": "next build", **scripts}, "next"),
        "next.config.js": f"module.exports = {{\n{config}\n}};\n",
        "pages/index.js": "export default () => null;\n",
    }
    facts = facts_of(tmp_path, files)
    assert commands(facts)["web"] == web
    assert uses(facts, "nextjs").strength is Strength.FRAMEWORK


@pytest.mark.parametrize("name", ["requirements.txt", "Gemfile", "composer.json", "go.mod"])
def test_pages_beside_an_app_are_only_a_hint(tmp_path: Path, name: str) -> None:
    facts = facts_of(tmp_path, {"index.html": "<p>", name: ""})
    assert uses(facts, "static").strength is Strength.HINT


@pytest.mark.parametrize(
    "text",
    [
        '{"scripts": {"start": "npm start"}}',
        '{"scripts": {"start": "npm run a", "a": "npm run start"}}',
        "[]",
        "{",
        '{"workspaces": ["**"], "scripts": {"start": "yarn workspaces run start"}}',
        '{"main": "../../etc/passwd"}',
        '{"scripts": {"start": "cd .. && cd .. && node \\u0000"}}',
        '{"dependencies": {"express": "1"}, "main": "."}',
    ],
)
def test_odd_packages_never_make_detection_fall_over(tmp_path: Path, text: str) -> None:
    facts_of(
        tmp_path, {"package.json": text, "a/package.json": text, "tsconfig.json": "[1", "index.js": "listen("}
    )


def test_a_worker_in_the_same_workspace_joins_the_processes(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "package.json": package({}, workspaces=["packages/*"]),
            "packages/api/package.json": package({"start": "node i.js"}, "express"),
            "packages/api/i.js": SERVER,
            "packages/jobs/package.json": package({"start": "node w.js"}, "bullmq"),
            "packages/jobs/w.js": QUEUE,
        },
    )
    assert commands(facts, "packages/api")["worker"] == "cd ../../packages/jobs && npm start"


def test_a_top_that_runs_the_code_of_a_folder_uses_its_services(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "package.json": package({"start": "node server/i.js", "postinstall": "cd server && npm ci"}),
            "server/package.json": package({}, "express", "pg"),
            "server/i.js": SERVER + "new (require('pg').Pool)(process.env.DATABASE_URL);\n",
        },
    )
    assert uses(facts).strength is Strength.FRAMEWORK
    assert {fact.service for fact in facts if isinstance(fact, Addon) and fact.root == "."} == {"postgres"}
