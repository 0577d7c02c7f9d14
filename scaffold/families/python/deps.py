"""The Python manifests of one folder -> what is installed in production, what is not, and by which tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from scaffold.errors import ManifestError
from scaffold.facts import Evidence
from scaffold.families.python.libraries import IMPLIED
from scaffold.manifests import pipfile, pyproject, python_locks, requirements, setup_files, yaml_file
from scaffold.manifests.requirements import Requirement
from scaffold.patterns import lazy
from scaffold.record import made, mutable, record, replace
from scaffold.repo import Repo, folder_of, join

T = TypeVar("T")

LOCKS = {"requirements.txt": "pip", "Pipfile.lock": "pipenv", "poetry.lock": "poetry", "uv.lock": "uv"}
"""The files by which Heroku's Python buildpack chooses a package manager, and that manager."""

MISSPELT = frozenset(
    "requirement.txt requirments.txt requirements requirements.text requirement requeriments.txt "
    "requiremnts.txt requirementss.txt reqirements.txt requirments requirenments.txt requirement.text "
    "requirements.txt.txt requierements.txt requirements.tx requirements.pip".split()
)
PRODUCTION = (
    "production prod heroku deploy deployment live release requirements base common main core app server web "
    "default all runtime"
).split()
"""Stems of requirements files that a production install uses, best first."""

FOLDERS = frozenset({"requirements", "reqs", "requires"})
REQUIREMENTS_FILE = lazy(r"(?:[\w.-]+[-_.])?req(?:uirement)?s?(?:[-_.][\w.-]+)?\.(?:txt|in|pip)")
_DEPTH = 10


@record
class Dependency:
    """A package the app asks for. `group` is "" where production installs it, else dev, test, extra:x ...

    `direct` is false where only a lock file, or what another package brings with it, says so; `locked` is
    the version in the lock file, "" without one.
    """

    name: str
    spec: str = ""
    extras: tuple[str, ...] = ()
    group: str = ""
    evidence: Evidence
    direct: bool = True
    url: str = ""
    locked: str = ""


@mutable
class Gathered:
    """What is being put together for one folder; the first one to name a package wins."""

    repo: Repo
    root: str
    deps: dict[str, Dependency] = made(factory=dict)
    dev: dict[str, Dependency] = made(factory=dict)
    seen: set[str] = made(factory=set)

    def add(self, path: str, found: Iterable[Requirement], *, group: str = "", direct: bool = True) -> None:
        """Add what a file asks for; what only another system installs counts as not installed."""
        lines = self.repo.lines(path)
        for asked in found:
            place = group or asked.group or ("" if asked.linux else "other-system")
            into = self.dev if place else self.deps
            if asked.name not in into:
                into[asked.name] = Dependency(
                    name=asked.name,
                    spec=asked.spec,
                    extras=asked.extras,
                    group=place,
                    evidence=Evidence(
                        path=path,
                        line=asked.line,
                        text=lines[asked.line - 1].strip()[:200] if 0 < asked.line <= len(lines) else "",
                    ),
                    direct=direct,
                    url=asked.url,
                )

    def lock(self, versions: Mapping[str, str]) -> None:
        """Note the locked version of each production dependency."""
        for name, version in versions.items():
            if name in self.deps:
                self.deps[name] = replace(self.deps[name], locked=version)


def gather_requirements(into: Gathered, path: str, *, group: str = "", depth: int = 0) -> None:
    """Add a requirements file with the files and local projects it includes."""
    if path in into.seen or path not in into.repo or depth > _DEPTH:
        return
    into.seen.add(path)
    found = into.repo.parsed(path, requirements.parse)
    listed = _compiled_from(into.repo, path)
    own = [asked for asked in found.requirements if listed is None or asked.name in listed]
    into.add(path, own, group=group)
    for include in found.includes:
        target = join(folder_of(path), include.path)
        if include.kind == "requirements":
            gather_requirements(into, target, group=group, depth=depth + 1)
        elif include.kind == "project":
            gather_project(into, target, group=group, extras=include.extras)
    into.add(path, [asked for asked in found.requirements if asked not in own], group=group, direct=False)


def _compiled_from(repo: Repo, path: str) -> frozenset[str] | None:
    """Return the names in the `.in` file that a compiled requirements file was made from, if there is one."""
    source = re.sub(r"\.txt$", ".in", path)
    if source == path or source not in repo:
        return None
    waiting = [source]
    seen: set[str] = set()
    names: set[str] = set()
    while waiting and len(seen) < _DEPTH:
        at = waiting.pop()
        if at in seen or at not in repo:
            continue
        seen.add(at)
        found = repo.parsed(at, requirements.parse)
        names |= {asked.name for asked in found.requirements}
        if any(include.kind == "project" for include in found.includes):
            return None
        waiting += [join(folder_of(at), i.path) for i in found.includes if i.kind == "requirements"]
    return frozenset(names) or None


def gather_project(into: Gathered, folder: str, *, group: str = "", extras: Sequence[str] = ()) -> None:
    """Add what the project in a folder asks for: pyproject.toml, setup.cfg, setup.py."""
    wanted = {f"extra:{extra}" for extra in extras}
    for path, found in project_requirements(into.repo, folder):
        if path in into.seen:
            continue
        into.seen.add(path)
        main = [asked for asked in found if not asked.group]
        chosen = [asked for asked in found if asked.group in wanted]
        into.add(path, main, group=group)
        for asked in chosen:
            into.add(path, [_in_production(asked)], group=group)
        into.add(path, [asked for asked in found if asked.group and asked.group not in wanted])


def _in_production(asked: Requirement) -> Requirement:
    return Requirement(
        name=asked.name,
        spec=asked.spec,
        extras=asked.extras,
        url=asked.url,
        line=asked.line,
        linux=asked.linux,
    )


