"""`scaffold eject`: a file that is the person's from then on, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold import state
from tests import golden
from tests.golden import call, contents


@pytest.fixture
def app() -> Iterator[Path]:
    """A Flask app after `init`."""
    with golden.copy_of("flask_factory") as folder:
        code, _, talk = call("init", "-C", str(folder), "--yes")
        assert code == 0, talk
        yield folder


def own(app: Path) -> dict[str, bytes]:
    return {path: content for path, content in contents(app).items() if not path.startswith(".scaffold/")}


def test_an_ejected_file_is_never_written_again(app: Path) -> None:
    procfile = app / "Procfile"
    procfile.write_bytes(b"web: mine\r\nworker: old")
    before = own(app)
    code, said, talk = call("eject", "-C", str(app), "Procfile", "bin/deploy")
    assert (code, talk) == (0, "")
    assert said == (
        "Procfile is yours now: scaffold writes it no more.\n"
        "bin/deploy is yours now: scaffold writes it no more.\n"
    )
    assert own(app) == before
    document = json.loads((app / ".scaffold/state.json").read_text())
    assert document["ejected"] == ["Procfile", "bin/deploy"]
    assert not (app / ".scaffold/base/Procfile").exists()
    assert not (app / ".scaffold/base/bin").exists()
    procfile.unlink()
    (app / "requirements.txt").write_text("flask\ngunicorn\ncelery\n")
    for words in (("update", "--yes"), ("init", "--yes"), ("init", "--yes", "--on-existing", "replace")):
        assert call(words[0], "-C", str(app), *words[1:])[0] in (0, 1)
        assert not procfile.exists()
        assert (app / "bin/deploy").read_bytes() == before["bin/deploy"]
    code, said, _ = call("eject", "-C", str(app), "Procfile")
    assert (code, said) == (0, "Procfile is yours already.\n")


@pytest.mark.parametrize(
    "words", [("init", "--yes", "--only", "Procfile"), ("update", "--yes", "--ask", "Procfile")]
)
def test_an_ejected_file_can_be_taken_back(app: Path, words: tuple[str, ...]) -> None:
    text = (app / "Procfile").read_bytes()
    assert call("eject", "-C", str(app), "Procfile")[0] == 0
    (app / "Procfile").unlink()
    code, said, talk = call(words[0], "-C", str(app), *words[1:])
    assert code == 0, said + talk
    assert (app / "Procfile").read_bytes() == text
    known = state.load(app)
    assert known.base["Procfile"] == text
    assert "Procfile" not in known.ejected


def test_a_deleted_file_can_be_ejected(app: Path) -> None:
    (app / "bin/deploy").unlink()
    assert call("eject", "-C", str(app), "bin/deploy")[0] == 0
    assert call("update", "-C", str(app), "--yes")[0] == 0
    assert not (app / "bin/deploy").exists()


def test_a_file_is_named_from_the_top_or_from_the_folder(app: Path) -> None:
    (app / ".git").mkdir()
    for path, said in (
        ("bin/deploy", "deploy"),
        ("Procfile", "../Procfile"),
        ("app.json", str(app / "app.json")),
    ):
        code, printed, talk = call("eject", "-C", str(app / "bin"), said)
        assert (code, printed) == (0, f"{path} is yours now: scaffold writes it no more.\n"), talk


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("requirements.txt", "none of the files that scaffold manages"),
        ("../elsewhere", "lies outside the repository"),
        ("/etc/passwd", "lies outside the repository"),
        (".scaffold/state.json", "none of the files that scaffold manages"),
    ],
)
def test_only_a_managed_file_can_be_ejected(app: Path, path: str, why: str) -> None:
    before = contents(app)
    code, _, talk = call("eject", "-C", str(app), "Procfile", path)
    assert code == 2
    assert why in talk
    assert contents(app) == before


def test_without_state_there_is_nothing_to_eject(tmp_path: Path) -> None:
    code, _, talk = call("eject", "-C", str(tmp_path), "Procfile")
    assert code == 2
    assert "Run `scaffold init` first" in talk
    assert call("eject", "-C", str(tmp_path))[0] == 2
