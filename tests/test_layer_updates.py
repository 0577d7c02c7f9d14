"""A template of the organisation's through its life: init, edits, a new version, another one, none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold import state
from tests import golden, terminal
from tests.golden import call, contents
from tests.test_layer_sources import call as git
from tests.test_layer_sources import commit

CI = """\
# checks of {{ plan.stack }}
steps:
- lint
- unit
- build
- deploy to {{ region }}
- tell {{ channel }}
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Flask app; beside it `ops`, a repository of templates with the tag v1."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with golden.copy_of("flask_factory") as folder:
        ops = folder.parent / "ops"
        ops.mkdir()
        git("git", "init", "-q", "-b", "main", cwd=ops)
        files = {
            "copier.yml": "region: {default: eu}\nchannel: {type: str, default: alerts}\n",
            "checks.yml.jinja": CI,
            "steps.txt.jinja": CI,
            "old.txt": "old\n",
            "edited.txt": "as shipped\n",
        }
        commit(ops, files, "v1")
        yield folder


def run(app: Path, command: str, *words: str) -> tuple[int, str]:
    code, said, talk = call(command, "-C", str(app), *words)
    return code, said + talk


def source(app: Path) -> str:
    return f"file://{app.parent / 'ops'}"


def second_version(app: Path, text: str) -> None:
    ops = app.parent / "ops"
    (ops / "old.txt").unlink()
    (ops / "edited.txt").unlink()
    questions = (
        "region: {default: eu}\nchannel: {type: str, default: alerts}\nowner: {type: str, default: ops}\n"
    )
    commit(
        ops,
        {
            "copier.yml": questions,
            "checks.yml.jinja": text,
            "steps.txt.jinja": text,
            "OWNER.jinja": "{{ owner }}\n",
        },
        "v2",
    )


def test_a_template_is_recorded_and_a_second_run_changes_nothing(app: Path) -> None:
    code, said = run(app, "init", "--yes", "--template", source(app), "--set", "channel=shop")
    assert code == 0, said
    assert "deploy to eu\n- tell shop\n" in (app / "checks.yml").read_text()
    known = state.load(app)
    assert (known.answers["template"], known.answers["channel"]) == ("git+../ops", "shop")
    assert known.versions["template"].startswith("v1 ")
    assert known.base["checks.yml"] == (app / "checks.yml").read_bytes()
    for path, content in contents(app).items():
        assert not path.startswith(".scaffold/") or str(app.parent).encode() not in content
    before = contents(app)
    for words in (("update", "--check"), ("update", "--yes"), ("init", "--yes")):
        code, said = run(app, *words)
        assert code == 0, said
        assert contents(app) == before
    shutil.rmtree(app.parent / "ops")
    assert run(app, "update", "--check") == (0, "Everything is up to date.\n")
    code, said = run(app, "update", "--yes")
    assert code == 0
    assert "could not be asked for its newest version" in said
    assert contents(app) == before


def test_a_new_version_is_merged_with_the_edits(app: Path) -> None:
    assert run(app, "init", "--yes", "--template", source(app))[0] == 0
    checks = app / "checks.yml"
    checks.write_text(checks.read_text().replace("# checks of flask", "# our checks of flask"))
    (app / "edited.txt").write_text("by us\n")
    second_version(app, CI.replace("- tell {{ channel }}", "- tell {{ channel }} and {{ owner }}"))
    assert run(app, "update", "--check") == (0, "Everything is up to date.\n")
    code, said = run(app, "update", "--yes")
    assert code == 0, said
    assert "template git+../ops: v1 -> v2" in said
    text = checks.read_text()
    assert text.startswith("# our checks of flask\n")
    assert text.endswith("- tell alerts and ops\n")
    assert (app / "OWNER").read_text() == "ops\n"
    assert not (app / "old.txt").exists()
    assert (app / "edited.txt").read_text() == "by us\n"
    known = state.load(app)
    assert known.answers["owner"] == "ops"
    assert known.versions["template"].startswith("v2 ")
    assert "edited.txt" not in known.base
    assert run(app, "update", "--check")[0] == 0


def test_a_question_of_a_new_version_is_asked_in_a_terminal(app: Path) -> None:
    assert run(app, "init", "--yes", "--template", source(app))[0] == 0
    second_version(app, CI)
    keys = [b"\x7f\x7f\x7fweb\r", b"\r"]
    code, seen = terminal.run(["update", "-C", str(app)], keys)
    assert code == 0, seen
    assert "owner" in seen
    assert "channel" not in seen.split("template git+")[0]
    assert (app / "OWNER").read_text() == "web\n"
    assert state.load(app).answers["owner"] == "web"


def test_a_conflict_with_a_new_version_is_marked(app: Path) -> None:
    assert run(app, "init", "--yes", "--template", source(app))[0] == 0
    steps = app / "steps.txt"
    steps.write_text(steps.read_text().replace("- unit", "- unit, twice"))
    second_version(app, CI.replace("- unit", "- unit --strict"))
    code, said = run(app, "update", "--yes")
    assert code == 1
    assert "steps.txt" in said
    text = steps.read_text()
    assert "<<<<<<< yours\n- unit, twice\n" in text
    assert "- unit --strict\n>>>>>>> scaffold now\n" in text
    assert run(app, "update", "--abort")[0] == 0
    assert "twice" in steps.read_text()
    assert "<<<" not in steps.read_text()


