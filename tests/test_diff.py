"""`scaffold diff`: each hunk has its reason; what it calls kept, an update keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import golden
from tests.golden import call
from tests.managed import edit, repository
from tests.test_readme import block


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return repository(tmp_path)


def diff(top: Path, *words: str) -> tuple[int, str]:
    code, said, talk = call("diff", "-C", str(top), *words)
    assert code in (0, 1), talk
    return code, said


def reasons(top: Path, *words: str) -> list[str]:
    return [line[2:] for line in diff(top, *words)[1].splitlines() if line.startswith("# ")]


def test_nothing_differs_after_init(shop: Path) -> None:
    assert diff(shop) == (0, "Nothing differs: every file is as scaffold would write it today.\n")


def test_an_edit_is_kept(shop: Path) -> None:
    edit(shop, "Procfile", "web: gunicorn shop.wsgi", "web: gunicorn shop.wsgi --workers 3")
    code, said = diff(shop, "Procfile")
    assert code == 1
    assert said == (
        "--- Procfile on disk\n"
        "+++ Procfile as scaffold would write it today\n"
        "# process type web: you edited this (kept by update)\n"
        "@@ -1,3 +1,3 @@\n"
        "-web: gunicorn shop.wsgi --workers 3\n"
        "+web: gunicorn shop.wsgi\n"
        " release: python manage.py migrate --noinput\n"
        " beat: celery -A shop beat --loglevel=info\n\n"
    )


def test_what_the_code_newly_needs_is_named_with_its_proof(shop: Path) -> None:
    (shop / "shop" / "mail.py").write_text('import os\nSENDER = os.environ["MAIL_SENDER"]\n')
    told = reasons(shop, "app.json")
    assert told[0] == (
        'shop/mail.py:2 is new (SENDER = os.environ["MAIL_SENDER"]) -> config var MAIL_SENDER '
        "(update would add it); to refuse: scaffold update --decline config_var/MAIL_SENDER"
    )
    assert sum("--decline config_var/MAIL_SENDER" in reason for reason in reasons(shop)) == 1


def test_what_the_code_no_longer_shows_goes(shop: Path) -> None:
    edit(shop, "shop/settings.py", 'STRIPE_SECRET_KEY = os.environ["STRIPE_SECRET_KEY"]', "")
    told = " ".join(reasons(shop, "app.json"))
    assert "config var STRIPE_SECRET_KEY (update would take it out)" in told
    assert "nothing reads it any more" in told


def test_both_sides_of_one_hunk_are_told_apart(shop: Path) -> None:
    edit(shop, "Procfile", "worker: celery -A shop worker --loglevel=info\n", "mailer: python mail.py\n")
    told = reasons(shop, "Procfile")
    assert "process type mailer: you added this (kept by update)" in told
    assert "process type worker: you took it out; it stays out" in told


def test_a_conflict_is_said_to_be_one(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    edit(shop, "shop/settings.py", '"shop.wsgi.application"', '"shop.web.application"')
    (shop / "shop" / "wsgi.py").rename(shop / "shop" / "web.py")
    told = reasons(shop, "Procfile")
    assert any("you and scaffold both changed it" in reason for reason in told)
    assert call("update", "-C", str(shop), "--yes")[0] == 1
    assert reasons(shop, "Procfile")[0].startswith("an open conflict of an earlier update")
    assert "it holds an open conflict" in call("explain", "-C", str(shop), "Procfile:2")[1]


def test_an_open_conflict_in_json_is_not_called_kept(shop: Path) -> None:
    edit(shop, "app.json", '"beat": {\n      "quantity": 1', '"beat": {\n      "quantity": 0')
    edit(shop, "shop/settings.py", "CELERY_BEAT_SCHEDULE", "SCHEDULE")
    assert call("update", "-C", str(shop), "--yes")[0] == 1
    assert any(
        reason.startswith("dynos of beat: you and scaffold both changed it")
        for reason in reasons(shop, "app.json")
    )


def test_what_follows_from_a_change_has_that_as_its_reason(shop: Path) -> None:
    (shop / "Procfile").write_text((shop / "Procfile").read_text() + "mailer: python mail.py\n")
    told = reasons(shop, "bin/deploy")
    assert told == ["Procfile:5 is new (mailer: python mail.py) -> FORMATION (update would change it)"]


def test_a_deleted_file_stays_deleted(shop: Path) -> None:
    (shop / ".env.example").unlink()
    assert diff(shop, ".env.example") == (
        1,
        ".env.example: you deleted this file; it stays deleted "
        "(scaffold update --ask .env.example brings it back)\n\n",
    )


def test_the_person_s_own_file_is_from_before_scaffold(tmp_path: Path) -> None:
    with golden.copy_of("declared_procfile") as app:
        call("init", "-C", str(app), "--yes")
        told = reasons(app, "Procfile")
    assert told
    assert all("yours from before scaffold" in reason or "not in this file" in reason for reason in told)


def test_a_file_of_the_deploy_script_is_told_by_its_functions(shop: Path) -> None:
    edit(shop, "bin/deploy", "  done_with 'preflight'", "  done_with 'the preflight'")
    edit(shop, "bin/deploy", "REGION=us", "REGION=eu")
    assert reasons(shop, "bin/deploy") == [
        "REGION: you edited this (kept by update)",
        "preflight(): you edited this (kept by update)",
    ]


def test_newlines_and_marks_are_no_difference(shop: Path) -> None:
    for path in ("Procfile", "app.json", ".env.example"):
        text = (shop / path).read_bytes()
        (shop / path).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    assert diff(shop)[0] == 0


def test_another_layout_of_json_is_no_difference(shop: Path) -> None:
    document = json.loads((shop / "app.json").read_text())
    (shop / "app.json").write_text(json.dumps(document, indent=4) + "\n")
    assert diff(shop, "app.json")[0] == 0


def test_a_retired_name_in_a_person_s_file_is_the_reason(tmp_path: Path) -> None:
    with golden.copy_of("django_shop") as app:
        (app / "app.json").write_text('{\n    "name": "Shop",\n    "stack": "heroku-20"\n}\n')
        call("init", "-C", str(app), "--yes")
        told = reasons(app, "app.json")
    assert any("heroku-20 in app.json:3 -> the stack image (update would change it)" in each for each in told)


def test_one_json_document(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    code, said = diff(shop, "--json")
    document: dict[str, Any] = json.loads(said)
    assert (code, document["schema_version"], document["differs"]) == (1, 1, True)
    hunk = document["files"][0]["hunks"][0]
    assert hunk["reasons"][0] == {
        "keys": ["web"],
        "whose": "yours",
        "text": "process type web: you edited this (kept by update)",
        "refuse": "",
    }
    assert json.loads(diff(repository(shop.parent / "other"), "--json")[1])["files"] == []


def test_colors_are_those_of_the_reasons(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    monkeypatch.setenv("FORCE_COLOR", "1")
    said = diff(shop, "Procfile")[1]
    assert "\x1b[33m# process type web" in said
    assert "\x1b[31m-web: gunicorn shop.wsgi --workers 3\x1b[0m" in said


def test_a_password_is_masked(shop: Path) -> None:
    edit(shop, "Procfile", "web: gunicorn", "web: DB=postgres://me:hunter2hunter2@db.example.com/x gunicorn")
    said = diff(shop)[1] + diff(shop, "--json")[1] + call("explain", "-C", str(shop), "Procfile")[1]
    assert "hunter2" not in said
    assert "postgres://me:***@db.example.com/x" in said


def test_an_unknown_file_is_an_error(shop: Path) -> None:
    code, _, talk = call("diff", "-C", str(shop), "nothing.txt")
    assert code == 2
    assert "there is no file nothing.txt" in talk


def test_the_run_in_the_readme_is_a_real_one(shop: Path) -> None:
    edit(shop, "Procfile", "web: gunicorn shop.wsgi", "web: gunicorn shop.wsgi --workers 3")
    edit(shop, "Procfile", "worker: celery -A shop worker --loglevel=info\n", "")
    (shop / "shop" / "mail.py").write_text('import os\nSENDER = os.environ["MAIL_SENDER"]\n')
    assert diff(shop, "Procfile", ".env.example")[1].rstrip("\n") == block("diff")


def test_nothing_is_written(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn", "gunicorn --preload")
    before = golden.contents(shop)
    diff(shop)
    assert golden.contents(shop) == before


def test_what_is_called_kept_is_kept_by_an_update(shop: Path) -> None:
    edit(shop, "Procfile", "gunicorn shop.wsgi", "gunicorn shop.wsgi --workers 3")
    edit(shop, "app.json", '"Secret key of the payment provider"', '"From the dashboard"')
    (shop / "shop" / "mail.py").write_text('import os\nSENDER = os.environ["MAIL_SENDER"]\n')
    document = json.loads(diff(shop, "--json")[1])
    code, _, talk = call("update", "-C", str(shop), "--yes")
    assert code == 0, talk
    for file in document["files"]:
        text = (shop / file["path"]).read_text()
        for hunk in file["hunks"]:
            if {reason["whose"] for reason in hunk["reasons"]} == {"yours"}:
                assert all(row[1:] in text for row in hunk["lines"] if row[0] == "-")
    after = json.loads(diff(shop, "--json")[1])
    whose = {
        reason["whose"] for file in after["files"] for hunk in file["hunks"] for reason in hunk["reasons"]
    }
    assert whose == {"yours"}
