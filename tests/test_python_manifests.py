"""pyproject.toml, Pipfile, setup files and lock files of Python."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests import pipfile, pyproject, python_locks, setup_files
from scaffold.manifests.requirements import Requirement


def by_name(found: tuple[Requirement, ...]) -> dict[str, tuple[str, str, int]]:
    return {asked.name: (asked.spec, asked.group, asked.line) for asked in found}


def test_a_project_with_groups() -> None:
    text = """[project]
name = "shop"
requires-python = ">=3.11"
dependencies = [
  "Django>=5",
  'gunicorn',
]

[project.optional-dependencies]
docs = ["sphinx"]

[dependency-groups]
lint = ["ruff"]
dev = ["pytest", {include-group = "lint"}]

[project.scripts]
shop = "shop.cli:main"
"""
    found = pyproject.parse(text, "pyproject.toml")
    assert by_name(found.requirements) == {
        "django": (">=5", "", 5),
        "gunicorn": ("", "", 6),
        "sphinx": ("", "extra:docs", 10),
        "ruff": ("", "dev", 13),
        "pytest": ("", "dev", 14),
    }
    assert (found.python, found.python_line) == (">=3.11", 3)
    assert found.scripts == (("shop", "shop.cli:main", 17),)


def test_poetry_with_an_extra_and_a_group() -> None:
    text = """[tool.poetry]
name = "shop"

[tool.poetry.dependencies]
python = "^3.12"
Flask = "^3.0"
celery = {version = "^5.4", extras = ["redis"]}
mysqlclient = {version = "*", optional = true}

[tool.poetry.extras]
mysql = ["mysqlclient"]

[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
    found = pyproject.parse(text, "pyproject.toml")
    assert found.flavour == "poetry"
    assert found.python == "^3.12"
    assert by_name(found.requirements) == {
        "flask": ("^3.0", "", 6),
        "celery": ("^5.4", "", 7),
        "mysqlclient": ("", "extra:mysql", 8),
        "pytest": ("", "dev", 14),
    }


def test_a_pyproject_that_only_sets_up_tools() -> None:
    found = pyproject.parse("[tool.black]\nline-length = 100\n", "pyproject.toml")
    assert not found.is_project
    assert found.requirements == ()


def test_weird_types_are_no_requirements() -> None:
    text = 'project = 3\n[tool]\npoetry = []\n[dependency-groups]\nx = "y"\n'
    assert pyproject.parse(text, "pyproject.toml").requirements == ()


def test_a_pipfile_and_its_lock() -> None:
    text = '[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n[requires]\npython_version = "3.12"\n'
    found = pipfile.parse(text, "Pipfile")
    assert by_name(found.requirements) == {"flask": ("", "", 2), "pytest": ("", "dev", 4)}
    assert (found.python, found.python_line) == ("3.12", 6)
    lock = '{\n "_meta": {"requires": {"python_version": "3.12"}},\n'
    lock += ' "default": {\n  "flask": {"version": "==3.0"}\n }\n}'
    locked = pipfile.parse_lock(lock, "Pipfile.lock")
    assert by_name(locked.requirements) == {"flask": ("==3.0", "", 4)}
    assert locked.python == "3.12"


def test_a_setup_py_is_read_and_never_run() -> None:
    text = """import os
from setuptools import setup
os.remove("everything")
BASE = ["flask>=3"]
setup(
    name="shop",
    install_requires=BASE + ["celery", *BASE],
    extras_require={"dev": ["pytest"]},
    python_requires=">=3.10",
    entry_points={"console_scripts": ["shop = shop.cli:main"]},
)
"""
    found = setup_files.parse_py(text, "setup.py")
    assert [asked.name for asked in found.requirements] == ["flask", "celery", "flask", "pytest"]
    assert found.python == ">=3.10"
    assert found.scripts == (("shop", "shop.cli:main", 10),)


def test_a_setup_cfg() -> None:
    text = "[metadata]\nname = shop\n[options]\ninstall_requires =\n    flask>=3\n    celery\n"
    text += "python_requires = >=3.10\n"
    found = setup_files.parse_cfg(text, "setup.cfg")
    assert by_name(found.requirements) == {"flask": (">=3", "", 5), "celery": ("", "", 6)}
    assert found.python_line == 7


def test_locks_lead_from_names_to_what_they_need() -> None:
    uv = """requires-python = ">=3.12"

[[package]]
name = "fastapi"
version = "0.111.0"
dependencies = [
    { name = "starlette" },
]

[[package]]
name = "starlette"
version = "0.37.2"

[[package]]
name = "pytest"
version = "8.0.0"
"""
    lock = python_locks.parse(uv, "uv.lock")
    assert sorted(lock.reached(["fastapi"])) == ["fastapi", "starlette"]
    assert lock.packages["starlette"].line == 11
    assert (lock.python, lock.python_line) == (">=3.12", 1)
    poetry = '[[package]]\nname = "A_B"\nversion = "1"\n\n[package.dependencies]\nc = ">=1"\n\n'
    poetry += '[[package]]\nname = "c"\nversion = "2"\n'
    assert sorted(python_locks.parse(poetry, "poetry.lock").reached(["a-b"])) == ["a-b", "c"]


@given(st.text())
def test_any_text_gives_an_answer_or_a_manifest_error(text: str) -> None:
    setup_files.parse_py(text, "setup.py")
    setup_files.parse_cfg(text, "setup.cfg")
    python_locks.parse(text, "uv.lock")
    for parse in (pyproject.parse, pipfile.parse, pipfile.parse_lock):
        try:
            parse(text, "file")
        except ManifestError as error:
            assert error.path == "file"
