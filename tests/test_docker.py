"""Dockerfiles and compose files: what is read of them, which count, how the port is put right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.checkout import open_repo
from scaffold.errors import ManifestError
from scaffold.facts import AnyFact, Doubt, Image, Process, Strength, Uses
from scaffold.families.docker.apps import role_of
from scaffold.families.docker.ports import literal_port, with_port
from scaffold.manifests import compose, dockerfile
from scaffold.stacks.docker import detect


def facts(top: Path, files: dict[str, str]) -> list[AnyFact]:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, encoding="utf-8")
    return list(detect(open_repo(top)))


def doubts(found: list[AnyFact]) -> list[str]:
    return [fact.id for fact in found if isinstance(fact, Doubt)]


@given(st.text(max_size=200))
def test_parsers_never_crash(text: str) -> None:
    dockerfile.parse(text, "Dockerfile")
    try:
        compose.parse(text, "compose.yaml")
    except ManifestError as error:
        assert error.path == "compose.yaml"


def test_stages_continuations_and_heredocs() -> None:
    text = (
        "# syntax=docker/dockerfile:1\nARG V=1\nfrom --platform=linux/amd64 node:22 As build\n"
        'RUN a && \\\n  # a comment\n  b\nRUN <<EOT\nCMD fake\nEOT\nFROM build\nCMD ["node", "x.js"]\n'
    )
    parsed = dockerfile.parse(text, "Dockerfile")
    assert [(s.base, s.name, s.platform, s.line) for s in parsed.stages] == [
        ("node:22", "build", "linux/amd64", 3),
        ("build", "", "", 10),
    ]
    assert parsed.stages[0].all("RUN")[0].value == "a && b"
    command = parsed.effective("CMD")
    assert command is not None
    assert (command.words, command.line) == (("node", "x.js"), 11)
    assert parsed.effective("ENTRYPOINT") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("uvicorn a:b --host 0.0.0.0 --port 8000", "uvicorn a:b --host 0.0.0.0 --port $PORT"),
        ("gunicorn -b 0.0.0.0:8000 a:b", "gunicorn -b 0.0.0.0:$PORT a:b"),
        ("gunicorn --bind=:80 a:b", "gunicorn --bind=:$PORT a:b"),
        ("streamlit run a.py --server.port=8501", "streamlit run a.py --server.port=$PORT"),
        ("php -S 0.0.0.0:80 -t public", "php -S 0.0.0.0:$PORT -t public"),
        ("python manage.py runserver 0.0.0.0:8000", "python manage.py runserver 0.0.0.0:$PORT"),
        ("PORT=3000 node a.js", "PORT=$PORT node a.js"),
        ("gunicorn a:b --timeout 120 --workers 8000", "gunicorn a:b --timeout 120 --workers 8000"),
        ("gunicorn -b 0.0.0.0:${PORT:-8000} a:b", "gunicorn -b 0.0.0.0:${PORT:-8000} a:b"),
    ],
)
def test_a_literal_port_becomes_the_variable(text: str, wanted: str) -> None:
    assert with_port(text) == wanted
    assert bool(literal_port(text)) == (text != wanted)


@pytest.mark.parametrize(
    ("cmd", "command", "doubt"),
    [
        ('CMD ["a", "--port", "8000"]', "a --port $PORT", "docker/port"),
        ('CMD ["a", "--port", "$PORT"]', "a --port $PORT", "docker/exec-form"),
        ('CMD ["sh", "-c", "a --port $PORT"]', "", ""),
        ("CMD a --port ${PORT:-80}", "", ""),
        ('ENTRYPOINT ["a", "--port", "80"]', "", "docker/port"),
        ('ENTRYPOINT ["./entrypoint.sh"]\nCMD ["a", "-p", "80"]', "a -p $PORT", "docker/port"),
        ('CMD ["a"]', "", ""),
        ("", "", "docker/no-command"),
    ],
)
def test_how_an_image_starts(tmp_path: Path, cmd: str, command: str, doubt: str) -> None:
    found = facts(tmp_path, {"Dockerfile": f"FROM debian\n{cmd}\n"})
    assert [f.command for f in found if isinstance(f, Process)] == ([command] if command else [])
    assert doubts(found) == ([doubt] if doubt else [])


@pytest.mark.parametrize(
    "path",
    [
        ".devcontainer/Dockerfile",
        "Dockerfile.dev",
        "Dockerfile-test",
        "dev.Dockerfile",
        "docker/dev/Dockerfile",
        "tests/Dockerfile",
        ".github/Dockerfile",
    ],
)
def test_images_for_development_do_not_count(tmp_path: Path, path: str) -> None:
    assert not facts(tmp_path, {path: "FROM debian\nCMD x\n"})


@pytest.mark.parametrize(
    ("image", "manifest", "process"),
    [
        ("FROM python:3.14\nCMD python chat.py\n", "discord.py\n", "worker"),
        ("FROM python:3.14\nEXPOSE 80\nCMD python chat.py\n", "discord.py\n", "web"),
        ("FROM python:3.14\nCMD python chat.py\n", "discordia-web\n", "web"),
        ("FROM python:3.14\nCMD python chat.py\n", "discord.py\nFlask\n", "web"),
        ("FROM python:3.14\nCMD uvicorn chat:app --port $PORT\n", "aiogram\n", "web"),
    ],
)
def test_a_chat_bot_that_opens_no_port_is_a_worker(
    tmp_path: Path, image: str, manifest: str, process: str
) -> None:
    found = facts(tmp_path, {"Dockerfile": image, "requirements.txt": manifest})
    assert [fact.process for fact in found if isinstance(fact, Image)] == [process]


def test_images_of_databases_and_bare_proxies_do_not_count(tmp_path: Path) -> None:
    files = {
        "db/Dockerfile": "FROM postgres:17\nCOPY init.sql /\n",
        "proxy/Dockerfile": "FROM nginx\nCOPY nginx.conf /etc/nginx/\n",
    }
    assert not facts(tmp_path, files)


def test_a_manifest_beside_it_makes_a_dockerfile_the_other_way(tmp_path: Path) -> None:
    found = facts(tmp_path, {"Dockerfile": "FROM x\nCMD y\n", "requirements.txt": ""})
    assert [(f.strength, f.weight, f.serves) for f in found if isinstance(f, Uses)] == [
        (Strength.GENERIC, 0, False)
    ]


def test_only_a_dockerfile_can_build_it(tmp_path: Path) -> None:
    found = facts(tmp_path, {"Dockerfile": "FROM x\nCMD y\n", "main.zig": ""})
    assert [f.strength for f in found if isinstance(f, Uses)] == [Strength.GENERIC]


def test_heroku_yml_declares_and_names_the_images(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        {
            "heroku.yml": "build:\n  docker:\n    web: Dockerfile.test\n    bot: bot/Dockerfile\n",
            "Dockerfile.test": "FROM x\nCMD y\n",
            "Dockerfile": "FROM x\nCMD z\n",
        },
    )
    assert [f.strength for f in found if isinstance(f, Uses)] == [Strength.DECLARED]
    assert [(f.process, f.dockerfile) for f in found if isinstance(f, Image)] == [("web", "Dockerfile.test")]


def test_the_app_is_where_compose_builds_it(tmp_path: Path) -> None:
    found = facts(
        tmp_path,
        {
            "docker/prod/Dockerfile": "FROM x\nCOPY src /src\nCMD y\n",
            "docker-compose.yml": "services:\n  app:\n    build:\n      context: .\n"
            "      dockerfile: docker/prod/Dockerfile\n",
            "src/a": "",
        },
    )
    assert [(f.root, f.strength) for f in found if isinstance(f, Uses)] == [(".", Strength.HINT)]
    assert doubts(found) == ["docker/context"]


@pytest.mark.parametrize(
    ("image", "role"),
    [
        ("postgres:16-alpine", "postgres"),
        ("docker.io/library/redis@sha256:00", "redis"),
        ("bitnami/postgresql:16", "postgres"),
        ("mariadb", "mysql"),
        ("postgrest/postgrest", ""),
        ("adminer", ""),
        ("", ""),
    ],
)
def test_backing_services_by_image(image: str, role: str) -> None:
    assert role_of(image) == role


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("listen(8000)", ["docker/port"]), ("listen(ENV['PORT'])", [])],
)
def test_an_exposed_port_that_nothing_replaces(tmp_path: Path, code: str, wanted: list[str]) -> None:
    found = facts(tmp_path, {"Dockerfile": "FROM x\nEXPOSE 8000\nCMD y\n", "y.cr": code})
    assert doubts(found) == wanted


def test_a_start_script_with_a_port_of_its_own(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM x\nENTRYPOINT ["sh", "/app/run.sh"]\n',
        "run.sh": "#!/bin/sh\nserve --port 80\n",
    }
    (doubt,) = [fact for fact in facts(tmp_path, files) if isinstance(fact, Doubt)]
    assert [(proof.path, proof.line) for proof in doubt.evidence] == [("run.sh", 2)]


@pytest.mark.parametrize(
    ("path", "text", "declared"),
    [
        (".github/workflows/deploy.yml", "steps:\n- run: heroku container:push web -a shop\n", True),
        (".github/workflows/deploy.yml", "# - run: heroku container:push web\n", False),
        (".github/workflows/deploy.yml", "- run: git push heroku main\n", False),
        ("deploy.sh", "docker push registry.heroku.com/shop/web\n", True),
    ],
)
def test_a_script_that_sends_an_image_to_heroku_declares_it(
    tmp_path: Path, path: str, text: str, declared: bool
) -> None:
    found = facts(tmp_path, {"Dockerfile": "FROM x\nCMD y\n", "requirements.txt": "", path: text})
    (uses,) = [fact for fact in found if isinstance(fact, Uses)]
    assert (uses.strength is Strength.DECLARED) == declared
