"""The vocabulary of detection: every fact a detector may yield, with the proof for it.

A fact is frozen, belongs to one stack and one app root, and names the lines that prove it. The plan
is made from facts alone: a detector never sees the plan, the plan never sees the repository.
"""

from __future__ import annotations

import shlex
from enum import IntEnum

from scaffold.patterns import lazy
from scaffold.record import record


@record
class Evidence:
    """A place in the repository: POSIX path from its top, 1-based line (0: the file as a whole), text."""

    path: str
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.text}" if self.text else where


class Strength(IntEnum):
    """How directly a fact was stated; the higher one wins where two facts speak of the same thing."""

    HINT = 10
    """Seen, but not reason enough to act on: it is said, never emitted by itself."""
    GENERIC = 20
    """A language convention (a main script, a default of the buildpack)."""
    FRAMEWORK = 30
    """A framework is declared and its entry point was found in the code."""
    DECLARED = 40
    """A person wrote it down for deployment (Procfile, app.json, heroku.yml)."""


@record
class Fact:
    """What all facts share: who found it (`stack`), for which app (`root`, "." or "sub/dir"), the proof."""

    stack: str
    root: str = "."
    evidence: tuple[Evidence, ...]
    strength: Strength = Strength.FRAMEWORK
    why: str = ""


@record
class Uses(Fact):
    """An app of this stack lives at `root`. Ranked by strength, then `weight` (0 to 9, more proof is more).

    `serves` is false where nothing there answers HTTP at run time (a bot, an asset build).
    `container` marks an app that is deployed as a Docker image rather than by buildpacks.
    """

    weight: int = 0
    serves: bool = True
    container: bool = False


@record
class Runtime(Fact):
    """The language version the repository asks for, as it is written there (`asked`, may be "")."""

    language: str
    asked: str


@record
class Process(Fact):
    """A process type and its shell command, run in the build root (`root`), `web` bound to $PORT.

    `tool` names what runs (celery, sidekiq); two workers of different tools get distinct types by it.
    `quantity` is how many dynos a fresh app should run. `beside` are the types that stand in the same
    file as scaffold wrote them: a line that a person adds or edits does not stand for those.
    `image` is the process type whose image it runs in, where a person says so.
    """

    name: str
    command: str
    tool: str = ""
    quantity: int = 1
    beside: tuple[str, ...] = ()
    image: str = ""


@record
class Migration(Fact):
    """The command that migrates the database, and the paths whose change means there is one to run.

    `paths` are folders or files from the top of the repository, not patterns; none means "unknown".

    `in_release` is false where it must not run in the release phase.
    """

    command: str
    paths: tuple[str, ...] = ()
    in_release: bool = True


@record
class Seed(Fact):
    """The command that fills an empty, migrated database with what the app begins with."""

    command: str


@record
class Buildpack(Fact):
    """A buildpack by Heroku name or https URL. Lower `position` runs first; the app's language is 90.

    `support` says that it is wanted too when an app of another language at the same root wins
    (Node that builds the assets of a Django app). `edited` says that it is of a list which scaffold
    wrote and a person edited: what the app comes to need later goes into that.
    """

    name: str
    position: int = 90
    support: bool = False
    edited: bool = False


@record
class Addon(Fact):
    """A backing service by role (`postgres`, `redis`, a key of data/addons.toml), and the variable read.

    `var` is the config var under which the app expects its URL, "" where it is the add-on's own.
    `also` asks for one more of its role beside the first, under `var`. A HINT is said, not created.
    `plan` is what a person named ("heroku-redis:premium-0"), "" for today's usual one.
    """

    service: str
    var: str = ""
    also: bool = False
    plan: str = ""


@record
class ConfigVar(Fact):
    """A variable the app reads. `value` is what to set, `default` what the code falls back to.

    `secret` never has a value. `generator` is "secret" where any random text will do. `stage` is
    "run" or "build". `provided_by` is "" (a person), "platform", or an add-on service. `kind` is
    text, boolean, number, url or list. `spared` tells that the code has a way to do without.
    """

    name: str
    required: bool = False
    secret: bool = False
    value: str | None = None
    default: str | None = None
    generator: str = ""
    description: str = ""
    stage: str = "run"
    provided_by: str = ""
    kind: str = "text"
    spared: bool = False


