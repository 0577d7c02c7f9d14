"""The whole run on one screen: repository -> facts -> candidates -> plan (-> tree -> merge -> disk)."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import about, declared, heroku_ci, stacks, state
from scaffold.checkout import git_top, open_repo
from scaffold.errors import ManifestError, Undecided, UserError
from scaffold.facts import AnyFact, Process, Strength, Withdrawn
from scaffold.plan import make_plan
from scaffold.plan.model import Choice, Note, Plan, Ranked
from scaffold.plan.ranking import candidates, tied
from scaffold.record import made, record, replace
from scaffold.repo import Repo
from scaffold.stacks import stacks_for

if TYPE_CHECKING:
    from scaffold.layers.source import Layer

MANIFESTS = frozenset(
    "package.json pyproject.toml Pipfile Gemfile Gemfile.lock gems.rb composer.json pubspec.yaml go.mod "
    "pom.xml app.json heroku.yml Procfile Cargo.toml mix.exs build.gradle build.gradle.kts".split()
)
"""Files that Heroku's build reads: a malformed one beside the app is an error, any other a warning."""


@record
class Request:
    """What the user asked for: the folder, and what decides detection instead of the code.

    `top` is the top of the repository; `answers` are `--set` values and recorded answers. `declined`
    are proposals that a person does not want: "process/worker", "addon/redis", "config_var/API_KEY",
    "buildpack/heroku/nodejs". `layer` is the organisation's template: for the rendering, not for detection.
    `home` is the app that an earlier run chose, as the question `app` names it: an app in another folder
    does not take its place while it is there.
    """

    top: Path
    stack: str = ""
    root: str = ""
    answers: Mapping[str, str] = made(factory=dict)
    config_vars: bool = True
    versions: Mapping[str, str] = made(factory=dict)
    declined: frozenset[str] = frozenset()
    layer: Layer | None = None
    home: str = ""

    @property
    def extra(self) -> Path | None:
        """Return the folder of the organisation's template, if there is one."""
        return self.layer.folder if self.layer else None


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
    every = _home_first(candidates(facts), request.home)
    ranked = _asked(every, request)
    ties = tied(_beside(ranked, request.home)) if ranked else ()
    if not ranked or len(ties) > 1 or not (_is_app(ranked[0]) or request.stack or request.root):
        _raise_broken(repo, request.root or ".")
        return Analysis(
            repo=repo,
            facts=facts,
            ranked=every,
            ties=ties if ties and _is_app(ties[0]) else (),
            plan=None,
            problems=_problems(repo),
        )
    choice = _choice(ranked[0], every, request)
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


def _is_app(item: Ranked) -> bool:
    """Tell an app from a mere hint: a library, an asset build, a front end of nothing."""
    return item.uses.strength > Strength.HINT


def _home_first(ranked: tuple[Ranked, ...], home: str) -> tuple[Ranked, ...]:
    """Put the apps in the folder of the earlier one first, unless that one is in another folder now."""
    here = tuple(item for item in ranked if home and _is_app(item) and item.uses.root == _root_of(home))
    stack = home.partition(" in ")[0]
    moved = stack in {item.uses.stack for item in ranked} - {item.uses.stack for item in here}
    return ranked if moved else tuple(dict.fromkeys((*here, *ranked)))


def _beside(ranked: tuple[Ranked, ...], home: str) -> tuple[Ranked, ...]:
    """Return the candidates that the best one must be compared with: at home, those in its folder."""
    if not ranked or not home or ranked[0].uses.root != _root_of(home):
        return ranked
    return tuple(item for item in ranked if item.uses.root == ranked[0].uses.root)


def _root_of(label: str) -> str:
    return label.partition(" in ")[2] or "."


def _asked(ranked: tuple[Ranked, ...], request: Request) -> tuple[Ranked, ...]:
    """Keep the candidates that flags allow. Raises UserError where none is left of some."""
    label, stack, root = request.answers.get("app", ""), request.stack, request.root
    kept = tuple(
        item
        for item in ranked
        if (not label or item.label == label)
        and (not stack or item.uses.stack == stack)
        and (not root or item.uses.root == root)
    )
    if kept or not (label or stack or root):
        return kept
    wanted = label or " in ".join(part for part in (stack or "app", root) if part)
    known = stacks.names()
    if stack and stack not in known:
        raise UserError(
            "stack/unknown",
            f"there is no stack {stack!r}",
            remedy="Known are: " + ", ".join(known) + ".",
        )
    raise Undecided(
        "app/not-found",
        f"found no {wanted} here",
        evidence=[f"{item.label}: {item.uses.evidence[0]}" for item in ranked[:5] if item.uses.evidence],
        why="--stack, --root and --set app=... choose among what the code shows; they invent nothing.",
        remedy="Run `scaffold detect` without them to see what was found.",
    )


def _choice(best: Ranked, ranked: tuple[Ranked, ...], request: Request) -> Choice:
    stack = stacks.load(best.uses.stack)
    language = stack.language
    if best.uses.container:
        inside = next(
            (i.uses for i in ranked if i.uses.root == best.uses.root and not i.uses.container), None
        )
        language = stacks.load(inside.stack).language if inside else language
    return Choice(
        uses=best.uses,
        title=stack.title,
        language=language,
        family=frozenset({stack.name, stack.language}),
        answers=request.answers,
        versions=request.versions,
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
        and _is_app(item)
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
