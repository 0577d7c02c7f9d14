"""Python source -> what a module imports, binds at its top and makes in its functions, by AST, never run.

A file that does not parse (Python 2, a template) is an empty module: it tells nothing and breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold.families.python.syntax import dotted_name, is_main_guard, literal, statements, tree_of
from scaffold.patterns import lazy
from scaffold.record import record
from scaffold.repo import Repo

if TYPE_CHECKING:
    import ast

_FUNCTION_DEPTH = 6
_FROM = lazy(r"from +([\w.]+) +import +([\w, ]+)$")
_ASSIGNED = lazy(r"(\w+) *= *([A-Za-z_][\w.]*)\(")


@record
class Import:
    """A name that an import binds: `from MODULE import NAME as BOUND`; `name` is "" for `import MODULE`."""

    module: str
    level: int
    name: str
    bound: str
    line: int
    top: bool


@record
class Call:
    """`NAME = CALLEE(...)`; `words` are the names and `strings` the literals passed, `part` a tuple index.

    `guarded` says that the name exists only under `if __name__ == "__main__"`.
    """

    name: str
    callee: str
    line: int
    guarded: bool = False
    part: int = -1
    words: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@record
class Alias:
    """`NAME = OTHER` or `NAME = OTHER.attr`, where `target` is the dotted right side."""

    name: str
    target: str
    line: int
    guarded: bool = False


@record
class Function:
    """A top-level function: its required `args`, and the callee behind each part of what it returns."""

    name: str
    line: int
    args: tuple[str, ...]
    made: tuple[str, ...]
    awaited: bool = False
    routes: bool = False


@record
class Module:
    """What the top level of one file says."""

    path: str
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    aliases: tuple[Alias, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    run_guard: int = 0
    parsed: bool = True

    def origin(self, dotted: str) -> str:
        """Return where a name comes from: `F` is `flask.Flask` after `from flask import Flask as F`."""
        head, _, rest = dotted.partition(".")
        for found in reversed(self.imports):
            if found.bound == head and not found.level:
                base = f"{found.module}.{found.name}" if found.name else found.module
                if not found.name and "." in found.module and found.bound == found.module.split(".")[0]:
                    base = head
                return f"{base}.{rest}" if rest else base
        return dotted

    def call(self, name: str) -> Call | None:
        """Return the last call whose result the module binds to `name`."""
        return next((call for call in reversed(self.calls) if call.name == name), None)


def module_of(repo: Repo, path: str) -> Module:
    """Return what a Python file says, parsed once; an empty module where it cannot be parsed."""
    return repo.once(("python-module", path), lambda: _read(repo, path))


def _read(repo: Repo, path: str) -> Module:
    import ast

    tree = tree_of(repo, path)
    if tree is None:
        return _read_lines(repo, path)
    bound: list[Call | Alias] = []
    functions: list[Function] = []
    classes: list[tuple[str, tuple[str, ...], int]] = []
    guard = 0
    for node, guarded in statements(tree.body):
        if isinstance(node, ast.If) and is_main_guard(node.test):
            guard = guard or node.lineno
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            bound += _bound(node, guarded)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            functions.append(_function(node))
        elif isinstance(node, ast.ClassDef):
            classes.append((node.name, tuple(dotted_name(base) for base in node.bases), node.lineno))
    return Module(
        path=path,
        imports=tuple(_imports(tree)),
        calls=tuple(found for found in bound if isinstance(found, Call)),
        aliases=tuple(found for found in bound if isinstance(found, Alias)),
        functions=tuple(functions),
        classes=tuple(classes),
        run_guard=guard,
    )


def _read_lines(repo: Repo, path: str) -> Module:
    """Read what the unindented lines of a file that is no Python 3 still say: imports and simple calls."""
    imports, calls = [], []
    for line, text in enumerate(repo.lines(path), 1):
        if found := _FROM.match(text):
            for name in found[2].split(","):
                word, _, other = name.strip().partition(" as ")
                bound = (other or word).strip()
                imports.append(
                    Import(module=found[1], level=0, name=word.strip(), bound=bound, line=line, top=True)
                )
        elif found := _ASSIGNED.match(text):
            calls.append(Call(name=found[1], callee=found[2], line=line))
    return Module(path=path, imports=tuple(imports), calls=tuple(calls), parsed=False)


def _bound(node: ast.Assign | ast.AnnAssign, guarded: bool) -> Iterator[Call | Alias]:
    """Yield what an assignment binds, its tuples taken apart."""
    import ast

    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        elements = target.elts if isinstance(target, ast.Tuple) else [target]
        for part, element in enumerate(elements):
            value, index = node.value, part if isinstance(target, ast.Tuple) else -1
            if isinstance(value, ast.Tuple) and len(value.elts) == len(elements) and index >= 0:
                value, index = value.elts[part], -1
            if not isinstance(element, ast.Name):
                continue
            if isinstance(value, ast.Call):
                yield _call(element.id, value, index, guarded)
            elif index < 0 and (name := dotted_name(value)):
                yield Alias(name=element.id, target=name, line=element.lineno, guarded=guarded)


def _call(name: str, node: ast.Call, part: int, guarded: bool) -> Call:
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    texts = (literal(value) for value in values)
    return Call(
        name=name,
        callee=dotted_name(node.func),
        line=node.lineno,
        guarded=guarded,
        part=part,
        words=tuple(word for value in values if (word := dotted_name(value))),
        strings=tuple(text for text in texts if text is not None),
        keywords=tuple(keyword.arg or "**" for keyword in node.keywords),
    )


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    import ast

    spec = node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    required = names[: len(names) - len(spec.defaults)]
    required += [
        arg.arg for arg, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value is None
    ]
    return Function(
        name=node.name,
        line=node.lineno,
        args=tuple(required),
        made=_made(node),
        awaited=isinstance(node, ast.AsyncFunctionDef),
        routes=bool(node.decorator_list),
    )


def _made(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """Return the callee behind each part of a function's value: the last `return` that made something."""
    import ast

    bound: dict[str, str] = {}
    made: tuple[str, ...] = ()
    for inner in _body(node):
        if isinstance(inner, (ast.Assign, ast.AnnAssign)):
            for name in _bound(inner, False):
                origin = name.callee if isinstance(name, Call) else bound.get(name.target, name.target)
                bound.setdefault(name.name, origin)
        elif isinstance(inner, ast.Return) and inner.value is not None:
            values = inner.value.elts if isinstance(inner.value, ast.Tuple) else [inner.value]
            found = tuple(_maker(value, bound) for value in values)
            made = found if any(found) else made
    return made


