"""The version a repository asks for -> the version the platform accepts, with a note where they differ."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scaffold import policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A version to write, whether it differs from what was asked for, and what to tell the person."""

    version: str
    changed: bool = False
    note: str = ""


def resolve(language: str, asked: str) -> Resolved:
    """Resolve an asked-for version: exact, a range in the language's own syntax, or "" for none.

    Never fails: an end-of-life version becomes the nearest supported one, what cannot be understood
    becomes the default, both with a note.
    """
    known = policy.runtime(language)
    if known is None:
        return Resolved(version=asked)
    text = re.sub(r"^(python|ruby|node|go|java|php|v)-?(?=[\d])", "", asked.strip().lower()).strip()
    if not text:
        return Resolved(version=known.default)
    if language != "python":
        return Resolved(version=asked.strip())
    return _python(text, known)


def _python(text: str, known: policy.RuntimePolicy) -> Resolved:
    exact = re.fullmatch(r"(\d+)\.(\d+)(\.\d+)?(\.\*|\.x)?", text)
    if exact:
        return _nearest(f"{exact[1]}.{exact[2]}", known)
    fitting = _fitting(text, known)
    if fitting is None:
        return Resolved(
            version=known.default,
            changed=True,
            note=f"{text!r} is no version that can be understood: {known.default} is taken.",
        )
    if not fitting:
        lowest = re.search(r"(\d+)\.(\d+)", text)
        return _nearest(f"{lowest[1]}.{lowest[2]}" if lowest else known.default, known)
    return Resolved(version=fitting[-1])


def _nearest(version: str, known: policy.RuntimePolicy) -> Resolved:
    if version in known.supported:
        return Resolved(version=version)
    wanted = _key(version)
    later = [item for item in known.supported if _key(item) >= wanted]
    taken = later[0] if later else known.default
    what = "past its end of life on Heroku" if later else "not known to Heroku's buildpack"
    return Resolved(version=taken, changed=True, note=f"Python {version} is {what}: {taken} is written instead.")


def _fitting(text: str, known: policy.RuntimePolicy) -> list[str] | None:
    """Return the supported versions that a range allows, None where it is no range."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    allowed: set[str] = set()
    for alternative in re.split(r"\|\|?", text):
        try:
            specifiers = SpecifierSet(_pep440(alternative))
        except InvalidSpecifier:
            return None
        # `<3.12` allows 3.11.x, `>=3.11.4` allows 3.11: a minor version counts with any of its patches
        allowed |= {
            minor for minor in known.supported if any(f"{minor}.{patch}" in specifiers for patch in (0, 5, 20))
        }
    return [minor for minor in known.supported if minor in allowed]


def _pep440(text: str) -> str:
    """Translate Poetry's caret, tilde and star to PEP 440."""
    parts = []
    for raw in re.split(r",|(?<=\d)\s+(?=[<>=!~^])", text):
        part = raw.strip().replace(" ", "")
        caret = re.fullmatch(r"\^(\d+)(\.\d+)?(\.\d+)?", part)
        tilde = re.fullmatch(r"~(\d+)\.(\d+)(\.\d+)?", part)
        bare = re.fullmatch(r"(\d+)(\.\d+)?(\.\d+)?(\.\*)?", part)
        if caret:
            parts.append(f">={part[1:]},<{int(caret[1]) + 1}")
        elif tilde:
            parts.append(f">={part[1:]},=={tilde[1]}.{tilde[2]}.*")
        elif part in ("*", ""):
            continue
        elif bare:
            parts.append(f"=={bare[1]}{bare[2] or ''}.*")
        else:
            parts.append(part)
    return ",".join(parts)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
