"""What a plan is made of: frozen values that say what to write and why."""

from __future__ import annotations

from collections.abc import Mapping

from scaffold.facts import AnyFact, ConfigVar, Evidence, File, Image, Migration, Scale, Todo, Uses
from scaffold.record import made, record


@record
class Loser:
    """Something considered and not taken: what it was, its proof, and why it lost."""

    what: str
    value: str
    why: str
    evidence: tuple[Evidence, ...] = ()


@record
class Note:
    """A warning: stable id, message, remedy, proof."""

    id: str
    message: str
    remedy: str = ""
    evidence: tuple[Evidence, ...] = ()


@record
class PlannedProcess:
    """A process type of the Procfile: its command, the number of its dynos, and why it is there.

    `image` is the process type whose image a container app runs it in, where a person says so.
    """

    name: str
    command: str
    why: str
    quantity: int
    declared: bool
    evidence: tuple[Evidence, ...]
    image: str = ""


@record
class PlannedAddon:
    """An add-on to create: role, service:plan, attachment name ("" for its own), config vars it sets.

    `attachments` are further names to attach it under (NAME makes NAME_URL); `copies` are variables
    that no attachment can set, each with the add-on's own whose value it takes.
    """

    service: str
    plan: str
    attach_as: str
    config_vars: tuple[str, ...]
    why: str
    evidence: tuple[Evidence, ...]
    attachments: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()

    @property
    def sets(self) -> tuple[str, ...]:
        """Return every variable it gives the app: its own or renamed, attached, copied."""
        attached = (f"{name}_URL" for name in self.attachments)
        return (*self.config_vars, *attached, *(name for name, _ in self.copies))


@record
class PlannedRuntime:
    """The language version to write: `file` is where (".python-version"), "" where the repository has it."""

    language: str
    version: str
    asked: str
    file: str
    evidence: tuple[Evidence, ...]


@record
class Ranked:
    """A candidate app with its rank: the higher tuple wins."""

    uses: Uses
    rank: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name the candidate as `--set app=` takes it: "django" or "django in backend"."""
        return self.uses.stack if self.uses.root == "." else f"{self.uses.stack} in {self.uses.root}"

    @property
    def flag(self) -> str:
        """Return the flag that chooses the candidate, safe to copy whatever its folder is called."""
        quoted = self.label.replace("'", "'\"'\"'")
        return f"--set 'app={quoted}'"


@record
class Choice:
    """The app to plan for: its `Uses`, title and language, the stacks whose facts complete it, the answers.

    `answers` are what flags or a person decided ("dyno_size", "process_web", ...). `versions` are those
    that an earlier run chose, by language: a newer default is no reason to change them.
    """

    uses: Uses
    title: str
    language: str
    family: frozenset[str]
    answers: Mapping[str, str] = made(factory=dict)
    versions: Mapping[str, str] = made(factory=dict)


@record
class Plan:
    """All that is to be written, decided. `layout` is "top", "cd" (root shim) or "subdir" (buildpack).

    `config_vars` are what the app is to have; `found_vars` what is found without the person's edits of
    config-vars.toml; `env_vars` what it is to have in each environment of which these speak. `scales`
    are the dynos that a person asks for, by process type. `postdeploy` is what fills the database of a
    new review app.
    """

    stack: str
    title: str
    language: str
    root: str
    layout: str
    images: tuple[Image, ...]
    container: bool
    processes: tuple[PlannedProcess, ...]
    runtime: PlannedRuntime | None
    buildpacks: tuple[str, ...]
    addons: tuple[PlannedAddon, ...]
    config_vars: tuple[ConfigVar, ...]
    migration: Migration | None
    smoke: tuple[str, int] | None
    cache_clear: str
    test_command: str
    postdeploy: str
    files: tuple[File, ...]
    about: Mapping[str, str]
    todos: tuple[Todo, ...]
    notes: tuple[Note, ...]
    considered: tuple[Loser, ...]
    facts: tuple[AnyFact, ...]
    found_vars: tuple[ConfigVar, ...] = ()
    env_vars: Mapping[str, tuple[ConfigVar, ...]] = made(factory=dict)
    scales: Mapping[str, Scale] = made(factory=dict)
    open_choices: Mapping[str, tuple[str, ...]] = made(factory=dict)

    def process(self, name: str) -> PlannedProcess | None:
        """Return the process type of this name, if planned."""
        return next((process for process in self.processes if process.name == name), None)