def _maker(value: ast.expr, bound: dict[str, str]) -> str:
    import ast

    if isinstance(value, ast.Call):
        return dotted_name(value.func)
    name = dotted_name(value)
    return bound.get(name, name)


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """Yield a function's own statements in order, without those of the functions inside it."""
    import ast

    waiting: list[tuple[ast.stmt, int]] = [(inner, 0) for inner in reversed(node.body)]
    while waiting:
        inner, depth = waiting.pop()
        yield inner
        if (
            isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            or depth > _FUNCTION_DEPTH
        ):
            continue
        parts = [getattr(inner, field, ()) for field in ("body", "orelse", "finalbody")]
        parts += [handler.body for handler in getattr(inner, "handlers", ())]
        waiting += [(child, depth + 1) for part in reversed(parts) for child in reversed(part)]


def _imports(tree: ast.Module) -> Iterator[Import]:
    """Yield every import; `top` where importing the module runs it."""
    import ast

    top = {id(node) for node, guarded in statements(tree.body) if not guarded}
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            for name in node.names:
                plain = isinstance(node, ast.Import)
                yield Import(
                    module=name.name if plain else module,
                    level=node.level if isinstance(node, ast.ImportFrom) else 0,
                    name="" if plain else name.name,
                    bound=name.asname or (name.name.split(".")[0] if plain else name.name),
                    line=node.lineno,
                    top=id(node) in top,
                )
            continue
        for field in ("finalbody", "orelse", "handlers", "cases", "body"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                waiting += reversed(inner)
