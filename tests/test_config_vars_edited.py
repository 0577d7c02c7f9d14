"""An edited config-vars.toml is an input: what a person wrote there reaches every other file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.golden import call

APP = {
    "app.py": (
        "import os\nfrom flask import Flask\n\napp = Flask(__name__)\n"
        'app.secret_key = os.environ["SECRET_KEY"]\n'
        'MAIL_FROM = os.environ["MAIL_FROM"]\n'
        'PAGE_SIZE = int(os.environ.get("PAGE_SIZE", "20"))\n'
        'PAY_TOKEN = os.environ["PAY_TOKEN"]\n'
    ),
    "requirements.txt": "flask==3.1\ngunicorn==23.0\n",
    ".python-version": "3.13\n",
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    top = tmp_path / "shop"
    top.mkdir()
    for path, text in APP.items():
        (top / path).write_text(text)
    return top


def init(app: Path, *words: str) -> str:
    code, said, talk = call("init", "-C", str(app), "--yes", *words)
    assert code == 0, talk
    return said + talk


def edit(app: Path, name: str, **fields: str | bool | None) -> None:
    """Change fields of a record as a person would: None takes the line out."""
    path = app / "config-vars.toml"
    head, mark, rest = path.read_text().partition(f"[vars.{name}]\n")
    assert mark
    body, gap, rest = rest.partition("\n\n")
    lines = [line for line in body.split("\n") if line.partition(" = ")[0] not in fields]
    lines += [f"{key} = {json.dumps(value)}" for key, value in fields.items() if value is not None]
    path.write_text(head + mark + "\n".join(lines) + gap + rest)


def env(app: Path, environment: str = "") -> dict[str, Any]:
    document = json.loads((app / "app.json").read_text())
    found: dict[str, Any] = document["environments"][environment]["env"] if environment else document["env"]
    return found


def section(app: Path, name: str) -> str:
    text = (app / "config-vars.toml").read_text()
    return text.partition(f"[vars.{name}]\n")[2].partition("\n\n")[0]


def deploys(app: Path) -> str:
    found = re.search(r"(?ms)^each_config_var\(\) \{.*?^\}$", (app / "bin" / "deploy").read_text())
    return found[0] if found else ""


def test_every_field_that_a_person_edits_reaches_the_other_files(app: Path) -> None:
    init(app)
    edit(app, "MAIL_FROM", description="Sender", required=False)
    edit(app, "PAGE_SIZE", value="50")
    edit(app, "PAY_TOKEN", generator="secret")
    with open(app / "config-vars.toml", "a") as file:
        file.write("\n[vars.REPORT_URL]\nrequired = true\n")
    init(app)
    assert env(app)["MAIL_FROM"] == {"description": "Sender", "required": False}
    assert env(app)["PAGE_SIZE"] == {"value": "50"}
    assert env(app)["PAY_TOKEN"]["generator"] == "secret"
    assert env(app)["REPORT_URL"]["required"] is True
    assert "MAIL_FROM" not in deploys(app)
    assert '"$1" PAGE_SIZE value \'"50"\'' in deploys(app)
    assert '"$1" REPORT_URL asked' in deploys(app)
    example = (app / ".env.example").read_text()
    assert "\nREPORT_URL=\n" in example
    assert "# Sender\n# MAIL_FROM=\n" in example


def test_what_nobody_edited_follows_the_code(app: Path) -> None:
    init(app)
    edit(app, "MAIL_FROM", required=False)
    text = (app / "app.py").read_text()
    (app / "app.py").write_text(text.replace('"20"', '"30"') + 'QUEUE = os.environ["QUEUE"]\n')
    init(app)
    document = call("detect", "-C", str(app), "--json")[1]
    found = {var["name"]: var for var in json.loads(document)["config_vars"]}
    assert found["PAGE_SIZE"]["default"] == "30"
    assert found["QUEUE"]["required"] is True
    assert found["MAIL_FROM"]["required"] is False
    assert found["MAIL_FROM"]["evidence"][0]["path"] == "config-vars.toml"


def test_a_variable_that_was_taken_out_stays_out_and_that_is_said_once(app: Path) -> None:
    init(app)
    text = (app / "config-vars.toml").read_text()
    gone = re.sub(r"\[vars\.(MAIL_FROM|PAGE_SIZE)\]\n.*?\n\n", "", text, flags=re.DOTALL)
    (app / "config-vars.toml").write_text(gone)
    for _ in range(2):
        said = init(app)
        assert said.count("The code reads MAIL_FROM, PAGE_SIZE, which you took out") == 1
        assert not {"MAIL_FROM", "PAGE_SIZE"} & set(env(app))
        assert "MAIL_FROM" not in deploys(app)
        assert "[vars.MAIL_FROM]" not in (app / "config-vars.toml").read_text()


def test_environments_reach_what_they_bear_upon(app: Path) -> None:
    init(app)
    with open(app / "config-vars.toml", "a") as file:
        file.write(
            '\n[env.review]\nPAY_TOKEN = { required = false }\nMAIL_FROM = { value = "review@example.com" }\n'
            '\n[env.staging.MAIL_FROM]\nvalue = "staging@example.com"\n'
            "\n[env.production.PAGE_SIZE]\nrequired = true\n"
            "\n[env.test.ONLY_IN_TESTS]\nvalue = 'a b'\n"
        )
    init(app)
    assert env(app)["MAIL_FROM"]["required"] is True
    review = env(app, "review")
    assert review["MAIL_FROM"]["value"] == "review@example.com"
    assert review["PAY_TOKEN"]["required"] is False
    assert review["SECRET_KEY"]["generator"] == "secret"
    assert env(app, "test")["ONLY_IN_TESTS"] == {"value": "a b"}
    script = deploys(app)
    both, _, cases = script.partition("case $ENVIRONMENT in")
    assert '"$1" PAY_TOKEN secret' in both
    assert "MAIL_FROM" not in both
    staging, _, production = cases.partition("production)")
    assert '"$1" MAIL_FROM value \'"staging@example.com"\'' in staging
    assert '"$1" MAIL_FROM asked' in production
    assert "PAGE_SIZE" in production
    assert "PAGE_SIZE" not in staging
    assert "example.com" not in (app / ".env.example").read_text()


def test_a_manifest_that_a_person_wrote_themselves_declares_all_it_says(app: Path) -> None:
    (app / "config-vars.toml").write_text(
        'format = 1\n[vars.MAIL_FROM]\nrequired = false\n[vars.EXTRA]\nvalue = "1"\n'
    )
    said = init(app)
    assert "keep yours   config-vars.toml" in said
    assert env(app)["MAIL_FROM"] == {"required": False}
    assert env(app)["EXTRA"] == {"value": "1"}
    assert env(app)["PAY_TOKEN"]["required"] is True


@pytest.mark.parametrize(
    "lines",
    ['value = "hunter2hunter2"', 'default = "hunter2hunter2"', 'value = "hunter2hunter2"\nkind = "text"'],
)
def test_a_value_beside_the_name_of_a_secret_is_copied_nowhere(app: Path, lines: str) -> None:
    (app / "config-vars.toml").write_text(f"format = 1\n[vars.STRIPE_SECRET_KEY]\n{lines}\n")
    said = init(app)
    assert "STRIPE_SECRET_KEY" in said
    said += call("detect", "-C", str(app), "--json")[1]
    written = [path for path in app.rglob("*") if path.is_file() and path.name != "config-vars.toml"]
    assert "hunter2" not in said + "".join(path.read_text() for path in written)


def test_an_address_with_a_password_in_it_is_a_secret_whatever_its_name(app: Path) -> None:
    (app / "config-vars.toml").write_text(
        'format = 1\n[vars.UPSTREAM]\nvalue = "https://me:hunter2hunter2@example.com/"\n'
    )
    assert "looks like a secret" in init(app)
    assert "hunter2" not in (app / "app.json").read_text() + (app / "bin" / "deploy").read_text()


def test_a_person_may_say_that_it_is_no_secret(app: Path) -> None:
    (app / "config-vars.toml").write_text(
        'format = 1\n[vars.PUBLIC_TOKEN]\nsecret = false\nvalue = "shown"\n'
    )
    init(app)
    assert env(app)["PUBLIC_TOKEN"] == {"value": "shown"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[vars.MAIL_FROM]\nrequire = false\nowner = 'web'", "says `require` of MAIL_FROM"),
        ("[var.MAIL_FROM]\nrequired = false", "has `var` at its top"),
        ("[env.stage.MAIL_FROM]\nrequired = false", "speaks of stage"),
        ("[env.demo.MAIL_FROM]\nrequired = false\nowner = 'web'\n[team]\nname = 'web'", ""),
    ],
)
def test_a_misspelt_word_is_said_and_one_of_the_persons_own_is_not(app: Path, lines: str, said: str) -> None:
    (app / "config-vars.toml").write_text(f"format = 1\n{lines}\n")
    talk = init(app)
    assert said in talk
    assert talk.count("which scaffold does not know") == bool(said)


def test_entries_of_a_persons_app_json_stay_theirs(app: Path) -> None:
    (app / "app.json").write_text(
        '{"env": {"FOR_A_BUILDPACK": {"value": "1"}, "MAIL_FROM": "a@example.com"}}'
    )
    init(app, "--on-existing", "merge")
    assert env(app)["FOR_A_BUILDPACK"] == {"value": "1"}
    assert env(app)["MAIL_FROM"] == "a@example.com"
    assert env(app)["PAY_TOKEN"]["required"] is True
    assert 'value = "1"' in section(app, "FOR_A_BUILDPACK")


def test_a_malformed_manifest_stops_with_its_line(app: Path) -> None:
    (app / "config-vars.toml").write_text("format = 1\n[vars.MAIL_FROM]\nrequired = 'no'\n")
    code, _, talk = call("init", "-C", str(app), "--yes")
    assert code == 2
    assert "config-vars.toml:3: `required` of MAIL_FROM must be true or false" in talk


def test_init_again_merges_the_edited_manifest_with_what_the_code_reads_now(app: Path) -> None:
    init(app)
    edit(app, "MAIL_FROM", required=False, owner="post room")
    text = (app / "app.py").read_text().replace('PAGE_SIZE = int(os.environ.get("PAGE_SIZE", "20"))\n', "")
    (app / "app.py").write_text(text + 'QUEUE = os.environ["QUEUE"]\n')
    said = init(app)
    assert "merge        config-vars.toml" in said
    manifest = (app / "config-vars.toml").read_text()
    assert re.findall(r"(?m)^\[vars\.(\w+)\]$", manifest) == ["MAIL_FROM", "PAY_TOKEN", "QUEUE", "SECRET_KEY"]
    assert "required = false" in section(app, "MAIL_FROM")
    assert 'owner = "post room"' in section(app, "MAIL_FROM")
    assert 'read_at = ["app.py:7"]' in section(app, "PAY_TOKEN")
    before = {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}
    assert "Nothing to write" in init(app)
    assert {path: path.read_bytes() for path in app.rglob("*") if path.is_file()} == before


def test_an_edit_stays_an_edit_however_often_init_runs(app: Path) -> None:
    init(app)
    edit(app, "MAIL_FROM", required=False)
    for count in range(3):
        with open(app / "app.py", "a") as file:
            file.write(f'N{count} = os.environ["NEW_{count}"]\n')
        init(app)
        assert env(app)["MAIL_FROM"]["required"] is False
        assert "required = false" in section(app, "MAIL_FROM")
        assert env(app)[f"NEW_{count}"]["required"] is True
    edit(app, "MAIL_FROM", required=True)
    init(app)
    assert env(app)["MAIL_FROM"]["required"] is True


@pytest.mark.parametrize("path", [".env.example", "app.json", "config-vars.toml"])
def test_its_own_lines_prove_nothing_in_a_file_that_a_person_edited(app: Path, path: str) -> None:
    init(app)
    before = json.loads(call("detect", "-C", str(app), "--json")[1])["config_vars"]
    note = {".env.example": "\n# A note\n", "app.json": "\n\n", "config-vars.toml": "\n# A note\n"}
    with open(app / path, "a") as file:
        file.write(note[path])
    assert json.loads(call("detect", "-C", str(app), "--json")[1])["config_vars"] == before


@pytest.mark.parametrize("said", ["keep", "replace"])
def test_what_is_said_on_the_command_line_goes_before_the_merge(app: Path, said: str) -> None:
    init(app)
    edit(app, "MAIL_FROM", owner="post room")
    with open(app / "app.py", "a") as file:
        file.write('QUEUE = os.environ["QUEUE"]\n')
    init(app, "--on-existing", said)
    text = (app / "config-vars.toml").read_text()
    assert ("owner" in text) == (said == "keep")
    assert ("QUEUE" in text) == (said == "replace")


def test_a_manifest_of_the_persons_own_is_completed_when_that_is_asked_for(app: Path) -> None:
    (app / "config-vars.toml").write_text("format = 1\n\n[vars.PAY_TOKEN]\nrequired = false  # soon\n")
    init(app, "--on-existing", "merge")
    text = (app / "config-vars.toml").read_text()
    assert "required = false  # soon\nsecret = true\n" in text
    assert "[vars.MAIL_FROM]" in text
    assert env(app)["PAY_TOKEN"]["required"] is False
    init(app)
    assert env(app)["PAY_TOKEN"]["required"] is False
    assert (app / "config-vars.toml").read_text() == text
