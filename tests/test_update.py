"""`scaffold update` as a whole: what it says, what it writes, what it leaves alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from scaffold import __version__, regenerate, render, state
from scaffold.merge import has_markers
from tests import golden, terminal
from tests.golden import call, contents

APP = """\
import os
from flask import Flask

app = Flask(__name__)
KEY = os.environ["API_KEY"]
"""

WORKER = """\
from celery import Celery

app = Celery("shop", broker="redis://localhost")
"""


DATA = Path(state.__file__).parent / "data"
SCHEMA = json.loads((DATA / "update.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A Flask app after init, in git."""
    app = tmp_path / "shop"
    app.mkdir()
    put(
        app,
        "app.py",
        "import os\nfrom flask import Flask\n\napp = Flask(__name__)\nKEY = os.environ['API_KEY']\n",
    )
    put(app, "requirements.txt", "flask\ngunicorn\n")
    git(app, "init", "-q", "-b", "main")
    commit(app)
    assert call("init", "-C", str(app), "--yes")[0] == 0
    commit(app)
    return app


def put(app: Path, path: str, text: str) -> None:
    (app / path).parent.mkdir(parents=True, exist_ok=True)
    (app / path).write_bytes(text.encode())


def git(app: Path, *words: str) -> str:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    return subprocess.run(
        ["git", "-C", str(app), *who, *words], check=True, capture_output=True, text=True
    ).stdout


def commit(app: Path) -> None:
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "x", "--allow-empty")


def update(app: Path, *words: str) -> tuple[int, str, str]:
    return call("update", "-C", str(app), *words)


def add_worker(app: Path) -> None:
    put(app, "tasks.py", WORKER)
    put(app, "requirements.txt", "flask\ngunicorn\ncelery\nredis\n")


def clash(app: Path) -> None:
    """Edit the web process and move the code from under it."""
    procfile = (app / "Procfile").read_text()
    put(app, "Procfile", procfile.replace("gunicorn app:app", "gunicorn app:app --workers 4"))
    (app / "app.py").rename(app / "server.py")


def test_nothing_changed_writes_nothing_and_says_so(shop: Path) -> None:
    before = contents(shop)
    assert update(shop, "--check") == (0, "Everything is up to date.\n", "")
    code, said, _ = update(shop, "--yes")
    assert (code, contents(shop)) == (0, before)
    assert "every file is as it should be" in said


def test_what_changed_is_said_with_its_proof_and_what_follows_is_written(shop: Path) -> None:
    add_worker(shop)
    code, said, _ = update(shop, "--yes")
    assert code == 0
    assert "process type worker: celery -A tasks worker" in said
    assert "tasks.py:3" in said
    assert "worker: celery" in (shop / "Procfile").read_text()
    assert "worker=1" in (shop / "bin/deploy").read_text()
    assert update(shop, "--check")[0] == 0


def test_check_tells_drift_and_writes_nothing(shop: Path) -> None:
    add_worker(shop)
    before = contents(shop)
    assert update(shop, "--check")[0] == 1
    assert update(shop)[0] == 1, "without a terminal it is --check"
    assert update(shop, "--dry-run")[0] == 0
    code, said, _ = update(shop, "--diff")
    assert code == 0
    assert "+worker: celery" in said
    assert contents(shop) == before


def test_lines_that_moved_are_no_drift_but_are_brought_up_to_date(shop: Path) -> None:
    put(shop, "app.py", "# Top.\n" + (shop / "app.py").read_text())
    assert update(shop, "--check")[0] == 0
    assert update(shop, "--yes")[0] == 0
    assert "app.py:6" in (shop / "config-vars.toml").read_text()


def test_a_declined_proposal_stays_declined_until_it_is_asked_for(shop: Path) -> None:
    add_worker(shop)
    assert update(shop, "--yes", "--decline", "process/worker")[0] == 0
    assert "worker" not in (shop / "Procfile").read_text()
    assert "worker=1" not in (shop / "bin/deploy").read_text()
    assert update(shop, "--check")[0] == 0
    assert update(shop, "--yes", "--ask", "process/worker")[0] == 0
    assert "worker: celery" in (shop / "Procfile").read_text()


