"""The wheel holds the templates and the data, and works where nothing of the checkout is near."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    words = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(target),
        str(TOP),
    ]
    subprocess.run(words, check=True, capture_output=True)
    (built,) = target.glob("heroku_scaffold-*.whl")
    return built


def test_it_holds_templates_data_and_the_typing_mark(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        path.relative_to(TOP / "templates").as_posix()
        for path in (TOP / "templates").rglob("*")
        if path.is_file()
    }
    assert {f"scaffold/_templates/{path}" for path in shipped} <= names
    data = {path.name for path in (TOP / "scaffold" / "data").iterdir()}
    assert {f"scaffold/data/{name}" for name in data} <= names
    assert "scaffold/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]


def test_installed_from_it_init_and_update_write_the_same_files(wheel: Path, tmp_path: Path) -> None:
    site, app = tmp_path / "site", tmp_path / "shop"
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(words, check=True, capture_output=True)
    app.mkdir()
    (app / "requirements.txt").write_text("flask\ngunicorn\n")
    (app / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    code = "import sys; import scaffold.cli as c; assert 'site' in c.__file__; sys.exit(c.main())"

    def scaffold(*words: str) -> subprocess.CompletedProcess[str]:
        called = [sys.executable, "-c", code, *words, "-C", str(app), "--yes"]
        return subprocess.run(
            called, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    done = scaffold("init")
    assert done.returncode == 0, done.stderr
    assert (app / "Procfile").read_text() == "web: gunicorn app:app\n"
    assert os.access(app / "bin" / "deploy", os.X_OK)
    (app / "Procfile").write_text("web: gunicorn app:app\nmailer: python app.py\n")
    done = scaffold("update")
    assert done.returncode == 0, done.stderr
    assert "mailer=1" in (app / "bin" / "deploy").read_text()
    assert (app / "Procfile").read_text() == "web: gunicorn app:app\nmailer: python app.py\n"
