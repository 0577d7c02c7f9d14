"""`scaffold explain FILE[:LINE]`: every line answers; what is no file of scaffold's is a clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import golden
from tests.golden import call
from tests.managed import edit, repository
from tests.test_readme import block

DEPLOYED = [name for name in golden.samples() if "error.txt" not in golden.expected(name)]


def explain(top: Path, place: str, *words: str) -> tuple[int, str, str]:
    return call("explain", "-C", str(top), place, *words)


def document(top: Path, place: str) -> dict[str, Any]:
    code, said, talk = explain(top, place, "--json")
    assert code == 0, talk
    found: dict[str, Any] = json.loads(said)
    assert found["schema_version"] == 1
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return repository(tmp_path)


def test_a_line_names_its_template_its_proof_and_what_changes_it(shop: Path) -> None:
    code, said, talk = explain(shop, "Procfile:4")
    assert (code, talk) == (0, "")
    assert said.startswith("Procfile:4  process type worker\n    worker: celery -A shop worker")
    assert 'because of    shop/celery.py:7: app = Celery("shop")' in said
    assert "template      templates/common/Procfile.jinja:3" in said
    assert "scaffold update --set process_worker='COMMAND'" in said


def test_without_a_line_every_key_has_a_block(shop: Path) -> None:
    keys = [block["key"] for block in document(shop, "Procfile")["blocks"]]
    assert keys == ["web", "release", "beat", "worker"]
    keys = [block["key"] for block in document(shop, "app.json")["blocks"]]
    assert keys[:4] == ["name", "description", "keywords", "stack"]
    assert "env.STRIPE_SECRET_KEY" in keys
    assert "env" not in keys


@pytest.mark.parametrize("name", DEPLOYED)
def test_the_files_of_every_sample_are_explained(name: str, tmp_path: Path) -> None:
    top = repository(tmp_path, name)
    for path in ("app.json", "Procfile", "heroku.yml", "bin/deploy"):
        if not (top / ".scaffold" / "base" / path).is_file():
            continue
        blocks = document(top, path)["blocks"]
        assert blocks or not (top / path).read_text().strip(), path
        assert all(block["what"] for block in blocks if block["status"] == "same")


def test_an_edited_line_says_what_scaffold_would_write(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    said = explain(shop, "Procfile:1")[1]
    assert "You edited this; `scaffold update` keeps your edit." in said
    assert "scaffold:     web: gunicorn shop.wsgi\n" in said


def test_an_edit_that_clashes_is_not_called_kept(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    edit(shop, "shop/settings.py", '"shop.wsgi.application"', '"shop.web.application"')
    (shop / "shop" / "wsgi.py").rename(shop / "shop" / "web.py")
    assert "an update leaves a conflict" in explain(shop, "Procfile:1")[1]
    assert call("update", "-C", str(shop), "--yes")[0] == 1
    said = explain(shop, "Procfile")[1]
    assert "Procfile:1-7\n  An open conflict:" in said
    assert "You added this" not in said


def test_an_added_line_is_said_to_be_the_person_s(shop: Path) -> None:
    (shop / "Procfile").write_text((shop / "Procfile").read_text() + "mailer: python mailer.py\n")
    assert "You added this; `scaffold update` keeps it." in explain(shop, "Procfile:5")[1]
    edit(shop, "app.json", '    "DEBUG": {', '    "MINE": {\n      "required": false\n    },\n    "DEBUG": {')
    found = {block["key"]: block["status"] for block in document(shop, "app.json")["blocks"]}
    assert found["env.MINE"] == "added"
    assert found["env.DEBUG"] == "same"


def test_what_was_taken_out_and_what_is_new_is_told_at_the_end(shop: Path) -> None:
    edit(shop, "Procfile", "beat: celery -A shop beat --loglevel=info\n", "")
    (shop / "shop" / "mail.py").write_text('import os\nSENDER = os.environ["MAIL_SENDER"]\n')
    assert "You took out process type beat; it stays out." in explain(shop, "Procfile")[1]
    said = explain(shop, "app.json")[1]
    assert "New: `scaffold update` would add config var MAIL_SENDER" in said
    assert "shop/mail.py:2" in said


def test_lines_of_another_newline_style_are_the_same(shop: Path) -> None:
    text = (shop / "Procfile").read_bytes()
    (shop / "Procfile").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert {block["status"] for block in document(shop, "Procfile")["blocks"]} == {"same"}


def test_an_adopted_file_is_the_person_s(tmp_path: Path) -> None:
    top = tmp_path / "app"
    with golden.copy_of("declared_procfile") as app:
        app.rename(top)
        (app / "x").parent.mkdir()
    call("init", "-C", str(top), "--yes")
    said = explain(top, "Procfile:1")[1]
    assert "yours; you had this file before scaffold" in said


def test_what_scaffold_added_to_a_person_s_file_is_not_called_theirs(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "tasks.py").write_text("from celery import Celery\n\napp = Celery('tasks')\n")
    (tmp_path / "requirements.txt").write_text("flask\ncelery\ngunicorn\ngreenlet==3.0.1\n")
    (tmp_path / "Procfile").write_text("web: gunicorn app:app --workers 2\n")
    assert call("init", "-C", str(tmp_path), "--yes", "--on-existing", "merge")[0] == 0
    mine, its = (explain(tmp_path, f"Procfile:{line}")[1] for line in (1, 2))
    assert "Yours; scaffold never wrote this." in mine
    assert "Scaffold added this to your file." in its
    assert "Yours" not in its
    version = explain(tmp_path, ".python-version")[1]
    assert "No line asks for a version; the one named here goes with 3.12." in " ".join(version.split())
    assert "requirements.txt:4: greenlet==3.0.1" in version


def test_a_deleted_file_is_explained_as_it_would_be_written(shop: Path) -> None:
    (shop / "Procfile").unlink()
    said = explain(shop, "Procfile:1")[1]
    assert "you deleted this file; it stays deleted" in said
    assert "web: gunicorn shop.wsgi" in said


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("./Procfile", 0),
        ("shop/../Procfile:2", 2),
        ("bin\\deploy:11", 11),
        (".\\Procfile", 0),
        ("{top}/app.json:5", 5),
    ],
)
def test_a_file_may_be_named_in_many_ways(shop: Path, place: str, line: int) -> None:
    found = document(shop, place.replace("{top}", str(shop)))
    assert not line or (found["blocks"][0]["first"], len(found["blocks"])) == (line, 1)


def test_paths_are_as_seen_from_the_current_folder(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "bin")
    assert call("explain", "deploy:11")[1].startswith("bin/deploy:11  REGION")
    assert call("explain", "../Procfile:1")[0] == 0
    assert call("explain", "Procfile:1")[0] == 0


@pytest.mark.parametrize(
    ("place", "summary"),
    [
        ("Procfile:99", "Procfile has 4 lines, there is no line 99"),
        ("Procfile:0", "Procfile:0: lines are counted from 1"),
        ("Procfile:", "Procfile:: lines are counted from 1"),
        ("Procfle", "there is no file Procfle"),
        ("heroku.yml:1", "there is no file heroku.yml"),
        ("manage.py:1", "manage.py is a file of yours that scaffold does not write"),
        ("shop", "shop is a folder"),
        (".scaffold/plan.json", ".scaffold/plan.json is scaffold's own record"),
        ("../elsewhere", "../elsewhere is not in this repository"),
        ("/etc/hosts:1", "/etc/hosts is not in this repository"),
        (".", ". is a folder"),
    ],
)
def test_what_cannot_be_explained_is_a_clear_error(shop: Path, place: str, summary: str) -> None:
    code, said, talk = explain(shop, place)
    assert (code, said) == (2, "")
    assert talk.startswith(f"error: {summary}\n")


def test_a_misspelled_name_gets_the_nearest_one(shop: Path) -> None:
    assert "Did you mean Procfile?" in explain(shop, "Procfle")[2]


def test_an_ejected_file_is_not_scaffold_s(shop: Path) -> None:
    state = shop / ".scaffold" / "state.json"
    document = json.loads(state.read_text())
    state.write_text(json.dumps({**document, "ejected": ["bin/deploy"]}))
    code, _, talk = explain(shop, "bin/deploy:3")
    assert code == 2
    assert "bin/deploy is ejected" in talk


def test_before_init_there_is_nothing_to_explain(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    code, _, talk = explain(tmp_path, "Procfile")
    assert code == 2
    assert "scaffold init" in talk


def test_the_run_in_the_readme_is_a_real_one(shop: Path) -> None:
    assert explain(shop, "Procfile:4")[1].rstrip("\n") == block("explain")


def test_nothing_is_written(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn", "gunicorn --preload")
    before = golden.contents(shop)
    explain(shop, "Procfile")
    assert golden.contents(shop) == before


def test_a_line_of_an_organisation_s_template_is_traced_to_it(tmp_path: Path) -> None:
    layer = tmp_path / "acme"
    layer.mkdir()
    (layer / "Procfile.jinja").write_text("{% include '_shipped/Procfile.jinja' %}\nmetrics: bin/metrics\n")
    (layer / "ci.yml.jinja").write_text("# of {{ plan.stack }}\nsteps: [test]\n")
    top = tmp_path / "app"
    with golden.copy_of("django_shop") as app:
        app.rename(top)
        app.mkdir()
    code, _, said = call("init", "-C", str(top), "--yes", "--template", str(layer))
    assert code == 0, said
    templates = {block["text"][0]: block["template"] for block in document(top, "Procfile")["blocks"]}
    assert templates["metrics: bin/metrics"] == "../acme/Procfile.jinja:2"
    assert templates["web: gunicorn shop.wsgi"] == "templates/common/Procfile.jinja:3"
    found = document(top, "ci.yml:2")["blocks"][0]
    assert found["template"] == "../acme/ci.yml.jinja:2"
    edit(top, "ci.yml", "steps: [test]", "steps: [test, lint]")
    assert "# you edited this (kept by update)" in call("diff", "-C", str(top), "ci.yml")[1]
