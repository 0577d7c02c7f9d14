"""What `explain` and `diff` look at: the repository as an update would see it; nothing is written."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from scaffold import output, policy, regenerate, render
from scaffold import state as states
from scaffold.changes import Change
from scaffold.cli import settle, template, updating
from scaffold.cli.detect import explain_undecided
from scaffold.cli.proposing import Wish
from scaffold.cli.updating import Outcome
from scaffold.errors import UserError
from scaffold.merge import newlines
from scaffold.pipeline import Request
from scaffold.proposals.model import Proposal
from scaffold.provenance import Known, Origin, origins
from scaffold.provenance.keyed_lines import Key, unit
from scaffold.provenance.template_lines import Layer, Traced, trace


def look(arguments: argparse.Namespace) -> Outcome | None:
    """Return what an update would come to, None where no app is found (said on stderr). Raises UserError."""
    top, root = updating.located(arguments)
    updating.recover(top, looking=True)
    state = states.load(top)
    if not state.format:
        raise UserError(
            "state/none", "scaffold has written nothing here yet", remedy="Run `scaffold init` first."
        )
    layer, state = template.chosen(None, {}, state, top, look=False)
    request = Request(
        top=top,
        stack=arguments.stack,
        root=root,
        config_vars=not arguments.no_config_vars,
        declined=state.declined,
        layer=layer,
    )
    analysis, request = settle.detect(request, state, {})
    if analysis.plan is None:
        explain_undecided(analysis)
        return None
    wish = Wish(given={}, again=frozenset(), declined=frozenset(), prompt=False)
    return updating.work_out(analysis, request, state, wish)


def known_of(outcome: Outcome, path: str) -> Known:
    """Return what a file is made from: the plan that does not see the person's edits of it."""
    settled = outcome.today.settled
    view = outcome.today.views.get(path, settled.analysis)
    return Known(plan=view.plan or settled.plan, answers=settled.answers, repo=view.repo)


def origins_of(outcome: Outcome, path: str, text: str) -> tuple[Origin, ...]:
    """Return where each line of today's text of a file comes from, templates included."""
    return origins(known_of(outcome, path), path, text, _traced(outcome, path))


def _traced(outcome: Outcome, path: str) -> Traced | None:
    settled, known = outcome.today.settled, known_of(outcome, path)
    view = outcome.today.views.get(path, settled.analysis)
    context: Mapping[str, Any] = regenerate.context_of(known.plan, view, settled.answers, outcome.today.state)
    folders = [Layer(f"templates/{folder.name}", folder) for folder in render.layers(known.plan.stack)]
    name = path.rpartition("/")[2]
    inner = name if known.plan.layout == "subdir" and name in output.BUILD_ROOT_FILES else path
    own = settled.request.layer
    extra = Layer(own.source.rstrip("/"), own.folder) if own else None
    return trace(folders, context, extra).get(inner)


def text_of(content: bytes | None) -> str:
    r"""Return a text with `\n` line ends and no byte order mark, whatever the file has."""
    return newlines.plain((content or b"").decode("utf-8", "replace"))


def change_of(outcome: Outcome, path: str) -> Change | None:
    """Return what is known of a file."""
    return next((change for change in outcome.found if change.path == path), None)


def proposal_of(outcome: Outcome, path: str, key: Key) -> Proposal | None:
    """Return the proposal of an update that is about a key, None where nothing changed about it."""
    name = _proposal_id(path, unit(path, key))
    start = _GROUPS.get((path, key[0]), "") if key else ""
    for proposal in outcome.proposals:
        if proposal.id == name or (start and not name and proposal.id.startswith(start)):
            return proposal
    return None


_GROUPS = {
    ("bin/deploy", "FORMATION"): "process/",
    ("bin/deploy", "BUILDPACKS"): "buildpack",
    ("bin/deploy", "STACK"): "stack_image",
    ("app.json", "environments"): "addon/",
}
"""Lines that follow from all proposals of a kind: the first of them is their reason."""


