"""Ruby inside other texts, as Ruby on the same lines: ERB in YAML and views, Haml and Slim."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.patterns import lazy

_ERB = lazy(r"<%[=-]?(?!#|%)(.*?)-?%>", re.DOTALL)
_SCRIPT = lazy(
    r"""\s*(?:[%.#]?[\w.#:-]*(?:\{[^{}]*\}|\([^()]*\)|\[[^\[\]]*\])*)?\s?"""
    r"""(?:==|[-=~]|!=|&=)[<>'|]*\s*(?P<code>.*)"""
)
_ATTRIBUTES = lazy(r"\s*[%.#]?[\w.#:-]+(?P<code>\{.*\}|\(.*\)|\[.*\])")
_INTERPOLATED = lazy(r"#\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_OPENS = lazy(r"(?:if|unless|case|while|until|for|begin)\b|.*\bdo\s*(?:\|[^|]*\|)?\s*$")
_GOES_ON = lazy(r"(?:else|elsif|when|in|rescue|ensure)\b")
_TAG = lazy(r"[a-zA-Z][\w-]*=[\"']")


def from_erb(text: str) -> str:
    """Return the Ruby between `<%` and `%>`, each piece on the line where it stands."""
    kept, at = [], 0
    for found in _ERB.finditer(text):
        kept.append("\n" * text.count("\n", at, found.start(1)) + found[1] + ";")
        at = found.end(1)
    return "".join(kept)


def from_indented(text: str) -> str:
    """Return the Ruby of a Haml or Slim view, line for line; `end` where a block closes."""
    open_at: list[int] = []
    return "\n".join(_lines(text, open_at)) + ";end" * len(open_at) + "\n"


def _lines(text: str, open_at: list[int]) -> Iterator[str]:
    silent: int | None = None
    goes_on = False
    for line in text.split("\n"):
        if not line.strip() or goes_on:
            goes_on = goes_on and line.rstrip().endswith((",", "|"))
            yield line.strip().rstrip("|") if line.strip() else ""
            continue
        depth = len(line) - len(line.lstrip())
        if silent is not None and depth > silent:
            yield ""
            continue
        silent = depth if re.match(r"\s*(?:-#|/)", line) else None
        code = "" if silent is not None else _code(line)
        closed = 0
        while open_at and depth <= open_at[-1] and not (depth == open_at[-1] and _GOES_ON.match(code)):
            open_at.pop()
            closed += 1
        if code and _OPENS.match(code):
            open_at.append(depth)
        goes_on = code.endswith((",", "|"))
        yield "end;" * closed + code.rstrip("|")


def _code(line: str) -> str:
    """Return the Ruby of one line: after `-` or `=`, in attributes, in `#{}`."""
    found = _SCRIPT.fullmatch(line)
    if found is not None and not _TAG.match(line.lstrip()):
        return found["code"].strip()
    pieces = _INTERPOLATED.findall(line)
    attributes = _ATTRIBUTES.match(line)
    if attributes is not None and not pieces and "ENV" in attributes["code"]:
        inner = attributes["code"]
        return f"_ = {inner}" if inner.startswith("{") else f"_({inner[1:-1]})"
    return ";".join(pieces)
