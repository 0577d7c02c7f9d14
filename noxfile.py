"""Tasks: `nox -s check` is what CI runs; `nox -l` lists the others."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.sessions = ["check"]
nox.options.default_venv_backend = "venv"


@nox.session
def check(session: nox.Session) -> None:
    """Lint, types, tests."""
    session.install("-e", ".[test,check]")
    session.run("ruff", "format", "--check", "scaffold", "tests", "noxfile.py")
    session.run("ruff", "check", "scaffold", "tests", "noxfile.py")
    session.run("mypy")
    session.run("python", "-m", "pytest", "-n", "auto", *session.posargs)


@nox.session
def golden(session: nox.Session) -> None:
    """Write the golden outputs of fixtures anew: `nox -s golden -- NAME ...` (all without names)."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.golden", *session.posargs)
    session.run("git", "--no-pager", "diff", "--stat", "fixtures", external=True)


@nox.session
def new_stack(session: nox.Session) -> None:
    """Write the skeleton of a stack: `nox -s new_stack -- NAME`."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.tools.new_stack", *session.posargs)


@nox.session
def clones(session: nox.Session) -> None:
    """Compare with what people wrote, over a folder of clones: `nox -s clones -- FOLDER`."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.tools.clones", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Time `scaffold detect` against an empty Python process."""
    session.install(".[test]")
    session.run("python", "-m", "tests.tools.bench", *session.posargs)


@nox.session
def names(session: nox.Session) -> None:
    """Hold the config vars against every name in people's app.json: `nox -s names -- FOLDER`."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.tools.names", *session.posargs)


@nox.session
def stories(session: nox.Session) -> None:
    """Write the ends of upgrade stories anew: `nox -s stories -- NAME ...` (all without names)."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.stories", *session.posargs)
    session.run("git", "--no-pager", "diff", "--stat", "fixtures", external=True)


@nox.session
def kept(session: nox.Session) -> None:
    """Merge with people's own files over a folder of clones: no line of theirs may be lost."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "tests.tools.kept", *session.posargs)


def _install_with_cli(session: nox.Session) -> None:
    session.install("-e", ".[test]")
    session.run(
        "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", "tests/deploy", external=True
    )


@nox.session
def deploy_matrix(session: nox.Session) -> None:
    """Run deploy scripts, every fault at every step: `nox -s deploy_matrix -- --stack django --sample 50`."""
    _install_with_cli(session)
    session.run("python", "-m", "tests.deploy.matrix", *session.posargs)


@nox.session
def deploy_real(session: nox.Session) -> None:
    """Run all tests of the deploy script with the real heroku CLI in place of its stand-in; an hour."""
    _install_with_cli(session)
    cli = Path("tests/deploy/node_modules/.bin/heroku").resolve()
    files = sorted(str(path) for path in Path("tests").glob("test_deploy_*.py"))
    words = session.posargs or files
    everything = ("-m", "slow or not slow", *words)
    session.run("python", "-m", "pytest", "-q", "-n", "auto", *everything, env={"HEROKU_CLI": str(cli)})


@nox.session
def explore(session: nox.Session) -> None:
    """Run the property tests with many new examples: `nox -s explore -- FILE ...` (all without names)."""
    session.install("-e", ".[test]")
    words = session.posargs or ("tests", "-n", "auto")
    session.run("python", "-m", "pytest", "-m", "hypothesis", *words, env={"HYPOTHESIS_PROFILE": "explore"})