def test_a_change_that_is_declined_holds_on_to_what_was(shop: Path) -> None:
    (shop / "app.py").rename(shop / "server.py")
    code, said, _ = update(shop, "--yes", "--decline", "process/web")
    assert code == 0, said
    assert "web: gunicorn app:app\n" in (shop / "Procfile").read_text()
    assert state.load(shop).answers["process_web"] == "gunicorn app:app"
    assert update(shop, "--check")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("--yes", "--decline", "process/nothing"), "no such proposal", id="unknown proposal"),
        pytest.param(("--yes", "--ask", "nothing"), "no question", id="unknown question"),
        pytest.param(("--yes", "--check"), "do not go together", id="check and yes"),
        pytest.param(("--continue", "--abort"), "do not go together", id="continue and abort"),
        pytest.param(("--continue",), "no update has left a conflict", id="nothing to continue"),
        pytest.param(("--abort",), "no update has left a conflict", id="nothing to abort"),
        pytest.param(("--yes", "--set", "colour=red"), "no question 'colour'", id="unknown answer"),
    ],
)
def test_a_wrong_call_is_told_and_writes_nothing(shop: Path, words: tuple[str, ...], told: str) -> None:
    before = contents(shop)
    code, _, talk = update(shop, *words)
    assert code == 2
    assert told in talk
    assert contents(shop) == before


def test_without_an_init_it_says_to_run_it(tmp_path: Path) -> None:
    put(tmp_path, "app.py", "x = 1\n")
    code, _, talk = update(tmp_path)
    assert code == 2
    assert "scaffold init" in talk


def test_what_the_person_deleted_stays_deleted_until_it_is_asked_for(shop: Path) -> None:
    (shop / ".env.example").unlink()
    put(shop, "Procfile", "")
    assert update(shop, "--yes")[0] == 0
    assert not (shop / ".env.example").exists()
    assert (shop / "Procfile").read_text() == ""
    assert update(shop, "--yes", "--ask", ".env.example")[0] == 0
    assert "API_KEY=" in (shop / ".env.example").read_text()


def test_an_added_process_type_reaches_the_other_files(shop: Path) -> None:
    put(shop, "Procfile", (shop / "Procfile").read_text() + "mailer: python mailer.py\n")
    put(shop, "mailer.py", "print('x')\n")
    assert update(shop, "--yes")[0] == 0
    assert "mailer=1" in (shop / "bin/deploy").read_text()
    assert json.loads((shop / "app.json").read_text())["formation"]["mailer"]["quantity"] == 1


def test_a_conflict_is_marked_known_to_git_and_ends_with_continue(shop: Path) -> None:
    clash(shop)
    code, said, _ = update(shop, "--yes")
    assert code == 1
    assert "Procfile:1: web" in said
    text = (shop / "Procfile").read_text()
    assert text.startswith("<<<<<<< yours\nweb: gunicorn app:app --workers 4\n||||||| ")
    assert git(shop, "ls-files", "-u", "Procfile").count("\n") == 3
    assert update(shop, "--check")[0] == 1
    assert update(shop, "--yes")[0] == 1, "not while a conflict is open"
    assert update(shop, "--continue")[0] == 1, "not while there are markers"
    put(shop, "Procfile", "web: gunicorn server:app --workers 4\n")
    assert update(shop, "--continue")[0] == 0
    assert not (shop / ".scaffold/conflicts").exists()
    commit(shop)
    assert update(shop, "--check") == (0, "Everything is up to date.\n", "")


def test_git_mergetool_works_on_a_conflict(shop: Path) -> None:
    clash(shop)
    update(shop, "--yes")
    tool = ("-c", "merge.tool=mine", "-c", 'mergetool.mine.cmd=cp "$REMOTE" "$MERGED"')
    git(shop, *tool, "-c", "mergetool.mine.trustExitCode=true", "mergetool", "--no-prompt", "Procfile")
    assert (shop / "Procfile").read_text() == "web: gunicorn server:app\n"
    assert git(shop, "ls-files", "-u") == ""
    assert update(shop, "--continue")[0] == 0


def test_abort_brings_back_every_byte_and_the_index(shop: Path) -> None:
    clash(shop)
    before, listed = contents(shop), git(shop, "ls-files", "-s")
    update(shop, "--yes")
    assert update(shop, "--abort")[0] == 0
    after = {path: text for path, text in contents(shop).items() if not path.startswith(".git/")}
    assert after == {path: text for path, text in before.items() if not path.startswith(".git/")}
    assert git(shop, "ls-files", "-s") == listed
    assert update(shop, "--check")[0] == 1, "the drift is still there"


def test_abort_leaves_what_was_edited_since(shop: Path) -> None:
    clash(shop)
    update(shop, "--yes")
    put(shop, "config-vars.toml", (shop / "config-vars.toml").read_text() + "# mine\n")
    code, _, talk = update(shop, "--abort")
    assert code == 1
    assert "config-vars.toml was edited" in talk
    assert (shop / "config-vars.toml").read_text().endswith("# mine\n")


