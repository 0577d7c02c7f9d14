"""The whole run on one screen: repository -> facts -> candidates -> plan (-> tree -> merge -> disk)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scaffold import about, choosing, declared, heroku_ci, state
from scaffold.checkout import git_top, open_repo
from scaffold.errors import ManifestError, Undecided, UserError
from scaffold.facts import AnyFact, Process, Strength, Withdrawn
from scaffold.plan import make_plan
from scaffold.plan.model import Choice, Note, Plan, Ranked
from scaffold.plan.ranking import candidates, tied
from scaffold.record import record, replace
from scaffold.repo import Repo
from scaffold.request import Request
from scaffold.stacks import stacks_for

MANIFESTS = frozenset(
    "package.json pyproject.toml Pipfile Gemfile Gemfile.lock gems.rb composer.json pubspec.yaml go.mod "
    "pom.xml app.json heroku.yml Procfile Cargo.toml mix.exs build.gradle build.gradle.kts".split()
)
"""Files that Heroku's build reads: a malformed one beside the app is an error, any other a warning."""


@record
class Analysis:
    """What detection came to. `plan` is None where nothing was found or candidates are equal (`ties`)."""

    repo: Repo
    facts: tuple[AnyFact, ...]
    ranked: tuple[Ranked, ...]
    ties: tuple[Ranked, ...]
    plan: Plan | None
    problems: tuple[Note, ...]


def place(directory: str, root: str = "") -> tuple[Path, str]:
    """Return the repository's top and the app's root for `-C DIR`.

    DIR below the top of a git work tree means the app in that folder: Heroku looks at the top.
    Raises UserError for a folder that is not there.
    """
    folder = Path(directory)
    if not directory or not os.path.isdir(folder):
        raise UserError(
            "repo/no-folder", f"{directory} is not a folder", remedy="Name your app's folder with -C DIR."
        )
    folder = folder.resolve()
    top = git_top(folder) or folder
    inside = folder.relative_to(top).as_posix()
    if root:
        inside = posixpath.normpath(f"{inside}/{root}")
        if root.startswith("/") or inside.split("/")[0] == "..":
            raise UserError(
                "repo/root-outside",
                f"--root {root} is not a folder of the repository",
                remedy="Name it as seen from the top of the repository, such as --root backend.",
            )
    return top, "" if inside == "." and not root else inside


def detect(repo: Repo) -> tuple[AnyFact, ...]:
    """Run every detector; their order does not matter."""
    facts: list[AnyFact] = []
    for stack in stacks_for(repo):
        facts += repo.once(("stack", stack.name), lambda: tuple(stack.detect(repo)))  # noqa: B023  (called at once)
    facts += declared.detect(repo)
    facts += about.detect(repo)
    facts += repo.once(("heroku-ci",), lambda: tuple(heroku_ci.detect(repo)))
    return tuple(dict.fromkeys(facts))


def analyse(request: Request) -> Analysis:
    """Detect, choose the app, find its config vars, plan. Raises UserError and its kin for bad input."""
    return analyse_repo(_open(request), request)


def _open(request: Request) -> Repo:
    top, known = request.top, state.load(request.top)
    own = state.output(top, known)
    source = request.layer.source if request.layer else known.answers.get("template", "")
    return open_repo(top, hidden=own.unedited | _template_files(top, source), pristine=own.edited)


def _template_files(top: Path, source: str) -> frozenset[str]:
    """Return the files of a template that lies in the repository: they are no part of the app."""
    if not source.startswith("./"):
        return frozenset()
    found = (os.path.join(folder, name) for folder, _, names in os.walk(top / source) for name in names)
    return frozenset(os.path.relpath(path, top).replace(os.sep, "/") for path in found)


def analyse_recorded(request: Request, given: Mapping[str, str]) -> tuple[Analysis, Request]:
    """Like `analyse`; an app that an earlier run recorded and that is gone now does not bind this one.

    `given` are the answers of this run. Returns the request too, as it was answered.
    """
    try:
        return analyse(request), request
    except Undecided:
        if "app" in given or "app" not in request.answers:
            raise
        fresh = replace(request, answers={name: v for name, v in request.answers.items() if name != "app"})
        return analyse(fresh), fresh


