"""A repository -> its Python apps: build root, dependencies, package manager, and what their stacks share.

An app's root is the folder of its manifests, or of its entry point where nothing declares dependencies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scaffold.facts import AnyFact, Buildpack, Evidence, Strength, Todo, command
from scaffold.families.python import deps as python_deps
from scaffold.families.python.deps import MISSPELT, Dependency, Gathered
from scaffold.manifests import pipfile, pyproject, requirements, setup_files
from scaffold.manifests.requirements import canonical
from scaffold.record import record
from scaffold.repo import Repo, folder_of, is_secondary, join, relative

__all__ = ["Dependency", "PythonApp", "add_command", "app_of", "common_facts", "needs", "python_apps"]

_PROJECT_FILES = ("Pipfile", "Pipfile.lock", "pyproject.toml", "setup.py", "setup.cfg", *python_deps.LOCKS)
_ENTRIES = (
    "manage.py app.py main.py wsgi.py asgi.py server.py application.py run.py bot.py index.py api.py "
    "streamlit_app.py"
).split()
_MOST = 60


@record
class PythonApp:
    """A folder that Heroku's Python buildpack could build, and what it says it needs.

    `manifest` is the file a new dependency belongs in ("" where nothing declares any), `manager` the tool
    that installs (pip, pipenv, poetry, uv, pdm, ""), `managers` all whose files are there, `locks` those
    files. `deps` are installed in production, `dev` are not.
    """

    root: str
    deps: Mapping[str, Dependency]
    dev: Mapping[str, Dependency]
    manager: str
    manifest: str
    locks: tuple[str, ...]
    managers: tuple[str, ...]
    evidence: Evidence

    def get(self, name: str) -> Dependency | None:
        """Return a production dependency by its canonical name, second-hand ones (`direct` false) too."""
        return self.deps.get(name)

    def has(self, *names: str) -> Dependency | None:
        """Return the first of `names` that production installs."""
        return next((self.deps[name] for name in names if name in self.deps), None)

    def uses(self, *names: str) -> Dependency | None:
        """Return the first of `names` that the app itself asks for: no lock file's second-hand entry."""
        return next((self.deps[n] for n in names if n in self.deps and self.deps[n].direct), None)


def python_apps(repo: Repo) -> tuple[PythonApp, ...]:
    """Return the Python apps of a repository, shallow roots first."""
    return repo.once(("python-apps",), lambda: tuple(_apps(repo)))


def app_of(repo: Repo, path: str) -> PythonApp | None:
    """Return the app a file belongs to: the one with the deepest root above it."""
    above = [app for app in python_apps(repo) if app.root == "." or path.startswith(app.root + "/")]
    return max(above, key=lambda app: (app.root != ".", len(app.root)), default=None)


def add_command(app: PythonApp, *packages: str) -> str:
    """Return the command that adds packages to what the app declares, run from the repository's top."""
    tools = {
        "uv": ("uv", "add"),
        "poetry": ("poetry", "add"),
        "pipenv": ("pipenv", "install"),
        "pdm": ("pdm", "add"),
    }
    if app.manager in tools:
        words = command(*tools[app.manager], *packages)
        return words if app.root == "." else f"{command('cd', app.root)} && {words}"
    if app.manifest.endswith("pyproject.toml"):
        words = command("uv", "add", *packages)
        return words if app.root == "." else f"{command('cd', app.root)} && {words}"
    target = (
        app.manifest if app.manifest.endswith((".txt", ".in", ".pip")) else join(app.root, "requirements.txt")
    )
    # the first newline: a file whose last line has none would get the name glued to it
    return f"printf '\\n%s\\n' {command(*packages)} >> {command(target)}"