def test_a_conflict_in_json_keeps_the_persons_value_and_reports_both(shop: Path) -> None:
    document = json.loads((shop / "app.json").read_text())
    document["description"] = "Mine"
    put(shop, "app.json", json.dumps(document, indent=2) + "\n")
    put(shop, "pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndescription = "Theirs"\n')
    base = json.loads((shop / ".scaffold/base/app.json").read_text())
    base["description"] = "Before"
    put(shop, ".scaffold/base/app.json", json.dumps(base, indent=2) + "\n")
    code, said, _ = update(shop, "--yes")
    assert code == 1
    assert json.loads((shop / "app.json").read_text())["description"] == "Mine"
    for value in ("Mine", "Theirs"):
        assert value in said
        assert value in (shop / ".scaffold/conflicts/report.txt").read_text()
    assert update(shop, "--check")[0] == 1
    assert update(shop, "--continue")[0] == 0
    assert update(shop, "--check")[0] == 0


def test_conflicts_are_forgotten_where_git_took_the_update_back(shop: Path) -> None:
    clash(shop)
    commit(shop)
    update(shop, "--yes")
    git(shop, "reset", "-q", "--hard")
    assert update(shop, "--yes")[0] == 1
    assert has_markers((shop / "Procfile").read_text())


def test_line_ends_and_the_last_newline_stay(shop: Path) -> None:
    text = (shop / "Procfile").read_text().replace("\n", "\r\n") + "# mine"
    put(shop, "Procfile", text)
    add_worker(shop)
    assert update(shop, "--yes")[0] == 0
    merged = (shop / "Procfile").read_bytes()
    assert b"worker: celery" in merged
    assert merged.count(b"\n") == merged.count(b"\r\n")
    assert merged.endswith(b"# mine")


def test_it_works_without_git_and_in_a_renamed_folder(shop: Path) -> None:
    shutil.rmtree(shop / ".git")
    moved = shop.rename(shop.parent / "renamed")
    assert update(moved, "--check")[0] == 0
    names = state.load(moved).answers
    add_worker(moved)
    clash(moved)
    assert update(moved, "--yes")[0] == 1
    assert state.load(moved).answers == names
    assert update(moved, "--abort")[0] == 0


def test_modes_and_links_stay(shop: Path) -> None:
    (shop / "deploy").mkdir()
    (shop / "Procfile").rename(shop / "deploy/Procfile")
    (shop / "Procfile").symlink_to("deploy/Procfile")
    os.chmod(shop / "bin/deploy", 0o750)
    add_worker(shop)
    assert update(shop, "--yes")[0] == 0
    assert (shop / "Procfile").is_symlink()
    assert "worker" in (shop / "deploy/Procfile").read_text()
    assert (shop / "bin/deploy").stat().st_mode & 0o777 == 0o750


KILLED = """
import os, signal, sys
from scaffold.cli import main

real = os.replace

def replace(source, target, **rest):
    if str(target).endswith("/shop/Procfile"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(source, target, **rest)

os.replace = os.rename = replace
main(["update", "-C", sys.argv[1], "--yes"])
"""


def test_a_killed_write_is_told_by_check_and_ended_by_the_next_update(shop: Path) -> None:
    add_worker(shop)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(shop)], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    half = contents(shop)
    code, _, talk = update(shop, "--check")
    assert (code, contents(shop)) == (2, half)
    assert "an earlier run was killed" in talk
    assert update(shop, "--yes")[0] == 0
    assert not (shop / ".scaffold/pending").exists()
    assert "worker: celery" in (shop / "Procfile").read_text()
    assert "worker=1" in (shop / "bin/deploy").read_text()


def test_two_updates_at_once_leave_one_result(shop: Path) -> None:
    add_worker(shop)
    words = [sys.executable, "-m", "scaffold", "update", "-C", str(shop), "--yes"]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    talks = [process.communicate(timeout=60)[1].decode() for process in running]
    codes = [process.returncode for process in running]
    assert 0 in codes
    for code, talk in zip(codes, talks, strict=True):
        assert code == 0 or (code == 2 and ("meanwhile" in talk or "while this command ran" in talk)), talk
    assert (shop / "Procfile").read_text().count("worker:") == 1
    assert update(shop, "--check")[0] == 0


