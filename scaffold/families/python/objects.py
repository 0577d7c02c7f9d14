"""Classes to look for -> their objects and factories, wherever they are made, wrapped or re-exported."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from scaffold.facts import Evidence
from scaffold.families.python.code import Call, Function, Import, Module, module_of
from scaffold.families.python.imports import module_file
from scaffold.record import record, replace
from scaffold.repo import Repo, folder_of, join

_ROUNDS = 4
_WRAPPERS = frozenset(
    {
        "ASGIApp",
        "ASGIMiddleware",
        "CORSMiddleware",
        "DispatcherMiddleware",
        "OpenTelemetryMiddleware",
        "ProxyFix",
        "ProxyHeadersMiddleware",
        "SentryAsgiMiddleware",
        "SharedDataMiddleware",
        "TrustedHostMiddleware",
        "WSGIApp",
        "WSGIMiddleware",
        "WhiteNoise",
        "WsgiToAsgi",
    }
)
_INNER = frozenset({"app", "server", "wsgi_app", "asgi_app", "flask_app", "wsgi", "asgi"})


@record
class CodeObject:
    """A name that is an instance of a wanted class, or (`factory`) a function that returns one.

    `cls` is the class, `how` is made, called (from a factory), wrapped, aliased or imported; `part` is the
    place in the tuple that a factory returns, -1 for the value itself; `source` is where it comes from.
    """

    path: str
    name: str
    cls: str
    line: int
    how: str = "made"
    factory: bool = False
    args: tuple[str, ...] = ()
    part: int = -1
    guarded: bool = False
    source: str = ""
    awaited: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies it: its file and its name."""
        return (self.path, self.name)

    def proof(self, repo: Repo) -> Evidence:
        """Return the line that makes or binds it."""
        return repo.proof(self.path, self.line)


Known = dict[tuple[str, str], CodeObject]


@record
class _Search:
    """What is looked for and what was found so far, seen from one module."""

    repo: Repo
    module: Module
    wanted: set[str]
    known: Known
    folders: Sequence[str]

    def cls(self, callee: str) -> str:
        """Return the wanted class that a callee is or inherits from, else ""."""
        origin = self.module.origin(callee)
        if origin in self.wanted:
            return origin
        return f"{self.module.path}:{callee}" if f"{self.module.path}:{callee}" in self.wanted else ""

    def find(self, name: str) -> CodeObject | None:
        """Return what a name of this module, or `module.name` of an imported one, is known to be."""
        if here := self.known.get((self.module.path, name)):
            return here
        head, _, rest = name.rpartition(".")
        for found in self.module.imports if head else ():
            if head not in (found.bound, found.module if not found.name else ""):
                continue
            dotted = f"{found.module}.{found.name}".strip(".") if found.name else found.module
            for path in sources(self.repo, self.module, replace(found, module=dotted), self.folders):
                if there := self.known.get((path, rest)):
                    return there
        return None


def code_objects(
    repo: Repo, classes: Collection[str], paths: Sequence[str], *, folders: Sequence[str] = (".",)
) -> tuple[CodeObject, ...]:
    """Find the instances of `classes` ("flask.Flask") in the files `paths`, by file and line.

    `folders` are where absolute imports are looked for, besides the folders above each file.
    """
    known: Known = {}
    wanted = set(classes)
    for _ in range(_ROUNDS):
        before = len(known) + len(wanted)
        for path in paths:
            search = _Search(
                repo=repo, module=module_of(repo, path), wanted=wanted, known=known, folders=folders
            )
            for found in _found(search):
                known.setdefault(found.key, found)
        if len(known) + len(wanted) == before:
            break
    return tuple(sorted(known.values(), key=lambda found: (found.path, found.line, found.name)))


def _found(search: _Search) -> Iterator[CodeObject]:
    module = search.module
    for found in module.imports:
        if found.top and found.name:
            yield from _imported(search, found)
    for name, bases, _ in module.classes:
        if any(search.cls(base) for base in bases):
            search.wanted.add(f"{module.path}:{name}")
    for function in module.functions:
        yield from _factory(search, function)
    for call in module.calls:
        yield from _called(search, call)
    for alias in module.aliases:
        head, _, rest = alias.target.rpartition(".")
        inner = search.find(alias.target) or (search.find(head) if rest in _INNER else None)
        if inner is None and (cls := _attribute_class(search, rest)):
            yield CodeObject(
                path=module.path, name=alias.name, cls=cls, line=alias.line, guarded=alias.guarded
            )
        if inner and not inner.factory:
            yield CodeObject(
                path=module.path,
                name=alias.name,
                cls=inner.cls,
                line=alias.line,
                how="aliased",
                source=inner.path,
                guarded=alias.guarded,
            )


def _attribute_class(search: _Search, name: str) -> str:
    """Return the wanted class of what a class of the module keeps as `self.NAME`, "" where it is none."""
    if name not in _INNER or not search.module.classes:
        return ""
    text = search.repo.text(search.module.path)
    made = re.search(rf"^\s+self\.{name}\s*(?::[^=\n]+)?=\s*([\w.]+)\(", text, re.MULTILINE)
    return search.cls(made[1]) if made else ""


def _factory(search: _Search, function: Function) -> Iterator[CodeObject]:
    for part, callee in enumerate(function.made):
        if not callee or callee == function.name:
            continue
        inner = search.find(callee)
        cls = search.cls(callee) or (inner.cls if inner else "")
        if cls:
            yield CodeObject(
                path=search.module.path,
                name=function.name,
                cls=cls,
                line=function.line,
                factory=True,
                args=function.args,
                part=part if len(function.made) > 1 else -1,
                awaited=function.awaited,
            )
            return


def _called(search: _Search, call: Call) -> Iterator[CodeObject]:
    made = CodeObject(path=search.module.path, name=call.name, cls="", line=call.line, guarded=call.guarded)
    if cls := search.cls(call.callee):
        if call.part < 0:
            yield replace(made, cls=cls)
        return
    maker = search.find(call.callee)
    if maker and maker.factory and maker.part == call.part and not maker.awaited:
        yield replace(made, cls=maker.cls, how="called", source=maker.source or maker.path)
        return
    if call.callee.rpartition(".")[2] not in _WRAPPERS or call.part >= 0:
        return
    for word in call.words:
        inner = search.find(word) or search.find(word.split(".")[0])
        if inner and not inner.factory:
            yield replace(made, cls=inner.cls, how="wrapped", source=search.module.path)
            return


def _imported(search: _Search, found: Import) -> Iterator[CodeObject]:
    """Yield the known object that `from X import name` binds, and note the wanted classes it brings."""
    module = search.module
    for path in sources(search.repo, module, found, search.folders):
        if f"{path}:{found.name}" in search.wanted:
            search.wanted.add(f"{module.path}:{found.bound}")
        source = search.known.get((path, found.name))
        if source and path != module.path:
            yield replace(
                source,
                path=module.path,
                name=found.bound,
                line=found.line,
                how="imported",
                source=source.path,
                guarded=False,
            )
            return


def sources(repo: Repo, module: Module, found: Import, folders: Sequence[str]) -> Iterator[str]:
    """Yield the files that `found.module` may mean, as seen from a module."""
    if found.level:
        base = folder_of(module.path)
        for _ in range(found.level - 1):
            base = folder_of(base)
        path = module_file(repo, base, found.module) if found.module else join(base, "__init__.py")
        if path in repo:
            yield path
        return
    bases = list(folders)
    folder = folder_of(module.path)
    while folder not in bases:
        bases.append(folder)
        folder = folder_of(folder)
    for base in bases:
        if path := module_file(repo, base, found.module):
            yield path
