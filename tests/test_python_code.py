"""What a Python module says by its syntax tree, and from where it can be imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from scaffold.families.django.settings import settings_defaults, settings_of
from scaffold.families.python.code import module_of
from scaffold.families.python.entries import Sought, web_entries
from scaffold.families.python.imports import importable
from scaffold.families.python.objects import code_objects
from scaffold.families.python.syntax import tree_of
from scaffold.families.python.texts import assigned_texts
from scaffold.repo import Repo
from tests.examples import examples
from tests.test_python_web_stacks import repo_of


def objects(repo: Repo) -> list[tuple[str, str, str, bool]]:
    """Return file, name, how and factory of each Flask object."""
    found = code_objects(repo, ("flask.Flask",), repo.suffixed(".py"))
    return [(one.path, one.name, one.how, one.factory) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from flask import Flask\na, b = Flask('x'), 1\n", [("m.py", "a", "made", False)]),
        ("import flask\nif True:\n    a = flask.Flask('x')\n", [("m.py", "a", "made", False)]),
        (
            "import flask\ntry:\n    a = flask.Flask('x')\nexcept E:\n    pass\n",
            [("m.py", "a", "made", False)],
        ),
        ("from flask import Flask\ndef f():\n    return Flask('x')\n", [("m.py", "f", "made", True)]),
        (
            "from flask import Flask\ndef f():\n    if 1:\n        b = Flask('x')\n    return b\na = f()\n",
            [("m.py", "f", "made", True), ("m.py", "a", "called", False)],
        ),
        (
            "from flask import Flask\ndef f():\n    app = Flask('x')\n    return app, 1\na, io = f()\n",
            [("m.py", "f", "made", True), ("m.py", "a", "called", False)],
        ),
        ("class Flask: pass\na = Flask()\n", []),
        ("# from flask import Flask\na = Flask()\n", []),
        ("from flask import Flask\ndef f():\n    app = Flask('x')\n", []),
    ],
    ids=[
        "taken from a tuple",
        "made in a branch",
        "made in a try",
        "a factory that returns at once",
        "a factory that binds first",
        "a factory of two",
        "a class of the same name",
        "an import in a comment",
        "a function that returns nothing",
    ],
)
def test_objects(tmp_path: Path, text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert objects(repo_of(tmp_path, {"m.py": text})) == expected


def test_a_re_export_is_followed(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "pkg/__init__.py": "from .core import app as site\n",
            "pkg/core.py": "from flask import Flask\napp = Flask('x')\n",
            "wsgi.py": "import pkg.core\nserver = pkg.core.app\n",
        },
    )
    assert objects(repo) == [
        ("pkg/__init__.py", "site", "imported", False),
        ("pkg/core.py", "app", "made", False),
        ("wsgi.py", "server", "aliased", False),
    ]


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({"a/b.py": ""}, "a/b.py", (".", "a.b")),
        ({"a/b.py": "import c\n", "a/c.py": ""}, "a/b.py", ("a", "b")),
        ({"a/b.py": "from a import c\n", "a/c.py": ""}, "a/b.py", (".", "a.b")),
        ({"a/b.py": "from . import c\n", "a/__init__.py": "", "a/c.py": ""}, "a/b.py", (".", "a.b")),
        ({"a-b/c.py": ""}, "a-b/c.py", ("a-b", "c")),
        ({"a/b.py": "import json\n", "a/json.py": ""}, "a/b.py", (".", "a.b")),
        ({"a/b.py": "open('x.csv')\n", "a/x.csv": ""}, "a/b.py", ("a", "b")),
        ({"a.py": "", "a/__init__.py": ""}, "a.py", None),
    ],
    ids=[
        "nothing to go by",
        "a neighbour by its bare name",
        "a neighbour by its full name",
        "a relative import",
        "a folder that is no name",
        "a neighbour named like the standard library",
        "a file beside it",
        "hidden by a package",
    ],
)
def test_importable(
    tmp_path: Path, files: dict[str, str], path: str, expected: tuple[str, str] | None
) -> None:
    found = importable(repo_of(tmp_path, files), path)
    assert (found and (found.folder, found.module)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.settings')", ["a.settings"]),
        ("os.environ['DJANGO_SETTINGS_MODULE'] = 'a.settings'", ["a.settings"]),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', os.getenv('X', 'a.dev'))", ["a.dev"]),
        ("n = 'a.b'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', n)", ["a.b"]),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', f\"a.{os.environ.get('E', 'dev')}\")", ["a.dev"]),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.prod' if x else 'a.dev')", ["a.dev", "a.prod"]),
        ("print 'DJANGO_SETTINGS_MODULE'", []),
    ],
)
def test_settings_defaults(tmp_path: Path, line: str, expected: list[str]) -> None:
    repo = repo_of(tmp_path, {"manage.py": f"import os\n{line}\n"})
    assert [named.value for named in settings_defaults(repo, "manage.py")] == expected


def test_settings_follow_star_imports_and_includes(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "s/__init__.py": "from .base import *\nfrom split import include\ninclude('parts/*.py')\n",
            "s/base.py": "from .base import *\nDEBUG = True\nD = {}\nD['x']['y'] = 'deep'\n",
            "s/parts/a.py": "DEBUG = False\n",
        },
    )
    found = settings_of(repo, "s", ".")
    assert found is not None
    assert [one.text() for one in found.values["DEBUG"]] == ["True", "False"]
    assert found.all_text("D") == "{}\n'deep'"


_WORDS = st.sampled_from(
    (
        *(
            "from",
            "import",
            "Flask",
            "flask",
            "app",
            "=",
            "(",
            ")",
            "__name__",
            "def",
            "return",
            ":",
            "\n",
            "\t",
        ),
        *("if", "class", ",", ".", "'", '"', "#", "[", "]", "{", "}", "async", "await", "\x00", "é"),
    )
)


@given(words=st.lists(_WORDS, max_size=40))
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_reader(tmp_path: Path, words: list[str]) -> None:
    text = " ".join(words)
    (tmp_path / "m.py").write_text(text, encoding="utf-8")
    repo = Repo(tmp_path, ("m.py",))
    module_of(repo, "m.py")
    web_entries(repo, Sought(classes=("flask.Flask",), needles=("Flask",), packages=("flask",)))
    settings_of(repo, "m", ".")
    if tree := tree_of(repo, "m.py"):
        assigned_texts(tree)