def test_the_state_is_small_and_says_what_made_it(shop: Path) -> None:
    document = json.loads((shop / ".scaffold/state.json").read_text())
    assert document["format"] == state.FORMAT
    assert document["scaffold"] == __version__
    assert document["templates"] == render.version(render.layers("flask"))
    assert document["platform_data"]
    decided = json.loads((shop / ".scaffold/plan.json").read_text())
    assert decided["processes"] == {"web": "gunicorn app:app"}
    assert decided["config_vars"] == {"API_KEY": "required"}
    every = b"".join(text for path, text in contents(shop).items() if path.startswith(".scaffold/"))
    assert str(shop).encode() not in every


def test_a_state_of_the_first_format_is_understood_and_brought_to_todays(shop: Path) -> None:
    base = sorted(state.load(shop).base)
    put(shop, ".scaffold/state.json", json.dumps({"format": 1, "scaffold": "0.1.0", "files": base}))
    (shop / ".scaffold/plan.json").unlink()
    put(shop, "Procfile", (shop / "Procfile").read_text() + "mine: python mine.py\n")
    add_worker(shop)
    code, said, _ = update(shop, "--yes")
    assert code == 0
    assert "process type worker" in said
    assert "mine: python mine.py" in (shop / "Procfile").read_text()
    assert json.loads((shop / ".scaffold/state.json").read_text())["format"] == state.FORMAT
    assert update(shop, "--check")[0] == 0