def needs(app: PythonApp, package: str, *, stack: str, why: str = "") -> Iterator[Todo]:
    """Yield the to-do that adds a package, where production does not install it."""
    if canonical(package) in app.deps:
        return
    yield Todo(
        stack=stack,
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(app.evidence,),
        command=add_command(app, package),
        edit_path=app.manifest if app.manager == "pip" and app.manifest.endswith(".txt") else "",
        edit_new=package,
        why=f"{package} is not among the production dependencies: {why or 'it runs the app'}",
    )


def common_facts(app: PythonApp, stack: str) -> Iterator[AnyFact]:
    """Yield what every Python app has: its buildpack, named for `stack`.

    The stack "python" yields it, with runtime, shims, workers, add-ons and doubts, for every app; a web
    framework need not.
    """
    yield Buildpack(
        stack=stack,
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(app.evidence,),
        name="heroku/python",
        why="the app is written in Python",
    )


def _apps(repo: Repo) -> Iterator[PythonApp]:
    roots = _roots(repo)
    found = 0
    for root in sorted(
        roots, key=lambda root: (is_secondary(f"{root}/x"), root.count("/"), root != ".", root)
    ):
        app = None if root == "." and only_leads_to(repo) in roots - {"."} else _app(repo, root)
        if app is not None and found < _MOST:
            found += 1
            yield app


def only_leads_to(repo: Repo) -> str:
    """Return the folder of the app that the top's requirements.txt leads to, where it does nothing else."""
    others = {*_PROJECT_FILES, *_ENTRIES} - {"requirements.txt", "setup.cfg"}
    if "requirements.txt" not in repo or any(name in repo for name in others):
        return ""
    found = repo.parsed("requirements.txt", requirements.parse)
    paths = [join(".", one.path) for one in found.includes if one.kind == "requirements"]
    if found.requirements or len(paths) != 1 or paths[0] not in repo:
        return ""
    folder = folder_of(paths[0])
    if folder.rpartition("/")[2].lower() in python_deps.FOLDERS:
        folder = folder_of(folder)
    inside = all(path.startswith(f"{folder}/") or is_secondary(path) for path in repo.suffixed(".py"))
    return folder if inside else ""


def _roots(repo: Repo) -> set[str]:
    """Return the folders with manifests, and those of entry points that no manifest covers."""
    roots = set(python_deps.requirement_files(repo))
    for path in repo.named(*_PROJECT_FILES):
        roots.add(folder_of(path))
    if repo.named("environment.yml", "environment.yaml"):
        roots |= {folder_of(path) for path in repo.named("environment.yml", "environment.yaml")}
    declared = {root for root in roots if not _is_hidden(root) and _declares(repo, root)}
    for path in repo.named(*_ENTRIES):
        folder = folder_of(path)
        covered = any(root in (".", folder) or folder.startswith(root + "/") for root in declared)
        if not covered and not _is_hidden(folder):
            declared.add(folder)
    return declared


def _is_hidden(folder: str) -> bool:
    return folder != "." and any(part.startswith(".") for part in folder.split("/"))


def _declares(repo: Repo, root: str) -> bool:
    """Tell whether a folder's files declare anything: a pyproject.toml or setup.cfg may only set up tools."""
    if root in python_deps.requirement_files(repo):
        return True
    files = {join(root, name) for name in _PROJECT_FILES}
    rest = files - {join(root, "pyproject.toml"), join(root, "setup.cfg")}
    if any(path in repo for path in (*rest, join(root, "environment.yml"), join(root, "environment.yaml"))):
        return True
    path = join(root, "pyproject.toml")
    if path in repo:
        project = python_deps.sound(repo, path, pyproject.parse)
        if project is None or project.is_project or project.requirements:
            return True
    path = join(root, "setup.cfg")
    return path in repo and bool(repo.parsed(path, setup_files.parse_cfg).name)


