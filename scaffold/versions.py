"""The version a repository asks for -> the version the platform accepts, with a note where they differ."""

from __future__ import annotations

import re

from scaffold import policy
from scaffold.patterns import lazy
from scaffold.record import record

_PREFIX = lazy(r"^(?:python|ruby|node(?:js)?|go|java|php|heroku|openjdk|zulu|v|=)+[-=\s]*(?=\d)")
_EXACT = lazy(r"={0,3}\s*(\d+(?:\.\d+)*)((?:\.(?:\*|x))*)(?:-?(?:rc|a|b|alpha|beta|preview|p)[\d.]*)?")
_PATCHES = ("0", "12", "99")


@record
class Resolved:
    """A version to write, whether it differs from what was asked for, and what to tell the person."""

    version: str
    changed: bool = False
    note: str = ""


def resolve(language: str, asked: str) -> Resolved:
    """Resolve an asked-for version: exact, a range in the language's own syntax, or "" for none.

    Never fails: an end-of-life version becomes the nearest supported one (or is kept where the build
    still takes it), what cannot be understood becomes the default, both with a note.
    """
    known = policy.runtime(language)
    if known is None:
        return Resolved(version=asked)
    text = _PREFIX.sub("", asked.strip().strip("\"'").lower()).strip()
    if not text or text in ("*", "x"):
        return Resolved(version=known.default)
    text = known.names.get(text, text)
    exact = _EXACT.fullmatch(text)
    if exact and exact[1].count(".") >= _dots(known):
        return _exact(exact[1], known)
    fitting = _fitting(f"=={exact[1]}.*" if exact else text, known)
    if fitting is None:
        return _not_understood(asked, known)
    if not fitting:
        return _exact(_named(text, known), known)
    return Resolved(version=_preferred(fitting, known))


def _exact(version: str, known: policy.RuntimePolicy) -> Resolved:
    series = ".".join(version.split(".")[: _dots(known) + 1])
    written = series if known.by_series else version
    if series in known.supported:
        until = known.eol.get(series, "")
        note = f"{known.title} {series} leaves Heroku on {until}: plan the move to {known.default}."
        return Resolved(version=written, note=note if until else "")
    later = [item for item in known.supported if _key(item) > _key(series)]
    if not known.replaces_older:
        what = known.older_note if later else f"newer than what Heroku's buildpack knew on {policy.checked()}"
        about = f"{known.title} {version} is not supported ({', '.join(known.supported[-4:])} are)"
        return Resolved(version=written, note=f"{about}: {what}.")
    lasting = [item for item in later if item not in known.eol]
    taken = (lasting or later or [known.default])[0]
    what = "past its end of life on Heroku" if later else "not known to Heroku's buildpack"
    return Resolved(
        version=taken, changed=True, note=f"{known.title} {series} is {what}: {taken} is written instead."
    )


def _not_understood(asked: str, known: policy.RuntimePolicy) -> Resolved:
    """Take the version inside the name of another interpreter (pypy3.9-7.3), else the default."""
    inner = re.search(r"(?:pypy|jruby|truffleruby|graalpy|stackless)-?(\d+\.\d+)?", asked.lower())
    if inner:
        version = _exact(inner[1], known).version if inner[1] and known.by_series else known.default
        why = f"Heroku's buildpack does not offer {asked.strip()!r}"
    else:
        version, why = known.default, f"{asked.strip()!r} is no version that can be understood"
    return Resolved(version=version, changed=True, note=f"{why}: {known.title} {version} is taken.")


def _preferred(fitting: list[str], known: policy.RuntimePolicy) -> str:
    wide = known.wide_default and len(fitting) > 1 and known.default in fitting
    return known.default if wide else fitting[-1]


def _named(text: str, known: policy.RuntimePolicy) -> str:
    """Return the highest version that a range names, which is the one its author had."""
    found = [item for item in re.findall(r"\d+(?:\.\d+)*", text) if item.count(".") >= _dots(known)]
    return max(found, key=_key, default=known.default)


def _fitting(text: str, known: policy.RuntimePolicy) -> list[str] | None:
    """Return the supported series that a range allows with any of their versions, None if it is no range."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    allowed: set[str] = set()
    for alternative in re.split(r"\|\|?", text):
        try:
            specifiers = SpecifierSet(_pep440(alternative, known.language))
        except (InvalidSpecifier, ValueError):
            return None
        allowed |= {series for series in known.supported if any(map(specifiers.contains, _samples(series)))}
    return [series for series in known.supported if series in allowed]


def _samples(series: str) -> list[str]:
    missing = 2 - series.count(".")
    return [".".join([series] + [patch] * missing) for patch in _PATCHES]


def _pep440(text: str, language: str) -> str:
    """Translate the carets, tildes, stars and hyphens of npm, Poetry, Bundler and Composer to PEP 440."""
    text = re.sub(r"(\d\S*)\s+-\s+v?(\d+)\S*", r">=\1,<=\2.999", text)
    parts = re.split(r",|(?<=[\dx*])\s+(?=[\d<>=!~^v])", text)
    return ",".join(filter(None, (_clause(re.sub(r"\s", "", part), language) for part in parts)))


def _clause(part: str, language: str) -> str:
    """Translate one comparison, "" where it allows everything."""
    found = re.fullmatch(r"(\^|~>|~|[<>=!]*)v?(\d+(?:\.\d+)*)((?:\.(?:\*|x))*)", part)
    if not found:
        return "" if part in ("*", "x", ">=*") else part
    sign, version, star = found.groups()
    numbers = version.split(".")
    if sign == "^":
        return f">={version},<{int(numbers[0]) + 1}"
    pessimistic = sign == "~>" or (sign == "~" and language == "php")
    if pessimistic and len(numbers) > 1:
        return f"~={version}"
    if sign == "~":
        return f">={version},=={'.'.join(numbers[:2])}.*"
    if sign in ("", "=", "==", "~>"):
        return f"=={version}{'.*' if star or len(numbers) < 3 else ''}"
    if sign == "<=" and len(numbers) < 3:
        return f"<={version}.999"
    return f"{sign}{version}{star.replace('x', '*') if sign == '!=' else ''}"


def _dots(known: policy.RuntimePolicy) -> int:
    return known.supported[-1].count(".")


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
