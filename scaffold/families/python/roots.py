"""Where code lies -> the app that declares its dependencies, and what to say of those that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Doubt, Evidence, Strength, Todo
from scaffold.families.python.apps import PythonApp, add_command, python_apps
from scaffold.repo import Repo, relative


def best_app(repo: Repo, folder: str, *names: str) -> PythonApp:
    """Return the app that builds the code in `folder`: the nearest one above that declares one of `names`.

    One further up that declares all of it too is preferred: Heroku builds the top as it is.
    """
    above = [app for app in python_apps(repo) if app.root == "." or f"{folder}/".startswith(f"{app.root}/")]
    above.sort(key=lambda app: -len(app.root) if app.root != "." else 1)
    declaring = [app for app in above if app.has(*names)]
    if declaring:
        best = declaring[0]
        for app in declaring[1:]:
            wider = {name for name, found in best.deps.items() if found.direct} <= set(app.deps)
            best = app if wider and app.manifest else best
        return best
    chosen = next((app for app in above if app.manifest), above[0] if above else None)
    return chosen or nothing_declared(folder)


def nothing_declared(root: str) -> PythonApp:
    """Return an app that declares nothing."""
    return PythonApp(
        root=root,
        deps={},
        dev={},
        manager="",
        manifest="",
        locks=(),
        managers=(),
        evidence=Evidence(path=root),
    )


def missing_facts(
    stack: str, app: PythonApp, packages: tuple[str, ...], proofs: tuple[Evidence, ...], *, why: str
) -> Iterator[AnyFact]:
    """Yield what to do about packages that the web process needs and production does not install."""
    missing = tuple(name for name in dict.fromkeys(packages) if not app.has(name))
    if not missing:
        return
    strength = Strength.FRAMEWORK
    for name in missing:
        if found := app.dev.get(name):
            yield Doubt(
                stack=stack,
                root=app.root,
                strength=strength,
                evidence=(found.evidence,),
                id="python/dev-only",
                message=f"{name} is declared, but not among what Heroku installs ({found.group}).",
                remedy=f"Declare {name} with the app's production dependencies.",
            )
    yield Todo(
        stack=stack,
        root=app.root,
        strength=strength,
        evidence=proofs,
        command=add_command(app, *missing),
        edit_path=app.manifest if app.manager == "pip" and app.manifest.endswith(".txt") else "",
        edit_new="\n".join(missing),
        why=f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not declared: {why}",
    )


def from_root(app: PythonApp, folder: str) -> str:
    """Return a folder as seen from the app's build root: "." for the root itself."""
    return "." if folder == app.root else relative(app.root, folder)