_KINDS = {
    ("app.json", "env"): "config_var",
    ("app.json", "formation"): "process",
    ("app.json", "buildpacks"): "buildpack",
    ("app.json", "addons"): "addon",
    ("heroku.yml", "run"): "process",
    ("heroku.yml", "setup"): "addon",
    ("config-vars.toml", "vars"): "config_var",
    ("bin/deploy", "each_config_var()"): "config_var",
    ("bin/deploy", "each_addon()"): "addon",
}
_FILES = {"Procfile": "process", ".env.example": "config_var", ".buildpacks": "buildpack"}


def _proposal_id(path: str, key: Key) -> str:
    """Return by which name an update proposes what a key stands for."""
    name = path if path == "bin/deploy" else path.rpartition("/")[2]
    if not key:
        return ""
    if name in (".python-version", "runtime.txt"):
        return "runtime"
    if (name, key[0]) == ("app.json", "stack"):
        return "stack_image"
    kind = _FILES.get(name) or (_KINDS.get((name, key[0]), "") if len(key) > 1 else "")
    if kind == "addon":
        return f"addon/{policy.addon_role(key[-1].partition(' ')[0])}"
    return f"{kind}/{key[-1]}" if kind else ""


def path_inside(said: str, arguments: argparse.Namespace, outcome: Outcome) -> str:
    """Return a file that a person names as a path from the top of the repository. Raises UserError.

    It is as seen from the current folder where that lies in the repository, else from -C; a file that
    scaffold writes can be named as seen from the top, too.
    """
    here, top = os.path.realpath(os.getcwd()), os.path.realpath(outcome.top)
    start = here if f"{here}/".startswith(f"{top}/") else os.path.realpath(arguments.directory)
    plain = said if os.path.exists(os.path.join(start, said)) else said.replace("\\", "/")
    found = [path for base in (start, top) if (path := _inside(os.path.join(base, plain), top))]
    known = {change.path for change in outcome.found} | outcome.today.state.ejected
    for path in found:
        if path in known or os.path.lexists(os.path.join(top, path)):
            return path
    if found:
        return found[0]
    raise UserError(
        "usage/file",
        f"{said} is not in this repository",
        evidence=[f"its top is {outcome.top}"],
        remedy="Name a file of it, or the repository with -C DIR.",
    )


def _inside(path: str, top: str) -> str:
    """Return a path as seen from the top, "" where it does not lie below; the file itself may be a link."""
    folder, name = os.path.split(os.path.normpath(path))
    full = os.path.join(os.path.realpath(folder), name)
    inside = f"{full}/".startswith(f"{top}/")
    return os.path.relpath(full, top).replace(os.sep, "/") if inside else ""


def no_such_file(outcome: Outcome, path: str) -> UserError:
    """Return the error for a file of which scaffold knows nothing."""
    import difflib

    names = sorted(change.path for change in outcome.found)
    if path in outcome.today.state.ejected:
        return UserError(
            "file/ejected",
            f"{path} is ejected: it is yours, and scaffold neither writes nor follows it",
            remedy=f"To let scaffold manage it again: scaffold update --ask {path}",
        )
    if path.partition("/")[0] == states.FOLDER:
        return UserError(
            "file/own",
            f"{path} is scaffold's own record",
            why="It says what was asked, decided and written; a later run reads it.",
            remedy="Its other files are: " + ", ".join(names),
        )
    there = os.path.lexists(outcome.top / path)
    what = "a folder" if os.path.isdir(outcome.top / path) else "a file of yours that scaffold does not write"
    near = difflib.get_close_matches(path, names, n=1, cutoff=0.5)
    near += [name for name in names if name.rpartition("/")[2] == path.rpartition("/")[2]][:1]
    hint = f"Did you mean {near[0]}? " if near and not there else ""
    return UserError(
        "file/not-generated",
        f"{path} is {what}" if there else f"there is no file {path}",
        remedy=f"{hint}Its files are: " + ", ".join(names),
    )
