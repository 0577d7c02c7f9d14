"""What holds of every three-way merge, whatever the format and the texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold import merge
from scaffold.manifests import env_file, procfile
from tests.examples import examples

Draw = Callable[[st.SearchStrategy[str]], str]

MANY = examples(60)

PROCESSES = ("release", "web", "worker", "clock", "beat")
COMMANDS = ("run a", "run b --x: y", "run $PORT # c")
VARIABLES = ("SECRET", "HOST", "DEBUG", "PORT", "TOKEN")
COMMENTS = ("# said by one", "# said by two", "# Required", "# Optional")
LOOSE = ("", "", "# stands free\n", "what is this\n")


def entries(names: tuple[str, ...], values: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=5).flatmap(
        lambda keys: st.fixed_dictionaries({key: st.sampled_from(values) for key in keys})
    )


PROCFILES = entries(PROCESSES, COMMANDS)
ENVS = entries(VARIABLES, ("1", "'a b'", '"two\nlines"', "", "commented"))


@st.composite
def written(draw: Draw, held: dict[str, str], line: Callable[[str, str], str]) -> str:
    """Write entries with comments above, blank lines and lines that are none."""
    text = draw(st.sampled_from(("", "# At the top\n\n")))  # type: ignore[arg-type]
    for key, value in held.items():
        gap = draw(st.sampled_from(("", "", "\n", "# free\n\n", "\nno entry\n")))
        above = draw(st.sampled_from(("", "", *(f"{comment}\n" for comment in COMMENTS))))
        text += gap + above + line(key, value) + "\n"
    return text + draw(st.sampled_from(("", "", "\n", "# end\n")))


def process(key: str, value: str) -> str:
    return f"{key}: {value}"


def variable(key: str, value: str) -> str:
    return f"# {key}=1" if value == "commented" else f"{key}={value}"


TEXTS: Mapping[str, st.SearchStrategy[str]] = {
    "Procfile": PROCFILES.flatmap(lambda held: written(held, process)),
    ".env.example": ENVS.flatmap(lambda held: written(held, variable)),
    ".slugignore": st.lists(st.sampled_from(("docs", "tests", "*.psd", "# why", "", "/a b")), max_size=6).map(
        lambda lines: "".join(f"{line}\n" for line in lines)
    ),
    ".buildpacks": st.lists(
        st.sampled_from(
            ("heroku/python", "heroku/python#v1", "heroku/nodejs", "https://example.com/apt", "# b")
        ),
        max_size=5,
    ).map(lambda lines: "".join(f"{line}\n" for line in lines)),
    ".python-version": st.sampled_from(("3.12\n", "3.13\n", "# pinned\n3.11\n", "3.9\n3.10\n", "\n")),
    "bin/deploy": st.lists(
        st.sampled_from(("if a; then", "fi", "", "echo b", "# c", "exit")), max_size=12
    ).map(lambda lines: "".join(f"{line}\n" for line in lines)),
}
NEWLINES = st.sampled_from(("\n", "\r\n"))
FORMATS = pytest.mark.parametrize("path", TEXTS)


def shaped(text: str, newline: str, *, ended: bool = True, mark: str = "") -> str:
    return mark + (text if ended else text.removesuffix("\n")).replace("\n", newline)


def outside(text: str) -> list[str]:
    """Return the lines that stand in no conflict."""
    lines, inside = [], False
    for line in text.split("\n"):
        inside = inside or line.startswith("<<<<<<< ")
        lines += [] if inside else [line]
        inside = inside and not line.startswith(">>>>>>> ")
    return lines


@FORMATS
@MANY
@given(st.data(), NEWLINES, st.booleans(), st.sampled_from(("", "\ufeff")))
def test_one_sided_changes_are_taken_as_they_are(
    path: str, data: st.DataObject, newline: str, ended: bool, mark: str
) -> None:
    base, other = data.draw(TEXTS[path]), shaped(data.draw(TEXTS[path]), newline, ended=ended, mark=mark)
    assert merge.three_way(path, base, base, other) == merge.Merged(other)
    assert merge.three_way(path, base, other, base) == merge.Merged(other)
    assert merge.three_way(path, base, other, other) == merge.Merged(other)


def entries(text: str) -> list[str]:
    return sorted(line for line in text.split("\n") if line.strip() and not line.startswith("#"))


@FORMATS
@MANY
@given(st.data())
def test_no_line_of_the_person_is_lost_and_twice_is_once(path: str, data: st.DataObject) -> None:
    base, yours, new = (data.draw(TEXTS[path]) for _ in range(3))
    merged = merge.three_way(path, base, yours, new)
    lines = merged.text.split("\n")
    for line in yours.split("\n"):
        assert line in lines or line in base.split("\n"), line
    assert bool(merged.conflicts) == bool(merge.has_markers(merged.text)) or path == ".python-version"
    assert merge.three_way(path, new, merged.text, new).text == merged.text
    if path in ("Procfile", ".env.example", ".slugignore") and base and not merged.conflicts:
        again = merge.three_way(path, base, merged.text, new).text
        assert entries(again) == entries(merged.text), "comments and order may move: the base is out of date"


@FORMATS
@MANY
@given(st.data(), NEWLINES, st.booleans(), st.sampled_from(("", "\ufeff")))
def test_newlines_mark_and_end_of_the_file_are_the_persons(
    path: str, data: st.DataObject, newline: str, ended: bool, mark: str
) -> None:
    base, yours, new = (data.draw(TEXTS[path]) for _ in range(3))
    ended = ended or yours.endswith("\n\n") or yours == "\n"
    plain = merge.three_way(path, base, yours, new)
    formed = merge.three_way(path, base, shaped(yours, newline, ended=ended, mark=mark), new)
    assert formed.text.replace("\r\n", "\n").removeprefix("\ufeff").removesuffix("\n") == (
        plain.text.removesuffix("\n")
    )
    if "\n" in yours.removesuffix("\n"):
        assert formed.text.count("\r\n") == (formed.text.count("\n") if newline == "\r\n" else 0)
    assert formed.conflicts == plain.conflicts


@FORMATS
@MANY
@given(st.data())
def test_a_side_that_was_taken_merges_on_without_a_conflict(path: str, data: st.DataObject) -> None:
    base, yours, new = (data.draw(TEXTS[path]) for _ in range(3))
    merged = merge.three_way(path, base, yours, new)
    taken = merge.sides(merged.text)
    assert (taken is None) == (not merge.has_markers(merged.text))
    for side in taken or ():
        assert not merge.has_markers(side)
        assert merge.three_way(path, new, side, new) == merge.Merged(side)


def wanted(base: str | None, yours: str | None, new: str | None, lenient: bool) -> str | None:
    """Return what a key is to be; "conflict" where both changed it."""
    if yours is None:
        return new if base is None else None
    if base is None or yours == new or base == new:
        return yours
    if yours == base:
        return new
    return yours if lenient else "conflict"


@MANY
@given(PROCFILES, PROCFILES, PROCFILES, st.data())
def test_each_process_type_is_what_the_rules_say(
    base: dict[str, str], yours: dict[str, str], new: dict[str, str], data: st.DataObject
) -> None:
    texts = [data.draw(written(held, process)) for held in (base, yours, new)]
    merged = merge.three_way("Procfile", *texts)
    result = {name: wanted(base.get(name), yours.get(name), new.get(name), False) for name in PROCESSES}
    assert {each.where for each in merged.conflicts} == {
        name for name, value in result.items() if value == "conflict"
    }
    found = {line.name: line.command for line in procfile.parse("\n".join(outside(merged.text)), "")}
    assert found == {name: value for name, value in result.items() if value not in (None, "conflict")}
    if texts[1] == texts[0]:
        return
    theirs = [name for name in found if name in yours]
    assert theirs == [name for name in yours if name in found]


@MANY
@given(ENVS, ENVS, ENVS, st.data())
def test_each_variable_is_what_the_rules_say(
    base: dict[str, str], yours: dict[str, str], new: dict[str, str], data: st.DataObject
) -> None:
    texts = [data.draw(written(held, variable)) for held in (base, yours, new)]
    merged = merge.three_way(".env.example", *texts)
    assert not merged.conflicts
    result = {name: wanted(base.get(name), yours.get(name), new.get(name), True) for name in VARIABLES}
    lines = "\n".join(variable(name, value) for name, value in result.items() if value is not None)
    assert variables(merged.text) == variables(lines)


def variables(text: str) -> dict[str, tuple[str, bool]]:
    return {line.name: (line.value, line.commented) for line in env_file.parse(text, "")}


@MANY
@given(PROCFILES, PROCFILES, st.data())
def test_an_adopted_file_only_grows(yours: dict[str, str], new: dict[str, str], data: st.DataObject) -> None:
    base = data.draw(PROCFILES)
    old, there, now = (data.draw(written(held, process)) for held in (base, yours, new))
    grown = merge.grow("Procfile", old, there, now)
    rest = iter(grown.split("\n"))
    assert all(line in rest for line in there.split("\n")[:-1]), "their lines, in their order"
    added = [name for name in new if name not in base and name not in yours]
    found = {line.name: line.command for line in procfile.parse(grown, "")}
    assert found == {**yours, **{name: new[name] for name in added}}
    assert merge.grow("Procfile", old, grown, now) == grown
    assert set(merge.missing("Procfile", there, now)) == new.keys() - yours.keys()
    kept = {line.name for line in procfile.parse(merge.limited("Procfile", now, old, there), "")}
    assert kept == new.keys() & (base.keys() | yours.keys())


@MANY
@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=2, max_size=6), st.integers(0, 6), st.data())
def test_buildpacks_that_either_side_adds_or_takes_out_elsewhere_never_conflict(
    base: list[str], at: int, data: st.DataObject
) -> None:
    mine = data.draw(st.sampled_from(base))
    theirs = data.draw(st.sampled_from([each for each in base if each != mine]))
    yours = [each for each in base if each != mine]
    new = [each for each in base if each != theirs]
    new[at:at] = ["new"]
    result = [each for each in new if each != mine]
    merged = merge.three_way(
        ".buildpacks", *("".join(f"x/{each}\n" for each in text) for text in (base, yours, new))
    )
    assert merged == merge.Merged("".join(f"x/{each}\n" for each in result))
