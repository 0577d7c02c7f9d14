"""A Django project's settings -> what will fail or hurt on Heroku, with the line and the remedy."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import AnyFact, Buildpack, Doubt, Evidence, Strength, Todo
from scaffold.families.django.project import Project
from scaffold.families.django.settings import Setting, Settings
from scaffold.families.python.apps import PythonApp, add_command
from scaffold.families.python.code import module_of
from scaffold.families.python.services import service_facts
from scaffold.families.python.syntax import dotted_name, literal, statements, tree_of
from scaffold.patterns import lazy
from scaffold.repo import Repo

GEO_BUILDPACK = "https://github.com/heroku/heroku-geo-buildpack"
_HELPERS = lazy(r"(?:django_heroku|django_on_heroku)\.settings\(")
_REMOTE_STATIC = lazy(r"storages|S3|Boto|GCloud|Cloudinary|cloudinary|Azure|Bucket")
_OTHER_DATABASE = lazy(
    r"DATABASE_URL|dj_database_url|env\.db\(|postgres|mysql|DB_HOST|DATABASE_HOST|mssql|oracle|db_url\("
)
_PARTS = lazy(r"'(?:HOST|PASSWORD)': (?:os\.|env|config|get|decouple)")
_BY_URL = lazy(r"DATABASE_URL|dj_database_url|\bdb_url\(|env\.db\(|dj_db_url")
_LITERAL_HOSTS = lazy(r"[\[(](?:'[^'*]*'(?:, |,)?)*[\])]")
_ADDED_HOSTS = lazy(r"ALLOWED_HOSTS(?:\.(?:append|extend|insert)\(| \+=)")
_LOOK_UPS = frozenset({"env", "config", "env.str", "env.bool", "env.int", "env.list", "env.url", "env.path"})
_PROVIDED = frozenset({"DATABASE_URL", "REDIS_URL", "REDIS_TLS_URL", "PORT", "DYNO", "PATH", "HOME"})


def django_doubts(repo: Repo, project: Project, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the doubts about the settings that the project runs with."""
    settings = project.settings
    if settings is None:
        yield from _unread(repo, project, app)
        return
    text = "\n".join(repo.text(path) for path in settings.files)
    helped = bool(_HELPERS.search(text))
    yield from _geo(repo, settings, app)
    yield from _secret(settings, app)
    if helped:
        yield from _helper(repo, settings, app)
        return
    yield from _static(repo, project, settings, app)
    yield from _hosts(repo, settings, app, text)
    yield from _database(repo, settings, app, text)
    yield from _database_parts(repo, settings, app, text)
    yield from _needed_at_build(repo, settings, app)


def _doubt(app: PythonApp, proof: Evidence, name: str, message: str, remedy: str) -> Doubt:
    return Doubt(
        stack="django",
        root=app.root,
        evidence=(proof,),
        id=f"django/{name}",
        message=message,
        remedy=remedy,
    )


def _at(repo: Repo, setting: Setting) -> Evidence:
    return repo.proof(setting.path, setting.node.lineno)


def _unread(repo: Repo, project: Project, app: PythonApp) -> Iterator[AnyFact]:
    place = project.manage or project.wsgi or project.asgi
    named = project.production or "no settings module"
    yield _doubt(
        app,
        project.default.evidence if project.default else repo.proof(place),
        "settings-not-found",
        f"{place} runs with {named}, which is no file of this repository.",
        "Set DJANGO_SETTINGS_MODULE to the settings module for production.",
    )


def _geo(repo: Repo, settings: Settings, app: PythonApp) -> Iterator[AnyFact]:
    for setting in (one for found in settings.values.values() for one in found):
        if "django.contrib.gis" in setting.text():
            first = repo.line_of(setting.path, r"django\.contrib\.gis") or setting.node.lineno
            yield Buildpack(
                stack="django",
                root=app.root,
                name=GEO_BUILDPACK,
                position=10,
                evidence=(repo.proof(setting.path, first),),
                why="GeoDjango needs the GDAL, GEOS and PROJ libraries.",
            )
            return


def _secret(settings: Settings, app: PythonApp) -> Iterator[AnyFact]:
    setting = settings.last("SECRET_KEY")
    if setting and literal(setting.node):
        hidden = Evidence(path=setting.path, line=setting.node.lineno, text="SECRET_KEY = (a literal)")
        yield _doubt(
            app,
            hidden,
            "secret-key-in-code",
            "SECRET_KEY is written in the code: whoever reads the repository can forge sessions.",
            'Read it from the environment: SECRET_KEY = os.environ["SECRET_KEY"].',
        )


