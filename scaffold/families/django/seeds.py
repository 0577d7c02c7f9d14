"""What a Django project's own documents load into an empty database: fixtures, or a command of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from scaffold.facts import Evidence, Seed, command
from scaffold.families.django.project import Project
from scaffold.families.python.apps import PythonApp
from scaffold.patterns import lazy
from scaffold.repo import Repo, folder_of, is_secondary, relative

_SAID = lazy(r"(?:^|[\s`'\"/.])manage\.py\s+(loaddata|(?:seed|populate)\w*)\b([^`|&;#<>\n'\"]*)")
_FORMATS = (".json", ".yaml", ".yml", ".xml", ".jsonl", ".json.gz", ".json.bz2", ".json.zip")
_DOCUMENTS = ("readme", "makefile", "justfile", "contributing", "install")
_FAKES = lazy(r"^\s*(?:from|import)\s+(faker|factory|model_bakery|mimesis)\b", re.MULTILINE)
_PACKAGES = {
    "faker": "faker",
    "factory": "factory-boy",
    "model_bakery": "model-bakery",
    "mimesis": "mimesis",
}


def django_seed(repo: Repo, project: Project, app: PythonApp) -> Iterator[Seed]:
    """Yield what the first document that says so loads, where all of it is in the repository."""
    if not project.manage:
        return
    manage = relative(app.root, project.manage)
    for path in _documents(repo, app.root):
        words, proofs = _said(repo, project, app, path)
        if words:
            yield Seed(
                stack="django",
                root=app.root,
                command=command("python", manage, *words),
                evidence=proofs,
                why=f"{path} fills an empty database so.",
            )
            return


def _documents(repo: Repo, root: str) -> list[str]:
    """Return what tells people how to set the project up, next to the app first, then at the top."""
    found = [path for path in repo.where(_is_document) if folder_of(path) in (root, ".")]
    return sorted(found, key=lambda path: (folder_of(path) != root, path))


def _is_document(path: str) -> bool:
    return path.rpartition("/")[2].lower().startswith(_DOCUMENTS)


def _said(
    repo: Repo, project: Project, app: PythonApp, path: str
) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """Return the words after manage.py and their proof: one `loaddata` of all fixtures, or one command."""
    fixtures: dict[str, tuple[Evidence, Evidence]] = {}
    for number, line in enumerate(repo.lines(path), 1):
        found = _SAID.search(line) if "manage.py" in line else None
        if found is None:
            continue
        proof = repo.proof(path, number)
        if found[1] == "loaddata":
            fixtures |= {
                name: (proof, repo.proof(file)) for name, file in _fixtures(repo, project, found[2]).items()
            }
        elif not fixtures and not found[2].strip() and (file := _own_command(repo, app, found[1])):
            return (found[1],), (proof, repo.proof(file))
    proofs = tuple(dict.fromkeys(one for pair in fixtures.values() for one in pair))
    return (("loaddata", *fixtures), proofs) if fixtures else ((), ())


def _fixtures(repo: Repo, project: Project, said: str) -> dict[str, str]:
    """Return the fixtures of a line by name, none unless each of them is there."""
    try:
        names = shlex.split(said)
    except ValueError:
        return {}
    found = {name: _fixture(repo, project, name) for name in names}
    return {} if any(name.startswith("-") or not path for name, path in found.items()) else found


def _fixture(repo: Repo, project: Project, name: str) -> str:
    """Return the file of a fixture: in the folder of an app, or where the name leads from manage.py."""
    ends = (name,) if name.endswith(_FORMATS) else tuple(name + suffix for suffix in _FORMATS)
    for end in ends:
        plain = end.removeprefix("./")
        here = plain if project.folder == "." else f"{project.folder}/{plain}"
        if here in repo:
            return here
        for path in repo.named(plain.rpartition("/")[2]):
            above, folder, _ = ("/" + path).rpartition("/fixtures/")
            if folder and path.endswith("fixtures/" + plain) and not is_secondary(above[1:] + "/x"):
                return path
    return ""


def _own_command(repo: Repo, app: PythonApp, name: str) -> str:
    """Return the file of a management command that runs with the packages of production."""
    for path in repo.named(f"{name}.py"):
        if path.endswith(f"/management/commands/{name}.py") and not is_secondary(path):
            fakes = _FAKES.findall(repo.text(path))
            return "" if any(not app.has(_PACKAGES[module]) for module in fakes) else path
    return ""
