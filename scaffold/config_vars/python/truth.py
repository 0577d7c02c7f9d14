"""Would a Python condition hold in production with nothing set? True, False, or None where nobody knows."""

from __future__ import annotations

import ast
import re

from scaffold.config_vars.python.scope import Scope
from scaffold.families.python.syntax import dotted_name, literal
from scaffold.patterns import lazy

MODE = lazy(r"(?:\w+_)?(?:ENV|ENVIRONMENT|STAGE|MODE|SETTINGS|CONFIG|CONFIG_NAME|CONFIG_TYPE|CONFIGURATION)")
DEV = lazy(
    r"(?:.*_)?(?:DEBUG|DEV|DEVELOPMENT|LOCAL|LOCALHOST|TEST|TESTING|TESTS|CI|GITHUB_ACTIONS|TRAVIS|GITPOD\w*"
    r"|CODESPACES?|PYTEST_CURRENT_TEST|DOCKER)(?:_MODE|_SERVER|_ENV)?"
)
PROD = lazy(
    r"(?:(?:IS|ON|IN|DJANGO|APP)_)?(?:PROD|PRODUCTION|HEROKU|DYNO|HEROKU_APP_NAME|HEROKU_DEPLOY)(?:_MODE|_ENV)?"
)
WORD = lazy(r"prod(?:uction)?|live|heroku", re.IGNORECASE)
FALSE = frozenset(("", "0", "false", "f", "no", "n", "off", "none", "null"))
_SWITCHED = FALSE | {"1", "true", "t", "yes", "y", "on"}
_DEPTH = 8


def key_of(node: ast.expr, scope: Scope) -> str | None:
    """Return the variable that an expression reads directly, None for anything else."""
    if isinstance(node, ast.Subscript) and scope.reader(node.value) == "os.environ":
        return scope.text(node.slice)
    if not isinstance(node, ast.Call) or not node.args:
        return None
    if scope.origin(node.func) == "os.getenv" or scope.reader(node.func):
        return scope.text(node.args[0])
    if isinstance(node.func, ast.Attribute) and scope.reader(node.func.value):
        return scope.text(node.args[0])
    return None


def truth(node: ast.expr, scope: Scope, depth: int = 0) -> bool | None:
    """Return the truth of a condition in production when no variable of the app's own is set."""
    if depth > _DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return str(node.value).lower() not in FALSE
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _negated(truth(node.operand, scope, depth + 1))
    if isinstance(node, ast.BoolOp):
        return _joined(node, scope, depth)
    if isinstance(node, ast.Compare) and len(node.comparators) == 1:
        return _compared(node, scope, depth)
    if (key := key_of(node, scope)) is not None:
        return _of_variable(key, node, scope, depth)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return _of_name(node, scope, depth)
    return _of_call(node, scope, depth) if isinstance(node, ast.Call) else None


def _of_call(node: ast.Call, scope: Scope, depth: int) -> bool | None:
    """`x.lower()` and `bool(x)` are as true as x."""
    if isinstance(node.func, ast.Attribute) and not node.args:
        return truth(node.func.value, scope, depth + 1)
    one = len(node.args) == 1 and dotted_name(node.func)
    return truth(node.args[0], scope, depth + 1) if one else None


def _negated(held: bool | None) -> bool | None:
    return None if held is None else not held


def _joined(node: ast.BoolOp, scope: Scope, depth: int) -> bool | None:
    parts = [truth(part, scope, depth + 1) for part in node.values]
    deciding = isinstance(node.op, ast.Or)
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding


def _of_name(node: ast.expr, scope: Scope, depth: int) -> bool | None:
    dotted = dotted_name(node)
    last = dotted.rpartition(".")[2].upper()
    if DEV.fullmatch(last):
        return False
    if PROD.fullmatch(last):
        return True
    value = scope.values.get(dotted.removeprefix("self."))
    return truth(value, scope, depth + 1) if value is not None and value is not node else None


def _of_variable(key: str, node: ast.expr, scope: Scope, depth: int) -> bool | None:
    if DEV.fullmatch(key.upper()):
        return False
    if PROD.fullmatch(key.upper()):
        return True
    if isinstance(node, ast.Subscript):
        return None
    default = default_node(node) if isinstance(node, ast.Call) else None
    return False if default is None else truth(default, scope, depth + 1)


def default_node(node: ast.Call) -> ast.expr | None:
    """Return the expression that a reading call falls back to."""
    for keyword in node.keywords:
        if keyword.arg in ("default", "default_value"):
            return keyword.value
    return node.args[1] if len(node.args) > 1 else None


def _compared(node: ast.Compare, scope: Scope, depth: int) -> bool | None:
    left, right, test = node.left, node.comparators[0], node.ops[0]
    if isinstance(test, (ast.In, ast.NotIn)) and scope.reader(right) == "os.environ":
        key = scope.text(left)
        held = key is not None and bool(PROD.fullmatch(key.upper()))
        return held == isinstance(test, ast.In)
    if isinstance(test, (ast.In, ast.NotIn)) and dotted_name(right) == "sys.argv":
        return isinstance(test, ast.NotIn)
    if isinstance(right, ast.Constant) and right.value is None and key_of(left, scope) is not None:
        return isinstance(test, (ast.Is, ast.Eq))
    words = [word for part in ast.walk(right) if (word := _word(part)) is not None]
    name = _source(left, scope)
    if not words or not name or not isinstance(test, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
        return None
    positive = isinstance(test, (ast.Eq, ast.In))
    if MODE.fullmatch(name.upper()):
        return any(WORD.fullmatch(word) for word in words) == positive
    given = _default(left, scope)
    if given is not None and given.lower() not in _SWITCHED:
        return (given.lower() in (word.lower() for word in words)) == positive
    known = truth(left, scope, depth + 1)
    if known is None:
        return None
    return (any(word.lower() not in FALSE for word in words) == known) == positive


def _word(node: ast.AST) -> str | None:
    """Return a literal, or the member of an enumeration as its value probably reads: `Storage.S3`, s3."""
    if not isinstance(node, ast.expr):
        return None
    last = dotted_name(node).removesuffix(".value").rpartition(".")
    return last[2].lower() if last[0][:1].isupper() and last[2].isupper() else literal(node)


def _default(node: ast.expr, scope: Scope) -> str | None:
    """Return the literal that the left side of a comparison falls back to, None where there is none."""
    for _ in range(_DEPTH):
        if isinstance(node, ast.Call):
            if key_of(node, scope) is not None:
                given = default_node(node)
                return None if given is None else _word(given)
            inner = [arg for arg in node.args if isinstance(arg, (ast.Call, ast.Name))]
            node = node.func.value if isinstance(node.func, ast.Attribute) else inner[-1] if inner else node
        elif isinstance(node, (ast.Name, ast.Attribute)):
            value = scope.values.get(dotted_name(node))
            if value is None or value is node:
                return None
            node = value
        else:
            return None
    return None


def _source(node: ast.expr, scope: Scope) -> str:
    """Return the variable or name behind the left side of a comparison, through `.lower()` and names."""
    for _ in range(_DEPTH):
        if (key := key_of(node, scope)) is not None:
            return key
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif isinstance(node, ast.Call) and len(node.args) == 1:
            node = node.args[0]
        else:
            break
    dotted = dotted_name(node)
    value = scope.values.get(dotted)
    key = key_of(value, scope) if value is not None else None
    return key or dotted.rpartition(".")[2]
