"""bin/deploy --merge: a branch is merged into the release branch and deployed, or all stays as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import Platform
from tests.test_deploy_script import running


@pytest.fixture
def forked(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository whose app runs main; since then main and develop each have a commit of their own."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    running(made)
    made.commit("shared.txt", "old\n")
    made.git("checkout", "--quiet", "-b", "develop")
    made.commit("feature.py", "new\n")
    made.git("checkout", "--quiet", "main")
    made.commit("fix.py", "fix\n")
    return made


def snapshot(deployment: Deployment) -> tuple[str, ...]:
    """Return all that a failed merge must leave alone: refs, HEAD, index, tree, stashes, work trees."""
    listed = deployment.git("ls-files", "--stage")
    files = "".join(
        f"{path.relative_to(deployment.repo)}:{path.read_text()}"
        for path in sorted(deployment.repo.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(deployment.repo).parts
    )
    words = (("show-ref",), ("status", "--porcelain=v2", "--branch"), ("stash", "list"), ("worktree", "list"))
    return (listed, files, *(deployment.git(*each) for each in words))


def pushed(deployment: Deployment) -> str:
    """Return the parents of the commit that was deployed last."""
    commit = deployment.platform.apps[APP].releases[-1]["description"].removeprefix("Deploy ")
    return deployment.git("log", "-1", "--format=%P", commit)


@pytest.mark.parametrize("here", ["main", "develop", "--detach"])
def test_a_merge_is_made_from_any_branch_and_deployed(forked: Deployment, here: str) -> None:
    parents = [forked.git("rev-parse", name) for name in ("main", "develop")]
    forked.git("checkout", "--quiet", *([here] if here != "--detach" else [here, "develop~1"]))
    before = forked.git("rev-parse", "HEAD")
    ran = forked.run("staging", "--merge", "develop")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert forked.git("rev-parse", "main^1", "main^2").split() == parents
    assert pushed(forked).split() == parents
    assert "git push origin main publishes it" in ran.stdout
    assert forked.git("status", "--porcelain") == ""
    assert (forked.repo / "feature.py").exists() == (here != "--detach")
    assert here == "main" or forked.git("rev-parse", "HEAD") == before
    assert len(forked.git("worktree", "list").splitlines()) == 1
    merged = forked.git("rev-parse", "main")
    again = forked.run("staging", "--merge", "develop")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "merged into main already" in again.stdout
    assert "is live already" in again.stdout
    assert forked.git("rev-parse", "main") == merged


def test_a_conflict_leaves_everything_as_it_was(forked: Deployment) -> None:
    forked.commit("shared.txt", "of main\n")
    forked.git("checkout", "--quiet", "develop")
    forked.commit("shared.txt", "of develop\n")
    (forked.repo / "fix.txt").write_text("kept aside\n")
    forked.git("stash", "push", "--quiet", "--include-untracked")
    (forked.repo / "feature.py").write_text("not committed\n")
    forked.git("add", "feature.py")
    (forked.repo / "notes").write_text("mine\n")
    forked.git("config", "rerere.enabled", "true")
    before = snapshot(forked)
    ran = forked.run("staging", "--merge", "develop", "--allow-dirty")
    assert ran.returncode == 14, ran.stdout + ran.stderr
    assert "shared.txt" in ran.stderr
    assert "in conflict" in ran.stderr
    assert snapshot(forked) == before
    assert not (forked.repo / ".git" / "rr-cache").exists() or not any(
        (forked.repo / ".git/rr-cache").iterdir()
    )
    assert not forked.platform.changes()
    assert "would" not in ran.stderr
    shown = forked.run("staging", "--merge", "develop", "--dry-run")
    assert shown.returncode == 14
    assert snapshot(forked) == before


def test_changes_that_the_merge_would_overwrite_are_refused(forked: Deployment) -> None:
    (forked.repo / "feature.py").write_text("in the way\n")
    before = snapshot(forked)
    assert forked.run("staging", "--merge", "develop").returncode == 3
    ran = forked.run("staging", "--merge", "develop", "--allow-dirty")
    assert ran.returncode == 14, ran.stdout + ran.stderr
    assert "feature.py" in ran.stderr
    assert "stash the changes" in ran.stderr
    assert snapshot(forked) == before
    (forked.repo / "feature.py").rename(forked.repo / "elsewhere.py")
    ran = forked.run("staging", "--merge", "develop", "--allow-dirty")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (forked.repo / "elsewhere.py").read_text() == "in the way\n"


def test_a_dry_run_shows_what_would_be_merged(forked: Deployment) -> None:
    before = snapshot(forked)
    ran = forked.run("staging", "--merge", "develop", "--dry-run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Change feature.py" in ran.stdout
    assert "--ff-only" in ran.stdout
    assert snapshot(forked) == before
    assert not forked.platform.changes()


def test_a_branch_of_origin_into_master(forked: Deployment) -> None:
    origin = forked.scratch / "origin.git"
    subprocess.run(["git", "clone", "-q", "--bare", forked.repo, origin], check=True)
    forked.git("remote", "add", "origin", str(origin))
    forked.git("fetch", "--quiet", "origin", "develop")
    forked.git("branch", "--move", "main", "master")
    forked.git("branch", "--delete", "--force", "develop")
    ran = forked.run("staging", "--merge", "origin/develop")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "merged into master" in ran.stdout
    assert len(forked.git("rev-parse", "master^1", "master^2").split()) == 2


def test_what_cannot_be_merged_is_said(forked: Deployment) -> None:
    before = snapshot(forked)
    assert "say one" in forked.run("staging", "--merge", "develop", "--ref", "HEAD").stderr
    for name in ("no-such", "HEAD", "develop~1"):
        ran = forked.run("staging", "--merge", name)
        assert ran.returncode == 3
        assert f"no branch {name}" in ran.stderr
    nobody = {"GIT_COMMITTER_NAME": "", "GIT_COMMITTER_EMAIL": "", "EMAIL": ""}
    forked.git("config", "user.useConfigOnly", "true")
    ran = forked.run("staging", "--merge", "develop", **nobody)
    assert ran.returncode == 14
    assert "user.name" in ran.stderr
    hook = forked.repo / ".git" / "hooks" / "commit-msg"
    hook.write_text("#!/bin/sh\necho 'no ticket in the message'\nexit 1\n")
    hook.chmod(0o755)
    ran = forked.run("staging", "--merge", "develop")
    assert ran.returncode == 14
    assert "no ticket in the message" in ran.stderr
    assert "hook" in ran.stderr
    assert snapshot(forked) == before
    assert not forked.platform.changes()


def test_an_old_state_of_the_release_branch_is_not_built_upon(forked: Deployment) -> None:
    ahead = forked.git("commit-tree", "-p", "main", "-m", "Theirs", "main^{tree}")
    forked.git("update-ref", "refs/remotes/origin/main", ahead)
    ran = forked.run("staging", "--merge", "develop")
    assert ran.returncode == 14
    assert "git fetch origin main:main" in ran.stderr