def sound(repo: Repo, path: str, parse: Callable[[str, str], T]) -> T | None:
    """Return a parsed manifest, None where it is absent or malformed.

    Beside a requirements.txt a malformed one is no fault of the app: pip builds it, and nothing reads this.
    """
    if path not in repo:
        return None
    if join(folder_of(path), "requirements.txt") not in repo:
        return repo.try_parsed(path, parse)
    return repo.once(("python-sound", path, parse), lambda: _tried(repo, path, parse))


def _tried(repo: Repo, path: str, parse: Callable[[str, str], T]) -> T | None:
    try:
        return parse(repo.text(path), path)
    except ManifestError:
        return None


def project_requirements(repo: Repo, folder: str) -> Iterator[tuple[str, tuple[Requirement, ...]]]:
    """Yield each project file of a folder with what it asks for."""
    path = join(folder, "pyproject.toml")
    if project := sound(repo, path, pyproject.parse):
        yield path, project.requirements
    path = join(folder, "setup.cfg")
    if path in repo and "[options" in repo.text(path):
        yield path, repo.parsed(path, setup_files.parse_cfg).requirements
    path = join(folder, "setup.py")
    if path in repo and "setup(" in repo.text(path):
        setup = repo.parsed(path, setup_files.parse_py)
        yield path, setup.requirements
        for name in setup.reads:
            file = join(folder, name)
            if file in repo:
                yield file, repo.parsed(file, requirements.parse).requirements


def gather_pipenv(into: Gathered) -> None:
    """Add the Pipfile, then what only its lock names."""
    path, lock = join(into.root, "Pipfile"), join(into.root, "Pipfile.lock")
    asked = sound(into.repo, path, pipfile.parse)
    if asked:
        into.add(path, asked.requirements)
    locked = sound(into.repo, lock, pipfile.parse_lock)
    if locked:
        into.add(lock, locked.requirements, direct=asked is None)
        into.lock({one.name: one.spec.removeprefix("==") for one in locked.requirements if not one.group})


def gather_locked(into: Gathered, name: str) -> None:
    """Add what a lock file says that the production dependencies bring with them."""
    path = join(into.root, name)
    if path not in into.repo:
        return
    lock = into.repo.parsed(path, python_locks.parse)
    reached = lock.reached(into.deps)
    into.add(
        path,
        (Requirement(name=p.name, spec=f"=={p.version}", line=p.line) for p in reached.values()),
        direct=False,
    )
    into.lock({name: package.version for name, package in reached.items()})


def gather_implied(into: Gathered) -> None:
    """Add what well-known packages bring with them: `fastapi[standard]` brings uvicorn."""
    for dependency in tuple(into.deps.values()):
        for extra in ("", *dependency.extras):
            for name in IMPLIED.get(f"{dependency.name}[{extra}]" if extra else dependency.name, ()):
                into.deps.setdefault(name, Dependency(name=name, evidence=dependency.evidence, direct=False))


def requirement_files(repo: Repo) -> Mapping[str, tuple[str, ...]]:
    """Map each folder to its requirements files, the one that production installs first."""
    return repo.once(("python-requirement-files",), lambda: _requirement_files(repo))


def _requirement_files(repo: Repo) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    paths = (
        *repo.suffixed(".txt", ".in", ".pip"),
        *repo.named(*MISSPELT, *(n.capitalize() for n in MISSPELT)),
    )
    for path in dict.fromkeys(paths):
        folder, _, name = path.rpartition("/")
        inside = folder.rpartition("/")[2].lower() in FOLDERS
        if inside and name.endswith((".txt", ".in", ".pip")):
            folder = folder.rpartition("/")[0]
        elif not (REQUIREMENTS_FILE.fullmatch(name.lower()) or name.lower() in MISSPELT):
            continue
        found.setdefault(folder or ".", []).append(path)
    return {folder: tuple(sorted(files, key=_preference)) for folder, files in found.items()}


def _preference(path: str) -> tuple[int, int, int, str]:
    folder, _, name = path.rpartition("/")
    compiled = 1 if name.endswith(".in") else 0
    inside = 1 if folder.rpartition("/")[2].lower() in FOLDERS else 0
    return (stem_rank(path), compiled, inside, path)


def stem_rank(path: str) -> int:
    """Rank a requirements file by its name: 0 is `requirements.txt`, from 100 on it is not for production."""
    name = path.rpartition("/")[2].lower()
    if name == "requirements.txt" and path.rpartition("/")[0].rpartition("/")[2].lower() not in FOLDERS:
        return 0
    words = [word for word in re.split(r"[-_.]", name.rpartition(".")[0]) if word]
    named = [word for word in words if word not in ("requirements", "requirement", "reqs", "req")]
    if not named:
        return 1 if name.startswith("requirements.") else 2
    ranks = [PRODUCTION.index(word) for word in named if word in PRODUCTION]
    return 3 + ranks[0] if len(ranks) == len(named) else 100


def gather_conda(into: Gathered, path: str) -> None:
    """Add what a conda environment file asks for, by its package lines and those of its pip list."""
    document = into.repo.try_parsed(path, yaml_file.parse)
    items = document.at("dependencies") if document else None
    for at, item in enumerate(items if isinstance(items, list) else ()):
        inner = item.get("pip") if isinstance(item, dict) else None
        for text in inner if isinstance(inner, list) else [item]:
            if isinstance(text, str) and document:
                asked = requirements.parse_requirement(
                    re.sub(r"(?<![=<>!~])=(?!=).*$", "", text), document.line("dependencies", at)
                )
                if asked and asked.name not in ("python", "pip"):
                    into.add(path, [asked])
