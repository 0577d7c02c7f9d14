"""Every fixture gives exactly its golden outputs, and a second run changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import golden


@pytest.mark.parametrize("name", golden.names())
def test_outputs_are_the_golden_ones(name: str) -> None:
    assert golden.results(name) == golden.expected(name)


@pytest.mark.parametrize("name", golden.names())
def test_a_second_init_changes_no_byte(name: str) -> None:
    extra = [str(word) for word in golden.settings(name).get("arguments", [])]
    with golden.copy_of(name) as app:
        golden.call("init", "-C", str(app), "--yes", *extra)
        first = _bytes(app)
        golden.call("init", "-C", str(app), "--yes", *extra)
        assert _bytes(app) == first


def test_every_fixture_says_its_situation() -> None:
    for name in golden.names():
        assert golden.settings(name)["situation"].strip(), name


def _bytes(top: Path) -> dict[str, bytes]:
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
