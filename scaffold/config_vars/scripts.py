"""The commands and shell scripts that a deployment runs -> what they take from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import scope, shell
from scaffold.config_vars.reads import Read
from scaffold.families.docker.apps import ImageFile, image_files
from scaffold.families.docker.said import container_manifest
from scaffold.manifests import procfile
from scaffold.manifests.package_json import parse_package_json
from scaffold.patterns import lazy
from scaffold.repo import Repo

_NAMED = ("setup.sh", "start.sh", "run.sh", "release.sh", "bin/start.sh", "scripts/start.sh")
_SHEBANG = lazy(r"#!.*\b(?:ba|da|k|z)?sh\b")
_BY_HAND = frozenset(
    "dev test tests ci lint setup console update bootstrap format docs bench spec coverage deploy".split()
)
"""What people call the programs of bin/ that they run themselves."""
_PACKAGE_SCRIPTS = lazy(
    r"(?:pre|post)?(?:start|build|serve)(?::prod(?:uction)?)?|heroku-\w+|(?:post)?install"
)


def read(repo: Repo, language: str, root: str, *, container: bool) -> Iterator[Read]:
    """Yield the variables of commands and scripts; those of a Dockerfile only where the app is an image."""
    yield from repo.derived(_of_commands, language, root, container)
    for path in repo.derived(_files, root, container):
        if "$" in repo.text(path):
            yield from shell.reads(path, repo.text(path))


def _of_commands(
    repo: Repo,
    language: str,
    root: str,
    container: bool,
) -> tuple[Read, ...]:
    return tuple(
        read
        for path, line, text in _commands(repo, language, root, container=container)
        for read in shell.reads(path, text, line=line, command=True)
    )


def _commands(repo: Repo, language: str, root: str, *, container: bool) -> Iterator[tuple[str, int, str]]:
    prefix = "" if root == "." else root + "/"
    path = prefix + "Procfile"
    for process in repo.parsed(path, procfile.parse) if path in repo else ():
        yield path, process.line, process.command
    path = prefix + "package.json"
    package = repo.try_parsed(path, parse_package_json) if path in repo else None
    for script in package.scripts.values() if package and language in ("node", "static", "docker") else ():
        if _PACKAGE_SCRIPTS.fullmatch(script.name):
            yield path, script.line, script.text
    if not container:
        return
    manifest = container_manifest(repo) if root == "." else None
    for item in manifest.commands if manifest else ():
        yield manifest.path if manifest else "", item.line, item.command
    for image in images(repo, root):
        for name in ("CMD", "ENTRYPOINT"):
            found = image.content.effective(name)
            if found is not None:
                words = found.words
                inner = words[-1] if len(words) > 2 and words[1] in ("-c", "-lc", "-ec") else ""
                yield image.path, found.line, inner if words else found.value


def images(repo: Repo, root: str) -> tuple[ImageFile, ...]:
    """Return the Dockerfiles of the app at `root`: those beside it or below, and those at the top."""
    return tuple(
        image
        for image in image_files(repo)
        if root == "." or image.root in (".", root) or image.root.startswith(root + "/")
    )


def _files(repo: Repo, root: str, container: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_scripts(repo, root, container=container)))


def _scripts(repo: Repo, root: str, *, container: bool) -> Iterator[str]:
    prefix = "" if root == "." else root + "/"
    named = scope.commands(repo, root)
    if not container:
        named = (
            named.replace(repo.text(prefix + "Dockerfile"), "") if prefix + "Dockerfile" in repo else named
        )
    yield from (prefix + name for name in _NAMED if prefix + name in repo)
    for path in repo.suffixed(".sh", under=root):
        if path.rpartition("/")[2] in named:
            yield path
    for path in repo.under(f"{prefix}bin"):
        name = path.rpartition("/")[2]
        if path in repo.pristine:
            continue  # the deploy script: edited or not, it is no part of the app
        if "." in name or path.count("/") != prefix.count("/") + 1 or not _SHEBANG.match(repo.text(path)):
            continue
        if name not in _BY_HAND or re.search(rf"\bbin/{re.escape(name)}\b", named):
            yield path
    if container:
        for image in images(repo, root):
            yield from _entry_points(repo, image)


def _entry_points(repo: Repo, image: ImageFile) -> Iterator[str]:
    """Yield the scripts of the repository that an image starts, found by the last part of their names."""
    for name in ("ENTRYPOINT", "CMD"):
        found = image.content.effective(name)
        for word in (found.words or found.value.split()) if found else ():
            last = word.strip("\"'").rpartition("/")[2]
            held = [path for path in repo.named(last) if _SHEBANG.match(repo.text(path))] if last else []
            copied = " ".join(item.value for stage in image.content.chain() for item in stage.all("COPY"))
            chosen = [path for path in held if path in copied] or held[:1]
            yield from chosen[:1]
