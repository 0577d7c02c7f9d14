"""Hostile and broken repositories: a clear error or a right answer, nothing outside, nothing run."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scaffold.errors import ManifestError
from scaffold.manifests import json_file, toml_file, yaml_file
from scaffold.plan.processes import cd_prefix
from tests.golden import call

FLASK = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "requirements.txt": "flask==3.1\ngunicorn==23.0\n",
}
CANARY = "untouched\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "canary").write_text(CANARY)
    return put(tmp_path / "shop", FLASK)


def put(top: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, newline="")
    return top


def outside(app: Path) -> dict[str, str]:
    found = sorted((app.parent / "outside").rglob("*"))
    return {path.name: path.read_text() for path in found if path.is_file()}


def state_of(top: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("Procfile", "../outside/canary"),
        ("Procfile", "../outside/new"),
        ("bin", "../outside"),
        (".scaffold", "../outside"),
        (".scaffold", "../outside/new"),
        (".scaffold/base", "../../outside"),
        (".scaffold/state.json", "../../outside/new"),
        (".Procfile.scaffold-new", "../outside/canary"),
        (".git/x", "../../outside"),
    ],
)
def test_a_link_out_of_the_repository_is_never_written_through(app: Path, link: str, target: str) -> None:
    (app / link).parent.mkdir(exist_ok=True)
    (app / link).symlink_to(target)
    first = call("init", "-C", str(app), "--yes", "--on-existing", "replace")[0]
    assert first in (0, 1, 2)
    before = state_of(app)
    assert call("init", "-C", str(app), "--yes")[0] == first
    assert state_of(app) == before
    assert outside(app) == {"canary": CANARY}


@pytest.mark.parametrize(("link", "target"), [("Procfile", ".git/hooks/post-commit"), ("bin", ".git/hooks")])
def test_a_link_into_git_is_never_written_through(app: Path, link: str, target: str) -> None:
    (app / ".git" / "hooks").mkdir(parents=True)
    (app / link).symlink_to(target)
    code, _, talk = call("init", "-C", str(app), "--yes")
    assert code == (1 if "into .git" in talk else 0)
    assert not list((app / ".git" / "hooks").iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize(
    "name", ["Procfile", "package.json", ".scaffold/state.json", ".scaffold/answers.yml"]
)
def test_a_pipe_is_not_waited_for(app: Path, name: str) -> None:
    put(app, {".scaffold/base/x": ""})
    if name.endswith("answers.yml"):
        put(app, {".scaffold/state.json": '{"format": 1, "files": []}'})
    os.mkfifo(app / name)
    assert call("detect", "-C", str(app))[0] in (0, 2)
    assert call("init", "-C", str(app), "--yes")[0] in (0, 1, 2)


def test_a_tracked_folder_that_became_a_link_is_not_read(app: Path) -> None:
    put(app, {"conf/settings.py": "import os\nos.environ['INSIDE']\n"})
    subprocess.run(["git", "init", "-q", str(app)], check=True)
    subprocess.run(["git", "-C", str(app), "add", "-A"], check=True)
    (app / "conf" / "settings.py").rename(app.parent / "outside" / "settings.py")
    (app / "conf").rmdir()
    (app / "conf").symlink_to("../outside")
    code, document, _ = call("detect", "-C", str(app), "--json")
    assert code == 0
    assert "INSIDE" not in document


def test_the_repositorys_git_settings_run_nothing(app: Path) -> None:
    put(app, {"hook.sh": "#!/bin/sh\ntouch pwned\n"})
    (app / "hook.sh").chmod(0o755)
    subprocess.run(["git", "init", "-q", str(app)], check=True)
    subprocess.run(["git", "-C", str(app), "config", "core.fsmonitor", "./hook.sh"], check=True)
    assert call("detect", "-C", str(app))[0] == 0
    assert not (app / "pwned").exists()


def test_the_variables_of_a_git_hook_lead_nowhere_else(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = put(app.parent / "other", {"pubspec.yaml": "name: other\n"})
    for top in (app, other):
        subprocess.run(["git", "init", "-q", str(top)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert (app / "Procfile").read_text() == "web: gunicorn app:app\n"


STATES = {
    "a name that is a number": '{"format": 1, "files": [7, null, {"a": 1}]}',
    "names that lead out": '{"format": 1, "files": ["../outside/canary", "/etc/passwd", "a\\u0000b", ""]}',
    "half a character": '{"format": 1, "files": ["\\ud800"]}',
}
BROKEN_STATES = {
    "no JSON": "{",
    "a list": "[]",
    "nested too deeply": "[" * 100_000,
    "a number too long": '{"format": ' + "1" * 6000 + ', "files": []}',
    "no format": '{"files": []}',
    "a format before the first": '{"format": -1, "files": []}',
    "a newer one": '{"format": 99, "files": []}',
}


@pytest.mark.parametrize("text", STATES.values(), ids=STATES.keys())
def test_odd_names_in_the_state_are_no_files(app: Path, text: str) -> None:
    put(app, {".scaffold/state.json": text})
    assert call("init", "-C", str(app), "--yes")[0] == 0
    assert outside(app) == {"canary": CANARY}


@pytest.mark.parametrize("text", BROKEN_STATES.values(), ids=BROKEN_STATES.keys())
def test_a_broken_state_is_a_clear_error(app: Path, text: str) -> None:
    put(app, {".scaffold/state.json": text})
    for command in (["detect"], ["init", "--yes"]):
        code, _, talk = call(*command, "-C", str(app))
        assert code == 2
        assert ".scaffold/state.json" in talk


def test_answers_that_are_no_text_are_a_clear_error(app: Path) -> None:
    (app / "answers.yml").write_bytes(b"region: \xff\n")
    code, _, talk = call("init", "-C", str(app), "--yes", "--answers", str(app / "answers.yml"))
    assert (code, "UTF-8" in talk) == (2, True)


@pytest.mark.parametrize(
    ("root", "code"),
    [
        (".", 0),
        ("./", 0),
        ("sub/..", 0),
        ("..", 2),
        ("../x", 2),
        ("/abs", 2),
        ("a/../../b", 2),
        ("nothing", 3),
    ],
)
def test_a_root_is_a_folder_of_the_repository(app: Path, root: str, code: int) -> None:
    assert call("detect", "-C", str(app), "--root", root)[0] == code


@pytest.mark.parametrize("directory", ["", "x" * 5000, "app.py"])
def test_what_is_no_folder_is_a_clear_error(directory: str) -> None:
    assert call("detect", "-C", directory)[0] == 2


def test_nothing_that_steers_a_terminal_is_printed(app: Path) -> None:
    (app / "app.py").write_text(
        FLASK["app.py"].replace("Flask(__name__)", "Flask(__name__)  # \x1b]0;x\x07\x9b2J\u202e")
    )
    (app / "\x1b[2J.py").write_text("")
    (app / "Procfile").write_text("web: gunicorn app:app\r\nworker: echo \x1b[31m\r\n", newline="")
    for words in (["detect"], ["detect", "--json"], ["init", "--yes", "--diff"], ["init", "--yes"]):
        code, said, talk = call(*words, "-C", str(app))
        assert code == 0
        assert all(char == "\n" or char.isprintable() for char in said + talk)
    json.loads(call("detect", "-C", str(app), "--json")[1])


@pytest.mark.parametrize("name", ["{{ 7*7 }}", "{% raw %}", "{# x", "$(touch pwned)", "a;touch pwned", "-rf"])
def test_a_folders_name_is_data(tmp_path: Path, name: str) -> None:
    put(tmp_path, {f"{name}/{path}": text for path, text in FLASK.items()})
    put(tmp_path, {f"{name}2/{path}": text for path, text in FLASK.items()})
    code, document, _ = call("detect", "-C", str(tmp_path), "--json")
    assert code == 3
    for label in json.loads(document)["candidates"]:
        assert call("init", "-C", str(tmp_path), "--yes", "--set", f"app={label}")[0] == 0
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (json_file.parse, '{"a": ' + "1" * 6000 + "}"),
        (json_file.parse, "[" * 100_000),
        (toml_file.parse, "a = " + "1" * 6000),
        (toml_file.parse, "a = " + "[" * 20_000),
        (yaml_file.parse, "[" * 200_000),
        (yaml_file.parse, "- " * 50_000),
        (yaml_file.parse, "{a: " * 5_000),
    ],
)
def test_what_parsers_choke_on_is_a_fault_of_the_file(parse: object, text: str) -> None:
    with pytest.raises(ManifestError):
        parse(text, "file")  # type: ignore[operator]


@pytest.mark.parametrize("inner", ["[{all}]", "{{<<: [{all}], own{at}: 1}}"])
def test_aliases_of_aliases_end(inner: str) -> None:
    text = "k0: &k0 {k: v}\n"
    for at in range(1, 13):
        text += f"k{at}: &k{at} " + inner.format(all=",".join([f"*k{at - 1}"] * 10), at=at) + "\n"
    assert yaml_file.parse(text, "file").at("k0") == {"k": "v"}


def run(app: Path, *words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "scaffold", *words, "-C", str(app)], check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_left_changes_nothing(app: Path) -> None:
    readable, writable = os.pipe()
    os.close(readable)
    ended = run(app, "init", "--yes", stdout=writable, stderr=writable)
    os.close(writable)
    assert ended.returncode == 0
    assert (app / "Procfile").exists()


def test_closed_streams_are_no_fault(app: Path) -> None:
    words = [sys.executable, "-m", "scaffold", "init", "--yes", "-C", str(app)]
    ended = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], check=False)
    assert ended.returncode == 0
    assert (app / "Procfile").exists()


def test_a_flag_to_copy_is_one_word_of_a_shell(tmp_path: Path) -> None:
    for folder in ("x'; touch pwned; '", "y"):
        put(tmp_path, {f"{folder}/{path}": text for path, text in FLASK.items()})
    talk = call("detect", "-C", str(tmp_path))[2]
    flags = [line.partition("    ")[0].strip() for line in talk.splitlines() if "--set" in line]
    assert [shlex.split(flag)[1] for flag in flags] == ["app=flask in x'; touch pwned; '", "app=flask in y"]


def test_a_folder_like_an_option_is_still_a_folder() -> None:
    assert cd_prefix("-rf") == "cd ./-rf && "
    assert cd_prefix("a b") == "cd 'a b' && "


def test_half_a_character_survives_a_merge(app: Path) -> None:
    put(app, {"app.json": '{"name": "shop", "env": {"A": {"value": "a\\ud800b"}}}\n'})
    assert call("init", "-C", str(app), "--yes", "--on-existing", "merge")[0] == 0
    document = json.loads((app / "app.json").read_text())
    assert document["env"]["A"]["value"] == "a\ud800b"
    assert document["buildpacks"] == [{"url": "heroku/python"}]
