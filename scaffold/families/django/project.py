"""manage.py and wsgi.py -> the Django projects of a repository: where they run and by which settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scaffold.facts import Evidence
from scaffold.families.django.settings import Named, Settings, settings_defaults, settings_of
from scaffold.families.python.imports import importable, module_file, python_folders
from scaffold.families.python.server import Target
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

PRODUCTION = ("heroku", "production", "prod", "live", "deploy", "deployment", "prd", "release", "server")
_DEVELOPMENT = frozenset(
    {
        *("local", "localhost", "dev", "develop", "devel", "development", "debug", "docker", "sample"),
        *("test", "tests", "testing", "unittest", "ci", "base", "common", "default", "defaults", "example"),
        "staging",
    }
)
_SETTINGS_FILE = lazy(r"(?:^|_)settings(?:_|$)")
_NAME_PARTS = lazy(r"[._]")


@record
class Project:
    """A Django project. `folder` is where manage.py lies and the path starts; `base` where its packages lie.

    `default` and `served` are the settings that manage.py and wsgi.py name; `production` is the module to
    run with, and `settings` what it says.
    """

    manage: str
    folder: str
    base: str
    default: Named | None
    served: Named | None
    production: str
    settings: Settings | None
    wsgi: str
    asgi: str

    @property
    def place(self) -> str:
        """Return the file that stands for the project."""
        return self.manage or self.wsgi or self.asgi

    def is_secondary(self, root: str = ".") -> bool:
        """Tell whether this is a test or example project of what lies at `root`."""
        module = self.default.value if self.default else self.production
        return is_secondary(relative(root, self.place)) or is_secondary(module.replace(".", "/"))


def django_projects(repo: Repo) -> tuple[Project, ...]:
    """Return the Django projects, the likeliest first: real ones before examples, shallow before deep."""
    return repo.once(("django-projects",), lambda: tuple(sorted(_projects(repo), key=_rank)))


def _rank(project: Project) -> tuple[bool, bool, int, str]:
    place = project.place
    return (project.is_secondary(), not (project.wsgi or project.asgi), place.count("/"), place)


def _projects(repo: Repo) -> Iterator[Project]:
    folders = set()
    for path in repo.named("manage.py"):
        text = repo.text(path)
        if "DJANGO_SETTINGS_MODULE" in text or "execute_from_command_line" in text:
            folders.add(folder_of(path))
            yield _project(repo, path, folder_of(path))
    for path in _server_paths(repo, "wsgi", "asgi"):
        above = folder_of(folder_of(path.replace("/__init__.py", ".py")))
        if any(_inside(folder, path) for folder in folders) or not _is_django(repo, path):
            continue
        folders.add(above)
        yield _project(repo, "", above)


def _server_paths(repo: Repo, *kinds: str) -> tuple[str, ...]:
    """Return the files, or packages, called wsgi or asgi."""
    found = [path for path in repo.named("__init__.py") if folder_of(path).rpartition("/")[2] in kinds]
    return (*repo.named(*(f"{kind}.py" for kind in kinds)), *found)


def _inside(folder: str, path: str) -> bool:
    return folder == "." or path.startswith(folder + "/")


def _is_django(repo: Repo, path: str) -> bool:
    text = repo.text(path)
    return "get_wsgi_application" in text or "get_asgi_application" in text


def _project(repo: Repo, manage: str, folder: str) -> Project:
    defaults = settings_defaults(repo, manage) if manage else ()
    default = defaults[0] if defaults else None
    base = _base(repo, folder, default.value) if default else folder
    first = settings_of(repo, default.value, base) if default else None
    wsgi = _server_file(repo, folder, base, first, "wsgi")
    asgi = _server_file(repo, folder, base, first, "asgi")
    named = settings_defaults(repo, wsgi or asgi) if wsgi or asgi else ()
    served = named[0] if named else None
    if served and not default:
        base = _base(repo, folder, served.value)
    production = _production(repo, base, defaults, named)
    return Project(
        manage=manage,
        folder=folder,
        base=base,
        default=default,
        served=served,
        production=production,
        settings=settings_of(repo, production, base) if production else None,
        wsgi=wsgi,
        asgi=asgi,
    )


def _base(repo: Repo, folder: str, module: str) -> str:
    """Return the folder the settings module is imported from: manage.py's own, or one below or above."""
    if module_file(repo, folder, module):
        return folder
    below = sorted(
        (found for found in python_folders(repo) if _inside(folder, found + "/")),
        key=lambda found: (found.count("/"), found),
    )
    nearest = [*below, folder_of(folder)]
    return next((found for found in nearest if module_file(repo, found, module)), folder)


def _server_file(repo: Repo, folder: str, base: str, settings: Settings | None, kind: str) -> str:
    """Return the file of the WSGI or ASGI application: the settings name it, or it lies beside them."""
    named = settings.last(f"{kind.upper()}_APPLICATION") if settings else None
    if named:
        module = named.text().strip("'\"").rpartition(".")[0]
        for place in dict.fromkeys((base, folder)):
            if path := module_file(repo, place, module):
                return path
    found = [
        path
        for path in _server_paths(repo, kind)
        if (_inside(folder, path) or _inside(base, path)) and _serves(repo, path)
    ]
    near = folder_of(folder_of(settings.path)) if settings else base
    found.sort(key=lambda path: (is_secondary(path), not path.startswith(near + "/"), path.count("/"), path))
    return found[0] if found else ""


