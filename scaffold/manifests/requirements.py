"""Requirement lines (PEP 508, pip's own forms) and requirements files -> names, ranges and included files.

Pip's format has no errors worth stopping for: a line that says nothing is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.patterns import lazy
from scaffold.record import record

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_LINE = lazy(
    rf"(?P<name>{_NAME})\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?\s*(?P<spec>(?:[<>=!~]=?=?\s*[^;,\s)]+\s*,?\s*)*)\)?)\s*(?:;(?P<marker>.*))?$"
)
_OPTION = lazy(r"\s--?[a-z][a-z-]+(?:[= ].*)?$")
_COMMENT = lazy(r"(?:^|\s)#.*$")
_INCLUDE = lazy(r"(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?=[\w./]))(?P<path>\S.*)")
_EDITABLE = lazy(r"(?:-e|--editable)(?:\s*=\s*|\s+)(?P<what>\S.*)")
_EGG = lazy(rf"[#&]egg=(?P<name>{_NAME})(?:\[(?P<extras>[^\]]*)\])?")
_REMOTE = lazy(r"(?:(?:git|hg|svn|bzr)\+|https?://|ssh://|file:|git@)")
_ARCHIVE = lazy(rf"(?P<name>{_NAME}?)-v?\d[^/]*\.(?:tar\.gz|tar\.bz2|tgz|zip|whl)")
_OTHER_SYSTEM = lazy(
    r"""(?:sys_platform|platform_system|os_name)\s*==\s*["'](?:win32|windows|darwin|nt|cygwin)["']"""
    r"""|(?:sys_platform|platform_system|os_name)\s*!=\s*["'](?:linux\d?|posix)["']""",
    re.IGNORECASE,
)


@record
class Requirement:
    """A package asked for: canonical name, version range, extras, URL, and whether Linux installs it."""

    name: str
    spec: str = ""
    extras: tuple[str, ...] = ()
    url: str = ""
    line: int = 0
    linux: bool = True
    group: str = ""


@record
class Include:
    """Another file (`-r`), a constraints file (`-c`) or a local project (`-e .[extra]`), as it is written."""

    path: str
    line: int
    kind: str
    extras: tuple[str, ...] = ()


@record
class Requirements:
    """A requirements file: what it asks for and what it includes, in order."""

    path: str
    requirements: tuple[Requirement, ...]
    includes: tuple[Include, ...]


def canonical(name: str) -> str:
    """Return the canonical form of a package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower().strip("-")


def parse_requirement(text: str, line: int = 0, group: str = "") -> Requirement | None:
    """Read one requirement (`name[extra]>=1; marker`, `name @ url`, a bare URL); None where it is none."""
    text = _OPTION.sub("", text).strip()
    if _REMOTE.match(text):
        return _remote(text, line, group)
    found = _LINE.match(text)
    if found is None:
        return None
    return Requirement(
        name=canonical(found["name"]),
        spec=re.sub(r"\s+", "", found["spec"] or "").rstrip(","),
        extras=_extras(found["extras"]),
        url=found["url"] or "",
        line=line,
        linux=not _OTHER_SYSTEM.search(found["marker"] or ""),
        group=group,
    )


def parse(text: str, path: str) -> Requirements:
    """Parse a requirements file; comments, options and hashes are no requirements."""
    found: list[Requirement] = []
    includes: list[Include] = []
    for number, line in _logical_lines(text):
        if include := _included(line, number):
            includes.append(include)
            continue
        editable = _EDITABLE.match(line)
        asked = parse_requirement(editable["what"] if editable else line, number)
        if asked:
            found.append(asked)
    return Requirements(path=path, requirements=tuple(found), includes=tuple(includes))


def _included(line: str, number: int) -> Include | None:
    """Return the file or the local project that a line brings in."""
    if found := _INCLUDE.match(line):
        kind = "constraints" if line.startswith(("-c", "--constraint")) else "requirements"
        return Include(path=found["path"].strip("\"' "), line=number, kind=kind)
    editable = _EDITABLE.match(line)
    text = (editable["what"] if editable else line).strip("\"'")
    what = re.split(r"[\[;\s]", text)[0]
    extras = re.search(r"\[([^\]]*)\]", text)
    local = what.removeprefix("file:")
    is_path = local in (".", "..") or local.startswith(("./", "../"))
    if is_path or (editable and not _REMOTE.match(what) and "://" not in what):
        return Include(path=local, line=number, kind="project", extras=_extras(extras[1] if extras else ""))
    return None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line without its comment, joined where a backslash continues it, with its first number."""
    joined, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        bare = _COMMENT.sub("", line).strip() if "#" in line else line.strip()
        if bare.startswith("--hash"):
            bare = "\\" if bare.endswith("\\") else ""
        if bare.endswith("\\"):
            joined += bare[:-1] + " "
            continue
        joined += bare
        if joined.strip():
            yield start, joined.strip()
        joined, start = "", 0
    if joined.strip():
        yield start, joined.strip()


def _remote(text: str, line: int, group: str) -> Requirement | None:
    """Name what a URL installs: its egg, the archive's name, or the repository's."""
    url, _, marker = text.partition(" ;") if " ;" in text else text.partition("; ")
    url = url.strip()
    extras: tuple[str, ...] = ()
    if egg := _EGG.search(url):
        name, extras = egg["name"], _extras(egg["extras"])
    else:
        last = re.split(r"[#?]", url)[0].rstrip("/").rpartition("/")[2]
        archive = _ARCHIVE.match(last)
        name = archive["name"] if archive else re.sub(r"(\.git)?(@.*)?$", "", last)
        if re.search(r"/archive/|/tarball/|/zipball/", url):
            name = re.split(r"/(?:archive|tarball|zipball)/", url)[0].rpartition("/")[2]
    if not re.fullmatch(_NAME, name):
        return None
    linux = not _OTHER_SYSTEM.search(marker)
    return Requirement(name=canonical(name), extras=extras, url=url, line=line, linux=linux, group=group)


def _extras(text: str | None) -> tuple[str, ...]:
    return tuple(sorted(canonical(part.strip()) for part in (text or "").split(",") if part.strip()))
