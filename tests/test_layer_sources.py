"""Where a template comes from: folders and git repositories, versions, the cache, what is recorded."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from scaffold.errors import UserError
from scaffold.layers import git, source
from scaffold.layers.source import Layer, resolve


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder and a home of the test's own; a project `app` beside which templates lie."""
    home = tmp_path / "home"
    (home / "code" / "app").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return tmp_path / "cache"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return tmp_path / "home" / "code" / "app"


@pytest.fixture
def repository(top: Path) -> Path:
    """A template with three commits: v1.9, v1.10, and one on main that has no tag; v2.0rc1 is a branch's."""
    folder = top.parent / "templates"
    folder.mkdir()
    call("git", "init", "-q", "-b", "main", cwd=folder)
    commit(folder, {"a.txt": "1.9"}, "v1.9")
    commit(folder, {"a.txt": "1.10", "bin/run": "#!/bin/sh"}, "v1.10")
    call("git", "checkout", "-q", "-b", "feature/next", cwd=folder)
    commit(folder, {"a.txt": "2.0rc1"}, "v2.0rc1")
    call("git", "checkout", "-q", "main", cwd=folder)
    commit(folder, {"a.txt": "main"})
    return folder


def call(*words: str, cwd: Path) -> str:
    who = ("-c", "user.name=Ops", "-c", "user.email=ops@example.com")
    words = (words[0], *who, *words[1:]) if words[0] == "git" else words
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, files: Mapping[str, str], tag: str = "") -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    call("git", "add", "-A", cwd=folder)
    call("git", "commit", "-q", "-m", tag or "more", cwd=folder)
    if tag:
        call("git", "tag", "-a", "-m", tag, tag, cwd=folder)
    return call("git", "rev-parse", "HEAD", cwd=folder)


def text(layer: Layer) -> str:
    return (layer.folder / "a.txt").read_text()


def test_a_folder_is_named_as_seen_from_the_repository(
    top: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place in (top / "deploy" / "templates", top.parent / "ours", tmp_path / "home" / "templates"):
        place.mkdir(parents=True)
        (place / "a.txt").write_text("a")
    expected = {
        "deploy/templates": "./deploy/templates",
        str(top / "deploy/templates"): "./deploy/templates",
        "../ours": "../ours",
        "../ours/": "../ours",
        "~/templates": "../../templates",
    }
    for said, recorded in expected.items():
        layer = resolve(said, top)
        assert layer.source == recorded
        assert text(layer) == "a"
        assert resolve(layer.source, top) == layer
        assert len(layer.version) == 12
    inside = resolve("../ours", top, base=top.parent / "ours")
    assert inside.source == "../ours"
    before = resolve("../ours", top).version
    (top.parent / "ours" / "b.txt").write_text("b")
    assert resolve("../ours", top).version != before
    (top.parent / "linked").symlink_to(top)
    assert resolve("../ours", top.parent / "linked").source == "../ours"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("/usr/share", "lies elsewhere on this machine"),
        ("../nowhere", "there is no template"),
        ("..", "the repository lies in it"),
        (".", "the repository lies in it"),
        ("", "it names nothing"),
        ("--upload-pack=x", "it names nothing"),
        ("http://example.com/t.git", "use https or ssh"),
        ("git://example.com/t.git", "use https or ssh"),
        ("ext::sh -c whoami", "cannot be"),
        ("ftp://example.com/t.git", "git is not to use it"),
        ("https://example.com", "no address"),
        ("https://example.com/t.git?token=x", "no address"),
        ("ssh://-oProxyCommand=x/t", "no address"),
        ("file://host/t.git", "file:///PATH"),
        ("git+../plain", "no git repository"),
        ("../plain@v1", "no git repository"),
    ],
)
def test_what_cannot_be_a_source_is_refused(said: str, why: str, top: Path) -> None:
    (top.parent / "plain").mkdir()
    with pytest.raises(UserError) as caught:
        resolve(said, top)
    assert why in caught.value.summary
    assert "token=x" not in str(caught.value.summary)


