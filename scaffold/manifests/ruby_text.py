"""Ruby source -> the same lines without comments, so that what is commented out is never taken for code."""

from __future__ import annotations

from scaffold.patterns import lazy

_TOKEN = lazy(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|%[wWiIqQ]?(?:\[[^\]]*\]|\([^)]*\)|\{[^}]*\}))|((?:^|(?<=[\s;,)\]}"'])|(?<=[a-z]))\#(?!\{).*)"""
)


def without_comment(line: str) -> str:
    """Return a line without its comment; a `#` inside a string stays."""
    if "#" not in line:
        return line
    return _TOKEN.sub(lambda found: found[1] or "", line).rstrip()


def code_lines(text: str) -> list[str]:
    """Return the lines of a Ruby file with comments, `=begin` blocks and what follows `__END__` emptied."""
    found: list[str] = []
    inside = ended = False
    for line in text.split("\n"):
        if line.startswith("__END__") and not inside:
            ended = True
        if line.startswith("=begin"):
            inside = True
        found.append("" if inside or ended else without_comment(line))
        if line.startswith("=end"):
            inside = False
    return found
