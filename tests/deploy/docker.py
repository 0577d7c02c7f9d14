"""A program that stands for docker: it builds nothing, but remembers what it was asked for.

DOCKER_STATE names its folder: `calls` (one JSON object per line), `tags.json` (name -> digest) and
`pushed.json` (the same, of what was pushed). DOCKER_FAILS names the command that fails.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ["DOCKER_STATE"])
REGISTRY = "registry.heroku.com"
NOTED = ("BUILDX_NO_DEFAULT_ATTESTATIONS", "BUILDX_BUILDER", "DOCKER_CONTEXT", "DOCKER_CONFIG")


def read(name: str) -> dict[str, Any]:
    """Read one of the JSON files."""
    path = STATE / name
    return json.loads(path.read_text()) if path.exists() else {}


def note(name: str, **items: str) -> None:
    """Add to one of the JSON files."""
    (STATE / name).write_text(json.dumps(read(name) | items))


def after(words: list[str], name: str) -> str:
    """Return the word after an option."""
    return words[words.index(name) + 1]


def build(words: list[str]) -> dict[str, Any]:
    """Make a digest of what is built: Dockerfile, folder, arguments, and the image it starts from."""
    folder = Path(words[-1])
    file = Path(after(words, "-f")) if "-f" in words else folder / "Dockerfile"
    text = file.read_text()
    files = {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}
    base = read("tags.json").get(text.split()[1], "")
    known = [word for word in words if "/" not in word]
    made = hashlib.sha256(json.dumps([text, files, base, known]).encode()).hexdigest()
    note("tags.json", **{after(words, "-t"): f"sha256:{made}"})
    return {"dockerfile": text, "files": list(files)}


def login(words: list[str]) -> dict[str, Any]:
    """Store the login where the configuration says."""
    token = sys.stdin.read()
    path = Path(os.environ["DOCKER_CONFIG"]) / "config.json"
    known = json.loads(path.read_text())
    known["auths"][words[-1]] = {"auth": base64.b64encode(f"_:{token}".encode()).decode()}
    path.write_text(json.dumps(known))
    print("Login Succeeded")
    return {"mode": oct(path.parent.stat().st_mode & 0o777)}


def push(words: list[str]) -> dict[str, Any]:
    """Push what has a name, if logged in."""
    known = json.loads((Path(os.environ["DOCKER_CONFIG"]) / "config.json").read_text())
    if not known["auths"][REGISTRY].get("auth"):
        sys.exit("no basic auth credentials")
    note("pushed.json", **{words[-1]: read("tags.json")[words[-1]]})
    return {}


def main() -> None:
    """Do, or fail at, one command."""
    words = sys.argv[1:]
    told: dict[str, Any] = {"words": words, "env": {name: os.environ.get(name, "") for name in NOTED}}
    if words[0] == os.environ.get("DOCKER_FAILS"):
        sys.exit(f"docker {words[0]} failed")
    if words[0] == "version":
        print("28.2.2")
    elif words[0] == "context":
        print("default")
    elif words[0] == "tag":
        note("tags.json", **{words[2]: read("tags.json")[words[1]]})
    else:
        told |= {"build": build, "login": login, "push": push}[words[0]](words)
    with open(STATE / "calls", "a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