@pytest.mark.parametrize(
    ("said", "url", "ref"),
    [
        ("https://example.com/o/t.git", "https://example.com/o/t.git", ""),
        ("https://example.com/o/t.git@v1.2", "https://example.com/o/t.git", "v1.2"),
        ("https://example.com/o/t@feature/x", "https://example.com/o/t", "feature/x"),
        ("https://example.com/@o/t", "https://example.com/@o/t", ""),
        ("https://example.com/@o/t@v1", "https://example.com/@o/t", "v1"),
        ("https://example.com/o/t.git@pkg@1.0", "https://example.com/o/t.git", "pkg@1.0"),
        ("git+https://example.com/o/t@v1", "https://example.com/o/t", "v1"),
        ("git@example.com:o/t.git", "git@example.com:o/t.git", ""),
        ("git@example.com:o/t.git@v1", "git@example.com:o/t.git", "v1"),
        ("git@example.com:o/t@v1", "git@example.com:o/t", "v1"),
        ("host:o/t@v1", "host:o/t", "v1"),
        ("ssh://git@example.com:2222/o/t.git@v1", "ssh://git@example.com:2222/o/t.git", "v1"),
        ("ssh://git:pw@example.com/o/t", "ssh://git@example.com/o/t", ""),
        ("git+ssh://git@example.com/o/t", "ssh://git@example.com/o/t", ""),
        ("gh:o/t@v1", "https://github.com/o/t", "v1"),
        ("gl:o/t", "https://gitlab.com/o/t", ""),
    ],
)
def test_an_address_and_its_version_are_told_apart(said: str, url: str, ref: str, top: Path) -> None:
    parsed = source._parse(said, top, top)
    assert parsed.remote == git.Remote(url=url)
    assert parsed.ref == ref
    assert parsed.recorded == (f"{url}@{ref}" if ref else url)
    again = source._parse(parsed.recorded, top, top)
    assert (again.remote, again.ref) == (parsed.remote, parsed.ref)


def test_credentials_of_an_address_are_used_and_not_recorded(top: Path, tmp_path: Path) -> None:
    said = "https://deploy:t0k%2Fen99@127.0.0.1:1/t.git@v1"
    parsed = source._parse(said, top, top)
    assert parsed.recorded == "https://127.0.0.1:1/t.git@v1"
    assert "not recorded" in parsed.notes[0]
    assert parsed.remote
    env = git._environment(parsed.remote)
    assert env["GIT_CONFIG_KEY_0"] == "url.https://deploy:t0k%2Fen99@127.0.0.1:1/.insteadOf"
    with pytest.raises(UserError) as caught:
        resolve(said, top)
    shown = f"{caught.value.summary} {caught.value.evidence} {caught.value.remedy}"
    assert "cannot be fetched" in shown
    assert "t0k" not in shown
    for path in (tmp_path / "cache").rglob("*"):
        assert path.is_dir() or b"t0k" not in path.read_bytes()


def test_the_newest_release_is_taken_else_the_one_asked_for(repository: Path, top: Path) -> None:
    url = f"file://{repository}"
    newest = resolve(url, top)
    assert text(newest) == "1.10"
    assert newest.version == "v1.10 " + call("git", "rev-parse", "v1.10^{commit}", cwd=repository)
    assert newest.source == "git+../templates"
    assert resolve(newest.source, top) == newest
    assert (newest.folder / "bin/run").exists()
    assert not (newest.folder / ".git").exists()
    pinned = resolve("../templates@v1.9", top)
    assert (text(pinned), pinned.source) == ("1.9", "../templates@v1.9")
    branch = resolve("../templates@feature/next", top)
    assert (text(branch), branch.version.split()[:2]) == ("2.0rc1", ["branch", "feature/next"])
    full = call("git", "rev-parse", "v1.9^{commit}", cwd=repository)
    assert resolve(f"../templates@{full}", top).version == full
    assert resolve(f"../templates@{full[:9]}", top).version == full
    assert text(resolve("../templates", top)) == "main"
    with pytest.raises(UserError, match=r"no tag, branch or commit 'v1\.11'") as caught:
        resolve("../templates@v1.11", top)
    assert "v1.10" in caught.value.remedy
    with pytest.raises(UserError, match="no tag, branch or commit 'abcdef0'"):
        resolve("../templates@abcdef0", top)


def test_a_repository_without_tags_gives_its_default_branch(top: Path) -> None:
    folder = top.parent / "bare.git"
    work = top.parent / "work"
    work.mkdir()
    call("git", "init", "-q", "-b", "trunk", cwd=work)
    with pytest.raises(UserError, match="it is empty"):
        resolve(f"file://{work}", top)
    head = commit(work, {"a.txt": "trunk"})
    call("git", "clone", "-q", "--bare", str(work), str(folder), cwd=top)
    layer = resolve("../bare.git", top)
    assert (layer.version, layer.source) == (f"branch trunk {head}", "git+../bare.git")


