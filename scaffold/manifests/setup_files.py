"""setup.py (by its syntax tree, never run) and setup.cfg -> what a project asks for, its scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold.manifests.requirements import Requirement, canonical, parse_requirement
from scaffold.record import record

if TYPE_CHECKING:
    import ast
    from configparser import ConfigParser


@record
class SetupFile:
    """A setup.py or setup.cfg: its name, requirements, the files whose lines it reads, Python, scripts."""

    path: str
    name: str = ""
    requirements: tuple[Requirement, ...] = ()
    reads: tuple[str, ...] = ()
    python: str = ""
    python_line: int = 0
    scripts: tuple[tuple[str, str, int], ...] = ()


def parse_py(text: str, path: str) -> SetupFile:
    """Read the call of `setup()` in a setup.py; lists bound to a name at its top are followed."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return SetupFile(path=path)
    bound: dict[str, ast.expr] = {}
    call: ast.Call | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            bound.setdefault(node.targets[0].id, node.value)
        elif isinstance(node, ast.Call) and _callee(node) == "setup":
            call = node
    if call is None:
        return SetupFile(path=path)
    words = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    python = _string(words.get("python_requires"), bound)
    return SetupFile(
        path=path,
        name=_string(words.get("name"), bound),
        requirements=tuple(_setup_requirements(words, bound)),
        reads=tuple(re.findall(r"""["']([\w./-]*require[\w./-]*\.(?:txt|in))["']""", text)),
        python=python,
        python_line=words["python_requires"].lineno if python else 0,
        scripts=tuple(_entry_points(words.get("entry_points"), bound)),
    )


def _callee(call: ast.Call) -> str:
    import ast

    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _follow(node: ast.expr | None, bound: dict[str, ast.expr]) -> ast.expr | None:
    import ast

    return bound.get(node.id) if isinstance(node, ast.Name) else node


def _string(node: ast.expr | None, bound: dict[str, ast.expr]) -> str:
    import ast

    node = _follow(node, bound)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _strings(node: ast.expr | None, bound: dict[str, ast.expr], depth: int = 0) -> Iterator[tuple[str, int]]:
    """Yield the literal texts of a list, its sums and its unpackings, with their lines."""
    import ast

    node = _follow(node, bound)
    if node is None or depth > 8:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for offset, line in enumerate(node.value.split("\n")):
            yield line, node.lineno + offset
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for item in node.elts:
            yield from _strings(item, bound, depth + 1)
    elif isinstance(node, ast.BinOp):
        yield from _strings(node.left, bound, depth + 1)
        yield from _strings(node.right, bound, depth + 1)
    elif isinstance(node, ast.Starred):
        yield from _strings(node.value, bound, depth + 1)


def _setup_requirements(words: dict[str, ast.expr], bound: dict[str, ast.expr]) -> Iterator[Requirement]:
    import ast

    for text, line in _strings(words.get("install_requires"), bound):
        if asked := parse_requirement(text, line):
            yield asked
    extras = _follow(words.get("extras_require"), bound)
    if isinstance(extras, ast.Dict):
        for key, value in zip(extras.keys, extras.values, strict=True):
            group = f"extra:{canonical(_string(key, bound))}"
            for text, line in _strings(value, bound):
                if asked := parse_requirement(text, line, group):
                    yield asked
    for text, line in _strings(words.get("tests_require"), bound):
        if asked := parse_requirement(text, line, "test"):
            yield asked


def _entry_points(node: ast.expr | None, bound: dict[str, ast.expr]) -> Iterator[tuple[str, str, int]]:
    import ast

    node = _follow(node, bound)
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if _string(key, bound) == "console_scripts":
            for text, line in _strings(value, bound):
                name, _, target = text.partition("=")
                if target.strip():
                    yield name.strip(), target.strip(), line


def parse_cfg(text: str, path: str) -> SetupFile:
    """Read a setup.cfg; one that is malformed or only configures tools asks for nothing."""
    from configparser import ConfigParser, Error

    config = ConfigParser(interpolation=None, strict=False)
    try:
        config.read_string(text)
    except (Error, ValueError, AttributeError):
        return SetupFile(path=path)
    lines = text.split("\n")
    found: list[Requirement] = []
    sections = [("options", "install_requires", "")]
    if config.has_section("options.extras_require"):
        sections += [
            ("options.extras_require", key, f"extra:{canonical(key)}")
            for key in config["options.extras_require"]
        ]
    for section, key, group in sections:
        for item in config.get(section, key, fallback="").split("\n"):
            if asked := parse_requirement(item.split(" #")[0], _line(lines, item), group):
                found.append(asked)
    python = config.get("options", "python_requires", fallback="")
    return SetupFile(
        path=path,
        name=config.get("metadata", "name", fallback=""),
        requirements=tuple(found),
        python=python,
        python_line=_line(lines, "python_requires") if python else 0,
        scripts=tuple(_cfg_scripts(config, lines)),
    )


def _cfg_scripts(config: ConfigParser, lines: list[str]) -> Iterator[tuple[str, str, int]]:
    for item in config.get("options.entry_points", "console_scripts", fallback="").split("\n"):
        name, _, target = item.partition("=")
        if target.strip():
            yield name.strip(), target.strip(), _line(lines, item)


def _line(lines: list[str], text: str) -> int:
    wanted = text.strip()
    return next((n for n, line in enumerate(lines, 1) if wanted and line.strip().startswith(wanted)), 0)
