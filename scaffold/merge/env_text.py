"""Put assignments into the text of an env file, the rest of which stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from scaffold.manifests import env_file


def put(text: str, path: str, lines: Mapping[str, str]) -> str:
    """Return `text` with each line (by the name it assigns) in the place of the old one, or at its end.

    Of several assignments of one name the last is taken, as loaders do. The newline style is kept.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    rows = [row + "\n" for row in text.split("\n")]
    rows[-1] = rows[-1].removesuffix("\n")
    last = {line.name: line for line in env_file.parse(text, path) if not line.commented}
    places = sorted(((last[name], name) for name in lines if name in last), key=lambda item: -item[0].line)
    for old, name in places:
        ending = newline if rows[old.end - 1].endswith("\n") else ""
        rows[old.line - 1 : old.end] = [lines[name] + ending]
    kept = "".join(rows)
    added = [lines[name] + newline for name in lines if name not in last]
    gap = newline if added and kept and not kept.endswith("\n") else ""
    return kept + gap + "".join(added)
