"""`.git` of a work tree -> the branch that is released and where the repository is hosted, read without git.

A checkout of a CI service has neither: there, what an earlier run recorded counts.
"""

from __future__ import annotations

import os

from scaffold.patterns import lazy
from scaffold.record import record

_BRANCH = lazy(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,99}")
_PACKED = lazy(r"(?m)^[0-9a-f]{40,64} refs/heads/(.+)$")
_SECTION = lazy(r"""\s*\[\s*remote\s+"origin"\s*\]""")
_URL = lazy(r"\s*url\s*=\s*(\S.*)")
_HOST = lazy(r"(?:\w[\w+.-]*://)?(?:[^@/\s]*@)?([A-Za-z0-9][A-Za-z0-9.-]*)[:/]")
_USUAL = ("main", "master")
_MOST_HEADS = 2000


@record
class GitFolder:
    """What `.git` tells: the release branch, the host of the remote `origin`; "" where it does not."""

    branch: str = ""
    host: str = ""


def is_branch(name: str) -> bool:
    """Tell whether a name can be that of a branch, and stands in YAML and shell without surprises."""
    return _BRANCH.fullmatch(name) is not None and ".." not in name and not name.endswith(("/", ".lock"))


def read(top: str) -> GitFolder:
    """Read the git folder of a work tree; of one that is linked, the folder that all work trees share."""
    own = os.path.join(top, ".git")
    if not os.path.isdir(own):
        link = _text(own).strip().removeprefix("gitdir:").strip()
        own = os.path.normpath(os.path.join(top, link)) if link else ""
    if not own:
        return GitFolder()
    common = os.path.normpath(os.path.join(own, _text(os.path.join(own, "commondir")).strip()))
    return GitFolder(branch=_released(own, common), host=_host(_text(os.path.join(common, "config"))))


def _released(own: str, common: str) -> str:
    """Return the default branch of the remote, else the branch that its name or being alone tells."""
    remote = _pointed(os.path.join(common, "refs", "remotes", "origin", "HEAD"), "refs/remotes/origin/")
    if remote:
        return remote
    head = _pointed(os.path.join(own, "HEAD"), "refs/heads/")
    if not head or head in _USUAL:
        return head
    heads = _heads(common)
    usual = next((name for name in _USUAL if name in heads), "")
    return usual or (head if heads <= {head} else "")


def _pointed(path: str, start: str) -> str:
    name = _text(path).strip().removeprefix("ref:").strip()
    branch = name.removeprefix(start)
    return branch if branch != name and is_branch(branch) else ""


def _heads(common: str) -> set[str]:
    top = os.path.join(common, "refs", "heads")
    found = set(_PACKED.findall(_text(os.path.join(common, "packed-refs"))))
    for folder, _, names in os.walk(top):
        here = os.path.relpath(folder, top).replace(os.sep, "/")
        found.update(name if here == "." else f"{here}/{name}" for name in names)
        if len(found) > _MOST_HEADS:
            break
    return found


def _host(config: str) -> str:
    inside = False
    for line in config.splitlines():
        if line.lstrip().startswith("["):
            inside = _SECTION.match(line) is not None
        elif inside and (url := _URL.match(line)):
            host = _HOST.match(url[1])
            return host[1].lower() if host else ""
    return ""


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
