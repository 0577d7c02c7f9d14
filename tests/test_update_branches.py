"""Two branches that both ran `scaffold update`, merged by git: `.scaffold/` mends itself, nothing is lost."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scaffold import merge, state
from tests.golden import call
from tests.stories import commit, files, git

APP = """\
import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
"""

QUEUE = """\
import os

from celery import Celery

queue = Celery("notes", broker=os.environ["REDIS_URL"])
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A Flask app after init, committed on main."""
    top = tmp_path / "notes"
    top.mkdir()
    put(top, "app.py", APP)
    put(top, "requirements.txt", "Flask==3.0.3\ngunicorn==23.0.0\n")
    assert call("init", "-C", str(top), "--yes")[0] == 0
    commit(top, "Add Heroku files")
    return top


def put(app: Path, path: str, text: str) -> None:
    (app / path).parent.mkdir(parents=True, exist_ok=True)
    (app / path).write_text(text)


def replace(app: Path, path: str, old: str, new: str) -> None:
    text = (app / path).read_text()
    assert old in text
    put(app, path, text.replace(old, new, 1))


def on_branch(app: Path, name: str) -> None:
    git(app, "checkout", "-q", "main")
    git(app, "checkout", "-q", "-b", name)


def updated(app: Path) -> None:
    """Run update, and commit."""
    code, said, talk = call("update", "-C", str(app), "--yes")
    assert code == 0, said + talk
    commit(app, "Update")


def worker(app: Path) -> None:
    """A branch with a queue, whose author edits the web line and app.json."""
    on_branch(app, "queue")
    put(app, "tasks.py", QUEUE)
    replace(app, "requirements.txt", "gunicorn==23.0.0\n", "gunicorn==23.0.0\ncelery==5.4.0\nredis==5.2.0\n")
    replace(app, "Procfile", "web: gunicorn app:app", "web: gunicorn app:app --threads 4")
    replace(app, "app.json", '"keywords"', '"logo": "https://notes.example.com/logo.svg",\n  "keywords"')
    updated(app)


def maps(app: Path) -> None:
    """A branch with a new secret and a process type of its author's, who extends bin/deploy."""
    on_branch(app, "maps")
    replace(app, "app.py", "import os\n", "import os\n\nMAP_TOKEN = os.environ['MAP_TOKEN']\n")
    put(app, "Procfile", (app / "Procfile").read_text() + "tiles: python tiles.py\n")
    put(app, "tiles.py", "import time\n\nwhile True:\n    time.sleep(60)\n")
    put(app, "bin/deploy", (app / "bin/deploy").read_text() + "\n# thanks, everybody\n")
    updated(app)


def in_conflict(app: Path) -> list[str]:
    return git(app, "diff", "--name-only", "--diff-filter=U").split()


def merged(app: Path, ours: str, theirs: str) -> list[str]:
    """Merge a branch into another; return the files in conflict."""
    git(app, "checkout", "-q", ours)
    subprocess.run(
        [
            "git",
            "-C",
            str(app),
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.com",
            "merge",
            "-q",
            "--no-edit",
            theirs,
        ],
        check=False,
        capture_output=True,
    )
    return in_conflict(app)


