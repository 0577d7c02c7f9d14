"""How a Python app's manifests lie -> what makes Heroku's build accept them: shims, to-dos and doubts."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, File, Raw, Shim, Strength, Todo, command
from scaffold.families.python.apps import PythonApp, only_leads_to, python_apps
from scaffold.families.python.deps import LOCKS, MISSPELT
from scaffold.families.python.workspace import workspace_facts
from scaffold.manifests import requirements
from scaffold.repo import Repo, folder_of, join

_LOCKING = {
    "poetry": ("poetry.lock", ("poetry", "lock")),
    "uv": ("uv.lock", ("uv", "lock")),
    "pipenv": ("Pipfile.lock", ("pipenv", "lock")),
    "pdm": ("requirements.txt", ("pdm", "export", "--prod", "-o", "requirements.txt")),
    "": ("uv.lock", ("uv", "lock")),
}


def layout_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield what the app's files need so that Heroku builds them."""
    if app.root != ".":
        yield from _from_top(repo, app)
    if not app.manifest:
        yield from _undeclared(repo, app)
    elif app.manifest.endswith((".yml", ".yaml")):
        yield _conda(app)
    elif len(app.managers) > 1:
        yield from _several(app)
    elif not app.managers:
        yield from _unlocked(repo, app)


def built_from_top(repo: Repo, app: PythonApp) -> bool:
    """Tell whether Heroku's build root is the top of the repository for this app."""
    return app.root == "." or any(isinstance(fact, Shim) for fact in _from_top(repo, app))


def _from_top(repo: Repo, app: PythonApp) -> Iterator[Shim | Todo]:
    """Yield how the top builds an app in a subfolder, nothing where it cannot."""
    found: tuple[Shim | Todo, ...] = tuple(_shim(repo, app))
    if not found:
        top = next((other for other in python_apps(repo) if other.root == "."), None)
        found = tuple(workspace_facts(repo, app, top))
    yield from found


def _shim(repo: Repo, app: PythonApp) -> Iterator[Shim]:
    """Yield how the top builds an app in a subfolder: as it is, or by a requirements.txt of one line."""
    if only_leads_to(repo) == app.root:
        proof = repo.proof("requirements.txt", 1)
        yield _made_shim(app, proof, "", "", f"requirements.txt leads Heroku's build to {app.root}")
        return
    top = next((other for other in python_apps(repo) if other.root == "."), None)
    if top is not None and top.manifest and top.managers:
        own = {name for name, found in app.deps.items() if found.direct}
        if own and len(top.managers) == 1 and own <= set(top.deps):
            proof = Evidence(path=top.manifest)
            yield _made_shim(app, proof, "", "", f"{top.manifest} already installs what {app.root} needs")
        return
    if (
        app.manager != "pip"
        or len(app.managers) > 1
        or _has_manifest(top)
        or _is_relative(repo, app.manifest)
    ):
        return
    yield _made_shim(
        app,
        app.evidence,
        "requirements.txt",
        f"-r {command(app.manifest)}\n",
        f"Heroku looks at the top of the repository only; this line leads it to {app.manifest}",
    )


def _has_manifest(top: PythonApp | None) -> bool:
    return top is not None and bool(top.manifest)


def _is_relative(repo: Repo, path: str) -> bool:
    """Tell whether a requirements file installs a local project: pip takes its path from where pip runs."""
    found = repo.parsed(path, requirements.parse)
    return any(include.kind == "project" for include in found.includes)


def _made_shim(app: PythonApp, proof: Evidence, path: str, text: str, why: str) -> Shim:
    return Shim(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(proof,),
        path=path,
        text=text,
        why=why,
    )


