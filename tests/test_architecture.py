"""The stages of the pipeline import only what they may; no stage but detection knows a stack."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

from scaffold.checkout import open_repo
from scaffold.stacks import all_stacks, marks, stacks_for
from tests import golden

PACKAGE = Path(__file__).resolve().parent.parent / "scaffold"

KEEPING = (
    "state.py",
    "changes.py",
    "conflicts.py",
    "proposals",
    "regenerate.py",
    "cache.py",
)
AFTER_DETECTION = frozenset(
    {
        "scaffold.cli",
        "scaffold.stacks",
        "scaffold.families",
        "scaffold.live",
        "questionary",
        "copier",
    }
)

FORBIDDEN = {
    "facts.py": {"scaffold"},
    "repo.py": {
        "scaffold.stacks",
        "scaffold.plan",
        "scaffold.families",
        "scaffold.cli",
        "copier",
        "questionary",
    },
    "manifests": {
        "os",
        "pathlib",
        "subprocess",
        "scaffold.repo",
        "scaffold.stacks",
        "scaffold.plan",
        "scaffold.run",
    },
    "families": {
        "os",
        "subprocess",
        "random",
        "time",
        "socket",
        "questionary",
        "scaffold.run",
        "scaffold.stacks",
    },
    "stacks": {
        "os",
        "subprocess",
        "random",
        "time",
        "socket",
        "questionary",
        "scaffold.run",
        "scaffold.plan",
    },
    "config_vars": {
        "os",
        "subprocess",
        "random",
        "time",
        "socket",
        "questionary",
        "scaffold.run",
        "scaffold.stacks",
    },
    "plan": {
        "os",
        "subprocess",
        "questionary",
        "copier",
        "scaffold.run",
        "scaffold.stacks",
        "scaffold.families",
    },
    "render.py": {"scaffold.stacks", "scaffold.families", "subprocess"},
    "merge": {"scaffold.stacks", "scaffold.plan", "scaffold.families"},
    "live": {"scaffold.stacks", "scaffold.families", "scaffold.plan", "scaffold.cli", "questionary"},
    **dict.fromkeys(KEEPING, AFTER_DETECTION),
    "write.py": {"scaffold.stacks", "scaffold.plan", "scaffold.families", "subprocess"},
    "writing": {"scaffold.stacks", "scaffold.plan", "scaffold.families", "scaffold.cli", "subprocess"},
}


def modules(place: str) -> list[Path]:
    target = PACKAGE / place
    found = [target] if target.is_file() else sorted(target.rglob("*.py"))
    assert found, f"{place} is not there"
    return found


@functools.cache
def imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@pytest.mark.parametrize("place", FORBIDDEN)
def test_a_stage_imports_only_what_it_may(place: str) -> None:
    tools = {"scaffold.record", "scaffold.patterns"}
    for path in modules(place):
        bad = {
            name
            for name in imports(path)
            for forbidden in FORBIDDEN[place]
            if not any(name.startswith(tool) for tool in tools)
            and (name == forbidden or name.startswith(forbidden + "."))
            and not (place == "stacks" and name == "scaffold.stacks.Stack")
        }
        if place == "stacks":
            bad -= {"scaffold.stacks"}
            bad -= {"os"} if path.name == "__init__.py" else set()
        assert not bad, f"{path.name} imports {sorted(bad)}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "stacks").glob("[a-z]*.py")), ids=lambda path: path.name)
def test_no_stack_imports_another(path: Path) -> None:
    others = {
        name for name in imports(path) if name.startswith("scaffold.stacks.") and not name.endswith(".Stack")
    }
    assert not others


def test_only_run_starts_programs() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name != "run.py":
            assert "subprocess" not in imports(path), path


def test_only_the_config_commands_reach_heroku() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        asks = {
            name for name in imports(path) if name.split(".")[0] in ("urllib", "http", "socket", "requests")
        }
        assert not asks - {
            "urllib.parse",
            "urllib.parse.quote",
            "urllib.parse.urlsplit",
            "urllib.parse.unquote",
        } or (path.parent.name == "live"), path
        if "scaffold.live" in {".".join(name.split(".")[:2]) for name in imports(path)}:
            assert path.parent.name == "live" or path.stem.startswith("config"), path


def test_only_out_prints() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        assert not calls, path


def test_no_stage_after_detection_names_a_stack() -> None:
    names = {stack.name for stack in all_stacks()} - {"docker", "static"}
    after = [
        PACKAGE / "pipeline.py",
        PACKAGE / "context.py",
        PACKAGE / "output.py",
        *modules("plan"),
        *modules("merge"),
    ]
    for path in after:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                values = [
                    part.value for part in (node.left, *node.comparators) if isinstance(part, ast.Constant)
                ]
                assert not names & {value for value in values if isinstance(value, str)}, path


@pytest.mark.parametrize("stack", [stack.name for stack in all_stacks()])
def test_every_stack_has_a_fixture(stack: str) -> None:
    assert any(re.match(rf"{stack}_", name) for name in golden.names())


def test_no_package_registry_is_named() -> None:
    hosts = re.compile(
        "|".join(
            ["registry.npmjs" + ".org", "registry.yarnpkg" + ".com", "pypi" + ".org", "rubygems" + ".org"]
        )
    )
    top = PACKAGE.parent
    installed = top / "tests" / "deploy" / "node_modules"
    for place in ("scaffold", "templates", "fixtures", "tests"):
        for path in sorted((top / place).rglob("*")):
            if installed in path.parents:
                continue
            if path.is_file() and b"\0" not in (raw := path.read_bytes()):
                assert not hosts.search(raw.decode("utf-8", "replace")), path


@pytest.mark.parametrize("name", golden.names())
def test_the_marks_of_a_stack_hide_nothing_that_it_would_find(name: str) -> None:
    with golden.copy_of(name) as app:
        marked = {stack.name for stack in stacks_for(open_repo(app))}
        for stack in all_stacks():
            assert stack.name in marked or not list(stack.detect(open_repo(app))), stack.name


def test_every_stack_has_marks_that_can_be_read_without_importing_it() -> None:
    for stack in all_stacks():
        assert all(isinstance(mark, str) for mark in marks(stack.name)), stack.name
