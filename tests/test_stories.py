"""Every upgrade story ends as it is written down; no line of the person's is lost, and a second run rests."""

from __future__ import annotations

import pytest

from scaffold import state
from tests import stories
from tests.golden import call, contents


@pytest.mark.parametrize("name", stories.names())
def test_a_story_ends_as_it_is_written_down(name: str) -> None:
    found = stories.results(name)
    assert "again.txt" not in found
    assert found == stories.expected(name)


@pytest.mark.parametrize("name", stories.names())
def test_no_line_of_the_person_is_lost(name: str) -> None:
    with stories.told(name) as app:
        base = state.load(app).base
        before = contents(app)
        call("update", "-C", str(app), "--yes", *stories.settings(name).get("update", []))
        after = contents(app)
    for path, content in before.items():
        if path.startswith(".scaffold/"):
            continue
        own = content.decode("utf-8", "replace").splitlines()
        written = set(base.get(path, b"").decode("utf-8", "replace").splitlines())
        if path not in after:
            assert set(own) <= written, f"{path} is gone with lines of the person's"
            continue
        kept = {line.strip(" ,") for line in after[path].decode("utf-8", "replace").splitlines()}
        lost = [line for line in own if line not in written and line.strip(" ,") not in kept]
        assert not lost, f"{path} lost {lost}"


@pytest.mark.parametrize("name", stories.names())
def test_check_writes_nothing_and_agrees_with_update(name: str) -> None:
    with stories.told(name) as app:
        before = contents(app)
        code, _, _ = call("update", "-C", str(app), "--check")
        assert contents(app) == before
        call("update", "-C", str(app), "--yes")
        changed = {
            path: content
            for path, content in contents(app).items()
            if not path.startswith(".scaffold/") and before.get(path) != content
        }
        gone = [path for path in before if path not in contents(app) and not path.startswith(".scaffold/")]
    assert code == (1 if changed or gone else 0)
