"""How a repository runs its own tests -> Tests facts, for the test environment of app.json (Heroku CI)."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.facts import AnyFact, Evidence, Tests, command
from scaffold.repo import Repo, folder_of, join

_BY_FILE = (
    ("pytest.ini", "python", ("pytest",)),
    ("conftest.py", "python", ("pytest",)),
    (".rspec", "ruby", ("bundle", "exec", "rspec")),
    ("phpunit.xml", "php", ("vendor/bin/phpunit",)),
    ("phpunit.xml.dist", "php", ("vendor/bin/phpunit",)),
    ("test/test_helper.exs", "elixir", ("mix", "test")),
)
"""A file beside the manifest -> the language and the command that runs the tests it speaks of."""


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield the command for the tests of each app, the most telling first found."""
    for file, language, words in _BY_FILE:
        for path in repo.named(file.rpartition("/")[2]):
            root = folder_of(path)
            if "/" in file and not (root == "test" or root.endswith("/test")):
                continue
            root = (root.rpartition("/")[0] or ".") if "/" in file else root
            yield _tests(language, root, words, repo.proof(path))
    yield from _python(repo)
    yield from _node(repo)
    yield from _rails(repo)
    yield from _go(repo)


def _tests(language: str, root: str, words: tuple[str, ...], proof: Evidence) -> Tests:
    return Tests(stack=language, root=root, command=command(*words), evidence=(proof,))


def _python(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("manage.py")[:20]:
        root = folder_of(path)
        if any(join(root, name) in repo for name in ("pytest.ini", "conftest.py")):
            continue
        tests = [p for p in repo.named("tests.py") if root == "." or p.startswith(root + "/")]
        if tests:
            yield _tests("python", root, ("python", "manage.py", "test"), repo.proof(tests[0]))


def _node(repo: Repo) -> Iterator[AnyFact]:
    if not repo.named("package.json"):
        return
    from scaffold.families.node.apps import node_apps, script_proof

    for app in node_apps(repo):
        script = app.package.scripts.get("test")
        if script is not None and script.text.strip() and "no test specified" not in script.text:
            words = (app.manager if app.manager in ("yarn", "pnpm") else "npm", "test")
            yield _tests("node", app.root, words, script_proof(repo, app, script))


def _rails(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("test_helper.rb"):
        folder = folder_of(path)
        root = folder.rpartition("/")[0] or "."
        if folder.rpartition("/")[2] == "test" and join(root, "bin/rails") in repo:
            yield _tests("ruby", root, ("bin/rails", "test"), repo.proof(path))


def _go(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("go.mod")[:20]:
        root = folder_of(path)
        first = next((p for p in repo.suffixed(".go", under=root) if p.endswith("_test.go")), "")
        if first:
            yield _tests("go", root, ("go", "test", "./..."), repo.proof(first))