def test_a_recorded_version_comes_from_the_cache(
    repository: Path, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = resolve("../templates@v1.9", top)
    newest = resolve("git+../templates", top)
    kept = commit(repository, {"a.txt": "1.11"}, "v1.11")
    assert text(resolve("git+../templates", top, recorded=newest.version, look=False)) == "1.10"
    assert resolve("git+../templates", top, recorded=newest.version).version == f"v1.11 {kept}"
    shutil.move(repository / ".git", repository / "gone")
    (repository / ".git").mkdir()
    assert resolve("../templates@v1.9", top, recorded=pinned.version) == pinned
    stale = resolve("git+../templates", top, recorded=newest.version)
    assert text(stale) == "1.10"
    assert "could not be asked for its newest version" in stale.notes[0]
    assert text(resolve("git+../templates", top)) == "1.11"
    monkeypatch.setenv("PATH", str(top))
    assert resolve("../templates@v1.9", top, recorded=pinned.version) == pinned
    with pytest.raises(UserError, match="git is not installed"):
        resolve("git+../templates", top)


def test_a_moved_tag_changes_nothing_until_it_is_asked_for(repository: Path, top: Path) -> None:
    pinned = resolve("../templates@v1.9", top)
    call("git", "tag", "-f", "-a", "-m", "moved", "v1.9", "main", cwd=repository)
    assert text(resolve("../templates@v1.9", top, recorded=pinned.version)) == "1.9"
    assert text(resolve("../templates@v1.9", top)) == "main"


def test_a_recorded_commit_that_the_cache_lacks_is_fetched(repository: Path, top: Path, cache: Path) -> None:
    pinned = resolve("../templates@v1.9", top)
    shutil.rmtree(cache)
    assert resolve("../templates@v1.9", top, recorded=pinned.version, look=False) == pinned
    with pytest.raises(UserError, match="has no commit 111111111111 any more"):
        resolve("../templates@v1.9", top, recorded="v1.9 " + "1" * 40)


def test_nothing_of_a_template_runs_when_it_is_fetched(repository: Path, top: Path, tmp_path: Path) -> None:
    commit(repository, {".gitattributes": "* filter=spy export-ignore text eol=crlf\n", "b.txt": "x\n"}, "v3")
    mark = tmp_path / "ran"
    home = tmp_path / "home"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-merge", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f'[core]\nhooksPath = {hooks}\n[filter "spy"]\nsmudge = touch {mark}; cat\nrequired = true\n'
        '[safe]\ndirectory = "*"\n'
    )
    layer = resolve("git+../templates", top)
    assert (layer.folder / "b.txt").read_bytes() == b"x\n"
    assert not mark.exists()


def test_a_server_that_never_answers_is_left(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "LOOK", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(UserError) as caught:
        resolve(f"https://127.0.0.1:{server.getsockname()[1]}/t.git", top)
    assert "cannot be fetched" in caught.value.summary
    assert caught.value.evidence == ("git took too long",)


def test_odd_contents_are_refused(repository: Path, top: Path) -> None:
    head = call("git", "rev-parse", "HEAD", cwd=repository)
    call("git", "update-index", "--add", "--cacheinfo", f"160000,{head},sub", cwd=repository)
    call("git", "commit", "-q", "-m", "sub", cwd=repository)
    with pytest.raises(UserError, match="sub is a submodule"):
        resolve("../templates@main", top)
    blob = call("git", "hash-object", "-w", "a.txt", cwd=repository)
    for name in ("..", ".GIT", "a\tb"):
        listing = f"100644 blob {blob}\t{name}\0".encode()
        made = subprocess.run(
            ("git", "mktree", "-z"), cwd=repository, input=listing, check=True, capture_output=True
        )
        tree = made.stdout.decode().strip()
        odd = call("git", "commit-tree", "-m", "odd", tree, cwd=repository)
        call("git", "branch", "-f", "odd", odd, cwd=repository)
        with pytest.raises(UserError, match=r"is no name for a file|cannot be fetched"):
            resolve("../templates@odd", top)


def test_links_of_a_repository_are_kept_as_links(repository: Path, top: Path) -> None:
    os.symlink("/etc/passwd", repository / "out")
    os.symlink("a.txt", repository / "in")
    commit(repository, {}, "v4")
    with pytest.raises(UserError, match="out cannot be part of a template"):
        resolve("../templates", top)
    layer = resolve("git+../templates", top)
    assert os.readlink(layer.folder / "out") == "/etc/passwd"
    assert (layer.folder / "in").read_text() == "main"


def test_a_cache_that_cannot_be_written_is_said(repository: Path, top: Path, cache: Path) -> None:
    cache.write_text("a file")
    with pytest.raises(UserError, match="cannot be kept in the cache") as caught:
        resolve("git+../templates", top)
    assert "XDG_CACHE_HOME" in caught.value.remedy