def _app(repo: Repo, root: str) -> PythonApp | None:
    into = Gathered(repo, root)
    managers = tuple(
        manager
        for name, manager in sorted(python_deps.LOCKS.items(), key=lambda item: _ORDER.index(item[1]))
        if join(root, name) in repo
    )
    locks = tuple(join(root, name) for name in python_deps.LOCKS if join(root, name) in repo)
    manager, manifest = _manager(repo, root, managers)
    for one in dict.fromkeys((manager, *managers)):
        _gather(into, one, manifest)
    _gather_rest(into)
    python_deps.gather_implied(into)
    first = manifest or next((p for p in (join(root, name) for name in _ENTRIES) if p in repo), "")
    if not first:
        return None
    return PythonApp(
        root=root,
        deps=into.deps,
        dev=into.dev,
        manager=manager,
        manifest=manifest,
        locks=locks,
        managers=managers,
        evidence=Evidence(path=first),
    )


_ORDER = ("uv", "poetry", "pipenv", "pip")


def _manager(repo: Repo, root: str, managers: tuple[str, ...]) -> tuple[str, str]:
    """Return the package manager and the file that new dependencies belong in."""
    own = {"uv": "pyproject.toml", "poetry": "pyproject.toml", "pipenv": "Pipfile", "pip": "requirements.txt"}
    if managers:
        best = next((one for one in managers if _is_sound(repo, root, one)), managers[0])
        path = join(root, own[best])
        return best, path if path in repo else join(root, _lock_name(best))
    if (path := join(root, "Pipfile")) in repo:
        return "pipenv", path
    path = join(root, "pyproject.toml")
    project = python_deps.sound(repo, path, pyproject.parse)
    asks = project is not None and (project.is_project or bool(project.requirements))
    files = [p for p in python_deps.requirement_files(repo).get(root, ()) if python_deps.stem_rank(p) < 100]
    if project and asks and any(not asked.group for asked in project.requirements):
        return project.flavour if project.flavour in ("poetry", "pdm", "uv") else "", path
    if files:
        return "pip", files[0]
    if asks:
        return project.flavour if project and project.flavour in ("poetry", "pdm", "uv") else "", path
    others = ("setup.py", "setup.cfg", "environment.yml", "environment.yaml")
    return "", next((join(root, name) for name in others if join(root, name) in repo), "")


def _is_sound(repo: Repo, root: str, manager: str) -> bool:
    """Tell whether the files of a package manager can be read at all."""
    if manager == "pip":
        return True
    if manager == "pipenv":
        names = [("Pipfile", pipfile.parse), ("Pipfile.lock", pipfile.parse_lock)]
        paths = [(join(root, name), parse) for name, parse in names]
        return all(path not in repo or python_deps.sound(repo, path, parse) for path, parse in paths)
    path = join(root, "pyproject.toml")
    return path not in repo or python_deps.sound(repo, path, pyproject.parse) is not None


def _lock_name(manager: str) -> str:
    return next(name for name, owner in python_deps.LOCKS.items() if owner == manager)


def _gather(into: Gathered, manager: str, manifest: str) -> None:
    if manager == "pip":
        own = join(into.root, "requirements.txt")
        python_deps.gather_requirements(into, own if own in into.repo else manifest)
    elif manager == "pipenv":
        python_deps.gather_pipenv(into)
    elif manifest.endswith((".yml", ".yaml")):
        python_deps.gather_conda(into, manifest)
    else:
        python_deps.gather_project(into, into.root)
        for name in (f"{manager}.lock",) if manager else ():
            python_deps.gather_locked(into, name)


def _gather_rest(into: Gathered) -> None:
    """Add what the folder declares but Heroku would not install, as not installed."""
    for path in python_deps.requirement_files(into.repo).get(into.root, ()):
        name = relative(folder_of(path), path)
        group = name.rpartition(".")[0]
        if name.lower() not in MISSPELT or path not in into.seen:
            python_deps.gather_requirements(into, path, group=group or "other")
    for path, found in python_deps.project_requirements(into.repo, into.root):
        if path not in into.seen:
            into.seen.add(path)
            into.add(path, found, group=path.rpartition("/")[2])
