"""Go programs of the time before modules: Heroku's buildpack refuses them, so they are doubted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.facts import (
    AnyFact,
    Buildpack,
    Doubt,
    Strength,
    Uses,
)
from scaffold.families.code_text import find
from scaffold.families.go.apps import LISTENS
from scaffold.repo import Repo

_LEGACY = {
    "Gopkg.toml": "dep",
    "Gopkg.lock": "dep",
    "glide.yaml": "glide",
    "Godeps.json": "godep",
    "vendor.json": "govendor",
}


def _is_program(path: str) -> bool:
    """Tell whether a Go file may belong to a program: at the top or in a folder of cmd."""
    folders = path.split("/")[:-1]
    return not path.endswith("_test.go") and (not folders or (folders[0] == "cmd" and len(folders) <= 2))


def legacy(repo: Repo) -> Iterator[AnyFact]:
    """Yield an old Go program, behind an image that can be built, and the doubt that it cannot be."""
    marks = [path for path in repo.named(*_LEGACY) if "node_modules" not in path][:1]
    top = [path for path in repo.suffixed(".go") if _is_program(path)]
    main = find(repo, top, re.compile(r"^func\s+main\(\s*\)", re.MULTILINE))
    if main is None or not (marks or find(repo, top, LISTENS)):
        return
    tool = _LEGACY[marks[0].rpartition("/")[2]] if marks else "GOPATH"
    listens = find(repo, top, LISTENS)
    proof = (main.evidence, *((repo.proof(marks[0]),) if marks else ()))
    yield Uses(
        stack="go",
        strength=Strength.HINT if repo.named("Dockerfile") else Strength.GENERIC,
        weight=2,
        serves=listens is not None,
        why=f"{main.evidence.path} is a Go program of the time before modules ({tool})",
        evidence=proof,
    )
    yield Buildpack(stack="go", name="heroku/go", strength=Strength.GENERIC, evidence=proof)
    yield Doubt(
        stack="go",
        id="go/no-module",
        message="There is no go.mod: Heroku's Go buildpack builds modules only.",
        remedy="Run `go mod init example.com/app && go mod tidy`, commit both files, run scaffold again.",
        evidence=(main.evidence,),
    )
