"""Secrets written into the code: named by file and line, their values never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scaffold.config_vars import classify, scope
from scaffold.config_vars.reads import Read
from scaffold.facts import Doubt, Evidence
from scaffold.patterns import has_any, lazy
from scaffold.record import replace
from scaffold.repo import Repo

_LITERAL = lazy(r"""(["'`])((?:(?!\1)[^\\\n]|\\.)*)(\1|$)""")
_WORD = lazy(r"(?i)secret|passw|pwd|pass\b|token|key|dsn|credential|salt|://[^\s/]*:[^\s/]*@")
_NEAR = (
    "SECRET",
    "secret",
    "Secret",
    "PASSWORD",
    "password",
    "Password",
    "TOKEN",
    "token",
    "API_KEY",
    "api_key",
    "apiKey",
)
_ASSIGNED = lazy(
    r"""^[ \t]*(?:(?:export|const|let|var|final|static|public|private|protected|readonly|[sS]tring)\s+)*"""
    r"""['"]?(?P<name>(?:[\w$]+(?:\.|->|::))*\$?\w+|[\w.]+\[\s*['"]\w+['"]\s*\])['"]?\s*"""
    r"""(?::\s*[\w<>]+\s*)?(?:=>|:=|=|:)\s*"""
    r"""(?:b|r|u)?(?P<quote>["'])(?P<value>[^"'\s]{8,200})(?P=quote)\s*[,;]?\s*(?:\#.*|//.*)?$""",
    re.MULTILINE,
)
_HINTS = ("secret", "pass", "token", "key", "_uri", "_url", "connectionstring", "connection_string")
"""What a line must hold before it is looked at: the whole text is too long for `_ASSIGNED`."""
_NAMED = lazy(
    r"(?:.*_)?(?:SECRET|SECRET_KEY|SECRET_KEY_BASE|SECRET_TOKEN|PASSWORD|PASSWD|PASS|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|AUTH_KEY|APP_KEY"
    r"|JWT_KEY|DATABASE_UR[IL]|MONGO(?:DB)?_UR[IL]|REDIS_URL|CONNECTION_STRING)"
)
_MOST = 10
_SUFFIXES = {
    "python": (".py",),
    "ruby": (".rb",),
    "node": (".js", ".mjs", ".cjs", ".ts"),
    "go": (".go",),
    "php": (".php",),
    "java": (".java", ".kt"),
    "dart": (".dart",),
    "rust": (".rs",),
    "elixir": (".ex", ".exs"),
}


def redacted(proof: Evidence) -> Evidence:
    """Return the evidence with `***` for credentials, and all literals of a line that speaks of a secret."""
    speaks = _WORD.search(proof.text) is not None

    def cover(found: re.Match[str]) -> str:
        hidden = speaks and not (found[3] and _is_word(found[2]))
        return f"{found[1]}***{found[3]}" if hidden or classify.is_credential(found[2]) else found[0]

    return replace(proof, text=_LITERAL.sub(cover, proof.text))


def _is_word(text: str) -> bool:
    """Tell whether a literal is a name (of a variable, a setting, a key), no value."""
    return (
        len(text) < 4
        or re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]+|[a-z]+(?:[_.-][a-z]+)*", text) is not None
    )


def _is_secret(read: Read) -> bool:
    return classify.is_secret(read.name) or classify.is_credential(read.default)


def doubts(
    repo: Repo, stack: str, root: str, others: tuple[str, ...], language: str, reads: Sequence[Read]
) -> Iterator[Doubt]:
    """Yield one doubt that names each place where production code holds a secret as a literal."""
    places = {
        (read.path, read.line)
        for read in reads
        if read.default and not read.guarded and _is_secret(read) and _is_value(read.default)
    }
    for path in scope.files(repo, root, others, _SUFFIXES.get(language, ())):
        text = repo.text(path)
        if has_any(text, _NEAR) and not scope.is_task(path) and scope.is_readable(text):
            places |= {(path, line) for line in _literals(text)}
    if not places:
        return
    found = sorted(places)[:_MOST]
    count = "a secret stands" if len(places) == 1 else f"{len(places)} secrets stand"
    yield Doubt(
        stack=stack,
        root=root,
        id="vars/hard-coded-secret",
        message=f"{count} in the code: {', '.join(f'{path}:{line}' for path, line in found)}",
        remedy="Read it from a config var, and replace the value: whoever has the repository has it.",
        evidence=tuple(
            Evidence(path=path, line=line, text=_covered(repo, path, line)) for path, line in found
        ),
    )


def _covered(repo: Repo, path: str, line: int) -> str:
    """Return a line with every literal covered but names of variables."""
    proof = repo.proof(path, line)
    return _LITERAL.sub(
        lambda found: (
            found[0]
            if found[3] and re.fullmatch(r"[A-Z][A-Z0-9_]*", found[2])
            else f"{found[1]}***{found[3]}"
        ),
        proof.text,
    )


def _hinted(text: str) -> list[int]:
    """Return where the lines begin that may name a secret."""
    lowered, found = text.lower(), set()
    if len(lowered) != len(text):
        return [match.start() for match in re.finditer("^", text, re.MULTILINE)]
    for word in _HINTS:
        at = lowered.find(word)
        while at >= 0:
            found.add(lowered.rfind("\n", 0, at) + 1)
            end = lowered.find("\n", at)
            at = lowered.find(word, end) if end >= 0 else -1
    return sorted(found)


def _literals(text: str) -> Iterator[int]:
    for start in _hinted(text):
        found = _ASSIGNED.match(text, start)
        if found is None:
            continue
        last = re.split(r"\W+", found["name"].rstrip("'\"] "))[-1]
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).upper()
        if _NAMED.fullmatch(name) and _is_value(found["value"]):
            yield text.count("\n", 0, found.start("name")) + 1


def _is_value(value: str) -> bool:
    """Tell whether a literal is a value and no placeholder, name, path or address without a password."""
    if "://" in value:
        return re.search(r"://[^/\s:]+:[^/\s@]{3,}@(?!localhost|127\.|\w+[:/])", value) is not None
    if len(value) < 12 or classify.is_unusable(value) or _is_word(value):
        return False
    if re.search(r"[|{}<>\\:]|->|\.\.", value) or re.match(r"[./~]|\w+/\w+$|[\w.-]+@[\w.-]+$", value):
        return value.startswith("base64:") or value.startswith("django-insecure")
    return re.search(r"\d", value) is not None and re.search(r"[A-Za-z]", value) is not None
