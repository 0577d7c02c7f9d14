"""What an app declares and imports -> system packages it needs on Heroku, and what will fail there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, File, Strength, command
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.layout import built_from_top
from scaffold.families.python.libraries import APT_PACKAGES, LARGE, MYSQL_DRIVERS, POSTGRES_DRIVERS
from scaffold.families.python.signals import Signals, signals
from scaffold.repo import Repo, folder_of, join

_APT = 10
_GEO = "https://github.com/heroku/heroku-geo-buildpack"
_CHROME = "https://github.com/heroku/heroku-buildpack-chrome-for-testing"


def system_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the buildpacks and files that bring what pip cannot install."""
    seen = signals(repo, app)
    wanted: dict[str, Evidence] = {}
    for name, packages in APT_PACKAGES.items():
        found = app.uses(name)
        if found and "opencv-python-headless" not in app.deps:
            wanted |= {package: found.evidence for package in packages if package not in wanted}
    for proof in seen.get("ffmpeg")[:1]:
        wanted["ffmpeg"] = proof
    if wanted:
        yield from _apt(repo, app, wanted)
    if geo := seen.get("gis"):
        yield _buildpack(app, _GEO, geo, "GeoDjango needs GDAL, GEOS and PROJ")
    browser = app.uses("selenium", "undetected-chromedriver", "pyppeteer", "helium", "splinter")
    used = seen.get("browser")
    if browser and used:
        yield _buildpack(app, _CHROME, (*used, browser.evidence), "the code drives a Chrome browser")


def _buildpack(app: PythonApp, name: str, proofs: tuple[Evidence, ...], why: str) -> Buildpack:
    return Buildpack(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=proofs,
        name=name,
        position=_APT,
        why=why,
    )


def _apt(repo: Repo, app: PythonApp, wanted: dict[str, Evidence]) -> Iterator[AnyFact]:
    proofs = tuple(dict.fromkeys(wanted.values()))
    names = ", ".join(wanted)
    yield _buildpack(app, "heroku-community/apt", proofs, f"installs {names}, which pip cannot")
    path = "Aptfile" if built_from_top(repo, app) else join(app.root, "Aptfile")
    if path not in repo:
        yield File(
            stack="python",
            root=app.root,
            strength=Strength.FRAMEWORK,
            evidence=proofs,
            path=path,
            text="".join(f"{name}\n" for name in wanted),
            why=f"the apt buildpack installs what it lists: {names}",
        )
    if "libgl1" in wanted:
        yield _doubt(
            app,
            (wanted["libgl1"],),
            "python/opencv-gui",
            "opencv-python wants a display's libraries, which Heroku lacks.",
            "Replace it by opencv-python-headless; then the Aptfile needs no libgl1.",
        )


def doubt_facts(repo: Repo, app: PythonApp) -> Iterator[Doubt]:
    """Yield what is known to fail on Heroku, each with its line."""
    for name, instead in LARGE.items():
        found = app.uses(name)
        if found and "cpu" not in found.spec and "cpu" not in found.url and not _cpu_index(repo, app):
            message = f"{name} alone comes near Heroku's limit of 500 MB for an app."
            yield _doubt(app, (found.evidence,), "python/slug-size", message, f"Use {instead}.")
            break
    for found in app.deps.values():
        if re.search(r"git\+ssh://|^git@|git\+git@", found.url):
            message = f"{found.name} comes from a repository over SSH; Heroku's build has no key for it."
            remedy = "Use a https URL with a token from a build-time config var, or vendor the package."
            yield _doubt(app, (found.evidence,), "python/private-git", message, remedy)
    for folder in repo.environments:
        if folder_of(folder) == app.root:
            message = f"{folder}/ is a Python environment; Heroku's build refuses venv/ and .venv/ in git."
            remedy = f"echo {command(folder + '/')} >> .gitignore; git rm -r --cached {command(folder)}"
            proof = Evidence(path=f"{folder}/pyvenv.cfg")
            yield _doubt(app, (proof,), "python/environment-in-git", message, remedy)
    yield from _flask_pins(app)
    yield from _redis_tls(app, signals(repo, app))
    yield from _sqlite(app, signals(repo, app))
    yield from _many_workers(repo, app)


def _cpu_index(repo: Repo, app: PythonApp) -> bool:
    return bool(app.manifest) and "whl/cpu" in repo.text(app.manifest)


def _flask_pins(app: PythonApp) -> Iterator[Doubt]:
    """Doubt an old pinned Flask without a pinned Werkzeug: pip takes one that this Flask cannot import."""
    flask, werkzeug = app.uses("flask"), app.get("werkzeug")
    pinned = re.fullmatch(r"==(\d+)\.(\d+)(?:\.(\d+))?.*|~=(\d+)\.(\d+).*", flask.spec) if flask else None
    if not flask or not pinned or (werkzeug and werkzeug.spec) or app.manager != "pip":
        return
    numbers = [int(part) for part in pinned.groups() if part]
    parts = (*numbers, 99 if flask.spec.startswith("~=") else 0, 0)[:3]
    if (0, 0, 0) < parts < (2, 2, 5) and parts[0] >= 1:
        yield _doubt(
            app,
            (flask.evidence,),
            "python/werkzeug-unpinned",
            f"flask{flask.spec} does not work with Werkzeug 3, which pip installs beside it.",
            f"echo 'Werkzeug<3' >> {app.manifest}" if parts[0] == 2 else "Pin Werkzeug<2.1 or upgrade Flask.",
        )


def _redis_tls(app: PythonApp, seen: Signals) -> Iterator[Doubt]:
    """Doubt Redis clients that check certificates: Heroku's Redis signs its own."""
    named = seen.get("redis_env", "redis_url")
    driver = app.has("celery", "channels-redis", "django-redis", "rq", "redis", "dramatiq", "huey")
    if driver and named and app.has("redis", "aioredis") and not seen.get("tls_options"):
        yield _doubt(
            app,
            named[:1],
            "python/redis-tls",
            "Heroku's Redis gives a rediss:// URL with a self-signed certificate, which clients refuse.",
            "Pass ssl_cert_reqs=None with the URL (Celery: broker_use_ssl, redis_backend_use_ssl).",
        )


def _sqlite(app: PythonApp, seen: Signals) -> Iterator[Doubt]:
    """Doubt an SQLite file as the database; Django's is told from its settings."""
    used = seen.get("sqlite")
    if used and not app.has("django", *POSTGRES_DRIVERS, *MYSQL_DRIVERS):
        yield _doubt(
            app,
            used[:1],
            "python/sqlite",
            "A dyno's disk is lost at every restart and release: what the app writes to SQLite goes with it.",
            "Use Postgres: declare psycopg2-binary and connect to DATABASE_URL.",
        )


def _many_workers(repo: Repo, app: PythonApp) -> Iterator[Doubt]:
    """Doubt a gunicorn configuration that starts more workers than a small dyno's memory holds."""
    path = join(app.root, "gunicorn.conf.py")
    line = repo.line_of(path, r"^workers\s*=\s*(?:[5-9]|\d\d+)\s*(?:#.*)?$") if path in repo else 0
    if line:
        yield _doubt(
            app,
            (repo.proof(path, line),),
            "python/many-workers",
            "That many workers do not fit into the 512 MB of a small dyno.",
            "Leave the number to Heroku, which sets WEB_CONCURRENCY by the dyno's memory: remove the line.",
        )


def _doubt(app: PythonApp, proofs: tuple[Evidence, ...], name: str, message: str, remedy: str) -> Doubt:
    return Doubt(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=proofs,
        id=name,
        message=message,
        remedy=remedy,
    )
