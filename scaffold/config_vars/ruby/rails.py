"""What Rails makes of its own files: credentials, the chosen storage service, what runs at build time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.config_vars import scope
from scaffold.config_vars.reads import Mode, Read
from scaffold.patterns import lazy
from scaffold.repo import Repo

_MASTER_KEY = "The key that opens the encrypted credentials: what config/master.key holds"
_WANTED = lazy(r"^[^#\n]*\bconfig\.require_master_key\s*=\s*true\b", re.MULTILINE)
_USED = lazy(
    r"^[^#\n]*(?<![\w\])])(?:Rails\.(?:application|app)\.)?credentials(?:\.(?!secret_key_base\b|config\b)\w+|\[)[^\n]*",
    re.MULTILINE,
)
_OWN = lazy(r"Rails\.(?:application|app)\.credentials")
_OTHERWISE = lazy(r"\|\|\s*ENV|ENV\S*\s*\|\||&&|\bif\b|\bunless\b|\?")
_SERVICE = lazy(r"^\s*config\.active_storage\.service\s*=\s*([^#\n]+)", re.MULTILINE)
_NAMED = lazy(r"(?:\|\||,|\{|^)\s*:?[\"']?([A-Za-z_]\w*)[\"']?\s*[)}]*(?:\.to_sym)?\s*$")
_BOOT = lazy(
    r"config/(?:application|environment|boot|environments/production)\.rb|config/initializers/.*\.rb"
)
_UNUSED_SECTIONS = frozenset(
    "development test dev testing ci staging stage qa review sandbox demo cucumber profile".split()
)
_EXAMPLE = lazy(
    r"(?i).*[._-](?:example|sample|template|dist|tmpl|default|travis|github|gitlab|circleci?|docker|dev|test)\.ya?ml"
)


def credentials(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[Read]:
    """Yield RAILS_MASTER_KEY where credentials are encrypted: at each place that opens them."""
    prefix = "" if root == "." else root + "/"
    sealed = [
        path
        for name in ("config/credentials/production.yml.enc", "config/credentials.yml.enc")
        if (path := prefix + name) in repo
    ]
    keys = ("config/master.key", "config/credentials/production.key")
    if not sealed or any(prefix + name in repo for name in keys):
        return
    for path, line in [(sealed[0], 0), *_opened(repo, root, others)]:
        yield Read(name="RAILS_MASTER_KEY", path=path, line=line, mode=Mode.STRICT, told=_MASTER_KEY)


def _opened(repo: Repo, root: str, others: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield the places where production insists on the key or takes a value from the credentials."""
    prefix = "" if root == "." else root + "/"
    for name in ("config/environments/production.rb", "config/application.rb"):
        text = repo.text(prefix + name) if prefix + name in repo else ""
        if found := _WANTED.search(text):
            yield prefix + name, text.count("\n", 0, found.start()) + 1
    for path in scope.files(repo, root, others, (".rb", ".erb", ".yml", ".haml", ".slim")):
        text = repo.text(path)
        if "credentials" not in text or _OWN.search(text) is None:
            continue
        for found in _USED.finditer(text):
            if _OWN.search(found[0]) and not _OTHERWISE.search(found[0]) and not path.endswith("storage.yml"):
                yield path, text.count("\n", 0, found.start()) + 1


def storage_service(repo: Repo, prefix: str) -> str:
    """Return the Active Storage service that production uses when nothing is set, "" for an unknown one."""
    path = prefix + "config/environments/production.rb"
    found = _SERVICE.search(repo.text(path)) if path in repo else None
    named = _NAMED.search(found[1].strip()) if found else None
    return named[1] if named else ""


def is_unused(section: str, sections: tuple[str, ...]) -> bool:
    """Tell whether a top section of a YAML file is for an environment that is not production."""
    return section in _UNUSED_SECTIONS and (section != "staging" or "production" in sections)


def is_read_yaml(repo: Repo, path: str, root: str) -> bool:
    """Tell whether the app reads a YAML file as it stands: no example, no copy, no words of a language."""
    prefix = "" if root == "." else root + "/"
    inner = path[len(prefix) :]
    folder, _, name = inner.rpartition("/")
    if inner.startswith("config/locales/") or _EXAMPLE.fullmatch(name):
        return False
    stem = name.partition(".")[0]
    variant = name.count(".") > 1 and f"{prefix}{folder}/{stem}.yml" in repo
    return not variant and (not folder or "config" in folder.split("/"))


def at_build(repo: Repo, root: str, read: Read) -> bool:
    """Tell whether the build already needs a variable: Rails boots there to compile its assets."""
    prefix = "" if root == "." else root + "/"
    needs = read.mode in (Mode.STRICT, Mode.FRAGILE) and not read.guarded
    if (
        not needs
        or prefix + "config/application.rb" not in repo
        or not repo.has_folder(prefix + "app/assets")
    ):
        return False
    return _BOOT.fullmatch(read.path[len(prefix) :]) is not None