def _serves(repo: Repo, path: str) -> bool:
    text = repo.text(path)
    return _is_django(repo, path) or "application" in text or "ProtocolTypeRouter" in text


def _production(repo: Repo, base: str, defaults: tuple[Named, ...], served: tuple[Named, ...]) -> str:
    """Return the settings module to run with on Heroku.

    What wsgi.py names, then what manage.py names, unless that is meant for development: then its
    neighbour for production.
    """
    names = [_importable(repo, base, named.value) for named in (*served, *defaults)]
    for name in names:
        if found := _neighbour(repo, base, name, PRODUCTION[:1]):
            return found
    for name in names:
        if _last(name) & set(PRODUCTION):
            return name
    for name in names:
        if not _is_for_development(repo, base, name):
            return name
    for name in names:
        if found := _neighbour(repo, base, name):
            return found
    return names[0] if names else _unnamed(repo, base)


def _importable(repo: Repo, base: str, module: str) -> str:
    """Return a settings module as `base` sees it: some wsgi.py name it from a folder further up."""
    rest = module
    while rest and not module_file(repo, base, rest):
        rest = rest.partition(".")[2]
    return rest or module


def _last(module: str) -> set[str]:
    return set(_NAME_PARTS.split(module.rpartition(".")[2].lower()))


def _is_for_development(repo: Repo, base: str, module: str) -> bool:
    """Tell whether a settings module is meant for development, or is a package that settles nothing."""
    if _last(module) & _DEVELOPMENT:
        return True
    path = module_file(repo, base, module)
    return path.endswith("/__init__.py") and "import" not in repo.text(path)


def _neighbour(repo: Repo, base: str, module: str, words: Sequence[str] = PRODUCTION) -> str:
    """Return the production settings beside a settings module, "" where there are none."""
    path = module_file(repo, base, module)
    if not path:
        return ""
    package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
    folder = folder_of(path)
    names = [
        relative(folder, other)[:-3]
        for other in repo.suffixed(".py", under=folder) + (repo.suffixed(".py") if folder == "." else ())
        if folder_of(other) == folder
    ]
    names += [
        relative(folder, other).rpartition("/")[0]
        for other in repo.named("__init__.py")
        if folder_of(folder_of(other)) == folder
    ]
    for word in words:
        for name in names:
            fits = folder.endswith("settings") or _SETTINGS_FILE.search(name) or folder.endswith("config")
            if fits and word in _NAME_PARTS.split(name.lower()):
                return f"{package}.{name}".strip(".")
    return ""


def _unnamed(repo: Repo, base: str) -> str:
    """Return a settings module that no file names: the shallowest settings.py that lists INSTALLED_APPS."""
    for path in (*repo.named("settings.py"), *repo.named("production.py")):
        if _inside(base, path) and not is_secondary(path) and "INSTALLED_APPS" in repo.text(path):
            found = importable(repo, path, base)
            if found:
                return found.module
    return ""


def server_target(repo: Repo, project: Project, kind: str, root: str) -> Target | None:
    """Return what to serve for "wsgi" or "asgi" as seen from manage.py's folder, None without the file."""
    path = project.wsgi if kind == "wsgi" else project.asgi
    if not path:
        return None
    folder = relative(root, project.folder) if project.folder != root else "."
    setting = project.settings.last(f"{kind.upper()}_APPLICATION") if project.settings else None
    name = setting.text().strip("'\"").rpartition(".")[2] if setting else ""
    name = name if name.isidentifier() and name in repo.text(path) else _name(repo, path)
    for base in dict.fromkeys((project.base, project.folder)):
        module = relative(base, path)[:-3].replace("/", ".").removesuffix(".__init__")
        if module_file(repo, base, module) == path:
            extra = relative(join(root, folder), base) if base != project.folder else ""
            return Target(module=module, name=name, folder=folder, path=extra)
    found = importable(repo, path, root)
    return Target(module=found.module, name=name, folder=found.folder) if found else None


_APPLICATION = lazy(
    r"^(?:application\s*[:=]|(?:async\s+)?def\s+application\b|from\s+[\w.]+\s+import\b.*\bapplication\b)",
    re.MULTILINE,
)


def _name(repo: Repo, path: str) -> str:
    return "application" if _APPLICATION.search(repo.text(path)) else "app"


def configuration(repo: Repo, project: Project) -> tuple[str, Evidence] | None:
    """Return the django-configurations class to run with and the line that names the default one."""
    path = project.manage or project.wsgi
    named = settings_defaults(repo, path, "DJANGO_CONFIGURATION")
    if not named or project.settings is None:
        return None
    text = "\n".join(repo.text(file) for file in project.settings.files)
    classes = re.findall(r"^class (\w+)\(", text, re.MULTILINE)
    for word in PRODUCTION:
        for name in classes:
            if name.lower() == word:
                return name, named[0].evidence
    return named[0].value, named[0].evidence
