"""A folder of HTML files without an app behind it, served by nginx."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Smoke, Strength, Uses
from scaffold.families.node.apps import app_at
from scaffold.families.node.kind import OTHER_LANGUAGES, kind_of_app
from scaffold.families.node.site import nginx_facts
from scaffold.repo import Repo
from scaffold.stacks import Stack

_FOLDERS = (".", "public", "dist", "www", "site", "html", "docs", "src", "static", "build", "_site")
_APPS = frozenset(
    (*OTHER_LANGUAGES, "Cargo.toml", "Package.swift", "stack.yaml", "project.clj", "config.ru", "app.py")
)


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield a site of files at the top of the repository."""
    folder = next((name for name in _FOLDERS if _page(name) in repo), None)
    if folder is None:
        return
    proof = repo.proof(_page(folder), 1)
    other = next((name for name in _APPS if name in repo), "")
    package = app_at(repo, ".")
    runs = package is not None and kind_of_app(repo, package).name != "tooling"
    guess = folder in ("docs", "src", "static", "build") or (folder != "." and package is not None)
    hint = bool(other) or runs or guess or any(repo.suffixed(".csproj", ".sln"))
    yield Uses(
        stack="static",
        root=".",
        evidence=(proof,),
        strength=Strength.HINT if hint else Strength.GENERIC,
        why=f"{_page(folder)} is a page" + (", beside an app." if hint else ", and no app is behind it."),
    )
    if not hint:
        yield from nginx_facts(
            repo, stack="static", root=".", folder=folder, single_page=False, evidence=(proof,)
        )
        yield Smoke(stack="static", root=".", path="/", evidence=(proof,))


def _page(folder: str) -> str:
    return "index.html" if folder == "." else f"{folder}/index.html"


MARKS = ("index.html",)
STACK = Stack(name="static", title="Static site", language="static", detect=detect)
