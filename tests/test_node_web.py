"""The web process of Node apps: which script, file or framework it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.families.node.code import blanked
from scaffold.families.node.shell import split_commands
from scaffold.families.node.tools import kind_of
from tests.node_cases import SERVER, TYPED, commands, doubts, facts_of, package, uses

TSC = '{"compilerOptions": {"outDir": "dist", /* all */ "rootDir": "src",}}'


@pytest.mark.parametrize(
    ("files", "web"),
    [
        pytest.param(
            {"package.json": package({"start": "node ."}, "express", main="app.js"), "app.js": SERVER},
            "npm start",
            id="a sound start script",
        ),
        pytest.param(
            {
                "package.json": package({"start": "nodemon app.js"}, "express"),
                "app.js": SERVER,
                "yarn.lock": "",
            },
            "node app.js",
            id="a file that is watched",
        ),
        pytest.param(
            {"package.json": package({"start": "node --watch app.js --quiet"}, "express"), "app.js": SERVER},
            "node app.js --quiet",
            id="Node's own watching",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"start": "cross-env A=b node app.js"}, "express", dev=("cross-env",)
                ),
                "app.js": SERVER,
            },
            "node app.js",
            id="a wrapper that is pruned",
        ),
        pytest.param(
            {
                "package.json": package({"start": "cross-env A=b node app.js"}, "express", "cross-env"),
                "app.js": SERVER,
            },
            "npm start",
            id="a wrapper that stays",
        ),
        pytest.param(
            {"package.json": package({"start": "PORT=4000 node app.js"}, "express"), "app.js": SERVER},
            "node app.js",
            id="a fixed port in the script",
        ),
        pytest.param(
            {
                "package.json": package({"start": "react-scripts start", "serve": "node server"}, "express"),
                "server/index.js": SERVER,
            },
            "npm run serve",
            id="another script that is for production",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"build": "tsc", "dev": "tsx watch src/main.ts"}, "express", dev=("tsx",)
                ),
                "tsconfig.json": TSC,
                "src/main.ts": TYPED,
            },
            "node dist/main.js",
            id="TypeScript known by the dev script alone",
        ),
        pytest.param(
            {
                "package.json": package({"start": "ts-node src/main.ts"}, "express", "ts-node"),
                "src/main.ts": TYPED,
            },
            "npm start",
            id="ts-node among the dependencies that stay",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"build": "babel src -d lib", "start": "babel-node src/app.js"},
                    "koa",
                    dev=("@babel/node",),
                ),
                "src/app.js": SERVER,
            },
            "node lib/app.js",
            id="Babel's output",
        ),
        pytest.param(
            {
                "package.json": package({"build": "esbuild src/app.ts --bundle --outfile=out/app.js"}, "koa"),
                "src/app.ts": TYPED,
            },
            "node out/app.js",
            id="a bundler's flag",
        ),
        pytest.param(
            {"package.json": package({}, "express"), "server/app.js": SERVER},
            "node server/app.js",
            id="a conventional file",
        ),
        pytest.param(
            {"package.json": package({}, "express"), "backend/code/listen.js": SERVER},
            "node backend/code/listen.js",
            id="the only file that listens",
        ),
        pytest.param(
            {"package.json": package({"build": "remix build"}, "@remix-run/serve=^1.19.0")},
            "npx remix-serve build",
            id="Remix without a start script",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"build": "vite build"}, dev=("@sveltejs/kit", "@sveltejs/adapter-node")
                )
            },
            "node build",
            id="SvelteKit with the Node adapter",
        ),
        pytest.param(
            {"package.json": package({"start": "serve -s build", "build": "react-scripts build"}, "serve")},
            "npm start",
            id="a static server that is installed",
        ),
        pytest.param(
            {"package.json": package({"start": "http-server public -p 8080"}, "http-server")},
            "npx http-server public -p $PORT",
            id="a static server on a fixed port",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node -r dotenv/config a"}, "express", dev=("dotenv",)),
                "a.js": SERVER,
            },
            "node a",
            id="a preload that is pruned",
        ),
        pytest.param(
            {"package.json": package({"start": "node index.js"}, "express"), "server.js": SERVER},
            "node server.js",
            id="a start script whose file is not there",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"start": "npm run tw && node a.js", "tw": "sass a b"}, "express", "sass"
                ),
                "a.js": SERVER,
            },
            "npm start",
            id="a build at start that nothing else makes",
        ),
        pytest.param(
            {"package.json": package({"start": "nuxt start", "build": "nuxt build"}, "nuxt=^2.15.0")},
            "HOST=0.0.0.0 npm start",
            id="Nuxt 2 listens on the loopback by itself",
        ),
        pytest.param(
            {
                "package.json": package(
                    {"start": "concurrently 'npm:api' 'npm:ui'", "api": "node api.js", "ui": "vite"},
                    "express",
                    dev=("vite", "concurrently"),
                ),
                "api.js": SERVER,
            },
            "node api.js",
            id="the server among what runs side by side",
        ),
        pytest.param(
            {
                "package.json": package({"start": "pm2-runtime start app.js"}, "express", "pm2"),
                "app.js": SERVER,
            },
            "npm start",
            id="pm2 in the foreground",
        ),
        pytest.param(
            {
                "package.json": package({"start": "node dist/app.js"}, "express", dev=("typescript",)),
                "app.ts": TYPED,
            },
            "npm start",
            id="output that nothing builds",
        ),
    ],
)
def test_the_web_process(tmp_path: Path, files: dict[str, str], web: str) -> None:
    assert commands(facts_of(tmp_path, files)).get("web") == web


def test_output_that_nothing_builds_is_a_doubt(tmp_path: Path) -> None:
    files = {
        "package.json": package({"start": "node dist/app.js"}, "express", dev=("typescript",)),
        "app.ts": TYPED,
    }
    assert "node/no-build" in doubts(facts_of(tmp_path, files))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("// app.listen(3000)\nmodule.exports = 1;\n", id="in a comment"),
        pytest.param("const help = 'call app.listen(3000)';\n", id="in a string"),
        pytest.param("/*\n createServer()\n*/\n", id="in a block comment"),
    ],
)
def test_listening_must_be_code(tmp_path: Path, code: str) -> None:
    facts = facts_of(tmp_path, {"package.json": package({}, "express"), "index.js": code})
    assert "web" not in commands(facts)


@pytest.mark.parametrize(
    ("listen", "found"),
    [
        pytest.param("app.listen(3000)", {"node/fixed-port"}, id="a number"),
        pytest.param("const port = 3000;\napp.listen(port)", {"node/fixed-port"}, id="a named number"),
        pytest.param("app.listen({ port: 3000 })", {"node/fixed-port"}, id="an option"),
        pytest.param("app.listen(process.env.PORT, 'localhost')", {"node/local-host"}, id="the loopback"),
        pytest.param("app.listen(process.env.PORT || 3000)", set(), id="the platform's port"),
        pytest.param("app.listen(config.port)", set(), id="a port from elsewhere"),
        pytest.param(
            "const p = Number(process.env['PORT'] || 3000);\napp.listen(p, '0.0.0.0')", set(), id="all hosts"
        ),
    ],
)
def test_ports_and_hosts_in_code(tmp_path: Path, listen: str, found: set[str]) -> None:
    files = {
        "package.json": package({"start": "node app.js"}, "express"),
        "app.js": f"const app = 1;\n{listen};\n",
    }
    assert doubts(facts_of(tmp_path, files)) & {"node/fixed-port", "node/local-host"} == found


@pytest.mark.parametrize(
    ("name", "dev", "files"),
    [
        pytest.param("eslint", True, {}, id="lint tools"),
        pytest.param("lodash", False, {"index.js": "exports.a = 1;\n"}, id="a library"),
        pytest.param("vite", True, {"manage.py": "", "index.html": ""}, id="assets of another language"),
    ],
)
def test_what_is_only_a_hint(tmp_path: Path, name: str, dev: bool, files: dict[str, str]) -> None:
    made = package({"build": "vite build"}, dev=(name,)) if dev else package({}, name)
    assert uses(facts_of(tmp_path, {"package.json": made, **files})).strength.name == "HINT"


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        pytest.param("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"], id="all operators"),
        pytest.param("node 'a && b.js'", ["node"], id="an operator in quotes"),
        pytest.param("NODE_ENV=production npx -y cross-env X=1 node a.js", ["node"], id="wrappers"),
        pytest.param("dotenv -e .env -- node a", ["node"], id="a wrapper with options"),
        pytest.param("./node_modules/.bin/tsc -p .", ["tsc"], id="a path into node_modules"),
        pytest.param("x > log 2>&1", ["x"], id="redirections"),
    ],
)
def test_scripts_are_split(text: str, programs: list[str]) -> None:
    assert [one.program for one in split_commands(text)] == programs


@given(st.text(alphabet="ab '\"\\&|;=-\n`$(){}<>#"))
def test_no_script_makes_the_splitter_fall_over(text: str) -> None:
    for one in split_commands(text):
        kind_of(one.program, one.args)


@given(st.text(alphabet="a/*'\"`\\\n "))
def test_blanking_keeps_every_line(text: str) -> None:
    assert blanked(text).count("\n") == text.count("\n")
    assert len(blanked(text)) == len(text)
