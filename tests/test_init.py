"""`scaffold init` as people meet it: what it writes, what it leaves alone, how it says no."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from scaffold import questions
from tests import terminal
from tests.golden import call, copy_of

FLASK = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "requirements.txt": "flask==3.1\ngunicorn==23.0\n",
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", FLASK)


def write(top: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, newline="")
    return top


def contents(top: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(top.rglob("*")):
        if path.is_file() and ".git/" not in str(path):
            found[path.relative_to(top).as_posix()] = path.read_bytes()
    return found


def test_it_writes_what_the_app_needs_and_says_what_is_next(app: Path) -> None:
    code, said, _ = call("init", "-C", str(app), "--yes")
    assert code == 0
    assert (app / "Procfile").read_text() == "web: gunicorn app:app\n"
    assert os.access(app / "bin" / "deploy", os.X_OK)
    assert "bin/deploy staging --create" in said
    assert "git init" in said


def test_detect_writes_nothing(app: Path) -> None:
    before = contents(app)
    assert call("detect", "-C", str(app))[0] == 0
    assert call("detect", "-C", str(app), "--json")[0] == 0
    assert contents(app) == before


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_looking_writes_nothing(app: Path, option: str) -> None:
    before = contents(app)
    code, said, _ = call("init", "-C", str(app), "--yes", option)
    assert code == 0
    assert "Procfile" in said
    assert ("+web: gunicorn app:app" in said) == (option == "--diff")
    assert contents(app) == before


def test_a_file_of_the_persons_is_kept_and_what_it_lacks_is_said(app: Path) -> None:
    write(app, {"Procfile": "worker: python w.py\n", "app.json": '{"name": "mine"}\n'})
    before = contents(app)
    code, said, _ = call("init", "-C", str(app), "--yes")
    assert code == 0
    after = contents(app)
    assert all(after[path] == text for path, text in before.items())
    assert "keep yours" in said
    assert "web: gunicorn app:app" in said.partition("Next")[2]


def test_merge_adds_what_is_missing_and_keeps_the_rest(app: Path) -> None:
    write(app, {"Procfile": "# mine\nworker: python w.py\n", "app.json": '{\n    "name": "mine"\n}\n'})
    assert call("init", "-C", str(app), "--yes", "--on-existing", "merge")[0] == 0
    assert (app / "Procfile").read_text() == "# mine\nworker: python w.py\nweb: gunicorn app:app\n"
    document = json.loads((app / "app.json").read_text())
    assert document["name"] == "mine"
    assert document["buildpacks"] == [{"url": "heroku/python"}]
    before = contents(app)
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert contents(app) == before


def test_replace_replaces(app: Path) -> None:
    write(app, {"app.json": '{"logo": "https://example.com/x.png"}\n'})
    assert call("init", "-C", str(app), "--yes", "--on-existing", "replace")[0] == 0
    assert "buildpacks" in json.loads((app / "app.json").read_text())


def test_an_edit_made_since_counts_as_the_persons(app: Path) -> None:
    call("init", "-C", str(app), "--yes")
    (app / "Procfile").write_text("web: gunicorn -k gevent app:app\n")
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert (app / "Procfile").read_text() == "web: gunicorn -k gevent app:app\n"


def test_its_own_output_is_no_evidence_and_follows_the_code(app: Path) -> None:
    call("init", "-C", str(app), "--yes")
    (app / "app.py").rename(app / "shop.py")
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert (app / "Procfile").read_text() == "web: gunicorn shop:app\n"


def test_only_writes_that_file(app: Path) -> None:
    assert call("init", "-C", str(app), "--yes", "--only", "Procfile")[0] == 0
    assert {path for path in contents(app) if not path.startswith(".scaffold/")} == {*FLASK, "Procfile"}
    code, _, talk = call("init", "-C", str(app), "--yes", "--only", "Profile")
    assert code == 2
    assert "Procfile" in talk


def test_answers_come_from_flags_and_files(app: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yml"
    answers.write_text("region: eu\nstaging_app: shop-test\n")
    arguments = [
        "--answers",
        str(answers),
        "--set",
        "staging_app=shop-two",
        "--set",
        "process_clock=python c.py",
    ]
    assert call("init", "-C", str(app), "--yes", *arguments)[0] == 0
    assert "clock: python c.py\n" in (app / "Procfile").read_text()
    recorded = (app / ".scaffold" / "answers.yml").read_text()
    assert 'region: "eu"' in recorded
    assert 'staging_app: "shop-two"' in recorded
    before = contents(app)
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert contents(app) == before


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--set", "colour=red"], 2, "no question 'colour'"),
        (["--set", "region"], 2, "NAME=VALUE"),
        (["--set", "region=mars"], 2, "region"),
        (["--set", "staging_app=Bad_Name"], 2, "staging_app"),
        (["--answers", "missing.yml"], 2, "missing.yml"),
        (["--stack", "cobol"], 2, "no stack 'cobol'"),
        (["--stack", "rails"], 3, "found no rails here"),
        (["--root", "backend"], 3, "backend"),
    ],
)
def test_a_wrong_word_is_a_clear_error_and_nothing_is_written(
    app: Path, arguments: list[str], code: int, told: str
) -> None:
    before = contents(app)
    got, _, talk = call("init", "-C", str(app), "--yes", *arguments)
    assert got == code
    assert told in talk
    assert contents(app) == before


def test_without_a_terminal_the_flags_are_named(app: Path) -> None:
    code, _, talk = call("init", "-C", str(app))
    assert code == 3
    assert "--yes" in talk
    assert "--set" in talk


def test_an_empty_folder_is_nothing_detected(tmp_path: Path) -> None:
    code, document, talk = call("detect", "-C", str(tmp_path), "--json")
    assert code == 3
    assert json.loads(document)["stack"] is None
    assert "no files" in talk


def test_a_wrong_folder_is_bad_input() -> None:
    assert call("init", "-C", "no/such/folder", "--yes")[0] == 2


def test_below_the_top_of_a_work_tree_the_files_go_to_the_top(app: Path) -> None:
    write(app, {f"api/{path}": text for path, text in FLASK.items()})
    for path in FLASK:
        (app / path).unlink()
    subprocess.run(["git", "init", "-q", str(app)], check=True)
    assert call("init", "-C", str(app / "api"), "--yes")[0] == 0
    assert (app / "Procfile").read_text() == "web: cd api && gunicorn app:app\n"
    assert (app / "requirements.txt").read_text().strip().endswith("-r api/requirements.txt")


def test_a_folder_that_is_a_link_out_is_never_written_through(app: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (app / "bin").symlink_to(outside)
    code, _, talk = call("init", "-C", str(app), "--yes")
    assert code == 1
    assert "leaves the repository" in talk
    assert list(outside.iterdir()) == []


def test_a_file_named_bin_is_said_and_the_rest_is_written(app: Path) -> None:
    write(app, {"bin": "x"})
    code, _, talk = call("init", "-C", str(app), "--yes")
    assert code == 1
    assert "bin is a file" in talk
    assert (app / "Procfile").exists()


def test_a_template_in_a_name_is_only_text(tmp_path: Path) -> None:
    top = write(tmp_path / "{{ 7*7 }}; touch pwned", FLASK)
    write(top, {"package.json": '{"name": "{{ 7*7 }}$(touch pwned)", "description": "{% raw %}"}'})
    assert call("init", "-C", str(top), "--yes")[0] == 0
    assert not [
        path for path, text in contents(top).items() if b"49" in text and path != ".scaffold/state.json"
    ]
    assert not list(tmp_path.rglob("pwned"))


def test_windows_line_ends_change_nothing(app: Path, tmp_path: Path) -> None:
    windows = write(tmp_path / "windows", {path: text.replace("\n", "\r\n") for path, text in FLASK.items()})
    call("init", "-C", str(app), "--yes", "--set", "staging_app=", "--set", "production_app=x-y")
    call("init", "-C", str(windows), "--yes", "--set", "staging_app=", "--set", "production_app=x-y")
    assert (windows / "Procfile").read_bytes() == (app / "Procfile").read_bytes()


def in_terminal(app: Path, keys: list[bytes], *, end: int | None = None) -> tuple[int, str]:
    """Run init in a terminal."""
    return terminal.run(["init", "-C", str(app)], keys, end=end)


def test_in_a_terminal_enter_accepts_every_default(app: Path) -> None:
    code, seen = in_terminal(app, [b"\r"] * 10)
    assert code == 0, seen
    assert "Write " in seen
    assert (app / "Procfile").read_text() == "web: gunicorn app:app\n"


def test_questions_are_those_of_the_app_and_shown_whole(tmp_path: Path) -> None:
    node = write(
        tmp_path / "node",
        {"package.json": '{"name": "ledger", "scripts": {"start": "node a.js"}}', "a.js": "listen()\n"},
    )
    code, seen = in_terminal(node, [b"\r"] * 3 + [b"\x03"])
    assert code == 130, seen
    assert "names are global on Heroku)" in seen
    code, seen = in_terminal(node, [b"\r"] * 10)
    assert code == 0, seen
    assert "Python" not in seen


def test_an_edit_taken_in_a_terminal_is_made_and_committed(app: Path) -> None:
    (app / "requirements.txt").write_text("flask")
    subprocess.run(["git", "init", "-q", str(app)], check=True)
    code, seen = in_terminal(app, [b"\r"] * 12)
    assert code == 0, seen
    assert (app / "requirements.txt").read_text() == "flask\ngunicorn\n"
    assert "requirements.txt" in seen.partition("git add")[2]


def test_control_c_at_a_prompt_leaves_everything_as_it_was(app: Path) -> None:
    before = contents(app)
    code, seen = in_terminal(app, [b"\r", b"\x03"])
    assert code == 130, seen
    assert contents(app) == before


def test_the_end_of_input_is_an_interruption_and_no_bug(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: object) -> int:
        raise EOFError

    monkeypatch.setattr("scaffold.cli.init.run", ended)
    code, _, talk = call("init", "-C", str(app))
    assert code == 130
    assert "bug" not in talk


def test_a_signal_while_a_prompt_waits_leaves_everything_as_it_was(app: Path) -> None:
    before = contents(app)
    code, seen = in_terminal(app, [b"\r"], end=signal.SIGINT)
    assert code == 130, seen
    assert contents(app) == before


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My Shop", "my-shop"),
        ("42 things", "things"),
        ("a", ""),
        ("{{ 7*7 }}", ""),
        ("x" * 40, "x" * 30),
        ("Über-App_2", "ber-app-2"),
    ],
)
def test_an_app_name_is_one_heroku_takes(text: str, name: str) -> None:
    assert questions.app_name(text) == name


def test_a_deploy_script_of_the_persons_own_is_never_named_as_the_way_to_deploy(app: Path) -> None:
    write(app, {"bin/deploy": "#!/bin/sh\nrsync -a . host:/srv\n"})
    _, said, _ = call("init", "-C", str(app), "--yes")
    assert "bin/deploy staging" not in said
    assert "heroku create" in said
    assert (app / "bin/deploy").read_text().startswith("#!/bin/sh\nrsync")


def test_git_is_begun_before_the_steps_that_use_it(app: Path) -> None:
    write(app, {"requirement.txt": FLASK["requirements.txt"]})
    (app / "requirements.txt").unlink()
    _, said, _ = call("init", "-C", str(app), "--yes")
    assert said.index("git init") < said.index("git mv requirement.txt requirements.txt")


def test_the_pipeline_has_the_name_of_the_production_app() -> None:
    with copy_of("flask_factory") as app:
        call(
            "init", "-C", str(app), "--yes", "--set", "production_app=shop", "--set", "staging_app=shop-test"
        )
        assert "PIPELINE=shop\n" in (app / "bin/deploy").read_text()
        code, _, said = call("init", "-C", str(app), "--yes", "--set", "pipeline=The Shop")
        assert code == 2
        assert "lower-case letters, digits and dashes" in said
        call("init", "-C", str(app), "--yes", "--set", "pipeline=")
        assert "PIPELINE" not in (app / "bin/deploy").read_text()
