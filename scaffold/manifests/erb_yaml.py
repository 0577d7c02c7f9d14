"""YAML with ERB in it (database.yml, cable.yml) -> plain YAML; `<%= ENV["X"] %>` becomes the text `ENV:X`."""

from __future__ import annotations

import re

from scaffold.errors import ManifestError
from scaffold.manifests.yaml_file import Yaml, parse
from scaffold.patterns import lazy

_ERB = lazy(r"<%(=?)(.*?)-?%>", re.S)
_ENV = lazy(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w+)[\"']")


def parse_erb_yaml(text: str, path: str) -> Yaml:
    """Parse such a file, an empty document where it is no YAML even then. Never raises."""
    try:
        return parse(_ERB.sub(_plain, text), path)
    except ManifestError:
        return Yaml(None, path, {})


def _plain(found: re.Match[str]) -> str:
    variable = _ENV.search(found[2])
    said = f"ENV:{variable[1]}" if variable else "erb"
    return (said if found[1] else "") + "\n" * found[2].count("\n")
