"""Which web command Django, Flask, FastAPI and other Python web apps get, by what their files say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scaffold.facts import AnyFact, Migration, Process, Strength, Uses
from scaffold.families.python.apps import python_apps
from scaffold.families.python.web import other_web
from scaffold.repo import Repo
from scaffold.stacks import django, fastapi, flask
from tests.flask_cases import FLASK, FLASK_CASES
from tests.python_cases import MANAGE, PYTHON_CASES, SETTINGS, WSGI


def repo_of(top: Path, files: Mapping[str, str]) -> Repo:
    """Write the files below `top` and index them."""
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Repo(top, tuple(files))


def facts_of(repo: Repo) -> list[AnyFact]:
    """Return what the Python web detectors say of a repository."""
    found: list[AnyFact] = [*django.detect(repo), *flask.detect(repo), *fastapi.detect(repo)]
    for app in python_apps(repo):
        found += other_web(repo, app)
    return found


def webs(facts: list[AnyFact]) -> list[str]:
    """Return the web commands that are more than a hint, with their build root where it is no top."""
    return [
        fact.command if fact.root == "." else f"[{fact.root}] {fact.command}"
        for fact in facts
        if isinstance(fact, Process) and fact.name == "web" and fact.strength > Strength.HINT
    ]


CASES = {**FLASK_CASES, **PYTHON_CASES}


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES.keys())
def test_web_command(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert webs(facts_of(repo_of(tmp_path, files))) == expected


def test_every_fact_has_evidence(tmp_path: Path) -> None:
    for number, (files, _) in enumerate(CASES.values()):
        for fact in facts_of(repo_of(tmp_path / str(number), files)):
            assert fact.evidence, fact


def test_production_settings_are_named(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings.local"),
            "shop/settings/__init__.py": "",
            "shop/settings/base.py": SETTINGS + "DATABASES = {'default': dj_database_url.config()}\n",
            "shop/settings/local.py": "from .base import *\n",
            "shop/settings/production.py": "from .base import *\nDEBUG = False\n",
            "shop/wsgi.py": WSGI.format("shop.settings.local"),
            "blog/migrations/__init__.py": "",
        },
    )
    facts = facts_of(repo)
    values = {getattr(fact, "name", ""): getattr(fact, "value", "") for fact in facts}
    assert values["DJANGO_SETTINGS_MODULE"] == "shop.settings.production"
    assert [fact.command for fact in facts if isinstance(fact, Migration)] == [
        "python manage.py migrate --noinput"
    ]


def test_secret_key_is_never_shown(tmp_path: Path) -> None:
    repo = repo_of(
        tmp_path,
        {
            "requirements.txt": "Django\ngunicorn\n",
            "manage.py": MANAGE.format("shop.settings"),
            "shop/settings.py": SETTINGS + "SECRET_KEY = 'very-private-text'\n",
        },
    )
    facts = facts_of(repo)
    assert any(getattr(fact, "id", "") == "django/secret-key-in-code" for fact in facts)
    assert "very-private-text" not in repr(facts)


def test_an_app_under_a_main_guard_is_no_candidate(tmp_path: Path) -> None:
    text = FLASK + "if __name__ == '__main__':\n    app = Flask(__name__)\n    app.run()\n"
    facts = facts_of(repo_of(tmp_path, {"requirements.txt": "flask\ngunicorn\n", "app.py": text}))
    assert webs(facts) == []
    assert any(getattr(fact, "id", "") == "flask/app-under-main-guard" for fact in facts)
    assert all(fact.strength == Strength.HINT for fact in facts if isinstance(fact, Uses))
