"""What a run of copier costs, and that saving it changes nothing that a template can see."""

from __future__ import annotations

import subprocess
import traceback
from pathlib import Path
from typing import Any

import jinja2
import pytest

from scaffold import copier_run


def template(folder: Path, files: dict[str, str]) -> Path:
    for path, text in {"copier.yml": "_exclude: [copier.yml]\n", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def rendered(folder: Path, target: Path, **data: Any) -> dict[str, str]:
    copier_run.copy(str(folder), str(target), data, defaults={}, prompt=False, pretend=False)
    return {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*.txt")}


def test_it_does_not_ask_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = template(tmp_path / "template", {"a.txt.jinja": "{{ name }}\n"})
    for top in (folder, tmp_path / "out"):
        subprocess.run(["git", "init", "-q", top], check=True)
    started: list[str] = []
    start = subprocess.Popen.__init__

    def start_and_tell(self: subprocess.Popen[Any], words: Any, *rest: Any, **more: Any) -> None:
        started.append(str(words))
        start(self, words, *rest, **more)

    monkeypatch.setattr(subprocess.Popen, "__init__", start_and_tell)
    assert rendered(folder, tmp_path / "out", name="shop") == {"a.txt": "shop\n"}
    assert not [words for words in started if "git" in words]


def test_a_text_is_compiled_once_and_a_changed_one_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_anew = jinja2.Environment.compile

    def compile_and_tell(self: jinja2.Environment, source: Any, *words: Any, **more: Any) -> Any:
        compiled.append(source)
        return compile_anew(self, source, *words, **more)

    monkeypatch.setattr(jinja2.Environment, "compile", compile_and_tell)
    files = {"a.txt.jinja": "{% import '_b.jinja' as b %}once {{ b.said(name) }}"}
    partial = {"_b.jinja": "{% macro said(name) %}{{ name }}!{% endmacro %}"}
    folder = template(tmp_path / "one", {**files, **partial})
    assert rendered(folder, tmp_path / "out1", name="x")["a.txt"] == "once x!"
    first = len(compiled)
    assert rendered(template(tmp_path / "two", {**files, **partial}), tmp_path / "out2", name="y")[
        "a.txt"
    ] == ("once y!")
    assert len(compiled) == first
    template(folder, {"_b.jinja": "{% macro said(name) %}{{ name }}?{% endmacro %}"})
    assert rendered(folder, tmp_path / "out3", name="x")["a.txt"] == "once x?"
    assert len(compiled) == first + 1


def test_what_a_filter_made_of_a_constant_is_not_kept_for_an_environment_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scaffold.layers import run

    monkeypatch.setenv("MACHINE", "secret")
    folder = template(tmp_path / "template", {"a.txt.jinja": "{{ '$MACHINE' | expandvars }}"})
    assert rendered(folder, tmp_path / "out")["a.txt"] == "secret"
    with run._sealed(), pytest.raises(jinja2.TemplateError, match="expandvars"):
        rendered(folder, tmp_path / "sealed")


def test_settings_of_jinja_are_part_of_a_text(tmp_path: Path) -> None:
    text = {"a.txt.jinja": "{% if 1 %}\n[[ name ]]{{ name }}\n{% endif %}\n"}
    assert (
        rendered(template(tmp_path / "a", text), tmp_path / "out1", name="x")["a.txt"] == "\n[[ name ]]x\n\n"
    )
    settings = "_envops: {trim_blocks: true, variable_start_string: '[[', variable_end_string: ']]'}\n"
    folder = template(tmp_path / "b", {**text, "copier.yml": settings})
    assert rendered(folder, tmp_path / "out2", name="x")["a.txt"] == "x{{ name }}\n"


def test_names_that_yield_files_do_so_each_time(tmp_path: Path) -> None:
    named = "{% yield one from names %}{{ one }}.txt{% endyield %}.jinja"
    folder = template(
        tmp_path / "template", {named: "{{ one }}", "plain.txt.jinja": "-", "z/{{ own }}.txt": ""}
    )
    wanted = {"a.txt": "a", "b.txt": "b", "plain.txt": "-", "z/own.txt": ""}
    for turn in range(2):
        assert rendered(folder, tmp_path / f"out{turn}", names=["a", "b"], own="own") == wanted


def test_a_fault_names_the_file_of_its_own_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = template(tmp_path / name, {"a.txt.jinja": "fine\n{{ 1 // nought }}\n"})
        with pytest.raises(ZeroDivisionError) as caught:
            rendered(folder, tmp_path / f"out-{name}", nought=0)
        places = {
            (frame.filename, frame.lineno) for frame in traceback.extract_tb(caught.value.__traceback__)
        }
        assert (str(folder / "a.txt.jinja"), 2) in places


def test_asking_renders_nothing(tmp_path: Path) -> None:
    folder = template(
        tmp_path / "template",
        {"copier.yml": "colour: {type: str, default: red}\n", "a.txt.jinja": "{% broken"},
    )
    worker = copier_run.copy(
        str(folder), str(tmp_path / "out"), {}, defaults={"colour": "blue"}, prompt=False, pretend=True
    )
    assert worker.answers.combined["colour"] == "blue"
    assert not (tmp_path / "out").exists()
    with pytest.raises(jinja2.TemplateError):
        rendered(folder, tmp_path / "out")
