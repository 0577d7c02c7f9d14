"""Analysis, answers and state -> the text of every file as scaffold would write it today.

A managed file that the person edited is rendered from a view of the repository in which that file is
hidden: seen, its edits would be taken for scaffold's own text at the next run. What the edits declare
reaches the other files; a key of the file's own that is new is proposed only where the plan that
knows the edits has it too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from scaffold import __version__, merge, output, policy, questions, render, state
from scaffold.errors import ManifestError
from scaffold.manifests import app_json
from scaffold.pipeline import Analysis, Request, analyse_view
from scaffold.plan.model import Plan
from scaffold.proposals import decided, unparsed
from scaffold.questions import question_context, typed_answers
from scaffold.record import record, replace
from scaffold.render import Rendered
from scaffold.repo import Repo
from scaffold.state import State

_OWN_WAY = ("config-vars.toml",)
"""Rendered without the person's edits by the plan itself (`found_vars`)."""


@record
class Settled:
    """The plan, the analysis it is of, the request that led to it, and every answer.

    `defaults` are what detection alone would have answered.
    """

    request: Request
    analysis: Analysis
    plan: Plan
    answers: Mapping[str, str]
    defaults: Mapping[str, str]


@record
class Today:
    """What a run works from: the plan that knows every edit, and an analysis more for each edited file."""

    settled: Settled
    state: State
    views: Mapping[str, Analysis]

    @property
    def plan(self) -> Plan:
        """Return the plan that knows every edit."""
        return self.settled.plan


def look(settled: Settled, known: State) -> Today:
    """Make the views that the edited files of a repository need."""
    edited = state.output(settled.request.top, known).edited
    views = {
        path: analyse_view(settled.analysis, _before_edit(settled.request, path, known), [path])
        for path in sorted(edited)
        if path not in _OWN_WAY and path not in known.adopted
    }
    planned = {path: view for path, view in views.items() if view.plan is not None}
    return Today(settled=settled, state=known, views=planned)


def _before_edit(request: Request, path: str, known: State) -> Request:
    """Return the request with the language version that scaffold wrote: the recorded one may be the edit."""
    written = decided.of_base({path: known.base[path]}).get("runtime")
    return replace(request, versions={**request.versions, **written}) if written else request


def decided_of(settled: Settled) -> dict[str, Any]:
    """Return what a run decides, as it is kept for the next one."""
    found = decided.of_plan(settled.plan, settled.defaults, questions.label(settled.plan))
    unread = sorted(unparsed.of_app(settled.analysis.repo))
    return {**found, "unread": unread} if unread else found


def context_of(plan: Plan, analysis: Analysis, answers: Mapping[str, str], known: State) -> dict[str, Any]:
    """Return all that the templates of a plan may speak of, the answers among it.

    The name that app.json got first stays: a README, a second manifest or another checkout tell another.
    """
    answers = {**_named(known), **answers}
    return {
        **typed_answers(answers),
        **question_context(plan, analysis),
        **output.make_context(plan, answers, analysis.repo),
        **ci_files(plan, answers, analysis.repo, known),
    }


def ci_files(plan: Plan, answers: Mapping[str, str], repo: Repo, known: State) -> dict[str, Any]:
    """Return what the files of the CI services say, where one is asked for."""
    asked = typed_answers(answers).get("ci") or ()
    if not asked:
        return {}
    from scaffold import ci

    own, branch = known.base.keys() - known.adopted, answers.get("branch") or "main"
    return {"ci_files": ci.context(plan, asked, repo, own, branch)}


def _named(known: State) -> dict[str, str]:
    written = known.base.get("app.json")
    try:
        name = app_json.parse(written.decode(), "app.json").name if written else ""
    except (ManifestError, UnicodeDecodeError):
        name = ""
    return {"app_name": name} if name else {}


def texts(today: Today) -> dict[str, Rendered]:
    """Render every file as it would be written today; an ejected one is not scaffold's to write."""
    extra = today.settled.request.extra
    whole = output.make_tree(
        today.plan,
        context_of(today.plan, today.settled.analysis, today.settled.answers, today.state),
        extra,
    )
    tree = dict(whole)
    for path, view in today.views.items():
        if view.plan is None:
            continue
        context = context_of(view.plan, view, today.settled.answers, today.state)
        own = output.make_tree(view.plan, context, extra).get(path)
        if own is None:
            tree.pop(path, None)
        else:
            tree[path] = _limited(path, own, today.state.base[path], whole.get(path))
    return {path: tree[path] for path in sorted(tree) if path not in today.state.ejected}


def _limited(path: str, own: Rendered, base: bytes, whole: Rendered | None) -> Rendered:
    """Leave out the keys that are new and that the plan which knows the edits does not want."""
    known = whole.content.decode() if whole is not None else ""
    try:
        text = merge.limited(path, own.content.decode(), base.decode("utf-8", "replace"), known)
    except ManifestError:
        return own
    return Rendered(text.encode(), own.executable, own.private)


def versions(plan: Plan, request: Request) -> dict[str, str]:
    """Return the versions that decide the text of the files."""
    own = {"template": request.layer.version} if request.layer else {}
    return {
        "scaffold": __version__,
        "platform_data": policy.checked(),
        "templates": render.version(render.layers(plan.stack)),
        **own,
    }


def fingerprint(today: Today) -> str:
    """Return a digest of all that the files of today are made from, and of what was written last.

    Where it is the same as in the run before, every text is the same as the base text, and nothing was
    decided otherwise.
    """
    plans = {path: (view.plan, view) for path, view in today.views.items() if view.plan is not None}
    parts = [
        versions(today.plan, today.settled.request),
        dict(sorted(today.settled.answers.items())),
        context_of(today.plan, today.settled.analysis, today.settled.answers, today.state),
        {
            path: context_of(plan, view, today.settled.answers, today.state)
            for path, (plan, view) in sorted(plans.items())
        },
        [(file.path, file.text, file.executable) for file in today.plan.files],
        sorted(today.state.ejected),
        today.state.plan,
    ]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, default=repr).encode())
    for texts_ in (today.state.base, today.state.added):
        for path in sorted(texts_):
            digest.update(path.encode() + b"\0" + texts_[path] + b"\0")
    return digest.hexdigest()
