"""The files that name a Python version -> the one Heroku goes by, or else what the project asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold import versions
from scaffold.facts import AnyFact, Doubt, Evidence, Raw, Runtime, Strength, Todo, command
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.ceiling import python_ceiling
from scaffold.families.python.deps import sound
from scaffold.families.python.layout import built_from_top
from scaffold.manifests import pipfile, pyproject, setup_files, toml_file
from scaffold.patterns import lazy
from scaffold.record import record, replace
from scaffold.repo import Repo, folder_of, join

_MISSPELT = (
    "python-version python_version .python_version .pythonversion pythonversion .python-versions "
    ".python-version.txt python-version.txt .Python-version .Python-Version .PYTHON-VERSION .python-verion "
    ".python-verison .pyhton-version .phyton-version .python-version.md .pythonverison"
).split()
_MISSPELT_RUNTIME = (
    "Runtime.txt RUNTIME.txt runtimes.txt runtime.text .runtime.txt runtime runtine.txt".split()
)
_IMAGE = lazy(r"^\s*FROM\s+(?:--\S+\s+)?(?:[\w.-]+/)*python:(\d+\.\d+(?:\.\d+)?)", re.IGNORECASE)
_PLAIN = lazy(r"(?:python-)?3\.\d+(?:\.\d+)?")


@record
class Asked:
    """A version as a file names it, and where."""

    text: str
    evidence: Evidence


def runtime_facts(repo: Repo, app: PythonApp) -> Iterator[AnyFact]:
    """Yield the Python version asked for, and what is wrong with the files that say it."""
    found = next(asked_versions(repo, app), None)
    ceiling = python_ceiling(
        replace(one, spec=f"=={one.locked}") if one.locked else one for one in app.deps.values()
    )
    text, why = "", "no file names a version"
    proofs: tuple[Evidence, ...] = ()
    if found:
        text, proofs, why = found.text, (found.evidence,), f"{found.evidence.path} says so"
    if ceiling and (found is None or _reaches_above(found.text, ceiling.python)):
        text, proofs = ceiling.python, (ceiling.evidence, *proofs)
        why = f"{ceiling.package} runs on no newer Python"
    if _refused(repo, app):
        proofs = (repo.proof(join(app.root, "uv.lock")), *proofs)
    yield Runtime(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=proofs,
        language="python",
        asked=text,
        why=why,
    )
    yield from _doubts(repo, app)


def _reaches_above(asked: str, ceiling: str) -> bool:
    """Tell whether a range would be resolved to a Python that is too new; a plain version stands."""
    if not re.search(r"[\^~><*,|]", asked):
        return False
    taken = versions.resolve("python", asked).version
    return [int(n) for n in re.findall(r"\d+", taken)] > [int(n) for n in re.findall(r"\d+", ceiling)]


def asked_versions(repo: Repo, app: PythonApp) -> Iterator[Asked]:
    """Yield the versions named, in the order in which Heroku's build, then the project's own tools, go by."""
    folders = tuple(dict.fromkeys((app.root, ".")))
    for folder in folders:
        yield from _heroku_files(repo, folder)
    for path in _misspelt(repo, app):
        yield Asked(text=repo.text(path).strip(), evidence=repo.proof(path, 1))
    path = join(app.root, "Pipfile.lock")
    if (lock := sound(repo, path, pipfile.parse_lock)) and lock.python:
        yield Asked(text=lock.python, evidence=repo.proof(path, lock.python_line))
    path = join(app.root, "Pipfile")
    if (asked := sound(repo, path, pipfile.parse)) and asked.python:
        yield Asked(text=asked.python, evidence=repo.proof(path, asked.python_line))
    for folder in folders:
        yield from _project_files(repo, folder)
    for folder in folders:
        yield from _tool_files(repo, folder)


def _heroku_files(repo: Repo, folder: str) -> Iterator[Asked]:
    for name in ("runtime.txt", ".python-version"):
        path = join(folder, name)
        for number, line in enumerate(repo.lines(path) if path in repo else (), 1):
            text = line.strip()
            if text and not text.startswith("#"):
                if re.search(r"\d", text):
                    yield Asked(text=text, evidence=repo.proof(path, number))
                break


def _project_files(repo: Repo, folder: str) -> Iterator[Asked]:
    path = join(folder, "pyproject.toml")
    if (project := sound(repo, path, pyproject.parse)) and project.python:
        yield Asked(text=project.python, evidence=repo.proof(path, project.python_line))
    for name, parse in (("setup.cfg", setup_files.parse_cfg), ("setup.py", setup_files.parse_py)):
        path = join(folder, name)
        if path in repo and "python_requires" in repo.text(path):
            setup = repo.parsed(path, parse)
            if setup.python:
                yield Asked(text=setup.python, evidence=repo.proof(path, setup.python_line))


def _tool_files(repo: Repo, folder: str) -> Iterator[Asked]:
    path = join(folder, ".tool-versions")
    for number, line in enumerate(repo.lines(path) if path in repo else (), 1):
        words = line.split()
        if len(words) > 1 and words[0] == "python":
            yield Asked(text=words[1], evidence=repo.proof(path, number))
    for name in ("mise.toml", ".mise.toml"):
        path = join(folder, name)
        document = repo.try_parsed(path, toml_file.parse) if path in repo else None
        asked = document.at("tools", "python") if document else None
        if document and isinstance(asked, str):
            yield Asked(text=asked, evidence=repo.proof(path, document.line("tools", r"^\s*python\s*=")))
    for path in repo.named("Dockerfile"):
        if folder_of(path) == folder:
            for number, line in enumerate(repo.lines(path), 1):
                if found := _IMAGE.match(line):
                    yield Asked(text=found[1], evidence=repo.proof(path, number))


def _refused(repo: Repo, app: PythonApp) -> bool:
    """Tell whether the version stands in a runtime.txt, which Heroku refuses where uv installs."""
    return join(app.root, "runtime.txt") in repo and app.manager == "uv"


def _doubts(repo: Repo, app: PythonApp) -> Iterator[Doubt | Todo]:
    right = join("." if built_from_top(repo, app) else app.root, ".python-version")
    for path in _misspelt(repo, app):
        renamed = command(Raw("git mv -f"), path, right)
        message = f"{path} looks like a version file, but Heroku does not read it."
        yield _doubt(app, repo.proof(path, 1), "python/version-file-misspelt", message, renamed)
    yield from _invalid(repo, app)
    runtime, version = join(app.root, "runtime.txt"), join(app.root, ".python-version")
    if runtime in repo and version in repo:
        yield _doubt(
            app,
            repo.proof(runtime, 1),
            "python/two-version-files",
            f"{runtime} and {version} both name a Python; Heroku goes by the deprecated {runtime}.",
            f"git rm {runtime}",
        )
    elif _refused(repo, app):
        proof = repo.proof(runtime, 1)
        message = f"Heroku refuses {runtime} in an app that uses uv; {right} takes its place."
        yield _doubt(app, proof, "python/runtime-txt-with-uv", message, f"git rm {runtime}")
        yield Todo(
            stack="python",
            root=app.root,
            strength=Strength.FRAMEWORK,
            evidence=(proof,),
            command=command("git", "rm", runtime),
            why=f"{right} names the Python version: Heroku refuses {runtime} where uv installs",
        )


def _misspelt(repo: Repo, app: PythonApp) -> Iterator[str]:
    """Yield the files of the app's folder that hold a version under a name that nothing reads."""
    if join(app.root, ".python-version") in repo:
        return
    for path in repo.named(*_MISSPELT, *_MISSPELT_RUNTIME):
        if folder_of(path) == app.root and _PLAIN.fullmatch(repo.text(path).strip()):
            yield path


def _invalid(repo: Repo, app: PythonApp) -> Iterator[Doubt]:
    """Doubt version files whose content Heroku's build refuses."""
    for name, form, sample in (
        (".python-version", r"\d+\.\d+(\.\d+)?", "3.13"),
        ("runtime.txt", r"python-\d+\.\d+(\.\d+)?", "python-3.13"),
    ):
        path = join(app.root, name)
        lines = [(number, line.strip()) for number, line in enumerate(repo.lines(path), 1)]
        said = [(number, line) for number, line in lines if line and not line.startswith("#")]
        if path not in repo or (len(said) == 1 and re.fullmatch(form, said[0][1])):
            continue
        proof = repo.proof(path, said[0][0] if said else 0)
        message = f"{path} must hold one version in the form {sample}; Heroku refuses what it holds."
        yield _doubt(app, proof, "python/version-file-invalid", message, f"Write one line: {sample}")


def _doubt(app: PythonApp, proof: Evidence, name: str, message: str, remedy: str) -> Doubt:
    return Doubt(
        stack="python",
        root=app.root,
        strength=Strength.FRAMEWORK,
        evidence=(proof,),
        id=name,
        message=message,
        remedy=remedy,
    )
