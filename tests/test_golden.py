"""Every fixture gives exactly its golden outputs; a second init changes no byte (see golden.results)."""

from __future__ import annotations

import pytest

from tests import golden


@pytest.mark.parametrize("name", golden.names())
def test_outputs_are_the_golden_ones(name: str) -> None:
    assert golden.results(name) == golden.expected(name)


def test_every_fixture_says_its_situation_and_changes_nothing_the_second_time() -> None:
    for name in golden.names():
        assert golden.settings(name)["situation"].strip(), name
        assert "second_init.txt" not in golden.expected(name), name
