"""Two deploys of one app never interleave, and a killed one stands in nobody's way."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.harness import APP, Deployment
from tests.deploy.platform import Platform

LOCK = f"refs/deploy-locks/{APP}"
HOST = socket.gethostname()
RACE = """
eval "$(sed '/^main "/d' bin/deploy)"
DRY_RUN=no APP=$1 ENVIRONMENT=staging
trap on_exit EXIT
check_tools
take_lock
until [ -e "$2" ]; do sleep 0.1; done
"""


@pytest.fixture
def repo(tmp_path: Path, platform: Platform) -> Deployment:
    """A repository with a commit."""
    made = Deployment(tmp_path, platform)
    made.set_up()
    return made


def hold(repo: Deployment, said: str) -> None:
    """Leave the lock of a process behind: its id, its host and what `ps` says of it."""
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        input=said,
        cwd=repo.repo,
        capture_output=True,
        text=True,
        check=True,
    )
    repo.git("update-ref", LOCK, blob.stdout.strip())


def command_of(pid: int) -> str:
    asked = f"ps -ww -o args= -p {pid} | cksum"
    return subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=True).stdout.strip()


def test_a_running_deploy_is_not_disturbed(repo: Deployment) -> None:
    pid = os.getpid()
    hold(repo, f"{pid} {HOST} {command_of(pid)}\n")
    ran = repo.run("staging", "--create")
    assert ran.returncode == 3
    assert f"is running (process {pid})" in ran.stderr
    assert repo.platform.changes() == []
    assert repo.git("for-each-ref", LOCK)


@pytest.mark.parametrize(
    "said",
    [f"999999999 {HOST} 1 2\n", f"{os.getpid()} {HOST} 1 2\n"],
    ids=["killed", "its id belongs to another program now"],
)
def test_the_lock_of_a_killed_deploy_is_taken_over(repo: Deployment, said: str) -> None:
    hold(repo, said)
    ran = repo.run("staging", "--create")
    assert "An earlier deploy was killed" in ran.stdout
    assert ran.returncode == 5
    assert not repo.git("for-each-ref", LOCK)


def test_a_deploy_on_another_machine_is_left_to_a_person(repo: Deployment) -> None:
    hold(repo, "1 elsewhere 1 2\n")
    ran = repo.run("staging", "--create")
    assert ran.returncode == 3
    assert f"runs on elsewhere (if it was killed: git update-ref -d {LOCK})" in ran.stderr


@pytest.mark.parametrize(
    "left", ["", f"999999999 {HOST} 1 2\n"], ids=["a free lock", "the lock of a killed one"]
)
def test_of_five_at_once_exactly_one_wins(repo: Deployment, left: str) -> None:
    if left:
        hold(repo, left)
    (repo.repo / "bin" / "race").write_text(RACE)
    words = ["bash", "bin/race", APP, str(repo.scratch / "go")]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(words, cwd=repo.repo, env=repo.env(), stdout=pipe, stderr=pipe, text=True)
        for _ in range(5)
    ]
    deadline = time.monotonic() + 60
    while sum(one.poll() is None for one in running) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (repo.scratch / "go").touch()
    said = [one.communicate(timeout=60)[1] for one in running]
    assert sorted(one.returncode for one in running) == [0, 3, 3, 3, 3], said
    assert sum("is running" in text for text in said) == 4
    assert not repo.git("for-each-ref", LOCK)
