"""Plain Dart servers: the entry point whose code (or the library it imports) binds a port, by its calls."""

from __future__ import annotations

import re

from scaffold.facts import Evidence
from scaffold.families.dart.apps import DartApp, blanked, sources
from scaffold.families.dart.code import has_main, line_at
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

_SERVES = lazy(
    r"\bHttpServer\s*\.\s*bind(?:Secure)?\s*\(|\bServerSocket\s*\.\s*bind\s*\(|\bServerpod\s*\("
    r"|\bAlfred\s*\(|\bAngelHttp\s*\(|\bGetServer\s*\(|\bHttpMultiServer\b"
    r"|\bShelfServer\b|\bIOServer\s*\.\s*bind\s*\(|\bRelicServer\b|\bServer\s*\.\s*create\s*\("
)
_BY_FRAMEWORK = {
    "shelf": re.compile(r"\bserve\s*\(|\bServerPod\b|\bcreateServer\s*\("),
    "redstone": re.compile(r"\bstart\s*\("),
    "start": re.compile(r"\bstart\s*\("),
    "jaguar": re.compile(r"\bJaguar\s*\("),
    "vania": re.compile(r"\bApplication\s*\("),
    "grpc": re.compile(r"\bServer\s*(?:\.\s*create\s*)?\("),
    "conduit": re.compile(r"\bApplication\s*<"),
    "aqueduct": re.compile(r"\bApplication\s*<"),
}
_ALIASES = {
    "shelf_router": "shelf",
    "shelf_plus": "shelf",
    "redstone_web": "redstone",
    "conduit_core": "conduit",
}
_IMPORT = lazy(r"""^\s*(?:import|export)\s+["']package:(\w+)/""", re.MULTILINE)
_LOOPBACK = lazy(r"loopbackIPv[46]|(?<![\w.])[\"'](?:localhost|127\.0\.0\.1)[\"']")
_USUAL = ("server", "main", "www", "app", "api", "backend", "index")


@record
class Entry:
    """A program that serves: its path, the call that binds, the files it is made of, other such programs."""

    path: str
    call: Evidence
    files: tuple[str, ...]
    loopback: bool
    others: tuple[str, ...] = ()


def entry_of(repo: Repo, app: DartApp) -> Entry | None:
    """Return the program of a package that serves, the usual names first."""
    calls: dict[str, Evidence] = {}
    programs: list[str] = []
    library = sources(repo, app, "lib", "src")
    for path in sources(repo, app, "bin", "", "server"):
        code = blanked(repo, path)
        if not has_main(code):
            continue
        programs.append(path)
        if call := _call(repo, path):
            calls[path] = call
    mains = [path for path in library if path.rpartition("/")[2] in ("main.dart", "server.dart")]
    for path in mains:
        if not calls and has_main(blanked(repo, path)) and (call := _call(repo, path)):
            calls[path] = call
    if not calls and programs:
        calls = _through_library(repo, app, programs, library)
    if not calls:
        return None
    ordered = sorted(calls, key=lambda path: _preference(path, app))
    best = ordered[0]
    call_line = repo.lines(calls[best].path)[max(calls[best].line - 1, 0)]
    return Entry(
        path=best,
        call=calls[best],
        files=tuple(dict.fromkeys((best, *library))),
        loopback=_LOOPBACK.search(call_line) is not None,
        others=tuple(ordered[1:]),
    )


def programs_of(repo: Repo, app: DartApp) -> tuple[str, ...]:
    """Return the programs in `bin`, the usual names first."""
    found = [path for path in sources(repo, app, "bin") if has_main(blanked(repo, path))]
    return tuple(sorted(found, key=lambda path: _preference(path, app)))


def _call(repo: Repo, path: str) -> Evidence | None:
    """Return the first call in a file that binds a port; which calls do depends on what it imports."""
    code, text = blanked(repo, path), repo.text(path)
    imported = {_ALIASES.get(name, name) for name in _IMPORT.findall(text)}
    patterns = [_SERVES, *(_BY_FRAMEWORK[name] for name in sorted(imported & _BY_FRAMEWORK.keys()))]
    for pattern in patterns:
        for found in pattern.finditer(code):
            before = code[: found.start()].rstrip()
            if not before.endswith(("void", "Future", ">", "class", "enum", "new Timer")):
                return repo.proof(path, line_at(code, found.start()))
    return None


def _through_library(
    repo: Repo, app: DartApp, programs: list[str], library: tuple[str, ...]
) -> dict[str, Evidence]:
    """Return the programs that import the package's own library, where that one binds."""
    call = next((found for path in library if (found := _call(repo, path))), None)
    if call is None:
        return {}
    own = re.compile(rf"""["'](?:package:{re.escape(app.spec.name or "-")}/|\.\./(?:lib|src)/)""")
    return {path: call for path in programs if own.search(repo.text(path))}


def _preference(path: str, app: DartApp) -> tuple[int, int, str]:
    name = path.rpartition("/")[2].removesuffix(".dart")
    usual = (*_USUAL[:2], app.spec.name, *_USUAL[2:])
    return (usual.index(name) if name in usual else len(usual), path.count("/"), path)
