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
    yield from _dart(repo)
    yield from _jvm(repo)
    yield from _rust(repo)
    yield from _dotnet(repo)


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
    yield from _pytest(repo)


def _pytest(repo: Repo) -> Iterator[AnyFact]:
    """Yield pytest where it is declared and has tests; in a Django project it needs settings of its own."""
    if not any(_is_pytest(path) for path in repo.suffixed(".py")):
        return
    from scaffold.families.python.apps import python_apps

    for app in python_apps(repo):
        declared = app.deps.get("pytest") or app.dev.get("pytest")
        if declared is None or join(app.root, "manage.py") in repo:
            continue
        first = next((path for path in repo.suffixed(".py", under=app.root) if _is_pytest(path)), "")
        if first:
            yield _tests("python", app.root, ("pytest",), declared.evidence)


def _is_pytest(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py")


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


def _dart(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("pubspec.yaml")[:20]:
        root = folder_of(path)
        inside = repo.suffixed(".dart", under=join(root, "test"))
        first = next((p for p in inside if p.endswith("_test.dart")), "")
        if first:
            yield _tests("dart", root, ("dart", "test"), repo.proof(first))


def _jvm(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("pom.xml", "build.gradle", "build.gradle.kts")[:20]:
        root = folder_of(path)
        tests = repo.suffixed(".java", ".kt", ".groovy", ".scala", under=join(root, "src/test"))
        maven = path.endswith("pom.xml")
        wrapper = join(root, "mvnw" if maven else "gradlew") in repo
        if tests and (maven or wrapper):
            tool = "./mvnw" if maven and wrapper else "mvn" if maven else "./gradlew"
            yield _tests("java", root, (tool, "test"), repo.proof(tests[0]))


def _rust(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.named("Cargo.toml")[:20]:
        root = folder_of(path)
        tests = repo.suffixed(".rs", under=join(root, "tests"))
        if tests:
            yield _tests("rust", root, ("cargo", "test"), repo.proof(tests[0]))


def _dotnet(repo: Repo) -> Iterator[AnyFact]:
    for path in repo.suffixed(".sln", ".slnx")[:20]:
        root = folder_of(path)
        inside = repo.suffixed(".csproj", ".fsproj", under=root)
        first = next((p for p in inside if "test" in p.rpartition("/")[2].lower()), "")
        if first:
            yield _tests("dotnet", root, ("dotnet", "test"), repo.proof(first))
