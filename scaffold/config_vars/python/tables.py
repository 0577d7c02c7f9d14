"""Tables whose keys are matched with the whole environment, and defaults as texts.

`{key: value for key, value in os.environ.items() if key in TABLE}`
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scaffold.config_vars.python.index import Index
from scaffold.config_vars.python.scope import Scope
from scaffold.config_vars.reads import Mode, Read
from scaffold.families.python.syntax import literal


def table_reads(path: str, index: Index, scope: Scope) -> Iterator[Read]:
    """Yield the keys of the module's tables where the whole environment is matched with them."""
    if not any(_matches_all(node, scope) for node in index.of(ast.comprehension)):
        return
    for node in index.of(ast.Assign):
        value = node.value
        if not isinstance(value, ast.Dict) or len(value.keys) < 3:
            continue
        keys = [literal(key) for key in value.keys]
        if not all(key and re.fullmatch(r"[A-Za-z]\w+", key) for key in keys):
            continue
        for key, item, text in zip(value.keys, value.values, keys, strict=True):
            assert key is not None
            assert text is not None
            blank = isinstance(item, ast.Constant) and item.value is None
            yield Read(
                name=text.upper(),
                path=path,
                line=key.lineno,
                mode=Mode.PLAIN if blank else Mode.DEFAULT,
                default=None if blank else value_text(item, scope),
                table=True,
            )


def _matches_all(node: ast.comprehension, scope: Scope) -> bool:
    if not node.ifs:
        return False
    source = node.iter
    if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute):
        source = source.func.value
    return scope.reader(source) == "os.environ" and any(
        isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In) for test in node.ifs
    )


def value_text(node: ast.expr | None, scope: Scope) -> str | None:
    """Return a default as a person would write it into the environment, None where it is computed."""
    if isinstance(node, ast.Constant):
        return None if isinstance(node.value, (bytes, type(...))) else str(node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = [value_text(item, scope) for item in node.elts]
        return None if None in items else ",".join(item or "" for item in items)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = value_text(node.operand, scope)
        return None if number is None else f"-{number}"
    return scope.text(node)
