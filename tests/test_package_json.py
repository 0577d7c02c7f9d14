"""package.json and the lock files beside it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ManifestError
from scaffold.manifests.node_locks import parse_node_lock
from scaffold.manifests.package_json import parse_package_json

TEXT = """{
  "name": "shop",
  "main": "lib/index.js",
  "type": "module",
  "packageManager": "pnpm@9.1.0",
  "scripts": {
    "start": "node lib/index.js"
  },
  "dependencies": { "express": "^5.0.0" },
  "devDependencies": {
    "express": "^4.0.0",
    "vite": "^6.0.0"
  },
  "workspaces": { "packages": ["apps/*", 3] },
  "engines": { "node": "22.x", "npm": null }
}
"""


def test_everything_keeps_its_line() -> None:
    package = parse_package_json(TEXT, "package.json")
    assert (package.name, package.main, package.module) == ("shop", "lib/index.js", True)
    assert package.package_manager == "pnpm@9.1.0"
    assert (package.scripts["start"].text, package.scripts["start"].line) == ("node lib/index.js", 7)
    assert (package.deps["express"].group, package.deps["express"].line) == ("dependencies", 9)
    assert package.deps["vite"].dev
    assert package.workspaces == ("apps/*",)
    assert package.engines == {"node": "22.x"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{}", id="an empty object"),
        pytest.param('{"scripts": [], "dependencies": "no", "workspaces": 3}', id="values of other types"),
        pytest.param('{"scripts": {"start": null, "build": 4, "x": ""}}', id="scripts that are no text"),
        pytest.param('{"name": null, "main": {}, "engines": [], "bin": 5}', id="a name that is none"),
    ],
)
def test_odd_values_are_left_out(text: str) -> None:
    package = parse_package_json(text, "package.json")
    assert not package.scripts
    assert not package.deps
    assert package.main == ""


@pytest.mark.parametrize("text", ["", "[]", "{,}", '"x"', "{'a': 1}"])
def test_what_is_no_object_is_an_error(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_package_json(text, "package.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["scripts", "dependencies", "engines", "workspaces", "bin", "main", "start"]),
                x,
            )
        ),
        max_leaves=12,
    )
)
def test_no_document_makes_the_parser_fall_over(value: object) -> None:
    text = json.dumps(
        {"scripts": value, "dependencies": value, "workspaces": value, "bin": value, "name": value}
    )
    parse_package_json(text, "package.json")


@pytest.mark.parametrize(
    ("path", "text", "manager"),
    [
        pytest.param("package-lock.json", '{"lockfileVersion": 3}', "npm", id="npm"),
        pytest.param("a/npm-shrinkwrap.json", "{}", "npm", id="npm's shrinkwrap"),
        pytest.param("yarn.lock", "# yarn lockfile v1\n", "yarn", id="Yarn 1"),
        pytest.param("yarn.lock", "# head\n\n__metadata:\n  version: 8\n", "berry", id="Yarn 2 and later"),
        pytest.param("pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm", id="pnpm"),
        pytest.param("bun.lockb", "", "bun", id="Bun's binary one"),
    ],
)
def test_the_manager_of_a_lock_file(path: str, text: str, manager: str) -> None:
    assert parse_node_lock(text, path).manager == manager


def test_an_npm_lock_knows_its_ranges() -> None:
    text = '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1.0.0"}}, "x": {}}}'
    lock = parse_node_lock(text, "package-lock.json")
    assert lock.knows("a", "^1.0.0")
    assert not lock.knows("a", "^2.0.0")
    assert not lock.knows("b", "1")


def test_an_old_npm_lock_accuses_nobody() -> None:
    assert parse_node_lock('{"lockfileVersion": 1, "dependencies": {}}', "package-lock.json").knows("a", "1")


@given(st.text())
def test_no_text_makes_the_lock_reader_fall_over(text: str) -> None:
    for name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml"):
        parse_node_lock('{"packages": {"": {' + text, name)