def _helper(repo: Repo, settings: Settings, app: PythonApp) -> Iterator[AnyFact]:
    for path in settings.files:
        line = repo.line_of(path, r"django_heroku\.settings\(")
        if line:
            yield _doubt(
                app,
                repo.proof(path, line),
                "django-heroku-archived",
                "django-heroku is archived and asks for psycopg2, which is compiled during the build.",
                "Replace it by dj-database-url and whitenoise, or by django-on-heroku.",
            )
            return


def _static(repo: Repo, project: Project, settings: Settings, app: PythonApp) -> Iterator[AnyFact]:
    if "django.contrib.staticfiles" not in settings.everything():
        return
    remote, stored = _storage(settings)
    where = settings.last("STATIC_URL") or settings.last("INSTALLED_APPS")
    root = settings.last("STATIC_ROOT")
    if where and root is None and not remote:
        new_style = "Path" in settings.all_text("BASE_DIR")
        line = 'BASE_DIR / "staticfiles"' if new_style else 'os.path.join(BASE_DIR, "staticfiles")'
        yield _doubt(
            app,
            _at(repo, where),
            "no-static-root",
            "STATIC_ROOT is not set: collectstatic fails, and with it the build.",
            f"Add STATIC_ROOT = {line} to {where.path}.",
        )
    folders = settings.all_text("STATICFILES_DIRS")
    if root and len(root.text()) > 8 and root.text() in folders:
        yield _doubt(
            app,
            _at(repo, root),
            "static-root-in-dirs",
            "STATIC_ROOT is one of STATICFILES_DIRS: collectstatic refuses that, and the build fails.",
            "Give STATIC_ROOT a folder of its own, such as staticfiles.",
        )
    served = (
        "whitenoise" in (settings.all_text("MIDDLEWARE") + settings.all_text("MIDDLEWARE_CLASSES")).lower()
    )
    served = served or "whitenoise" in repo.text(project.wsgi).lower() or "whitenoise" in stored.lower()
    if where and not served and not remote:
        yield from _unserved(repo, app, where)


def _storage(settings: Settings) -> tuple[bool, str]:
    """Tell whether static files are always stored elsewhere (S3), and return the source that says so."""
    found = [*settings.values.get("STATICFILES_STORAGE", ()), *settings.values.get("STORAGES", ())]
    remote = any(one.always and _REMOTE_STATIC.search(one.text()) for one in found)
    return remote, "\n".join(one.text() for one in found)


def _unserved(repo: Repo, app: PythonApp, where: Setting) -> Iterator[AnyFact]:
    yield _doubt(
        app,
        _at(repo, where),
        "static-files-not-served",
        "Nothing serves the static files once DEBUG is off: WhiteNoise is not in MIDDLEWARE.",
        'Add "whitenoise.middleware.WhiteNoiseMiddleware" right after SecurityMiddleware.',
    )
    if not app.has("whitenoise"):
        yield Todo(
            stack="django",
            root=app.root,
            evidence=(_at(repo, where),),
            command=add_command(app, "whitenoise"),
            why="WhiteNoise serves the static files, which Django itself does not with DEBUG off",
        )


def _hosts(repo: Repo, settings: Settings, app: PythonApp, text: str) -> Iterator[AnyFact]:
    hosts = settings.last("ALLOWED_HOSTS")
    values = [one.text() for one in settings.values.get("ALLOWED_HOSTS", ())]
    fixed = all(_LITERAL_HOSTS.fullmatch(one) and "herokuapp" not in one for one in values)
    if hosts and fixed and not _ADDED_HOSTS.search(text):
        yield _doubt(
            app,
            _at(repo, hosts),
            "allowed-hosts",
            "ALLOWED_HOSTS leaves out the app's host: every request is answered with 400.",
            'Add ".herokuapp.com" and your own domains to it.',
        )
    debug = settings.last("DEBUG")
    if debug and debug.text() == "True":
        yield _doubt(
            app,
            _at(repo, debug),
            "debug-on",
            "DEBUG is on: errors show settings and code to every visitor.",
            'Read it from the environment: DEBUG = os.environ.get("DEBUG") == "1".',
        )