def _undeclared(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Say that nothing declares dependencies, and what the code imports."""
    from scaffold.families.python.undeclared import imported_packages

    packages = imported_packages(repo, app)
    target = join(app.root, "requirements.txt")
    names = ", ".join(name for name, _ in packages[:8])
    proofs = tuple(proof for _, proof in packages[:5]) or (app.evidence,)
    yield _doubt(
        app,
        proofs,
        "python/undeclared",
        f"{target} is missing: Heroku would install nothing"
        + (f", and the code imports {names}." if names else "."),
        "Declare every package that the app imports.",
    )
    words = [name for name, _ in packages]
    lines = f"printf '%s\\n' {command(*words)}" if words else "touch"
    yield _todo(
        app, proofs, f"{lines} {'> ' if words else ''}{command(target)}", "declares what the code imports"
    )


def _conda(app: PythonApp) -> Doubt:
    return _doubt(
        app,
        (app.evidence,),
        "python/conda",
        f"Heroku's Python buildpack does not read {app.manifest}.",
        "List the packages in a requirements.txt (pip names), or run `uv init --bare && uv add ...`.",
    )


def _several(app: PythonApp) -> Iterator[AnyFact]:
    """Say which of several package manager files to remove; Heroku refuses to choose."""
    own = {manager: name for name, manager in LOCKS.items()}
    keep = join(app.root, own[app.manager])
    extra = [join(app.root, own[manager]) for manager in app.managers if manager != app.manager]
    removed = command(Raw("git rm"), *extra)
    proofs = tuple(Evidence(path=path) for path in app.locks)
    yield _doubt(
        app,
        proofs,
        "python/several-managers",
        f"Heroku's build fails where several package managers have files: {', '.join(app.locks)}.",
        f"Keep one. To keep {keep}: {removed}",
    )
    yield _todo(
        app, proofs, removed, f"leaves {keep} as the one list of packages; Heroku refuses more than one"
    )


def _unlocked(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Say how to make the file that Heroku's build starts from, where there is none yet."""
    if app.manager == "pip":
        yield from _elsewhere(app)
    elif app.manifest.endswith(("setup.py", "setup.cfg")):
        yield _file(app, "--editable .\n", f"Heroku no longer builds from {app.manifest} alone")
    elif app.manager in _LOCKING and not _locked_above(repo, app):
        name, words = _LOCKING[app.manager]
        prefix = "" if app.root == "." else f"{command('cd', app.root)} && "
        lock = join(app.root, name)
        text = prefix + command(*words)
        yield _todo(app, (app.evidence,), f"{text} && git add {command(name)}", f"Heroku builds from {lock}")
        yield _doubt(
            app, (app.evidence,), "python/no-lock", f"{lock} is missing; Heroku's build starts from it.", text
        )


def _locked_above(repo: Repo, app: PythonApp) -> bool:
    """Tell whether a lock file further up covers the app (a workspace)."""
    folder = app.root
    while folder != ".":
        folder = folder_of(folder)
        if any(join(folder, name) in repo for name in LOCKS):
            return True
    return False


def _elsewhere(app: PythonApp) -> Iterator[AnyFact]:
    """Lead Heroku to a requirements file with another name or in a folder."""
    name = app.manifest.rpartition("/")[2]
    target = join(app.root, "requirements.txt")
    if name.lower() in MISSPELT or (name.lower() == "requirements.txt" and name != "requirements.txt"):
        renamed = command(Raw("git mv"), app.manifest, target)
        message = f"Heroku does not read {app.manifest}: the file must be named {target}."
        yield _doubt(app, (app.evidence,), "python/requirements-misspelt", message, renamed)
        yield _todo(app, (app.evidence,), renamed, "gives the list of packages the name that Heroku reads")
    elif app.root == ".":
        text = f"-r {command(app.manifest)}\n"
        yield _file(app, text, f"Heroku reads only {target}; this line leads it to {app.manifest}")


def _file(app: PythonApp, text: str, why: str) -> File:
    return File(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(app.evidence,),
        path=join(app.root, "requirements.txt"),
        text=text,
        why=why,
    )


def _todo(app: PythonApp, proofs: tuple[Evidence, ...], text: str, why: str) -> Todo:
    return Todo(
        stack="python", root=app.root, strength=Strength.FRAMEWORK, evidence=proofs, command=text, why=why
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
