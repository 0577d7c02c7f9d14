"""Every upgrade story ends as it is written down; no line of the person's is lost, and a second run rests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scaffold import merge
from scaffold.conflicts import FOLDER as CONFLICTS
from scaffold.manifests import procfile
from tests import stories
from tests.golden import call, contents


def _update(name: str, app: Path, *words: str) -> tuple[int, str, str]:
    return call("update", "-C", str(app), *words, *stories.settings(name).get("update", []))


def test_there_is_a_story_for_each_kind_of_upgrade() -> None:
    assert len(stories.names()) >= 36
    assert all(stories.settings(name)["situation"].endswith(".") for name in stories.names())


@pytest.fixture(scope="module", params=stories.names())
def name(request: pytest.FixtureRequest) -> str:
    """A story. The tests of one stand together, so that it is told once."""
    found: str = request.param
    return found


def test_a_story_ends_as_it_is_written_down(name: str) -> None:
    found = stories.results(name)
    assert "again.txt" not in found
    assert found == stories.expected(name)


def test_no_line_of_the_person_is_lost(name: str) -> None:
    end = stories.run(name)
    rewritten = set(stories.settings(name).get("rewritten", []))
    for path, content in end.before.items():
        own = content.decode("utf-8", "replace").splitlines()
        written = set(end.base.get(path, b"").decode("utf-8", "replace").splitlines())
        if path not in end.after:
            assert set(own) <= written, f"{path} is gone with lines of the person's"
            continue
        kept = {line.strip(" \t,") for line in end.after[path].decode("utf-8", "replace").splitlines()}
        lost = [line for line in own if line not in written and line.strip(" \t,") not in kept]
        assert {line.strip() for line in lost} <= rewritten, f"{path} lost {lost}"


def test_check_writes_nothing_and_agrees_with_update(name: str) -> None:
    end = stories.run(name)
    assert not end.looking_wrote
    paths = {*end.before, *end.after}
    changed = {path for path in paths if end.before.get(path) != end.after.get(path)}
    assert end.check_before == (1 if changed or end.code else 0)
    code, diff = end.shown
    assert code == end.code
    assert {path for path in changed if f"+++ {path}\n" not in diff} <= end.before.keys() - end.after.keys()
    assert end.check_after == end.code


def test_every_file_stays_one_of_its_kind(name: str, tmp_path: Path) -> None:
    end = stories.run(name)
    modes, modes_after = end.modes
    assert {path: mode for path, mode in modes_after.items() if path in modes}.items() <= modes.items()
    if end.code == 0 and "bin/deploy" in end.after and not stories.settings(name).get("crlf"):
        (tmp_path / "deploy").write_bytes(end.after["bin/deploy"])
        subprocess.run(["bash", "-n", tmp_path / "deploy"], check=True)
    for path, content in end.after.items():
        if path.endswith(".json"):
            json.loads(content)
        if path == "Procfile" and end.code == 0:
            assert procfile.parse(content.decode(), path)
        old = end.before.get(path)
        if old is None or old == content:
            continue
        assert (b"\r\n" in old) == (b"\r\n" in content), path
        assert content.count(b"\r\n") in (0, content.count(b"\n")), path
        assert old.endswith(b"\n") == content.endswith(b"\n"), path


def _in_conflict() -> list[str]:
    return [name for name in stories.names() if stories.expected(name)["update.txt"].startswith("exit 1\n")]


def test_some_stories_end_in_conflict() -> None:
    assert len(_in_conflict()) >= 4


@pytest.mark.parametrize("clashing", _in_conflict())
def test_abort_brings_everything_back(clashing: str) -> None:
    with stories.told(clashing) as app:
        before = contents(app)
        assert _update(clashing, app, "--yes")[0] == 1
        assert call("update", "-C", str(app), "--check")[0] == 1
        assert call("update", "-C", str(app), "--abort")[0] == 0
        left = {path: text for path, text in contents(app).items() if not path.startswith(".git/")}
        assert left == {path: text for path, text in before.items() if not path.startswith(".git/")}
        assert _update(clashing, app, "--yes")[0] == 1


@pytest.mark.parametrize("side", [0, -1])
@pytest.mark.parametrize("clashing", _in_conflict())
def test_a_settled_conflict_stays_settled(clashing: str, side: int) -> None:
    """Whichever side a person takes, the next update has nothing to say of it."""
    with stories.told(clashing) as app:
        assert _update(clashing, app, "--yes")[0] == 1
        document = json.loads((app / CONFLICTS / "open.json").read_text())
        for path, found in document["conflicts"].items():
            text = (app / path).read_bytes().decode()
            if merge.has_markers(text):
                settled = merge.sides(text)[side]
            else:
                settled = text
                for one in found if side else ():
                    settled = settled.replace(one["yours"], one["new"], 1)
            (app / path).write_bytes((settled if settled != text else settled + "\n").encode())
        code, _, talk = call("update", "-C", str(app), "--continue")
        assert code == 0, talk
        settled_files = stories.files(app)
        code, _, talk = call("update", "-C", str(app), "--yes")
        assert code == 0, talk
        after = stories.files(app)
        assert {path: after.get(path) for path in document["conflicts"]} == {
            path: settled_files[path] for path in document["conflicts"]
        }
        last = contents(app)
        assert call("update", "-C", str(app), "--yes")[0] == 0
        assert contents(app) == last
