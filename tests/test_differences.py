"""Hunks and lines on disk, whatever was edited: nothing is lost, no edit is called scaffold's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scaffold import merge
from scaffold.provenance.blocks import missing
from scaffold.provenance.differences import hunks
from scaffold.provenance.keyed_lines import at_known_places, label, unit
from scaffold.provenance.on_disk import disk_lines
from scaffold.provenance.sides import Sides, Told
from tests.examples import examples

NAMES = st.sampled_from(["web", "release", "worker", "clock", "mailer"])
PROCFILES = st.dictionaries(NAMES, st.sampled_from(["a", "b", "c"]), max_size=5).map(
    lambda found: "".join(f"{name}: {command}\n" for name, command in found.items())
)


@given(base=PROCFILES, yours=PROCFILES, new=PROCFILES)
@examples(300)
def test_hunks_turn_the_disk_into_the_text_of_today(base: str, yours: str, new: str) -> None:
    merged = merge.three_way("Procfile", base, yours, new)
    sides = Sides(
        path="Procfile",
        yours=yours,
        base=base,
        new=new,
        merged=merged.text,
        conflicts=tuple(conflict.where for conflict in merged.conflicts),
    )
    found = hunks(sides, lambda _: Told())
    rows, at = [], 0
    lines = yours.splitlines()
    for hunk in found:
        start = hunk.start - 1
        rows += lines[at:start]
        at = start + hunk.count
        assert [row[1:] for row in hunk.rows if row[0] != "+"] == lines[start:at]
        rows += [row[1:] for row in hunk.rows if row[0] != "-"]
        assert hunk.reasons
    assert rows + lines[at:] == new.splitlines()
    whose = {reason.whose for hunk in found for reason in hunk.reasons}
    assert ("conflict" in whose) <= bool(merged.conflicts)
    if merged.text == yours:
        assert whose <= {"yours"}


@given(base=PROCFILES, yours=PROCFILES, new=PROCFILES)
@examples(200)
def test_every_line_on_disk_has_a_status(base: str, yours: str, new: str) -> None:
    found = disk_lines("Procfile", yours, base, new)
    assert [line.text for line in found] == yours.splitlines()
    met = [line.meets for line in found if line.meets]
    assert len(met) == len(set(met))
    for line in found:
        if line.status == "same":
            assert new.splitlines()[line.meets - 1] == line.text
        if line.status == "added":
            assert line.text not in base.splitlines()


def test_where_a_variable_is_read_is_no_difference() -> None:
    base = '[vars.A]\nread_at = ["a.py:1"]\n\n[vars.B]\nread_at = ["b.py:1"]\n'
    yours = base.replace("b.py:1", "mine.py:1")
    new = base.replace(":1", ":2")
    assert at_known_places("config-vars.toml", yours, base, new) == base.replace("b.py:1", "b.py:2")
    assert at_known_places("Procfile", yours, base, new) == new


def test_things_go_by_the_name_that_a_person_gives_them() -> None:
    assert label("Procfile", ("worker",)) == "process type worker"
    assert label("app.json", ("env", "A")) == "config var A"
    assert label("app.json", ("env", "A", "value")) == "env.A.value"
    assert label("heroku.yml", ("run", "web")) == "process type web"
    assert label("bin/deploy", ("each_addon()", "heroku-redis")) == "add-on heroku-redis"
    assert label("api/.python-version", ("version",)) == "the language version"
    assert unit("app.json", ("env", "A", "value")) == ("env", "A")


def test_what_only_today_s_text_has_is_new_or_was_taken_out() -> None:
    today = "web: a\nworker: b\nclock: c\n"
    assert missing("Procfile", "web: mine\n", "web: a\nworker: b\n", today) == [
        (("worker",), "worker: b", True),
        (("clock",), "clock: c", False),
    ]
