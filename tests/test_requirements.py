"""Requirements files and single requirement lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.manifests.requirements import canonical, parse, parse_requirement


@pytest.mark.parametrize(
    ("line", "name", "spec", "extras"),
    [
        pytest.param("Django==5.0.6", "django", "==5.0.6", (), id="a pin"),
        pytest.param("django >= 4.2, < 5", "django", ">=4.2,<5", (), id="a range with spaces"),
        pytest.param("uvicorn[standard]", "uvicorn", "", ("standard",), id="an extra"),
        pytest.param(
            "celery [redis, sqs] (>=5)", "celery", ">=5", ("redis", "sqs"), id="extras and brackets"
        ),
        pytest.param("discord.py~=2.4", "discord-py", "~=2.4", (), id="a dotted name"),
        pytest.param("zope_interface", "zope-interface", "", (), id="an underscore"),
        pytest.param("psycopg2==2.9 --no-binary psycopg2", "psycopg2", "==2.9", (), id="an option behind"),
        pytest.param("flask @ https://example.com/flask.zip", "flask", "", (), id="a name at a URL"),
        pytest.param("git+https://example.com/o/my_bot.git@v1#egg=My_Bot", "my-bot", "", (), id="an egg"),
        pytest.param("git+https://example.com/o/thing.py.git@main", "thing-py", "", (), id="a repository"),
        pytest.param("https://example.com/d/pkg_a-1.2-py3-none-any.whl", "pkg-a", "", (), id="a wheel"),
        pytest.param(
            "https://example.com/o/pkg/archive/main.zip", "pkg", "", (), id="an archive of a branch"
        ),
        pytest.param("six==1.16 ; python_version < '4'", "six", "==1.16", (), id="a marker"),
    ],
)
def test_a_requirement_line(line: str, name: str, spec: str, extras: tuple[str, ...]) -> None:
    asked = parse_requirement(line)
    assert asked is not None
    assert (asked.name, asked.spec, asked.extras) == (name, spec, extras)


@pytest.mark.parametrize(
    "line", ["", "# flask", "--no-binary :all:", "-i https://example.com/simple", "<<<<", "="]
)
def test_a_line_that_asks_for_nothing(line: str) -> None:
    assert parse(line + "\n", "requirements.txt").requirements == ()


@pytest.mark.parametrize(
    "marker",
    ["sys_platform == 'win32'", 'platform_system == "Windows"', "os_name=='nt'", "sys_platform != 'linux'"],
)
def test_what_only_another_system_installs(marker: str) -> None:
    asked = parse_requirement(f"pywin32; {marker}")
    assert asked is not None
    assert not asked.linux


def test_lines_hashes_and_comments() -> None:
    text = (
        "# flask is gone\n"
        "celery==5.4.0 \\\n"
        "    --hash=sha256:00 \\\n"
        "    --hash=sha256:11\n"
        "    # via -r requirements.in\n"
        "redis>=5 # the broker\n"
    )
    found = parse(text, "requirements.txt")
    assert [(asked.name, asked.spec, asked.line) for asked in found.requirements] == [
        ("celery", "==5.4.0", 2),
        ("redis", ">=5", 6),
    ]


@pytest.mark.parametrize(
    ("line", "path", "kind"),
    [
        ("-r base.txt", "base.txt", "requirements"),
        ("-rbase.txt", "base.txt", "requirements"),
        ("--requirement=../base.txt", "../base.txt", "requirements"),
        ("-c limits.txt", "limits.txt", "constraints"),
        ("-e .[web]", ".", "project"),
        ("--editable ./libs/core", "./libs/core", "project"),
        (".", ".", "project"),
        ("./libs/core", "./libs/core", "project"),
    ],
)
def test_included_files_and_projects(line: str, path: str, kind: str) -> None:
    (found,) = parse(line, "requirements.txt").includes
    assert (found.path, found.kind) == (path, kind)


@pytest.mark.parametrize("name", ["Flask_Login", "flask.login", "FLASK--LOGIN", "flask-login"])
def test_canonical_names(name: str) -> None:
    assert canonical(name) == "flask-login"


@given(st.text())
def test_any_text_parses(text: str) -> None:
    found = parse(text, "requirements.txt")
    assert all(asked.name == canonical(asked.name) for asked in found.requirements)