@record
class VarEdit(Fact):
    """What a person wrote into config-vars.toml about a variable; None where they say nothing.

    `environment` is "" for all of them. `cleared` names the fields they took out, `dropped` that they
    took out the variable. `rest` is what the table says as scaffold wrote it: it counts once no code
    reads the variable any more, because the table stays.
    """

    name: str
    environment: str = ""
    dropped: bool = False
    cleared: tuple[str, ...] = ()
    required: bool | None = None
    secret: bool | None = None
    value: str | None = None
    default: str | None = None
    generator: str | None = None
    description: str | None = None
    stage: str | None = None
    provided_by: str | None = None
    kind: str | None = None
    rest: tuple[tuple[str, str | bool], ...] = ()


@record
class Scale(Fact):
    """How many dynos of which size a person wants of a process type; None and "" where they do not say."""

    process: str
    quantity: int | None = None
    size: str = ""


@record
class Withdrawn(Fact):
    """What a person took out of a file of scaffold's, or declined: it is left out, and `why` says so.

    `kind` is process, addon, buildpack or config_var. `name` is the process type, the role of the
    add-on ("redis", "redis as CACHE" for one of several), the buildpack or the variable.
    """

    kind: str
    name: str


@record
class Shim(Fact):
    """A file that makes an app in a subfolder buildable from the top (a requirements.txt with `-r SUB/...`).

    With a shim the plan keeps Heroku's build root at the top and runs `cd SUB && ...`; an empty
    `path` says that the top builds the app as it is. Without any Shim fact for its root, an app
    in a subfolder gets a subdirectory buildpack.
    """

    path: str
    text: str


@record
class File(Fact):
    """A file of the stack's own, to be written as it is (`path` from the top of the repository)."""

    path: str
    text: str
    executable: bool = False


@record
class Image(Fact):
    """A Dockerfile (path from the top) that builds the image of one process type, and its build target.

    `context` is the folder it is built in, `arguments` are those of its ARGs.
    """

    process: str
    dockerfile: str
    command: str = ""
    target: str = ""
    context: str = "."
    arguments: tuple[tuple[str, str], ...] = ()


@record
class Todo(Fact):
    """Something only the person can do: a `command` to copy (may be ""), and `why` it is needed.

    `after` puts it behind the first deploy: it needs the running app.
    In a terminal the same may be offered as an edit: in `edit_path` the first `edit_old` becomes
    `edit_new`; an empty `edit_old` appends `edit_new` as a line.
    """

    command: str
    after: bool = False
    edit_path: str = ""
    edit_old: str = ""
    edit_new: str = ""


@record
class Doubt(Fact):
    """Something that will hurt on Heroku or that detection is unsure of. `id` is stable, as a check's."""

    id: str
    message: str
    remedy: str = ""


@record
class Smoke(Fact):
    """A path that answers an HTTP request when the app is up, with the status to expect."""

    path: str
    status: int = 200


@record
class About(Fact):
    """What the repository says of itself, for app.json: `key` is name, description, keywords or website."""

    key: str
    value: str


@record
class CacheClear(Fact):
    """The command that empties the app's own cache, run by the deploy script when asked."""

    command: str


@record
class Tests(Fact):
    """The command that runs the repository's own tests, for Heroku CI."""

    command: str


AnyFact = (
    Uses
    | Runtime
    | Process
    | Migration
    | Seed
    | Buildpack
    | Addon
    | ConfigVar
    | VarEdit
    | Scale
    | Withdrawn
    | Shim
    | File
    | Image
    | Todo
    | Doubt
    | Smoke
    | About
    | CacheClear
    | Tests
)


class Raw(str):
    """A word of a command that the shell must see as it is: `$PORT`, `&&`, a command a person wrote."""

    __slots__ = ()


_SAFE = lazy(r"[A-Za-z0-9_@%+=:,./-]+")


def command(*words: str) -> str:
    """Join words to one shell command; every word but a `Raw` one is quoted where it needs it."""
    return " ".join(
        word if isinstance(word, Raw) or _SAFE.fullmatch(word) else shlex.quote(word) for word in words
    )


PORT = Raw("$PORT")
