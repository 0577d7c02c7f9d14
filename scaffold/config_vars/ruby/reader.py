"""Ruby source, its ERB in YAML and views -> reads of ENV; what Rails' own files need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import scope
from scaffold.config_vars.reads import Mode, Read
from scaffold.config_vars.ruby import libraries, rails
from scaffold.config_vars.ruby.script import Script, called, helpers
from scaffold.config_vars.ruby.templates import from_erb, from_indented
from scaffold.patterns import lazy
from scaffold.record import replace
from scaffold.repo import Repo

_TOP_KEY = lazy(r"^([A-Za-z_]\w*):", re.MULTILINE)
_DATABASE = ("config/database.yml", "config/database.yaml")
_VIEWS = (".erb", ".haml", ".slim")


def read(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield every read of the environment in the Ruby files of the app."""
    for found in _in_code(repo, root, others):
        yield replace(found, stage="build") if rails.at_build(repo, root, found) else found
    for path in scope.files(repo, root, others, (".yml", ".yaml")):
        if not rails.is_read_yaml(repo, path, root):
            continue
        text = repo.text(path)
        if "<%" in text and "ENV" in text:
            yield from _yaml(repo, path, text, "" if root == "." else root + "/")
    for path in scope.files(repo, root, others, _VIEWS):
        text = repo.text(path)
        if "ENV" in text and scope.is_readable(text):
            yield from _view(path, text)
    yield from rails.credentials(repo, root, others)


def _in_code(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    prefix = "" if root == "." else root + "/"
    paths = [
        *scope.files(repo, root, others, (".rb", ".ru", ".rake", ".jbuilder")),
        *(prefix + name for name in ("Rakefile", "Capfile") if prefix + name in repo),
    ]
    texts = {path: repo.text(path) for path in paths}
    scripts = {
        path: Script(path, text)
        for path, text in texts.items()
        if ("ENV" in text or libraries.is_used(text)) and scope.is_readable(text)
    }
    for script in scripts.values():
        yield from script.reads()
    if prefix + "Envfile" in repo:
        yield from libraries.envfile(prefix + "Envfile", repo.text(prefix + "Envfile"))
    yield from _through_helpers(texts, scripts)


def _through_helpers(texts: dict[str, str], scripts: dict[str, Script]) -> Iterator[Read]:
    """Yield what is read through methods that take the name as a parameter."""
    known = {helper.name: helper for script in scripts.values() for helper in helpers(script)}
    if not known:
        return
    seek = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?:\.call)?[\s(.\[]+[\"':%*]")
    for path, text in texts.items():
        if seek.search(text) and scope.is_readable(text):
            yield from called(scripts.get(path) or Script(path, text), known)


def _yaml(repo: Repo, path: str, text: str, prefix: str) -> Iterator[Read]:
    """Read the ERB of a YAML file: what production's part of it needs."""
    keys = [(text.count("\n", 0, key.start()) + 1, key[1]) for key in _TOP_KEY.finditer(text)]
    sections = tuple(key for _, key in keys)
    lines = text.split("\n")
    service = rails.storage_service(repo, prefix) if path == prefix + "config/storage.yml" else None
    for found in Script(path, from_erb(text)).reads():
        section = next((key for line, key in reversed(keys) if line <= found.line), "")
        strict = found.mode is Mode.STRICT
        if rails.is_unused(section, sections) or (lines[found.line - 1].lstrip()[:1] == "#" and not strict):
            continue
        if service and section == service and found.mode is Mode.PLAIN:
            yield replace(found, mode=Mode.FRAGILE)
        else:
            spare = service is not None or path in [prefix + name for name in _DATABASE]
            yield replace(found, guarded=True) if spare and not strict else found


def _view(path: str, text: str) -> Iterator[Read]:
    """Read a template: what it only shows is not needed."""
    code = from_erb(text) if path.endswith(".erb") else from_indented(text)
    for found in Script(path, code).reads() if "ENV" in code else ():
        page = path.endswith((".html.erb", ".haml", ".slim"))
        yield replace(found, guarded=True) if page and found.mode is not Mode.STRICT else found