def test_the_same_inputs_are_not_rendered_again(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update(shop, "--check")
    monkeypatch.setattr(regenerate, "texts", lambda today: pytest.fail(f"rendered {today}"))
    assert update(shop, "--check")[0] == 0


def test_the_json_document_says_all_a_fleet_needs(shop: Path) -> None:
    add_worker(shop)
    code, said, _ = update(shop, "--check", "--json")
    document = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert code == 1
    assert document["drift"] is True
    assert "process/worker" in [proposal["id"] for proposal in document["proposals"]]
    actions = {file["path"]: file["action"] for file in document["files"]}
    assert actions["Procfile"] == "update"
    update(shop, "--yes")
    assert json.loads(update(shop, "--check", "--json")[1])["drift"] is False


def test_the_json_document_tells_of_open_conflicts_and_of_what_is_no_repository_of_ours(
    shop: Path, tmp_path: Path
) -> None:
    clash(shop)
    code, said, _ = update(shop, "--yes", "--json")
    document = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert code == 1
    assert [file["conflicts"] for file in document["files"] if file["path"] == "Procfile"] == [["web"]]
    code, said, _ = update(shop, "--check", "--json")
    document = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert (code, document["unsettled"]) == (1, ["Procfile:1: conflict markers"])
    (tmp_path / "empty").mkdir()
    code, said, _ = update(tmp_path / "empty", "--check", "--json")
    document = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert (code, document["error"]["id"], document["drift"]) == (2, "state/none", None)


def test_it_works_from_a_folder_below(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_worker(shop)
    (shop / "bin").mkdir(exist_ok=True)
    monkeypatch.chdir(shop / "bin")
    assert call("update", "--check")[0] == 1
    assert call("update", "--yes")[0] == 0
    assert "worker" in (shop / "Procfile").read_text()


def test_conflicts_of_a_merge_in_git_are_told_apart(shop: Path) -> None:
    git(shop, "checkout", "-q", "-b", "other")
    put(shop, "app.py", (shop / "app.py").read_text() + "A = os.environ['A_KEY']\n")
    assert update(shop, "--yes")[0] == 0
    commit(shop)
    git(shop, "checkout", "-q", "main")
    put(shop, "mail.py", "import os\nB = os.environ['B_KEY']\n")
    assert update(shop, "--yes")[0] == 0
    commit(shop)
    with pytest.raises(subprocess.CalledProcessError):
        git(shop, "merge", "-q", "other")
    code, _, told = update(shop, "--check")
    assert code == 1
    assert "git checkout --ours FILE" in told
    assert "--continue" not in told
    for path in git(shop, "diff", "--name-only", "--diff-filter=U").split():
        if not path.startswith(".scaffold/"):
            git(shop, "checkout", "--ours", "--", path)
    assert update(shop, "--yes")[0] == 0
    assert {"A_KEY", "B_KEY"} <= json.loads((shop / "app.json").read_text())["env"].keys()
    assert not [
        path for path in (shop / ".scaffold").rglob("*") if path.is_file() and b"<<<<" in path.read_bytes()
    ]
    commit(shop)
    assert update(shop, "--check")[0] == 0


def test_a_kept_version_file_that_heroku_refuses_stays_a_step(tmp_path: Path) -> None:
    put(tmp_path, "app.py", "from flask import Flask\n\napp = Flask(__name__)\n")
    put(tmp_path, "requirements.txt", "flask\ngunicorn\n")
    put(tmp_path, "runtime.txt", "python-3.9.1\n")
    git(tmp_path, "init", "-q", "-b", "main")
    assert call("init", "-C", str(tmp_path), "--yes")[0] == 0
    put(tmp_path, "app.py", (tmp_path / "app.py").read_text() + "import os\nK = os.environ['K_KEY']\n")
    _, said, _ = update(tmp_path, "--yes")
    steps = said[said.index("Next, in this order") :]
    assert "     echo python-3.11 > runtime.txt\n2. Commit the files\n" in steps
    assert "runtime.txt .scaffold && git commit" in steps


def test_what_was_chosen_in_a_conflict_reaches_the_other_files(shop: Path) -> None:
    put(shop, "app.json", (shop / "app.json").read_text().replace('"basic"', '"standard-1x"'))
    add_worker(shop)
    assert update(shop, "--yes")[0] == 0
    (shop / "tasks.py").unlink()
    put(shop, "app.json", (shop / "app.json").read_text().replace('"quantity": 1', '"quantity": 2'))
    assert update(shop, "--yes")[0] == 1
    document = json.loads((shop / "app.json").read_text())
    document["formation"]["web"]["quantity"] = 5
    document["formation"].pop("worker")
    put(shop, "app.json", json.dumps(document, indent=2) + "\n")
    code, said, _ = update(shop, "--continue")
    assert code == 0
    assert "What you chose reaches bin/deploy, too:\n     scaffold update\nThen commit:" in said
    assert update(shop, "--yes")[0] == 0
    assert "web=5:standard-1x" in (shop / "bin/deploy").read_text()


def test_a_checkout_with_other_line_ends_is_not_written_anew(shop: Path) -> None:
    own = [path for path in (shop / ".scaffold").rglob("*") if path.is_file()]
    for path in own:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    put(shop, "app.py", (shop / "app.py").read_text() + "LIMIT = os.environ.get('LIMIT', '5')\n")
    assert update(shop, "--yes")[0] == 0
    assert b"\r\n" in (shop / ".scaffold/base/Procfile").read_bytes()


def test_a_proposal_is_taken_out_in_a_terminal(shop: Path) -> None:
    add_worker(shop)
    # Space takes the first proposal out, Enter confirms, Enter accepts the question whether to write.
    code, screen = terminal.run(["update", "-C", str(shop)], [b" ", b"\r", b"\r", b"\r"])
    assert code == 0, screen
    question = screen.index("Which of these changes do you want?")
    assert "because" in screen[:question], "the reasons come before the question"
    assert screen.count("Changed since the last run") == 1
    assert "Declined, and not proposed again:" in screen
    assert "unchanged" not in screen
    kept = state.load(shop)
    assert kept.declined, screen


def test_ctrl_c_before_writing_leaves_everything(shop: Path) -> None:
    add_worker(shop)
    before = contents(shop)
    code, screen = terminal.run(["update", "-C", str(shop)], [b"\x03"])
    assert code == 130, screen
    assert contents(shop) == before


def test_a_recorded_answer_is_not_asked_again_and_one_that_is_named_is(shop: Path) -> None:
    add_worker(shop)
    code, screen = terminal.run(["update", "-C", str(shop), "--ask", "region"], [b"\x1b[B\r", b"\r", b"\r"])
    assert code == 0, screen
    assert "Where does it run?" in screen
    assert "Size of its dynos?" not in screen
    assert state.load(shop).answers["region"] == "eu"


@pytest.mark.parametrize("name", golden.samples())
def test_update_right_after_init_changes_nothing(name: str) -> None:
    extra = [str(word) for word in golden.settings(name).get("arguments", [])]
    with golden.copy_of(name) as app:
        code, said, _ = call("init", "-C", str(app), "--yes", "--on-existing", "merge", *extra)
        if code:
            pytest.skip("this fixture is no app")
        before = contents(app)
        assert call("init", "-C", str(app), "--yes", "--on-existing", "merge", *extra)[0] == 0
        assert contents(app) == before
        if re.search(r"^\d+\. Write \S+ for ", said, re.MULTILINE):
            # init edits no line of a person's; an update proposes today's names for retired ones
            assert call("update", "-C", str(app), "--check")[0] == 1
            return
        assert call("update", "-C", str(app), "--check")[0] == 0
        assert call("update", "-C", str(app), "--yes")[0] == 0
        assert contents(app) == before
