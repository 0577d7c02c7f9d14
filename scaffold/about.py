"""What a repository says of itself -> About facts: name, description, keywords, website, repository, logo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffold.edited import person_app_json
from scaffold.facts import About, AnyFact, Evidence, Strength
from scaffold.manifests import json_file, pubspec, toml_file
from scaffold.patterns import lazy
from scaffold.repo import Repo

MAX_DESCRIPTION = 140
_SYMBOLS = 0x1F000
"""From here on Unicode has pictures, not words."""
_GENERIC = frozenset(
    [
        "app",
        "api",
        "web",
        "www",
        "server",
        "backend",
        "frontend",
        "client",
        "site",
        "website",
        "project",
        "root",
        "monorepo",
        "my-app",
        "myapp",
        "demo",
        "test",
        "main",
        "src",
        "workspace",
        "template",
        "package",
        "example",
    ]
)


def detect(repo: Repo) -> Iterator[AnyFact]:
    """Yield what the manifests and the README at the top say; the person's app.json first."""
    yield from _app_json(repo)
    yield from _json(repo, "package.json")
    yield from _json(repo, "composer.json")
    yield from _pyproject(repo)
    yield from _pubspec(repo)
    yield from _readme(repo)


def _about(
    key: str, value: Any, proof: Evidence, strength: Strength = Strength.FRAMEWORK
) -> Iterator[AnyFact]:
    if isinstance(value, str):
        text = _plain(value) if key in ("name", "description") else value.strip()
        if key == "name" and (text.lower() in _GENERIC or not re.search(r"[A-Za-z]", text)):
            return
        if key in ("website", "logo", "repository") and not re.fullmatch(r"https?://[^\s\"'<>{}]+", text):
            return
        if text:
            yield About(stack="declared", key=key, value=text, evidence=(proof,), strength=strength)


def _words(value: Any) -> str:
    words = [item.strip() for item in value if isinstance(item, str)] if isinstance(value, list) else []
    return ",".join(dict.fromkeys(word for word in words if re.fullmatch(r"[\w .+#-]{1,40}", word)))


def _app_json(repo: Repo) -> Iterator[AnyFact]:
    document = person_app_json(repo, "app.json")
    if document is None or not document.is_heroku:
        return
    proof = repo.proof("app.json")
    said = {
        "name": document.name,
        "description": document.description,
        "website": document.website,
        "repository": document.repository,
        "logo": document.logo,
        "keywords": _words(list(document.keywords)),
    }
    for key, value in said.items():
        yield from _about(key, value, proof, Strength.DECLARED)


def _json(repo: Repo, path: str) -> Iterator[AnyFact]:
    document = repo.try_parsed(path, json_file.parse_object) if path in repo else None
    if document is None:
        return
    name = document.at("name")
    said = {
        "name": name.rpartition("/")[2] if isinstance(name, str) else "",
        "description": document.at("description"),
        "website": document.at("homepage"),
        "repository": _git_url(document.at("repository")),
        "keywords": _words(document.at("keywords")),
    }
    for key, value in said.items():
        yield from _about(
            key, value, repo.proof(path, document.line(key if key != "website" else "homepage"))
        )


def _git_url(value: Any) -> str:
    text = value.get("url") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return ""
    found = re.search(r"github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", text.strip())
    short = re.fullmatch(r"(?:github:)?([\w.-]+/[\w.-]+)", text.strip())
    match = found or short
    return f"https://github.com/{match[1]}" if match else ""


def _pyproject(repo: Repo) -> Iterator[AnyFact]:
    document = repo.try_parsed("pyproject.toml", toml_file.parse) if "pyproject.toml" in repo else None
    if document is None:
        return
    for table in (("project",), ("tool", "poetry")):
        name = ".".join(table)
        for key in ("name", "description"):
            proof = repo.proof("pyproject.toml", document.line(name, rf"^\s*{key}\s*="))
            yield from _about(key, document.at(*table, key), proof)
        proof = repo.proof("pyproject.toml", document.line(name, r"^\s*keywords\s*="))
        yield from _about("keywords", _words(document.at(*table, "keywords")), proof)


def _pubspec(repo: Repo) -> Iterator[AnyFact]:
    document = repo.try_parsed("pubspec.yaml", pubspec.parse) if "pubspec.yaml" in repo else None
    if document is not None:
        line = repo.line_of("pubspec.yaml", r"^name\s*:")
        yield from _about("name", document.name.replace("_", "-"), repo.proof("pubspec.yaml", line))
        line = repo.line_of("pubspec.yaml", r"^description\s*:")
        yield from _about("description", document.description, repo.proof("pubspec.yaml", line))


def _readme(repo: Repo) -> Iterator[AnyFact]:
    """Yield the title and the first plain paragraph of the README."""
    path = next((p for p in repo.files if "/" not in p and re.fullmatch(r"readme(\.\w+)?", p, re.I)), "")
    if not path or path.lower().endswith((".html", ".pdf")):
        return
    title, paragraph = "", ""
    start = line_of_title = fenced = 0
    for number, line in enumerate(repo.lines(path)[:120], 1):
        text = line.strip()
        if text.startswith(("```", "~~~")):
            fenced = 1 - fenced
        plain = "" if fenced or text.startswith(("```", "~~~")) else _prose(text)
        heading = re.match(r"#\s+(.+)", text)
        if re.match(_INSTRUCTIONS, text, re.IGNORECASE) and not fenced:
            break
        if heading and not title and not fenced:
            title, line_of_title = _plain(heading[1]), number
        elif plain and not text.startswith("#") and (paragraph or not re.match(_NO_SUMMARY, plain, re.I)):
            paragraph, start = f"{paragraph} {plain}".strip(), start or number
        elif paragraph:
            break
    if title.lower() != "readme":
        yield from _about("name", title[:60], repo.proof(path, line_of_title), Strength.HINT)
    if len(paragraph) >= 20:
        yield from _about("description", paragraph, repo.proof(path, start), Strength.HINT)


_INSTRUCTIONS = (
    r"##+\s.*(install|set\s?up|usage|getting started|requirement|run|config|"
    r"develop|build|test|table of|deploy)"
)
_NO_SUMMARY = r"(see|run|welcome|to run|install|this readme would|todo|note|hello|hi|click|clone|read)\b"
_NOT_PROSE = lazy(r"^(?:[-*+|>=_]|\d+[.)]|<|!\[|\[!\[|:|\.\. |---|===|http|\$ |\{)")


def _prose(text: str) -> str:
    """Return a line's plain text, "" where it is a list, a badge, a table, a rule or markup."""
    if not text or (_NOT_PROSE.match(text) and not re.match(r"\*\*?\w|_\w", text)):
        return ""
    return _plain(text, limit=10_000)


def _plain(text: str, *, limit: int = MAX_DESCRIPTION) -> str:
    """Return one line without markup, cut at a sentence or a word."""
    import html

    text = html.unescape(re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>|`", "", text))
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    text = re.sub(r":[a-z0-9_+-]+:", "", text)
    text = " ".join("".join(c if c.isprintable() and ord(c) < _SYMBOLS else " " for c in text).split())
    if len(text) <= limit:
        return text
    sentence = re.match(rf"(.{{20,{limit - 1}}}?[.!?])\s", text)
    return sentence[1] if sentence else text[: limit - 1].rpartition(" ")[0].rstrip(",;:") + "…"