def test_a_pinned_version_stays_until_another_is_named(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(app, "init", "--yes", "--template", f"{source(app)}@v1")[0] == 0
    assert state.load(app).answers["template"] == "../ops@v1"
    second_version(app, CI)
    before = contents(app)
    assert run(app, "update", "--yes")[0] == 0
    assert contents(app) == before
    monkeypatch.chdir(app.parent)
    code, said = run(app, "update", "--yes", "--template", "ops@v2", "--set", "owner=web")
    assert code == 0, said
    assert state.load(app).answers["template"] == "../ops@v2"
    assert (app / "OWNER").read_text() == "web\n"


@pytest.mark.parametrize("nothing", ["", "none"])
def test_a_template_can_be_dropped(app: Path, nothing: str) -> None:
    with golden.copy_of("flask_factory") as plain:
        assert run(plain, "init", "--yes")[0] == 0
        shipped = {path for path in contents(plain) if not path.startswith(".scaffold/")}
    assert run(app, "init", "--yes", "--template", source(app))[0] == 0
    code, said = run(app, "update", "--yes", "--template", nothing)
    assert code == 0, said
    assert "template: none any more" in said
    assert {path for path in contents(app) if not path.startswith(".scaffold/")} == shipped
    known = state.load(app)
    assert "template" not in known.answers
    assert "template" not in known.versions
    assert run(app, "update", "--check")[0] == 0


def test_a_folder_is_followed_by_its_contents(app: Path) -> None:
    ours = app / "deploy" / "templates"
    ours.mkdir(parents=True)
    (ours / "NOTE.jinja").write_text("{{ plan.stack }} 1\n")
    code, said = run(app, "init", "--yes", "--template", str(ours))
    assert code == 0, said
    assert state.load(app).answers["template"] == "./deploy/templates"
    (ours / "NOTE.jinja").write_text("{{ plan.stack }} 2\n")
    assert run(app, "update", "--check")[0] == 1
    assert run(app, "update", "--yes")[0] == 0
    assert (app / "NOTE").read_text() == "flask 2\n"


def test_a_template_in_the_repository_is_no_part_of_the_app(app: Path) -> None:
    ours = app / "deploy" / "templates"
    ours.mkdir(parents=True)
    (ours / "tool.py").write_text('import os\nos.environ["ONLY_IN_THE_TEMPLATE"]\n')
    (ours / "package.json").write_text("{ not JSON")
    code, said = run(app, "init", "--yes", "--template", str(ours))
    assert code == 0, said
    assert (app / "package.json").read_text() == "{ not JSON\n"
    for seen in ((app / "config-vars.toml").read_text(), run(app, "detect", "--json")[1]):
        assert "deploy/templates" not in seen
        assert "ONLY_IN_THE_TEMPLATE" not in seen
    assert run(app, "update", "--check")[0] == 0


def test_answers_of_another_repository_name_its_template(app: Path) -> None:
    assert run(app, "init", "--yes", "--template", f"{source(app)}@v1", "--set", "channel=x")[0] == 0
    with golden.copy_of("flask_factory") as other:
        target = app.parent / "second"
        shutil.copytree(other, target)
    code, said = run(target, "init", "--yes", "--answers", str(app / ".scaffold/answers.yml"))
    assert code == 0, said
    assert (target / "checks.yml").read_bytes() == (app / "checks.yml").read_bytes()
    assert state.load(target).versions["template"] == state.load(app).versions["template"]


def test_a_refused_template_changes_nothing(app: Path) -> None:
    assert run(app, "init", "--yes", "--template", source(app))[0] == 0
    before = contents(app)
    commit(app.parent / "ops", {"copier.yml": "_tasks: [touch pwned]\n"}, "v3")
    code, said = run(app, "update", "--yes")
    assert code == 2
    assert "copier.yml:1: _tasks is not taken" in said
    assert contents(app) == before
    code, said = run(app, "init", "--yes", "--template", "/usr/share")
    assert code == 2
    assert "lies elsewhere on this machine" in said
    assert contents(app) == before


def test_a_question_without_default_is_asked_by_name(app: Path) -> None:
    commit(
        app.parent / "ops",
        {"copier.yml": "owner: {type: str}\n", "checks.yml.jinja": "{{ owner }}", "steps.txt.jinja": ""},
        "v2",
    )
    code, said = run(app, "init", "--yes", "--template", source(app))
    assert code == 3
    assert "--set owner=VALUE" in said
    assert not (app / ".scaffold").exists()
    assert run(app, "init", "--yes", "--template", source(app), "--set", "owner=ops")[0] == 0
    assert json.loads((app / ".scaffold/state.json").read_text())["template"].startswith("v2 ")
    assert run(app, "init", "--yes", "--set", "nobody=x")[0] == 2
