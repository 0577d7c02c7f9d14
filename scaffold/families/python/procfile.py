"""The web line of a person's Procfile -> a doubt where the module or object that it serves is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import Doubt, Strength
from scaffold.families.python.apps import PythonApp
from scaffold.families.python.code import module_of
from scaffold.families.python.mentions import served
from scaffold.patterns import lazy
from scaffold.repo import Repo, join

_WEB = lazy(r"^web\s*:\s*(.+)$")


def procfile_doubts(repo: Repo, app: PythonApp, stack: str, right: str) -> Iterator[Doubt]:
    """Yield a doubt for a web line that names what the repository lacks; `right` serves what is there."""
    for path in dict.fromkeys((join(app.root, "Procfile"), "Procfile")):
        for number, line in enumerate(repo.lines(path) if path in repo else (), 1):
            web = _WEB.match(line.strip())
            target = served(web[1]) if web else None
            fault = _fault(repo, app, *target) if target else ""
            if fault:
                yield Doubt(
                    stack=stack,
                    root=app.root,
                    strength=Strength.FRAMEWORK,
                    evidence=(repo.proof(path, number),),
                    id="procfile/target",
                    message=f"The web process cannot start: {fault}.",
                    remedy=f"Serve what the code has: {right}",
                )


def _fault(repo: Repo, app: PythonApp, module: str, name: str) -> str:
    """Say what of a target is not there, "" where all is or an installed package may bring it."""
    inside = module.replace(".", "/")
    ends = (f"/{inside}.py", f"/{inside}/__init__.py")
    found = [path for path in repo.suffixed(".py") if f"/{path}".endswith(ends)]
    if not found:
        installed = {re.split(r"[-_.]", dep)[0] for dep in app.deps}
        brought = re.split(r"[-_.]", module.lower())[0] in installed
        return "" if brought else f"no file here is the module {module}"
    code = [module_of(repo, path) for path in found]
    starred = any(one.name == "*" for there in code for one in there.imports)
    if starred or not all(there.parsed for there in code):
        return ""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return "" if any(word.search(repo.text(path)) for path in found) else f"{found[0]} has no {name}"
