"""`--template SOURCE` -> the folder of an organisation's template, how it is recorded, and its version.

    folder                 ../templates  ~/templates  deploy/templates
    git repository         https://host/templates.git  git@host:team/templates  git+PATH  file:///PATH
    ... at a version       SOURCE@v1.2  SOURCE@main  SOURCE@3f2a91c

What is recorded holds no credentials and no place of one machine: a folder is named as seen from the
top of the repository. Without a version the newest tag is taken, else the default branch.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from scaffold.errors import UserError
from scaffold.layers import fetch, files
from scaffold.layers.fetch import Refs
from scaffold.layers.git import Remote
from scaffold.record import record, replace

_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_FORMS = (
    "It can be a folder, an https or ssh URL of a git repository, or git@host:team/templates, each but "
    "the folder with @TAG if you like."
)


@record
class Layer:
    """A template that lies over the shipped ones.

    `source` is what answers.yml records, `version` what state.json does: "v1.2 COMMIT", "branch main
    COMMIT", "COMMIT", or the digest of a folder. `notes` are for the person.
    """

    folder: Path
    source: str
    version: str
    notes: tuple[str, ...] = ()


@record
class _Source:
    """What a source says: a folder, or a git repository (`remote`) with the version asked for (`ref`)."""

    recorded: str
    folder: Path | None = None
    remote: Remote | None = None
    ref: str = ""
    notes: tuple[str, ...] = ()


def resolve(
    source: str, top: Path, *, base: Path | None = None, recorded: str = "", look: bool = True
) -> Layer:
    """Return the template that a source names.

    A relative path starts at `base` (default: `top`, as in answers.yml). `recorded` is the version of the
    last run: one that is pinned is taken from the cache, any is where `look` is False. Raises UserError.
    """
    said = _parse(source.strip(), top, base or top)
    if said.folder is not None:
        digest = files.version((said.folder,))
        return Layer(folder=said.folder, source=said.recorded, version=digest, notes=said.notes)
    remote = said.remote
    assert remote is not None
    kind, _, commit = recorded.rpartition(" ")
    pinned = said.ref and (kind == said.ref or commit.startswith(said.ref))
    if _is_commit(commit) and (pinned or not look):
        return _at(said, remote, recorded, "")
    refs = fetch.look_up(remote)
    notes = said.notes
    if refs.stale:
        notes += (f"the template {remote.url} could not be asked for its newest version: {refs.stale}",)
        if _is_commit(commit) and not said.ref:
            return _at(replace(said, notes=notes), remote, recorded, "")
    version, name = _chosen(said, remote, refs)
    return _at(replace(said, notes=notes), remote, version, name)


def _at(said: _Source, remote: Remote, version: str, name: str) -> Layer:
    folder = fetch.folder_of(remote, version.rpartition(" ")[2], name)
    return Layer(folder=folder, source=said.recorded, version=version, notes=said.notes)


def _is_commit(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text))


def _chosen(said: _Source, remote: Remote, refs: Refs) -> tuple[str, str]:
    """Return the version that is asked for, else the newest, and the name by which git fetches it."""
    ref = said.ref or _newest(refs) or refs.default
    if ref in refs.tags:
        return f"{ref} {refs.tags[ref]}", f"refs/tags/{ref}"
    if ref in refs.branches:
        return f"branch {ref} {refs.branches[ref]}", f"refs/heads/{ref}"
    if re.fullmatch(r"[0-9a-f]{7,64}", said.ref):
        commit = said.ref if _is_commit(said.ref) else fetch.full_commit(remote, said.ref)
        if commit:
            return commit, ""
    if not said.ref:
        raise UserError("templates/empty", f"the template {remote.url} has no version: it is empty")
    import difflib

    near = difflib.get_close_matches(said.ref, [*refs.tags, *refs.branches], n=3, cutoff=0.5)
    known = near or sorted(refs.tags)[-3:] or sorted(refs.branches)[:3]
    raise UserError(
        "templates/no-version",
        f"the template {remote.url} has no tag, branch or commit {said.ref!r}",
        remedy=f"It has {', '.join(known)}." if known else "It is empty.",
    )


def _newest(refs: Refs) -> str:
    """Return the newest tag that is a release, "" where there is none."""
    from packaging.version import InvalidVersion, Version

    found = []
    for tag in refs.tags:
        try:
            number = Version(tag)
        except InvalidVersion:
            continue
        if not number.is_prerelease:
            found.append((number, tag))
    return max(found)[1] if found else ""


def _parse(source: str, top: Path, base: Path) -> _Source:
    """Tell what a source names; nothing is fetched."""
    for short, whole in _SHORT.items():
        if source.startswith(short) and not os.path.lexists(base / source):
            source = whole + source.removeprefix(short)
    forced = source.startswith("git+")
    text = source.removeprefix("git+")
    if not text or not text.isprintable() or text.startswith("-"):
        raise _refused(source, "it names nothing")
    if text.startswith("file://"):
        place = urlsplit(text)
        if place.netloc not in ("", "localhost"):
            raise _refused(source, "file:// names a place on this machine: file:///PATH")
        return _path(text.removeprefix("file://").removeprefix("localhost"), top, base, forced=True)
    if "://" in text:
        return _url(text)
    if re.match(r"(?:[^@/\s]+@)?[^:/\s]+:", text) and not os.path.lexists(base / text):
        host, _, path = text.partition(":")
        path, ref = _split(path)
        return _Source(recorded=_joined(f"{host}:{path}", ref), remote=Remote(url=f"{host}:{path}"), ref=ref)
    return _path(text, top, base, forced=forced)


def _url(text: str) -> _Source:
    scheme, _, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    login, _, host = authority.rpartition("@")
    if scheme not in ("https", "ssh"):
        why = "nobody can tell what comes over it" if scheme in ("http", "git") else "git is not to use it"
        raise _refused(f"{scheme}://{host}/...", f"{why}; use https or ssh")
    if not host or host.startswith("-") or not path or "?" in path or "#" in path:
        raise _refused(f"{scheme}://{host}/...", "it is no address of a git repository")
    path, ref = _split(path)
    if scheme == "ssh":
        user = login.partition(":")[0]
        url = f"ssh://{user}@{host}{slash}{path}" if user else f"ssh://{host}{slash}{path}"
        return _Source(recorded=_joined(url, ref), remote=Remote(url=url), ref=ref)
    url = f"https://{host}{slash}{path}"
    notes = (
        (
            "the credentials in the address of the template are used now and not recorded: later runs need "
            "a credential helper",
        )
        if login
        else ()
    )
    remote = Remote(url=url, login=login)
    return _Source(recorded=_joined(url, ref), remote=remote, ref=ref, notes=notes)


def _split(path: str) -> tuple[str, str]:
    """Part a path and `@REF`: behind `.git`, else at the last @ that does not begin a name of the path."""
    whole, mark, ref = path.partition(".git@")
    if mark:
        return f"{whole}.git", ref
    found = re.fullmatch(r"(.*[^/])@([^@]+)", path)
    return (found[1], found[2]) if found else (path, "")


def _joined(url: str, ref: str) -> str:
    return f"{url}@{ref}" if ref else url


def _path(text: str, top: Path, base: Path, *, forced: bool) -> _Source:
    """Take a place on this machine: a folder as it is, or a git repository where a version is asked for."""
    path, ref = text, ""
    if not _there(text, base).is_dir():
        path, ref = _split(text)
    folder = _there(path, base)
    is_git = not folder.exists() or _is_bare(folder) or (folder / ".git").exists()
    if not folder.is_dir() and not (forced or ref):
        raise UserError("templates/no-folder", f"there is no template {text}", remedy=_FORMS)
    if (forced or ref) and not is_git:
        raise _refused(text, f"{path} is no git repository")
    recorded = _portable(folder, top, text)
    if not (forced or ref or _is_bare(folder)):
        return _Source(recorded=recorded, folder=folder)
    named = recorded if ref else f"git+{recorded}"
    return _Source(recorded=_joined(named, ref), remote=Remote(url=str(folder)), ref=ref)


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _there(path: str, base: Path) -> Path:
    known = os.path.expanduser(path) if path == "~" or path.startswith("~/") else path
    return Path(os.path.realpath(base / known))


def _portable(folder: Path, top: Path, said: str) -> str:
    """Name a folder as seen from the repository; the way there is the same on every machine."""
    real = os.path.realpath(top)
    shared = os.path.commonpath([real, str(folder)])
    if shared == str(folder):
        raise _refused(said, "the repository lies in it")
    home = os.path.dirname(os.path.realpath(os.path.expanduser("~")))
    if shared in ("/", home) or home.startswith(shared + os.sep):
        raise UserError(
            "templates/elsewhere",
            f"the template {said} lies elsewhere on this machine",
            why="Its place would be committed in .scaffold/answers.yml, and nobody else has it there.",
            remedy="Put it into the repository or beside it, or give the URL of a git repository.",
        )
    relative = os.path.relpath(folder, real).replace(os.sep, "/")
    return relative if relative.startswith("..") else f"./{relative}"


def _refused(source: str, reason: str) -> UserError:
    return UserError("templates/source", f"{source} cannot be the template: {reason}", remedy=_FORMS)