def _database(repo: Repo, settings: Settings, app: PythonApp, text: str) -> Iterator[AnyFact]:
    found = settings.last("DATABASES")
    if found and "sqlite3" in settings.all_text("DATABASES") and not _OTHER_DATABASE.search(text):
        yield _doubt(
            app,
            _at(repo, found),
            "sqlite",
            "The database is an SQLite file: a dyno's disk is lost at every restart and release.",
            'Use Postgres: DATABASES = {"default": dj_database_url.config(conn_max_age=600)}.',
        )


def _database_parts(repo: Repo, settings: Settings, app: PythonApp, text: str) -> Iterator[AnyFact]:
    """Doubt a Postgres that is put together from variables of its own: Heroku gives one URL."""
    found = settings.last("DATABASES")
    named = settings.all_text("DATABASES")
    if found and "postg" in named and _PARTS.search(named) and not _BY_URL.search(text):
        yield _doubt(
            app,
            _at(repo, found),
            "database-parts",
            "Heroku gives the database as DATABASE_URL, and may change its password; "
            "the settings read its parts.",
            'Use dj-database-url: DATABASES = {"default": dj_database_url.config(conn_max_age=600)}.',
        )


def _needed_at_build(repo: Repo, settings: Settings, app: PythonApp) -> Iterator[AnyFact]:
    """Yield one doubt that lists the variables without which the build cannot import the settings."""
    if "django.contrib.staticfiles" not in settings.everything():
        return
    needed: dict[str, Evidence] = {}
    provided = _PROVIDED | _by_addons(repo, app)
    for path in settings.files:
        for name, line in _unguarded(repo, path):
            if name not in provided and "SECRET_KEY" not in name and name not in _schema(settings):
                needed.setdefault(name, repo.proof(path, line))
    if needed:
        names = ", ".join(sorted(needed))
        yield Doubt(
            stack="django",
            root=app.root,
            evidence=tuple(dict.fromkeys(needed[name] for name in sorted(needed)))[:8],
            id="django/needed-at-build",
            message=f"The build runs collectstatic, which imports the settings; they fail without {names}.",
            remedy=f"Set {'them' if len(needed) > 1 else 'it'} on Heroku before you push.",
        )


def _by_addons(repo: Repo, app: PythonApp) -> set[str]:
    """Return the variables that the app's add-ons set, which are there before the first push."""
    created = [fact for fact in service_facts(repo, app) if fact.strength > Strength.HINT]
    return {name for fact in created for name in (*policy.addon(fact.service).config_vars, fact.var)}


def _schema(settings: Settings) -> set[str]:
    """Return the names to which django-environ's `Env(NAME=(type, default))` gives a default."""
    import ast

    calls = [
        one.node for found in settings.values.values() for one in found if isinstance(one.node, ast.Call)
    ]
    return {
        word.arg
        for call in calls
        if dotted_name(call.func).rpartition(".")[2] in ("Env", "FileAwareEnv")
        for word in call.keywords
        if word.arg
    }


def _unguarded(repo: Repo, path: str) -> Iterator[tuple[str, int]]:
    """Yield the variables that a settings file reads at its top level without a default."""
    import ast

    tree = tree_of(repo, path)
    for node, _ in statements(tree.body, branches=False) if tree else ():
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) or node.value is None:
            continue
        for inner in ast.walk(node.value):
            if isinstance(inner, ast.Subscript) and dotted_name(inner.value).endswith("environ"):
                if name := literal(inner.slice):
                    yield name, inner.lineno
            elif isinstance(inner, ast.Call) and dotted_name(inner.func) in _LOOK_UPS:
                name = literal(inner.args[0]) if len(inner.args) == 1 else None
                if name and not _has_default(inner) and _is_plain(repo, path, dotted_name(inner.func)):
                    yield name, inner.lineno


def _is_plain(repo: Repo, path: str, callee: str) -> bool:
    """Tell whether a look-up is made where it is used: one imported from a neighbour may hold defaults."""
    head = callee.split(".", maxsplit=1)[0]
    return not any(found.bound == head and found.level for found in module_of(repo, path).imports)


def _has_default(node: object) -> bool:
    import ast

    return isinstance(node, ast.Call) and any(word.arg in ("default", None) for word in node.keywords)
