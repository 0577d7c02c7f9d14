"""Time `scaffold detect` as a whole process, as a ratio to `python -c pass` of the same run.

python -m tests.tools.bench        a 20-file app, a 7,000-file repository, with and without config vars;
                                   `update` where nothing changed against `detect`, 10,000 files
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

RUNS = 9


def main() -> None:
    """Print the median seconds and the ratio of each case, and the peak memory of the largest."""
    empty = median([sys.executable, "-c", "pass"])
    print(f"{'python -c pass':44} {empty:.3f} s   1.0 x")
    with TemporaryDirectory(prefix="bench-") as scratch:
        for files in (20, 7000):
            app = make_app(Path(scratch) / str(files), files)
            for extra in (["--no-config-vars"], []):
                words = [sys.executable, "-m", "scaffold", "detect", "-C", str(app), "--json", *extra]
                seconds = median(words)
                title = f"detect, {files} files{', without config vars' if extra else ''}"
                print(f"{title:44} {seconds:.3f} s  {seconds / empty:4.1f} x")
        _update(make_app(Path(scratch) / "10000", 10_000))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest process: {peak:.0f} MB")


def _update(app: Path) -> None:
    """Print what an update costs that has nothing to do, as a ratio to detection in the same repository."""
    scaffold = [sys.executable, "-m", "scaffold"]
    subprocess.run([*scaffold, "init", "-C", str(app), "--yes"], check=True, capture_output=True)
    subprocess.run(["git", "-C", str(app), "add", "-A"], check=True)
    detect = median([*scaffold, "detect", "-C", str(app)])
    print(f"{'detect, 10000 files after init':44} {detect:.3f} s")
    for words in (["--check"], ["--yes"]):
        seconds = median([*scaffold, "update", "-C", str(app), *words])
        title = f"update {words[0]}, nothing changed"
        print(f"{title:44} {seconds:.3f} s  {seconds / detect:4.2f} x detect")


def median(words: list[str]) -> float:
    """Return the median wall time of a command, in seconds, after one run that does not count."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return sorted(times[1:])[RUNS // 2]


def make_app(folder: Path, files: int) -> Path:
    """Write a Django app with `files` files under git: modules that read a variable now and then."""
    package = folder / "shop"
    package.mkdir(parents=True)
    (folder / "manage.py").write_text(
        "import os, sys\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
        "from django.core.management import execute_from_command_line as run\n\nrun(sys.argv)\n"
    )
    (folder / "requirements.txt").write_text("django==5.2\ngunicorn\npsycopg[binary]\ndj-database-url\n")
    (package / "__init__.py").write_text("")
    (package / "settings.py").write_text(
        "import os\nimport dj_database_url\n\nSECRET_KEY = os.environ['SECRET_KEY']\nALLOWED_HOSTS = ['*']\n"
        "DATABASES = {'default': dj_database_url.config()}\nWSGI_APPLICATION = 'shop.wsgi.application'\n"
        "STATIC_ROOT = 'staticfiles'\nINSTALLED_APPS = ['django.contrib.staticfiles']\n"
    )
    (package / "wsgi.py").write_text(
        "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
    )
    for number in range(files - 5):
        part = package / f"part{number // 100}"
        part.mkdir(exist_ok=True)
        suffix = (".py", ".js", ".html", ".css")[number % 4]
        read = f"import os\nKEY = os.environ.get('KEY_{number}', 'x')\n" if number % 40 == 0 else ""
        body = "def work(value):\n    return value * 2\n\n\n" * 20 if suffix == ".py" else "x {}\n" * 40
        (part / f"file{number}{suffix}").write_text(read + body if suffix == ".py" else body)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", "-A"], check=True)
    return folder


if __name__ == "__main__":
    main()