def analyse_repo(repo: Repo, request: Request) -> Analysis:
    """Like `analyse`, for a repository that is already indexed."""
    facts = (*detect(repo), *declined_facts(request.declined))
    every = choosing.home_first(candidates(facts), request.home)
    ranked = choosing.asked(every, request)
    ties = tied(choosing.beside(ranked, request.home)) if ranked else ()
    if not ranked or len(ties) > 1 or not (choosing.is_app(ranked[0]) or request.stack or request.root):
        _raise_broken(repo, request.root or ".")
        return Analysis(
            repo=repo,
            facts=facts,
            ranked=every,
            ties=ties if ties and choosing.is_app(ties[0]) else (),
            plan=None,
            problems=_problems(repo),
        )
    choice = choosing.choice_of(ranked[0], every, request)
    _raise_broken(repo, choice.uses.root)
    if request.config_vars:
        facts = (*facts, *_config_vars(repo, choice, every, facts))
    plan = make_plan(facts, choice, every)
    return Analysis(repo=repo, facts=facts, ranked=every, ties=(), plan=plan, problems=_problems(repo))


def analyse_view(analysis: Analysis, request: Request, hidden: Iterable[str]) -> Analysis:
    """Analyse the repository of an analysis again, as if it did not hold these files.

    For the text of a file that a person edited: what scaffold would write had they never written there.
    Nothing is read or parsed twice.
    """
    return analyse_repo(analysis.repo.without(tuple(hidden)), request)


def declined_facts(declined: Iterable[str]) -> Iterator[Withdrawn]:
    """Yield what a person declined, as facts."""
    for item in sorted(declined):
        kind, _, name = item.partition("/")
        if kind in ("process", "addon", "buildpack", "config_var"):
            yield Withdrawn(
                stack="declared",
                kind=kind,
                name=name,
                strength=Strength.DECLARED,
                why=f"you declined it; `--ask {item}` brings it back",
                evidence=(),
            )


def unplanned(top: Path) -> Analysis:
    """Return what detection finds, with no app chosen: for flags that ask for one that is not there."""
    repo = _open(Request(top=top))
    facts = detect(repo)
    return Analysis(
        repo=repo, facts=facts, ranked=candidates(facts), ties=(), plan=None, problems=_problems(repo)
    )


def _config_vars(
    repo: Repo, choice: Choice, ranked: tuple[Ranked, ...], facts: tuple[AnyFact, ...]
) -> tuple[AnyFact, ...]:
    from scaffold import config_vars

    root = choice.uses.root
    proofs = [proof.path for proof in choice.uses.evidence]
    others = {
        item.uses.root
        for item in ranked
        if item.uses.root not in (root, ".")
        and choosing.is_app(item)
        and not any(path.startswith(f"{item.uses.root}/") for path in proofs)
    }
    words = {word for fact in facts if isinstance(fact, Process) for word in fact.command.split()}
    runs = frozenset(word for word in words if _is_script(repo, word))
    language, apart = choice.language, tuple(sorted(others))
    stack, container = choice.uses.stack, choice.uses.container

    def make() -> tuple[AnyFact, ...]:
        return tuple(
            config_vars.discover(
                repo,
                stack=stack,
                language=language,
                root=root,
                other_roots=apart,
                runs=runs,
                container=container,
            )
        )

    return repo.once(("config-vars", stack, language, root, apart, runs, container), make)


def _is_script(repo: Repo, word: str) -> bool:
    """Tell whether a word of a command is the name of a Python file, such as a management command."""
    name = word.rpartition("/")[2]
    return bool(repo.named(name if name.endswith(".py") else f"{name}.py"))


def _raise_broken(repo: Repo, root: str) -> None:
    fault = repo.broken(root)
    if fault is not None and fault.path.rpartition("/")[2] in MANIFESTS:
        raise fault


def _problems(repo: Repo) -> tuple[Note, ...]:
    return tuple(Note(id="repo/unread", message=line) for line in repo.problems)


__all__ = ["Analysis", "ManifestError", "Request", "analyse", "analyse_repo", "detect", "place"]
