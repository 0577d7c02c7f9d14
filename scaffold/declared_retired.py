"""Names that Heroku no longer takes, in a person's file -> a doubt, and the edit that mends the file."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold import policy
from scaffold.facts import AnyFact, Doubt, Evidence, Todo
from scaffold.manifests.app_json import AppJson
from scaffold.patterns import lazy
from scaffold.repo import Repo

_MIGRATES = lazy(r"\bmigrate\b|db:migrate|upgrade head|db upgrade|db:schema:load|prisma db push")
_AUTHORITY = "declared"


def retired_names(repo: Repo, root: str, document: AppJson) -> Iterator[AnyFact]:
    """Yield the doubts of an app.json's stack image, dyno sizes and scripts."""
    path = document.path
    if document.stack and policy.stack_status(document.stack) in ("retired", "deprecated"):
        message = f"The stack image {document.stack} is {policy.stack_status(document.stack)}."
        proof = repo.proof(path, document.stack_line)
        doubt = _doubt(root, "app-json/stack", message, policy.stack_image(), proof)
        retired = policy.stack_status(document.stack) == "retired"
        yield from with_edit(repo, doubt, document.stack, policy.stack_image()) if retired else (doubt,)
    for item in document.formation:
        if item.size and (instead := policy.retired_dyno_size(item.size)):
            message = f"The dyno size {item.size} of {item.name} is gone."
            doubt = _doubt(root, "app-json/dyno-size", message, instead, repo.proof(path, item.line))
            yield from with_edit(repo, doubt, item.size, instead)
    for name, text, line in document.scripts:
        if name == "postdeploy" and _MIGRATES.search(text):
            yield Doubt(
                stack=_AUTHORITY,
                root=root,
                id="app-json/postdeploy",
                message="postdeploy runs once, when app.json makes the app: later deploys do not migrate.",
                remedy="Migrate in the release phase.",
                evidence=(repo.proof(path, line),),
            )


def retired_plan(repo: Repo, root: str, plan: str, instead: str, proof: Evidence) -> Iterator[AnyFact]:
    """Yield the doubt of an add-on plan."""
    doubt = _doubt(root, "addon/retired", f"The add-on plan {plan} is no longer sold.", instead, proof)
    yield from with_edit(repo, doubt, plan, instead)


def retired_buildpack(repo: Repo, root: str, name: str, instead: str, proof: Evidence) -> Iterator[AnyFact]:
    """Yield the doubt of a buildpack."""
    doubt = _doubt(root, "buildpack/retired", f"The buildpack {name} is retired.", instead, proof)
    yield from with_edit(repo, doubt, name, instead)


def _doubt(root: str, name: str, message: str, instead: str, proof: Evidence) -> Doubt:
    return Doubt(
        stack=_AUTHORITY,
        root=root,
        id=name,
        message=message,
        remedy=f"Use {instead}.",
        evidence=(proof,),
    )


def with_edit(repo: Repo, doubt: Doubt, old: str, new: str) -> Iterator[AnyFact]:
    """Yield a doubt, and the to-do that writes the new name where the old one stands."""
    yield doubt
    proof = doubt.evidence[0]
    lines = repo.lines(proof.path)
    at = 0 if " " in new else _line_with(lines, proof.line, old)
    edit = _edit_at(lines, at, old, new) if at else None
    if edit is not None:
        yield Todo(
            stack=_AUTHORITY,
            root=doubt.root,
            evidence=doubt.evidence,
            why=f"Write {new} for {old} in {proof.path}:{at}",
            command="",
            edit_path=proof.path,
            edit_old=edit[0],
            edit_new=edit[1],
        )


_NEAR = 6
"""How many lines below its key a value is looked for."""


def _line_with(lines: list[str], line: int, old: str) -> int:
    """Return the number of the line that holds a value, on or soon after that of its key; 0 for none."""
    near = range(max(line, 1), min(line + _NEAR, len(lines) + 1))
    return next((number for number in near if old in lines[number - 1]), 0)


def _edit_at(lines: list[str], at: int, old: str, new: str) -> tuple[str, str] | None:
    """Return the text to replace and its replacement: enough of it that its first place is the one meant."""
    quoted = f'"{old}"' in lines[at - 1]
    piece, wanted = (f'"{old}"', f'"{new}"') if quoted else (old, new)
    before = "\n".join(lines[: at - 1])
    if piece not in before:
        return piece, wanted
    told = lines[at - 1].replace(piece, wanted, 1)
    for first in range(at - 1, -1, -1):
        whole = "\n".join(lines[first:at])
        if whole not in before:
            return whole, "\n".join([*lines[first : at - 1], told])
    return None
