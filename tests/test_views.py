"""A view of a repository without some of its files: as if they were not there, and cheap."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scaffold.checkout import open_repo
from scaffold.errors import ManifestError
from scaffold.manifests import app_json, procfile
from scaffold.pipeline import Request, analyse, analyse_repo, analyse_view
from scaffold.repo import Repo
from tests import golden

INPUTS = ("Procfile", "app.json", "heroku.yml", ".buildpacks", "config-vars.toml", ".env.example")


def test_what_was_derived_is_shared_as_far_as_it_may(tmp_path: Path) -> None:
    for name in ("Procfile", "app.json", "app.py", "x.md"):
        (tmp_path / name).write_text(f"{name}\n")
    repo = open_repo(tmp_path)
    made: list[str] = []

    def text(asked: Repo, name: str) -> int:
        made.append(name)
        return len(asked.text(name)[:3])

    def seen(name: str, value: object) -> object:
        made.append(name)
        return value

    def all_of(asked: Repo) -> None:
        asked.once(("code",), lambda: text(asked, "app.py"))
        asked.once(("procfile",), lambda: text(asked, "Procfile"))
        asked.once(("outer",), lambda: asked.once(("procfile",), list))
        asked.once(("cut",), lambda: seen("cut", asked.derived(text, "Procfile")))
        asked.once(("named",), lambda: seen("named", asked.named("app.json", "x.md")))
        asked.once(("files",), lambda: seen("files", asked.files))
        asked.once(("where",), lambda: seen("where", [*asked.where(lambda path: "d" in path)]))

    all_of(repo)
    assert made == ["app.py", "Procfile", "Procfile", "cut", "named", "files", "where"]
    made.clear()
    all_of(repo.without(["app.json"]))
    assert made == ["Procfile", "named", "files"]
    made.clear()
    all_of(repo.without(["Procfile"]))
    assert made == ["Procfile", "Procfile", "cut", "files"]
    made.clear()
    all_of(repo)
    assert not made
    assert repo.once(("outer",), list) == 3


def test_a_view_hides_files_and_reads_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: a\n")
    (tmp_path / "app.json").write_text("{")
    (tmp_path / "app.py").write_text("x = 1\n")
    repo = open_repo(tmp_path)
    assert repo.try_parsed("app.json", app_json.parse) is None
    assert [line.name for line in repo.parsed("Procfile", procfile.parse)] == ["web"]
    assert repo.text("app.py") == "x = 1\n"
    view = repo.without(["Procfile", "app.json", "nothing.txt"])
    assert view.files == ("app.py",)
    assert "Procfile" not in view
    assert view.text("Procfile") == ""
    assert view.parsed("Procfile", procfile.parse) == ()
    assert not view.named("Procfile")
    assert not view.suffixed(".json")
    assert not view.shows("app.json", "Proc*")
    assert view.broken(".") is None
    assert not view.problems
    assert view.text("app.py") == "x = 1\n"
    assert view.reads == repo.reads
    assert isinstance(repo.broken("."), ManifestError)
    assert repo.problems == ("app.json:1: not valid JSON: Expecting property name enclosed in double quotes",)
    assert view.without(["app.py"]).files == ()


@pytest.mark.parametrize("name", [*golden.samples(), "docker_compose_roles", "docker_heroku_yml"])
def test_the_analysis_of_a_view_is_that_of_a_repository_without_the_files(name: str) -> None:
    extra = [str(word) for word in golden.settings(name).get("arguments", [])]
    with golden.copy_of(name) as app:
        if golden.call("init", "-C", str(app), "--yes", *extra)[0]:
            return
        shutil.rmtree(app / ".scaffold")  # all that was written is the person's now
        request = Request(top=app)
        whole = analyse(request)
        for path in (path for path in INPUTS if path in whole.repo):
            alone = analyse_repo(open_repo(app, hidden=[path]), request)
            view = analyse_view(whole, request, [path])
            assert view.facts == alone.facts, path
            assert (view.plan, view.ranked, view.ties) == (alone.plan, alone.ranked, alone.ties), path