def both(one: Any, other: Any) -> Any:
    """Return two JSON values in one, as a person would put them together."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            key: both(one.get(key, other.get(key)), other.get(key, one.get(key))) for key in {**one, **other}
        }
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(item for item in other if item not in one)]
    return one


def resolve(app: Path, path: str) -> None:
    """Settle a conflict as a person would: both sides; their own config-vars.toml."""
    ours, theirs = git(app, "show", f":2:{path}"), git(app, "show", f":3:{path}")
    if path.endswith(".json"):
        put(app, path, json.dumps(both(json.loads(ours), json.loads(theirs)), indent=2) + "\n")
        return
    if path.endswith(".toml"):
        put(app, path, ours)
        return
    text: list[str] = []
    sides: list[list[str]] = []
    for line in (app / path).read_text().splitlines():
        if line.startswith("<<<<<<< "):
            sides = [[]]
        elif sides and line == "=======":
            sides.append([])
        elif line.startswith(">>>>>>> "):
            text += together(*sides)
            sides = []
        else:
            (sides[-1] if sides else text).append(line)
    put(app, path, "\n".join(text) + "\n")


def together(ours: list[str], theirs: list[str]) -> list[str]:
    """Return the lines of both sides; of two for the same key the longer one, which somebody edited."""
    found = {re.split("[:=]", line)[0]: line for line in ours}
    for line in theirs:
        key = re.split("[:=]", line)[0]
        found[key] = max(found.get(key, ""), line, key=len)
    return list(found.values())


def check_all_is_there(app: Path) -> None:
    procfile = (app / "Procfile").read_text().splitlines()
    assert sorted(procfile) == [
        "tiles: python tiles.py",
        "web: gunicorn app:app --threads 4",
        "worker: celery -A tasks worker --loglevel=info",
    ]
    document = json.loads((app / "app.json").read_text())
    assert document["logo"] == "https://notes.example.com/logo.svg"
    assert {"SECRET_KEY", "MAP_TOKEN"} <= document["env"].keys()
    assert document["formation"].keys() == {"web", "worker", "tiles"}
    assert [addon["plan"].partition(":")[0] for addon in document["addons"]] == ["heroku-redis"]
    script = (app / "bin/deploy").read_text()
    assert "\n# thanks, everybody\n" in script
    assert '"$1" MAP_TOKEN secret' in script
    assert '"$1" heroku-redis:mini' in script
    assert "tiles=1:basic" in script
    assert "worker=1:basic" in script
    subprocess.run(["bash", "-n", app / "bin/deploy"], check=True)
    manifest = (app / "config-vars.toml").read_text()
    assert manifest.count("[vars.MAP_TOKEN]") == manifest.count("[vars.REDIS_URL]") == 1
    example = (app / ".env.example").read_text()
    assert example.count("MAP_TOKEN=") == example.count("REDIS_URL=") == 1


def check_state_is_mended(app: Path) -> None:
    known = state.load(app)
    assert not known.merged
    assert not known.theirs
    for path in sorted((app / ".scaffold").rglob("*")):
        assert not path.is_file() or not merge.has_markers(path.read_text()), path
    assert known.plan["processes"].keys() == {"web", "worker", "tiles"}
    assert {"MAP_TOKEN", "REDIS_URL"} <= known.plan["config_vars"].keys()
    assert call("update", "-C", str(app), "--check") == (0, "Everything is up to date.\n", "")
    before = files(app)
    assert call("update", "-C", str(app), "--yes")[0] == 0
    assert files(app) == before


@pytest.mark.parametrize(("ours", "theirs"), [("queue", "maps"), ("maps", "queue")])
def test_a_merge_with_conflicts_is_mended(app: Path, ours: str, theirs: str) -> None:
    worker(app)
    maps(app)
    open_files = merged(app, ours, theirs)
    assert [path for path in open_files if path.startswith(".scaffold/")]
    assert {"Procfile", "app.json"} <= set(open_files)
    for path in open_files:
        if not path.startswith(".scaffold/"):
            resolve(app, path)
    code, said, talk = call("update", "-C", str(app), "--yes")
    assert code == 0, said + talk
    check_all_is_there(app)
    check_state_is_mended(app)
    commit(app, "Merge")
    assert call("update", "-C", str(app), "--check")[0] == 0


@pytest.mark.parametrize(("ours", "theirs"), [("queue", "maps"), ("maps", "queue")])
def test_without_resolving_anything_update_says_where_and_changes_nothing(
    app: Path, ours: str, theirs: str
) -> None:
    worker(app)
    maps(app)
    assert merged(app, ours, theirs)
    before = files(app)
    code, _, talk = call("update", "-C", str(app), "--yes")
    assert code in (1, 2)
    assert "Procfile" in talk or "app.json" in talk
    assert files(app) == before


def test_a_merge_without_conflicts_is_complete(app: Path) -> None:
    """One branch has a queue, the other a comment and a README: git merges both, and update agrees."""
    put(app, "Procfile", (app / "Procfile").read_text() + "\n\n\n# ask the web team\n")
    updated(app)
    worker(app)
    on_branch(app, "words")
    put(app, "README.md", "# Notes\n")
    replace(app, "Procfile", "web team", "web team first")
    updated(app)
    assert merged(app, "queue", "words") == []
    assert call("update", "-C", str(app), "--yes")[0] == 0
    text = (app / "Procfile").read_text()
    assert "# ask the web team first\n" in text
    assert "worker: celery" in text
    assert "--threads 4" in text
    assert call("update", "-C", str(app), "--check")[0] == 0


def test_both_branches_came_to_the_same(app: Path) -> None:
    """The same code arrives on both, and both ran update: git merges it, and there is nothing to do."""
    for name in ("one", "two"):
        on_branch(app, name)
        put(app, "tasks.py", QUEUE)
        put(app, "requirements.txt", "Flask==3.0.3\ngunicorn==23.0.0\ncelery==5.4.0\nredis==5.2.0\n")
        updated(app)
    assert merged(app, "one", "two") == []
    before = files(app)
    assert call("update", "-C", str(app), "--check") == (0, "Everything is up to date.\n", "")
    assert call("update", "-C", str(app), "--yes")[0] == 0
    assert files(app) == before


def test_what_one_branch_declined_and_the_other_took_is_a_persons_to_say(app: Path) -> None:
    """A process type that stands in the merged Procfile is wanted, whatever one branch declined."""
    on_branch(app, "no")
    put(app, "tasks.py", QUEUE)
    put(app, "requirements.txt", "Flask==3.0.3\ngunicorn==23.0.0\ncelery==5.4.0\nredis==5.2.0\n")
    assert call("update", "-C", str(app), "--yes", "--decline", "process/worker")[0] == 0
    commit(app, "No worker")
    worker(app)
    for path in merged(app, "no", "queue"):
        if not path.startswith(".scaffold/"):
            git(app, "checkout", "-q", "--theirs", path)
    assert call("update", "-C", str(app), "--yes")[0] == 0
    procfile = (app / "Procfile").read_text()
    formation = json.loads((app / "app.json").read_text())["formation"]
    assert ("worker:" in procfile) == ("worker" in formation)
    assert ("worker:" in procfile) == ("worker=1" in (app / "bin/deploy").read_text())
    assert "--threads 4" in procfile
    assert call("update", "-C", str(app), "--check")[0] == 0
